// SPDX-License-Identifier: BSD-2-Clause
#include "reply.h"

#include <string.h>

#include "common/openssl_crypto.h"
#include "ledger.h"
#include "proto/err.h"
#include "record.h"

struct reply_booking {
	struct issuer *is;
	struct store_card card;
	struct store_message message;
	struct card_reply reply;
	uint8_t bytes[CARD_REPLY_LEN];
};

static int reply_record(struct reply_booking *b, struct store_record *r)
{
	struct issuer *is = b->is;
	const struct bytes part = { b->bytes, sizeof(b->bytes) - ED25519_SIG_LEN };

	memset(r, 0, sizeof(*r));
	memcpy(r->cid, b->card.cid, CID_LEN);
	r->ctr = b->reply.ctr;
	r->amount = b->message.amount;
	r->kind = b->reply.kind == CARD_XFER ? RECORD_TRANSFER : RECORD_CREDIT;
	if (openssl_crypto.sha256(&part, 1, r->content) < 0)
		return issuer_fail(is, ISSUER_ERR_CRYPTO, "try again", "the cryptographic library failed");
	r->has_balance = b->reply.kind == CARD_ACK;
	return r->has_balance ? record_balance(is, &b->card, r->ctr, b->reply.ebal, &r->balance) : 0;
}

static int message_close(struct reply_booking *b, enum message_state state)
{
	b->message.state = state;
	memcpy(b->message.reply, b->bytes, sizeof(b->message.reply));
	return issuer_storage(b->is, store_message_update(b->is->store, &b->message));
}

static int card_book(struct reply_booking *b, int64_t delta)
{
	struct store_card fresh;
	int r = issuer_card_get(b->is, b->card.cid, &fresh);	/* an alarm may have blocked it meanwhile */

	if (r == 0) {
		fresh.balance += delta;
		fresh.used = true;
		r = issuer_storage(b->is, store_card_update(b->is->store, &fresh));
	}
	explicit_bzero(&fresh, sizeof(fresh));
	return r;
}

static int book_credit(struct reply_booking *b)
{
	struct store_record rec;
	int r = reply_record(b, &rec);

	if (r == 0)
		r = record_book(b->is, &rec);
	if (r < 0)
		return r;
	r = message_close(b, MESSAGE_APPLIED);
	return r < 0 ? r : card_book(b, (int64_t)b->message.amount);
}

static int book_transfer(struct reply_booking *b, bool done)
{
	struct issuer *is = b->is;
	struct store_transfer t;
	struct store_record rec;
	int r = store_transfer_get(is->store, b->card.cid, b->message.seq, &t);

	if (r <= 0)
		return issuer_fail(is, ISSUER_ERR_STORAGE, "ask the operator", "an order without its transfer");
	r = reply_record(b, &rec);
	if (r == 0)
		r = done ? record_book(is, &rec) : record_compare(is, rec.cid, rec.ctr, rec.balance);
	if (r < 0)
		return r;
	t.state = done ? TRANSFER_HELD : TRANSFER_REFUSED;
	t.ctr = done ? b->reply.ctr : 0;
	r = issuer_storage(is, store_transfer_update(is->store, &t));
	if (r == 0)
		r = message_close(b, done ? MESSAGE_APPLIED : MESSAGE_REFUSED);
	if (r == 0)
		r = card_book(b, done ? -(int64_t)t.amount : 0);
	if (r == 0)
		r = ledger_release(is, t.payee);
	/* What waited behind this order: credits, and a block. */
	if (r == 0)
		r = ledger_release(is, b->card.cid);
	return r < 0 ? r : ledger_tell_blocked(is, b->card.cid);
}

/* Sequence numbers have no gaps: who applied this one applied all before; an order cannot be among them, nothing is signed behind one. */
static int close_earlier(struct reply_booking *b)
{
	struct store_message m;
	int r;

	while ((r = store_message_open_below(b->is->store, b->card.cid, b->message.seq, &m)) == 1) {
		m.state = MESSAGE_APPLIED;
		r = store_message_update(b->is->store, &m);
		if (r == 0 && m.kind == IMSG_CREDIT)
			r = card_book(b, (int64_t)m.amount);
		if (r < 0)
			break;
	}
	return issuer_storage(b->is, r);
}

