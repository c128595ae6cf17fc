// SPDX-License-Identifier: BSD-2-Clause
#include "message.h"

#include <string.h>

#include "err.h"
#include "select.h"
#include "text.h"

/* --- issuer to card --- */

static void imsg_write_content(struct writer *w, const struct imsg *m)
{
	switch (m->kind) {
	case IMSG_CREDIT:
		writer_u64(w, m->amount);
		writer_u16(w, m->currency);
		writer_u8(w, m->source);
		break;
	case IMSG_TRANSFER:
		writer_u64(w, m->amount);
		writer_u16(w, m->currency);
		writer_copy(w, m->payee, CID_LEN);
		text_write(w, m->payee_name, MERCHANT_MAX);
		break;
	case IMSG_PIN:
		writer_u8(w, m->source);
		break;
	case IMSG_CLOCK:
	case IMSG_BLOCK:
		break;
	default:
		writer_fail(w, PROTO_ERR_FORMAT);
	}
}

static void imsg_read_content(struct reader *r, struct imsg *m)
{
	switch (m->kind) {
	case IMSG_CREDIT:
		m->amount = reader_u64(r);
		m->currency = reader_u16(r);
		m->source = reader_u8(r);
		break;
	case IMSG_TRANSFER:
		m->amount = reader_u64(r);
		m->currency = reader_u16(r);
		reader_copy(r, m->payee, CID_LEN);
		text_read(r, m->payee_name, MERCHANT_MAX);
		break;
	case IMSG_PIN:
		m->source = reader_u8(r);
		break;
	case IMSG_CLOCK:
	case IMSG_BLOCK:
		break;
	default:
		reader_fail(r, PROTO_ERR_FORMAT);
	}
}

/* What must hold of every message, written or read. */
static bool imsg_sound(const struct imsg *m)
{
	if (m->seq == 0)
		return false;
	if (m->kind == IMSG_CLOCK || m->kind == IMSG_BLOCK)
		return true;
	if (m->kind == IMSG_PIN)
		return m->source == IMSG_PIN_UNBLOCK || m->source == IMSG_PIN_FORGET;
	if (m->amount == 0 || !currency_valid(m->currency))
		return false;
	return m->kind != IMSG_CREDIT || (m->source >= IMSG_TOPUP && m->source <= IMSG_REFUND);
}

static void imsg_parts(const uint8_t *body, size_t len, struct bytes parts[2])
{
	parts[0] = CRYPTO_CONTEXT("teepay1 imsg");
	parts[1] = (struct bytes){ body, len };
}

int imsg_sign(const struct imsg *m, const struct crypto_ops *ops, void *money_key, uint8_t *out, size_t room, size_t *len)
{
	uint8_t content[IMSG_CONTENT_MAX], sig[ED25519_SIG_LEN];
	struct bytes parts[2];
	struct writer w, c;
	size_t clen;
	int err;

	*len = 0;
	if (!imsg_sound(m))
		return PROTO_ERR_FORMAT;
	writer_init(&c, content, sizeof(content));
	imsg_write_content(&c, m);
	err = writer_end(&c, &clen);
	if (err)
		return err;
	writer_init(&w, out, room);
	writer_copy(&w, m->kid, KID_LEN);
	writer_copy(&w, m->cid, CID_LEN);
	writer_u64(&w, m->seq);
	writer_u8(&w, m->kind);
	writer_u64(&w, m->time);
	writer_u16(&w, m->oldest_start);
	writer_u16(&w, (uint16_t)clen);
	writer_copy(&w, content, clen);
	if (w.err)
		return w.err;
	imsg_parts(out, w.len, parts);
	err = ops->ed25519_sign(money_key, parts, 2, sig);
	if (err)
		return err;
	writer_copy(&w, sig, sizeof(sig));
	return writer_end(&w, len);
}

/* Everything but the signature; @signed_len gets how much of @in that covers. */
static int imsg_read(struct bytes in, struct imsg *m, size_t *signed_len)
{
	struct reader r, c;
	struct bytes content;
	int err;

	reader_init(&r, in.p, in.len);
	reader_copy(&r, m->kid, KID_LEN);
	reader_copy(&r, m->cid, CID_LEN);
	m->seq = reader_u64(&r);
	m->kind = reader_u8(&r);
	m->time = reader_u64(&r);
	m->oldest_start = reader_u16(&r);
	content = reader_take(&r, reader_u16(&r));
	*signed_len = in.len - r.left;
	(void)reader_take(&r, ED25519_SIG_LEN);
	err = reader_end(&r);
	if (err)
		return err;
	reader_init(&c, content.p, content.len);
	imsg_read_content(&c, m);
	err = reader_end(&c);
	if (!err && !imsg_sound(m))
		err = PROTO_ERR_FORMAT;
	return err;
}

