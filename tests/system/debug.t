#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A trusted application under gdb, valgrind and AddressSanitizer, with the sandbox left out (docs/HACKING.md), and what that switch is not good for.
. ./lib.sh
build=$(cd ../..; pwd)/${TEEPAY_BUILD:-build}
uuid=0d57e183-f7b7-4fe1-be86-2d34eb38f7f7
unit=teepay-ta@$uuid.service
storage=teepay-ta@bb507608-0ca6-452f-8f8b-4c749f957e22.service
export TEEPAY_TA_NO_SANDBOX=1

# run EXAMPLE ARGUMENT...: its client, as somebody in no group but the clients'.
run()
{
	example=$1
	shift
	runuser -u nobody -g teeclnt -- "$build/examples/$example/$example" "$@" 2>&1 || echo "exit $?"
}
# shellcheck disable=SC2317 # called by until_true
served() { [ "$(run hello 4)" = 4 ]; }
filters() { awk '/^Seccomp_filters:/ { print $2 }' "/proc/$(main_pid "$1")/status"; }

# drop_in UNIT LINES: into a unit's [Service] until the machine ends.
drop_in()
{
	mkdir -p "/run/systemd/system/$1.d"
	printf '[Service]\n%b' "$2" >"/run/systemd/system/$1.d/debug.conf"
	systemctl daemon-reload
}
undo() { rm -r "/run/systemd/system/$1.d"; systemctl daemon-reload; }

# --- the log ---
since=$(date '+%F %T')
at() { journalctl -u "$unit" --since "$since" -p "$1..$1" -o cat; }
drop_in "$unit" "ExecStart=\nExecStart=$build/careless/$uuid.ta\n"
ok 'an application with a mistake starts' systemctl start "$unit"
is 'it serves' "$(run hello 8)" 8
like 'EMSG is an error in the journal' "$(at err)" 'E/TA: .*an error'
is 'and nothing else is' "$(at err | grep -c .)" 1
like 'IMSG is an information' "$(at info)" 'I/TA: .*an information'
like 'DMSG is for debugging' "$(at debug)" 'D/TA: .*a debug message'
like 'and so is FMSG' "$(at debug)" 'F/TA: .*a flow message'
caged=$(filters "$unit")
is 'in the sandbox nobody is warned' "$(at warning)" ''
is 'without a debugger the mistake passes' "$(run hello 9 | grep -c exit)" 0
systemctl stop "$unit"

# --- AddressSanitizer, in the unit ---
since=$(date '+%F %T')
drop_in "$unit" "ExecStart=\nExecStart=$build/careless-asan/$uuid.ta\nEnvironment=TEEPAY_TA_NO_SANDBOX=1\n"
ok 'built with AddressSanitizer it starts in its unit' systemctl start "$unit"
is 'and serves' "$(run hello 8)" 8
like 'the journal has a warning' "$(at warning)" 'TEEPAY_TA_NO_SANDBOX=1: NO SANDBOX'
ok 'it has put no filter on itself' test "$(filters "$unit")" -lt "$caged"
like 'the mistake ends it' "$(run hello 9)" 'exit'
ok 'it comes back' until_true 60 served
like 'the sanitizer has said where' "$(journalctl -u "$unit" --since "$since" -o cat)" 'heap-buffer-overflow'
like 'by name and line' "$(journalctl -u "$unit" --since "$since" -o cat)" 'in careless_sum .*careless_ta.c:[0-9]'
is 'each start was warned of' "$(at warning | grep -c 'NO SANDBOX')" 2
systemctl stop "$unit"
undo "$unit"

# --- gdb ---
since=$(date '+%F %T')
gdb --batch -ex 'handle SIGTERM nostop noprint pass' -ex 'break careless_sum' -ex run -ex bt -ex 'delete' -ex continue \
	"$build/careless/$uuid.elf" >/tmp/gdb.log 2>&1 </dev/null &
debugger=$!
ok 'gdb: the application serves under it' until_true 120 grep -q serving /tmp/gdb.log
is 'gdb: a client is answered after a stop' "$(run hello 5)" 5
like 'gdb: it stopped where it was told to' "$(cat /tmp/gdb.log)" '^#0 +careless_sum \(bytes=.*, count=.*\) at careless_ta.c'
like 'gdb: and knows who called' "$(cat /tmp/gdb.log)" '^#1 .*TA_InvokeCommandEntryPoint'
like 'gdb: started from a shell, the warning is in the journal too' "$(journalctl --since "$since" -p warning..warning -o cat)" 'NO SANDBOX'
pkill -TERM -P "$debugger"
wait "$debugger"
like 'gdb: it ends in order' "$(cat /tmp/gdb.log)" 'exited normally'

# --- valgrind ---
valgrind --log-file=/tmp/valgrind.log "$build/careless/$uuid.elf" >/tmp/ta.log 2>&1 </dev/null &
debugger=$!
ok 'valgrind: the application serves under it' until_true 240 grep -q serving /tmp/ta.log
is 'valgrind: a client is answered' "$(run hello 8)" 8
is 'valgrind: with nothing to say against it' "$(grep -cE 'Invalid|uninitialised' /tmp/valgrind.log)" 0
run hello 9 >/dev/null
like 'valgrind: the mistake is found' "$(cat /tmp/valgrind.log)" 'Invalid read of size 1'
like 'valgrind: with its place' "$(cat /tmp/valgrind.log)" 'careless_sum \(careless_ta.c:'
kill -TERM "$debugger"
wait "$debugger"
like 'valgrind: it ends in order' "$(cat /tmp/valgrind.log)" 'ERROR SUMMARY: 1 errors'

# --- no secret is within its reach ---
ok 'an application stores something' systemctl start "$storage"
is 'in its sandbox' "$(run storage write poem 'roses are red')" ''
drop_in "$storage" 'Environment=TEEPAY_TA_NO_SANDBOX=1\n'
ok 'without its sandbox it starts' systemctl restart "$storage"
like 'and has nothing of that' "$(run storage read poem)" 'none of that name'
is 'what it stores then' "$(run storage write secret 'violets are blue')" ''
undo "$storage"
ok 'back in its sandbox' systemctl restart "$storage"
is 'what was stored is there' "$(run storage read poem)" 'roses are red'
like 'and nothing else' "$(run storage read secret)" 'none of that name'
drop_in "$storage" 'Environment=TEEPAY_TA_NO_SANDBOX=yes\n'
ok 'the switch set to something else' systemctl restart "$storage"
is 'leaves it in its sandbox' "$(run storage read poem)" 'roses are red'
is 'under its filter' "$(awk '/^Seccomp:/ { print $2 }' "/proc/$(main_pid "$storage")/status")" 2
undo "$storage"
systemctl stop "$storage"
finish
