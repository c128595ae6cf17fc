#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# kmod.sh BUILD [MAKE-ARG...]: build the module against the virtual machine's kernel and print its path. The kernel of another
# Debian release takes that release's own compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build=$1
shift
kernel=$("$here/kernel.sh")
release=$(cat "$kernel/release")
lib_kernel
if [ "$suite" != "$(lib_own)" ]; then
	root=$("$here/compiler.sh")
	mkdir -p "$build"
	KMOD_MAKE="unshare --map-root-user --mount $here/compiler.sh $root $cache $(cd "$build" && pwd) make"
	export KMOD_MAKE
fi
"$here/../../packaging/kmod-build.sh" "$build" "$release" "$kernel/headers/usr/src/linux-headers-$release" "$@"
