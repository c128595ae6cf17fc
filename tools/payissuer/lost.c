// SPDX-License-Identifier: BSD-2-Clause
#include "lost.h"

#include <string.h>

#include "ledger.h"

/* Money of others that waits for this card. */
struct waiting {
	const uint8_t *cid;
	int64_t sum;
};

static int add_waiting(const struct store_transfer *t, void *arg)
{
	struct waiting *w = arg;

	if (t->state == TRANSFER_HELD && memcmp(t->payee, w->cid, CID_LEN) == 0)
		w->sum += (int64_t)t->amount;
	return 0;
}

/* As ledger_refund() will count it. */
static int held(struct issuer *is, const struct store_card *c, uint64_t *sum)
{
	struct waiting w = { c->cid, 0 };
	uint64_t credits = 0;
	int r = store_credits_open(is->store, c->cid, &credits);

	if (r == 0)
		r = store_transfer_each(is->store, add_waiting, &w);
	w.sum += c->balance + (int64_t)credits;
	*sum = w.sum > 0 ? (uint64_t)w.sum : 0;
	return issuer_storage(is, r);
}

int lost_report(struct issuer *is, const uint8_t cid[CID_LEN], struct lost_card *l)
{
	struct store_card c;
	int r = issuer_card_get(is, cid, &c);

	if (r == 0 && c.state == CARD_ACTIVE) {
		r = ledger_block(is, cid, "reported lost");
		if (r == 0)
			r = issuer_card_get(is, cid, &c);
	}
	if (r == 0)
		r = held(is, &c, &l->held);
	l->refund_after = c.blocked_at + LEDGER_SETTLEMENT_DAYS * 86400ULL;
	explicit_bzero(&c, sizeof(c));
	return r;
}

int lost_refund(struct issuer *is, const uint8_t cid[CID_LEN], const uint8_t to[CID_LEN], struct store_message *m)
{
	struct store_card a, b;
	int r = issuer_card_get(is, cid, &a);

	if (r == 0)
		r = issuer_card_get(is, to, &b);
	if (r == 0 && strcmp(a.holder, b.holder) != 0)
		r = issuer_fail(is, ISSUER_ERR_FORBIDDEN, "apply for the new card under the name of the lost one", "the cards belong to different names");
	explicit_bzero(&a, sizeof(a));
	explicit_bzero(&b, sizeof(b));
	return r < 0 ? r : ledger_refund(is, cid, to, m);
}
