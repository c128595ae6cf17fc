#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh BUILD [short.sh's options] -- PROGRAM: run the benchmarks of the channel in the small virtual machine, twice: for time, and
# once more with a clock that counts instructions; and those of cryptography and of a payment on this machine, since emulation makes
# arithmetic much dearer than anything else. Prints the tables; BUILD/bench.json gets one flat object of all.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

build=$1
program=
shift
for program; do :; done		# the last
options=''
while [ "$1" != -- ]; do
	options="$options $1"
	shift
done

# bench_run NAME 'ARG...' [OPTION...]: leaves BUILD/bench-NAME/.
bench_run()
{
	name=$1
	args=$2
	shift 2
	# shellcheck disable=SC2086 # a list of options
	"$here/../vm/short.sh" $options "$@" --out "$build/bench-$name" --timeout 900 -- "$program $args" >"$build/bench-$name.log" 2>&1 || {
		tail -n 40 "$build/bench-$name.log" >&2
		echo "bench: failed; the whole output is in $build/bench-$name.log" >&2
		exit 1
	}
	grep -v '^#' "$build/bench-$name/$(basename "$program").tap"
}

bench_run times '--json /mnt/out/bench.json'
bench_run instructions '--instructions --rounds 5 --json /mnt/out/bench.json' --icount
"$build/tests/bench/crypto" --json "$build/bench-crypto.json"
rm -rf "$build/bench-payment"
mkdir "$build/bench-payment"
"$build/tests/bench/payment" --dir "$build/bench-payment" --json "$build/bench-payment.json" 2>"$build/bench-payment.log" || {
	tail -n 10 "$build/bench-payment.log" >&2
	exit 1
}
rm -rf "$build/bench-payment"
echo
grep -a -A 2 '^A payment through' "$build/bench-radio/output.log" || :
{
	echo '{'
	sed -s '/^[{}]$/d; s/,*$/,/' "$build/bench-times/bench.json" "$build/bench-instructions/bench.json" "$build/bench-crypto.json" "$build/bench-payment.json" \
		"$build/bench-radio/bench.json" | sed '$s/,$//'
	echo '}'
} >"$build/bench.json"
echo
echo "The same as one object: $build/bench.json"
