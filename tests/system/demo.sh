#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Inside the virtual machine: one payment, told step by step from what the programs, the journal and the kernel's monitor say. Nothing here is scripted text about
# a result: every figure is read from the step that made it, and a step that fails ends the demo.
set -eu
. ./lib.sh
. ./radio.sh

if [ -n "${CLICOLOR_FORCE-}" ] && [ -z "${NO_COLOR-}" ]; then
	bold=$(printf '\033[1m') dim=$(printf '\033[2m') green=$(printf '\033[1;32m') cyan=$(printf '\033[36m') off=$(printf '\033[0m')
else
	bold='' dim='' green='' cyan='' off=''
fi
work=$(mktemp -d)
chmod 755 "$work"

title() { printf '\n%s%s%s\n' "$bold" "$1" "$off"; }
# tell WHO TEXT...
tell() { printf '  %s%-9s%s %s\n' "$cyan" "$1" "$off" "$2"; }
aside() { printf '  %-9s %s%s%s\n' '' "$dim" "$1" "$off"; }
fail()
{
	printf 'demo: %s\n' "$1" >&2
	journalctl -b --no-pager -q -u teepay-payta -u teepay-walletd -u teepay-issuer | tail -n 20 >&2
	exit 1
}
unit_user() { stat -c %U "/proc/$(main_pid "$1")"; }
journal_cursor() { journalctl -q -u teepay-walletd -n 0 --show-cursor | sed -n 's/^-- cursor: //p'; }

title 'The machine'
insmod "$(modinfo -n teechan)"
tell kernel "Linux $(uname -r)$(grep -q 'teepay\.emulated' /proc/cmdline && echo ', on an emulated processor'); insmod teechan.ko"
systemctl start teepay.target
until_true 30 sh -c 'pay status --json | grep -q "\"state\":\"empty\""' || fail 'the services did not come up'
udevadm settle
tell kernel "/dev/teechan is for the group $(stat -c %G /dev/teechan), /dev/teechan-ta for the group $(stat -c %G /dev/teechan-ta)"
tell systemd "payta, the trusted application, runs as $(unit_user teepay-payta); walletd, the card, as $(unit_user teepay-walletd)"

title 'The issuer'
people
tell payissuer "$(issuer init)"
systemctl start teepay-issuer.socket
make_terminal /var/lib/teepay/pos || fail 'no terminal certificate'
tell payissuer "certified the terminal \"Campus Canteen No. 1\" for 7 days"

title 'S1  Alice gets a virtual card and loads it'
tell pay "$(alice pay apply)" || fail 'pay apply'
tell pay "$(alice pay topup 20.00)" || fail 'pay topup'
before=$(alice pay balance)

reader=''
if [ "${RF-}" = acr122u ]; then
	title 'The radio'
	radio_open on-request || fail "the virtual readers: $(cat /tmp/acr122u.log)"
	tell kernel "two virtual ACR122U are plugged in, antenna to antenna: USB port $(radio where card | sed 's/ .*//') is the card's, $(radio where pos | sed 's/ .*//') the terminal's, which pcscd has"
	tell walletd "$(alice pay status | sed -n 's/^Front end *//p'), as a card of ISO 14443-4"
	reader='--reader ACR122U'
	radio reset >/dev/null
fi
tell pay "$(alice pay ready 600)" || fail 'pay ready'

# The payment itself, with everybody's own words.
cursor=$(journal_cursor)
teectl monitor >"$work/monitor" 2>"$work/monitor.err" &
monitor=$!
until_true 10 grep -q listening "$work/monitor.err" || fail "$(cat "$work/monitor.err")"
# shellcheck disable=SC2086 # no word or two
till pos pay 4.50 --trace --timeout 20 $reader >"$work/pos" 2>"$work/pos.err" || fail "pos: $(cat "$work/pos" "$work/pos.err")"
until_true 10 sh -c "journalctl -q -u teepay-walletd -o cat --after-cursor='$cursor' | grep -q '^PAY .*is answered'" || fail 'walletd is silent'
kill "$monitor"
journalctl -q -u teepay-walletd -o cat --after-cursor="$cursor" | grep -v '^front end' >"$work/walletd"

