/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_STORE_H
#define TEEPAY_PAYISSUER_STORE_H

#include <stdbool.h>

#include "books.h"

/*
 * The issuer's books, as rows.  What the rows mean is decided in issuer.c, ledger.c and receipts.c; this is the only file that knows where they are
 * kept (SQLite), so that another database can take its place.
 *
 * Getters return 1 = found, 0 = no such row; everything can return enum store_err.  Iterators stop when the callback returns anything but 0 and hand
 * that on.  Changes belong between store_begin() and store_end().
 */
enum store_err {
	STORE_ERR_IO = -101,		/* none of enum issuer_err's numbers: the two may meet in one variable */
	STORE_ERR_EXISTS = -102,	/* a unique column has that value already */
};

#define STORE_MUST_CHECK	__attribute__((warn_unused_result))
struct store;

/* @create: make the file when there is none, owned by the owner of its folder.  On error store_error() still works when *@s is set. */
int store_open(struct store **s, const char *path, bool create) STORE_MUST_CHECK;
void store_close(struct store **s);
const char *store_error(const struct store *s);
int store_begin(struct store *s) STORE_MUST_CHECK;
/* Commits when @err is 0, else undoes everything since store_begin(); gives @err, or the commit's own error. */
int store_end(struct store *s, int err) STORE_MUST_CHECK;

int store_issuer_put(struct store *s, const struct store_issuer *i, uint64_t now) STORE_MUST_CHECK;
int store_issuer_get(struct store *s, struct store_issuer *i) STORE_MUST_CHECK;
/* The oldest start day of terminal certificates that cards are told to accept; it only rises (a lower @day changes nothing). */
int store_oldest_start(struct store *s, uint16_t *day) STORE_MUST_CHECK;
int store_oldest_start_raise(struct store *s, uint16_t day) STORE_MUST_CHECK;

int store_challenge_put(struct store *s, const uint8_t challenge[CHALLENGE_LEN], uint64_t now, uint64_t oldest, unsigned int keep)
	STORE_MUST_CHECK;
int store_challenge_get(struct store *s, const uint8_t challenge[CHALLENGE_LEN], uint64_t *created) STORE_MUST_CHECK;
int store_challenge_drop(struct store *s, const uint8_t challenge[CHALLENGE_LEN]) STORE_MUST_CHECK;

int store_card_put(struct store *s, const struct store_card *c, uint64_t now) STORE_MUST_CHECK;
int store_card_update(struct store *s, const struct store_card *c) STORE_MUST_CHECK;
int store_card_get(struct store *s, const uint8_t cid[CID_LEN], struct store_card *c) STORE_MUST_CHECK;
int store_card_by_challenge(struct store *s, const uint8_t challenge[CHALLENGE_LEN], struct store_card *c) STORE_MUST_CHECK;
/* The only active card of @holder; 2 when there are several. */
int store_card_by_holder(struct store *s, const char *holder, struct store_card *c) STORE_MUST_CHECK;
int store_card_each(struct store *s, int (*cb)(const struct store_card *c, void *arg), void *arg) STORE_MUST_CHECK;

int store_message_put(struct store *s, const struct store_message *m, uint64_t now) STORE_MUST_CHECK;
int store_message_update(struct store *s, const struct store_message *m) STORE_MUST_CHECK;
int store_message_get(struct store *s, const uint8_t cid[CID_LEN], uint64_t seq, struct store_message *m) STORE_MUST_CHECK;
/* In order of @cid (all cards when NULL) and sequence; @open_only leaves out those with an answer. */
int store_message_each(struct store *s, const uint8_t *cid, bool open_only, int (*cb)(const struct store_message *m, void *arg), void *arg)
	STORE_MUST_CHECK;
/* The lowest one without an answer below @seq. */
#define MESSAGE_SEQ_END		((uint64_t)INT64_MAX)
int store_message_open_below(struct store *s, const uint8_t cid[CID_LEN], uint64_t seq, struct store_message *m) STORE_MUST_CHECK;
int store_credits_open(struct store *s, const uint8_t cid[CID_LEN], uint64_t *sum) STORE_MUST_CHECK;
/* 1 when an order of this card waits for its answer. */
int store_order_open(struct store *s, const uint8_t cid[CID_LEN]) STORE_MUST_CHECK;
/* 1 when this card's BLOCK message was made. */
int store_block_signed(struct store *s, const uint8_t cid[CID_LEN]) STORE_MUST_CHECK;

int store_request_put(struct store *s, const struct store_request *r) STORE_MUST_CHECK;
int store_request_get(struct store *s, const uint8_t key[ISSUER_KEY_LEN], struct store_request *r) STORE_MUST_CHECK;

int store_transfer_put(struct store *s, const struct store_transfer *t, uint64_t now) STORE_MUST_CHECK;
int store_transfer_update(struct store *s, const struct store_transfer *t) STORE_MUST_CHECK;
int store_transfer_get(struct store *s, const uint8_t payer[CID_LEN], uint64_t payer_seq, struct store_transfer *t) STORE_MUST_CHECK;
/* The oldest one that is debited and waits for room on @payee. */
int store_transfer_held(struct store *s, const uint8_t payee[CID_LEN], struct store_transfer *t) STORE_MUST_CHECK;
/* What is on its way to @payee and not yet a message: orders open, transfers held. */
int store_transfers_coming(struct store *s, const uint8_t payee[CID_LEN], uint64_t *sum) STORE_MUST_CHECK;
int store_transfer_each(struct store *s, int (*cb)(const struct store_transfer *t, void *arg), void *arg) STORE_MUST_CHECK;

int store_record_put(struct store *s, const struct store_record *r) STORE_MUST_CHECK;
int store_record_get(struct store *s, const uint8_t cid[CID_LEN], uint32_t ctr, struct store_record *r) STORE_MUST_CHECK;

int store_terminal_put(struct store *s, const struct store_terminal *t, uint64_t now) STORE_MUST_CHECK;
int store_terminal_get(struct store *s, const uint8_t tid[TID_LEN], struct store_terminal *t) STORE_MUST_CHECK;
int store_merchant_credit(struct store *s, const char *merchant, uint64_t amount) STORE_MUST_CHECK;
int store_merchant_each(struct store *s, int (*cb)(const char *name, int64_t balance, void *arg), void *arg) STORE_MUST_CHECK;

int store_receipt_put(struct store *s, const struct store_receipt *r) STORE_MUST_CHECK;
int store_receipt_each(struct store *s, int (*cb)(const struct store_receipt *r, void *arg), void *arg) STORE_MUST_CHECK;

int store_alarm_put(struct store *s, uint64_t now, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what) STORE_MUST_CHECK;
int store_alarm_each(struct store *s, int (*cb)(uint64_t time, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what, void *arg), void *arg)
	STORE_MUST_CHECK;

int store_sums_get(struct store *s, struct store_sums *sums) STORE_MUST_CHECK;

#endif
