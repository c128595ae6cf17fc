#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Over a reboot, whose power goes off without a word: wrong PINs stay counted and their wait begins again, and the money is what it was. Two machines one behind
# the other (make check-reboot): the first leaves what its disk would have in state.tar, the second starts with that.
. ./lib.sh
. ./hand.sh
state=/mnt/host/${TEEPAY_BUILD:-build}/reboot/state.tar
kept='var/lib/teepay var/lib/systemd/credential.secret etc/credstore.encrypted etc/teepay'

waits() { like "$1" "$(alice pay pin 2>&1)" 'too many wrong PINs.*: (60|5[0-9]) seconds'; }

if [ ! -e "$state" ]; then
	issue_card || echo '# no card could be issued'
	modprobe -a bochs evdev
	udevadm trigger --action=add --subsystem-match=input --subsystem-match=tty
	udevadm settle
	printf '[screen]\nseconds = 300\n' >/etc/teepay/trustuid.conf
	ok 'the test has a hand at the keyboard' hand_open
	alice pay pin >/tmp/pin.log 2>&1 &
	setting=$!
	until_true 60 shows 'Choose a PIN'
	type_text 'blue heron'
	press ret
	type_text 1357
	press ret
	type_text 1357
	press ret
	wait $setting
	like 'a PIN is set' "$(cat /tmp/pin.log)" 'The PIN is set'

	# wrong LEFT...: a payment that asks for the PIN, wrong ones as long as so many tries are left after each, and one that meets the wait.
	wrong()
	{
		till pos pay 50.01 --json --timeout 60 >/dev/null
		alice pay verify >/tmp/pin.log 2>&1 &
		asking=$!
		until_true 60 shows 'Pay to'
		for left in "$@"; do
			type_text 0000
			press ret
			until_true 60 shows "Wrong PIN. Tries left: $left"
		done
		type_text 0000
		press ret
		until_true 60 shows 'Too many wrong PINs'
		press ret
		wait $asking
	}
	# shellcheck disable=SC2317 # called by until_true
	over() { alice pay limits --json | grep -q '"wait":0'; }
	wrong 9 8 7 6
	until_true 180 over
	wrong
	waits 'the sixth wrong PIN meets a wait of a minute'
	like 'four tries are left' "$(alice pay limits)" 'set, 4 tries left'
	balance >/etc/teepay/balance-before
	# shellcheck disable=SC2086 # names without blanks
	ok 'what the disk has is kept' tar -C / -cf /mnt/out/state.tar $kept
else
	people
	ok 'the disk is there again' tar -C / -xf "$state"
	ok 'everything starts' systemctl start teepay.target teepay-issuer.socket
	# shellcheck disable=SC2317 # called by until_true
	active() { alice pay status --json | grep -q '"state":"active"'; }
	ok 'the card too' until_true 60 active
	waits 'the wait begins again'
	like 'and no try has come back' "$(alice pay limits)" 'set, 4 tries left'
	is 'the money is what it was' "$(balance)" "$(cat /etc/teepay/balance-before)"
	ok 'and pays' till pos pay 1.00 --json --timeout 60
fi
finish
