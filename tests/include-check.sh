#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Holds what docs/ARCHITECTURE.md says of includes: every header compiles alone, a source includes its own header first, and arrows between the folders
# go downwards only.  TAP on standard output.
set -eu
cd "$(dirname "$0")/.."
. tests/tap.sh

# --- every header alone ---
alone()
{
	for h in proto/*.h common/*.h libtee/*.h libtee/*/*.h libtee/include/*/*.h libtee/devkit/include/*.h daemon/*/*.h tools/*/*.h tests/unit/*.h tests/tears/*.h tests/acr122u/*.h include/uapi/*.h; do
		[ -e "$h" ] || continue
		# shellcheck disable=SC2086,SC2046 # options are words
		printf '#include "%s"\n' "$h" |
			${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -DTEEPAY_VERSION='""' -Wall -Wextra -Werror -fsyntax-only -iquote . -Ilibtee/include/client \
				-Ilibtee/include/internal -Ilibtee/devkit/include $(pkg-config --cflags libpcsclite libnfc libnl-genl-3.0 cmocka) -x c - 2>&1 | sed "s|^|$h: |" | head -n 3
	done
}
result 'every header compiles alone' "$(alone)"

# --- own header first ---
own_first()
{
	for c in proto/*.c common/*.c common/*/*.c libtee/*.c libtee/*/*.c daemon/*/*.c tools/*/*.c tests/acr122u/*.c; do
		h=${c%.c}.h
		[ -e "$h" ] || continue
		first=$(sed -n 's/^#include [<"]\(.*\)[>"].*/\1/p' "$c" | head -n 1)
		[ "${first##*/}" = "${h##*/}" ] || echo "$c includes $first before its own header"
	done
}
result 'a source includes its own header first' "$(own_first)"

# --- arrows: what a folder's files may include with quotes, as an extended regular expression of paths ---
arrows()
{
	while read -r folder allowed; do
		for f in "$folder"/*.[ch]; do
			[ -e "$f" ] || continue
			sed -n 's/^#include "\(.*\)".*/\1/p' "$f" | while read -r inc; do
				case $inc in */*) ;; *) continue ;; esac
				printf '%s\n' "$inc" | grep -Eq "^($folder|$allowed)/" || echo "$f includes $inc"
			done
		done
	done <<'END'
proto proto
common proto|common
common/libusb common/libusb
libtee libtee|include/uapi
libtee/client libtee|include/uapi
libtee/internal libtee|include/uapi
libtee/devkit libtee
daemon/payta proto
daemon/walletd proto|common
daemon/nfctarget daemon/walletd|common
daemon/trustuid proto|common|libtee
tools/pay proto|common
tools/pos proto|common
tools/payissuer proto|common
tools/teectl include/uapi
END
}
result 'includes go downwards only' "$(arrows)"

foreign()
{
	grep -nE '#include <(openssl|sqlite3|stdio|unistd|fcntl|sys/|systemd)' proto/*.[ch] daemon/payta/*.[ch] || :
}
result 'proto and payta call neither OpenSSL nor POSIX' "$(foreign)"
result 'walletd and trustuid do not see the internal API' "$(grep -nE 'tee_internal_api|tee_api|libtee/internal' daemon/walletd/*.[ch] daemon/trustuid/*.[ch] tools/*/*.[ch] || :)"

finish
