/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_STORE_H
#define TEEPAY_WALLETD_STORE_H

#include <stdbool.h>

#include "proto/issuing.h"
#include "proto/payta_cmd.h"
#include "proto/purse.h"

/*
 * What walletd keeps on disk: the sealed card number and the sealed purse records, by card.  It can open none of them; the order of the records and
 * their bytes are the trusted application's.  One SQLite file, whose commits are on the disk when they return.
 */
enum store_err {
	STORE_ERR_IO = -1,		/* store_error() says what */
	STORE_ERR_CONFLICT = -2,	/* another record with this counter is there: one of the two is not this card's */
	STORE_ERR_DAMAGED = -3,		/* no database, a broken one, or one of a newer teepay */
};

struct store;

/* 0, STORE_ERR_IO (another try may do) or STORE_ERR_DAMAGED, with a sentence in @error. */
int store_open(struct store **store, const char *path, char error[256]) __attribute__((warn_unused_result));
void store_free(struct store **store);
const char *store_error(const struct store *store);

/*
 * The issued card as it came, kept before the trusted application gets it: if walletd dies between the application's commit and its own, the same
 * bytes given again bring the same sealed number.  store_put_number() drops them.
 */
int store_put_issue(struct store *store, const uint8_t issue[ISSUE_LEN]) __attribute__((warn_unused_result));
/* 1 and the bytes, 0 when there is none, or enum store_err.  Likewise the next two. */
int store_get_issue(struct store *store, uint8_t issue[ISSUE_LEN]) __attribute__((warn_unused_result));

int store_put_number(struct store *store, const uint8_t cid[CID_LEN], const uint8_t sealed[PAYTA_SEALED_VCN_LEN]) __attribute__((warn_unused_result));
int store_get_number(struct store *store, const uint8_t cid[CID_LEN], uint8_t sealed[PAYTA_SEALED_VCN_LEN]) __attribute__((warn_unused_result));

/* All @n or none.  A record that is there already, with the same bytes, is no error. */
int store_put_records(struct store *store, const uint8_t cid[CID_LEN], const uint8_t (*records)[PURSE_RECORD_LEN], size_t n)
	__attribute__((warn_unused_result));
int store_get_record(struct store *store, const uint8_t cid[CID_LEN], uint32_t ctr, uint8_t record[PURSE_RECORD_LEN]) __attribute__((warn_unused_result));
/*
 * The newest first: skips @offset, gives at most @limit of them to @take, which ends the walk by returning other than 0.  The number given, or
 * enum store_err.
 */
int store_walk(struct store *store, const uint8_t cid[CID_LEN], uint32_t offset, uint32_t limit,
	       int (*take)(void *ctx, const uint8_t record[PURSE_RECORD_LEN]), void *ctx) __attribute__((warn_unused_result));

#endif
