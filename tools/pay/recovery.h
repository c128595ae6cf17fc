/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_RECOVERY_H
#define TEEPAY_PAY_RECOVERY_H

#include "link.h"
#include "pending.h"

/*
 * The way back from a card that is lost: its trusted application lost its storage, or was rolled back so that the purse is frozen (protocol rule 11).  The old card
 * is blocked, what its purse still has of receipts goes to the issuer, a new card is applied for, and after the settlement deadline the issuer refunds to it what
 * the books say the old one held.  Runs as often as it takes; each run goes as far as it can.
 */
enum recovery_step {
	RECOVERY_NOTHING,	/* no card is lost */
	RECOVERY_STORAGE,	/* blocked; the trusted application's storage must be put aside before there can be a new card */
	RECOVERY_WAITS,		/* there is a new card; the refund comes later */
	RECOVERY_DONE,		/* refunded, now or before */
};

struct recovery {
	enum recovery_step step;
	char lost[HEX_CID], fresh[HEX_CID];
	bool applied;			/* the new card was issued now */
	unsigned int receipts;		/* the issuer had not got before */
	uint64_t refund_after, held;	/* what the issuer says */
	uint64_t refunded;		/* now */
};

/* @cid: the lost card as the user names it, or NULL.  @now: seconds since 1970.  enum pay_exit. */
int recovery_run(const struct link *link, const struct pending_store *store, const char *cid, const char *holder, uint64_t now, struct recovery *r,
		 struct pay_error *e) __attribute__((warn_unused_result));

#endif
