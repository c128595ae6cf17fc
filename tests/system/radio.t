#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two virtual ACR122U: the card behind libnfc, the terminal behind pcscd and behind libnfc. RADIO_TAPS payments of each (a hundred when all is tested).
. ./lib.sh
. ./radio.sh
taps=${RADIO_TAPS:-20}
issue_card || echo '# no card could be issued'
ok 'the readers are plugged in, and walletd has its own' radio_open

like 'nfc-list sees both readers' "$(LIBNFC_LOG_LEVEL=3 nfc-list 2>&1 | grep -c 'device found: Bus')" '^[2-9]'
# It reset each of them, and may have had the card's for a moment: walletd comes back by itself.
ok 'and walletd has its own one afterwards' until_true 30 holds nfctarget card

pid=$(main_pid teepay-walletd)
pcscd_away
pcscd_back
ok 'pcscd takes the one for the terminal' until_true 60 tap 0.10
before=$(balance)
radio reset >/dev/null
rm -f /tmp/taps.log
is "$taps payments through pcscd and libccid, none fails" "$(taps "$taps" tap 0.10)" "$taps"
[ ! -e /tmp/taps.log ] || sed 's/^/# /' /tmp/taps.log
is 'each is debited once' "$(balance)" "$((before - 10 * taps))"
is 'a payment is four APDU pairs' "$(count apdus)" "$((4 * taps))"
is 'of 672 bytes' "$(count apdu_bytes)" "$((672 * taps))"
ok 'at most 750 with the framing of ISO 14443-4' test "$(count block_bytes)" -le "$((750 * taps))"
ok 'and at most 80 ms of computed air time, its activation with it' test "$(count air_us)" -le "$((80000 * taps))"
echo "# $(radio counts)"
echo "# $(alice pay status | sed -n 's/^ *\(terminals:.*\)/\1/p')"

pcscd_away
before=$(balance)
radio reset >/dev/null
rm -f /tmp/taps.log
is "$taps payments through libnfc at both ends, none fails" "$(taps "$taps" tap_nfc 0.10)" "$taps"
[ ! -e /tmp/taps.log ] || sed 's/^/# /' /tmp/taps.log
is 'each is debited once' "$(balance)" "$((before - 10 * taps))"
is 'with the same bytes' "$(count apdu_bytes)" "$((672 * taps))"
radio late card yes >/dev/null
radio late pos yes >/dev/null
is 'readers whose every answer comes when libnfc gives up the read for it: two payments' "$(taps 2 tap_nfc 0.10)" 2
radio late card no >/dev/null
radio late pos no >/dev/null
# Opening it by libnfc resets it.
radio fault pos desync 5 >/dev/null
point 'out of step' tap_nfc
held 'a reader that is out of step'
is 'no answer of either reader was lost' "$(count card_losses) $(count pos_losses)" '0 0'
[ ! -e /tmp/taps.log ] || sed 's/^/# /' /tmp/taps.log
echo "# $(radio counts)"
echo "# $(alice pay status | sed -n 's/^ *\(terminals:.*\)/\1/p')"

like 'pay status counts terminals' "$(alice pay status)" 'terminals: [1-9]'
like 'so does teectl status' "$(teectl status | tail -n 3 | tr '\n' ' ')" "^CARD'S RADIO libnfc: at the reader terminals: [1-9]"
like 'and as JSON' "$(teectl status --json)" ',"front_end":[{]"name":"libnfc","state":"at the reader","terminals":[1-9][0-9]*,"commands":[1-9][0-9]*,"torn":[0-9]+,"errors":[0-9]+,"restarts":[0-9]+[}][}]$'
is 'walletd was never restarted' "$(main_pid teepay-walletd)" "$pid"
begun=$(date +%s%N)
systemctl stop teepay-walletd
ok 'nothing of it is left' not pidof nfctarget
echo "# walletd stopped in $((($(date +%s%N) - begun) / 1000000)) ms"
systemctl start teepay-walletd
radio_close
finish
