# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# TAP for the shell scripts that look at the tree.
tests=0
bad=0

# result NAME FOUND: passed when nothing was found
result()
{
	tests=$((tests + 1))
	if [ -z "$2" ]; then
		echo "ok $tests - $1"
	else
		echo "not ok $tests - $1"
		printf '%s\n' "$2" | sed 's/^/#   /'
		bad=1
	fi
}

finish()
{
	echo "1..$tests"
	exit "$bad"
}
