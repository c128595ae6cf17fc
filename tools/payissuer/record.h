/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_RECORD_H
#define TEEPAY_PAYISSUER_RECORD_H

#include "issuer.h"

/*
 * What cards signed, one record for each value of a card's counter: receipts, credits taken, transfers made.  All functions are called inside a
 * transaction.
 */

/*
 * Books @r: 0 new, 1 known, or an error.  Two contents for one value mean a cloned card: ISSUER_ERR_CONFLICT, an alarm that the caller keeps by
 * committing all the same, and the card is blocked.  A balance that does not follow from its neighbours is an alarm too, but the record stands: who
 * holds it has the card's signature.
 */
int record_book(struct issuer *is, const struct store_record *r) ISSUER_MUST_CHECK;

/* A balance that the card reported for @ctr without making a record: an alarm when its own record says otherwise. */
int record_compare(struct issuer *is, const uint8_t cid[CID_LEN], uint32_t ctr, uint64_t balance) ISSUER_MUST_CHECK;

/* The balance that the card encrypted for the issuer; MONEY_MAX, which fits nothing, when it makes no sense. */
int record_balance(struct issuer *is, const struct store_card *c, uint32_t ctr, const uint8_t ebal[EBAL_LEN], uint64_t *balance)
	ISSUER_MUST_CHECK;

/* Keeps an alarm, logs it and blocks the card. */
int record_alarm(struct issuer *is, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what) ISSUER_MUST_CHECK;

#endif
