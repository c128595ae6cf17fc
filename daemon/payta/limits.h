/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_LIMITS_H
#define TEEPAY_PAYTA_LIMITS_H

#include "card.h"
#include "ledger.h"

/*
 * May @amount leave the purse now?  0, or the status word that says why not, in the order of what the user can do about it least: blocked, too little money,
 * over the hard limit, the PIN is needed.
 */
uint16_t limits_check(const struct card *card, const struct ledger_state *state, uint64_t amount);
/* Takes @amount out of @next and counts it.  Only after limits_check() said 0. */
void limits_spend(struct ledger_state *next, uint64_t amount);

#endif
