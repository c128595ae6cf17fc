#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The PIN on the trusted screen: real keys of the machine's keyboard, real pictures of its display, and a program of another user that listens all the while.
. ./lib.sh
. ./hand.sh
issue_card || echo '# no card could be issued'
alice pay topup 300.00 >/dev/null
ear=/mnt/host/${TEEPAY_BUILD:-build}/tests/system/eavesdrop
heard=/tmp/heard

modprobe -a bochs evdev
udevadm trigger --action=add --subsystem-match=input --subsystem-match=tty
udevadm settle
# An emulated machine is slow, and its user with it.
printf '[screen]\nseconds = 300\n' >/etc/teepay/trustuid.conf
ok 'the test has a hand at the keyboard' hand_open
like 'the trusted screen is there' "$(runuser -u teepay-ta -- /usr/libexec/teepay/trustuid --ask 2>&1)" '^a screen of [0-9]+ columns and [0-9]+ lines'
like 'and not for others' "$(mallory /usr/libexec/teepay/trustuid --ask 2>&1)" 'Permission denied'

# Somebody else's terminal is in front, and his program listens there.
chown mallory /dev/tty2
chmod 600 /dev/tty2
: >$heard
chown mallory $heard
setsid runuser -u mallory -- sh -c "echo \$\$ >/tmp/ear.pid; exec $ear /dev/tty2 >>$heard 2>&1" &
until_true 20 grep -q listening $heard
# A terminal that nobody has opened cannot be switched to.
exec 7<>/dev/tty3
press alt-f2
ok 'a terminal of another user is in front' until_true 20 in_front tty2
# root may read the devices themselves, and does.
roots=
for device in /dev/input/event*; do
	cat "$device" >>/tmp/events &
	roots="$roots $!"
done
# shellcheck disable=SC2317 # called by until_true
opened()
{
	for pid in $roots; do
		find "/proc/$pid/fd" -lname '/dev/input/*' | grep -q . || return 1
	done
}
until_true 20 opened
press z
ok 'what is typed there is heard' until_true 20 grep -q 'key 7a' $heard
ok 'also by root, from the devices' until_true 20 test -s /tmp/events

# ask COMMAND...: something of alice's that takes her to the trusted screen; answered VARIABLE-like in /tmp/asked when it ended.
ask()
{
	rm -f /tmp/asked
	(alice "$@" >/tmp/asked.log 2>&1; echo "exit $?" >>/tmp/asked.log; mv /tmp/asked.log /tmp/asked) &
}
answered() { until_true 90 test -e /tmp/asked; cat /tmp/asked; }

ask pay pin
ok 'pay pin brings the trusted screen to the front' until_true 30 in_front tty13
ok 'it asks for a PIN to be chosen' until_true 20 shows 'Choose a PIN'
ok 'and says who asks' shows 'teepay: the payment card'
ok 'by its digest' shows "$(sha256sum /usr/libexec/teepay/payta | cut -d' ' -f1)"
type_text 'blue heron'
press ret
type_text 1357
press ret
type_text 1357
until_true 20 shows 'New PIN again   \*\*\*\*'
picture pin-chosen
press ret
like 'the PIN is set' "$(answered)" 'The PIN is set'
ok 'the other terminal is back' until_true 20 in_front tty2

ok '49.99 taps through' till pos pay 49.99 --json --timeout 20
before=$(balance)
like '50.01 asks for verification' "$(till pos pay 50.01 --json --timeout 20)" '"sw": "62F2"'
like 'the terminal says what to do' "$(till pos pay 50.01 --timeout 20 2>&1)" '[Vv]erif.*tap again'
is 'and nothing is debited' "$(balance)" "$before"
ask pay verify
ok 'the trusted screen comes' until_true 30 shows 'Pay to'
ok 'it says the merchant' shows 'Campus Canteen No. 1'
ok 'and the secret phrase' shows 'blue heron'
events=$(wc -c </tmp/events)
press 1 3
until_true 20 shows 'PIN   \*\*'
picture pin-entry
not_now=$(till pos pay 1.00 --json --timeout 20 2>&1)
like 'meanwhile the card says not now' "$not_now" 'the card is not ready.*finish what its screen asks'
press alt-f2
press alt-f3
press 5 7
ok 'no key switches the terminal' until_true 20 shows 'PIN   \*\*\*\*'
is 'it is still in front' "$(front)" tty13
is 'the grabbed devices give nothing to root either' "$(wc -c </tmp/events)" "$events"
like 'nor does a program' "$(mallory sh -c 'exec 3<>/dev/tty0' 2>&1)" 'denied'
press ret
like 'the PIN approves' "$(answered)" 'Approved: tap again'
ok 'the other terminal is back' until_true 20 in_front tty2
like 'another amount is not what was approved' "$(till pos pay 50.02 --json --timeout 20)" '"sw": "62F2"'
ok 'the second tap pays' till pos pay 50.01 --json --timeout 20
is 'once' "$(balance)" "$((before - 5001))"
like 'a third is asked for again' "$(till pos pay 50.01 --json --timeout 20)" '"sw": "62F2"'

ask pay verify
ok 'the trusted screen comes again' until_true 30 shows 'Pay to'
press 2 4
ok 'two digits stand there' until_true 20 shows 'PIN   \*\*'
systemctl kill --signal=KILL --kill-who=main teepay-trustuid
like 'killed in the middle, it approves nothing' "$(answered)" 'nobody answered'
ok 'the screen comes back' until_true 20 in_front tty2
press y
ok 'and so does the keyboard' until_true 20 grep -q 'key 79' $heard
press alt-f3
ok 'terminals can be switched again' until_true 20 in_front tty3
press alt-f2
until_true 20 in_front tty2

