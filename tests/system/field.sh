# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The field between reader and card, in a test's hand: walletd is told to reach the virtual reader through vpcd-proxy.
field_pid=
proxy=/mnt/host/${TEEPAY_BUILD:-build}/tests/system/vpcd-proxy

field_open()
{
	wallet_conf '[rf]\nfrontend = vpcd\nvpcd_port = 35999\n'
}

field_stop()
{
	[ -z "$field_pid" ] || { kill "$field_pid"; wait "$field_pid" 2>/dev/null; field_pid=; }
}

# field [option...]: a new field with these options of vpcd-proxy; returns when the card is in it.
field()
{
	field_stop
	rm -f /tmp/field.log
	"$proxy" --verbose "$@" 35999 35963 >/tmp/field.log 2>/tmp/field.err &
	field_pid=$!
	until_true 60 grep -q listening /tmp/field.log && until_true 60 card_present
}

card_present() { alice pay status --json | grep -q '"state": *"in the virtual reader"'; }

field_close()
{
	field_stop
	wallet_conf ''
	until_true 20 card_present
}