int imsg_verify(struct bytes in, const struct crypto_ops *ops, const uint8_t money_pk[ED25519_PK_LEN], struct imsg *m)
{
	uint8_t kid[KID_LEN];
	struct bytes parts[2];
	size_t signed_len;
	int err;

	memset(m, 0, sizeof(*m));
	err = imsg_read(in, m, &signed_len);
	if (!err)
		err = cert_kid(ops, money_pk, kid);
	if (!err && memcmp(kid, m->kid, KID_LEN) != 0)
		err = PROTO_ERR_FOREIGN;
	if (!err) {
		imsg_parts(in.p, signed_len, parts);
		err = ops->ed25519_verify(money_pk, parts, 2, in.p + signed_len);
	}
	if (err)
		memset(m, 0, sizeof(*m));
	return err;
}

int imsg_digest(struct bytes in, const struct crypto_ops *ops, uint8_t out[SHA256_LEN])
{
	return ops->sha256(&in, 1, out);
}

/* --- card to issuer --- */

#define CARD_REPLY_TEXT_MAX	65	/* the longer of the two */

/* "teepay1 ack\0" ‖ cid ‖ seq ‖ ctr ‖ ebal, or "teepay1 xfer\0" ‖ cid ‖ ctr ‖ H(order) ‖ amount. */
static int card_reply_text(const struct card_reply *r, uint8_t out[CARD_REPLY_TEXT_MAX], size_t *len)
{
	const struct bytes ack = CRYPTO_CONTEXT("teepay1 ack"), xfer = CRYPTO_CONTEXT("teepay1 xfer");
	struct writer w;

	writer_init(&w, out, CARD_REPLY_TEXT_MAX);
	switch (r->kind) {
	case CARD_ACK:
		writer_copy(&w, ack.p, ack.len);
		writer_copy(&w, r->cid, CID_LEN);
		writer_u64(&w, r->seq);
		writer_u32(&w, r->ctr);
		writer_copy(&w, r->ebal, EBAL_LEN);
		break;
	case CARD_XFER:
		writer_copy(&w, xfer.p, xfer.len);
		writer_copy(&w, r->cid, CID_LEN);
		writer_u32(&w, r->ctr);
		writer_copy(&w, r->order, SHA256_LEN);
		writer_u64(&w, r->amount);
		break;
	default:
		writer_fail(&w, PROTO_ERR_FORMAT);
	}
	return writer_end(&w, len);
}

int card_reply_sign(struct card_reply *r, const struct crypto_ops *ops, void *card_key)
{
	uint8_t text[CARD_REPLY_TEXT_MAX];
	struct bytes part = { text, 0 };
	int err = card_reply_text(r, text, &part.len);

	return err ? err : ops->ed25519_sign(card_key, &part, 1, r->sig);
}

int card_reply_verify(const struct card_reply *r, const struct crypto_ops *ops, const uint8_t card_pk[ED25519_PK_LEN])
{
	uint8_t text[CARD_REPLY_TEXT_MAX];
	struct bytes part = { text, 0 };
	int err = card_reply_text(r, text, &part.len);

	return err ? err : ops->ed25519_verify(card_pk, &part, 1, r->sig);
}

int card_reply_encode(const struct card_reply *r, uint8_t out[CARD_REPLY_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, CARD_REPLY_LEN);
	writer_u8(&w, r->kind);
	writer_copy(&w, r->cid, CID_LEN);
	writer_u64(&w, r->seq);
	writer_u32(&w, r->ctr);
	writer_copy(&w, r->ebal, EBAL_LEN);
	writer_copy(&w, r->order, SHA256_LEN);
	writer_u64(&w, r->amount);
	writer_copy(&w, r->sig, ED25519_SIG_LEN);
	return writer_end(&w, &len);
}

/* A field that its kind does not sign must be zero, so that nothing unsigned travels. */
static bool card_reply_sound(const struct card_reply *r)
{
	static const uint8_t zeros[SHA256_LEN];

	if (r->kind == CARD_ACK)
		return r->amount == 0 && memcmp(r->order, zeros, SHA256_LEN) == 0;
	return r->kind == CARD_XFER && memcmp(r->ebal, zeros, EBAL_LEN) == 0;
}

int card_reply_decode(struct bytes in, struct card_reply *r)
{
	struct reader rd;
	int err;

	memset(r, 0, sizeof(*r));
	reader_init(&rd, in.p, in.len);
	r->kind = reader_u8(&rd);
	reader_copy(&rd, r->cid, CID_LEN);
	r->seq = reader_u64(&rd);
	r->ctr = reader_u32(&rd);
	reader_copy(&rd, r->ebal, EBAL_LEN);
	reader_copy(&rd, r->order, SHA256_LEN);
	r->amount = reader_u64(&rd);
	reader_copy(&rd, r->sig, ED25519_SIG_LEN);
	if (rd.err == 0 && !card_reply_sound(r))
		reader_fail(&rd, PROTO_ERR_FORMAT);
	err = reader_end(&rd);
	if (err)
		memset(r, 0, sizeof(*r));
	return err;
}
