#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The harness can find something: a payta whose debit reaches the disk only behind its receipt (TEEPAY_SEEDED_BUG in daemon/payta/ledger.c) does not get
# through, neither with SIGKILL at system calls, nor a power cut, nor random commands.  TAP on standard output.
set -eu
cd "$(dirname "$0")/../.."
. tests/tap.sh
program=${TEEPAY_BUILD:-build}/tests/tears_seeded

# found PART: nothing when the run failed because of violations
found()
{
	said=$("$program" --only "$1" --seed 1 2>/dev/null) && echo "the run passed"
	case $said in
	*'# violation: '*', violations: 0') echo "the last line does not count the violations" ;;
	*'# violation: '*) ;;
	*) echo "no violation is told" ;;
	esac
}

for part in kill power model; do
	result "the seeded bug is caught: $part" "$(found "$part")"
done
finish
