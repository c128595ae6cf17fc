#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Money from card to card.  Two devices take turns on this machine: each has its own trusted application's storage and its own wallet.
. ./lib.sh
issue_card || echo '# no card could be issued'
id bob >/dev/null 2>&1 || useradd -m -G teepay bob
bob() { runuser -u bob -- "$@"; }

# device FROM TO: the machine becomes the other device
device()
{
	systemctl stop teepay-walletd teepay-payta
	mkdir -p /var/lib/teepay/devices
	for part in ta walletd; do
		mv "/var/lib/teepay/$part" "/var/lib/teepay/devices/$part.$1"
		[ ! -e "/var/lib/teepay/devices/$part.$2" ] || mv "/var/lib/teepay/devices/$part.$2" "/var/lib/teepay/$part"
	done
	systemctl start teepay-payta teepay-walletd
	until_true 20 sh -c 'pay status --json | grep -Eq "\"state\":\"(empty|active)\""'
}

device alice bob
ok 'bob applies for a card of his own' bob pay apply --holder bob
device bob alice
before=$(balance)
ok 'alice sends him money' alice pay transfer bob 3.00
is 'her purse is less' "$(balance)" "$((before - 300))"
like 'her history names him' "$(alice pay history)" 'bob.*3\.00'
like 'to nobody is refused' "$(alice pay transfer nobody 1.00 2>&1)" 'nobody'
like 'more than there is, is refused' "$(alice pay transfer bob 900.00 2>&1; echo "exit $?")" 'exit 1'
is 'and moves nothing' "$(balance)" "$((before - 300))"
device alice bob
bob pay sync >/dev/null
like 'bob has it' "$(bob pay balance)" '^3\.00 EUR'
bob pay sync >/dev/null
like 'once' "$(bob pay balance)" '^3\.00 EUR'
device bob alice
is 'alice still has hers' "$(balance)" "$((before - 300))"
like 'the books balance' "$(issuer accounts --json)" '"balanced": *true'
finish
