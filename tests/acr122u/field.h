/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_FIELD_H
#define TEEPAY_ACR122U_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "air.h"
#include "timer.h"

#define FIELD_SIDES	2
#define FIELD_APDU_MAX	300

/* ISO 14443-4: what a PN532 announces as FSD and FSC: a whole block with its checksum. */
#define FIELD_BLOCK	64

struct pn532;

/*
 * Two antennas face to face.  One chip is the initiator and makes the field, the other one is the target in it.  APDUs pass as blocks of
 * ISO 14443-4, so that a test can take the card away after any byte of them.
 */
struct field {
	struct clock *clock;
	struct pn532 *chip[FIELD_SIDES];
	bool near;			/* the card is at the reader */
	struct air air;

	/* What a test asked for; each happens once. */
	uint64_t cut_after;		/* bytes of blocks until the card is taken away; 0: never */
	uint64_t corrupt_block;		/* the Nth block from now arrives damaged, and is sent again */
	uint64_t delay_block, delay_ms;	/* the Nth block from now is late */

	/* An APDU on its way. */
	struct timer arrival;
	struct pn532 *to;
	bool to_card;
	uint8_t apdu[FIELD_APDU_MAX];
	size_t apdu_len;
	size_t command_len;		/* of the last command that arrived, until its response does */
};

void field_init(struct field *f, struct clock *clock);
void field_join(struct field *f, struct pn532 *chip, unsigned int side);
struct pn532 *field_peer(const struct field *f, const struct pn532 *chip);

/* Moves the card.  Taking it away ends what is going on. */
void field_move(struct field *f, bool near);
/* It was away for a moment: both ends begin anew. */
void field_glitch(struct field *f);
/* Can @initiator's field be answered now, by a target that waits for one? */
bool field_answers(const struct field *f, const struct pn532 *initiator);
/* REQA to ATS; the target's host hears of it.  False without a target. */
bool field_activate(struct field *f, struct pn532 *initiator);
/* S(DESELECT), or the field goes off. */
void field_release(struct field *f, struct pn532 *initiator, bool deselect);

/*
 * Sends an APDU from @from to its peer.  It arrives there by pn532_arrived(), now or later; false when the card left on the way: then both ends have
 * been told.
 */
bool field_send(struct field *f, struct pn532 *from, const uint8_t *apdu, size_t len);

#endif
