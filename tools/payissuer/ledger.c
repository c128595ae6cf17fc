// SPDX-License-Identifier: BSD-2-Clause
#include "ledger.h"

#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "common/money.h"
#include "common/openssl_crypto.h"
#include "proto/err.h"
#include "proto/text.h"

/* Signs and stores the next message of @c; @m has kind, source and amount. */
static int message_sign(struct issuer *is, struct store_card *c, const struct store_card *payee, struct store_message *m)
{
	struct imsg msg = {
		.seq = c->seq + 1, .kind = m->kind, .time = is->now(),
		.amount = m->amount, .currency = is->conf.currency, .source = m->source,
	};
	int r = store_oldest_start(is->store, &msg.oldest_start);

	if (r < 0)
		return issuer_storage(is, r);
	memcpy(msg.kid, is->money_kid, sizeof(msg.kid));
	memcpy(msg.cid, c->cid, sizeof(msg.cid));
	if (payee) {
		memcpy(msg.payee, payee->cid, sizeof(msg.payee));
		strcpy(msg.payee_name, payee->holder);
	}
	r = imsg_sign(&msg, &openssl_crypto, is->money, m->bytes, sizeof(m->bytes), &m->len);
	if (r < 0)
		return issuer_fail(is, ISSUER_ERR_CRYPTO, "nothing was changed; try again", "cannot sign the message: %s", proto_strerror(r));
	memcpy(m->cid, c->cid, sizeof(m->cid));
	m->seq = msg.seq;
	m->state = MESSAGE_OPEN;
	c->seq = msg.seq;
	r = store_message_put(is->store, m, is->now());
	if (r == 0)
		r = store_card_update(is->store, c);
	return issuer_storage(is, r);
}

/* Nothing is signed behind an open order, nor for a blocked card. */
static int card_ready(struct issuer *is, const struct store_card *c)
{
	int r;

	if (c->state != CARD_ACTIVE)
		return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "apply for a new card", "the card is blocked: %s", c->reason);
	r = store_order_open(is->store, c->cid);
	if (r < 0)
		return issuer_storage(is, r);
	if (r == 1)
		return issuer_fail(is, ISSUER_ERR_CONFLICT, "run \"pay sync\" on the device, then try again",
				   "a transfer order of this card waits for its answer");
	return 0;
}

/* Rule 10: what the books say the card holds, what is signed for it and what is on its way must not pass the maximum. */
static int card_room(struct issuer *is, const struct store_card *c, uint64_t amount)
{
	uint64_t open = 0, coming = 0;
	char text[MONEY_TEXT_LEN];
	int64_t would;
	int r = store_credits_open(is->store, c->cid, &open);

	if (r == 0)
		r = store_transfers_coming(is->store, c->cid, &coming);
	if (r < 0)
		return issuer_storage(is, r);
	if (__builtin_add_overflow(c->balance, (int64_t)open, &would) || __builtin_add_overflow(would, (int64_t)coming, &would) ||
	    __builtin_add_overflow(would, (int64_t)amount, &would) || would > (int64_t)is->conf.max_balance)
		return issuer_fail(is, ISSUER_ERR_LIMIT, "spend some first, or load less", "the card may hold no more than %s",
				   money_format(is->conf.max_balance, is->conf.currency, text));
	return 0;
}

static int amount_check(struct issuer *is, uint64_t amount)
{
	if (amount == 0 || amount > MONEY_MAX)
		return issuer_fail(is, ISSUER_ERR_INPUT, "give an amount above zero", "bad amount");
	return 0;
}

/* An earlier request with this key: 1 and its message, 0 for none. */
static int request_again(struct issuer *is, const struct store_request *want, struct store_message *m)
{
	struct store_request have;
	int r = store_request_get(is->store, want->key, &have);

	if (r <= 0)
		return issuer_storage(is, r);
	if (memcmp(have.cid, want->cid, CID_LEN) != 0 || have.kind != want->kind || have.amount != want->amount ||
	    memcmp(have.payee, want->payee, CID_LEN) != 0)
		return issuer_fail(is, ISSUER_ERR_CONFLICT, "use a fresh random key for each new request", "this key was used for another request");
	return issuer_storage(is, store_message_get(is->store, have.cid, have.seq, m));
}

