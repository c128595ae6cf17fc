// SPDX-License-Identifier: BSD-2-Clause
#include "cert.h"

#include <string.h>

#include "err.h"
#include "text.h"

#define CERT_TYPE_CARD		0x11
#define CERT_TYPE_TERMINAL	0x12
#define CERT_VERSION		0x01
#define CERT_SUITE_1		0x01

/* H(context ‖ pk), cut to @len bytes. */
static int cert_id(const struct crypto_ops *ops, struct bytes context, const uint8_t *pk, uint8_t *out, size_t len)
{
	const struct bytes parts[2] = { context, { pk, ED25519_PK_LEN } };
	uint8_t h[SHA256_LEN];
	int err = ops->sha256(parts, 2, h);

	if (!err)
		memcpy(out, h, len);
	return err;
}

int cert_kid(const struct crypto_ops *ops, const uint8_t issuer_pk[ED25519_PK_LEN], uint8_t kid[KID_LEN])
{
	return cert_id(ops, CRYPTO_CONTEXT("teepay1 kid"), issuer_pk, kid, KID_LEN);
}

int cert_cid(const struct crypto_ops *ops, const uint8_t card_pk[ED25519_PK_LEN], uint8_t cid[CID_LEN])
{
	return cert_id(ops, CRYPTO_CONTEXT("teepay1 cid"), card_pk, cid, CID_LEN);
}

/* TB */
static void tcert_write_body(struct writer *w, const struct tcert *c)
{
	writer_u8(w, CERT_TYPE_TERMINAL);
	writer_u8(w, CERT_VERSION);
	writer_copy(w, c->kid, KID_LEN);
	writer_copy(w, c->tid, TID_LEN);
	writer_u16(w, c->start);
	writer_u16(w, c->end);
	writer_copy(w, c->pk, X25519_LEN);
	text_write(w, c->merchant, MERCHANT_MAX);
}

/* TB ‖ signature; gives views of the two. */
static int tcert_read(struct bytes in, struct tcert *c, struct bytes *tb, struct bytes *sig)
{
	struct reader r;

	memset(c, 0, sizeof(*c));
	reader_init(&r, in.p, in.len);
	if (in.len < TCERT_MIN || in.len > TCERT_MAX)
		reader_fail(&r, PROTO_ERR_FORMAT);
	if (reader_u8(&r) != CERT_TYPE_TERMINAL)
		reader_fail(&r, PROTO_ERR_FORMAT);
	if (reader_u8(&r) != CERT_VERSION)
		reader_fail(&r, PROTO_ERR_VERSION);
	reader_copy(&r, c->kid, KID_LEN);
	reader_copy(&r, c->tid, TID_LEN);
	c->start = reader_u16(&r);
	c->end = reader_u16(&r);
	reader_copy(&r, c->pk, X25519_LEN);
	text_read(&r, c->merchant, MERCHANT_MAX);
	*tb = (struct bytes){ in.p, in.len - r.left };
	*sig = reader_take(&r, ED25519_SIG_LEN);
	return reader_end(&r);
}

int tcert_sign(const struct tcert *c, const struct crypto_ops *ops, void *issuer_key, uint8_t *out, size_t *len)
{
	uint8_t sig[ED25519_SIG_LEN];
	struct bytes parts[2] = { CRYPTO_CONTEXT("teepay1 tcert"), { out, 0 } };
	struct writer w;
	int err;

	*len = 0;
	if (c->end < c->start || c->end - c->start > TCERT_MAX_DAYS)
		return PROTO_ERR_FORMAT;
	writer_init(&w, out, TCERT_MAX);
	tcert_write_body(&w, c);
	err = writer_end(&w, &parts[1].len);
	if (!err)
		err = ops->ed25519_sign(issuer_key, parts, 2, sig);
	if (err)
		return err;
	writer_copy(&w, sig, sizeof(sig));
	return writer_end(&w, len);
}

int tcert_decode(struct bytes in, struct tcert *c)
{
	struct bytes tb, sig;

	return tcert_read(in, c, &tb, &sig);
}

