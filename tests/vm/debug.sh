#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# debug.sh BUILD [--with FILE]... -- 'PROGRAM [ARG...]'...: the short boot of short.sh on the debugging kernel, with leak scans.
# Any report of its checkers fails the run. Results are in BUILD/vm-debug-out, one .tap file for each program and check.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..

build=$1
shift
"$top/packaging/deps.sh" "$top/packaging/deps-debug.list"
kernel=$("$here/debug-kernel.sh")
# The kernel has UBSan but does not instrument itself; line numbers are for addr2line -e teechan.ko.
module=$("$top/packaging/kmod-build.sh" "$build" "$(cat "$kernel/release")" "$kernel/headers" UBSAN_SANITIZE=y KCFLAGS=-g)
# System calls are some 20 times slower there.
export TAP_LIMIT="${TAP_LIMIT-300}"
exec "$here/short.sh" --kernel "$kernel" --leaks --module "$module" --out "$build/vm-debug-out" --timeout 1500 "$@"
