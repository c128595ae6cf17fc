/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_CARD_H
#define TEEPAY_WALLETD_CARD_H

#include <stdbool.h>

#include "apdu_engine.h"
#include "arming.h"
#include "purse.h"
#include "store.h"
#include "ta.h"
#include "trace.h"

/*
 * The card that walletd shows: the trusted application's card, the sealed number and the purse in one.  It answers the APDU engine, and the people
 * who manage the card through D-Bus.
 */
enum card_state { CARD_UNAVAILABLE, CARD_EMPTY, CARD_APPLIED, CARD_ACTIVE, CARD_BLOCKED };

/* Errors of the functions below: enum ta_err, and these. */
enum card_err {
	CARD_ERR_STORE = -20,		/* walletd's own database failed */
	CARD_ERR_EXISTS = -21,		/* there is a card already */
	CARD_ERR_NO_CARD = -22,
	CARD_ERR_BUSY = -24,		/* the trusted application waits for the holder at the trusted screen */
	CARD_ERR_FROZEN = -23,		/* purse and trusted application contradict each other */
};

const char *card_strerror(int err);

/* What happened, told by card_settle() when the terminal has its answer. */
struct card_listener {
	void (*transaction)(void *ctx, const struct purse_record *record);
	/* The card wants its holder: @what is "verify"; the amount is the refused payment's. */
	void (*asked)(void *ctx, const char *what, uint64_t amount, uint16_t currency);
	/* A terminal got the card's number; @merchant is what its certificate says. */
	void (*tapped)(void *ctx, const char *merchant);
};

struct card;

/* All three stay the caller's.  NULL without memory. */
struct card *card_new(struct ta *ta, struct store *store, const struct arming *arming);
void card_free(struct card **card);
/* The engine's view; its ctx is the struct card. */
extern const struct apdu_card card_apdu;

/*
 * Asks the trusted application how things stand and brings the purse up to it.  0 or an error; the state follows.  What cannot be told now, for want of
 * the application or of the database, makes the card unavailable until a refresh succeeds.
 */
int card_refresh(struct card *card);
/*
 * To be called after an answer went out: writes the log and the purse, refreshes when the trusted application was restarted.  @listener may be NULL.
 */
void card_settle(struct card *card, const struct card_listener *listener, void *ctx);
/*
 * While the trusted application is at the trusted screen nothing else is asked of it, since it would be asked behind that: terminals are told "not now", and
 * a refresh changes nothing.
 */
void card_set_busy(struct card *card, bool busy);
/* False: something could not be read or written yet; refresh and settle again later. */
bool card_settled(const struct card *card);

enum card_state card_state(const struct card *card);
/* "empty", "applied", "active", "blocked", "unavailable". */
const char *card_state_name(const struct card *card);
/* NULL or a sentence: why the card cannot pay though it is there. */
const char *card_trouble(const struct card *card);
/* As of the last refresh; all zero while unavailable. */
const struct payta_status *card_status(const struct card *card);
struct purse *card_purse(const struct card *card);
/* Walks through what card_settle() has written of the history; see store_walk(). */
int card_history(struct card *card, uint32_t offset, uint32_t limit, int (*take)(void *ctx, const uint8_t record[PURSE_RECORD_LEN]), void *ctx)
	__attribute__((warn_unused_result));

int card_apply(struct card *card, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN]) __attribute__((warn_unused_result));
int card_take(struct card *card, const uint8_t issue[ISSUE_LEN]) __attribute__((warn_unused_result));
int card_message(struct card *card, struct bytes message, uint8_t reply[CARD_REPLY_LEN]) __attribute__((warn_unused_result));

#endif
