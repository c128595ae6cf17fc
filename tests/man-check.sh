#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Programs, manual pages, configuration, units, public header and exported functions say the same.  TAP on standard output.
# TEEPAY_BUILD is the build folder, default build.
set -eu
cd "$(dirname "$0")/.."
build=${TEEPAY_BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# walletd needs the library that was built with it.
LD_LIBRARY_PATH=$build
LC_ALL=C
export LD_LIBRARY_PATH LC_ALL
. tests/tap.sh

# same NAME LEFT RIGHT: the lines of two sorted lists, told apart by where they are missing.
same()
{
	printf '%s\n' "$2" | sort -u >"$tmp/left"
	printf '%s\n' "$3" | sort -u >"$tmp/right"
	result "$1" "$(comm -23 "$tmp/left" "$tmp/right" | sed 's/$/: in the first only/'
		comm -13 "$tmp/left" "$tmp/right" | sed 's/$/: in the second only/')"
}

# run PROGRAM ARGUMENT...: standard output and error to $tmp/out and $tmp/err, the exit status to $status.
run()
{
	program=$1
	shift
	status=0
	timeout 20 "$build/bin/$program" "$@" </dev/null >"$tmp/out" 2>"$tmp/err" || status=$?
}

# --- what a program says ---
answers()
{
	for o in --help --version; do
		run "$1" "$o"
		[ "$status" = 0 ] || echo "$o ends with $status"
		[ -s "$tmp/out" ] || echo "$o prints nothing"
		[ ! -s "$tmp/err" ] || echo "$o prints on standard error: $(cat "$tmp/err")"
	done
	head -n 1 "$tmp/out" | grep -Eq "^$1 [0-9]+\.[0-9]+\.[0-9]+" || echo "--version says: $(cat "$tmp/out")"
}

refuses()
{
	for wrong in --no-such-option no-such-command; do
		run "$1" $wrong
		[ "$status" = 2 ] || echo "$wrong ends with $status, not 2"
		[ -s "$tmp/err" ] || echo "$wrong: nothing on standard error"
		[ ! -s "$tmp/out" ] || echo "$wrong: something on standard output"
	done
}

help_options() { run "$1" --help; grep -oE -- '--[a-z][a-z-]*' "$tmp/out" || :; }
help_commands() { run "$1" --help; sed -nE 's/^  ([a-z][a-z-]*( [a-z][a-z-]*)*).*/\1/p' "$tmp/out"; }
help_paths() { run "$1" --help; grep -oE '/(etc|var|run|dev)/[A-Za-z0-9_./-]*[a-z]' "$tmp/out" || :; }

# A program that knows an option does not call it wrong usage, once it stands before --help with a value or without.
unknown_options()
{
	help_options "$1" | sort -u | while read -r o; do
		run "$1" "$o" --help
		[ "$status" != 2 ] || run "$1" "$o=1" --help
		[ "$status" != 2 ] || echo "$o is in --help and not known: $(cat "$tmp/err")"
	done
}

# The tables for common/conf.h, in either form of initializer: "section name".
source_config()
{
	cat daemon/"$1"/*.c tools/"$1"/*.c 2>/dev/null | sed -nE \
		-e 's/.*\.section = "([a-z_]+)", \.name = "([a-z_]+)".*/\1 \2/p' \
		-e 's/.*\{ "([a-z_]+)", "([a-z_]+)", CONF_.*/\1 \2/p'
}

# --- what a page says ---
page_section() { awk -v want="# $2" '/^# / { in_it = $0 == want } in_it' "$1"; }
page_options() { page_section "$1" OPTIONS | grep '^\*--' | grep -oE -- '--[a-z][a-z-]*' || :; }
page_mentions() { grep -oE '\*--[a-z][a-z-]*\*' "$1" | tr -d '*' || :; }
page_commands() { page_section "$1" COMMANDS | sed -nE 's/^\*([a-z][a-z -]*)\*.*/\1/p'; }
page_config()
{
	page_section "$1" CONFIGURATION |
		sed -nE -e 's/^\*\[([a-z_]+)\]\*$/\1/p' -e 's/^\*([a-z_]+)\* = .*/\1 =/p' |
		awk 'NF == 1 { section = $1; next } { print section, $1 }'
}

page_form()
{
	name=${1##*/}
	name=${name%.scd}
	scdoc <"$1" 2>&1 >/dev/null || :
	head -n 1 "$1" | grep -q "^${name%.*}(${name##*.}) " || echo "its first line is not ${name%.*}(${name##*.})"
	sections='NAME DESCRIPTION FILES EXAMPLES SEE-ALSO'
	[ "${name##*.}" = 7 ] || sections="$sections SYNOPSIS OPTIONS EXIT-STATUS"
	for s in $sections; do
		grep -qx "# $(printf '%s' "$s" | tr - ' ')" "$1" || echo "no section $s"
	done
	# A page of ours is named with its own section.
	grep -oE '\*[a-z]+\*\([0-9]\)' "$1" | tr -d '*)' | tr '(' '.' | sort -u | while read -r page; do
		set -- docs/man/"${page%.*}".?.scd
		[ ! -e "$1" ] || [ "$1" = "docs/man/$page.scd" ] || echo "refers to $page"
	done
	grep -oE 'teepay-[a-z]+\.(service|socket)|teepay\.target' "$1" | sort -u | while read -r unit; do
		[ -e "packaging/system/$unit" ] || echo "names the unit $unit, which is not there"
	done
}

# --- programs, each with its page ---
programs=$( (ls "$build/bin" 2>/dev/null; find docs/man -name '*.[18].scd' | sed 's|.*/||; s|\..*||') | sort -u)
for p in $programs; do
	page=$(find docs/man -name "$p.[18].scd")
	missing=$([ -x "$build/bin/$p" ] || echo "$build/bin/$p is not built"; [ -n "$page" ] || echo "no manual page")
	result "$p is built and has a manual page" "$missing"
	[ -z "$missing" ] || continue
	result "$p answers --help and --version" "$(answers "$p")"
	result "$p refuses what it does not know, with 2 and a message" "$(refuses "$p")"
	result "$p knows the options that its --help names" "$(unknown_options "$p")"
	same "options of $p: --help and page" "$(help_options "$p")" "$(page_options "$page")"
	same "options of $p: its page explains what it mentions" "$(page_mentions "$page")" "$(page_options "$page")"
	same "commands of $p: --help and page" "$(help_commands "$p")" "$(page_commands "$page")"
	same "configuration of $p: source and page" "$(source_config "$p")" "$(page_config "$page")"
	result "paths of $p: those of --help are in its page" "$(help_paths "$p" | while read -r path; do
		grep -qF "$path" "$page" || echo "$path"
	done)"
done

for page in docs/man/*.scd; do
	result "$page is whole" "$(page_form "$page")"
done

# --- units ---
documented()
{
	sed -n 's/^Documentation=man:\(.*\)(\(.\))$/\1.\2/p' packaging/system/*.service packaging/system/*.socket packaging/system/*.target |
		while read -r page; do
			[ -e "docs/man/$page.scd" ] || echo "man:$page is not there"
		done
}
result 'the manual pages that units name are there' "$(documented)"

# --- the client library ---
same 'tee_client_api.h and the exports of libteec.so' \
	"$(sed -nE 's/^(TEEC_Result|void) (TEEC_[A-Za-z]+)\(.*/\2/p' libtee/include/client/tee_client_api.h)" \
	"$(nm -D --defined-only "$build/libteec.so" | awk '$2 != "A" { sub("@.*", "", $3); print $3 }')"

finish
