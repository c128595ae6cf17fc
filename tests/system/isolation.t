#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Nobody but root gets at the trusted application's memory, nor at its storage; the same program with root's rights does, so the test can see.
. ./lib.sh
people
intruder=/mnt/host/${TEEPAY_BUILD:-build}/tests/system/intruder
ta=$(main_pid teepay-payta)
for user in mallory teepay-wallet till; do
	for way in process_vm_readv ptrace mem maps pidfd_getfd; do
		like "$user cannot use $way on payta" "$(runuser -u "$user" -- "$intruder" "$way" "$ta" 2>&1)" 'refused'
	done
	ok "$user cannot list payta's storage" not runuser -u "$user" -- ls /var/lib/teepay/ta
done
like 'mallory cannot use ptrace on walletd' "$(mallory "$intruder" ptrace "$(main_pid teepay-walletd)" 2>&1)" 'refused'
like 'the intruder works on a process of its own kind' "$("$intruder" process_vm_readv "$$" 2>&1)" 'got in'
is 'the device key is for root only' "$(stat -c '%U %a' /etc/credstore.encrypted/teepay.devicekey)" 'root 600'
finish