/* The tail of every request: sign, store, remember the key. */
static int request_finish(struct issuer *is, struct store_request *req, struct store_card *c, const struct store_card *payee, struct store_message *m)
{
	int r;

	memset(m, 0, sizeof(*m));
	m->kind = req->kind;
	m->source = req->kind == IMSG_CREDIT ? IMSG_TOPUP : 0;
	m->amount = req->amount;
	r = message_sign(is, c, payee, m);
	if (r < 0)
		return r;
	req->seq = m->seq;
	return issuer_storage(is, store_request_put(is->store, req));
}

static int topup(struct issuer *is, struct store_request *req, struct store_message *m)
{
	struct store_card c;
	int r = request_again(is, req, m);

	if (r != 0)
		return r < 0 ? r : 0;
	r = issuer_card_get(is, req->cid, &c);
	if (r == 0)
		r = card_ready(is, &c);
	if (r == 0)
		r = card_room(is, &c, req->amount);
	if (r == 0)
		r = request_finish(is, req, &c, NULL, m);
	explicit_bzero(&c, sizeof(c));
	return r;
}

int ledger_topup(struct issuer *is, const uint8_t cid[CID_LEN], const uint8_t key[ISSUER_KEY_LEN], uint64_t amount, struct store_message *m)
{
	struct store_request req = { .kind = IMSG_CREDIT, .amount = amount };
	int r = amount_check(is, amount);

	if (r < 0)
		return r;
	memcpy(req.cid, cid, CID_LEN);
	memcpy(req.key, key, ISSUER_KEY_LEN);
	r = store_begin(is->store);
	if (r == 0)
		r = store_end(is->store, topup(is, &req, m));
	return issuer_storage(is, r);
}

/* Is @payee, a card id or a name, who the request of then went to?  A name keeps its meaning, whatever became of its card. */
static bool payee_same(struct issuer *is, const char *payee, const uint8_t then[CID_LEN])
{
	struct store_card c;
	uint8_t cid[CID_LEN];
	bool same;

	if (hex_decode(payee, cid, sizeof(cid)) == 0)
		return memcmp(cid, then, CID_LEN) == 0;
	same = store_card_get(is->store, then, &c) == 1 && strcmp(c.holder, payee) == 0;
	explicit_bzero(&c, sizeof(c));
	return same;
}

/* Whom the money goes to; with a key that was used, to the same card as then. */
static int payee_find(struct issuer *is, const struct store_request *req, const char *payee, struct store_card *c)
{
	struct store_request have;
	uint8_t cid[CID_LEN];
	int r = store_request_get(is->store, req->key, &have);

	if (r < 0)
		return issuer_storage(is, r);
	if (r == 1 && payee_same(is, payee, have.payee))
		return issuer_card_get(is, have.payee, c);
	if (hex_decode(payee, cid, sizeof(cid)) == 0)
		return issuer_card_get(is, cid, c);
	r = store_card_by_holder(is->store, payee, c);
	if (r == 0)
		return issuer_fail(is, ISSUER_ERR_NOT_FOUND, "check the name, or give the card id", "nobody of this name has an active card");
	if (r > 1)
		return issuer_fail(is, ISSUER_ERR_CONFLICT, "give the card id instead of the name", "several cards belong to this name");
	return r < 0 ? issuer_storage(is, r) : 0;
}

static int transfer_check(struct issuer *is, const struct store_card *payer, const struct store_card *payee, uint64_t amount)
{
	uint64_t open = 0;
	int r = card_ready(is, payer);

	if (r < 0)
		return r;
	if (memcmp(payer->cid, payee->cid, CID_LEN) == 0)
		return issuer_fail(is, ISSUER_ERR_INPUT, "give another payee", "payer and payee are the same card");
	if (payee->state != CARD_ACTIVE)
		return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "give another payee", "the payee's card is blocked");
	r = store_credits_open(is->store, payer->cid, &open);
	if (r < 0)
		return issuer_storage(is, r);
	if (payer->balance + (int64_t)open < (int64_t)amount)
		return issuer_fail(is, ISSUER_ERR_LIMIT, "top up first", "the card cannot have that much");
	return card_room(is, payee, amount);
}

