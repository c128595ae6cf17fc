#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every shell script of the tree is shellcheck-clean.  TAP on standard output.
set -eu
cd "$(dirname "$0")/.."
. tests/tap.sh
for f in $(find . \( -path ./.git -o -path ./build \) -prune -o -type f -print | sort); do
	case $(head -n 2 "$f" | tr -d '\0') in
	'#!/bin/sh'* | *'shellcheck shell=sh'*) result "$f" "$(shellcheck -x -P SCRIPTDIR -P . "$f" || :)" ;;
	esac
done
finish
