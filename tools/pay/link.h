/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_LINK_H
#define TEEPAY_PAY_LINK_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/issuing.h"
#include "proto/payta_cmd.h"
#include "proto/purse.h"

/*
 * The two parties that pay joins, the wallet on the bus and the issuer behind its socket, as one table of calls: the seam of its tests.
 */
enum pay_exit {
	PAY_DONE = 0,
	PAY_FAILED = 1,
	PAY_USAGE = 2,
	PAY_NOT_YET = 4,
	PAY_UNREACHABLE = 5,
};

/* What went wrong, for people: a sentence that says what to do. */
struct pay_error {
	char text[320];
};

/* Fills @e and gives @code back. */
int pay_fail(struct pay_error *e, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define HEX_CID		(2 * CID_LEN + 1)

/* walletd's properties. */
struct wallet_state {
	char state[16];			/* empty, applied, active, blocked, unavailable */
	char trouble[192];		/* "", or why the card cannot pay any more */
	char cid[HEX_CID];		/* hex, "" without a card */
	char card_key[65], issuer[9];	/* likewise */
	char arming[16], front_end[16], front_end_state[128];
	struct {
		uint32_t terminals, commands, torn, errors, restarts;
	} radio;			/* all zero where the front end counts nothing */
	uint64_t balance, sequence;
	uint32_t counter;
	uint16_t currency;
	bool ready;
};

/* Limits of payments without the PIN, 0 = none, and how things stand. */
struct wallet_limits {
	struct payta_limits now, issued;
	uint64_t spent_sum;		/* since the last PIN */
	uint16_t spent_count;
	char pin[8];			/* none, set, blocked */
	uint8_t pin_tries;
	uint32_t pin_wait;		/* seconds */
};

/* How the holder ended what was asked on the trusted screen. */
struct wallet_verdict {
	uint32_t verdict, seconds;	/* enum payta_verdict; of a wait */
	char text[192];
};

struct link {
	void *ctx;
	/*
	 * One request to the issuer: @body NULL for GET.  The HTTP status, with the JSON object in *@answer (to be freed with json_decref(); NULL
	 * when there is none), or -PAY_UNREACHABLE when no whole answer came: then nobody knows whether it was done.
	 */
	int (*issuer)(void *ctx, const char *path, const json_t *body, json_t **answer, struct pay_error *e);
	/* All below: enum pay_exit. */
	int (*state)(void *ctx, struct wallet_state *s, struct pay_error *e);
	int (*apply)(void *ctx, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN], struct pay_error *e);
	int (*take_card)(void *ctx, const uint8_t issue[ISSUE_LEN], struct pay_error *e);
	int (*message)(void *ctx, struct bytes message, uint8_t reply[CARD_REPLY_LEN], struct pay_error *e);
	/* The newest records but @offset, at most @room; their number goes to *@n. */
	int (*history)(void *ctx, uint32_t offset, struct purse_record *records, size_t room, size_t *n, struct pay_error *e);
	int (*receipt)(void *ctx, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN], struct pay_error *e);
	/* *@until: Unix seconds, 0 = not armed. */
	int (*ready)(void *ctx, uint32_t seconds, uint64_t *until, struct pay_error *e);
	int (*limits)(void *ctx, struct wallet_limits *l, struct pay_error *e);
	/* These three wait until the holder is done at the trusted screen. */
	int (*verify)(void *ctx, struct wallet_verdict *v, struct pay_error *e);
	int (*change_pin)(void *ctx, struct wallet_verdict *v, struct pay_error *e);
	int (*set_limits)(void *ctx, const struct payta_limits *l, struct wallet_verdict *v, struct pay_error *e);
};

/*
 * POST @body, which is used up (or GET without one, @has_body false), to the issuer: PAY_DONE for 2xx with an object, which the caller releases; else what the
 * issuer says, in @e.  *@status is how it ended.
 */
int link_ask(const struct link *l, const char *path, json_t *body, bool has_body, json_t **answer, int *status, struct pay_error *e)
	__attribute__((warn_unused_result));

#endif
