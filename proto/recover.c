// SPDX-License-Identifier: BSD-2-Clause
#include "recover.h"

#include <string.h>

#include "err.h"
#include "tlv.h"

#define TAG_Q		0xC8
#define TAG_M		0xC5
#define NEVER_VERSION	0x01

static int recover_mac(const struct crypto_ops *ops, const struct transcript *t, const uint8_t q[Q_LEN], uint8_t m[MAC_LEN])
{
	const struct bytes parts[2] = { CRYPTO_CONTEXT("teepay1 rec"), { q, Q_LEN } };

	return payment_mac(ops, t->kt, parts, 2, m);
}

static int recover_fields_encode(const struct recover_fields *q, uint8_t out[Q_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, Q_LEN);
	writer_copy(&w, q->ttn, TTN_LEN);
	writer_u32(&w, q->ctr);
	return writer_end(&w, &len);
}

int recover_encode(const struct crypto_ops *ops, const struct transcript *t, const struct recover_fields *q, uint8_t *out, size_t room, size_t *len,
		   uint8_t m[MAC_LEN])
{
	uint8_t bytes[Q_LEN];
	struct writer w;
	int err;

	*len = 0;
	err = recover_fields_encode(q, bytes);
	if (!err)
		err = recover_mac(ops, t, bytes, m);
	if (err)
		return err;
	writer_init(&w, out, room);
	tlv_write(&w, TAG_Q, bytes, Q_LEN);
	tlv_write(&w, TAG_M, m, MAC_LEN);
	return writer_end(&w, len);
}

int recover_decode(const struct crypto_ops *ops, const struct transcript *t, struct bytes data, struct recover_fields *q, uint8_t m[MAC_LEN])
{
	struct bytes body, mac;
	struct reader r;
	uint8_t want[MAC_LEN];
	int err;

	memset(q, 0, sizeof(*q));
	memset(m, 0, MAC_LEN);
	reader_init(&r, data.p, data.len);
	body = tlv_expect(&r, TAG_Q, Q_LEN);
	mac = tlv_expect(&r, TAG_M, MAC_LEN);
	err = reader_end(&r);
	if (!err)
		err = recover_mac(ops, t, body.p, want);
	if (!err && !crypto_equal(want, mac.p, MAC_LEN))
		err = PROTO_ERR_SIGNATURE;
	if (!err) {
		reader_init(&r, body.p, body.len);
		reader_copy(&r, q->ttn, TTN_LEN);
		q->ctr = reader_u32(&r);
		memcpy(m, mac.p, MAC_LEN);
		err = reader_end(&r);
	}
	ops->wipe(want, sizeof(want));
	return err;
}

int never_signed_encode(const uint8_t kid[KID_LEN], const uint8_t cid[CID_LEN], const uint8_t tid[TID_LEN], const struct recover_fields *q,
			uint32_t ctr_now, uint8_t out[NEVER_SIGNED_LEN])
{
	const struct bytes context = CRYPTO_CONTEXT("teepay1 never");
	uint8_t bytes[Q_LEN];
	struct writer w;
	size_t len;
	int err = recover_fields_encode(q, bytes);

	if (err)
		return err;
	writer_init(&w, out, NEVER_SIGNED_LEN);
	writer_copy(&w, context.p, context.len);
	writer_u8(&w, NEVER_VERSION);
	writer_copy(&w, kid, KID_LEN);
	writer_copy(&w, cid, CID_LEN);
	writer_copy(&w, tid, TID_LEN);
	writer_copy(&w, bytes, Q_LEN);
	writer_u32(&w, ctr_now);
	return writer_end(&w, &len);
}

int never_verify(const struct crypto_ops *ops, const uint8_t card_pk[ED25519_PK_LEN], const uint8_t kid[KID_LEN], const uint8_t cid[CID_LEN],
		 const uint8_t tid[TID_LEN], const struct recover_fields *q, const struct answer *a)
{
	uint8_t text[NEVER_SIGNED_LEN];
	const struct bytes part = { text, sizeof(text) };
	int err;

	if (!a->has_never)
		return PROTO_ERR_FORMAT;
	err = never_signed_encode(kid, cid, tid, q, a->ctr_now, text);
	return err ? err : ops->ed25519_verify(card_pk, &part, 1, a->nsig);
}
