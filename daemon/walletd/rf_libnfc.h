/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_RF_LIBNFC_H
#define TEEPAY_WALLETD_RF_LIBNFC_H

#include <stdint.h>

/*
 * What walletd and nfctarget, the process that has libnfc and the reader, say to each other: packets on a socket pair, whose first byte is one of
 * these.  nfctarget's end is its standard input.  A packet that is too short or unknown ends the process that sent it.
 */
enum nfc_packet {
	NFC_STATE = 'S',	/* from nfctarget: struct nfc_report */
	NFC_RESET = 'R',	/* from nfctarget: a terminal came or went */
	NFC_COMMAND = 'C',	/* from nfctarget: a C-APDU; it waits for one NFC_RESPONSE */
	NFC_RESPONSE = 'A',	/* from walletd: the R-APDU */
};

enum nfc_state {
	NFC_STARTING,
	NFC_READY,		/* a terminal finds a card at this reader */
	NFC_NO_READER,
	NFC_DENIED,		/* this user may not open it */
	NFC_HELD,		/* another program has it */
	NFC_MODULE,		/* a module of the kernel has it */
	NFC_FAILS,		/* it is there and does not do what it should */
	NFC_STATES,
};

/* What happened since nfctarget began; walletd adds up. */
struct nfc_counts {
	uint32_t activations;
	uint32_t commands;	/* C-APDUs that were answered */
	uint32_t torn;		/* the terminal went while its command was being answered */
	uint32_t errors;	/* of the reader, or between it and libnfc */
};

struct nfc_report {
	uint8_t packet, state;
	uint8_t reserved[2];
	struct nfc_counts counts;
};

/* The longest APDUs: libnfc reads a length of one byte. */
#define NFC_APDU_MAX	264

/* Where nfctarget is: a test puts its own in place.  NULL is the installed one. */
void rf_libnfc_program(const char *path);

#endif
