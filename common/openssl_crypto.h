/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_COMMON_OPENSSL_CRYPTO_H
#define TEEPAY_COMMON_OPENSSL_CRYPTO_H

#include <openssl/types.h>

#include "proto/crypto.h"

/*
 * The protocol's primitives over OpenSSL 3, for everything but the trusted application.  An opaque key is an EVP_PKEY *.
 */
extern const struct crypto_ops openssl_crypto;

#define RAW_KEY_LEN	32	/* private and public keys of Ed25519 and X25519 alike */

/* Makes a key pair; free it with EVP_PKEY_free().  NULL when OpenSSL fails. */
EVP_PKEY *openssl_ed25519_generate(void);
EVP_PKEY *openssl_x25519_generate(void);
/* From 32 raw private bytes (RFC 8032 §5.1.5, RFC 7748 §5). */
EVP_PKEY *openssl_ed25519_load(const uint8_t raw[RAW_KEY_LEN]);
EVP_PKEY *openssl_x25519_load(const uint8_t raw[RAW_KEY_LEN]);
/* The raw halves of a key.  0 or PROTO_ERR_CRYPTO; who asks for the private one wipes it. */
int openssl_key_private(const EVP_PKEY *key, uint8_t raw[RAW_KEY_LEN]) __attribute__((warn_unused_result));
int openssl_key_public(const EVP_PKEY *key, uint8_t raw[RAW_KEY_LEN]) __attribute__((warn_unused_result));

#endif
