/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_LOST_H
#define TEEPAY_PAYISSUER_LOST_H

#include "issuer.h"

/*
 * The way back for a holder whose card lost its storage, or was rolled back (rule 11): the card is blocked, its last receipts come in until the settlement
 * deadline, and then what the books say it held goes to the same holder's new card.
 */
struct lost_card {
	uint64_t refund_after;		/* seconds since 1970 */
	uint64_t held;			/* what would be refunded now; 0 once it was */
};

/* Blocks @cid if it is not blocked yet, and says how things stand.  May be repeated. */
int lost_report(struct issuer *is, const uint8_t cid[CID_LEN], struct lost_card *l) ISSUER_MUST_CHECK;
/* ledger_refund() to a card of the same holder's; ISSUER_ERR_FORBIDDEN for another one. */
int lost_refund(struct issuer *is, const uint8_t cid[CID_LEN], const uint8_t to[CID_LEN], struct store_message *m) ISSUER_MUST_CHECK;

#endif
