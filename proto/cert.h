/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_CERT_H
#define TEEPAY_PROTO_CERT_H

#include "crypto.h"

#define KID_LEN			4
#define CID_LEN			8
#define TID_LEN			8
#define MERCHANT_MAX		20	/* bytes of UTF-8 */
#define TCERT_MAX		135
#define TCERT_MIN		115
#define TCERT_MAX_DAYS		7	/* end - start: a terminal certificate lives no longer */
#define CCERT_LEN		99
#define CB_LEN			35

/* A terminal's certificate, TB ‖ signature. */
struct tcert {
	uint8_t kid[KID_LEN];
	uint8_t tid[TID_LEN];
	uint16_t start, end;		/* days since 1970-01-01 UTC, both inclusive */
	uint8_t pk[X25519_LEN];
	char merchant[MERCHANT_MAX + 1];	/* UTF-8 without control characters (text.h), with a closing NUL */
};

/* A card's certificate, CB ‖ signature. */
struct ccert {
	uint16_t end;
	uint8_t pk[ED25519_PK_LEN];
};

/* kid = H("teepay1 kid\0" ‖ issuer pk)[0..4) and cid = H("teepay1 cid\0" ‖ card pk)[0..8). */
int cert_kid(const struct crypto_ops *ops, const uint8_t issuer_pk[ED25519_PK_LEN], uint8_t kid[KID_LEN]) __attribute__((warn_unused_result));
int cert_cid(const struct crypto_ops *ops, const uint8_t card_pk[ED25519_PK_LEN], uint8_t cid[CID_LEN]) __attribute__((warn_unused_result));

/* Signs @c with the issuer's key (an opaque key of @ops); @out has room for TCERT_MAX. */
int tcert_sign(const struct tcert *c, const struct crypto_ops *ops, void *issuer_key, uint8_t *out, size_t *len)
	__attribute__((warn_unused_result));
/* Decodes without any check of the signature: for display only. */
int tcert_decode(struct bytes in, struct tcert *c) __attribute__((warn_unused_result));
/*
 * Decodes and checks: form, issuer (@issuer_pk and its kid), signature, validity on @today, a life of at most TCERT_MAX_DAYS, and a start not
 * before @oldest_start.  PROTO_ERR_FOREIGN, _SIGNATURE, _EXPIRED say which.
 */
int tcert_verify(struct bytes in, const struct crypto_ops *ops, const uint8_t issuer_pk[ED25519_PK_LEN], uint16_t today, uint16_t oldest_start,
		 struct tcert *c) __attribute__((warn_unused_result));

int ccert_sign(const struct ccert *c, const struct crypto_ops *ops, void *issuer_key, const uint8_t kid[KID_LEN], uint8_t out[CCERT_LEN])
	__attribute__((warn_unused_result));
/* Checks form, issuer, suite, signature, and validity on @today; PROTO_ERR_SIGNATURE also for another issuer's, since a CCERT names none. */
int ccert_verify(struct bytes in, const struct crypto_ops *ops, const uint8_t issuer_pk[ED25519_PK_LEN], uint16_t today, struct ccert *c)
	__attribute__((warn_unused_result));

#endif
