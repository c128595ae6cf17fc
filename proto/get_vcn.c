// SPDX-License-Identifier: BSD-2-Clause
#include "get_vcn.h"

#include <string.h>

#include "err.h"
#include "select.h"
#include "tlv.h"

#define TAG_TCERT	0xC1
#define TAG_NONCE	0xC2
#define TAG_BODY	0xC3

int get_vcn_encode(struct bytes tcert, const uint8_t nonce[NONCE_LEN], uint8_t *out, size_t room, size_t *len)
{
	struct writer w;

	writer_init(&w, out, room);
	tlv_write(&w, TAG_TCERT, tcert.p, tcert.len);
	tlv_write(&w, TAG_NONCE, nonce, NONCE_LEN);
	return writer_end(&w, len);
}

int get_vcn_decode(struct bytes data, struct bytes *tcert, struct bytes *nonce)
{
	struct reader r;

	reader_init(&r, data.p, data.len);
	*tcert = tlv_expect_range(&r, TAG_TCERT, TCERT_MIN, TCERT_MAX);
	*nonce = tlv_expect(&r, TAG_NONCE, NONCE_LEN);
	return reader_end(&r);
}

int transcript_th(const struct crypto_ops *ops, struct bytes cap, uint8_t p1, uint8_t p2, struct bytes tcert, struct bytes nonce, uint8_t th[SHA256_LEN])
{
	uint8_t head[1 + AID_LEN + 1], mid[4];
	struct bytes parts[6] = { CRYPTO_CONTEXT("teepay1 th") };

	if (cap.len > CAP_MAX || tcert.len > TCERT_MAX)
		return PROTO_ERR_FORMAT;
	head[0] = AID_LEN;
	memcpy(head + 1, payment_aid, AID_LEN);
	head[1 + AID_LEN] = (uint8_t)cap.len;
	mid[0] = p1;
	mid[1] = p2;
	mid[2] = (uint8_t)(tcert.len >> 8);
	mid[3] = (uint8_t)tcert.len;
	parts[1] = (struct bytes){ head, sizeof(head) };
	parts[2] = cap;
	parts[3] = (struct bytes){ mid, sizeof(mid) };
	parts[4] = tcert;
	parts[5] = nonce;
	return ops->sha256(parts, 6, th);
}

int vcn_clear_encode(const struct vcn_clear *v, uint8_t out[VCN_CLEAR_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, VCN_CLEAR_LEN);
	writer_u64(&w, v->vcn);
	writer_u32(&w, v->ctr);
	writer_u8(&w, v->flags);
	return writer_end(&w, &len);
}

int vcn_clear_decode(struct bytes in, struct vcn_clear *v)
{
	struct reader r;

	reader_init(&r, in.p, in.len);
	v->vcn = reader_u64(&r);
	v->ctr = reader_u32(&r);
	v->flags = reader_u8(&r);
	return reader_end(&r);
}

int vcn_body_split(struct bytes body, struct vcn_body *b)
{
	struct reader r;

	reader_init(&r, body.p, body.len);
	b->enc = reader_take(&r, X25519_LEN);
	b->c0 = reader_take(&r, C0_LEN);
	b->c1 = reader_take(&r, C1_LEN);
	b->sig = reader_take(&r, ED25519_SIG_LEN);
	return reader_end(&r);
}

int vcn_answer_encode(struct bytes body, uint8_t *out, size_t room, size_t *len)
{
	struct writer w;

	writer_init(&w, out, room);
	if (body.len != BODY_LEN)
		writer_fail(&w, PROTO_ERR_FORMAT);
	tlv_write(&w, TAG_BODY, body.p, body.len);
	return writer_end(&w, len);
}

int vcn_answer_decode(struct bytes data, struct bytes *body)
{
	struct reader r;

	reader_init(&r, data.p, data.len);
	*body = tlv_expect(&r, TAG_BODY, BODY_LEN);
	return reader_end(&r);
}

