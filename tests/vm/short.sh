#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boot the kernel with nothing but the module and some test programs: seconds, not a system.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/boot.sh"

usage()
{
	cat <<'END'
usage: short.sh [options] 'PROGRAM [ARG...]'...

Loads the module, runs each program (a file of this machine, with the libraries it needs) as root, unloads the module
and reads the kernel's log. The output is TAP; FOLDER gets one PROGRAM.tap each, and module-unload.tap and
check-dmesg.tap, for tests/harness.pl. TAP_LIMIT and TAP_ONLY in the environment are the programs' too.

  --module FILE     the kernel module                          (default: none)
  --kernel FOLDER   a kernel as kernel.sh unpacks it           (default: that one)
  --leaks           also search for lost memory, before and after unloading; only a kernel of debug-kernel.sh can
  --icount          one processor, whose clock counts instructions; emulated on any machine
  --with FILE       another program or script for the tests, put into /test; may be repeated
  --share FOLDER    readable at /mnt/host                      (default: the current folder)
  --out FOLDER      writable at /mnt/out, emptied at the start (default: build/vm-short-out)
  --timeout S       seconds until the run is a failure         (default: 120)

Exit status: 0 all passed, 1 something failed, 124 time-out, 125 panic or no verdict.
END
}

# short_add PROGRAM: put it and the libraries it is linked with into the machine.
short_add()
{
	[ -f "$1" ] || die "there is no program $1"
	cp "$1" "$work/lay/test/"
	chmod 755 "$work/lay/test/$(basename "$1")"
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | sort -u | while read -r lib; do
		mkdir -p "$work/lay$(dirname "$lib")"
		cp -Ln "$lib" "$work/lay$lib"
	done
}

module='' share=. out=build/vm-short-out limit=120 with='' kernel='' leaks='' icount=''
while [ $# -gt 0 ]; do
	case $1 in
	--module) module=$2; shift ;;
	--with) with="$with $2"; shift ;;
	--kernel) kernel=$2; shift ;;
	--leaks) leaks=check-leaks ;;
	--icount) icount=yes ;;
	--share) share=$2; shift ;;
	--out) out=$2; shift ;;
	--timeout) limit=$2; shift ;;
	--help) usage; exit 0 ;;
	--) shift; break ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || { usage >&2; exit 2; }
case $limit in '' | *[!0-9]* | 0*) die "--timeout takes a number of seconds, not '$limit'" ;; esac
[ -d "$share" ] || die "the folder to share, $share, does not exist"
[ -z "$module" ] || [ -f "$module" ] || die "the module $module does not exist; run: make kmod"
share=$(cd "$share" && pwd)

kernel=${kernel:-$("$here/kernel.sh")}
initrd=$("$here/initrd.sh" short "$kernel")
lib_scratch "${TMPDIR:-/var/tmp}"
mkdir -p "$work/lay/test"
for f in tap-run module-unload check-dmesg $leaks; do cp "$here/guest/$f" "$work/lay/test/"; done
chmod 755 "$work/lay/test/"*
[ -z "$module" ] || cp "$module" "$work/lay/test/module.ko"
for f in $with; do short_add "$f"; done
{
	echo 'rc=0'
	[ -z "${TAP_LIMIT-}" ] || echo "export TAP_LIMIT='$TAP_LIMIT'"
	[ -z "${TAP_ONLY-}" ] || printf "export TAP_ONLY='%s'\n" "$(printf '%s' "$TAP_ONLY" | sed "s/'/'\\\\''/g")"
} >"$work/lay/test/run"
for line in "$@"; do
	program=${line%% *}
	short_add "$program"
	args=${line#"$program"}
	printf 'tap-run /test/%s%s || rc=1\n' "$(basename "$program")" "$args" >>"$work/lay/test/run"
done
# shellcheck disable=SC2016 # for the machine to expand
echo 'test $rc = 0' >>"$work/lay/test/run"
(cd "$work/lay" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0) >"$work/lay.cpio"
cat "$initrd" "$work/lay.cpio" >"$work/initrd"
boot_out "$out"
boot_qemu "$limit" "$work/initrd" "rdinit=/init${leaks:+ kasan_multi_shot page_owner=on}"
boot_verdict
