#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run by image.sh, as root or under fakeroot: WORK/root.tar becomes WORK/root.ext4, and WORK/packages says what is inside.
set -eu
work=$1
root=$work/root

mkdir "$root"
tar -xpf "$work/root.tar" -C "$root" --exclude='./dev/*'
rm -f "$work/root.tar"
dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package} ${Version}\n' >"$work/packages"

mkdir -p "$root/mnt/host" "$root/mnt/out" "$root/usr/lib/modules"

echo teepay-vm >"$root/etc/hostname"
printf '127.0.0.1 localhost teepay-vm\n::1 localhost\n' >"$root/etc/hosts"
: >"$root/etc/resolv.conf"
: >"$root/etc/fstab"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
sed -i 's/^root:[^:]*:/root::/' "$root/etc/shadow"

# Left out of the boot: what a machine that lives for seconds, without network, clock and people, does not need.
units=$root/etc/systemd/system
mkdir -p "$units"
for u in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
	fstrim.timer getty@tty1.service getty.target ldconfig.service logrotate.timer motd-news.timer \
	systemd-ask-password-wall.path systemd-ask-password-console.path systemd-binfmt.service \
	systemd-boot-system-token.service systemd-firstboot.service systemd-hwdb-update.service \
	systemd-journal-catalog-update.service systemd-journal-flush.service systemd-logind.service \
	systemd-machine-id-commit.service systemd-pcrphase-initrd.service systemd-pcrphase-sysinit.service \
	systemd-pcrphase.service systemd-pstore.service systemd-random-seed.service systemd-remount-fs.service \
	systemd-rfkill.service systemd-timesyncd.service systemd-tmpfiles-clean.timer \
	systemd-update-done.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
	systemd-user-sessions.service sys-kernel-debug.mount sys-kernel-tracing.mount \
	dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount \
	modprobe@fuse.service modprobe@loop.service modprobe@dm_mod.service modprobe@drm.service modprobe@configfs.service modprobe@efi_pstore.service \
	sys-kernel-config.mount; do
	ln -sf /dev/null "$units/$u"
done
# The journal stays in memory, and is not told to the console again.
mkdir -p "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n' >"$root/etc/systemd/journald.conf.d/vm.conf"
# systemd-sysusers runs at each boot, since teepay is laid over after the image was built.
mkdir -p "$units/systemd-sysusers.service.d"
printf '[Unit]\nConditionNeedsUpdate=\n' >"$units/systemd-sysusers.service.d/always.conf"
# Of the devices that are there from the start only those need udev's rules that a module may have made early.
mkdir -p "$units/systemd-udev-trigger.service.d"
printf '[Service]\nExecStart=\nExecStart=udevadm trigger --action=add --subsystem-match=misc\n' \
	>"$units/systemd-udev-trigger.service.d/misc.conf"
# Generators look for disks, getties and init scripts that are not there; the one that reads the kernel's command line stays.
mkdir -p "$root/etc/systemd/system-generators"
for g in "$root"/usr/lib/systemd/system-generators/*; do
	[ "${g##*/}" = systemd-debug-generator ] || ln -sf /dev/null "$root/etc/systemd/system-generators/${g##*/}"
done
ln -sf /usr/lib/systemd/system/multi-user.target "$units/default.target"

mke2fs -q -t ext4 -L teepay-vm -m 0 -O '^metadata_csum,^64bit' -E lazy_itable_init=1,root_owner=0:0 \
	-d "$root" "$work/root.ext4" 1500M >/dev/null
