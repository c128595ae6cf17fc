// SPDX-License-Identifier: BSD-2-Clause
#include "hpke.h"

#include <string.h>

#include "err.h"

#define INFO_PARTS_MAX	8	/* parts of an info, aad or export context */
#define SUITE_KEM	"KEM\x00\x20"				/* RFC 9180 §4.1 */
#define SUITE_HPKE	"HPKE\x00\x20\x00\x01\x00\x01"		/* RFC 9180 §5.1 */
#define VERSION_LABEL	"HPKE-v1"				/* RFC 9180 §4 */

/* A literal without its closing NUL, which is how the RFC counts its labels. */
#define LITERAL(s)	((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })

/*
 * LabeledExtract, RFC 9180 §4.  An empty salt is a string of zeros for HMAC (RFC 5869 §2.2), written out because GlobalPlatform has no empty keys.
 */
static int labeled_extract(const struct crypto_ops *ops, struct bytes suite, struct bytes salt, struct bytes label, const struct bytes *ikm, size_t n,
			   uint8_t out[SHA256_LEN])
{
	static const uint8_t zeros[SHA256_LEN];
	struct bytes parts[3 + INFO_PARTS_MAX] = { LITERAL(VERSION_LABEL), suite, label };

	if (n > INFO_PARTS_MAX)
		return PROTO_ERR_FORMAT;
	for (size_t i = 0; i < n; i++)
		parts[3 + i] = ikm[i];
	if (salt.len == 0)
		salt = (struct bytes){ zeros, sizeof(zeros) };
	return ops->hmac_sha256(salt, parts, 3 + n, out);
}

/* LabeledExpand, RFC 9180 §4: every output of this suite fits into the first block of HKDF-Expand (RFC 5869 §2.3). */
static int labeled_expand(const struct crypto_ops *ops, struct bytes suite, const uint8_t prk[SHA256_LEN], struct bytes label, const struct bytes *info,
			  size_t n, uint8_t *out, size_t len)
{
	static const uint8_t first_block = 0x01;
	uint8_t block[SHA256_LEN];
	uint8_t l2[2] = { 0, (uint8_t)len };
	struct bytes parts[5 + INFO_PARTS_MAX] = { { l2, sizeof(l2) }, LITERAL(VERSION_LABEL), suite, label };
	int err;

	if (n > INFO_PARTS_MAX || len > sizeof(block))
		return PROTO_ERR_FORMAT;
	for (size_t i = 0; i < n; i++)
		parts[4 + i] = info[i];
	parts[4 + n] = (struct bytes){ &first_block, 1 };
	err = ops->hmac_sha256((struct bytes){ prk, SHA256_LEN }, parts, 5 + n, block);
	if (!err)
		memcpy(out, block, len);
	ops->wipe(block, sizeof(block));
	return err;
}

/* ExtractAndExpand of DHKEM, RFC 9180 §4.1. */
static int kem_secret(const struct crypto_ops *ops, const uint8_t dh[X25519_LEN], const uint8_t enc[X25519_LEN], const uint8_t pk_r[X25519_LEN],
		      uint8_t shared[SHA256_LEN])
{
	const struct bytes ikm = { dh, X25519_LEN };
	const struct bytes context[2] = { { enc, X25519_LEN }, { pk_r, X25519_LEN } };
	uint8_t prk[SHA256_LEN];
	int err;

	err = labeled_extract(ops, LITERAL(SUITE_KEM), (struct bytes){ NULL, 0 }, LITERAL("eae_prk"), &ikm, 1, prk);
	if (!err)
		err = labeled_expand(ops, LITERAL(SUITE_KEM), prk, LITERAL("shared_secret"), context, 2, shared, SHA256_LEN);
	ops->wipe(prk, sizeof(prk));
	return err;
}

/* KeySchedule in base mode, RFC 9180 §5.1: no psk, no psk_id. */
static int key_schedule(struct hpke *h, const uint8_t shared[SHA256_LEN], const struct bytes *info, size_t ninfo)
{
	static const uint8_t mode_base = 0x00;
	const struct crypto_ops *ops = h->ops;
	const struct bytes suite = LITERAL(SUITE_HPKE), none = { NULL, 0 };
	uint8_t psk_id_hash[SHA256_LEN], info_hash[SHA256_LEN], secret[SHA256_LEN];
	const struct bytes context[3] = { { &mode_base, 1 }, { psk_id_hash, SHA256_LEN }, { info_hash, SHA256_LEN } };
	int err;

	err = labeled_extract(ops, suite, none, LITERAL("psk_id_hash"), NULL, 0, psk_id_hash);
	if (!err)
		err = labeled_extract(ops, suite, none, LITERAL("info_hash"), info, ninfo, info_hash);
	if (!err)
		err = labeled_extract(ops, suite, (struct bytes){ shared, SHA256_LEN }, LITERAL("secret"), NULL, 0, secret);
	if (!err)
		err = labeled_expand(ops, suite, secret, LITERAL("key"), context, 3, h->key, sizeof(h->key));
	if (!err)
		err = labeled_expand(ops, suite, secret, LITERAL("base_nonce"), context, 3, h->base_nonce, sizeof(h->base_nonce));
	if (!err)
		err = labeled_expand(ops, suite, secret, LITERAL("exp"), context, 3, h->exporter_secret, sizeof(h->exporter_secret));
	ops->wipe(secret, sizeof(secret));
	return err;
}