static int transfer(struct issuer *is, struct store_request *req, const char *name, struct store_message *m)
{
	struct store_card payer = { 0 }, payee = { 0 };
	struct store_transfer t = { .amount = req->amount, .state = TRANSFER_ORDERED };
	int r = payee_find(is, req, name, &payee);

	if (r < 0)
		goto out;
	memcpy(req->payee, payee.cid, CID_LEN);
	r = request_again(is, req, m);
	if (r != 0) {
		r = r < 0 ? r : 0;
		goto out;
	}
	r = issuer_card_get(is, req->cid, &payer);
	if (r == 0)
		r = transfer_check(is, &payer, &payee, req->amount);
	if (r == 0)
		r = request_finish(is, req, &payer, &payee, m);
	if (r < 0)
		goto out;
	memcpy(t.payer, payer.cid, CID_LEN);
	memcpy(t.payee, payee.cid, CID_LEN);
	t.payer_seq = m->seq;
	r = issuer_storage(is, store_transfer_put(is->store, &t, is->now()));
out:
	explicit_bzero(&payer, sizeof(payer));
	explicit_bzero(&payee, sizeof(payee));
	return r;
}

int ledger_transfer(struct issuer *is, const uint8_t cid[CID_LEN], const uint8_t key[ISSUER_KEY_LEN], const char *payee, uint64_t amount,
		    struct store_message *m)
{
	struct store_request req = { .kind = IMSG_TRANSFER, .amount = amount };
	int r = amount_check(is, amount);

	if (r < 0)
		return r;
	memcpy(req.cid, cid, CID_LEN);
	memcpy(req.key, key, ISSUER_KEY_LEN);
	r = store_begin(is->store);
	if (r == 0)
		r = store_end(is->store, transfer(is, &req, payee, m));
	return issuer_storage(is, r);
}

/* Signs a message of the issuer's own, not asked for by a client with a key. */
static int message_own(struct issuer *is, const uint8_t cid[CID_LEN], uint8_t kind, uint8_t source, uint64_t amount, struct store_message *m)
{
	struct store_card c;
	int r = issuer_card_get(is, cid, &c);

	memset(m, 0, sizeof(*m));
	m->kind = kind;
	m->source = source;
	m->amount = amount;
	if (r == 0)
		r = card_ready(is, &c);
	/* What is held for the card counts as coming already. */
	if (r == 0 && kind == IMSG_CREDIT && source == IMSG_REFUND)
		r = card_room(is, &c, amount);
	if (r == 0)
		r = message_sign(is, &c, NULL, m);
	explicit_bzero(&c, sizeof(c));
	return r;
}

int ledger_clock(struct issuer *is, const uint8_t cid[CID_LEN], struct store_message *m)
{
	int r = store_begin(is->store);

	if (r == 0)
		r = store_end(is->store, message_own(is, cid, IMSG_CLOCK, 0, 0, m));
	return issuer_storage(is, r);
}

int ledger_pin(struct issuer *is, const uint8_t cid[CID_LEN], bool forget, struct store_message *m)
{
	int r = store_begin(is->store);

	if (r == 0)
		r = store_end(is->store, message_own(is, cid, IMSG_PIN, forget ? IMSG_PIN_FORGET : IMSG_PIN_UNBLOCK, 0, m));
	return issuer_storage(is, r);
}

int ledger_tell_blocked(struct issuer *is, const uint8_t cid[CID_LEN])
{
	struct store_message m = { .kind = IMSG_BLOCK };
	struct store_card c;
	int r = issuer_card_get(is, cid, &c);

	if (r == 0 && c.state == CARD_BLOCKED) {
		r = store_block_signed(is->store, cid);
		if (r == 0)
			r = store_order_open(is->store, cid);
		r = r == 0 ? message_sign(is, &c, NULL, &m) : issuer_storage(is, r);
	}
	explicit_bzero(&c, sizeof(c));
	return r < 0 ? r : 0;
}

static int block(struct issuer *is, const uint8_t cid[CID_LEN], const char *reason)
{
	int r = issuer_card_block(is, cid, reason);

	return r < 0 ? r : ledger_tell_blocked(is, cid);
}

