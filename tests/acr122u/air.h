/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_AIR_H
#define TEEPAY_ACR122U_AIR_H

#include <stddef.h>
#include <stdint.h>

/*
 * What goes over the air at 106 kbit/s, in bytes and in computed time (ISO 14443-3 §6.2, type A).  Nothing is measured: a virtual field has no time
 * of its own.  One elementary time unit is 128 periods of 13.56 MHz: 9.44 us.
 */
struct air {
	uint64_t apdus;			/* pairs: command and response both arrived */
	uint64_t apdu_bytes;
	uint64_t block_bytes;		/* ISO 14443-4 blocks of them: protocol byte, part of the APDU, checksum; acknowledgements too */
	uint64_t blocks;
	uint64_t activation_bytes;	/* from REQA to the ATS, and the deselection */
	uint64_t activations;
	uint64_t repeats;		/* blocks that were sent again */
	uint64_t extensions;		/* S(WTX) pairs while a card computes: their number is the machine's, so they are in no other count */
	uint64_t ns;			/* air time of blocks and activations */
};

/* One frame of whole bytes, checksum included, and the shortest delay before the answer to it. */
void air_frame(struct air *a, size_t bytes);
/* A frame of 7 bits: REQA. */
void air_short(struct air *a);

#endif
