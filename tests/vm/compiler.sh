#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# compiler.sh: unpack what another Debian release builds its kernel's modules with (its gcc, binutils and kbuild's tools, whose
# libraries this machine has not) into the cache, and print the folder.
# compiler.sh FOLDER CACHE BUILD COMMAND...: run a command with that folder as its root, where CACHE and BUILD are as outside.
set -eu

if [ $# -gt 3 ]; then
	root=$1
	for d in /dev "$2" "$3"; do
		mkdir -p "$root$d"
		mount --rbind "$d" "$root$d"
	done
	shift 3
	LANG=C exec chroot "$root" "$@"
fi
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# What kbuild's makefiles call beside the compiler.
tools='binutils make dash coreutils sed grep findutils diffutils mawk perl base-files'

compiler_unpack()
{
	lib_scratch "$cache"
	# shellcheck disable=SC2086 # one word a package
	mmdebstrap --variant=extract --include="$(echo $packages | tr ' ' ,)" --skip=cleanup/reproducible \
		--dpkgopt='path-exclude=/usr/share/doc/*' "$suite" "$work/root.tar" - <"$sources" 2>"$work/log" || {
		tail -n 20 "$work/log" >&2
		die "mmdebstrap failed; if packages were not found, run: apt-get update"
	}
	mkdir "$work/new"
	tar -xf "$work/root.tar" -C "$work/new" --exclude='./dev/*'
	ln -s mawk "$work/new/usr/bin/awk"
	mv "$work/new" "$dir"
}

lib_resolve
packages="$(sed -n 's/^\(gcc-[0-9]*-x86-64-linux-gnu\|linux-kbuild-[^ ]*\) .*/\1/p' "$resolved") $tools"
dir=$cache/compiler-$suite-$({ cat "$resolved" "$0"; } | sha256sum | cut -c1-16)
if [ ! -d "$dir" ]; then
	lib_lock compiler
	if [ ! -d "$dir" ]; then
		say "fetching the compiler of Debian $suite once (about 20 s)"
		compiler_unpack
	fi
	lib_unlock
fi
touch "$dir"
echo "$dir"
