/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_PAY_H
#define TEEPAY_PROTO_PAY_H

#include <stdbool.h>

#include "apdu.h"
#include "get_vcn.h"

/*
 * PAY, and the answers to PAY and RECOVER (docs/PROTOCOL.apdu.md §5).
 */
#define PAYMENT_INS_PAY		0x12
#define P_LEN			26
#define MAC_LEN			16
#define TTN_LEN			8
#define EBAL_LEN		8

/* MAC(k, x) = HMAC-SHA-256(k, x)[0..16), x in @n parts. */
int payment_mac(const struct crypto_ops *ops, const uint8_t k[SHA256_LEN], const struct bytes *parts, size_t n, uint8_t mac[MAC_LEN])
	__attribute__((warn_unused_result));

/* The fields of PAY that both sides authenticate, tag C4. */
struct pay_fields {
	uint64_t amount;		/* minor units */
	uint16_t currency;
	uint64_t time;			/* seconds since 1970, the terminal's clock: never trusted by the card */
	uint8_t ttn[TTN_LEN];		/* journal epoch 4 ‖ counter 4 */
};

/* A receipt as it travels: tag C6. */
struct receipt {
	uint8_t ebal[EBAL_LEN];
	uint8_t rsig[ED25519_SIG_LEN];
};

int pay_fields_encode(const struct pay_fields *p, uint8_t out[P_LEN]) __attribute__((warn_unused_result));
int pay_fields_decode(struct bytes in, struct pay_fields *p) __attribute__((warn_unused_result));
/* The command's data C4 p, C5 m; @m is given back for answer_decode(). */
int pay_encode(const struct crypto_ops *ops, const struct transcript *t, const struct pay_fields *p, uint8_t *out, size_t room, size_t *len,
	       uint8_t m[MAC_LEN]) __attribute__((warn_unused_result));
/* PROTO_ERR_SIGNATURE unless the MAC holds; only then are @p and @m filled. */
int pay_decode(const struct crypto_ops *ops, const struct transcript *t, struct bytes data, struct pay_fields *p, uint8_t m[MAC_LEN])
	__attribute__((warn_unused_result));

/* The receipt's signed parts, in a buffer: "teepay1 rcpt\0" ‖ 01 ‖ kid ‖ cid ‖ ctr' ‖ tid ‖ p ‖ ebal. */
struct receipt_claim {
	uint8_t kid[KID_LEN];
	uint8_t cid[CID_LEN];
	uint32_t ctr;			/* ctr' */
	uint8_t tid[TID_LEN];
	uint8_t p[P_LEN];
};

#define RECEIPT_SIGNED_LEN	72	/* 13 + 1 + 4 + 8 + 4 + 8 + 26 + 8 */
int receipt_signed_encode(const struct receipt_claim *c, const uint8_t ebal[EBAL_LEN], uint8_t out[RECEIPT_SIGNED_LEN])
	__attribute__((warn_unused_result));
int receipt_verify(const struct crypto_ops *ops, const uint8_t card_pk[ED25519_PK_LEN], const struct receipt_claim *c, const struct receipt *r)
	__attribute__((warn_unused_result));
/* ebal: the balance under the key that issuer and card share; the same call turns it back. */
int ebal_apply(const struct crypto_ops *ops, const uint8_t k_ic[SHA256_LEN], const uint8_t cid[CID_LEN], uint32_t ctr,
	       const uint8_t in[EBAL_LEN], uint8_t out[EBAL_LEN]) __attribute__((warn_unused_result));

/* --- answers to PAY and RECOVER: [C6 | C9], C7; refusals C7 only --- */
int answer_encode_receipt(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], const struct receipt *r,
			  uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));
int answer_encode_refusal(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], uint16_t sw,
			  uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));
int answer_encode_never(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], uint32_t ctr_now,
			const uint8_t nsig[ED25519_SIG_LEN], uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));

/* What a terminal makes of an answer.  Anything whose C7 does not hold is PROTO_ERR_*: the payment is in doubt. */
struct answer {
	uint16_t sw;
	bool has_receipt, has_never;
	struct receipt receipt;		/* not yet verified */
	uint32_t ctr_now;		/* never */
	uint8_t nsig[ED25519_SIG_LEN];
};

int answer_decode(const struct crypto_ops *ops, const struct transcript *t, const uint8_t m[MAC_LEN], uint16_t sw, struct bytes data,
		  struct answer *a) __attribute__((warn_unused_result));

#endif
