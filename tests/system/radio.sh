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
# plugged READER: plugged in again, and taken by who had it. pcscd may also have ended, as it does when nobody needs it.
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
# References of purchases are each test's own.
point_of=$(basename "$0" .t) points=0 at_once=0 known=0 in_doubt=0 behind=0 never_came=0 slowest=0 broken=''

# point NAME TAP [NEXT]: something was asked to happen in the tap that is made by the command TAP. What pos says must be true at once: paid is one debit, not paid
# is none, only in doubt may be either. Then nothing is asked for any more, nothing is restarted, the card comes back by itself, and the next tap (by NEXT, if that
# is another command) pays: the same purchase if it was not paid yet, which is then debited once in all. If it was, what happened may have come behind it, as the
# card waits for the next terminal: then it is the next tap that is disturbed, and the one after it that pays. What does not hold is added to $broken, a line each.
point()
{
	name=$1
	points=$((points + 1))
	[ $((points % 50)) != 0 ] || echo "# $points points so far"
	try "$2" "$point_of-$points"
	never_came=$((never_came + $(radio calm)))
	back
	case $said in
	0) at_once=$((at_once + 1)) ;;
	3) in_doubt=$((in_doubt + 1)) ;;
	*) known=$((known + 1)) ;;
	esac
	next=${3-$2}
	if [ "$said" != 0 ]; then
		pays "$next" "$point_of-$points"
		return
	fi
	try "$next" "$point_of-$points-next"
	[ "$said" != 0 ] || return 0
	behind=$((behind + 1))
	back
	pays "$next" "$point_of-$points-next"
}
# back: the card waits for a terminal or for its command, and its host for what the reader says.
back()
{
	begun=$(date +%s%N)
	until_true 30 listens || wrong "the card does not come back: $(radio state card)"
	took=$((($(date +%s%N) - begun) / 1000000))
	[ "$took" -le "$slowest" ] || slowest=$took
}
listens() { radio state card | grep -Eq 'target [12], pending 8[6C], dead 0, stalled 0, shifted 0, waiting reads [1-9]'; }
# try TAP REFERENCE: one tap; its exit status to $said, what it debited to $spent.
try()
{
	had=$(balance) said=0
	"$1" 0.01 --ref "$2" >/tmp/tap 2>&1 || said=$?
	spent=$((had - $(balance)))
	case $said:$spent in
	0:1 | 1:0 | 5:0 | 3:0 | 3:1) ;;
	*) wrong "says $said, and debited $spent" ;;
	esac
}
# pays TAP REFERENCE: the purchase of the try before.
pays()
{
	already=$spent before_it=$said
	"$1" 0.01 --ref "$2" >/tmp/tap 2>&1 || wrong "said $before_it, and the next tap does not pay"
	[ "$((had - $(balance)))" = 1 ] || wrong "said $before_it and debited $already, and after the next tap it is $((had - $(balance)))"
}
wrong()
{
	broken="$broken
$name: $1: $(tr -s ' \n' ' ' </tmp/tap)"
}
# held NAME: all points since the last held kept to that.
held()
{
	is "$1: each tap is paid once, or not at all and known, and the next one pays" "$broken" ''
	broken=''
}
tell_points()
{
	echo "# $points points: $at_once paid at once, $known not paid and known, $in_doubt in doubt and settled by the next tap; $behind hit the next tap," \
		"$never_came did not come about; the card was back within $slowest ms"
}
