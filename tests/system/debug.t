#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A trusted application under gdb, under valgrind and with AddressSanitizer: started by hand as docs/HACKING.md says, and each time it serves its client.
. ./lib.sh
build=$(cd ../..; pwd)/${TEEPAY_BUILD:-build}
uuid=$(basename "$build"/examples/hello/*.ta .ta)
systemctl stop "teepay-ta@$uuid"

# by_hand TOOL... : hello's trusted application below that tool, as a service that only this test has; what it says is in /tmp/debug.log.
by_hand()
{
	: >/tmp/debug.log
	systemd-run --quiet --unit=ta-debug -p LoadCredentialEncrypted=devicekey:/etc/credstore.encrypted/teepay.devicekey -p StateDirectory="teepay/tas/$uuid" \
		-p StandardOutput=append:/tmp/debug.log -p StandardError=append:/tmp/debug.log -E TEEPAY_TA_NO_SANDBOX=1 "$@"
}
# shellcheck disable=SC2317 # called by until_true
served() { [ "$(runuser -u nobody -g teeclnt -- "$build/examples/hello/hello" 41 2>/dev/null)" = 42 ]; }
# shellcheck disable=SC2317 # called by until_true
ended() { ! systemctl is-active ta-debug; }
over()
{
	systemctl stop ta-debug
	until_true 60 ended
	systemctl reset-failed ta-debug 2>/dev/null
}

by_hand gdb -batch -ex 'set breakpoint pending on' -ex 'break TA_InvokeCommandEntryPoint' -ex run -ex 'backtrace 1' -ex 'info locals' -ex continue "$build/examples/hello/$uuid.elf"
ok 'under gdb it serves its client' until_true 120 served
ok 'and has stopped where it was told to' grep -q '^#0 .*TA_InvokeCommandEntryPoint.*hello_ta.c' /tmp/debug.log
ok 'it says loudly that it has no sandbox' grep -q 'NO SANDBOX' /tmp/debug.log
over

by_hand valgrind --error-exitcode=9 "$build/examples/hello/$uuid.elf"
ok 'under valgrind it serves its client' until_true 240 served
over
ok 'and valgrind has nothing to say against it' grep -q 'ERROR SUMMARY: 0 errors' /tmp/debug.log
sed 's/^/# /' /tmp/debug.log | tail -n 30

by_hand "$build/examples-asan/hello/$uuid.ta"
ok 'built with AddressSanitizer it serves its client' until_true 60 served
over
like 'which found nothing' "$(grep -c AddressSanitizer /tmp/debug.log)" '^0$'
ok 'as a service it has its sandbox again' systemctl start "teepay-ta@$uuid"
like 'and says nothing of that kind' "$(journalctl -u "teepay-ta@$uuid" -o cat)" 'serving$'
like 'its process is under seccomp' "$(cat "/proc/$(main_pid "teepay-ta@$uuid")/status")" '^Seccomp:.*2'
systemctl stop "teepay-ta@$uuid"
finish
