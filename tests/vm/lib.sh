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

# lib_own: the codename of this machine's Debian release.
lib_own() { (. /etc/os-release; echo "$VERSION_CODENAME"); }

# lib_sources SUITE: Debian's own entries of this machine's apt configuration, as lines of a sources.list, with another release
# in place of the machine's where SUITE is one. Image and host share a release, since the programs built here run there.
lib_sources()
{
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ ! -e "$key" ] || opt="[signed-by=$key] "
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | grep -v 'debian-debug' |
		sed "s|^|deb ${opt-}|; s| $(lib_own)\([- ]\)| $1\1|" | sort -u
}

# lib_apt ARGS...: apt-get that sees only the entries of $sources and an empty system; with $lists set, its own package lists.
lib_apt()
{
	apt-get -qq -o Dir::Etc::sourcelist="$sources" -o Dir::Etc::sourceparts=/dev/null ${lists:+-o "Dir::State::lists=$lists"} \
		-o Dir::State::status=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
		-o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}

# lib_simulate PACKAGE...: write $resolved and $sources, the one last that says that both are there.
lib_simulate()
{
	sources=$resolved.$$.list
	lib_sources "$suite" >"$sources"
	[ -s "$sources" ] || die "apt knows no Debian packages; run: apt-get update"
	if [ -n "$lists" ]; then
		lib_lock "lists-$suite"
		mkdir -p "$lists/partial"
		lib_apt update || die "cannot fetch the package lists of Debian $suite"
		lib_unlock
	fi
	lib_apt -s install "$@" >"$resolved.all.$$" ||
		die "apt cannot resolve $*; if a package is too new for it, run: apt-get update"
	sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1 \2/p' "$resolved.all.$$" | sort >"$resolved.$$"
	rm -f "$resolved.all.$$"
	mv "$sources" "$resolved.list"
	mv "$resolved.$$" "$resolved"
}

# lib_kernel: which kernel is KERNEL in the environment. stock, or nothing, is the one of this machine's release; 6.12 another
# series that the release offers; trixie the one of another release. Leaves the metapackages' ending in $flavour and the release in $suite.
lib_kernel()
{
	suite=$(lib_own)
	case ${KERNEL-stock} in
	stock) flavour=amd64 ;;
	[0-9]*) flavour=$KERNEL-amd64 ;;
	*[!a-z]*) die "KERNEL takes a series such as 6.12, the name of a Debian release, or stock, not '$KERNEL'" ;;
	*) flavour=amd64 suite=$KERNEL ;;
	esac
}

# lib_resolve [kernel|image]: leave in $resolved a file "package version" of all that the kernel and its headers, or the image,
# consist of, in $sources the sources.list, in $kver the kernel's release. Slow (5 s), so kept until apt's lists change.
lib_resolve()
{
	[ "$(. /etc/os-release; echo "${ID-}")" = debian ] ||
		die "the virtual machine is made from this machine's own Debian release; this is not Debian"
	mkdir -p "$cache"
	what=${1:-kernel}
	if [ "$what" = image ]; then
		suite=$(lib_own)
		# shellcheck disable=SC2046 # one word a package
		set -- '?essential' $(lib_list "$here/image.list")
	else
		lib_kernel
		set -- "linux-image-$flavour" "linux-headers-$flavour"
	fi
	lists=
	[ "$suite" = "$(lib_own)" ] || lists=$cache/lists-$suite
	stamp=$({ echo "$suite" "$@"; cat "$here/lib.sh"
		  stat -c '%n %y' /var/lib/apt/lists /var/lib/apt/lists/*_Packages* 2>/dev/null || :; } |
		sha256sum | cut -c1-16)
	resolved=$cache/resolved-$what-$stamp
	if [ ! -s "$resolved" ] || [ ! -d "${lists:-$cache}" ]; then
		lib_simulate "$@"
	fi
	sources=$resolved.list
	[ "$what" = kernel ] || return 0
	kver=$(sed -n 's/^linux-image-\([0-9]*\.[0-9]*\.[^ ]*-amd64\) .*/\1/p' "$resolved")
	[ -n "$kver" ] || die "no kernel among the resolved packages ($resolved)"
}

# lib_version PACKAGE: its resolved version.
lib_version() { awk -v p="$1" '$1 == p { print $2 }' "$resolved"; }
