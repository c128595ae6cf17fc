#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Readers that are unplugged in the middle of a payment and plugged in again, and a card that waits for a terminal for a long time. Nothing is restarted.
# shellcheck disable=SC2317 # functions that are called by their name
. ./lib.sh
. ./radio.sh
# Eight hours of waiting are 5760 armings; this is some of them. A leak of the allocator's smallest piece at each would fill a page after 128.
case ${RADIO_FAULTS:-few} in
all) armings=256 ;;
*) armings=4 ;;
esac
issue_card || echo '# no card could be issued'
ok 'the readers are plugged in, and walletd has its own' radio_open
ok 'a payment' until_true 60 tap 0.01
pid=$(main_pid teepay-walletd)

# --- unplugged ---
says_no_reader() { front_end_says 'no reader'; }
# unplugging READER BLOCK COMMAND...: the payment stops at this block, its reader is unplugged there, and plugged in again behind it.
unplugging()
{
	reader=$1 block=$2
	shift 2
	radio reset >/dev/null
	radio delay "$block" 3000 >/dev/null
	"$@" &
	tapping=$!
	until_true 30 blocks_passed "$block" || echo 'the block never came'
	radio unplug "$reader" >/dev/null
	ended=0
	wait "$tapping" || ended=$?
	[ "$reader" = pos ] || until_true 30 says_no_reader
	plugged "$reader"
	return "$ended"
}
unplug_card_early() { unplugging card 12 tap "$@"; }
unplug_card_late() { unplugging card 20 tap_nfc "$@"; }
unplug_pos_early() { unplugging pos 12 tap "$@"; }
unplug_pos_late() { unplugging pos 20 tap_nfc "$@"; }
journal_cursor() { journalctl -q -u teepay-walletd -n 0 --show-cursor | sed -n 's/^-- cursor: //p'; }
front_end_lines() { journalctl -q -u teepay-walletd -o cat --after-cursor="$cursor" | sed -n 's/^front end libnfc: \([^;]*\).*/\1/p'; }

cursor=$(journal_cursor)
point 'in the second command' unplug_card_early tap
held "the card's reader is unplugged"
is 'one line in the journal when it goes and one when it is back' "$(front_end_lines)" "no reader
at the reader"
cursor=$(journal_cursor)
point 'in the second command' unplug_pos_early tap
held "the terminal's reader is unplugged, of pcscd"
pcscd_away
point 'in the last command' unplug_pos_late tap_nfc
held "the terminal's reader is unplugged, of libnfc"
is 'of which walletd has nothing to say' "$(front_end_lines)" ''
point 'in the last command' unplug_card_late tap_nfc
held "the card's reader is unplugged while its receipt waits"
is 'one line each again' "$(front_end_lines)" "no reader
at the reader"
tell_points

# --- waiting ---
target=$(pidof nfctarget)
# Of walletd and nfctarget: file descriptors, and what of their memory is nobody else's, as the page tables say.
figures()
{
	for p in "$pid" "$target"; do
		find "/proc/$p/fd" -type l | wc -l
		sed -n 's/^Anonymous: *\([0-9]*\).*/\1/p' "/proc/$p/smaps_rollup"
	done | tr '\n' ' '
}
# All their threads: nanoseconds of processor, and how often one of them woke up.
used() { cat "/proc/$pid/task/"*/schedstat "/proc/$target/task/"*/schedstat | awk '{ n += $1 } END { printf "%.0f", n }'; }
woken() { cat "/proc/$pid/task/"*/status "/proc/$target/task/"*/status | awk '/^voluntary/ { n += $2 } END { print n }'; }
# wait_armings N: one is seven commands: the field off, two for the chip's parameters, two for a register, the wait itself, and is the reader alive?
wait_armings() { radio reset >/dev/null; until_true 2400 armed "$1"; }
armed() { [ "$(count card_commands)" -ge $(($1 * 7)) ]; }

figures >/dev/null
wait_armings 1
idle=$(figures) ns=$(used) wakes=$(woken) begun=$(date +%s%N)
wait_armings "$armings"
took=$(($(date +%s%N) - begun)) ns=$(($(used) - ns)) wakes=$(($(woken) - wakes))
is 'a card that waits for a terminal: file descriptors and memory stay as they are' "$(figures)" "$idle"
is 'and it is the same process' "$(pidof nfctarget)" "$target"
# libnfc looks five times a second whether it is to stop, for five seconds; one that asks every millisecond is far above.
ok 'and wakes up at most a hundred times each' test "$wakes" -le $((100 * armings))
echo "# armed $armings times in $((took / 1000000)) ms; descriptors and KiB of walletd and nfctarget: $idle; $wakes wakeups, $((ns / 1000000)) ms of processor"
awk -v ns="$ns" -v took="$took" 'BEGIN { printf "# %.2f %% of one processor\n", 100 * ns / took }'

is 'walletd was never restarted' "$(main_pid teepay-walletd)" "$pid"
radio_close
finish
