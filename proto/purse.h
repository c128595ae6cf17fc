/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_PURSE_H
#define TEEPAY_PROTO_PURSE_H

#include "payment.h"

/*
 * The purse that the client application keeps: a row of value records, each counted and sealed (authenticated) by the trusted application.  walletd reads
 * them to show balance and history, and can neither make nor change one.  The newest record is the purse.
 */
enum purse_kind {
	PURSE_ISSUED = 1,		/* ctr 0: the empty purse of a new card */
	PURSE_PAYMENT = 2,
	PURSE_CREDIT = 3,
	PURSE_TRANSFER_OUT = 4,
};

struct purse_record {
	uint32_t ctr;
	uint8_t kind;			/* enum purse_kind */
	uint8_t source;			/* enum imsg_source of a credit; else 0 */
	uint16_t currency;
	uint64_t amount;		/* minor units; the direction follows from @kind */
	uint64_t balance;		/* after it */
	uint64_t time;			/* the card's time, seconds since 1970 */
	uint64_t seq;			/* last issuer message applied */
	uint8_t peer[8];		/* terminal id, or payee's cid */
	char name[MERCHANT_MAX + 1];	/* merchant or payee */
	uint8_t p[P_LEN];		/* of a payment, as the terminal sent it */
	struct receipt receipt;		/* of a payment */
};

#define PURSE_SEALED_LEN	168	/* what the seal covers; the last byte is reserved, zero */
#define PURSE_SEAL_LEN		16
#define PURSE_RECORD_LEN	(PURSE_SEALED_LEN + PURSE_SEAL_LEN)

/* The first 168 bytes; the seal behind them is the TA's: HMAC-SHA-256(K, "teepay1 purse\0" ‖ cid ‖ bytes)[0..16). */
int purse_record_encode(const struct purse_record *r, uint8_t out[PURSE_SEALED_LEN]) __attribute__((warn_unused_result));
/* Takes a whole record and does not check the seal: for showing. */
int purse_record_decode(struct bytes in, struct purse_record *r) __attribute__((warn_unused_result));

#endif
