#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Inside the virtual machine: run the named test scripts one behind the other; tap-run keeps each one's TAP for the host.
set -u
cd "$(dirname "$0")" || exit 1
status=0
for t in "$@"; do
	echo "# $t"
	tap-run "./$t" || status=1
done
exit "$status"
