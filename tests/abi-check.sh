#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Holds what include/uapi/teechan.h promises: it compiles alone in every dialect that a program may be written in, and its structures
# have neither holes nor padding and are the same for 32-bit programs as for 64-bit ones.  TAP on standard output.
set -eu
cd "$(dirname "$0")/.."
. tests/tap.sh
header=include/uapi/teechan.h
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The kernel's own headers of 32-bit programs are beside those of 64-bit ones.
asm=/usr/include/$(gcc -print-multiarch)

# alone WIDTH OPTION...: twice, since a header may be included twice.
alone()
{
	width=$1
	shift
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		gcc -m"$width" -Wall -Wextra -Werror -fsyntax-only -iquote . -idirafter "$asm" "$@" - 2>&1 || :
}
for width in 64 32; do
	result "it compiles alone as C11 ($width bits)" "$(alone $width -std=c11 -x c)"
	result "and as the kernel checks its own headers: C90 ($width bits)" "$(alone $width -std=c90 -pedantic -Wno-long-long -x c)"
	result "and as C++ ($width bits)" "$(alone $width -std=c++11 -pedantic -x c++)"
done

# Every structure that the header has, each used once, so that the compiler tells of it.
structs=$(sed -n 's/^struct \(teechan_[a-z0-9_]*\) {$/\1/p' "$header")
{
	printf '#include "%s"\n' "$header"
	for s in $structs; do echo "struct $s use_$s;"; done
} >"$work/use.c"
for width in 64 32; do
	gcc -m$width -g -c -iquote . -idirafter "$asm" -o "$work/$width.o" "$work/use.c"
done

# layout WIDTH STRUCT: "OFFSET SIZE NAME" a member, the size of all, and what pahole notes of holes and padding.
layout()
{
	pahole -C "$2" "$work/$1.o" | sed -n '
		s/ __attribute__((__aligned__([0-9]*)))//
		s|.*[[:space:]]\([a-z0-9_]*\(\[[0-9]*\]\)*\); */\* *\([0-9]*\) *\([0-9]*\) \*/$|\3 \4 \1|p
		s|.*/\* size: \([0-9]*\),.*|size \1|p
		/\/\* .*\(hole\|padding\|bit_\)/p'
}
result 'there are structures to look at' "$([ "$(echo "$structs" | wc -w)" -ge 10 ] || echo "only: $structs")"
for s in $structs; do
	layout 64 "$s" >"$work/64"
	layout 32 "$s" >"$work/32"
	grep -q '^0 [0-9]* [a-z]' "$work/64" || echo 'no member at 0: a hole' >>"$work/64"
	result "struct $s has no holes and no padding" "$(grep -h 'hole\|padding\|bit_' "$work/64" "$work/32" || :)"
	result "struct $s is the same for 32 bits" "$(diff "$work/64" "$work/32" || :)"
done
finish
