#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The trusted applications of docs/examples, built on the host by the development kit, as services; their clients get what is known.
. ./lib.sh
examples=$(cd ../..; pwd)/${TEEPAY_BUILD:-build}/examples

# unit EXAMPLE: the service of its trusted application.
unit() { f=$(echo "$examples/$1"/*.ta); f=${f##*/}; echo "teepay-ta@${f%.ta}.service"; }

# run EXAMPLE ARGUMENT...: its client as somebody in no group but the clients'.
run()
{
	client=$1
	shift
	runuser -u nobody -g teeclnt -- "$examples/$client/$client" "$@" 2>&1 || echo "exit $?"
}

starts() { ok "$1 starts" systemctl start "$(unit "$1")"; }

for e in "$examples"/*/; do
	starts "$(basename "$e")"
done

is 'hello: a command' "$(run hello 41)" '42'
is 'hello: as many sessions as there are clients' "$(run hello 1 & run hello 1; wait)" "$(printf '2\n2')"
like 'random: 32 bytes, by the API as it was in version 1.1' "$(run random 32)" '^[0-9a-f]{64}$'
like 'random: not more than it allows' "$(run random 2000)" 'exit 2'

# NIST SP 800-38A F.5.1
key=2b7e151628aed2a6abf7158809cf4f3c counter=f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
plain=6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51
cipher=874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff
is 'aes: encrypts' "$(run aes encrypt $key $counter $plain)" "$cipher"
is 'aes: decrypts' "$(run aes decrypt $key $counter $cipher)" "$plain"

# RFC 4226 appendix D
is 'hotp: the first ten passwords' "$(run hotp 12345678901234567890 10 | tr '\n' ' ')" \
	'755224 287082 359152 969429 338314 254676 287922 162583 399871 520489 '

# FIPS 180-4's "abc", in pieces
is 'sha: SHA-1' "$(run sha 1 a b c)" 'a9993e364706816aba3e25717850c26c9cd0d89d'
is 'sha: SHA-256' "$(run sha 256 ab c)" 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
is 'sha: SHA-384 of nothing' "$(run sha 384)" \
	'38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b'
like 'sha: another size is refused by the application' "$(run sha 255 abc)" '0xffff000a from 4'

is 'rsa: there and back' "$(run rsa 2048 hello)" "$(printf 'encrypted: 256 bytes\ndecrypted: hello\nsignature: good\nof another text: refused')"
is 'ecdsa: signed and verified' "$(run ecdsa hello)" "$(printf 'signed: 64 bytes\nsignature: good\nof another text: refused')"

# RFC 5903 §8.1
initiator=c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433
initiator_x=dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180
initiator_y=5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3
responder=c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53
responder_x=d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63
responder_y=56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab
secret=d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de
is 'ecdh: the initiator' "$(run ecdh $initiator $initiator_x $initiator_y $responder_x $responder_y)" "$secret"
is 'ecdh: the responder' "$(run ecdh $responder $responder_x $responder_y $initiator_x $initiator_y)" "$secret"

like 'storage: nothing of a name' "$(run storage read poem)" 'none of that name'
is 'storage: written' "$(run storage write poem 'roses are red')" ''
ok 'storage: it is killed' systemctl kill -s KILL "$(unit storage)"
ok 'storage: it comes back' until_true 30 systemctl is-active "$(unit storage)"
is 'storage: read by another instance' "$(run storage read poem)" 'roses are red'
is 'storage: nothing of it is on the disk' "$(grep -rlE 'roses|poem' /var/lib/private/teepay/tas)" ''
is 'storage: deleted' "$(run storage delete poem; run storage read poem | tail -n 1)" 'exit 1'

unit=$(unit hello)
journal=$(journalctl -u "$unit" -o short 2>/dev/null)
like 'its log is in the journal' "$journal" 'I/TA: TA_OpenSessionEntryPoint:[0-9]+ hello'
like 'by its level' "$(journalctl -u "$unit" -o json | grep 'I/TA')" '"PRIORITY":"6"'
ta=$(main_pid "$unit")
# systemd's range for dynamic users.
uid=$(stat -c %u "/proc/$ta")
ok 'it runs as a user that systemd made' test "$uid" -ge 61184 -a "$uid" -le 65519
like 'of its own' "$(systemctl show -p User --value "$unit")" '^ta-[0-9a-f]{20}$'
is 'it is under a seccomp filter' "$(awk '/^Seccomp:/ { print $2 }' "/proc/$ta/status")" '2'
score=$(systemd-analyze security --no-pager "$unit" | sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
echo "# exposure of teepay-ta@.service: $score"
ok 'its unit scores 0.7 or better' awk "BEGIN { exit !($score <= 0.7) }"
like 'one that is not installed does not start' "$(systemctl start teepay-ta@00000000-0000-4000-8000-000000000000.service 2>&1; echo "exit $?")" \
	'exit [1-9]'
# Others unload the module.
for e in "$examples"/*/; do
	systemctl stop "$(unit "$(basename "$e")")"
done
finish
