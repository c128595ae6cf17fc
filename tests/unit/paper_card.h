/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_PAPER_CARD_H
#define TEEPAY_TESTS_PAPER_CARD_H

#include <openssl/types.h>

#include "proto/issuing.h"
#include "proto/payment.h"

/*
 * A card as the other side of the issuer and the terminal, for their tests: real keys and real signatures over proto/ and OpenSSL, and state in plain
 * memory.  The trusted application has its own tests; this one can be told to lie.
 */
struct paper_card {
	EVP_PKEY *key, *ta_key;
	uint8_t pk[ED25519_PK_LEN], ta_pk[X25519_LEN];
	uint8_t cid[CID_LEN];
	struct issued_card issued;
	uint32_t ctr;
	uint64_t balance;
	uint64_t seq;
};

/* Fresh keys and nothing else. */
void paper_card_make(struct paper_card *c);
void paper_card_free(struct paper_card *c);
/* What `pay apply` carries: the encoded application for @challenge. */
void paper_card_apply(struct paper_card *c, const uint8_t challenge[CHALLENGE_LEN], uint8_t out[APPLICATION_LEN]);
/* Opens an issued card and becomes it.  0 or enum proto_err. */
int paper_card_take(struct paper_card *c, const uint8_t challenge[CHALLENGE_LEN], const uint8_t issue[ISSUE_LEN]) __attribute__((warn_unused_result));
/* The balance as the issuer reads it. */
void paper_card_ebal(const struct paper_card *c, uint32_t ctr, uint64_t balance, uint8_t ebal[EBAL_LEN]);
/* Debits and signs: the next record's receipt.  The caller saw to the money. */
void paper_card_pay(struct paper_card *c, const uint8_t kid[KID_LEN], const uint8_t tid[TID_LEN], const uint8_t p[P_LEN], struct receipt *r);
/* Takes the next issuer message and answers it; an order that it cannot pay is refused. */
void paper_card_message(struct paper_card *c, const uint8_t *message, size_t len, uint8_t reply[CARD_REPLY_LEN]);
/* Signs and encodes any answer. */
void paper_card_reply(const struct paper_card *c, struct card_reply *r, uint8_t reply[CARD_REPLY_LEN]);

#endif
