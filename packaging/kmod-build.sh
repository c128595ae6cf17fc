#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# kmod-build.sh BUILD RELEASE HEADERS [MAKE-ARG...]: build teechan.ko for a kernel, against its headers, and print the module's path.
# kbuild writes beside its sources, so it gets a copy of them: BUILD/kmod-RELEASE. KMOD_MAKE in the environment is another make.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$1
release=$2
headers=$3
shift 3
[ -e "$headers/include/config/kernel.release" ] || {
	echo "kmod-build: $headers holds no kernel headers; install linux-headers-amd64, or name another folder with KDIR=" >&2
	exit 1
}
dir=$build/kmod-$release

# A file that went away must not be found in the copy; one that did not change must not look new to kbuild.
files=$(cd "$top" && find Kbuild kmod include -name '*.[ch]' -o -name 'Kbuild' | sort)
if [ "$files $headers" != "$(cat "$dir/.files" 2>/dev/null)" ]; then
	rm -rf "$dir"
	mkdir -p "$dir"
	printf '%s %s' "$files" "$headers" >"$dir/.files"
fi
for f in $files; do
	mkdir -p "$dir/$(dirname "$f")"
	cp -pu "$top/$f" "$dir/$f"
done
# No BTF: that needs the kernel's own debugging data, which Debian ships apart.
# shellcheck disable=SC2086 # a command
${KMOD_MAKE:-make} -s -C "$headers" M="$(cd "$dir" && pwd)" "$@" modules >"$dir/log" 2>&1 || {
	cat "$dir/log" >&2
	echo "kmod-build: the module does not build" >&2
	exit 1
}
grep -v '^Skipping BTF generation' "$dir/log" >&2 || :
echo "$dir/teechan.ko"
