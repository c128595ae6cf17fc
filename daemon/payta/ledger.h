/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_LEDGER_H
#define TEEPAY_PAYTA_LEDGER_H

#include <tee_internal_api.h>

#include "proto/message.h"
#include "proto/purse.h"

/*
 * The master of the purse: the last 32 value records, and with each the whole state after it, in one persistent object of 32 equal slots.  A commit is one
 * write of one slot, so state, counter, limits and receipt become durable together or not at all (docs/PROTOCOL.apdu.md §9).
 */
struct ledger_state {
	uint32_t ctr;			/* newest value record */
	uint64_t balance;		/* minor units */
	uint64_t seq;			/* last issuer message applied; 0 = none */
	uint64_t issuer_time;		/* newest that the issuer signed */
	uint16_t oldest_start;		/* of terminal certificates, day */
	uint64_t spent_sum;		/* since the last PIN */
	uint16_t spent_count;
	uint8_t message[SHA256_LEN];	/* digest of that message */
	uint8_t reply[CARD_REPLY_LEN];	/* and what was answered */
};

/* Makes the ledger of a new card with @first as its state and @record as record 0.  The record is sealed already. */
TEE_Result ledger_create(const struct ledger_state *first, const uint8_t record[PURSE_RECORD_LEN]) __attribute__((warn_unused_result));
/* Reads it at start.  TEE_ERROR_ITEM_NOT_FOUND: there is none; TEE_ERROR_CORRUPT_OBJECT: it contradicts itself. */
TEE_Result ledger_load(void) __attribute__((warn_unused_result));
void ledger_unload(void);

/* NULL without a ledger. */
const struct ledger_state *ledger_state(void);
/* Record @ctr as it was sealed, PURSE_RECORD_LEN bytes; NULL when it is not there (any more). */
const uint8_t *ledger_record(uint32_t ctr);

/*
 * Makes @next the state, durably.  With @record the counter advances by one; without, it stays and the newest record too.  TEE_ERROR_STORAGE_NO_SPACE:
 * nothing changed.  Any other failure of storage ends the instance: nobody knows then what is on the disk.
 */
TEE_Result ledger_commit(const struct ledger_state *next, const uint8_t *record) __attribute__((warn_unused_result));

#endif
