#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# SIGKILL to each of the three, at each of the eight APDU frames of a payment and on both sides of the TA's fdatasync. The services come back by themselves,
# and a second tap ends it with exactly one debit.
. ./lib.sh
. ./field.sh
issue_card || echo '# no card could be issued'
alice pay topup 100.00 >/dev/null
field_open

# first_tap REFERENCE: the till's pos, with its process id where the proxy's command finds it. Both taps are the same purchase, and say so by the reference.
first_tap()
{
	# shellcheck disable=SC2016 # the inner shell's
	runuser -u till -- sh -c 'echo $$ >/tmp/pos.pid; exec pos pay 1.00 --ref "$0" --json --timeout 20' "$1" >/tmp/first.log 2>&1
}

victim()
{
	case $1 in
	pos) echo "xargs kill -KILL </tmp/pos.pid" ;;
	*) echo "systemctl kill --signal=KILL --kill-who=main teepay-$1" ;;
	esac
}

pids() { echo "$(main_pid teepay-payta) $(main_pid teepay-walletd)"; }
# came_back OLD-PIDS WHO: all services run, the one that was killed is a new process, and the wallet has found the trusted application again
# shellcheck disable=SC2317 # called by until_true
came_back()
{
	systemctl is-active teepay-payta teepay-walletd || return
	[ "$2" = pos ] || [ "$(pids)" != "$1" ] || return
	alice pay status --json | grep -q '"state":"active"'
}

# settled NAME BALANCE-BEFORE OLD-PIDS WHO: what must hold after every kill
settled()
{
	ok "$1: the services come back" until_true 60 came_back "$3" "$4"
	field
	ok "$1: the second tap ends it" till pos pay 1.00 --ref "$1" --json --timeout 60
	is "$1: one debit" "$(balance)" "$(($2 - 100))"
}

rm -f /tmp/pos.pid
touch /tmp/pos.pid
chmod 666 /tmp/pos.pid
for who in payta walletd pos; do
	for frame in 1 2 3 4 5 6 7 8; do
		before=$(balance)
		old=$(pids)
		field --at $frame --run "$(victim $who)"
		first_tap "$who killed at frame $frame"
		ok "$who killed at frame $frame: the frame came" grep -q "^$frame " /tmp/field.log
		settled "$who killed at frame $frame" "$before" "$old" "$who"
	done
done

# before: the signal comes when fdatasync is entered, which then does not run. after: it has run, and its return is held up while the kill comes.
for when in before after; do
	before=$(balance)
	old=$(pids)
	field
	pid=$(main_pid teepay-payta)
	case $when in
	before) inject=fdatasync:signal=KILL:when=1 ;;
	after) inject=fdatasync:delay_exit=15000000:when=1 ;;
	esac
	name="payta killed $when its fdatasync"
	strace -p "$pid" -e trace=fdatasync -e "inject=$inject" -o /tmp/strace.log 2>/tmp/strace.err &
	tracer=$!
	until_true 10 grep -q attached /tmp/strace.err
	if [ $when = after ]; then
		first_tap "$name" &
		tap=$!
		until_true 20 grep -q fdatasync /tmp/strace.log
		kill -KILL "$pid"
		wait $tap
	else
		first_tap "$name"
	fi
	wait $tracer
	like "$name: it was there" "$(cat /tmp/strace.log)" 'fdatasync'
	settled "$name" "$before" "$old" payta
done

# Hung, not dead: the watchdog ends it.
name='payta stopped'
before=$(balance)
old=$(pids)
field --at 7 --run "systemctl kill --signal=STOP --kill-who=main teepay-payta"
first_tap "$name"
ok "$name: the watchdog starts it again" until_true 60 came_back "$old" payta
settled "$name" "$before" "$old" payta

till pos settle >/dev/null
cid=$(alice pay status --json | sed -n 's/.*"card":"\([0-9a-f]*\)".*/\1/p')
like "the issuer's shadow of the card says what the card says" "$(issuer card list | grep "$cid")" " $(alice pay balance | sed 's/\./\\./')"
like 'and the books balance' "$(issuer accounts --json)" '"balanced": *true'
field_close
finish
