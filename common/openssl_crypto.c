// SPDX-License-Identifier: BSD-2-Clause
#include "openssl_crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#include "proto/err.h"

static int os_random(void *out, size_t len)
{
	return RAND_bytes_ex(NULL, out, len, 0) == 1 ? 0 : PROTO_ERR_CRYPTO;
}

static void os_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

static int os_sha256(const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = ctx && EVP_DigestInit_ex2(ctx, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; ok && i < n; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].p, parts[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : PROTO_ERR_CRYPTO;
}

static int os_hmac_sha256(struct bytes key, const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN])
{
	static const uint8_t empty[1];
	char digest[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	size_t len = 0;
	/* A NULL key would mean "the one of before": an empty key (HKDF without salt) needs an address. */
	int ok = ctx && EVP_MAC_init(ctx, key.len > 0 ? key.p : empty, key.len, params) == 1;

	for (size_t i = 0; ok && i < n; i++)
		ok = EVP_MAC_update(ctx, parts[i].p, parts[i].len) == 1;
	ok = ok && EVP_MAC_final(ctx, out, &len, SHA256_LEN) == 1 && len == SHA256_LEN;
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	return ok ? 0 : PROTO_ERR_CRYPTO;
}

/* OpenSSL signs and verifies Ed25519 in one shot only: the parts become one message. */
static int join_parts(const struct bytes *parts, size_t n, uint8_t out[CRYPTO_MESSAGE_MAX], size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].len > CRYPTO_MESSAGE_MAX - *len)
			return PROTO_ERR_CRYPTO;
		if (parts[i].len > 0)
			memcpy(out + *len, parts[i].p, parts[i].len);
		*len += parts[i].len;
	}
	return 0;
}

static int os_ed25519_sign(void *key, const struct bytes *parts, size_t n, uint8_t sig[ED25519_SIG_LEN])
{
	uint8_t message[CRYPTO_MESSAGE_MAX];
	size_t len, sig_len = ED25519_SIG_LEN;
	EVP_MD_CTX *ctx;
	int ok;

	if (join_parts(parts, n, message, &len) < 0)
		return PROTO_ERR_CRYPTO;
	ctx = EVP_MD_CTX_new();
	ok = ctx && EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
	     EVP_DigestSign(ctx, sig, &sig_len, message, len) == 1 && sig_len == ED25519_SIG_LEN;
	EVP_MD_CTX_free(ctx);
	OPENSSL_cleanse(message, sizeof(message));
	return ok ? 0 : PROTO_ERR_CRYPTO;
}

static int os_ed25519_verify(const uint8_t pk[ED25519_PK_LEN], const struct bytes *parts, size_t n, const uint8_t sig[ED25519_SIG_LEN])
{
	uint8_t message[CRYPTO_MESSAGE_MAX];
	EVP_PKEY *key;
	EVP_MD_CTX *ctx;
	size_t len;
	int ok;

	if (join_parts(parts, n, message, &len) < 0)
		return PROTO_ERR_CRYPTO;
	key = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, pk, ED25519_PK_LEN);
	ctx = EVP_MD_CTX_new();
	ok = key && ctx && EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
	     EVP_DigestVerify(ctx, sig, ED25519_SIG_LEN, message, len) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok ? 0 : PROTO_ERR_SIGNATURE;
}

static void os_x25519_free(void **key)
{
	EVP_PKEY_free(*key);
	*key = NULL;
}

static int os_x25519_generate(void **key, uint8_t pk[X25519_LEN])
{
	*key = openssl_x25519_generate();
	if (*key && openssl_key_public(*key, pk) == 0)
		return 0;
	os_x25519_free(key);
	return PROTO_ERR_CRYPTO;
}

static int os_x25519(void *key, const uint8_t peer[X25519_LEN], uint8_t shared[X25519_LEN])
{
	EVP_PKEY *pub = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, peer, X25519_LEN);
	EVP_PKEY_CTX *ctx = pub ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	size_t len = X25519_LEN;
	/* OpenSSL itself refuses an all-zero result, RFC 7748 §6.1. */
	int ok = ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, pub) == 1 &&
		 EVP_PKEY_derive(ctx, shared, &len) == 1 && len == X25519_LEN;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pub);
	return ok ? 0 : PROTO_ERR_CRYPTO;
}

