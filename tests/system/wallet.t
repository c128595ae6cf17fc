#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The holder's own tools: a live view, a history that answers questions, and the way back from a trusted application that was rolled back.
. ./lib.sh
issue_card || echo '# no card could be issued'
alice pay topup 20.00 >/dev/null
log=/var/lib/teepay/ta/7ee9a100-0c1d-4f0e-9b5a-746565706179.log

# --- watch ---
alice pay watch --json >/tmp/watch 2>/tmp/watch.err &
watch=$!
# shellcheck disable=SC2317 # called by until_true
seen() { grep -q "$1" /tmp/watch; }
ok 'watch says how things stand' until_true 20 seen '"event":"state","state":"active"'
ok 'a tap pays' till pos pay 4.50 --timeout 20
ok 'watch tells of the tap and whose terminal it was' until_true 20 seen '"event":"tap","merchant":"Campus Canteen No. 1"'
ok 'and of the payment' until_true 20 seen '"event":"record".*"kind":"payment","amount":-450'
till pos pay 50.01 --timeout 20 >/dev/null 2>&1
ok 'and that the card asks for its holder' until_true 20 seen '"event":"asked","what":"verify","amount":5001'
systemctl restart teepay-walletd
ok 'it outlives the wallet daemon' until_true 30 sh -c 'grep -c "\"event\":\"state\"" /tmp/watch | grep -qv "^1$"'
pkill -TERM -u alice -x pay
ok 'it ends well when it is told to' wait "$watch"
is 'and says nothing else' "$(cat /tmp/watch.err)" ''

# --- on a desktop: a session bus, and somebody who sees what is asked of its notification service ---
# shellcheck disable=SC2016 # alice's shell expands it
alice dbus-run-session -- sh -c 'busctl --user --json=short monitor >/tmp/notices 2>&1 & exec pay watch' >/tmp/watch2 2>&1 &
watch=$!
until_true 20 grep -q 'card active' /tmp/watch2
until_true 20 grep -q Monitoring /tmp/notices
till pos pay 0.50 --timeout 20 >/dev/null
ok 'a payment is shown on the desktop' until_true 20 grep -q '"member":"Notify".*"Paid","payment -0.50 EUR, Campus Canteen No. 1, balance ' /tmp/notices
pkill -TERM -u alice -x pay
wait "$watch"

# --- history ---
is 'a spreadsheet gets a line of names first' "$(alice pay history --csv | head -n 1 | tr -d '\r')" 'counter,kind,time,amount,balance,currency,name,peer'
is 'filters: payments to this merchant of this amount' \
	"$(alice pay history --kind payment --merchant canteen --min 4.50 --max 4.50 --limit 1 --csv | tail -n 1 | cut -d, -f2,4,6,7)" 'payment,-4.50,EUR,"Campus Canteen No. 1"'
is 'nothing was paid tomorrow' "$(alice pay history --since "$(date -d tomorrow +%F)" --json)" '[]'
like 'a bad filter is told' "$(alice pay history --since yesterday 2>&1; echo "exit $?")" 'exit 2'
like 'a receipt checks' "$(alice pay receipt "$(alice pay history --kind payment --limit 1 --csv | tail -n 1 | cut -d, -f1)")" 'Signature +good'

# --- the trusted application is rolled back ---
old=$(alice pay status --json | sed 's/.*"card":"\([0-9a-f]*\)".*/\1/')
systemctl stop teepay-payta
cp -p "$log" /tmp/ta.log
systemctl start teepay-payta
until_true 30 sh -c 'runuser -u alice -- pay balance'
ok 'a payment' till pos pay 1.50 --timeout 20
held=$(balance)
systemctl stop teepay-payta
cp -p /tmp/ta.log "$log"
systemctl start teepay-payta
ok 'a rolled back application is found out' until_true 30 sh -c 'runuser -u alice -- pay status | grep -q "^Trouble.*rolled back.*pay recover"'
like 'and pays no more' "$(till pos pay 1.50 --timeout 20 2>&1)" 'no teepay application'

# --- the way back ---
like 'recover blocks the card and says what to do' "$(alice pay recover)" 'Card [0-9a-f]{16} is blocked.*'
like 'the issuer has it on its deny list' "$(issuer denylist)" "$old"
systemctl stop teepay-walletd teepay-payta
mv /var/lib/teepay/ta /var/lib/teepay/ta.lost
systemctl start teepay.target
until_true 30 sh -c 'runuser -u alice -- pay status | grep -q "^Card  *empty"'
like 'then there is a new card, and the money comes later' "$(alice pay recover)" 'is issued and active.*'
is 'which holds nothing yet' "$(balance)" 0
like 'and again' "$(alice pay recover)" 'run pay recover again after'
date -s "$(date -d '+8 days' '+%F %T')" >/dev/null
like 'after the settlement deadline it is refunded' "$(alice pay recover)" 'were refunded to card'
is 'all that the old card held' "$(balance)" "$held"
date -s "$(date -d '-8 days' '+%F %T')" >/dev/null
like 'the books balance' "$(issuer accounts --json)" '"balanced": true'
finish