# show_apdu N: the terminal's line of the Nth APDU, shortened to a screen's width.
show_apdu()
{
	grep -E ' (->|<-) ' "$work/pos" | sed -n "$1p" | sed -E 's/^ *.*(->|<-) +([0-9]+) bytes  (.*)$/\1 \2 \3/' | {
		read -r way size hex
		case $way in '->') who='pos →' ;; *) who='→ pos' ;; esac
		short=$(printf '%.52s' "$hex")
		[ "$short" = "$hex" ] || short="$short..."
		printf '  %s%s%s     %3d bytes  %s\n' "$cyan" "$who" "$off" "$size" "$short"
	}
}
# The wallet daemon's sentences for one command end with "... is answered SW"; the first tells what goes to the trusted application.
walletd_says()
{
	awk -v n="$1" 'BEGIN { i = 1 } { if (i == n) print } / is answered / { i++ }' "$work/walletd" | grep -v ' is answered ' |
		sed -n "$2" | while IFS= read -r line; do tell walletd "$line"; done
}
# The monitor's lines of the call of one command: what was lent for it, and how it ended.
kernel_says()
{
	awk -v call="command 0x$1( |$)" '
		{ line = $0; sub(/^[0-9:.]+ +/, "", line); sub(/[0-9a-f]+-[0-9a-f-]+ /, "", line); gsub(/ +/, " ", line) }
		/ lend / { lent = line }
		/ call / { if ($0 ~ call) { if (lent) print lent ": walletd does not have these pages now"; print line } lent = "" }' "$work/monitor" |
		while IFS= read -r line; do tell kernel "$line"; done
}
# What the terminal checked of the answer to one command, in the order in which it did.
pos_checks()
{
	awk -v n="$1" '/ (->|<-) / { i++ } /^  check / && i == 2 * n { sub(/^  check +/, ""); print }' "$work/pos" |
		while IFS= read -r line; do tell pos "$line"; done
}
exchange()
{
	show_apdu $((2 * $1 - 1))
	walletd_says "$1" 1p
	[ -z "${2-}" ] || kernel_says "$2"
	walletd_says "$1" '2,99p'
	show_apdu $((2 * $1))
}

title 'Claim 6  The terminal asks: is there a contactless payment application?'
exchange 1
title 'S2-S3  The terminal names the application, the card answers that it is its own'
exchange 2
title 'S4-S7  The terminal asks for the number; the trusted application encrypts it, signs the ciphertext, and answers through lent memory'
exchange 3 5
title 'S8  The terminal verifies the signature first, then decrypts, then validates the number, and asks for the money'
pos_checks 3
title 'S9  The purse is debited and the receipt goes back'
exchange 4 6
pos_checks 4

title 'The result'
grep -vE ' (->|<-) |APDU pairs|^  check ' "$work/pos" | while IFS= read -r line; do tell pos "$line"; done
after=$(alice pay balance)
tell pay "purse before: $before"
tell pay "purse after:  $after"
tell pos "$(till pos settle)"
tell payissuer "$(issuer accounts | tail -n 1)"
bytes=$(sed -n 's/.* APDU pairs, \([0-9]*\) bytes.*/\1/p' "$work/pos")
if [ -n "$reader" ]; then
	tell air "$(count apdus) APDU pairs, $(count apdu_bytes) bytes, are $(count block_bytes) bytes in $(count blocks) blocks of ISO 14443-4: $(($(count air_us) / 1000)) ms at 106 kbit/s, computed, with activation"
	printf '\n%s%s%s\n' "$green" "A tap paid: $before -> $after, four APDU pairs, $bytes bytes, through the loaded module, libnfc, USB, libccid and pcscd." "$off"
	aside 'The two readers were virtual ones; everything else is what runs on a laptop.'
	exit 0
fi
printf '\n%s%s%s\n' "$green" "A tap paid: $before -> $after, four APDU pairs, $bytes bytes, through the loaded module and the real pcscd." "$off"
aside 'The reader was the virtual one of vsmartcard; everything else is what runs on a laptop.'