int ledger_block(struct issuer *is, const uint8_t cid[CID_LEN], const char *reason)
{
	const struct bytes text = { (const uint8_t *)reason, strlen(reason) };
	int r;

	/* It is told to clients in JSON, and to people on their screens. */
	if (text.len >= REASON_LEN || !text_valid(text))
		return issuer_fail(is, ISSUER_ERR_INPUT, "give at most 63 bytes of printable UTF-8", "bad reason");
	r = store_begin(is->store);

	if (r == 0)
		r = store_end(is->store, block(is, cid, reason));
	return issuer_storage(is, r);
}

/* Signs the credits of transfers that wait for @payee, as far as it is ready for them. */
int ledger_release(struct issuer *is, const uint8_t payee[CID_LEN])
{
	struct store_transfer t;
	struct store_message m;
	int r;

	while ((r = store_transfer_held(is->store, payee, &t)) == 1) {
		r = message_own(is, payee, IMSG_CREDIT, IMSG_TRANSFER_IN, t.amount, &m);
		if (r == ISSUER_ERR_FORBIDDEN || r == ISSUER_ERR_CONFLICT)
			return 0;	/* blocked, or an order of its own is open: later */
		if (r < 0)
			return r;
		t.state = TRANSFER_CREDITED;
		t.credit_seq = m.seq;
		r = store_transfer_update(is->store, &t);
		if (r < 0)
			break;
	}
	return issuer_storage(is, r);
}

/* --- refund --- */

/* Voids what is signed and unanswered; the credits among it count as held by the card. */
static int refund_void(struct issuer *is, const uint8_t cid[CID_LEN], uint64_t *credits)
{
	struct store_message m;
	struct store_transfer t;
	int r;

	while ((r = store_message_open_below(is->store, cid, MESSAGE_SEQ_END, &m)) == 1) {
		m.state = MESSAGE_VOID;
		if (m.kind == IMSG_CREDIT)
			*credits += m.amount;
		if (m.kind == IMSG_TRANSFER && (r = store_transfer_get(is->store, cid, m.seq, &t)) == 1) {
			t.state = TRANSFER_REFUSED;
			r = store_transfer_update(is->store, &t);
		}
		if (r >= 0)
			r = store_message_update(is->store, &m);
		if (r < 0)
			break;
	}
	return issuer_storage(is, r);
}

/* Money of others that waits for the blocked card goes where its own goes. */
static int refund_held(struct issuer *is, const uint8_t cid[CID_LEN], uint64_t *credits)
{
	struct store_transfer t;
	int r;

	while ((r = store_transfer_held(is->store, cid, &t)) == 1) {
		*credits += t.amount;
		t.state = TRANSFER_CREDITED;
		r = store_transfer_update(is->store, &t);
		if (r < 0)
			break;
	}
	return issuer_storage(is, r);
}

static int refund(struct issuer *is, const uint8_t from[CID_LEN], const uint8_t to[CID_LEN], struct store_message *m)
{
	struct store_card old;
	uint64_t credits = 0;
	int64_t sum = 0;
	int r = issuer_card_get(is, from, &old);

	if (r < 0)
		return r;
	if (old.state != CARD_BLOCKED || is->now() < old.blocked_at + LEDGER_SETTLEMENT_DAYS * 86400ULL)
		r = issuer_fail(is, ISSUER_ERR_CONFLICT, "block it, and wait until its last receipts are in",
				"the card is not blocked for %d days yet", LEDGER_SETTLEMENT_DAYS);
	if (r == 0)
		r = refund_void(is, from, &credits);
	if (r == 0)
		r = refund_held(is, from, &credits);
	sum = old.balance + (int64_t)credits;
	if (r == 0 && sum <= 0)
		r = issuer_fail(is, ISSUER_ERR_CONFLICT, "nothing is left to refund", "the card holds nothing");
	if (r == 0) {
		old.balance = 0;
		r = issuer_storage(is, store_card_update(is->store, &old));
	}
	if (r == 0)
		r = message_own(is, to, IMSG_CREDIT, IMSG_REFUND, (uint64_t)sum, m);
	explicit_bzero(&old, sizeof(old));
	return r;
}

int ledger_refund(struct issuer *is, const uint8_t from[CID_LEN], const uint8_t to[CID_LEN], struct store_message *m)
{
	int r = store_begin(is->store);

	if (r == 0)
		r = store_end(is->store, refund(is, from, to, m));
	return issuer_storage(is, r);
}
