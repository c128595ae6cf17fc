/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_CARD_H
#define TEEPAY_POS_CARD_H

#include "deny.h"
#include "proto/hpke.h"
#include "proto/payment.h"
#include "terminal.h"

/* What the terminal knows of the card in its field: nothing counts before card_open() is through. */
struct card {
	/* Told in words of each check that was made, at the point of the check; or NULL. */
	void (*check)(void *arg, const char *what);
	void *check_arg;
	uint8_t cap[CAP_MAX];		/* as SELECT gave it: part of what the card signs */
	size_t cap_len;
	uint8_t nonce[NONCE_LEN];
	uint8_t cid[CID_LEN];
	uint8_t pk[ED25519_PK_LEN];
	struct vcn_clear clear;
	struct transcript keys;
};

enum card_err {
	CARD_ERR_FORM = -1,		/* not the shape that the protocol gives it */
	CARD_ERR_CERT = -2,		/* not certified by our issuer, or changed on the way */
	CARD_ERR_EXPIRED = -3,
	CARD_ERR_DENIED = -4,		/* on the deny list */
	CARD_ERR_SIGNATURE = -5,	/* the ciphertext is not what the card signed */
	CARD_ERR_NUMBER = -6,		/* no number of our issuer */
	CARD_ERR_CRYPTO = -7,
};

const char *card_strerror(int err);

/* Says what was checked and how it came out. */
void card_check(const struct card *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes the card's description of itself; it must fit our issuer, currency and suite. */
int card_take_cap(struct card *c, const struct terminal *t, struct bytes fci) __attribute__((warn_unused_result));

/*
 * Opens the answer to GET VCN in the order that the protocol demands (S8): the certificate is decrypted and verified, then the signature over the ciphertext,
 * and only then is the number decrypted.
 */
int card_open(struct card *c, const struct terminal *t, const struct deny_list *deny, const struct crypto_ops *ops, uint16_t today,
	      struct bytes answer) __attribute__((warn_unused_result));

#endif
