#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The module cannot be removed in use; afterwards it goes, comes back, and the kernel has nothing to say.
. ./lib.sh
issue_card || echo '# no card could be issued'

like 'rmmod is refused in use' "$(rmmod teechan 2>&1; echo "exit $?")" 'in use'
systemctl stop teepay.target teepay-walletd teepay-payta
ok 'rmmod is clean afterwards' rmmod teechan
ok 'the device is gone' test ! -e /dev/teechan
ok 'the module comes back' modprobe teechan
ok 'and the services with it' systemctl start teepay.target
ok 'which are active' until_true 20 systemctl is-active teepay-payta teepay-walletd
before=$(balance)
ok 'a tap pays' till pos pay 0.50 --json --timeout 20
is 'with one debit' "$(balance)" "$((before - 50))"
ok 'the kernel warned of nothing but the two taint lines' check-dmesg
finish
