/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_APPROVAL_H
#define TEEPAY_PAYTA_APPROVAL_H

#include <stdbool.h>
#include <tee_internal_api.h>

#include "proto/pay.h"

/*
 * What waits for the PIN, and what the PIN has approved: one of each, in memory only.  An approval is for exactly one payment, that of the same terminal,
 * amount and currency, or for one transfer order, and holds for a minute on the clock that runs on while the machine sleeps (docs/PROTOCOL.apdu.md §9, rule 8).
 */
#define APPROVAL_SECONDS	60
#define APPROVAL_ASK_SECONDS	300	/* a refused payment can be approved so long */

enum approval_kind { APPROVAL_NONE = 0, APPROVAL_PAYMENT = 1, APPROVAL_TRANSFER = 2 };

struct approval {
	uint8_t kind;			/* enum approval_kind */
	uint8_t peer[TID_LEN];		/* the terminal, or the payee's cid */
	uint64_t amount;
	uint16_t currency;
	uint8_t order[SHA256_LEN];	/* of a transfer: the order's digest; else zeros */
	char name[MERCHANT_MAX + 1];	/* for the screen */
};

/* The card was asked for @a, and it needs the PIN.  The newest is the one that waits. */
void approval_ask(const struct approval *a);
/* What waits; NULL: nothing, or not any more. */
const struct approval *approval_asked(void);
/* The holder says yes or no to what waits, which then waits no more. */
void approval_give(void);
void approval_decline(void);

/* Is @a approved now?  The name does not count. */
bool approval_covers(const struct approval *a);
/* Has the holder said no to @a, a transfer order?  True once. */
bool approval_declined(const struct approval *a);
/* The approval is used up. */
void approval_use(void);
/* Forgets everything. */
void approval_clear(void);

#endif
