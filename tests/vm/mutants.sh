#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# mutants.sh BUILD [MUTANT...]: break a copy of the module in each way of mutants.list, and see the tests fail that it names.
# TAP, one test for each mutant and test.  A quarter of a minute for each, more where a test hangs until its limit.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
list=$here/mutants.list

build=$(cd "$1" && pwd)
shift
work=$build/mutants
mkdir -p "$work"
# Enough for any test of these when nothing else runs.
export TAP_LIMIT="${TAP_LIMIT-20}"

# mutants_field NAME KIND: the lines of one kind of a mutant, without the kind.
mutants_field()
{
	awk -v name="$1" -v kind="$2" '$1 == "mutant" { on = $2 == name } on && $1 == kind { sub(/^[a-z]+ +/, ""); print }' "$list"
}

# mutants_make NAME: the broken module, built; its path. Fails when an edit changes nothing. The next build starts from what is whole.
mutants_make()
{
	mutants_field "$1" edit | while read -r file code; do
		perl -0pi -e "$code" "$work/$file"
		! cmp -s "$top/$file" "$work/$file" || { echo "the edit changes nothing in $file"; exit 1; }
	done >&2 && "$work/packaging/kmod-build.sh" "$work/build" "$release" "$kernel/headers/usr/src/linux-headers-$release" || made=$?
	mutants_field "$1" edit | while read -r file _; do cp "$top/$file" "$work/$file"; done
	return "${made-0}"
}

# mutants_run NAME: run the programs of its tests, as far as the tests are its own.
mutants_run()
{
	programs=$(mutants_field "$1" test | cut -d' ' -f1 | sort -u)
	TAP_ONLY=$(mutants_field "$1" test | sed 's/^[a-z]* *//' | tr '\n' '|')
	export TAP_ONLY
	set -- "$1"
	for p in $programs; do set -- "$@" "$build/tests/kmod/$p"; done
	shift
	"$here/short.sh" --kernel "$kernel" --timeout 240 --module "$module" --with "$build/bin/teectl" --out "$work/out" -- "$@"
}

# shellcheck disable=SC2046 # names are words
[ $# -gt 0 ] || set -- $(awk '$1 == "mutant" { print $2 }' "$list")
kernel=$("$here/kernel.sh")
release=$(cat "$kernel/release")
for d in Kbuild kmod include packaging; do
	rm -rf "${work:?}/$d"
	cp -r "$top/$d" "$work/$d"
done
mkdir -p "$work/build"
n=0
bad=0
for name; do
	module=''
	module=$(mutants_make "$name" 2>"$work/make.log") || sed 's/^/# /' "$work/make.log"
	rm -f "$work/out/"*.tap
	[ -z "$module" ] || mutants_run "$name" >"$work/run.log" 2>&1 || :
	# Why they failed: not, it is to be hoped, because the machine was slow.
	[ -z "$module" ] || grep -h "^# [^e]" "$work/out/"*.tap || :
	mutants_field "$name" test >"$work/named"
	while read -r program test; do
		n=$((n + 1))
		tap=$work/out/$program.tap
		if [ -n "$module" ] && [ -s "$tap" ] && ! sed -n 's/^ok [0-9]* - //p' "$tap" | grep -qxF -e "$test"; then
			echo "ok $n - $name: $test"
		else
			echo "not ok $n - $name: $test"
			bad=1
		fi
	done <"$work/named"
done
echo "1..$n"
exit $bad
