/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_TA_H
#define TEEPAY_WALLETD_TA_H

#include <stdbool.h>

#include "apdu_engine.h"
#include "proto/payta_cmd.h"

/*
 * The payment TA as its client sees it: one session, opened when it is needed and again when the TA was restarted.  Inputs travel as temporary
 * references, which the kernel copies; what GET VCN, PAY and RECOVER answer comes back in an allocated region whose pages are lent to the TA
 * for the time of the call.
 *
 * A call waits for its answer.  The TA is one process behind the kernel's channel and answers in milliseconds; if it hangs, systemd's watchdog ends it,
 * and its end ends the wait (TA_ERR_LOST).  The client API has no time limit for a call, and cancels only what the TA has not begun.
 */
enum ta_err {
	TA_ERR_UNAVAILABLE = -1,	/* no channel or no TA; later */
	TA_ERR_LOST = -2,		/* the TA ended during the call: whether it was done, only its records tell */
	TA_ERR_STATE = -3,		/* not now, or not this sequence number */
	TA_ERR_SECURITY = -4,		/* a signature does not hold, or it is for another card */
	TA_ERR_FORMAT = -5,		/* malformed input */
	TA_ERR_NOT_FOUND = -6,
	TA_ERR_NOT_YET = -7,
	TA_ERR_DENIED = -8,		/* walletd itself may not open the channel or the session */
	TA_ERR_FULL = -9,		/* more money than the card may hold */
	TA_ERR_OTHER = -10,
	TA_ERR_VERIFY = -11,		/* the holder must confirm it on the trusted screen first */
};

const char *ta_strerror(int err);

struct ta;

/* Opens nothing yet.  NULL without memory. */
struct ta *ta_new(void);
void ta_free(struct ta **ta);
/* How many sessions were opened so far: another number means another life of the TA. */
unsigned int ta_sessions(const struct ta *ta);

struct ta_answer {
	uint16_t sw;
	size_t len;
	uint8_t data[APDU_DATA_MAX];
};

/* All give 0 or enum ta_err.  The commands and their sizes are those of proto/payta_cmd.h. */
int ta_status(struct ta *ta, struct payta_status *status) __attribute__((warn_unused_result));
int ta_cap(struct ta *ta, uint8_t cap[CAP_MAX], size_t *len) __attribute__((warn_unused_result));
int ta_get_vcn(struct ta *ta, const struct capdu *c, const uint8_t sealed[PAYTA_SEALED_VCN_LEN], struct ta_answer *answer)
	__attribute__((warn_unused_result));
/* *@recorded: a debit was made and @record is it. */
int ta_pay(struct ta *ta, const struct capdu *c, struct ta_answer *answer, uint8_t record[PURSE_RECORD_LEN], bool *recorded)
	__attribute__((warn_unused_result));
/* @record: PURSE_RECORD_LEN bytes, or empty. */
int ta_recover(struct ta *ta, const struct capdu *c, struct bytes record, struct ta_answer *answer) __attribute__((warn_unused_result));
int ta_apply(struct ta *ta, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN]) __attribute__((warn_unused_result));
/* Record 0, which comes with it, is fetched like any other when the purse catches up. */
int ta_take_card(struct ta *ta, const uint8_t issue[ISSUE_LEN], uint8_t sealed[PAYTA_SEALED_VCN_LEN]) __attribute__((warn_unused_result));
int ta_message(struct ta *ta, struct bytes message, uint8_t reply[CARD_REPLY_LEN], uint8_t record[PURSE_RECORD_LEN], bool *recorded)
	__attribute__((warn_unused_result));
/* A command that lasts until the holder is done at the trusted screen: PAYTA_CMD_VERIFY, _PIN, or _LIMITS, which alone takes @limits. */
struct ta_verdict {
	uint32_t verdict;		/* enum payta_verdict */
	uint32_t seconds;		/* of a wait */
};

int ta_screen(struct ta *ta, uint32_t command, const struct payta_limits *limits, struct ta_verdict *verdict) __attribute__((warn_unused_result));
int ta_record(struct ta *ta, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN]) __attribute__((warn_unused_result));

#endif
