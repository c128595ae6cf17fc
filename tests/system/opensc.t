#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A tool that is not ours talks to the card through pcscd.
. ./lib.sh
. ./field.sh
issue_card || echo '# no card could be issued'

opensc-tool -l >/dev/null
until_true 20 card_present
# send APDU [APDU]: what opensc-tool prints of the answers
send() { opensc-tool -c default -r 0 -s "$1" ${2:+-s "$2"} 2>&1; }
ppse=00:A4:04:00:0E:32:50:41:59:2E:53:59:53:2E:44:44:46:30:31:00
aid=00:A4:04:00:08:F0:54:45:45:50:41:59:01:00

like 'it probes for every card that it knows, and then SELECTs the PPSE' "$(opensc-tool -r 0 -s $ppse 2>&1)" 'SW1=0x90, SW2=0x00'
like 'SELECT PPSE' "$(send $ppse)" 'SW1=0x90, SW2=0x00'
like 'the PPSE lists the application' "$(send $ppse)" '4F 08 F0 54|F0 54 45 45 50 41 59'
like 'SELECT AID' "$(send $ppse $aid)" 'SW1=0x90, SW2=0x00'
like 'wrong AID' "$(send 00:A4:04:00:08:F0:54:45:45:50:41:59:02:00)" 'SW1=0x6A, SW2=0x82'
like 'unknown instruction' "$(send $aid 80:77:00:00:00)" 'SW1=0x6D, SW2=0x00'
like 'unknown class' "$(send $aid 90:10:01:01:00)" 'SW1=0x6E, SW2=0x00'
like 'GET VCN before SELECT is refused' "$(send 80:10:01:01:00)" 'SW1=0x6[0-9A-F]'
like 'PAY without a session is refused' "$(send $aid 80:12:01:01:02:C4:00:00)" 'SW1=0x6[0-9A-F]'
like 'GET VCN of another version' "$(send $aid 80:10:02:01:02:C1:00:00)" 'SW1=0x6A, SW2=0x86'
like 'the UID is a random one' "$(send FF:CA:00:00:00)" '^08 '
finish
