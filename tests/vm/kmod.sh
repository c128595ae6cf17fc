#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# kmod.sh BUILD [MAKE-ARG...]: build the module against the virtual machine's kernel and print its path.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

build=$1
shift
kernel=$("$here/kernel.sh")
release=$(cat "$kernel/release")
"$here/../../packaging/kmod-build.sh" "$build" "$release" "$kernel/headers/usr/src/linux-headers-$release" "$@"
