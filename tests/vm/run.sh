#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boot the virtual machine with teepay laid over it, run a command there as root, and exit as it did.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/boot.sh"

usage()
{
	cat <<'END'
usage: run.sh [options] COMMAND      run a shell command in the virtual machine
       run.sh [options] --shell      a root prompt on this terminal; poweroff ends it

  --root FOLDER     what `make install DESTDIR=FOLDER` made; laid over the image as root's
  --module FILE     kernel module, put where modprobe finds it
  --share FOLDER    readable at /mnt/host                    (default: the current folder)
  --out FOLDER      writable at /mnt/out, emptied at the start (default: build/vm-out)
  --timeout S       seconds until the run is a failure       (default: 300)
  --no-units        do not start teepay.target
  --screen          with a display and a keyboard, in the command's hand: the virtio port "hand" is QEMU's monitor, whose sendkey presses
                    keys and whose screendump keeps pictures; $VM_OUT is what the monitor calls /mnt/out. Only for trees that you
                    trust with this machine: the monitor can do more.

Exit status: the command's; 124 time-out, 125 panic or no verdict.
END
}

# run_modules: the module, and an index that includes it: made here, because the emulated machine takes long for it,
# and kept, because it changes with the module only.
run_modules()
{
	release=$(cat "$kernel/release")
	index=$cache/index-$({ basename "$kernel"; cat "$0" "$module"; } | sha256sum | cut -c1-16)
	if [ ! -d "$index" ]; then
		tree=$work/depmod/lib/modules/$release
		mkdir -p "$work/depmod/lib/modules"
		cp -as "$kernel/modules/lib/modules/$release" "$work/depmod/lib/modules/"
		for f in "$tree"/modules.*; do
			case $f in *.builtin | *.builtin.modinfo | *.order) ;; *) rm "$f" ;; esac
		done
		mkdir "$tree/updates"
		cp "$module" "$tree/updates/"
		depmod -b "$work/depmod" "$release"
		mkdir "$work/index"
		cp "$tree"/modules.dep* "$tree"/modules.alias* "$tree"/modules.symbols* "$tree/modules.softdep" "$work/index/"
		mv -T "$work/index" "$index" 2>/dev/null || [ -d "$index" ]
	fi
	touch "$index"
	lib=$work/lay/overlay/usr/lib/modules/$release
	mkdir -p "$lib/updates"
	cp "$module" "$lib/updates/"
	cp "$index"/* "$lib/"
}

# run_overlay: teepay as installed, the module, and this run's command, as an archive for the kernel to unpack.
run_overlay()
{
	lay=$work/lay/overlay
	mkdir -p "$lay/etc/teepay-vm" "$lay/etc/systemd/system" "$lay/usr/lib/teepay-vm"
	if [ -n "$root" ]; then
		cp -a "$root/." "$lay/"
		# Debian's /bin, /lib and /sbin are links into /usr; a folder must not take their place.
		for d in bin sbin lib lib64; do
			if [ -L "$lay/$d" ] || [ ! -d "$lay/$d" ]; then continue; fi
			mkdir -p "$lay/usr/$d"
			cp -a "$lay/$d/." "$lay/usr/$d/"
			rm -rf "${lay:?}/$d"
		done
		: >"$lay/run-ldconfig"
	fi
	[ -z "$module" ] || run_modules
	for f in agent tap-run check-dmesg module-unload; do cp "$here/guest/$f" "$lay/usr/lib/teepay-vm/"; done
	chmod 755 "$lay/usr/lib/teepay-vm/"*
	cp "$here/guest/teepay-vm.service" "$here/guest/teepay-vm.target" "$lay/etc/systemd/system/"
	if [ "$shell" = yes ]; then
		mkdir -p "$lay/etc/systemd/system/teepay-vm.service.d"
		cp "$here/guest/shell.conf" "$lay/etc/systemd/system/teepay-vm.service.d/"
	fi
	printf '%s\n' "$1" >"$lay/etc/teepay-vm/command"
	: >"$lay/etc/teepay-vm/env"
	[ "$screen" = no ] || echo "export VM_OUT='$out'" >"$lay/etc/teepay-vm/env"
	if [ "$shell" = yes ] && size=$(stty size 2>/dev/null); then
		echo "stty rows ${size% *} cols ${size#* }" >>"$lay/etc/teepay-vm/env"
	elif [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
		echo 'export CLICOLOR_FORCE=1' >>"$lay/etc/teepay-vm/env"
	fi
	chmod -R u+rwX,go+rX "$lay/etc/teepay-vm" "$lay/usr/lib/teepay-vm"
	(cd "$work/lay" && find overlay | cpio --quiet -o -H newc -R 0:0) >"$work/overlay.cpio"
	cat "$("$here/initrd.sh" full)" "$work/overlay.cpio" >"$work/initrd"
}

root='' module='' share=. out=build/vm-out limit=300 units=yes shell=no screen=no
while [ $# -gt 0 ]; do
	case $1 in
	--root) root=$2; shift ;;
	--module) module=$2; shift ;;
	--share) share=$2; shift ;;
	--out) out=$2; shift ;;
	--timeout) limit=$2; shift ;;
	--no-units) units=no ;;
	--screen) screen=yes ;;
	--shell) shell=yes ;;
	--help) usage; exit 0 ;;
	--) shift; break ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
[ "$shell" = yes ] || [ $# = 1 ] || { usage >&2; exit 2; }
case $limit in '' | *[!0-9]* | 0*) die "--timeout takes a number of seconds, not '$limit'" ;; esac
[ -d "$share" ] || die "the folder to share, $share, does not exist"
[ -z "$root" ] || [ -d "$root" ] || die "the installed tree, $root, does not exist"
[ -z "$module" ] || [ -f "$module" ] || die "the module $module does not exist; run: make kmod"
share=$(cd "$share" && pwd)

kernel=$("$here/kernel.sh")
image=$("$here/image.sh")
lib_scratch "${TMPDIR:-/var/tmp}"
boot_out "$out"
run_overlay "${1-}"
append='systemd.unit=teepay-vm.target systemd.show_status=no systemd.log_target=kmsg'
[ "$units" = no ] || append="$append systemd.wants=teepay.target"
# The image and the kernel's modules, /dev/vda and vdb; what is written to them is gone at the end.
set --
for disk in "root=$image" "modules=$kernel/modules.ext4"; do
	set -- "$@" -drive "file=${disk#*=},if=none,id=${disk%%=*},format=raw,snapshot=on,cache=unsafe" \
		-device "virtio-blk-pci,drive=${disk%%=*}"
done
if [ "$screen" = yes ]; then
	# The monitor listens on a socket, and the port is the one who calls there.
	set -- "$@" -device VGA,xres=800,yres=600 -chardev "socket,id=monitor,path=$work/monitor,server=on,wait=off" -mon chardev=monitor,mode=readline \
		-chardev "socket,id=hand,path=$work/monitor" -device virtserialport,chardev=hand,name=hand
fi
if [ "$shell" = yes ]; then
	boot_shell "$work/initrd" "$append" "$@"
fi
boot_qemu "$limit" "$work/initrd" "$append" "$@"
boot_verdict
