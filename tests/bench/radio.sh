#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Inside the virtual machine: what a payment through two virtual ACR122U sends over the air, by the field's own counts, and how long a tap takes here. A table
# on standard output, and /mnt/out/bench.json.
set -u
cd "$(dirname "$0")/../system" || exit 1
# shellcheck source=/dev/null
. ./lib.sh
# shellcheck source=/dev/null
. ./radio.sh
taps=10
if ! issue_card || ! radio_open || ! until_true 60 tap 0.05; then
	echo 'bench: no payment goes through the virtual readers'
	exit 1
fi
radio reset >/dev/null
begun=$(date +%s%N)
good=$(taps "$taps" tap 0.05)
took=$((($(date +%s%N) - begun) / 1000000))
[ "$good" = "$taps" ] || { echo "bench: of $taps payments through the virtual readers $good ended well"; exit 1; }
per() { awk -v n="$1" -v taps="$taps" -v unit="${2-1}" 'BEGIN { printf "%.1f", n / taps / unit }'; }
{
	echo '{'
	echo "\"air_apdus\": $(per "$(count apdus)"),"
	echo "\"air_bytes\": $(per "$(count block_bytes)"),"
	echo "\"air_ms\": $(per "$(count air_us)" 1000),"
	echo "\"air_tap_ms\": $(per "$took")"
	echo '}'
} >/mnt/out/bench.json
echo "A payment through two virtual ACR122U: $(per "$(count apdus)") APDU pairs of $(per "$(count apdu_bytes)") bytes, $(per "$(count block_bytes)") in blocks;"
echo "$(per "$(count air_us)" 1000) ms of computed air time at 106 kbit/s, activation with it; $(per "$took") ms from pos's start to its end on this machine, of which"
echo "card, terminal, USB and the emulated processor have the rest."
