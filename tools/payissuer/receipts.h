/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_RECEIPTS_H
#define TEEPAY_PAYISSUER_RECEIPTS_H

#include "issuer.h"

/* A receipt as a terminal (or the card, for a terminal that never returns) brings it. */
struct receipt_claimed {
	struct bytes cert;		/* the terminal's certificate; empty from a card, then @tid counts */
	uint8_t tid[TID_LEN];
	uint8_t cid[CID_LEN];
	uint32_t ctr;
	uint8_t p[P_LEN];
	struct receipt receipt;
};

/*
 * Settles one receipt: certificate, card's signature, (card, counter) once, balance; then the merchant's account gets the amount.
 * 0 = credited, 1 = was settled before, or enum issuer_err.  A second content for one (card, counter) is an alarm, blocks the card and is refused.
 */
int receipts_settle(struct issuer *is, const struct receipt_claimed *c) ISSUER_MUST_CHECK;

#endif
