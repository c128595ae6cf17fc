/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_PENDING_H
#define TEEPAY_PAY_PENDING_H

#include "link.h"

/*
 * The one operation that this user has begun and not finished.  It is on the disk, with its idempotency key, before the issuer hears of it, and goes
 * only when the card's answer has reached the issuer: whoever is killed in between and runs again moves the money once (protocol rule 10).
 */
enum pending_kind { PENDING_NONE, PENDING_APPLY, PENDING_TOPUP, PENDING_TRANSFER };

#define PENDING_KEY_LEN		16
#define PENDING_NAME_LEN	32

struct pending {
	enum pending_kind kind;
	uint64_t created;				/* seconds since 1970 */
	/* top-up, transfer */
	char key[2 * PENDING_KEY_LEN + 1];
	char cid[HEX_CID];
	char payee[PENDING_NAME_LEN];
	uint64_t amount;
	/* apply */
	char challenge[2 * CHALLENGE_LEN + 1];
	char application[2 * APPLICATION_LEN + 1];
	char holder[PENDING_NAME_LEN];
};

struct pending_store;

/*
 * Opens the folder (NULL: $XDG_STATE_HOME/teepay or ~/.local/state/teepay), makes it when it is not there, and locks it: one pay at a time.
 * enum pay_exit.
 */
int pending_open(struct pending_store **store, const char *folder, struct pay_error *e) __attribute__((warn_unused_result));
void pending_close(struct pending_store **store);
int pending_load(const struct pending_store *store, struct pending *p, struct pay_error *e) __attribute__((warn_unused_result));
/* Both have reached the disk when they return; a power cut leaves the old or the new one. */
int pending_save(const struct pending_store *store, const struct pending *p, struct pay_error *e) __attribute__((warn_unused_result));
int pending_clear(const struct pending_store *store, struct pay_error *e) __attribute__((warn_unused_result));

/* The card that was given up and is not refunded yet: "" when there is none.  Likewise on the disk when they return. */
int pending_lost_load(const struct pending_store *store, char cid[HEX_CID], struct pay_error *e) __attribute__((warn_unused_result));
int pending_lost_save(const struct pending_store *store, const char *cid, struct pay_error *e) __attribute__((warn_unused_result));
int pending_lost_clear(const struct pending_store *store, struct pay_error *e) __attribute__((warn_unused_result));

/* "top-up", "transfer", ... */
const char *pending_name(enum pending_kind kind);

#endif
