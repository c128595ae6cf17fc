#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A terminal that the issuer does not know learns nothing; bytes changed on the way make the terminal refuse.
. ./lib.sh
. ./field.sh
issue_card || echo '# no card could be issued'
before=$(balance)

# What the card itself says to a GET VCN with this certificate, from a tool that has no opinion of its own.
get_vcn()
{
	cert=$(sed -n 's/.*"tcert": *"\([0-9a-f]*\)".*/\1/p' "$1/terminal.json")
	[ -z "${2-}" ] || cert=$(printf '%s' "$cert" | sed "$2")
	bytes=$((${#cert} / 2))
	apdu=$(printf '80100101%02xc181%02x%sc210%032d00' $((bytes + 21)) "$bytes" "$cert" 0)
	opensc-tool -c default -r 0 -s 00a4040008f05445455041590100 -s "$apdu" 2>&1 | grep Received | tail -n 1
}
refused='^Received \(SW1=0x69, SW2=0x82\)$'

opensc-tool -l >/dev/null
until_true 20 card_present
like 'a good certificate gets an answer' "$(get_vcn /var/lib/teepay/pos)" '^Received \(SW1=0x90, SW2=0x00\):'
like 'a forged one gets no number' "$(get_vcn /var/lib/teepay/pos 's/0$/1/; t; s/.$/0/')" "$refused"

# Made 20 days ago for 7 days, and shown by a terminal whose clock still stands there.
make_terminal /tmp/expired faketime '20 days ago'
like 'an expired one gets no number' "$(get_vcn /tmp/expired)" "$refused"
got=$(till faketime '20 days ago' pos pay 1.00 --dir /tmp/expired --json --timeout 20 2>&1)
like 'its terminal says that nothing was paid' "$got" '"result": *"failed"'
is 'and shows no number' "$(printf '%s' "$got" | grep -c '"card": *"[0-9]')" 0

# Another issuer, whole: its own keys, its own certificate.
mkdir -p /tmp/foreign-issuer
chown teepay-issuer /tmp/foreign-issuer
issuer --database /tmp/foreign-issuer/issuer.db init >/dev/null
make_terminal /tmp/foreign payissuer --database /tmp/foreign-issuer/issuer.db
like 'a foreign one gets no number' "$(get_vcn /tmp/foreign)" "$refused"
got=$(till pos pay 1.00 --dir /tmp/foreign --json --timeout 20 2>&1)
like 'its terminal says that nothing was paid' "$got" '"result": *"failed"'
is 'and shows no number' "$(printf '%s' "$got" | grep -c '"card": *"[0-9]')" 0
is 'nothing was debited' "$(balance)" "$before"

field_open
# Frame 6 is the answer to GET VCN: C3 81 F0, enc 32, c0 115, c1 29, signature 64.
for part in enc:3 certificate:40 number:160 signature:200; do
	field --at 6 --flip $((${part#*:} * 8))
	got=$(till pos pay 1.00 --json --timeout 20 2>&1)
	like "a changed ${part%:*} is refused before the number is opened" "$got" '"result": *"(refused|failed)"'
	is "no number is shown (${part%:*})" "$(printf '%s' "$got" | grep -c '"card": *"[0-9]')" 0
	is "nothing is debited (${part%:*})" "$(balance)" "$before"
done
# Frame 7 is PAY: header 5, C4 1A p, C5 10 m.
field --at 7 --flip $((40 * 8))
got=$(till pos pay 1.00 --json --timeout 20 2>&1)
is 'a wrong MAC debits nothing' "$(balance)" "$before"
like 'and the terminal is in doubt, since no answer was authentic' "$got" '"result": *"in doubt"'
field
ok 'the next tap settles it' till pos pay 1.00 --json --timeout 20
is 'with one debit' "$(balance)" "$((before - 100))"
# Frame 8 is the receipt: changed on its way, the debit stands and is found again.
field --at 8 --flip 80
got=$(till pos pay 2.00 --json --timeout 20 2>&1)
like 'a changed receipt leaves the terminal in doubt' "$got" '"result": *"in doubt"'
field
ok 'the next tap finds the receipt' till pos pay 2.00 --json --timeout 20
is 'with one debit, not two' "$(balance)" "$((before - 300))"

# pcscd calls a card mute whose reset failed and that came back before it looked again. It must be powered, and then it pays.
field --mute
ok 'a tap pays' till pos pay 2.00 --json --timeout 20
ok 'whose last reset found no card' until_true 20 grep -q away /tmp/field.log
ok 'a card that pcscd holds for mute pays' till pos pay 2.00 --json --timeout 20
field_close
finish
