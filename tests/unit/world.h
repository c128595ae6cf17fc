/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_WORLD_H
#define TEEPAY_TESTS_WORLD_H

#include <openssl/types.h>

#include "proto/issuing.h"
#include "proto/payment.h"

/*
 * The other parties of a payment for unit tests: an issuer and a terminal over OpenSSL, with fixed keys and reproducible randomness.  Functions that cannot
 * go wrong fail the test when they do; those that return an int give enum proto_err.
 */
struct world {
	struct crypto_ops ops;
	EVP_PKEY *issuer, *money, *terminal;
	uint8_t issuer_pk[ED25519_PK_LEN], money_pk[ED25519_PK_LEN];
	uint8_t kid[KID_LEN], money_kid[KID_LEN];
	uint8_t k_ic[SHA256_LEN];
	uint16_t today;
	struct tcert terminal_is;		/* what its certificate says */
	uint8_t tcert[TCERT_MAX];
	size_t tcert_len;
};

#define WORLD_VCN		9777001234567899ULL
#define WORLD_CURRENCY		0x0978
#define WORLD_MERCHANT		"Campus Canteen No. 1"

/* Starts the randomness again from @seed, makes the keys, and a terminal certificate from @today on. */
void world_make(struct world *w, uint64_t seed, uint16_t today);
void world_free(struct world *w);
/* Certifies the terminal anew after a change of terminal_is. */
void world_certify(struct world *w);
/* What an issuer makes of @a; change it before issued_card_seal() to be a bad one. */
void world_issue(struct world *w, const struct application *a, struct issued_card *c);

/* --- a card, as the wire sees it --- */

struct world_card {
	EVP_PKEY *key;
	uint8_t pk[ED25519_PK_LEN], cid[CID_LEN], ccert[CCERT_LEN];
	uint8_t cap[CAP_MAX];
	size_t cap_len;
	uint32_t ctr;
	uint64_t balance;
	struct transcript keys;
	uint8_t tid[TID_LEN];
};

void world_card_make(struct world *w, struct world_card *c);
void world_card_free(struct world_card *c);
/* Each answers the data of its command with the data of a response. */
void world_card_get_vcn(struct world *w, struct world_card *c, struct bytes data, uint8_t out[250], size_t *len);
void world_card_pay(struct world *w, struct world_card *c, struct bytes data, uint8_t out[250], size_t *len);
void world_card_never(struct world *w, struct world_card *c, struct bytes data, uint8_t out[250], size_t *len);

/* --- the terminal --- */

/* One visit of a card to the terminal. */
struct visit {
	uint8_t nonce[NONCE_LEN];
	struct transcript keys;
	struct vcn_clear clear;
	uint8_t card_pk[ED25519_PK_LEN];
	uint8_t cid[CID_LEN];
	struct pay_fields pay;
	struct recover_fields recover;
	uint8_t m[MAC_LEN];			/* of the last command */
};

/* The data of GET VCN. */
void visit_get_vcn(struct world *w, struct visit *v, uint8_t out[255], size_t *len);
/* S8: certificate, signature, and only then the number. */
int visit_got_vcn(struct world *w, struct visit *v, struct bytes cap, struct bytes data);
/* The data of PAY and RECOVER, from v->pay and v->recover. */
void visit_pay(struct world *w, struct visit *v, uint8_t out[255], size_t *len);
void visit_recover(struct world *w, struct visit *v, uint8_t out[255], size_t *len);
/* Reads an answer, and checks the receipt (for record @ctr) or the signed "never" in it. */
int visit_answer(struct world *w, const struct visit *v, uint32_t ctr, uint16_t sw, struct bytes data, struct answer *a);

#endif
