/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_JOURNAL_H
#define TEEPAY_POS_JOURNAL_H

#include <stdbool.h>

#include "proto/payment.h"

/*
 * The terminal's memory of what it asked cards to pay (rule 4): an intent is on the disk before PAY leaves, its end is on the disk before anybody is told.
 * SQLite with synchronous=FULL; one process at a time.
 */
enum intent_state {
	INTENT_OPEN = 0,		/* PAY may have reached the card */
	INTENT_PAID = 1,		/* a verified receipt is here */
	INTENT_REFUSED = 2,		/* the card said no, under its MAC */
	INTENT_NEVER = 3,		/* the card signed that it never paid this */
	INTENT_UNKNOWN = 4,		/* the card lost the record: the issuer knows */
};

enum intent_settled { SETTLE_PENDING = 0, SETTLE_DONE = 1, SETTLE_REFUSED = 2 };

#define INTENT_REF_LEN		65
#define INTENT_MASKED_LEN	20

struct intent {
	int64_t id;
	uint8_t ttn[TTN_LEN];
	uint8_t tid[TID_LEN];
	uint8_t cid[CID_LEN];
	uint32_t ctr;			/* as GET VCN showed it: the receipt's is one more */
	uint64_t amount;
	uint16_t currency;
	uint64_t time;			/* seconds since 1970 */
	uint8_t p[P_LEN];
	uint8_t tcert[TCERT_MAX];	/* that the payment was made with */
	size_t tcert_len;
	char ref[INTENT_REF_LEN];	/* the till's own reference, or "" */
	char masked[INTENT_MASKED_LEN];	/* the card's number as it may be printed */
	enum intent_state state;
	uint16_t sw;			/* of a refusal */
	bool reported;			/* somebody was told how it ended */
	struct receipt receipt;		/* of INTENT_PAID */
	enum intent_settled settled;
};

struct journal;

/* NULL on error, with a sentence in @error.  @lock: be the only process that may change it. */
#define JOURNAL_ERROR_LEN	512
struct journal *journal_open(const char *path, bool lock, char error[JOURNAL_ERROR_LEN]) __attribute__((warn_unused_result));
void journal_close(struct journal **j);
const char *journal_error(const struct journal *j);

/*
 * Takes the next transaction number and writes the intent, in one commit: fills id, ttn, p and state of @in from its other fields.  Only after 0 may PAY be
 * sent.
 */
int journal_intend(struct journal *j, struct intent *in) __attribute__((warn_unused_result));
/* Ends an open intent with the state, sw and receipt that @in has now.  Only after 0 may anybody be told. */
int journal_finish(struct journal *j, const struct intent *in) __attribute__((warn_unused_result));
int journal_report(struct journal *j, int64_t id) __attribute__((warn_unused_result));
int journal_settle(struct journal *j, int64_t id, enum intent_settled how) __attribute__((warn_unused_result));

enum journal_filter {
	JOURNAL_ALL,
	JOURNAL_OPEN_OF_CARD,		/* state open, this terminal and card */
	JOURNAL_UNREPORTED_OF_CARD,	/* paid or unknown, and nobody was told; this terminal and card */
	JOURNAL_UNSETTLED,		/* paid, and the issuer has not booked it */
};

/* The oldest one above @after that fits: 1 and *@in, 0 when there is none, -1 on error.  @tid and @cid are for the filters of a card, else NULL. */
int journal_next(struct journal *j, enum journal_filter filter, int64_t after, const uint8_t *tid, const uint8_t *cid, struct intent *in)
	__attribute__((warn_unused_result));

/* Likewise, of the purchases of this terminal with the till's reference @ref. */
int journal_next_of_ref(struct journal *j, const char *ref, int64_t after, const uint8_t tid[TID_LEN], struct intent *in)
	__attribute__((warn_unused_result));

const char *intent_state_name(enum intent_state s);

#endif