static EVP_CIPHER_CTX *gcm_start(int seal, const uint8_t *key, const uint8_t *nonce, const struct bytes *aad, size_t naad)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len, ok = ctx && EVP_CipherInit_ex2(ctx, EVP_aes_128_gcm(), key, nonce, seal, NULL) == 1;

	for (size_t i = 0; ok && i < naad; i++)
		ok = aad[i].len <= CRYPTO_MESSAGE_MAX &&
		     (aad[i].len == 0 || EVP_CipherUpdate(ctx, NULL, &len, aad[i].p, (int)aad[i].len) == 1);
	if (ok)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

static int os_gcm_seal(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad,
		       struct bytes in, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = gcm_start(1, key, nonce, aad, naad);
	int len = 0, rest = 0, ok;

	ok = ctx && in.len <= CRYPTO_MESSAGE_MAX && EVP_CipherUpdate(ctx, out, &len, in.p, (int)in.len) == 1 && (size_t)len == in.len &&
	     EVP_CipherFinal_ex(ctx, out + len, &rest) == 1 && rest == 0 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_LEN, out + in.len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : PROTO_ERR_CRYPTO;
}

static int os_gcm_open(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad,
		       struct bytes in, uint8_t *out)
{
	uint8_t tag[GCM_TAG_LEN], rest_buf[16];
	EVP_CIPHER_CTX *ctx;
	int len = 0, rest = 0, ok;
	size_t n;

	if (in.len < GCM_TAG_LEN || in.len > CRYPTO_MESSAGE_MAX)
		return PROTO_ERR_SIGNATURE;
	n = in.len - GCM_TAG_LEN;
	memcpy(tag, in.p + n, GCM_TAG_LEN);
	ctx = gcm_start(0, key, nonce, aad, naad);
	if (!ctx)
		return PROTO_ERR_CRYPTO;
	ok = EVP_CipherUpdate(ctx, out, &len, in.p, (int)n) == 1 && (size_t)len == n &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_LEN, tag) == 1 && EVP_CipherFinal_ex(ctx, rest_buf, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	/* What a wrong tag let through is nobody's to read. */
	if (!ok)
		OPENSSL_cleanse(out, n);
	return ok ? 0 : PROTO_ERR_SIGNATURE;
}

const struct crypto_ops openssl_crypto = {
	.random = os_random,
	.sha256 = os_sha256,
	.hmac_sha256 = os_hmac_sha256,
	.ed25519_sign = os_ed25519_sign,
	.ed25519_verify = os_ed25519_verify,
	.x25519_generate = os_x25519_generate,
	.x25519_free = os_x25519_free,
	.x25519 = os_x25519,
	.gcm_seal = os_gcm_seal,
	.gcm_open = os_gcm_open,
	.wipe = os_wipe,
};

EVP_PKEY *openssl_ed25519_generate(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

EVP_PKEY *openssl_x25519_generate(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
}

EVP_PKEY *openssl_ed25519_load(const uint8_t raw[RAW_KEY_LEN])
{
	return EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, raw, RAW_KEY_LEN);
}

EVP_PKEY *openssl_x25519_load(const uint8_t raw[RAW_KEY_LEN])
{
	return EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, raw, RAW_KEY_LEN);
}

int openssl_key_private(const EVP_PKEY *key, uint8_t raw[RAW_KEY_LEN])
{
	size_t len = RAW_KEY_LEN;

	return EVP_PKEY_get_raw_private_key(key, raw, &len) == 1 && len == RAW_KEY_LEN ? 0 : PROTO_ERR_CRYPTO;
}

int openssl_key_public(const EVP_PKEY *key, uint8_t raw[RAW_KEY_LEN])
{
	size_t len = RAW_KEY_LEN;

	return EVP_PKEY_get_raw_public_key(key, raw, &len) == 1 && len == RAW_KEY_LEN ? 0 : PROTO_ERR_CRYPTO;
}
