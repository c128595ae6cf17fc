// SPDX-License-Identifier: BSD-2-Clause
#include "pay.h"

#include <string.h>

#include "err.h"
#include "tlv.h"

#define TAG_P		0xC4
#define TAG_M		0xC5
#define TAG_RECEIPT	0xC6
#define TAG_MAC		0xC7
#define TAG_NEVER	0xC9

#define RECEIPT_VERSION	0x01
#define NEVER_LEN	(4 + ED25519_SIG_LEN)

int payment_mac(const struct crypto_ops *ops, const uint8_t k[SHA256_LEN], const struct bytes *parts, size_t n, uint8_t mac[MAC_LEN])
{
	uint8_t full[SHA256_LEN];
	int err = ops->hmac_sha256((struct bytes){ k, SHA256_LEN }, parts, n, full);

	if (!err)
		memcpy(mac, full, MAC_LEN);
	ops->wipe(full, sizeof(full));
	return err;
}

int pay_fields_encode(const struct pay_fields *p, uint8_t out[P_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, P_LEN);
	writer_u64(&w, p->amount);
	writer_u16(&w, p->currency);
	writer_u64(&w, p->time);
	writer_copy(&w, p->ttn, TTN_LEN);
	return writer_end(&w, &len);
}

int pay_fields_decode(struct bytes in, struct pay_fields *p)
{
	struct reader r;

	reader_init(&r, in.p, in.len);
	p->amount = reader_u64(&r);
	p->currency = reader_u16(&r);
	p->time = reader_u64(&r);
	reader_copy(&r, p->ttn, TTN_LEN);
	return reader_end(&r);
}

static int pay_mac(const struct crypto_ops *ops, const struct transcript *t, const uint8_t p[P_LEN], uint8_t m[MAC_LEN])
{
	const struct bytes parts[2] = { CRYPTO_CONTEXT("teepay1 pay"), { p, P_LEN } };

	return payment_mac(ops, t->kt, parts, 2, m);
}

int pay_encode(const struct crypto_ops *ops, const struct transcript *t, const struct pay_fields *p, uint8_t *out, size_t room, size_t *len,
	       uint8_t m[MAC_LEN])
{
	uint8_t bytes[P_LEN];
	struct writer w;
	int err;

	*len = 0;
	err = pay_fields_encode(p, bytes);
	if (!err)
		err = pay_mac(ops, t, bytes, m);
	if (err)
		return err;
	writer_init(&w, out, room);
	tlv_write(&w, TAG_P, bytes, P_LEN);
	tlv_write(&w, TAG_M, m, MAC_LEN);
	return writer_end(&w, len);
}

int pay_decode(const struct crypto_ops *ops, const struct transcript *t, struct bytes data, struct pay_fields *p, uint8_t m[MAC_LEN])
{
	struct bytes body, mac;
	struct reader r;
	uint8_t want[MAC_LEN];
	int err;

	memset(p, 0, sizeof(*p));
	memset(m, 0, MAC_LEN);
	reader_init(&r, data.p, data.len);
	body = tlv_expect(&r, TAG_P, P_LEN);
	mac = tlv_expect(&r, TAG_M, MAC_LEN);
	err = reader_end(&r);
	if (!err)
		err = pay_mac(ops, t, body.p, want);
	if (!err && !crypto_equal(want, mac.p, MAC_LEN))
		err = PROTO_ERR_SIGNATURE;
	if (!err)
		err = pay_fields_decode(body, p);
	if (!err)
		memcpy(m, mac.p, MAC_LEN);
	ops->wipe(want, sizeof(want));
	return err;
}

int receipt_signed_encode(const struct receipt_claim *c, const uint8_t ebal[EBAL_LEN], uint8_t out[RECEIPT_SIGNED_LEN])
{
	const struct bytes context = CRYPTO_CONTEXT("teepay1 rcpt");
	struct writer w;
	size_t len;

	writer_init(&w, out, RECEIPT_SIGNED_LEN);
	writer_copy(&w, context.p, context.len);
	writer_u8(&w, RECEIPT_VERSION);
	writer_copy(&w, c->kid, KID_LEN);
	writer_copy(&w, c->cid, CID_LEN);
	writer_u32(&w, c->ctr);
	writer_copy(&w, c->tid, TID_LEN);
	writer_copy(&w, c->p, P_LEN);
	writer_copy(&w, ebal, EBAL_LEN);
	return writer_end(&w, &len);
}

int receipt_verify(const struct crypto_ops *ops, const uint8_t card_pk[ED25519_PK_LEN], const struct receipt_claim *c, const struct receipt *r)
{
	uint8_t text[RECEIPT_SIGNED_LEN];
	const struct bytes part = { text, sizeof(text) };
	int err = receipt_signed_encode(c, r->ebal, text);

	return err ? err : ops->ed25519_verify(card_pk, &part, 1, r->rsig);
}

