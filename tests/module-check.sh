#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The module builds without a word under W=1 and sparse against the headers of each kernel of $TEEPAY_KERNELS, in a build of its own, and
# says of itself what modprobe and people look for.  TAP on standard output.
set -eu
cd "$(dirname "$0")/.."
. tests/tap.sh
build=${TEEPAY_BUILD:-build}/sparse
mkdir -p "$build"

# C=2 looks at every file again, what is up to date too; a warning of the compiler's is an error, so that it comes again as well.
clean()
{
	KERNEL=$1 tests/vm/kernel.sh >/dev/null 2>&1 || echo "there is no such kernel"
	{ KERNEL=$1 tests/vm/kmod.sh "$build" W=1 C=2 KCFLAGS=-Werror >"$build/path-$1" || echo "it does not build"; } 2>&1
}

# The module is GPL, has a description, an author and a license, explains every parameter, and names what it needs beside the kernel.
described()
{
	modinfo "$1" >"$build/info" 2>&1 || cat "$build/info"
	for want in 'license: *GPL$' 'description: *..' 'author: *..' 'softdep: *pre: .*sha1' 'vermagic: *[0-9]' 'name: *teechan$'; do
		grep -q "^$want" "$build/info" || echo "no line for $want"
	done
	grep '^parm:' "$build/info" | grep -v '^parm: *[a-z_]*:..* ([a-z]*)$' || :
	grep -q '^parm:' "$build/info" || echo 'no parameters'
}

# What a call runs through on either side, hot.h, is one page.
one_page()
{
	for side in client ta; do
		readelf -SW "$1" | awk -v name=".text.hot.$side" '
			{ sub(/^ *\[ *[0-9]+\] /, "") }
			$1 == name { found = 1; if ($NF != 4096 || length($5) > 6 || $5 > "001000") print name ": " $0 }
			END { if (!found) print "no section " name }'
	done
}

for k in ${TEEPAY_KERNELS:-stock}; do
	result "sparse and W=1 find nothing (kernel: $k)" "$(clean "$k")"
	result "modinfo tells what it is (kernel: $k)" "$(described "$(cat "$build/path-$k")")"
	result "a call runs through one page of code on either side (kernel: $k)" "$(one_page "$(cat "$build/path-$k")")"
done
finish
