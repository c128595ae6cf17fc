#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# initrd.sh full|short [KERNEL]: build the first file system of a boot in the cache and print its path.
#   full   finds the disk and hands over to systemd; Debian's own does the same in ten seconds more
#   short  is all there is: the test's files are laid over it
# KERNEL is another folder than kernel.sh's; one without modules/ has its drivers built in.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

case ${1-} in
full) modules='virtio_pci virtio_blk virtio_console ext4 9p 9pnet_virtio' ;;
short) modules='virtio_pci virtio_console 9p 9pnet_virtio' ;;
*) die "usage: initrd.sh full|short [KERNEL]" ;;
esac

# initrd_modules: copy the modules and what they need, unpacked, and list them in the order of loading.
initrd_modules()
{
	: >"$work/root/modules/order"
	[ -d "$kernel/modules" ] || return 0
	base=$kernel/modules/lib/modules/$(cat "$kernel/release")
	for m in $modules; do
		modprobe -d "$kernel/modules" -S "$(cat "$kernel/release")" --show-depends "$m" |
			sed -n "s|^insmod $base/\([^ ]*\).*|\1|p"
	done | awk '!seen[$0]++' | while read -r m; do
		name=$(basename "${m%.xz}")
		case $m in
		*.xz) xz -dc "$base/$m" >"$work/root/modules/$name" ;;
		*) cp "$base/$m" "$work/root/modules/$name" ;;
		esac
		echo "$name" >>"$work/root/modules/order"
	done
}

kernel=${2:-$("$here/kernel.sh")}
initrd=$cache/initrd-$1-$({ basename "$kernel"; sha256sum </bin/busybox; cat "$0" "$here/guest/init-$1"; } |
	sha256sum | cut -c1-16).cpio
if [ ! -e "$initrd" ]; then
	lib_scratch "$cache"
	mkdir -p "$work/root/bin" "$work/root/modules" "$work/root/dev" "$work/root/proc" "$work/root/sys" \
		"$work/root/root" "$work/root/tmp" "$work/root/mnt/host" "$work/root/mnt/out"
	cp /bin/busybox "$work/root/bin/busybox"
	for a in awk basename cat chmod chroot cp dmesg echo grep insmod kill ln ls lsmod mkdir mknod mount poweroff rm rmmod sed \
		seq setsid sh sleep switch_root tail tee test timeout umount; do
		ln -s busybox "$work/root/bin/$a"
	done
	install -m 755 "$here/guest/init-$1" "$work/root/init"
	initrd_modules
	(cd "$work/root" && find . | cpio --quiet -o -H newc -R 0:0) >"$work/initrd"
	mv "$work/initrd" "$initrd"
fi
touch "$initrd"
echo "$initrd"
