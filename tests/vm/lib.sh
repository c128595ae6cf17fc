# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Shared by the scripts of this folder: messages, the cache, and the one place where package versions are resolved.
# Sourced with $here set to this folder.
# shellcheck disable=SC2154

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/teepay
export LC_ALL=C
umask 022
work=				# this process's scratch folder, removed by lib_cleanup
child=				# the one process to end with us

say() { printf 'vm: %s\n' "$*" >&2; }
die() { printf 'vm: error: %s\n' "$*" >&2; exit 1; }

lib_cleanup()
{
	status=$?
	trap - EXIT
	if [ -n "$child" ]; then
		kill "$child" 2>/dev/null || :
		wait "$child" 2>/dev/null || :
	fi
	[ -z "$work" ] || rm -rf "$work"
	exit "$status"
}
trap lib_cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# lib_scratch PARENT: make $work in PARENT, so that a finished piece can be renamed into place.
lib_scratch()
{
	mkdir -p "$1"
	work=$(mktemp -d "$1/.tmp.XXXXXX")
}

# lib_lock NAME: one builder at a time for a piece of the cache; the lock goes with the process.
lib_lock()
{
	mkdir -p "$cache"
	exec 9>"$cache/.lock-$1"
	if ! flock -n 9; then
		say "waiting for another build of the $1"
		flock 9
	fi
}
lib_unlock() { exec 9>&-; }

# lib_hash FILE...: one short hash of the files' contents.
lib_hash() { cat "$@" | sha256sum | cut -c1-16; }

# lib_list FILE: the entries of a package list, without comments.
lib_list() { sed 's/#.*//' "$1" | tr -s ' \t\n' '\n' | sed '/^$/d'; }

# lib_sources: Debian's own entries of this machine's apt configuration, as lines of a sources.list.
# Image and host share a release, since the programs built here run there.
lib_sources()
{
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ ! -e "$key" ] || opt="[signed-by=$key] "
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | grep -v 'debian-debug' |
		sed "s|^|deb ${opt-}|" | sort -u
}

# lib_apt ARGS...: apt-get that sees only the entries of $sources and an empty system.
lib_apt()
{
	apt-get -qq -o Dir::Etc::sourcelist="$sources" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::status=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
		-o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}

# lib_resolve: leave in $resolved a file "package version" of all that image, kernel and headers consist of, in
# $sources the sources.list, in $kver the kernel's release. Slow (6 s), so kept until apt's lists or image.list change.
lib_resolve()
{
	[ "$(. /etc/os-release; echo "${ID-}")" = debian ] ||
		die "the virtual machine is made from this machine's own Debian release; this is not Debian"
	mkdir -p "$cache"
	stamp=$({ lib_list "$here/image.list"; cat "$here/lib.sh"
		  stat -c '%n %y' /var/lib/apt/lists /var/lib/apt/lists/*_Packages* 2>/dev/null || :; } |
		sha256sum | cut -c1-16)
	resolved=$cache/resolved-$stamp
	if [ ! -s "$resolved" ]; then
		sources=$resolved.$$.list
		lib_sources >"$sources"
		[ -s "$sources" ] || die "apt knows no Debian packages; run: apt-get update"
		# shellcheck disable=SC2046 # one word a package
		lib_apt -s install '?essential' linux-image-amd64 linux-headers-amd64 \
			$(lib_list "$here/image.list") >"$resolved.all.$$" ||
			die "apt cannot resolve the packages of tests/vm/image.list; run: apt-get update"
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1 \2/p' "$resolved.all.$$" | sort >"$resolved.$$"
		rm -f "$resolved.all.$$"
		mv "$sources" "$resolved.list"
		mv "$resolved.$$" "$resolved"
	fi
	sources=$resolved.list
	kver=$(sed -n 's/^linux-image-\([0-9][^ ]*-amd64\) .*/\1/p' "$resolved")
	[ -n "$kver" ] || die "no linux-image-amd64 among the resolved packages ($resolved)"
}

# lib_version PACKAGE: its resolved version.
lib_version() { awk -v p="$1" '$1 == p { print $2 }' "$resolved"; }
