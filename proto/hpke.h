/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_HPKE_H
#define TEEPAY_PROTO_HPKE_H

#include "crypto.h"

/*
 * HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: kem 0x0020, kdf 0x0001, aead 0x0001.
 */
struct hpke {
	const struct crypto_ops *ops;
	uint8_t key[AES128_KEY_LEN];
	uint8_t base_nonce[GCM_NONCE_LEN];
	uint8_t exporter_secret[SHA256_LEN];
	uint64_t seq;			/* next sequence number, RFC 9180 §5.2 */
};

/* Infos, aads and export contexts come as at most 8 parts, taken one behind the other; more is PROTO_ERR_FORMAT. */

/* SetupBaseS, RFC 9180 §5.1.1: @enc gets the fresh public key.  hpke_free() wipes the context. */
int hpke_setup_sender(struct hpke *h, const struct crypto_ops *ops, const uint8_t pk_r[X25519_LEN], const struct bytes *info, size_t ninfo,
		      uint8_t enc[X25519_LEN]) __attribute__((warn_unused_result));
/* The same with a given ephemeral key (@key, its public half in @enc): for the RFC's vectors. */
int hpke_setup_sender_with(struct hpke *h, const struct crypto_ops *ops, const uint8_t pk_r[X25519_LEN], const struct bytes *info, size_t ninfo,
			   void *key, const uint8_t enc[X25519_LEN]) __attribute__((warn_unused_result));
/* SetupBaseR: @key is the receiver's private key, @pk_r its public half. */
int hpke_setup_receiver(struct hpke *h, const struct crypto_ops *ops, void *key, const uint8_t pk_r[X25519_LEN], const struct bytes *info,
			size_t ninfo, const uint8_t enc[X25519_LEN]) __attribute__((warn_unused_result));
/* ContextS.Seal and ContextR.Open, RFC 9180 §5.2: each advances the sequence number when it succeeds. */
int hpke_seal(struct hpke *h, const struct bytes *aad, size_t naad, struct bytes pt, uint8_t *ct) __attribute__((warn_unused_result));
int hpke_open(struct hpke *h, const struct bytes *aad, size_t naad, struct bytes ct, uint8_t *pt) __attribute__((warn_unused_result));
/* Context.Export, RFC 9180 §5.3, 32 bytes. */
int hpke_export(struct hpke *h, const struct bytes *context, size_t n, uint8_t out[SHA256_LEN]) __attribute__((warn_unused_result));
void hpke_free(struct hpke *h);

#endif
