#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# deps.sh [LIST]: install the Debian packages of deps.list, or of LIST, that this machine lacks; say nothing when it lacks none.
set -eu
list=${1:-$(dirname "$0")/deps.list}

want=$(sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$list" | sort -u)
names=$(printf '%s\n' "$want" | tr -s ' |' '\n')
command -v dpkg-query >/dev/null 2>&1 || {
	echo "deps: this is not a Debian machine; install what corresponds to:" >&2
	printf '%s\n' "$want" >&2
	exit 1
}
# shellcheck disable=SC2086 # one word a package
have=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $names 2>/dev/null |
	sed -n 's/ installed$//p' | sort -u) || :
missing=$(printf '%s\n' "$want" | while read -r entry; do
	printf '%s\n' "$entry" | tr -s ' |' '\n' | grep -qxF -- "$have" || printf '%s, ' "$entry"
done)
missing=${missing%, }
# apt's lists count too: from what they know, the virtual machine is made.
if [ -z "$missing" ] && ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then
	exit 0
fi
line='apt-get -q update'
[ -z "$missing" ] || line="$line && apt-get satisfy -y --no-remove --no-install-recommends '$missing'"
if [ "$(id -u)" = 0 ]; then
	root=
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
	root=sudo
else
	echo "deps: packages or their lists are missing and getting them needs root; run as root:" >&2
	echo "    $line" >&2
	exit 1
fi
echo "deps: installing ${missing:-the lists of packages}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! $root env DEBIAN_FRONTEND=noninteractive sh -c "$line" >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "deps: failed; run as root:" >&2
	echo "    $line" >&2
	exit 1
fi