/* What sender and receiver share: @key is the caller's own private key, @peer the other's public one. */
static int hpke_setup(struct hpke *h, const struct crypto_ops *ops, void *key, const uint8_t peer[X25519_LEN], const uint8_t enc[X25519_LEN],
		      const uint8_t pk_r[X25519_LEN], const struct bytes *info, size_t ninfo)
{
	uint8_t dh[X25519_LEN], shared[SHA256_LEN];
	int err;

	memset(h, 0, sizeof(*h));
	h->ops = ops;
	err = ops->x25519(key, peer, dh);
	if (!err)
		err = kem_secret(ops, dh, enc, pk_r, shared);
	if (!err)
		err = key_schedule(h, shared, info, ninfo);
	ops->wipe(dh, sizeof(dh));
	ops->wipe(shared, sizeof(shared));
	if (err)
		hpke_free(h);
	return err;
}

int hpke_setup_sender_with(struct hpke *h, const struct crypto_ops *ops, const uint8_t pk_r[X25519_LEN], const struct bytes *info, size_t ninfo,
			   void *key, const uint8_t enc[X25519_LEN])
{
	return hpke_setup(h, ops, key, pk_r, enc, pk_r, info, ninfo);
}

int hpke_setup_sender(struct hpke *h, const struct crypto_ops *ops, const uint8_t pk_r[X25519_LEN], const struct bytes *info, size_t ninfo,
		      uint8_t enc[X25519_LEN])
{
	void *key = NULL;
	int err;

	memset(h, 0, sizeof(*h));
	err = ops->x25519_generate(&key, enc);
	if (err)
		return err;
	err = hpke_setup_sender_with(h, ops, pk_r, info, ninfo, key, enc);
	ops->x25519_free(&key);
	return err;
}

int hpke_setup_receiver(struct hpke *h, const struct crypto_ops *ops, void *key, const uint8_t pk_r[X25519_LEN], const struct bytes *info,
			size_t ninfo, const uint8_t enc[X25519_LEN])
{
	return hpke_setup(h, ops, key, enc, enc, pk_r, info, ninfo);
}

/* ComputeNonce, RFC 9180 §5.2; fails before the sequence number would repeat. */
static int hpke_nonce(const struct hpke *h, uint8_t nonce[GCM_NONCE_LEN])
{
	if (!h->ops || h->seq == UINT64_MAX)
		return PROTO_ERR_CRYPTO;
	memcpy(nonce, h->base_nonce, GCM_NONCE_LEN);
	for (size_t i = 0; i < 8; i++)
		nonce[GCM_NONCE_LEN - 1 - i] ^= (uint8_t)(h->seq >> 8 * i);
	return 0;
}

int hpke_seal(struct hpke *h, const struct bytes *aad, size_t naad, struct bytes pt, uint8_t *ct)
{
	uint8_t nonce[GCM_NONCE_LEN];
	int err = hpke_nonce(h, nonce);

	if (!err)
		err = h->ops->gcm_seal(h->key, nonce, aad, naad, pt, ct);
	if (!err)
		h->seq++;
	return err;
}

int hpke_open(struct hpke *h, const struct bytes *aad, size_t naad, struct bytes ct, uint8_t *pt)
{
	uint8_t nonce[GCM_NONCE_LEN];
	int err = hpke_nonce(h, nonce);

	if (!err && ct.len < GCM_TAG_LEN)
		err = PROTO_ERR_SHORT;
	if (!err)
		err = h->ops->gcm_open(h->key, nonce, aad, naad, ct, pt);
	if (!err)
		h->seq++;
	return err;
}

int hpke_export(struct hpke *h, const struct bytes *context, size_t n, uint8_t out[SHA256_LEN])
{
	if (!h->ops)
		return PROTO_ERR_CRYPTO;
	return labeled_expand(h->ops, LITERAL(SUITE_HPKE), h->exporter_secret, LITERAL("sec"), context, n, out, SHA256_LEN);
}

void hpke_free(struct hpke *h)
{
	const struct crypto_ops *ops = h->ops;

	if (ops)
		ops->wipe(h, sizeof(*h));
}
