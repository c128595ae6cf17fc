// SPDX-License-Identifier: BSD-2-Clause
#include "issuing.h"

#include <string.h>

#include "err.h"
#include "hpke.h"

#define ISSUE_VERSION		0x01
#define ISSUE_CONTENT_LEN	217
#define ISSUE_HEAD_LEN		(1 + ED25519_PK_LEN)
#define ISSUE_SEALED_LEN	(ISSUE_CONTENT_LEN + GCM_TAG_LEN)
#define ISSUE_SIGNED_LEN	(ISSUE_LEN - ED25519_SIG_LEN)

_Static_assert(ISSUE_LEN == ISSUE_HEAD_LEN + X25519_LEN + ISSUE_SEALED_LEN + ED25519_SIG_LEN, "docs/PROTOCOL.apdu.md gives the length");

#define APPLY_PARTS	5
static void apply_parts(const struct application *a, const uint8_t *challenge, struct bytes parts[APPLY_PARTS])
{
	parts[0] = CRYPTO_CONTEXT("teepay1 apply");
	parts[1] = (struct bytes){ challenge, CHALLENGE_LEN };
	parts[2] = (struct bytes){ a->card_pk, ED25519_PK_LEN };
	parts[3] = (struct bytes){ a->ta_pk, X25519_LEN };
	parts[4] = (struct bytes){ a->ta_digest, SHA256_LEN };
}

int application_sign(struct application *a, const struct crypto_ops *ops, void *card_key, const uint8_t challenge[CHALLENGE_LEN])
{
	struct bytes parts[APPLY_PARTS];

	apply_parts(a, challenge, parts);
	return ops->ed25519_sign(card_key, parts, APPLY_PARTS, a->sig);
}

int application_verify(const struct application *a, const struct crypto_ops *ops, const uint8_t challenge[CHALLENGE_LEN])
{
	struct bytes parts[APPLY_PARTS];

	if (!ed25519_pk_sound(a->card_pk) || !x25519_pk_sound(a->ta_pk))
		return PROTO_ERR_SIGNATURE;
	apply_parts(a, challenge, parts);
	return ops->ed25519_verify(a->card_pk, parts, APPLY_PARTS, a->sig);
}

int application_encode(const struct application *a, uint8_t out[APPLICATION_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, APPLICATION_LEN);
	writer_copy(&w, a->card_pk, ED25519_PK_LEN);
	writer_copy(&w, a->ta_pk, X25519_LEN);
	writer_copy(&w, a->ta_digest, SHA256_LEN);
	writer_copy(&w, a->sig, ED25519_SIG_LEN);
	return writer_end(&w, &len);
}

int application_decode(struct bytes in, struct application *a)
{
	struct reader r;

	memset(a, 0, sizeof(*a));
	reader_init(&r, in.p, in.len);
	reader_copy(&r, a->card_pk, ED25519_PK_LEN);
	reader_copy(&r, a->ta_pk, X25519_LEN);
	reader_copy(&r, a->ta_digest, SHA256_LEN);
	reader_copy(&r, a->sig, ED25519_SIG_LEN);
	return reader_end(&r);
}

/* The content that only the TA can read. */
static int issue_content_encode(const struct issued_card *c, uint8_t out[ISSUE_CONTENT_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, ISSUE_CONTENT_LEN);
	writer_copy(&w, c->money_pk, ED25519_PK_LEN);
	writer_copy(&w, c->k_ic, SHA256_LEN);
	writer_copy(&w, c->ccert, CCERT_LEN);
	writer_u64(&w, c->vcn);
	writer_u16(&w, c->currency);
	writer_u64(&w, c->limit_payment);
	writer_u64(&w, c->limit_sum);
	writer_u16(&w, c->limit_count);
	writer_u64(&w, c->limit_hard);
	writer_u64(&w, c->max_balance);
	writer_u64(&w, c->time);
	writer_u16(&w, c->oldest_start);
	return writer_end(&w, &len);
}

static int issue_content_decode(struct bytes in, struct issued_card *c)
{
	struct reader r;

	reader_init(&r, in.p, in.len);
	reader_copy(&r, c->money_pk, ED25519_PK_LEN);
	reader_copy(&r, c->k_ic, SHA256_LEN);
	reader_copy(&r, c->ccert, CCERT_LEN);
	c->vcn = reader_u64(&r);
	c->currency = reader_u16(&r);
	c->limit_payment = reader_u64(&r);
	c->limit_sum = reader_u64(&r);
	c->limit_count = reader_u16(&r);
	c->limit_hard = reader_u64(&r);
	c->max_balance = reader_u64(&r);
	c->time = reader_u64(&r);
	c->oldest_start = reader_u16(&r);
	return reader_end(&r);
}

/* HPKE info and associated data, bound to the card and to the challenge of this one application. */
#define ISSUE_PARTS	2
static void issue_info(const uint8_t *card_pk, struct bytes info[ISSUE_PARTS])
{
	info[0] = CRYPTO_CONTEXT("teepay1 card");
	info[1] = (struct bytes){ card_pk, ED25519_PK_LEN };
}

