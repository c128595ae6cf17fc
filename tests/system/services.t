#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What is installed comes up by itself, in order, and no wider open than it says.
. ./lib.sh
people

for unit in teepay.target teepay-payta.service teepay-walletd.service teepay-trustuid.socket pcscd.socket; do
	ok "$unit is active" systemctl is-active "$unit"
done
is 'no unit failed' "$(systemctl --failed --no-legend --plain)" ''

is '/dev/teechan is for the group teeclnt' "$(stat -c '%U:%G %a' /dev/teechan)" 'root:teeclnt 660'
is '/dev/teechan-ta is for the group teeta' "$(stat -c '%U:%G %a' /dev/teechan-ta)" 'root:teeta 660'
for node in /dev/teechan /dev/teechan-ta; do
	like "a client without the group cannot open $node" "$(mallory sh -c ": <>$node" 2>&1)" 'Permission denied'
done
like 'the wallet daemon cannot open the trusted side' "$(runuser -u teepay-wallet -g teeclnt -- sh -c ': <>/dev/teechan-ta' 2>&1)" \
	'Permission denied'

ta=$(main_pid teepay-payta)
is 'payta runs as its own user' "$(stat -c %U "/proc/$ta")" 'teepay-ta'
is 'payta has no capability' "$(awk '/^CapEff/ { print $2 }' "/proc/$ta/status")" '0000000000000000'
is 'payta is under a seccomp filter' "$(awk '/^Seccomp:/ { print $2 }' "/proc/$ta/status")" '2'
is 'payta may not gain privileges' "$(awk '/^NoNewPrivs/ { print $2 }' "/proc/$ta/status")" '1'
is 'payta is not swapped: its memory is locked' "$(awk '/^VmLck/ { print ($2 > 0) }' "/proc/$ta/status")" '1'
is 'payta leaves no core' "$(awk '/^Max core file size/ { print $5 }' "/proc/$ta/limits")" '0'
score=$(systemd-analyze security --no-pager teepay-payta.service | sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
echo "# exposure of teepay-payta.service: $score"
ok 'its unit scores 0.7 or better' awk "BEGIN { exit !($score <= 0.7) }"
is 'walletd runs as its own user' "$(stat -c %U "/proc/$(main_pid teepay-walletd)")" 'teepay-wallet'
is 'nobody may attach a debugger' "$(cat /proc/sys/kernel/yama/ptrace_scope)" '2'

like 'mallory may not spend' "$(mallory pay balance 2>&1; echo "exit $?")" 'exit [1-5]'
like 'teectl shows the payment TA' "$(teectl status)" '7ee9a100-0c1d-4f0e-9b5a-746565706179'
like 'trustuid answers' "$(runuser -u teepay-ta -- /usr/libexec/teepay/trustuid --ask 2>&1)" 'screen of|no screen'
for verb in verify pin; do
	like "pay $verb without a card says so" "$(alice pay "$verb" 2>&1; echo "exit $?")" 'there is no card'
done
mkdir -p /etc/teepay
printf '[rf]\nfrontend = libnfc\n' >/etc/teepay/walletd.conf
systemctl restart teepay-walletd
ok 'the front end libnfc says that there is no reader' until_true 20 sh -c 'pay status | grep -q "libnfc: no reader"'
rm /etc/teepay/walletd.conf
systemctl restart teepay-walletd
finish
