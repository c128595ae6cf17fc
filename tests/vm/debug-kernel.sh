#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Build the debugging kernel from Debian's source of the machine's stock kernel, once, in the cache, and print the folder:
#   release   the kernel's release
#   vmlinuz   with all drivers of debug.config inside; vmlinux is a link to it, since QEMU's short way into an uncompressed kernel
#             leads through code that KASAN instruments and that runs before its shadow is there
#   headers/  what the module is built against
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# What building a module takes of a kernel's tree, once that is built.
kept='.config Makefile Module.symvers include scripts arch/x86/Makefile arch/x86/Makefile_32.cpu arch/x86/include tools/objtool/objtool'

debug_fetch()
{
	(cd "$work" && lib_apt download "$package=$version") ||
		die "cannot fetch $package $version; if the mirror has a newer one, run: apt-get update"
	dpkg-deb --fsys-tarfile "$work/$package"_*.deb | tar -x -O --wildcards "*/$package.tar.xz" | tar -x -J -C "$work"
	tree=$work/$package
}

# debug_config: every line of debug.config must hold in the end; one that a newer kernel renamed would only be gone.
debug_config()
{
	make -s -C "$tree" KCONFIG_ALLCONFIG="$here/debug.config" allnoconfig >"$work/log" 2>&1 || debug_failed
	lost=$(grep '^CONFIG_' "$here/debug.config" | grep -vxF -f "$tree/.config") || return 0
	die "Linux $version does not take over these lines of tests/vm/debug.config: $(echo "$lost" | tr '\n' ' ')"
}

debug_failed()
{
	tail -n 30 "$work/log" >&2
	die "the debugging kernel does not build"
}

debug_build()
{
	lib_scratch "$cache"
	debug_fetch
	debug_config
	# It ends with this script, however that ends, and does not hold its lock.
	nice -n 19 setpriv --pdeathsig TERM make -s -C "$tree" -j"$(nproc)" bzImage modules >"$work/log" 2>&1 9>&- &
	child=$!
	wait "$child" || debug_failed
	child=
	mkdir -p "$work/new/headers"
	make -s -C "$tree" kernelrelease >"$work/new/release"
	# shellcheck disable=SC2086 # a list of names
	tar -c -C "$tree" --exclude='*.o' $kept | tar -x -C "$work/new/headers"
	mv "$tree/arch/x86/boot/bzImage" "$work/new/vmlinuz"
	ln "$work/new/vmlinuz" "$work/new/vmlinux"
	# What is there already is a finished one.
	mv -T "$work/new" "$dir" 2>/dev/null || [ -e "$dir/release" ] || die "cannot move the debugging kernel to $dir"
}

lib_resolve
series=$(echo "$kver" | cut -d . -f 1,2)
package=linux-source-$series
version=$(lib_version "linux-image-$kver")
dir=$cache/debug-kernel-$version-$(lib_hash "$here/debug.config" "$0")
if [ ! -d "$dir" ]; then
	lib_lock debug-kernel
	if [ ! -d "$dir" ]; then
		say "building a debugging Linux $version once (10 to 20 minutes on two cores)"
		debug_build
	fi
	lib_unlock
fi
touch "$dir"
# What no run has used for two weeks is gone.
find "$cache" -maxdepth 1 -name 'debug-kernel-*' -mtime +14 -exec rm -rf {} +
echo "$dir"
