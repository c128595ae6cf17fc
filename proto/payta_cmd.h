/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_PAYTA_CMD_H
#define TEEPAY_PROTO_PAYTA_CMD_H

#include "issuing.h"
#include "purse.h"

/*
 * The payment TA's commands: all that walletd and payta know of each other.
 *
 * Card commands (GET VCN, PAY, RECOVER) return TEE_SUCCESS whenever there is an answer for the terminal; the status word is part of it.  A TEE error
 * means that the TA could not answer at all, and walletd says 6F00.
 */
#define PAYTA_UUID { 0x7ee9a100, 0x0c1d, 0x4f0e, { 0x9b, 0x5a, 0x74, 0x65, 0x65, 0x70, 0x61, 0x79 } }

enum payta_cmd {
	/* [0] out memref: struct payta_status, encoded. */
	PAYTA_CMD_STATUS = 1,
	/* [0] in memref: challenge 32   [1] out memref: application.  Makes the card's keys when there are none. */
	PAYTA_CMD_APPLY = 2,
	/*
	 * [0] in memref: ISSUE   [1] out memref: the sealed number   [2] out memref: purse record 0.  The same ISSUE again gets the number again, for when the
	 * first answer was lost; [2] has size 0 when record 0 is not kept any more.
	 */
	PAYTA_CMD_TAKE_CARD = 3,
	/* [0] out memref: CAP, for the answer to SELECT. */
	PAYTA_CMD_CAP = 4,
	/*
	 * [0] inout value: a = P1 << 8 | P2, out: a = status word   [1] in memref: command data   [2] out memref: response data
	 * [3] in memref: the sealed number.  [2] is an allocated region, lent to the TA.
	 */
	PAYTA_CMD_GET_VCN = 5,
	/* [0] to [2] as GET VCN   [3] out memref: the new purse record; size 0 when nothing was debited. */
	PAYTA_CMD_PAY = 6,
	/* [0] to [2] as GET VCN   [3] in memref: walletd's sealed record of counter n + 1, or empty when the card never had one. */
	PAYTA_CMD_RECOVER = 7,
	/*
	 * [0] in memref: issuer message   [1] out memref: card reply   [2] out memref: the new purse record, or size 0.  TEE_ERROR_BAD_STATE: not the next of the
	 * sequence; TEE_ERROR_SECURITY: not from the issuer to this card; TEE_ERROR_OVERFLOW: a credit above the maximum balance, which can come again.
	 */
	PAYTA_CMD_MESSAGE = 8,
	/* [0] in value: a = counter   [1] out memref: purse record.  TEE_ERROR_ITEM_NOT_FOUND when older than the TA's own. */
	PAYTA_CMD_RECORD = 9,
	/*
	 * The three that use the trusted screen, and last until the holder is done there: [0] out value: a = enum payta_verdict, b as that says.  No PIN and no
	 * phrase is ever a parameter.
	 */
	/* Asks for the PIN for what was refused for want of it, and approves it for a minute. */
	PAYTA_CMD_VERIFY = 10,
	/* Sets the PIN and the secret phrase, or changes them, with the old PIN first. */
	PAYTA_CMD_PIN = 11,
	/* [1] in memref: struct payta_limits, encoded.  Limits that are nowhere looser hold at once; others take the PIN. */
	PAYTA_CMD_LIMITS = 12,
};

/* How a command on the trusted screen ended. */
enum payta_verdict {
	PAYTA_VERDICT_DONE = 0,
	PAYTA_VERDICT_CANCELLED = 1,		/* the holder said no */
	PAYTA_VERDICT_TIMED_OUT = 2,		/* nobody said anything, or the screen was taken away */
	PAYTA_VERDICT_WAIT = 3,			/* too many wrong PINs: b = seconds until the next try */
	PAYTA_VERDICT_PIN_BLOCKED = 4,		/* until the issuer says otherwise */
	PAYTA_VERDICT_NO_PIN = 5,		/* none is set yet */
	PAYTA_VERDICT_NOTHING = 6,		/* nothing waits for a PIN */
	PAYTA_VERDICT_NO_SCREEN = 7,		/* there is no trusted screen on this machine now */
	PAYTA_VERDICTS
};

#define PAYTA_SEALED_VCN_LEN	40	/* generation 4 ‖ nonce 12 ‖ ciphertext 8 ‖ tag 16 */
#define PAYTA_RECORDS		32	/* value records that the TA itself keeps */

enum payta_state {
	PAYTA_EMPTY = 0,		/* no keys */
	PAYTA_APPLIED = 1,		/* keys, no card */
	PAYTA_ACTIVE = 2,
	PAYTA_BLOCKED = 3,
};

/* Limits of payments without the PIN; 0 is none, minor units. */
struct payta_limits {
	uint64_t payment;		/* of one payment */
	uint64_t sum;			/* since the last PIN */
	uint16_t count;			/* likewise */
};

#define PAYTA_LIMITS_LEN	18
int payta_limits_encode(const struct payta_limits *l, uint8_t out[PAYTA_LIMITS_LEN]) __attribute__((warn_unused_result));
int payta_limits_decode(struct bytes in, struct payta_limits *l) __attribute__((warn_unused_result));

enum payta_pin { PAYTA_PIN_NONE = 0, PAYTA_PIN_SET = 1, PAYTA_PIN_BLOCKED = 2 };

struct payta_status {
	uint8_t state;			/* enum payta_state */
	uint8_t cid[CID_LEN];
	uint8_t kid[KID_LEN];
	uint16_t currency;
	uint32_t ctr;			/* newest value record */
	uint64_t balance;
	uint64_t seq;			/* last issuer message applied */
	uint32_t generation;		/* of the sealed number */
	struct payta_limits limits;	/* as they hold now */
	struct payta_limits issued;	/* as the issuer set them: the holder's are never looser */
	uint64_t spent_sum;		/* since the last PIN */
	uint16_t spent_count;
	uint16_t card_end;		/* day */
	uint8_t card_pk[ED25519_PK_LEN];
	uint8_t pin;			/* enum payta_pin */
	uint8_t pin_tries;		/* wrong ones that are left */
	uint32_t pin_wait;		/* seconds until the next try is taken */
	uint8_t asked;			/* 1: a payment or a transfer waits for the PIN */
};

#define PAYTA_STATUS_LEN	126
int payta_status_encode(const struct payta_status *s, uint8_t out[PAYTA_STATUS_LEN]) __attribute__((warn_unused_result));
int payta_status_decode(struct bytes in, struct payta_status *s) __attribute__((warn_unused_result));

#endif
