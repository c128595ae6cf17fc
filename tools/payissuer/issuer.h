/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_ISSUER_H
#define TEEPAY_PAYISSUER_ISSUER_H

#include <openssl/types.h>

#include "store.h"

/*
 * The issuer: its keys, and the cards that it issues.  Two keys that never stand for each other (rule 10): the root signs certificates and issued
 * cards, the money key signs what moves money.
 */
enum issuer_err {
	ISSUER_ERR_STORAGE = -1,	/* the database; nothing changed */
	ISSUER_ERR_CRYPTO = -2,
	ISSUER_ERR_INPUT = -3,		/* malformed or out of range */
	ISSUER_ERR_NOT_FOUND = -4,
	ISSUER_ERR_FORBIDDEN = -5,	/* a signature that does not hold, a blocked card */
	ISSUER_ERR_CONFLICT = -6,	/* contradicts what the books say */
	ISSUER_ERR_LIMIT = -7,		/* more than the card may hold, or less than it has */
};

struct issuer {
	struct store *store;
	struct store_issuer conf;
	EVP_PKEY *root, *money;
	uint8_t root_pk[ED25519_PK_LEN], money_pk[ED25519_PK_LEN];
	uint8_t kid[KID_LEN], money_kid[KID_LEN];
	uint64_t (*now)(void);		/* seconds since 1970 */
	char error[256];		/* what the last failed call says to its caller ... */
	char hint[160];			/* ... and what to do */
};

#define ISSUER_MUST_CHECK		__attribute__((warn_unused_result))
#define ISSUER_CARD_DAYS		1095
#define ISSUER_CHALLENGE_SECONDS	600
#define ISSUER_CHALLENGES_MAX		256
#define ISSUER_PATH_DEFAULT		"/var/lib/teepay/issuer/issuer.db"

/* Makes the database at @path with fresh keys; @conf gives everything but the keys.  Fails when there is an issuer already. */
int issuer_create(struct issuer *is, const char *path, const struct store_issuer *conf) ISSUER_MUST_CHECK;
int issuer_open(struct issuer *is, const char *path) ISSUER_MUST_CHECK;
/* Wipes the keys; safe after a failed open. */
void issuer_close(struct issuer *is);

/* Keeps a message for the caller and gives @err back, so that a failing function ends with it. */
int issuer_fail(struct issuer *is, int err, const char *hint, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Likewise for enum store_err; anything else is handed through. */
int issuer_storage(struct issuer *is, int err);

/* The day that @seconds fall on, as certificates count. */
uint16_t issuer_day(uint64_t seconds);

/* A random challenge that is good for one card and ISSUER_CHALLENGE_SECONDS. */
int issuer_challenge(struct issuer *is, uint8_t challenge[CHALLENGE_LEN]) ISSUER_MUST_CHECK;

/*
 * Issues a card to who holds the keys of @application.  The same application again (a lost answer) gives the same bytes.  The same card with a new
 * challenge is sealed anew, same number and all, until it was used once; after that, and for a foreign key with the same card id, it is a conflict.
 */
int issuer_card_issue(struct issuer *is, const uint8_t challenge[CHALLENGE_LEN], struct bytes application, const char *holder,
		      uint8_t issue[ISSUE_LEN], uint8_t cid[CID_LEN]) ISSUER_MUST_CHECK;

/* The card, which must exist. */
int issuer_card_get(struct issuer *is, const uint8_t cid[CID_LEN], struct store_card *c) ISSUER_MUST_CHECK;
/* Stops all new credit to the card and puts it on the deny list.  Inside or outside a transaction; again is no error. */
int issuer_card_block(struct issuer *is, const uint8_t cid[CID_LEN], const char *reason) ISSUER_MUST_CHECK;

#endif
