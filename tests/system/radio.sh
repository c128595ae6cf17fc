# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Two virtual ACR122U face to face: walletd has the one named card through libnfc, the terminal the one named pos.
acr122u=/mnt/host/${TEEPAY_BUILD:-build}/tests/acr122u/acr122u
radio_pid=

radio() { "$acr122u" ctl "$@"; }
# count NAME: one of the field's counts.
count() { radio counts | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"; }
blocks_passed() { [ "$(count blocks)" -ge "$1" ]; }
front_end_says() { alice pay status --json | grep -q "\"state\": *\"$1"; }
card_ready() { front_end_says 'at the reader'; }

# holds PROGRAM READER: this program has this reader open.
holds() { find "/proc/$(pidof "$1")/fd" -lname "/dev/bus/usb/$(radio where "$2" | sed 's/.* //; s,:,/,')" | grep -q .; }

# radio_open [ARMING]: two readers, walletd at one of them, pcscd told to leave that one alone; the card answers as ARMING says, without a word always.
# What keeps the others off: the kernel's own driver by the list of modules that is installed with teepay, pcscd by the reader's name.
radio_open()
{
	modprobe vhci_hcd || return
	mkdir -p /run/systemd/system/pcscd.service.d /run/udev/rules.d /etc/teepay
	printf '[Service]\nEnvironment=PCSCLITE_FILTER_IGNORE_READER_NAMES=TEEPAY-CARD\n' >/run/systemd/system/pcscd.service.d/teepay.conf
	# The terminal's reader is for who runs a till; what else would do it by its port, goes by its serial number here.
	printf 'SUBSYSTEM=="usb", ATTR{serial}=="TEEPAY-POS", ENV{TEEPAY_READER}="pos"\n' >/run/udev/rules.d/69-teepay-pos.rules
	udevadm control --reload
	systemctl daemon-reload
	systemctl stop pcscd.socket pcscd.service
	"$acr122u" --serial >/tmp/acr122u.log 2>&1 &
	radio_pid=$!
	until_true 30 radio where card && until_true 30 radio where pos || return
	udevadm settle
	wallet_conf "[rf]\nfrontend = libnfc\nnfc_device = port:$(radio where card | sed 's/ .*//')\n" "$@" || return
	systemctl start pcscd.socket
	until_true 60 card_ready
}

radio_close()
{
	[ -z "$radio_pid" ] || { kill "$radio_pid"; wait "$radio_pid" 2>/dev/null; radio_pid=; }
	rm -f /run/udev/rules.d/69-teepay-pos.rules /run/systemd/system/pcscd.service.d/teepay.conf
	udevadm control --reload
	systemctl daemon-reload
	systemctl stop pcscd.service
	systemctl start pcscd.socket
	wallet_conf ''
}

# tap AMOUNT [option...]: one payment through the reader named pos, by pcscd; tap_nfc: by libnfc, while pcscd is away.
tap() { amount=$1; shift; till pos pay "$amount" --json --timeout 20 --reader ACR122U "$@"; }
tap_nfc() { amount=$1; shift; till pos pay "$amount" --json --timeout 20 --nfc --reader "port:$(radio where pos | sed 's/ .*//')" "$@"; }
pcscd_away() { systemctl stop pcscd.socket pcscd.service; }
pcscd_back() { systemctl start pcscd.socket; }
# replugged READER: unplugged and plugged in again, and taken by who had it. pcscd may also have ended, as it does when nobody needs it.
replugged()
{
	radio unplug "$1" >/dev/null
	plugged "$1"
}
plugged()
{
	radio plug "$1" >/dev/null
	case $1 in
	card) until_true 60 card_ready ;;
	pos) until_true 60 pcscd_content ;;
	esac
}
pcscd_content() { ! pidof pcscd || holds pcscd pos; }

# taps N COMMAND...: N payments, and how many of them ended well.
taps()
{
	n=$1
	shift
	good=0
	for _ in $(seq "$n"); do
		if "$@" >/tmp/tap.out 2>/tmp/tap.err; then good=$((good + 1)); else cat /tmp/tap.out /tmp/tap.err >>/tmp/taps.log; fi
	done
	echo "$good"
}

# --- a tap that something happens to ---
points=0 at_once=0 known=0 in_doubt=0 never_came=0

# point NAME TAP [NEXT]: something was asked to happen in the tap that is made by the command TAP. What pos says of it must be true at once: paid is one debit, not paid is none, only in doubt
# may be either. Then nothing happens any more, nothing is restarted, and the next tap (by NEXT, if that is another command) pays: the same purchase if it was
# not paid yet, which is then debited once in all. What does not hold is added to $broken, a line each.
point()
{
	name=$1
	points=$((points + 1))
	had=$(balance)
	said=0
	"$2" 0.01 --ref "radio-$points" >/tmp/first 2>&1 || said=$?
	never_came=$((never_came + $(radio calm)))
	spent=$((had - $(balance)))
	next=$points should=1
	case $said:$spent in
	0:1) at_once=$((at_once + 1)) next=$points-next should=2 ;;
	1:0 | 5:0) known=$((known + 1)) ;;
	3:0 | 3:1) in_doubt=$((in_doubt + 1)) ;;
	*) wrong "says $said, and debited $spent: $(cat /tmp/first)" ;;
	esac
	if ! "${3-$2}" 0.01 --ref "radio-$next" >/tmp/second 2>&1; then
		wrong "the first tap says $said, and the next one $(cat /tmp/second)"
	elif [ "$((had - $(balance)))" != $should ]; then
		wrong "the first tap says $said, and with the next one $((had - $(balance))) cents are gone instead of $should"
	fi
}
wrong()
{
	broken="$broken
$name: $1"
}
# held NAME: all points since the last held kept to that.
held()
{
	is "$1: each tap is paid once, or not at all and known, and the next one pays" "$broken" ''
	broken=''
}
broken=''
