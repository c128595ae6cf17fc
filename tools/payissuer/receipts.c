// SPDX-License-Identifier: BSD-2-Clause
#include "receipts.h"

#include <string.h>

#include "common/money.h"
#include "common/openssl_crypto.h"
#include "proto/err.h"
#include "record.h"

/* Whose terminal was it?  A certificate is checked as on its first day: settlement comes late, and is bound by the card's signature. */
static int claim_terminal(struct issuer *is, const struct receipt_claimed *c, struct store_terminal *t)
{
	uint8_t tid[TID_LEN];
	struct tcert cert;
	int r;

	memcpy(tid, c->tid, TID_LEN);
	if (c->cert.len > 0) {
		r = tcert_decode(c->cert, &cert);
		if (r == 0)
			r = tcert_verify(c->cert, &openssl_crypto, is->root_pk, cert.start, 0, &cert);
		if (r < 0)
			return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "send the certificate that the payment was made with",
					   "the terminal's certificate does not hold: %s", proto_strerror(r));
		memcpy(tid, cert.tid, TID_LEN);
	}
	r = store_terminal_get(is->store, tid, t);
	if (r < 0)
		return issuer_storage(is, r);
	return r == 1 ? 0 : issuer_fail(is, ISSUER_ERR_NOT_FOUND, "ask the issuer that made the terminal", "no such terminal");
}

static int claim_verify(struct issuer *is, const struct receipt_claimed *c, const struct store_card *card, const struct store_terminal *t,
			struct pay_fields *p)
{
	struct receipt_claim claim = { .ctr = c->ctr };

	if (pay_fields_decode((struct bytes){ c->p, P_LEN }, p) < 0 || p->currency != is->conf.currency || p->amount == 0 ||
	    p->amount > MONEY_MAX || c->ctr == 0)
		return issuer_fail(is, ISSUER_ERR_INPUT, "send the receipt as the card gave it", "malformed payment fields");
	memcpy(claim.kid, is->kid, sizeof(claim.kid));
	memcpy(claim.cid, c->cid, sizeof(claim.cid));
	memcpy(claim.tid, t->tid, sizeof(claim.tid));
	memcpy(claim.p, c->p, sizeof(claim.p));
	if (receipt_verify(&openssl_crypto, card->pk, &claim, &c->receipt) < 0)
		return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "send the receipt as the card gave it", "the card's signature does not hold");
	return 0;
}

static int claim_record(struct issuer *is, const struct receipt_claimed *c, const struct store_card *card, const struct store_terminal *t,
			uint64_t amount, struct store_record *r)
{
	/* Signatures are left out: what counts is what was signed. */
	const struct bytes parts[] = { { t->tid, TID_LEN }, { c->p, P_LEN }, { c->receipt.ebal, EBAL_LEN } };

	memset(r, 0, sizeof(*r));
	memcpy(r->cid, c->cid, CID_LEN);
	r->ctr = c->ctr;
	r->kind = RECORD_RECEIPT;
	r->amount = amount;
	r->has_balance = true;
	if (openssl_crypto.sha256(parts, 3, r->content) < 0)
		return issuer_fail(is, ISSUER_ERR_CRYPTO, "try again", "the cryptographic library failed");
	return record_balance(is, card, c->ctr, c->receipt.ebal, &r->balance);
}

/* More than all that was credited, with what the card may have taken and not answered yet, no honest card pays. */
static int check_spent(struct issuer *is, const struct store_card *c, uint32_t ctr)
{
	uint64_t open;
	int r = store_credits_open(is->store, c->cid, &open);

	if (r < 0 || c->balance + (int64_t)open >= 0)
		return issuer_storage(is, r);
	return record_alarm(is, c->cid, ctr, "the card paid more than it was credited");
}

static int receipt_book(struct issuer *is, const struct receipt_claimed *c, const struct store_terminal *t, uint64_t amount)
{
	struct store_receipt row = { .ctr = c->ctr, .receipt = c->receipt, .settled = is->now() };
	struct store_card fresh;
	int r = issuer_card_get(is, c->cid, &fresh);	/* an alarm may have blocked it meanwhile */

	if (r < 0)
		return r;
	memcpy(row.cid, c->cid, CID_LEN);
	memcpy(row.tid, t->tid, TID_LEN);
	memcpy(row.p, c->p, P_LEN);
	fresh.balance -= (int64_t)amount;
	fresh.used = true;
	r = store_receipt_put(is->store, &row);
	if (r == 0)
		r = store_merchant_credit(is->store, t->merchant, amount);
	if (r == 0)
		r = store_card_update(is->store, &fresh);
	r = issuer_storage(is, r);
	if (r == 0)
		r = check_spent(is, &fresh, c->ctr);
	explicit_bzero(&fresh, sizeof(fresh));
	return r;
}

static int settle(struct issuer *is, const struct receipt_claimed *c)
{
	struct store_card card;
	struct store_terminal t;
	struct store_record rec;
	struct pay_fields p;
	int r = issuer_card_get(is, c->cid, &card);

	if (r == 0)
		r = claim_terminal(is, c, &t);
	if (r == 0)
		r = claim_verify(is, c, &card, &t, &p);
	if (r == 0)
		r = claim_record(is, c, &card, &t, p.amount, &rec);
	if (r == 0)
		r = record_book(is, &rec);
	if (r == 0)
		r = receipt_book(is, c, &t, p.amount);
	explicit_bzero(&card, sizeof(card));
	return r;
}

int receipts_settle(struct issuer *is, const struct receipt_claimed *c)
{
	int settled, r = store_begin(is->store);

	if (r < 0)
		return issuer_storage(is, r);
	settled = settle(is, c);
	/* A clone is a finding, not a failure: its alarm and the block stay in the books. */
	r = store_end(is->store, settled > 0 || settled == ISSUER_ERR_CONFLICT ? 0 : settled);
	return r < 0 ? issuer_storage(is, r) : settled;
}
