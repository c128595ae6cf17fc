#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Unpack one of Debian's stock kernels (KERNEL in the environment, see lib.sh), its modules and its headers into the cache, and
# print the folder:
#   release               the kernel's release, as uname -r will say in the machine
#   vmlinuz, vmlinux      as shipped; uncompressed, which spares the emulator the unpacking (4 s)
#   modules/lib/modules/  modules with their index; drivers for hardware that QEMU has not are left out
#   modules.ext4          the same as a file system, which a full boot mounts at /usr/lib/modules
#   headers/usr/src/linux-headers-RELEASE  what the module is built against
# With --release only the release is printed and nothing is unpacked.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

absent='sound drivers/media drivers/infiniband drivers/net/ethernet drivers/net/wireless drivers/iio drivers/staging
	drivers/gpu/drm/amd drivers/gpu/drm/i915 drivers/gpu/drm/nouveau drivers/gpu/drm/radeon'

# The payload of a bzImage, found by its header (Documentation/x86/boot.rst): offset and length after the setup sectors.
kernel_uncompress()
{
	sects=$(od -An -tu1 -j 497 -N 1 "$1" | tr -d ' ')
	offset=$(od -An -tu4 -j 584 -N 4 "$1" | tr -d ' ')
	length=$(od -An -tu4 -j 588 -N 4 "$1" | tr -d ' ')
	tail -c "+$(((sects + 1) * 512 + offset + 1))" "$1" | head -c "$length" >"$2.payload"
	case $(od -An -tx1 -N 4 "$2.payload") in
	' fd 37 7a 58') xz -dc --single-stream <"$2.payload" >"$2" ;;
	' 28 b5 2f fd') zstd -qdc <"$2.payload" >"$2" 2>/dev/null || : ;;	# a size follows the frame
	esac
	rm -f "$2.payload"
	readelf -hl "$2" >/dev/null 2>&1 || ln -f "$1" "$2"
}

kernel_unpack()
{
	lib_scratch "$cache"
	kbuild=$(awk '$1 ~ /^linux-kbuild-/ { print $1; exit }' "$resolved")
	for p in "linux-image-$kver" "linux-headers-$kver" "linux-headers-${kver%-amd64}-common" "$kbuild"; do
		(cd "$work" && lib_apt download "$p=$(lib_version "$p")") ||
			die "cannot fetch $p; if the mirror has a newer one, run: apt-get update"
	done
	for deb in "$work"/linux-image-*.deb; do dpkg-deb -x "$deb" "$work/image"; done
	for deb in "$work"/linux-headers-*.deb "$work"/linux-kbuild-*.deb; do dpkg-deb -x "$deb" "$work/headers"; done

	mkdir -p "$work/new/modules/lib"
	mv "$work/image/boot/vmlinuz-$kver" "$work/new/vmlinuz"
	kernel_uncompress "$work/new/vmlinuz" "$work/new/vmlinux"
	for d in "$work/image/usr/lib/modules" "$work/image/lib/modules"; do
		[ ! -d "$d" ] || mv "$d" "$work/new/modules/lib/"
	done
	for d in $absent; do rm -rf "$work/new/modules/lib/modules/$kver/kernel/$d"; done
	depmod -b "$work/new/modules" "$kver"
	mke2fs -q -t ext4 -L modules -m 0 -O '^metadata_csum,^64bit' -E lazy_itable_init=1,root_owner=0:0 \
		-d "$work/new/modules/lib/modules" "$work/new/modules.ext4" 512M >/dev/null

	mv "$work/headers" "$work/new/headers"
	# Debian's headers name their common half by an absolute path.
	sed -i "s|/usr/src/|$dir/headers/usr/src/|" "$work/new/headers/usr/src/linux-headers-$kver/Makefile"
	echo "$kver" >"$work/new/release"
	mv "$work/new" "$dir"
}

lib_resolve
if [ "${1-}" = --release ]; then
	echo "$kver"
	exit
fi
dir=$cache/kernel-$kver-$(lib_version "linux-image-$kver")-$(lib_hash "$0")
if [ ! -d "$dir" ]; then
	lib_lock kernel
	if [ ! -d "$dir" ]; then
		say "fetching Linux $kver and its headers once (about 15 s)"
		kernel_unpack
	fi
	lib_unlock
fi
touch "$dir"
echo "$dir"
