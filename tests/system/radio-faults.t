#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each known fault of such readers at each command of a payment, the card taken away after any byte of it, and damaged and late blocks; what must hold after each
# is said in radio.sh, at point(). Nothing is restarted. RADIO_FAULTS=all (make check-radio): every command, every byte, every block; few: some of each.
# RADIO_PARTS: card, pcsc, air, nfc; without it all of them.
# shellcheck disable=SC2317 # functions that are called by their name
. ./lib.sh
. ./radio.sh
case ${RADIO_FAULTS:-few} in
all) all=1 byte_step=1 block_step=1 ;;
*) all=0 byte_step=370 block_step=11 ;;
esac
issue_card || echo '# no card could be issued'
ok 'the readers are plugged in, and walletd has its own' radio_open
ok 'a payment without a fault' until_true 60 tap 0.01
pid=$(main_pid teepay-walletd)

# commands_of READER COMMAND...: how many commands of this reader one payment takes.
commands_of()
{
	reader=$1
	shift
	radio reset >/dev/null
	"$@" 0.01 >/dev/null 2>&1
	count "${reader}_commands"
}

# faults READER KINDS FIRST STEP TAP [NEXT]: each of these faults of this reader at every command of such a payment; or the first one at the command FIRST,
# and each further one STEP commands later.
faults()
{
	reader=$1 kinds=$2 at=$3 step=$4
	shift 4
	last=$(commands_of "$reader" "$1")
	echo "# a payment by $1 takes $last commands of the reader $reader"
	for kind in $kinds; do
		commands=$at
		[ "$all" = 0 ] || commands=$(seq "$last")
		for n in $commands; do
			radio fault "$reader" "$kind" "$n" >/dev/null
			point "$kind at command $n" "$@"
		done
		held "$1, the reader $reader, $kind"
		at=$((at + step))
	done
}
part_card() { faults card 'mute desync released dead stall' 2 2 tap; }
# pos resets a reader that pcscd calls unavailable, or that makes it wait.
part_pcsc() { faults pos 'mute desync released dead stall' 1 1 tap; }
part_air()
{
	n=1
	while [ "$n" -le 738 ]; do
		radio cut "$n" >/dev/null
		point "byte $n" tap
		n=$((n + byte_step))
	done
	held 'the card taken away'
	# ISO 14443-4 repairs these by itself: such a tap pays at once.
	before=$at_once n=1 blocks=0
	while [ "$n" -le 22 ]; do
		radio corrupt "$n" >/dev/null
		point "damaged block $n" tap
		radio delay "$n" 300 >/dev/null
		point "late block $n" tap
		n=$((n + block_step)) blocks=$((blocks + 2))
	done
	held 'a damaged or late block'
	is 'and the very tap with it pays' "$((at_once - before))" "$blocks"
}
part_nfc()
{
	pcscd_away
	faults pos 'mute desync released dead stall' 2 4 tap_nfc
	pcscd_back
}
for part in ${RADIO_PARTS:-card pcsc air nfc}; do "part_$part"; done

is 'walletd was never restarted' "$(main_pid teepay-walletd)" "$pid"
tell_points
radio_close
finish