# shellcheck disable=SC2317 # called by until_true
in_field() { alice pay status --json | grep -q '"state": *"in the virtual reader"'; }
till pos pay 50.01 --json --timeout 20 >/dev/null
ask pay verify
ok 'once more the trusted screen' until_true 30 shows 'Pay to'
systemctl restart teepay-walletd
ok 'it goes away with who wanted to know' until_true 30 in_front tty2
answered >/dev/null
until_true 60 in_field

ok 'limits are lowered without a PIN' alice pay limits --count 7
for i in 1 2 3 4 5 6 7; do
	till pos pay 1.00 --json --timeout 20 >/tmp/pos.log || echo "# payment $i failed"
done
like 'the eighth payment in a row asks for verification' "$(till pos pay 1.00 --json --timeout 20)" '"sw": "62F2"'
ask pay verify
until_true 30 shows 'Pay to'
type_text 1357
press ret
like 'the PIN approves it' "$(answered)" 'Approved'
ok 'and it is paid' till pos pay 1.00 --json --timeout 20
like 'it is counted anew' "$(alice pay limits)" '0.00 EUR in 0 payments'
ask pay limits --count 20
ok 'raising a limit asks for the PIN' until_true 30 shows 'Pay without the PIN up to'
press alt-sysrq
like 'which may be refused, by Esc or the secure attention key' "$(answered)" 'cancelled'
like 'and then stays' "$(alice pay limits)" 'payments since +7 '

# Ready only when wanted: then the screen comes by itself, once.
printf '[wallet]\narming = on-request\n' >/etc/teepay/walletd.conf
systemctl restart teepay-walletd
until_true 60 in_field
like 'a card that is not ready is not there' "$(till pos pay 1.00 --timeout 20 2>&1)" 'has no teepay application, or is not ready'
alice pay ready 600 >/dev/null
ok 'pay ready makes it pay' till pos pay 1.00 --json --timeout 20
till pos pay 50.01 --json --timeout 20 >/dev/null
ok 'a payment above the limit brings the trusted screen' until_true 30 shows 'Pay to'
type_text 1357
press ret
ok 'which goes away with the PIN' until_true 30 in_front tty2
ok 'the second tap pays' till pos pay 50.01 --json --timeout 20
till pos pay 50.01 --json --timeout 20 >/dev/null
is 'no terminal brings it a second time' "$(alice pay limits --json | grep -c '"state":"set"') $(front)" '1 tty2'
wallet_conf ''
until_true 60 in_field

# Guessing.
till pos pay 50.01 --json --timeout 20 >/dev/null
ask pay verify
until_true 30 shows 'Pay to'
for left in 9 8 7 6; do
	type_text 0000
	press ret
	ok "a wrong PIN leaves $left tries" until_true 30 shows "Wrong PIN. Tries left: $left"
done
type_text 0000
press ret
ok 'five wrong PINs meet a wait' until_true 30 shows 'Too many wrong PINs'
picture pin-wait
press ret
like 'of 30 seconds' "$(answered)" 'wait.*: (30|2[0-9]) seconds'
like 'in which none is taken' "$(alice pay pin 2>&1)" 'too many wrong PINs'
old=$(main_pid teepay-payta)
systemctl restart teepay-payta
# shellcheck disable=SC2317 # called by until_true
came_back() { [ "$(main_pid teepay-payta)" != "$old" ] && alice pay status --json | grep -q '"state":"active"'; }
until_true 60 came_back
like 'a restart begins it again' "$(alice pay pin 2>&1)" 'too many wrong PINs.*: (30|2[0-9]) seconds'
like 'and forgets none' "$(alice pay limits)" 'set, 5 tries left'
# shellcheck disable=SC2317 # called by until_true
over() { alice pay limits --json | grep -q '"wait":0'; }
ok 'it ends' until_true 120 over
till pos pay 50.01 --json --timeout 20 >/dev/null
ask pay verify
until_true 30 shows 'Pay to'
type_text 5555
press ret
ok 'the sixth meets one twice as long' until_true 30 shows 'in \(60\|5[0-9]\) seconds'
press ret
answered >/dev/null

# The issuer's help.
cid=$(alice pay status --json | sed -n 's/.*"card":"\([0-9a-f]*\)".*/\1/p')
issuer unblock "$cid" >/dev/null
alice pay sync >/dev/null
like 'the issuer gives the tries back' "$(alice pay limits)" 'set, 10 tries left$'
ask pay limits --count 0
until_true 30 shows 'Pay without the PIN up to'
type_text 1357
press ret
like 'the PIN is the one from before' "$(answered)" 'The limits are set'
issuer unblock "$cid" --forget-pin >/dev/null
alice pay sync >/dev/null
like 'or lets the card forget it' "$(alice pay limits)" 'none: pay pin'

# shellcheck disable=SC2086 # one a device
kill $roots "$(cat /tmp/ear.pid)"
until_true 20 grep -q tries $heard
is 'in all that time the listener heard two keys, those of its own terminal' "$(grep -c '^key' $heard)" 2
is 'opened nothing' "$(grep '^opened' $heard)" ''
# shellcheck disable=SC2016 # awk's
ok 'and tried' awk '/^tries/ { exit !($2 > 100) }' $heard
# shellcheck disable=SC2317 # called by until_true
idle() { [ "$(systemctl is-active teepay-trustuid)" = inactive ]; }
ok 'trustuid ends when nobody asks' until_true 60 idle
is 'and leaves no note of a screen that it had' "$(ls /run/teepay-tui 2>/dev/null)" ''
finish
