#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# debug.sh BUILD [--with FILE]... -- 'PROGRAM [ARG...]'...: the short boot of short.sh on the debugging kernel, with leak scans.
# Any report of its checkers fails the run. Results are in BUILD/vm-debug-out, one .tap file for each program and check.
# DEBUG_LIMIT in the environment is the time-out in seconds.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..

build=$1
shift
"$top/packaging/deps.sh" "$top/packaging/deps-debug.list"
kernel=$("$here/debug-kernel.sh")
# The kernel has UBSan and KCOV but does not instrument itself; line numbers are for addr2line -e teechan.ko.
module=$("$top/packaging/kmod-build.sh" "$build" "$(cat "$kernel/release")" "$kernel/headers" UBSAN_SANITIZE=y KCOV_INSTRUMENT=y KCFLAGS=-g)
# System calls are some 20 times slower there.
export TAP_LIMIT="${TAP_LIMIT-300}"
exec "$here/short.sh" --kernel "$kernel" --leaks --module "$module" --out "$build/vm-debug-out" --timeout "${DEBUG_LIMIT-2400}" "$@"
