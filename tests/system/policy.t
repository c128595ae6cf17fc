#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# /etc/teepay/policy.conf is sealed before payta starts; another payta, or a broken policy, does not come up, and all is well without one.
. ./lib.sh
issue_card || echo '# no card could be issued'
payta=/usr/libexec/teepay/payta
policy=/etc/teepay/policy.conf
uuid=7ee9a100-0c1d-4f0e-9b5a-746565706179

# anew: everything down, a new module, everything up.
anew()
{
	systemctl stop teepay.target teepay-walletd teepay-payta
	rmmod teechan && modprobe teechan && systemctl start teepay.target
}
# shellcheck disable=SC2317 # until_true calls it
active() { systemctl is-active teepay-payta && systemctl is-active teepay-walletd; }
digest() { sha256sum "$1" | cut -c1-64; }
refusals() { teectl --json status | sed -n 's/.*"refusals":\([0-9]*\).*/\1/p'; }
# shellcheck disable=SC2317 # and this
refused_again() { [ "$(refusals)" -gt "$1" ]; }

like 'without a file there is no policy' "$(teectl policy show)" 'No policy is set'
like 'payta knows which executable walletd is' "$(journalctl -u teepay-payta -o cat)" \
	"login user-application, executable sha256 $(digest /usr/libexec/teepay/walletd)"

mkdir -p /etc/teepay
printf '# who may bind\n%s teepay-ta %s\n' "$uuid" "$payta" >"$policy"
anew
ok 'payta comes up under its policy' until_true 20 active
like 'which is sealed' "$(teectl policy show)" 'sealed until the module is unloaded'
like 'and names it' "$(teectl policy show)" "$uuid +$(id -u teepay-ta) teepay-ta +$(digest $payta)"
like 'root cannot change it' "$(teectl policy load $policy 2>&1; echo "exit $?")" 'is sealed until'
before=$(balance)
ok 'a tap pays' till pos pay 0.50 --json --timeout 20
is 'with one debit' "$(balance)" "$((before - 50))"

cp -p "$payta" "$payta.right"
cp -p "$payta" "$payta.wrong"
echo >>"$payta.wrong"
mv "$payta.wrong" "$payta"
seen=$(refusals)
systemctl restart teepay-payta --no-block
ok 'another payta is refused' until_true 20 refused_again "$seen"
ok 'and does not come up' not systemctl is-active teepay-payta
mv "$payta.right" "$payta"
ok 'the right one does' until_true 20 systemctl is-active teepay-payta
ok 'and pays again' until_true 20 till pos pay 0.50 --json --timeout 20

systemctl stop teepay.target teepay-walletd teepay-payta
rmmod teechan
echo "$uuid teepay-ta *" >"$policy"
modprobe teechan
systemctl start teepay-payta 2>/dev/null
ok 'with a broken policy payta does not start' not systemctl is-active teepay-payta
like 'and the log names file and line' "$(journalctl -u teepay-policy -o cat)" "$policy:1: .*would allow all"

rm "$policy"
systemctl reset-failed
ok 'without the file all is as before' anew
ok 'and comes up' until_true 20 active
like 'with no policy' "$(teectl policy show)" 'No policy is set'
finish
