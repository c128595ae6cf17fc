/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_CARD_H
#define TEEPAY_PAYTA_CARD_H

#include <stdbool.h>
#include <tee_internal_api.h>

#include "proto/issuing.h"
#include "proto/payta_cmd.h"
#include "proto/select.h"

/*
 * The card: its keys, made here and never seen outside, what the issuer made of it, and its life from empty to blocked.  Kept in three persistent objects,
 * of which "card" is the one that decides: it is written last.
 */
struct card {
	uint8_t state;			/* enum payta_state */
	uint8_t challenge[CHALLENGE_LEN];	/* of the newest application */
	uint8_t issue_digest[SHA256_LEN];	/* of the ISSUE that made this card */
	uint32_t generation;		/* of the sealed number */
	uint8_t k_purse[SHA256_LEN];	/* seals value records */
	uint8_t k_vcn[AES128_KEY_LEN];	/* seals the number */
	struct issued_card issued;	/* without the number, which is not kept here */

	/* Derived when the card is loaded. */
	uint8_t pk[ED25519_PK_LEN], ta_pk[X25519_LEN];
	uint8_t kid[KID_LEN], cid[CID_LEN];
	uint16_t end;			/* last day of the certificate */
	uint8_t cap[CAP_MAX];
	size_t cap_len;
	TEE_ObjectHandle sign_key, seal_key;
};

/* Loads what storage has; an empty card when it has nothing.  An error means that the instance must not start. */
TEE_Result card_load(void) __attribute__((warn_unused_result));
/* Forgets everything in memory. */
void card_unload(void);
/* Never NULL. */
const struct card *card_get(void);
/* Is there an issued card, active or blocked? */
bool card_issued(void);

/* The commands.  TEE_ERROR_BAD_STATE: not in this state of the card. */
TEE_Result card_apply(struct bytes challenge, uint8_t application[APPLICATION_LEN]) __attribute__((warn_unused_result));
/*
 * Takes the issued card, and answers the same ISSUE again when the first answer was lost.  @record_len is 0 when record 0 is not kept any more.
 * TEE_ERROR_SECURITY: it is not for this card or does not hold.
 */
TEE_Result card_take(struct bytes issue, uint8_t sealed[PAYTA_SEALED_VCN_LEN], uint8_t record[PURSE_RECORD_LEN], size_t *record_len)
	__attribute__((warn_unused_result));
/* Ends the card's life as a purse. */
TEE_Result card_block(void) __attribute__((warn_unused_result));

/* The number that walletd keeps, sealed to this card and generation.  PROTO_ERR_SIGNATURE: altered, or another card's or generation's. */
int card_open_number(struct bytes sealed, uint64_t *vcn) __attribute__((warn_unused_result));

#endif