static void issue_aad(const uint8_t *challenge, struct bytes aad[ISSUE_PARTS])
{
	aad[0] = CRYPTO_CONTEXT("teepay1 card");
	aad[1] = (struct bytes){ challenge, CHALLENGE_LEN };
}

#define ISSUE_SIGNED_PARTS	4
static void issue_signed(const uint8_t *challenge, const uint8_t *card_pk, const uint8_t *issue, struct bytes parts[ISSUE_SIGNED_PARTS])
{
	parts[0] = CRYPTO_CONTEXT("teepay1 issue");
	parts[1] = (struct bytes){ challenge, CHALLENGE_LEN };
	parts[2] = (struct bytes){ card_pk, ED25519_PK_LEN };
	parts[3] = (struct bytes){ issue, ISSUE_SIGNED_LEN };
}

int issued_card_seal(const struct issued_card *c, const struct crypto_ops *ops, void *issuer_key, const struct application *to,
		     const uint8_t challenge[CHALLENGE_LEN], uint8_t out[ISSUE_LEN])
{
	uint8_t content[ISSUE_CONTENT_LEN];
	uint8_t *enc = out + ISSUE_HEAD_LEN, *sealed = enc + X25519_LEN;
	struct bytes info[ISSUE_PARTS], aad[ISSUE_PARTS], parts[ISSUE_SIGNED_PARTS];
	struct hpke h = { 0 };
	int err = issue_content_encode(c, content);

	out[0] = ISSUE_VERSION;
	memcpy(out + 1, c->issuer_pk, ED25519_PK_LEN);
	issue_info(to->card_pk, info);
	issue_aad(challenge, aad);
	if (!err)
		err = hpke_setup_sender(&h, ops, to->ta_pk, info, ISSUE_PARTS, enc);
	if (!err)
		err = hpke_seal(&h, aad, ISSUE_PARTS, (struct bytes){ content, sizeof(content) }, sealed);
	hpke_free(&h);
	ops->wipe(content, sizeof(content));
	if (err)
		return err;
	issue_signed(challenge, to->card_pk, out, parts);
	return ops->ed25519_sign(issuer_key, parts, ISSUE_SIGNED_PARTS, out + ISSUE_SIGNED_LEN);
}

/* The signature before anything is decrypted; then the content. */
static int issue_open(struct bytes in, const struct crypto_ops *ops, void *ta_key, const uint8_t *ta_pk, const uint8_t *card_pk,
		      const uint8_t *challenge, struct issued_card *c)
{
	uint8_t content[ISSUE_CONTENT_LEN];
	struct bytes info[ISSUE_PARTS], aad[ISSUE_PARTS], parts[ISSUE_SIGNED_PARTS], sealed;
	const uint8_t *enc;
	struct hpke h = { 0 };
	struct reader r;
	int err;

	reader_init(&r, in.p, in.len);
	if (in.len != ISSUE_LEN)
		reader_fail(&r, PROTO_ERR_FORMAT);
	if (reader_u8(&r) != ISSUE_VERSION)
		reader_fail(&r, PROTO_ERR_VERSION);
	reader_copy(&r, c->issuer_pk, ED25519_PK_LEN);
	enc = reader_take(&r, X25519_LEN).p;
	sealed = reader_take(&r, ISSUE_SEALED_LEN);
	(void)reader_take(&r, ED25519_SIG_LEN);
	err = reader_end(&r);
	if (err)
		return err;
	if (!ed25519_pk_sound(c->issuer_pk))
		return PROTO_ERR_SIGNATURE;
	issue_signed(challenge, card_pk, in.p, parts);
	err = ops->ed25519_verify(c->issuer_pk, parts, ISSUE_SIGNED_PARTS, in.p + ISSUE_SIGNED_LEN);
	if (err)
		return err;
	issue_info(card_pk, info);
	issue_aad(challenge, aad);
	err = hpke_setup_receiver(&h, ops, ta_key, ta_pk, info, ISSUE_PARTS, enc);
	if (!err)
		err = hpke_open(&h, aad, ISSUE_PARTS, sealed, content);
	if (!err)
		err = issue_content_decode((struct bytes){ content, sizeof(content) }, c);
	hpke_free(&h);
	ops->wipe(content, sizeof(content));
	return err;
}

int issued_card_open(struct bytes in, const struct crypto_ops *ops, void *ta_key, const uint8_t ta_pk[X25519_LEN],
		     const uint8_t card_pk[ED25519_PK_LEN], const uint8_t challenge[CHALLENGE_LEN], struct issued_card *c)
{
	int err;

	memset(c, 0, sizeof(*c));
	err = issue_open(in, ops, ta_key, ta_pk, card_pk, challenge, c);
	if (err)
		ops->wipe(c, sizeof(*c));
	return err;
}
