/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_PURCHASE_H
#define TEEPAY_POS_PURCHASE_H

#include "deny.h"
#include "journal.h"
#include "reader.h"
#include "terminal.h"

/*
 * One tap: SELECT PPSE, SELECT AID, GET VCN, then RECOVER for whatever this card and terminal left open, then PAY.
 *
 * Only a valid receipt or a refusal under the card's MAC ends a payment (rule 1); any other answer leaves it in doubt, and the next tap of the same card
 * settles it.
 */
enum purchase_outcome {
	PURCHASE_PAID,		/* a verified receipt is in the journal */
	PURCHASE_REFUSED,	/* the card said no, under its MAC */
	PURCHASE_DOUBT,		/* tap the same card again */
	PURCHASE_UNKNOWN,	/* the card lost the record: ask the issuer */
	PURCHASE_FAILED,	/* nothing was asked of the card that could debit it */
	PURCHASE_NO_READER,	/* no reader, or its service does not answer */
	PURCHASE_SETTLED,	/* of recover: nothing is open any more with this card */
};

#define PURCHASE_RECOVERS_MAX	16	/* in one tap; what is left waits for the next */

struct purchase_result {
	enum purchase_outcome outcome;
	char reason[224];		/* what went wrong and what to do; "" when paid */
	bool earlier;			/* paid by an earlier tap; nothing was debited now */
	bool has_intent;
	struct intent intent;		/* of this purchase */
	struct intent recovered[PURCHASE_RECOVERS_MAX];	/* other payments of the card that were settled */
	unsigned int n_recovered;
	unsigned int apdus, bytes;	/* sent and received, status words with them */
};

/* For --trace: each APDU, with the step it belongs to. */
typedef void purchase_trace(void *arg, const char *step, bool command, const uint8_t *bytes, size_t len);

/* And each check, in words, when it is made. */
typedef void purchase_check(void *arg, const char *what);

struct purchase {
	/* given by the caller */
	const struct terminal *terminal;
	struct journal *journal;
	struct pos_reader *reader;
	const struct deny_list *deny;
	const struct crypto_ops *ops;
	uint64_t (*now)(void);		/* seconds since 1970 */
	unsigned int card_ms, apdu_ms;	/* how long to wait for a card, and for each answer */
	uint64_t amount;		/* minor units; 0: only recover */
	const char *ref;		/* the till's reference, or "" */
	purchase_trace *trace;		/* or NULL */
	purchase_check *check;		/* or NULL */
	void *trace_arg;		/* of both */
};

/* Always fills @res.  The caller tells somebody, and then calls purchase_reported(). */
void purchase_run(const struct purchase *p, struct purchase_result *res);

/* Remembers that what @res says was shown.  0, or -1 when the journal cannot be written: the next tap will say it again. */
int purchase_reported(const struct purchase *p, const struct purchase_result *res) __attribute__((warn_unused_result));

#endif
