/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_READER_H
#define TEEPAY_ACR122U_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "pn532.h"
#include "timer.h"

#define CCID_HEADER		10
#define CCID_MESSAGE_MAX	(CCID_HEADER + 512)

/*
 * The reader behind its USB plug: messages of CCID on one side, the PN532 on the other, the vendor's pseudo-APDUs between them, and its own looking
 * for cards.
 */
struct reader {
	struct pn532 chip;
	struct clock *clock;
	struct fault fault;
	uint64_t commands;		/* those that a fault counts: power on, transfer, escape */

	/* To the host. */
	void (*reply)(void *ctx, const uint8_t *message, size_t len);
	void (*notify)(void *ctx, uint8_t slot_bits);
	void *ctx;

	/* The message that waits for its answer. */
	uint8_t type, seq;
	enum fault_kind now;		/* what is to happen to the answer */
	struct timer power_wait;

	/* The slot. */
	bool polls, present, powered;
	unsigned int missed;		/* polls in a row without a card */
	struct timer poll;

	uint8_t last[CCID_MESSAGE_MAX];	/* the last answer, for FAULT_DESYNC */
	size_t last_len;
};

void reader_init(struct reader *r, struct clock *clock);
/* SET_CONFIGURATION: libnfc resets the device at each open, and that is all that reaches it. */
void reader_reset(struct reader *r);
/* ccid.c: a whole message of the host; anything else is ignored. */
void ccid_receive(struct reader *r, const uint8_t *message, size_t len);
void ccid_answer(struct reader *r, uint8_t type, uint8_t status, uint8_t error, uint8_t parameter, const uint8_t *data, size_t len);
/* Of the message that waits, with data or as a failure of the card. */
void ccid_data(struct reader *r, const uint8_t *data, size_t len);
void ccid_mute(struct reader *r);
/* acs.c: FF ...; false when it is none of the reader's own. */
bool acs_apdu(struct reader *r, const uint8_t *apdu, size_t len);
/* slot.c: the card in it. */
void slot_power_on(struct reader *r);
void slot_power_off(struct reader *r);
void slot_apdu(struct reader *r, const uint8_t *apdu, size_t len);
void slot_polls(struct reader *r, bool on, uint64_t after_ms);
void slot_asked(struct reader *r);
uint8_t slot_status(const struct reader *r);

#endif
