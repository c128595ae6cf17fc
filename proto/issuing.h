/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_ISSUING_H
#define TEEPAY_PROTO_ISSUING_H

#include "cert.h"
#include "crypto.h"
#include "message.h"

/*
 * What passes between issuer and card, through `pay` and walletd, who can read none of the secrets and change none of the bytes.
 */

#define CHALLENGE_LEN		32

/* --- apply: the card shows its keys and proves that it holds them --- */
struct application {
	uint8_t card_pk[ED25519_PK_LEN];
	uint8_t ta_pk[X25519_LEN];	/* the issued card is sealed to it */
	uint8_t ta_digest[SHA256_LEN];
	uint8_t sig[ED25519_SIG_LEN];	/* Sig_card("teepay1 apply\0" ‖ challenge ‖ card pk ‖ TA pk ‖ digest) */
};

#define APPLICATION_LEN		160
int application_sign(struct application *a, const struct crypto_ops *ops, void *card_key, const uint8_t challenge[CHALLENGE_LEN])
	__attribute__((warn_unused_result));
int application_verify(const struct application *a, const struct crypto_ops *ops, const uint8_t challenge[CHALLENGE_LEN])
	__attribute__((warn_unused_result));
int application_encode(const struct application *a, uint8_t out[APPLICATION_LEN]) __attribute__((warn_unused_result));
int application_decode(struct bytes in, struct application *a) __attribute__((warn_unused_result));

/* --- the issued card, sealed to the TA and signed by the issuer --- */
struct issued_card {
	uint8_t issuer_pk[ED25519_PK_LEN];	/* root: signs certificates */
	uint8_t money_pk[ED25519_PK_LEN];	/* signs issuer messages; never the root */
	uint8_t k_ic[SHA256_LEN];		/* K_issuer-card */
	uint8_t ccert[CCERT_LEN];
	uint64_t vcn;
	uint16_t currency;
	uint64_t limit_payment;		/* no-PIN limit of one payment, minor units; 0 = none */
	uint64_t limit_sum;		/* without the PIN since the last PIN, minor units; 0 = none */
	uint16_t limit_count;		/* likewise, payments; 0 = none */
	uint64_t limit_hard;		/* of one payment, PIN or not, minor units; 0 = none */
	uint64_t max_balance;		/* the purse never holds more, minor units */
	uint64_t time;			/* issuer's clock */
	uint16_t oldest_start;		/* of terminal certificates */
};

/*
 * ISSUE = 01 ‖ issuer pk 32 ‖ enc 32 ‖ Seal(aad "teepay1 card\0" ‖ challenge, content) ‖ Sig_issuer("teepay1 issue\0" ‖ challenge ‖ card pk ‖ all before)
 * HPKE info = "teepay1 card\0" ‖ card pk.
 */
#define ISSUE_LEN		362
int issued_card_seal(const struct issued_card *c, const struct crypto_ops *ops, void *issuer_key, const struct application *to,
		     const uint8_t challenge[CHALLENGE_LEN], uint8_t out[ISSUE_LEN]) __attribute__((warn_unused_result));
int issued_card_open(struct bytes in, const struct crypto_ops *ops, void *ta_key, const uint8_t ta_pk[X25519_LEN],
		     const uint8_t card_pk[ED25519_PK_LEN], const uint8_t challenge[CHALLENGE_LEN], struct issued_card *c)
	__attribute__((warn_unused_result));

#endif
