/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_CRYPTO_H
#define TEEPAY_PROTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cursor.h"

#define SHA256_LEN		32
#define ED25519_PK_LEN		32
#define ED25519_SIG_LEN		64
#define X25519_LEN		32
#define AES128_KEY_LEN		16
#define GCM_NONCE_LEN		12
#define GCM_TAG_LEN		16

/*
 * The primitives that the payment protocol is made of.  The protocol is written once, over this table: the trusted application fills it with
 * GlobalPlatform calls (daemon/payta/gp_crypto.c), terminal and issuer with OpenSSL's (common/openssl_crypto.c).
 *
 * A key that stays inside its holder is an opaque @key whose meaning belongs to the implementation (a TEE_ObjectHandle, an EVP_PKEY *).
 * Messages come as @n parts that are taken one behind the other.  All return 0 or PROTO_ERR_CRYPTO; verify and open return
 * PROTO_ERR_SIGNATURE when the check fails.  Outputs may not overlap inputs.
 */
struct crypto_ops {
	int (*random)(void *out, size_t len);
	int (*sha256)(const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN]);
	int (*hmac_sha256)(struct bytes key, const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN]);
	/* Pure Ed25519 (RFC 8032 §5.1) over the concatenated parts, at most CRYPTO_MESSAGE_MAX bytes. */
	int (*ed25519_sign)(void *key, const struct bytes *parts, size_t n, uint8_t sig[ED25519_SIG_LEN]);
	int (*ed25519_verify)(const uint8_t pk[ED25519_PK_LEN], const struct bytes *parts, size_t n, const uint8_t sig[ED25519_SIG_LEN]);
	/* A fresh key pair whose private half lives in *@key until x25519_free(). */
	int (*x25519_generate)(void **key, uint8_t pk[X25519_LEN]);
	void (*x25519_free)(void **key);
	/* RFC 7748 §6.1; an all-zero result is an error. */
	int (*x25519)(void *key, const uint8_t peer[X25519_LEN], uint8_t shared[X25519_LEN]);
	/* AES-128-GCM: @out gets in.len + 16 bytes (seal) or in.len - 16 (open). */
	int (*gcm_seal)(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad,
			struct bytes in, uint8_t *out);
	int (*gcm_open)(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad,
			struct bytes in, uint8_t *out);
	/* Overwrites @p so that no compiler leaves it out. */
	void (*wipe)(void *p, size_t len);
};

#define CRYPTO_MESSAGE_MAX	1024

/* A literal context string with its closing NUL, docs/PROTOCOL.apdu.md §2. */
#define CRYPTO_CONTEXT(s)	((struct bytes){ (const uint8_t *)(s), sizeof(s) })

/* Compares secrets or MACs in a time that does not depend on their contents. */
bool crypto_equal(const void *a, const void *b, size_t len) __attribute__((warn_unused_result));
/*
 * Is @pk a key that an honest holder can have: canonically encoded, and not of small order?  A signature under a small-order Ed25519 key holds for many
 * messages, and an exchange with a small-order X25519 key is no secret.  The issuer refuses both before it certifies anything.
 */
bool ed25519_pk_sound(const uint8_t pk[ED25519_PK_LEN]) __attribute__((warn_unused_result));
bool x25519_pk_sound(const uint8_t pk[X25519_LEN]) __attribute__((warn_unused_result));

#endif
