/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_LIMITS_H
#define TEEPAY_PAYTA_LIMITS_H

#include "card.h"
#include "ledger.h"

/*
 * May money leave the purse?  The issuer sets limits for payments without the PIN; the holder has tighter ones if he wants, never looser ones.  What was spent
 * since the last PIN is counted in the ledger, and begins again only with the debit that a PIN has approved.
 */

/* Loads the holder's limits.  An error means that the instance must not start. */
TEE_Result limits_load(void) __attribute__((warn_unused_result));
void limits_unload(void);

/* What the issuer set for @card, and what holds for it now. */
struct payta_limits limits_issued(const struct card *card);
struct payta_limits limits_now(const struct card *card);
/* Of the two the tighter in every respect. */
struct payta_limits limits_tighter(const struct payta_limits *a, const struct payta_limits *b);
/* Is @a looser than @b in any respect? */
bool limits_looser(const struct payta_limits *a, const struct payta_limits *b);
/* Makes @limits the holder's, durably. */
TEE_Result limits_set(const struct payta_limits *limits) __attribute__((warn_unused_result));

/*
 * May @amount leave the purse now?  0, or the status word that says why not, in the order of what the user can do about it least: blocked, too little money,
 * over the hard limit, the PIN is needed and has not @approved it.
 */
uint16_t limits_check(const struct card *card, const struct ledger_state *state, uint64_t amount, bool approved);
/* Takes @amount out of @next, and counts it or, when the PIN has @approved it, begins to count anew.  Only after limits_check() said 0. */
void limits_spend(struct ledger_state *next, uint64_t amount, bool approved);

#endif