int ebal_apply(const struct crypto_ops *ops, const uint8_t k_ic[SHA256_LEN], const uint8_t cid[CID_LEN], uint32_t ctr, const uint8_t in[EBAL_LEN],
	       uint8_t out[EBAL_LEN])
{
	const uint8_t ctr4[4] = { (uint8_t)(ctr >> 24), (uint8_t)(ctr >> 16), (uint8_t)(ctr >> 8), (uint8_t)ctr };
	const struct bytes parts[3] = { CRYPTO_CONTEXT("teepay1 bal"), { cid, CID_LEN }, { ctr4, sizeof(ctr4) } };
	uint8_t pad[SHA256_LEN];
	int err = ops->hmac_sha256((struct bytes){ k_ic, SHA256_LEN }, parts, 3, pad);

	for (size_t i = 0; !err && i < EBAL_LEN; i++)
		out[i] = in[i] ^ pad[i];
	ops->wipe(pad, sizeof(pad));
	return err;
}

/* Kc's MAC over m, the status word and everything that stands before C7. */
static int answer_mac(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], uint16_t sw, struct bytes before,
		      uint8_t mac[MAC_LEN])
{
	const uint8_t sw2[2] = { (uint8_t)(sw >> 8), (uint8_t)sw };
	const struct bytes parts[4] = { CRYPTO_CONTEXT("teepay1 resp"), { m, MAC_LEN }, { sw2, sizeof(sw2) }, before };

	return payment_mac(ops, t->kc, parts, 4, mac);
}

/* Closes the answer that @w holds so far. */
static int answer_finish(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], uint16_t sw, struct writer *w, size_t *len)
{
	uint8_t mac[MAC_LEN];
	int err = writer_end(w, len);

	if (err)
		return err;
	err = answer_mac(ops, t, m, sw, (struct bytes){ w->buf, w->len }, mac);
	*len = 0;
	if (err)
		return err;
	tlv_write(w, TAG_MAC, mac, sizeof(mac));
	return writer_end(w, len);
}

int answer_encode_receipt(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], const struct receipt *r, uint8_t *out,
			  size_t room, size_t *len)
{
	struct writer w;

	writer_init(&w, out, room);
	tlv_write_header(&w, TAG_RECEIPT, EBAL_LEN + ED25519_SIG_LEN);
	writer_copy(&w, r->ebal, EBAL_LEN);
	writer_copy(&w, r->rsig, ED25519_SIG_LEN);
	return answer_finish(ops, t, m, SW_OK, &w, len);
}

int answer_encode_refusal(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], uint16_t sw, uint8_t *out, size_t room,
			  size_t *len)
{
	struct writer w;

	writer_init(&w, out, room);
	return answer_finish(ops, t, m, sw, &w, len);
}

int answer_encode_never(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], uint32_t ctr_now,
			const uint8_t nsig[ED25519_SIG_LEN], uint8_t *out, size_t room, size_t *len)
{
	struct writer w;

	writer_init(&w, out, room);
	tlv_write_header(&w, TAG_NEVER, NEVER_LEN);
	writer_u32(&w, ctr_now);
	writer_copy(&w, nsig, ED25519_SIG_LEN);
	return answer_finish(ops, t, m, SW_WARN_NEVER, &w, len);
}

/* Reads what @a->sw says must stand before C7; an unknown status word is no answer at all. */
static void answer_read(struct reader *r, struct answer *a)
{
	struct reader in;
	struct bytes v;

	switch (a->sw) {
	case SW_OK:
		v = tlv_expect(r, TAG_RECEIPT, EBAL_LEN + ED25519_SIG_LEN);
		reader_init(&in, v.p, v.len);
		reader_copy(&in, a->receipt.ebal, EBAL_LEN);
		reader_copy(&in, a->receipt.rsig, ED25519_SIG_LEN);
		a->has_receipt = true;
		break;
	case SW_WARN_NEVER:
		v = tlv_expect(r, TAG_NEVER, NEVER_LEN);
		reader_init(&in, v.p, v.len);
		a->ctr_now = reader_u32(&in);
		reader_copy(&in, a->nsig, ED25519_SIG_LEN);
		a->has_never = true;
		break;
	case SW_WARN_NO_MONEY:
	case SW_WARN_VERIFY:
	case SW_WARN_LIMIT:
	case SW_WARN_BLOCKED:
	case SW_WARN_UNKNOWN:
		break;
	default:
		reader_fail(r, PROTO_ERR_FORMAT);
	}
}

int answer_decode(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], uint16_t sw, struct bytes data, struct answer *a)
{
	struct bytes before, mac;
	struct reader r;
	uint8_t want[MAC_LEN];
	int err;

	memset(a, 0, sizeof(*a));
	a->sw = sw;
	reader_init(&r, data.p, data.len);
	answer_read(&r, a);
	before = (struct bytes){ data.p, data.len - r.left };
	mac = tlv_expect(&r, TAG_MAC, MAC_LEN);
	err = reader_end(&r);
	if (!err)
		err = answer_mac(ops, t, m, sw, before, want);
	if (!err && !crypto_equal(want, mac.p, MAC_LEN))
		err = PROTO_ERR_SIGNATURE;
	if (err)
		memset(a, 0, sizeof(*a));
	ops->wipe(want, sizeof(want));
	return err;
}