static int tcert_check(struct bytes in, const struct crypto_ops *ops, const uint8_t *issuer_pk, uint16_t today, uint16_t oldest_start, struct tcert *c)
{
	struct bytes parts[2] = { CRYPTO_CONTEXT("teepay1 tcert") };
	struct bytes sig;
	uint8_t kid[KID_LEN];
	int err = tcert_read(in, c, &parts[1], &sig);

	if (!err)
		err = cert_kid(ops, issuer_pk, kid);
	if (err)
		return err;
	if (memcmp(kid, c->kid, KID_LEN) != 0)
		return PROTO_ERR_FOREIGN;
	err = ops->ed25519_verify(issuer_pk, parts, 2, sig.p);
	if (err)
		return err;
	if (c->end < c->start || c->end - c->start > TCERT_MAX_DAYS)
		return PROTO_ERR_EXPIRED;
	if (today < c->start || today > c->end || c->start < oldest_start)
		return PROTO_ERR_EXPIRED;
	return 0;
}

int tcert_verify(struct bytes in, const struct crypto_ops *ops, const uint8_t issuer_pk[ED25519_PK_LEN], uint16_t today, uint16_t oldest_start,
		 struct tcert *c)
{
	int err = tcert_check(in, ops, issuer_pk, today, oldest_start, c);

	if (err)
		memset(c, 0, sizeof(*c));
	return err;
}

/* "teepay1 ccert\0" ‖ suite ‖ kid ‖ CB: a CCERT has no room for its issuer, so the signature covers what both sides know. */
#define CCERT_PARTS	4
static void ccert_parts(const uint8_t *kid, const uint8_t *cb, struct bytes parts[CCERT_PARTS])
{
	static const uint8_t suite = CERT_SUITE_1;

	parts[0] = CRYPTO_CONTEXT("teepay1 ccert");
	parts[1] = (struct bytes){ &suite, 1 };
	parts[2] = (struct bytes){ kid, KID_LEN };
	parts[3] = (struct bytes){ cb, CB_LEN };
}

int ccert_sign(const struct ccert *c, const struct crypto_ops *ops, void *issuer_key, const uint8_t kid[KID_LEN], uint8_t out[CCERT_LEN])
{
	struct bytes parts[CCERT_PARTS];
	uint8_t sig[ED25519_SIG_LEN];
	struct writer w;
	size_t len;
	int err;

	writer_init(&w, out, CCERT_LEN);
	writer_u8(&w, CERT_TYPE_CARD);
	writer_u16(&w, c->end);
	writer_copy(&w, c->pk, ED25519_PK_LEN);
	ccert_parts(kid, out, parts);
	err = ops->ed25519_sign(issuer_key, parts, CCERT_PARTS, sig);
	if (err)
		return err;
	writer_copy(&w, sig, sizeof(sig));
	return writer_end(&w, &len);
}

static int ccert_check(struct bytes in, const struct crypto_ops *ops, const uint8_t *issuer_pk, uint16_t today, struct ccert *c)
{
	struct bytes parts[CCERT_PARTS], sig;
	uint8_t kid[KID_LEN];
	struct reader r;
	int err;

	memset(c, 0, sizeof(*c));
	reader_init(&r, in.p, in.len);
	if (in.len != CCERT_LEN || reader_u8(&r) != CERT_TYPE_CARD)
		reader_fail(&r, PROTO_ERR_FORMAT);
	c->end = reader_u16(&r);
	reader_copy(&r, c->pk, ED25519_PK_LEN);
	sig = reader_take(&r, ED25519_SIG_LEN);
	err = reader_end(&r);
	if (!err)
		err = cert_kid(ops, issuer_pk, kid);
	if (err)
		return err;
	ccert_parts(kid, in.p, parts);
	err = ops->ed25519_verify(issuer_pk, parts, CCERT_PARTS, sig.p);
	if (err)
		return err;
	return today > c->end ? PROTO_ERR_EXPIRED : 0;
}

int ccert_verify(struct bytes in, const struct crypto_ops *ops, const uint8_t issuer_pk[ED25519_PK_LEN], uint16_t today, struct ccert *c)
{
	int err = ccert_check(in, ops, issuer_pk, today, c);

	if (err)
		memset(c, 0, sizeof(*c));
	return err;
}
