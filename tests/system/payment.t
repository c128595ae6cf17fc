#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A tap pays: four APDU pairs, 672 bytes, and the purse says so on every side.
. ./lib.sh
issue_card || echo '# no card could be issued'

before=$(balance)
is 'the purse holds what was topped up' "$before" '10000'
paid=$(till pos pay 4.50 --trace --json --timeout 20 2>/tmp/trace)
is 'pos ends well' "$?" 0
like 'and says paid' "$paid" '"result": *"paid"'
like 'with a masked number and no other' "$paid" '"card": *"[0-9]{6}\*+[0-9]{4}"'
is 'the purse is 4.50 less' "$(balance)" "$((before - 450))"

# One line an APDU: [step] -> or <-, its bytes by the terminal's count, and itself in hexadecimal, which is counted here.
grep -E ' (->|<-) ' /tmp/trace | awk '{ print length($NF) / 2 }' >/tmp/sizes
is 'a payment is four pairs' "$(grep -c . /tmp/sizes)" 8
is 'of these bytes' "$(tr '\n' ' ' </tmp/sizes)" '20 48 14 37 162 245 52 94 '
is '672 in all' "$(awk '{ n += $1 } END { print n }' /tmp/sizes)" 672
is 'none over 250' "$(awk '$1 > 250' /tmp/sizes)" ''

like 'the history shows merchant and amount' "$(alice pay history)" 'Campus Canteen No. 1.*4\.50'
like 'the receipt checks' "$(alice pay receipt 2)" '[Ss]ignature.*(holds|valid|good|correct)'
like 'above the limit it asks for verification' "$(till pos pay 50.01 --json --timeout 20)" '"sw": "62F2"'
is 'and debits nothing' "$(balance)" "$((before - 450))"
ok 'at 49.99 it does not' till pos pay 49.99 --json --timeout 20
like 'too little money is refused with its own status' "$(till pos pay 49.99 --json --timeout 20)" '"sw": "62F1"'
is 'and debits nothing' "$(balance)" "$((before - 450 - 4999))"
like 'the same reference again is the same purchase' "$(till pos pay 4.50 --ref order-17 --json --timeout 20; till pos pay 4.50 --ref order-17 --json --timeout 20)" '"earlier": true'
is 'and is debited once' "$(balance)" "$((before - 450 - 4999 - 450))"

like 'the terminal is settled' "$(till pos settle 2>&1; echo "exit $?")" 'exit 0'
like 'settling again credits nothing' "$(till pos settle 2>&1; echo "exit $?")" 'exit 0'
like 'the merchant has it all, once' "$(issuer accounts --json)" '"balance": *5899'
finish
