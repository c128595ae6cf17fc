/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_APDU_ENGINE_H
#define TEEPAY_WALLETD_APDU_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/apdu.h"
#include "proto/payment.h"

/*
 * What a terminal may say and when: takes one command APDU, gives exactly one response APDU.  Whatever is not in its table is rejected.
 *
 * Status words of its own: 6E00 class, 6D00 instruction, 6A86 P1/P2, 6700 length, 6985 not now, 6A82 no such application.  A card that has
 * nothing to pay with (not issued, frozen) is not there: SELECT answers 6A82.  A trusted application that cannot be reached is trouble that passes:
 * 6F00, so that the terminal asks for another tap instead of another card.
 */
enum apdu_state {
	APDU_IDLE,		/* powered, nothing selected */
	APDU_PPSE,		/* the list of payment applications was read (mission, claim 6) */
	APDU_APPLICATION,	/* teepay is selected */
	APDU_SESSION,		/* a number was given: PAY and RECOVER are possible */
	APDU_STATES
};

/* Room for the data of a response: APDU_MAX without the status word. */
#define APDU_DATA_MAX	(APDU_MAX - 2)

/*
 * The card behind the engine: the seam of its tests.  Each gives a status word and, when that is 9000 or 62xx, fills @out (APDU_DATA_MAX bytes).
 */
struct apdu_card {
	/* 9000 when there is a card that could pay, else 6A82 or 6F00. */
	uint16_t (*offered)(void *ctx);
	/* What the FCI carries under C0: at most CAP_MAX bytes. */
	uint16_t (*cap)(void *ctx, uint8_t *out, size_t *len);
	uint16_t (*get_vcn)(void *ctx, const struct capdu *c, uint8_t *out, size_t *len);
	uint16_t (*pay)(void *ctx, const struct capdu *c, uint8_t *out, size_t *len);
	uint16_t (*recover)(void *ctx, const struct capdu *c, uint8_t *out, size_t *len);
	/* Told of every command when its answer is known; for the log.  May be NULL.  @name is NULL for a command that is in no table. */
	void (*done)(void *ctx, const char *name, const uint8_t *command, size_t len, uint16_t sw);
};

struct apdu_engine {
	enum apdu_state state;
	const struct apdu_card *card;
	void *ctx;
};

void apdu_engine_init(struct apdu_engine *e, const struct apdu_card *card, void *ctx);
/* Power off, reset, field lost: back to APDU_IDLE. */
void apdu_engine_reset(struct apdu_engine *e);
/* @out has APDU_MAX bytes; *@out_len is 2 to APDU_MAX. */
void apdu_engine_run(struct apdu_engine *e, const uint8_t *in, size_t len, uint8_t out[APDU_MAX], size_t *out_len);

#endif
