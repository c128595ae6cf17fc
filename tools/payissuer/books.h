/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_BOOKS_H
#define TEEPAY_PAYISSUER_BOOKS_H

#include <stdbool.h>

#include "proto/issuing.h"

/*
 * The rows of the issuer's books.  Amounts are minor units of the issuer's one currency.
 */

#define ISSUER_KEY_LEN		16	/* a client's idempotency key */
#define VCN_PREFIX_LEN		7	/* up to six digits and a NUL */
#define HOLDER_LEN		(MERCHANT_MAX + 1)
#define REASON_LEN		64

struct store_issuer {
	uint16_t currency;
	char vcn_prefix[VCN_PREFIX_LEN];
	uint8_t root_key[32], money_key[32];	/* raw private keys: wipe */
	uint16_t oldest_start;
	uint64_t limit_payment, limit_sum, max_balance;
	uint16_t limit_count;
};

enum card_state { CARD_ACTIVE = 1, CARD_BLOCKED = 2 };

struct store_card {
	uint8_t cid[CID_LEN];
	uint8_t pk[ED25519_PK_LEN];
	char holder[HOLDER_LEN];
	uint64_t vcn;
	uint8_t k_ic[SHA256_LEN];		/* secret: wipe */
	uint16_t end;
	enum card_state state;
	uint64_t blocked_at;			/* seconds since 1970 */
	char reason[REASON_LEN];
	uint8_t challenge[CHALLENGE_LEN];	/* of the newest issue */
	uint8_t application[APPLICATION_LEN];
	uint8_t issue[ISSUE_LEN];
	uint64_t seq;				/* last message signed */
	int64_t balance;			/* shadow: credits applied - receipts - transfers, as far as reported */
	bool used;				/* the card has answered or paid at least once */
};

enum message_state { MESSAGE_OPEN = 0, MESSAGE_APPLIED = 1, MESSAGE_REFUSED = 2, MESSAGE_VOID = 3 };

struct store_message {
	uint8_t cid[CID_LEN];
	uint64_t seq;
	uint8_t kind, source;			/* enum imsg_kind, imsg_source */
	uint64_t amount;
	uint8_t bytes[IMSG_MAX];
	size_t len;
	enum message_state state;
	uint8_t reply[CARD_REPLY_LEN];		/* the card's first answer, zero when there is none */
};

struct store_request {
	uint8_t key[ISSUER_KEY_LEN];
	uint8_t cid[CID_LEN];
	uint8_t kind;				/* enum imsg_kind */
	uint8_t payee[CID_LEN];
	uint64_t amount;
	uint64_t seq;
};

enum transfer_state { TRANSFER_ORDERED = 1, TRANSFER_HELD = 2, TRANSFER_CREDITED = 3, TRANSFER_REFUSED = 4 };

struct store_transfer {
	uint8_t payer[CID_LEN];
	uint64_t payer_seq;
	uint8_t payee[CID_LEN];
	uint64_t amount;
	enum transfer_state state;
	uint32_t ctr;				/* of the payer's record */
	uint64_t credit_seq;			/* the payee's message */
};

enum record_kind { RECORD_RECEIPT = 1, RECORD_CREDIT = 2, RECORD_TRANSFER = 3 };

/* What a card signed for one value of its counter. */
struct store_record {
	uint8_t cid[CID_LEN];
	uint32_t ctr;
	enum record_kind kind;
	uint64_t amount;
	bool has_balance;
	uint64_t balance;
	uint8_t content[SHA256_LEN];		/* digest: two of them for one counter are a clone */
};

struct store_terminal {
	uint8_t tid[TID_LEN];
	char merchant[MERCHANT_MAX + 1];
};

struct store_receipt {
	uint8_t cid[CID_LEN];
	uint32_t ctr;
	uint8_t tid[TID_LEN];
	uint8_t p[P_LEN];
	struct receipt receipt;
	uint64_t settled;
};

struct store_sums {
	int64_t loaded, shadow, merchants, credits_open, transfers_held;
};

#endif
