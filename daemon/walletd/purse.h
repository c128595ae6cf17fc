/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_PURSE_H
#define TEEPAY_WALLETD_PURSE_H

#include <stdbool.h>

#include "proto/payta_cmd.h"
#include "store.h"

/*
 * The purse that the client application keeps (mission, claim 5 S1): the newest value record of the card and the way to it.  Every record is made by the
 * trusted application.  A record lives in memory first and goes to the store when the terminal has its answer (protocol rule 4).
 */
#define PURSE_RECENT	PAYTA_RECORDS

enum purse_err {
	PURSE_ERR_STORE = -1,	/* the store failed; the trusted application still has the record */
	PURSE_ERR_FROZEN = -2,	/* purse and trusted application contradict each other: see purse_frozen() */
	PURSE_ERR_RECORD = -3,	/* not a record, or not one of this card */
	PURSE_ERR_TA = -4,	/* a record could not be fetched now */
};

struct purse;

/* @store stays the caller's.  NULL without memory. */
struct purse *purse_new(struct store *store);
void purse_free(struct purse **purse);

/* Turns to the card @cid and reads its newest records from the store. */
int purse_load(struct purse *purse, const uint8_t cid[CID_LEN]) __attribute__((warn_unused_result));
bool purse_is_of(const struct purse *purse, const uint8_t cid[CID_LEN]);

/* Gives record @ctr of the trusted application: 0, 1 when it is older than what that keeps, negative when it cannot be asked. */
typedef int (*purse_fetch)(void *ctx, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN]);
/*
 * Compares with the trusted application, whose newest record is @ctr (protocol rule 11).  Behind it: fetches what is missing.  Ahead of it, or with another
 * content for the same counter: one of the two was rolled back or copied, and the purse is frozen.
 */
int purse_catch_up(struct purse *purse, uint32_t ctr, purse_fetch fetch, void *ctx) __attribute__((warn_unused_result));

/* A new record, into memory.  PURSE_ERR_RECORD also when records between are missing: then catch up. */
int purse_add(struct purse *purse, const uint8_t record[PURSE_RECORD_LEN]) __attribute__((warn_unused_result));
/* Writes what is in memory only, then tells @announce of each, oldest first. */
int purse_flush(struct purse *purse, void (*announce)(void *ctx, const struct purse_record *record), void *ctx) __attribute__((warn_unused_result));

/* Is everything in the store? */
bool purse_written(const struct purse *purse);

/* NULL when the card has no record yet. */
const struct purse_record *purse_newest(const struct purse *purse);
/* NULL, or why the purse is frozen: a sentence that says what to do. */
const char *purse_frozen(const struct purse *purse);
/* From memory when it is one of the last PURSE_RECENT, else from the store: 1, 0 or negative. */
int purse_record(const struct purse *purse, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN]) __attribute__((warn_unused_result));

#endif
