# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A person at the machine's keyboard and screen: keys are pressed by QEMU (run.sh --screen), not by a program of the machine, and pictures are of what the
# display shows.

# hand_open: find the monitor; 1 when this machine has none.
hand_open()
{
	hand=
	for p in /sys/class/virtio-ports/*; do
		[ "$(cat "$p/name" 2>/dev/null)" != hand ] || hand=/dev/${p##*/}
	done
	[ -n "$hand" ] || return 1
	exec 6<>"$hand"
	# What the monitor says is not needed, but must go somewhere.
	cat <&6 >/tmp/hand.log &
}

# press KEY...: one key or chord (alt-f2) after the other, by QEMU's names.
press()
{
	for key in "$@"; do echo "sendkey $key" >&6; done
}

# type_text TEXT: letters, digits and blanks.
type_text()
{
	text=$1
	while [ -n "$text" ]; do
		rest=${text#?}
		case ${text%"$rest"} in
		' ') press spc ;;
		*) press "${text%"$rest"}" ;;
		esac
		text=$rest
	done
}

# picture NAME: what the display shows, as NAME.png in the output folder.
picture()
{
	echo "screendump ${VM_OUT:?}/$1.png -f png" >&6
	until_true 20 sh -c "tail -c 8 /mnt/out/$1.png | grep -q IEND"
}

# shows TEXT: does the trusted screen's terminal show it?
# shellcheck disable=SC2317 # called by until_true
shows() { tr -d '\0' </dev/vcs13 | grep -qa -- "$1"; }
front() { cat /sys/class/tty/tty0/active; }
# shellcheck disable=SC2317 # called by until_true
in_front() { [ "$(front)" = "$1" ]; }