/* An xfer names its order by digest.  Its number is not signed: one that somebody changed on the way says nothing of the card, so it must cause no alarm. */
static int order_check(struct reply_booking *b)
{
	struct issuer *is = b->is;
	uint8_t order[SHA256_LEN];

	if (b->reply.kind != CARD_XFER)
		return 0;
	if (imsg_digest((struct bytes){ b->message.bytes, b->message.len }, &openssl_crypto, order) < 0)
		return issuer_fail(is, ISSUER_ERR_CRYPTO, "try again", "the cryptographic library failed");
	if (b->message.kind != IMSG_TRANSFER || b->reply.amount != b->message.amount || memcmp(order, b->reply.order, sizeof(order)) != 0)
		return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "send the answer to the order that it names", "the answer belongs to another order");
	return 0;
}

static int message_answer(struct reply_booking *b, enum reply_status *status)
{
	bool done = b->reply.kind == CARD_XFER;
	int r = close_earlier(b);

	if (r < 0)
		return r;
	*status = REPLY_APPLIED;
	switch (b->message.kind) {
	case IMSG_CREDIT:
		return book_credit(b);
	case IMSG_TRANSFER:
		*status = done ? REPLY_APPLIED : REPLY_REFUSED;
		return book_transfer(b, done);
	default:
		r = message_close(b, MESSAGE_APPLIED);
		return r < 0 ? r : card_book(b, 0);
	}
}

/* The message has an answer already: the same one again is fine. */
static int reply_again(struct reply_booking *b, enum reply_status *status)
{
	static const uint8_t none[CARD_REPLY_LEN];
	int r;

	*status = REPLY_KNOWN;
	if (memcmp(b->message.reply, b->bytes, sizeof(b->bytes)) == 0)
		return 0;
	/* It was closed by a later answer, or voided by a refund: this is its own, late. */
	if (memcmp(b->message.reply, none, sizeof(none)) == 0) {
		struct store_record rec;

		r = reply_record(b, &rec);
		if (r == 0 && b->message.kind == IMSG_CREDIT)
			r = record_book(b->is, &rec);
		if (r >= 0)
			r = message_close(b, b->message.state);
		if (r == 0 && b->message.state == MESSAGE_VOID)
			r = record_alarm(b->is, b->card.cid, b->reply.ctr, "a card took money that was refunded to another");
		return r < 0 ? r : 0;
	}
	r = record_alarm(b->is, b->card.cid, b->reply.ctr, "one message with two answers: the card was copied");
	return r < 0 ? r : issuer_fail(b->is, ISSUER_ERR_CONFLICT, "the card is blocked; ask the issuer", "this message has another answer already");
}

static int reply_take(struct reply_booking *b, enum reply_status *status)
{
	struct issuer *is = b->is;
	int r = issuer_card_get(is, b->reply.cid, &b->card);

	if (r < 0)
		return r;
	if (card_reply_verify(&b->reply, &openssl_crypto, b->card.pk) < 0)
		return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "send what the card gave", "the card's signature does not hold");
	r = store_message_get(is->store, b->card.cid, b->reply.seq, &b->message);
	if (r < 0)
		return issuer_storage(is, r);
	if (r == 0)
		return issuer_fail(is, ISSUER_ERR_NOT_FOUND, "send what the card gave", "no message of this number was signed");
	r = order_check(b);
	if (r < 0)
		return r;
	return b->message.state == MESSAGE_OPEN ? message_answer(b, status) : reply_again(b, status);
}

int reply_book(struct issuer *is, const uint8_t cid[CID_LEN], struct bytes in, enum reply_status *status)
{
	struct reply_booking b = { .is = is };
	int booked, r = card_reply_decode(in, &b.reply);

	if (r < 0 || in.len != sizeof(b.bytes))
		return issuer_fail(is, ISSUER_ERR_INPUT, "send what the card gave", "malformed answer: %s", proto_strerror(r));
	if (memcmp(cid, b.reply.cid, CID_LEN) != 0)
		return issuer_fail(is, ISSUER_ERR_INPUT, "send it to the card that gave it", "the answer is another card's");
	memcpy(b.bytes, in.p, sizeof(b.bytes));
	r = store_begin(is->store);
	if (r < 0)
		return issuer_storage(is, r);
	booked = reply_take(&b, status);
	/* A clone is a finding, not a failure: its alarm and the block stay in the books. */
	r = store_end(is->store, booked == ISSUER_ERR_CONFLICT ? 0 : booked);
	explicit_bzero(&b, sizeof(b));
	return r < 0 ? issuer_storage(is, r) : booked;
}
