#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Build the virtual machine's read-only file system image in the cache, once, and print its path. The name holds a hash
# of the package list, of every resolved version and of these scripts: whatever changes makes another image. The kernel is apart.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# Documents and translations that nobody reads in there.
slim='--dpkgopt=path-exclude=/usr/share/doc/* --dpkgopt=path-exclude=/usr/share/man/*
	--dpkgopt=path-exclude=/usr/share/locale/* --dpkgopt=path-exclude=/usr/share/info/*'

image_build()
{
	lib_scratch "$cache"
	include=$(lib_list "$here/image.list" | paste -sd,)
	# shellcheck disable=SC2086 # $slim is a list of options
	mmdebstrap --variant=essential --include="$include" $slim --skip=cleanup/reproducible \
		"$suite" "$work/root.tar" - \
		<"$sources" 2>"$work/log" || {
		tail -n 20 "$work/log" >&2
		die "mmdebstrap failed; if packages were not found, run: apt-get update"
	}
	# Who is not root writes the image as root's by fakeroot.
	as_root=
	[ "$(id -u)" = 0 ] || as_root='fakeroot --'
	$as_root sh -eu "$here/image-fill.sh" "$work" ||
		die "filling the image failed"
	# The image must be what its name says.
	if ! sort "$work/packages" | comm -23 - "$resolved" >"$work/differ" || [ -s "$work/differ" ]; then
		cat "$work/differ" >&2
		die "the mirror has other versions than apt knows here; run: apt-get update"
	fi
	mv "$work/root.ext4" "$image"
}

lib_resolve image
image=$cache/image-$({ lib_list "$here/image.list"; cat "$resolved"
	cat "$0" "$here/image-fill.sh"; } | sha256sum | cut -c1-16).ext4
if [ ! -e "$image" ]; then
	lib_lock image
	if [ ! -e "$image" ]; then
		say "building the image once (about 1 min)"
		start=$(date +%s)
		image_build >&2
		say "image built in $(($(date +%s) - start)) s, $(du -h "$image" | cut -f1)"
	fi
	lib_unlock
fi
touch "$image"
# What no run has used for two weeks is gone.
find "$cache" -maxdepth 1 \( -name 'image-*' -o -name 'kernel-*' -o -name 'resolved-*' -o -name 'lists-*' -o -name 'compiler-*' \
	-o -name 'index-*' -o -name 'initrd-*' -o -name '.tmp.*' \) \
	-mtime +14 -exec rm -rf {} +
echo "$image"
