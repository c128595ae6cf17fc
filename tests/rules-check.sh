#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Holds docs/TESTS.channel.md against the module's tests and the mutants that break them, and docs/TESTS.payment.md against the unit tests and the parts of
# tests/tears.  TAP on standard output.
# shellcheck disable=SC2016 # the backquotes are the page's
set -eu
cd "$(dirname "$0")/.."
. tests/tap.sh
page=docs/TESTS.channel.md
mutants=tests/vm/mutants.list

# "PROGRAM NAME" of every test that there is, of every one that the page names, and of every one that a mutant names.
there()
{
	for f in tests/vm/kmod/*.c; do
		sed -n "s|^	{ \"\\(.*\\)\", [a-z0-9_]* },\$|$(basename "$f" .c) \\1|p" "$f"
	done
}
named()
{
	grep '^|' "$page" | sed 's/<br>/|/g' | tr '|' '\n' | sed -n 's/^ *`\([a-z]*\)` \([^`]*[^` ]\) *$/\1 \2/p'
}
listed()
{
	sed -n 's/^test \([a-z]*\) *\(.*\)/\1 \2/p' "$mutants"
}
# missing LIST IN: the lines of one that the other has not.
missing()
{
	printf '%s\n' "$1" | while read -r line; do
		printf '%s\n' "$2" | grep -qxF -e "$line" || echo "$line"
	done
}

all=$(there)
result 'every test that the page names exists' "$(missing "$(named)" "$all")"
result 'every test that a mutant names exists' "$(missing "$(listed)" "$all")"
result 'the page names every test of a rule' "$(missing "$(printf '%s\n' "$all" | grep ' rule [0-9]*:')" "$(named)")"
result 'every rule from 1 to 14 has its tests' "$(for i in $(seq 14); do grep -q "^### Rule $i:" $page || echo "$i"; done)"

# A row tells just the mutants that name one of its tests.
pairs()
{
	awk '$1 == "mutant" { m = $2 } $1 == "test" { p = $2; sub(/^test [a-z]+ +/, ""); print m, p, $0 }' "$mutants"
}
told()
{
	grep '^|' "$page" | grep -v '<br>' | sed -n 's/^| `\([a-z]*\)` \(.*[^ ]\) | \(.*\) |$/\1 \2|\3/p' | while IFS='|' read -r test by; do
		for m in $by; do echo "$(printf '%s' "$m" | tr -d '`') $test"; done
	done
}
result 'every mutant that the page names is one of that test' "$(missing "$(told)" "$(pairs)")"
result 'the page names every mutant of a rule' "$(missing "$(pairs | grep ' rule [0-9]*:')" "$(told)")"

# --- the payment ---
payment=docs/TESTS.payment.md
absent()
{
	sed -n 's/^| `\([a-z_]*\)` \([a-z_0-9]*\) |.*/\1 \2/p' "$payment" | while read -r program test; do
		case $program in
		tears) grep -q "{ \"$test\", " tests/tears/main.c || echo "$program $test" ;;
		*) grep -qw "$test" "tests/unit/${program}_test.c" || echo "$program $test" ;;
		esac
	done
}
parts()
{
	sed -n 's/^	{ "\([a-z]*\)", ".*", [a-z]* },$/\1/p' tests/tears/main.c | while read -r part; do
		grep -q "^| \`tears\` $part |" "$payment" || echo "$part"
	done
}
result 'every test that the page of the payment names exists' "$(absent 2>&1)"
result 'the page of the payment names every part of the tears' "$(parts)"
result 'every rule of the payment from 1 to 13 has its tests' "$(for i in $(seq 13); do grep -q "^| \*\*Rule $i\*\* |" $payment || echo "$i"; done)"
finish
