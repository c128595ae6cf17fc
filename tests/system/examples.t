#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The trusted applications of docs/examples, built on the host by the development kit, as services; their clients get what is known.
. ./lib.sh
examples=$(cd ../..; pwd)/${TEEPAY_BUILD:-build}/examples

# unit EXAMPLE: the service of its trusted application.
unit() { f=$(echo "$examples/$1"/*.ta); f=${f##*/}; echo "teepay-ta@${f%.ta}.service"; }

# run EXAMPLE ARGUMENT...: its client as somebody in no group but the clients'.
run()
{
	client=$1
	shift
	runuser -u nobody -g teeclnt -- "$examples/$client/$client" "$@" 2>&1 || echo "exit $?"
}

starts() { ok "$1 starts" systemctl start "$(unit "$1")"; }

starts hello
is 'hello: a command' "$(run hello 41)" '42'
unit=$(unit hello)
journal=$(journalctl -u "$unit" -o short 2>/dev/null)
like 'its log is in the journal' "$journal" 'I/TA: TA_OpenSessionEntryPoint:[0-9]+ hello'
ta=$(main_pid "$unit")
# systemd's range for dynamic users.
uid=$(stat -c %u "/proc/$ta")
ok 'it runs as a user that systemd made' test "$uid" -ge 61184 -a "$uid" -le 65519
like 'of its own' "$(systemctl show -p User --value "$unit")" '^ta-[0-9a-f]{20}$'
is 'it is under a seccomp filter' "$(awk '/^Seccomp:/ { print $2 }' "/proc/$ta/status")" '2'
score=$(systemd-analyze security --no-pager "$unit" | sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
echo "# exposure of teepay-ta@.service: $score"
ok 'its unit scores 0.7 or better' awk "BEGIN { exit !($score <= 0.7) }"
like 'one that is not installed does not start' "$(systemctl start teepay-ta@00000000-0000-4000-8000-000000000000.service 2>&1; echo "exit $?")" \
	'exit [1-9]'
# Others unload the module.
systemctl stop "$unit"
finish
