// SPDX-License-Identifier: BSD-2-Clause
#include "limits.h"

#include "proto/apdu.h"

/* What was spent since the last PIN stays at its highest value: a card without these limits pays on for ever, one with them has stopped long before. */
static uint64_t saturated_sum(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* A limit of 0 is none.  The PIN would lift these; until there is one they stand. */
static bool needs_pin(const struct issued_card *i, const struct ledger_state *s, uint64_t amount)
{
	uint64_t sum = saturated_sum(s->spent_sum, amount);

	if (i->limit_payment != 0 && amount > i->limit_payment)
		return true;
	if (i->limit_sum != 0 && sum > i->limit_sum)
		return true;
	return i->limit_count != 0 && s->spent_count >= i->limit_count;
}

uint16_t limits_check(const struct card *card, const struct ledger_state *state, uint64_t amount)
{
	/* The last counter value is never used up: ctr + 1 must exist wherever the protocol speaks of it. */
	if (card->state != PAYTA_ACTIVE || state->ctr >= UINT32_MAX - 1)
		return SW_WARN_BLOCKED;
	if (amount > state->balance)
		return SW_WARN_NO_MONEY;
	if (card->issued.limit_hard != 0 && amount > card->issued.limit_hard)
		return SW_WARN_LIMIT;
	return needs_pin(&card->issued, state, amount) ? SW_WARN_VERIFY : 0;
}

void limits_spend(struct ledger_state *next, uint64_t amount)
{
	next->balance -= amount;
	next->spent_sum = saturated_sum(next->spent_sum, amount);
	if (next->spent_count < UINT16_MAX)
		next->spent_count++;
	next->ctr++;
}