void vcn_signed_parts(const uint8_t th[SHA256_LEN], const struct vcn_body *b, struct bytes parts[VCN_SIGNED_PARTS])
{
	parts[0] = CRYPTO_CONTEXT("teepay1 vcn");
	parts[1] = (struct bytes){ th, SHA256_LEN };
	parts[2] = b->enc;
	parts[3] = b->c0;
	parts[4] = b->c1;
}

void vcn_hpke_info(const uint8_t th[SHA256_LEN], struct bytes parts[VCN_INFO_PARTS])
{
	parts[0] = CRYPTO_CONTEXT("teepay1 hpke");
	parts[1] = (struct bytes){ th, SHA256_LEN };
}

/* The associated data of c1 is "teepay1 c1\0" ‖ H(CCERT): @digest holds the hash. */
static int c1_aad(const struct crypto_ops *ops, const uint8_t ccert[CCERT_LEN], uint8_t digest[SHA256_LEN], struct bytes aad[2])
{
	const struct bytes in = { ccert, CCERT_LEN };

	aad[0] = CRYPTO_CONTEXT("teepay1 c1");
	aad[1] = (struct bytes){ digest, SHA256_LEN };
	return ops->sha256(&in, 1, digest);
}

int vcn_seal(struct hpke *h, const uint8_t ccert[CCERT_LEN], const struct vcn_clear *v, uint8_t c0[C0_LEN], uint8_t c1[C1_LEN])
{
	const struct bytes c0_aad = CRYPTO_CONTEXT("teepay1 c0");
	const struct crypto_ops *ops = h->ops;
	uint8_t digest[SHA256_LEN], clear[VCN_CLEAR_LEN];
	struct bytes aad[2];
	int err;

	if (h->seq != 0)
		return PROTO_ERR_CRYPTO;
	err = vcn_clear_encode(v, clear);
	if (!err)
		err = hpke_seal(h, &c0_aad, 1, (struct bytes){ ccert, CCERT_LEN }, c0);
	if (!err)
		err = c1_aad(ops, ccert, digest, aad);
	if (!err)
		err = hpke_seal(h, aad, 2, (struct bytes){ clear, sizeof(clear) }, c1);
	ops->wipe(clear, sizeof(clear));
	return err;
}

int vcn_open_ccert(struct hpke *h, const struct vcn_body *b, uint8_t ccert[CCERT_LEN])
{
	const struct bytes aad = CRYPTO_CONTEXT("teepay1 c0");

	if (b->c0.len != C0_LEN)
		return PROTO_ERR_FORMAT;
	return hpke_open(h, &aad, 1, b->c0, ccert);
}

int vcn_open_number(struct hpke *h, const struct vcn_body *b, const uint8_t ccert[CCERT_LEN], struct vcn_clear *v)
{
	const struct crypto_ops *ops = h->ops;
	uint8_t digest[SHA256_LEN], clear[VCN_CLEAR_LEN];
	struct bytes aad[2];
	int err;

	if (b->c1.len != C1_LEN)
		return PROTO_ERR_FORMAT;
	err = c1_aad(ops, ccert, digest, aad);
	if (!err)
		err = hpke_open(h, aad, 2, b->c1, clear);
	if (!err)
		err = vcn_clear_decode((struct bytes){ clear, sizeof(clear) }, v);
	ops->wipe(clear, sizeof(clear));
	return err;
}

int transcript_keys(struct transcript *t, struct hpke *h, struct bytes body)
{
	uint8_t th2[SHA256_LEN];
	const struct bytes in[3] = { CRYPTO_CONTEXT("teepay1 th2"), { t->th, SHA256_LEN }, body };
	const struct bytes t2c[2] = { CRYPTO_CONTEXT("teepay1 t2c"), { th2, SHA256_LEN } };
	const struct bytes c2t[2] = { CRYPTO_CONTEXT("teepay1 c2t"), { th2, SHA256_LEN } };
	int err;

	if (body.len != BODY_LEN)
		return PROTO_ERR_FORMAT;
	err = h->ops->sha256(in, 3, th2);
	if (!err)
		err = hpke_export(h, t2c, 2, t->kt);
	if (!err)
		err = hpke_export(h, c2t, 2, t->kc);
	return err;
}
