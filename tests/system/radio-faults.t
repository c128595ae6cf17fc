#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each known fault of such readers at each command of a payment, and the card taken away after any byte of it: whatever the tap with the fault says, the next
# one of the same purchase ends well, and the purchase is debited once. Nothing is restarted. RADIO_FAULTS=all breaks every command and every 8th byte; few
# breaks some of each.
. ./lib.sh
. ./radio.sh
case ${RADIO_FAULTS:-few} in
all) card_step=1 pos_step=1 byte_step=8 ;;
*) card_step=5 pos_step=17 byte_step=180 ;;
esac
issue_card || echo '# no card could be issued'
ok 'the readers are plugged in, and walletd has its own' radio_open
ok 'a payment without a fault' until_true 60 tap 0.05
pid=$(main_pid teepay-walletd)

# commands_of READER COMMAND...: how many commands of this reader one payment takes.
commands_of()
{
	name=$1
	shift
	radio reset >/dev/null
	"$@" 0.05 >/dev/null 2>&1
	count "${name}_commands"
}

# paid_once NAME COMMAND...: the tap that is disturbed, then the one that is not.
paid_once()
{
	name=$1
	shift
	purchase=$((purchase + 1))
	had=$(balance)
	first=$("$@" 0.05 --ref "radio-$purchase" 2>/dev/null | sed -n 's/^  "result": "\(.*\)",/\1/p')
	radio fault card off >/dev/null
	radio fault pos off >/dev/null
	radio cut 0 >/dev/null
	radio in >/dev/null
	if ! "$@" 0.05 --ref "radio-$purchase" >/tmp/second 2>&1; then
		broken="$broken
$name: first ${first:-nothing}, then $(cat /tmp/second)"
	elif [ "$(balance)" != "$((had - 5))" ]; then
		broken="$broken
$name: first ${first:-nothing}, and debited $((had - $(balance))) instead of 5"
	fi
}

purchase=0
card_last=$(commands_of card tap)
echo "# a payment takes $card_last commands of the card's reader"
for kind in mute desync released dead stall; do
	broken=''
	n=1
	while [ "$n" -le "$card_last" ]; do
		radio fault card $kind "$n" >/dev/null
		paid_once "command $n" tap
		n=$((n + card_step))
	done
	is "the card's reader, $kind: paid once, at once or at the next tap" "$broken" ''
done

broken=''
n=1
while [ "$n" -le 738 ]; do
	radio cut "$n" >/dev/null
	paid_once "byte $n" tap
	n=$((n + byte_step))
done
is 'the card taken away: paid once' "$broken" ''
broken=''
for n in 1 8 17 22; do
	radio corrupt "$n" >/dev/null
	paid_once "block $n" tap
done
is 'a damaged block: paid once' "$broken" ''

# --- unplugged in the middle ---
# unplugged READER: a payment that stops at its twelfth block, and its reader is gone there.
unplugged()
{
	radio reset >/dev/null
	radio delay 12 3000 >/dev/null
	tap 0.05 --ref "unplug-$1" >/tmp/unplugged 2>&1 &
	tapping=$!
	until_true 30 blocks_passed 12
	radio unplug "$1" >/dev/null
	wait "$tapping"
}

had=$(balance)
cursor=$(journalctl -q -u teepay-walletd -n 0 --show-cursor | sed -n 's/^-- cursor: //p')
unplugged card
ok 'the card'\''s reader unplugged in the middle: walletd says so' until_true 30 front_end_says 'no reader'
radio plug card >/dev/null
ok 'plugged in again, it is at its reader' until_true 60 card_ready
ok 'and the next tap pays' tap 0.05 --ref unplug-card
is 'once' "$(balance)" "$((had - 5))"
is 'one line in the journal for each' "$(journalctl -q -u teepay-walletd -o cat --after-cursor="$cursor" | grep '^front end libnfc' | cut -c 1-30)" \
	'front end libnfc: no reader; c
front end libnfc: at the reade'
unplugged pos
radio plug pos >/dev/null
ok 'the terminal'\''s reader likewise: pcscd has it again, and the next tap pays' until_true 60 tap 0.05 --ref unplug-pos
is 'once' "$(balance)" "$((had - 10))"

# --- without pcscd ---
pcscd_away
pos_last=$(commands_of pos tap_nfc)
echo "# a payment takes $pos_last commands of the terminal's reader"
for kind in mute desync released dead stall; do
	broken=''
	n=1
	while [ "$n" -le "$pos_last" ]; do
		radio fault pos $kind "$n" >/dev/null
		paid_once "command $n" tap_nfc
		n=$((n + pos_step))
	done
	is "the terminal's reader, $kind: paid once, at once or at the next tap" "$broken" ''
done

# --- answers that libnfc loses, for it cancels its reads ---
broken=''
radio gentle card no >/dev/null
radio gentle pos no >/dev/null
for n in 1 2 3 4; do paid_once "tap $n" tap_nfc; done
is 'a reader that answers while libnfc gives up: paid once' "$broken" ''
echo "# $(radio counts)"

# --- idle ---
# fds, resident memory and processor time of walletd and nfctarget, over some re-armings.
target=$(pidof nfctarget)
figures()
{
	for p in "$pid" "$target"; do
		find "/proc/$p/fd" -type l 2>/dev/null | wc -l
		sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$p/status"
	done | tr '\n' ' '
}
ticks() { cat "/proc/$pid/stat" "/proc/$target/stat" | awk '{ n += $14 + $15 } END { print n + 0 }'; }
figures >/dev/null
sleep 5
idle=$(figures)
used=$(ticks)
sleep 60
is 'a minute of waiting, some thirty times armed anew: descriptors and memory stay' "$(figures)" "$idle"
is 'and it is the same process' "$(pidof nfctarget)" "$target"
echo "# ticks of the processor in that minute: $(($(ticks) - used))"

is 'walletd was never restarted' "$(main_pid teepay-walletd)" "$pid"
radio_close
finish
