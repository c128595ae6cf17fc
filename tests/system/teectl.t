#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# teectl beside a real payment: the screen, the events, and the stages of its calls.
. ./lib.sh
issue_card || echo '# no card could be issued'
ta=7ee9a100-0c1d-4f0e-9b5a-746565706179

# start NAME ARGUMENT...: teectl in the background; its output to /tmp/NAME.out. Returns when it listens.
start()
{
	name=$1
	shift
	teectl "$@" >"/tmp/$name.out" 2>"/tmp/$name.err" &
	running=$!
	until_true 20 grep -q 'Ctrl-C ends it' "/tmp/$name.err"
}

# end: as Ctrl-C; its exit status to $status.
end()
{
	kill -TERM "$running"
	status=0
	wait "$running" || status=$?
}

# Every line is one JSON object of members with plain names, and values that are numbers, words or true and false.
# shellcheck disable=SC2016,SC2317 # Perl's variables; called by ok
is_json_lines()
{
	perl -ne 'chomp; my $v = qr/-?\d+|"[\w+-]*"|true|false/;
		/^\{"\w+":$v(,"\w+":$v)*\}$/ or $bad++, print "not JSON: $_\n"; END { exit($bad || !$.) }' "$1"
}

# shellcheck disable=SC2317
calls_told() { [ "$(grep -c '"kind":"call"' /tmp/trace.out)" -ge "$1" ]; }

# Every call has all its stages, and its whole is no less than its parts.
# shellcheck disable=SC2016,SC2317
calls_are_whole()
{
	perl -ne 'next unless /"kind":"call"/; $n++; my %m = /"(\w+)":(\d+)/g;
		die "no stage: $_" for grep { !defined $m{$_} } qw(queued_ns ran_ns collect_ns took_ns);
		die $_ if $m{took_ns} < $m{queued_ns} + $m{ran_ns}; END { exit($n != 3) }' /tmp/trace.out
}

# --- the screen ---
once=$(teectl top --once --interval 0.2)
like 'top shows the payment TA by name and UUID' "$once" "^payta +$ta +teepay-ta "
like 'top shows the wallet as its client, with its user' "$once" "^payta +$ta +[0-9]+ walletd +[0-9]+ teepay-wallet +user[+]application "
like 'top wants a terminal' "$(teectl top </dev/null 2>&1; echo "exit $?")" 'use --once'

# On a terminal of its own it draws, quits on q, and gives the terminal back.
printf 'sq' | TERM=vt100 LC_ALL=C.UTF-8 script -qec 'stty rows 24 cols 80; teectl top' /tmp/top.out >/dev/null 2>&1
like 'top draws on a terminal' "$(tr -d '\000-\010' </tmp/top.out)" 'TRUSTED APP'
like 'and has been ended by q' "$(tail -n 1 /tmp/top.out)" 'COMMAND_EXIT_CODE="0"'

# --- the events of one payment ---
start monitor --json --ta "$ta" --event call monitor
ok 'a tap pays under the monitor' till pos pay 0.50 --json --timeout 20
# The event of a call comes behind its answer.
ok 'its last call is told' until_true 10 grep -q '"command":6' /tmp/monitor.out
end
is 'monitor ends in good order' "$status" 0
ok 'monitor prints JSON, one object a line' is_json_lines /tmp/monitor.out
calls=$(sed -n 's/.*"event":"call".*"command":\([0-9]*\).*"result":0,"origin":"ta".*/\1/p' /tmp/monitor.out | tr '\n' ' ')
is 'the payment is three calls of the TA: its certificate for SELECT, GET VCN, PAY' "$calls" '4 5 6 '
is 'and nothing else was asked for' "$(grep -vc '"event":"call"' /tmp/monitor.out)" 0

# --- its stages ---
start trace --json --ta "$ta" trace
ok 'a tap pays under the trace' till pos pay 0.50 --json --timeout 20
ok 'its calls are told' until_true 10 calls_told 3
end
is 'trace ends in good order' "$status" 0
ok 'trace prints JSON, one object a line' is_json_lines /tmp/trace.out
ok 'each call waited, ran and was collected; the whole is no less than its parts' calls_are_whole
is 'the trace is gone from the kernel' "$(ls /sys/kernel/tracing/instances)" ''
start trace --ta "$ta" trace
ok 'a tap pays under the trace for people' till pos pay 0.50 --json --timeout 20
ok 'its calls are told in words' until_true 10 grep -Eq '^[0-9:.]{15}  payta +[0-9]+ 0x[0-9a-f]+ .* ok; walletd \(pid [0-9]+\)$' /tmp/trace.out
end
is 'and it ends in good order' "$status" 0

# --- what they show is not secret, and still for root only ---
for command in status 'top --once' monitor trace; do
	# shellcheck disable=SC2086 # an option is a word of its own
	like "mallory may not use teectl $command" "$(mallory teectl $command 2>&1; echo "exit $?")" 'only root may.*sudo'
done

# --- the module goes ---
start gone monitor
stopping=$running
systemctl stop teepay.target teepay-walletd teepay-payta
ok 'the module is unloaded under a monitor' rmmod teechan
[ ! -e /sys/module/teechan ] || { kill "$stopping"; grep -l teechan /proc/[0-9]*/maps; find /proc/[0-9]*/fd -lname '*teechan*'; } 2>/dev/null | sed 's/^/#   kept by /'
wait "$stopping"
is 'which ends and says so' "$? $(tail -n 1 /tmp/gone.err)" '5 teectl: the module teechan was unloaded'
like 'teectl says how to load it' "$(teectl status 2>&1; echo "exit $?")" 'modprobe teechan'
ok 'the module comes back' modprobe teechan
ok 'and the services with it' systemctl start teepay.target
finish
