// SPDX-License-Identifier: BSD-2-Clause
#include "limits.h"

#include "proto/apdu.h"

#define LIMITS_ID	"limits"

/* The holder's; zeros, so none, until he has some. */
static struct payta_limits holders;

/* --- storage --- */

TEE_Result limits_load(void)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[PAYTA_LIMITS_LEN + 1];
	size_t count = 0;
	TEE_Result res;

	limits_unload();
	res = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, LIMITS_ID, sizeof(LIMITS_ID) - 1, TEE_DATA_FLAG_ACCESS_READ, &object);
	if (res == TEE_ERROR_ITEM_NOT_FOUND)
		return TEE_SUCCESS;
	if (res != TEE_SUCCESS)
		return res;
	res = TEE_ReadObjectData(object, bytes, sizeof(bytes), &count);
	TEE_CloseObject(object);
	if (res == TEE_SUCCESS && payta_limits_decode((struct bytes){ bytes, count }, &holders))
		res = TEE_ERROR_CORRUPT_OBJECT;
	return res;
}

void limits_unload(void)
{
	holders = (struct payta_limits){ 0 };
}

TEE_Result limits_set(const struct payta_limits *limits)
{
	const uint32_t flags = TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE | TEE_DATA_FLAG_OVERWRITE;
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[PAYTA_LIMITS_LEN];
	TEE_Result res;

	if (payta_limits_encode(limits, bytes))
		TEE_Panic(TEE_ERROR_GENERIC);
	res = TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, LIMITS_ID, sizeof(LIMITS_ID) - 1, flags, TEE_HANDLE_NULL, bytes, sizeof(bytes), &object);
	if (res != TEE_SUCCESS)
		return res;
	TEE_CloseObject(object);
	holders = *limits;
	return TEE_SUCCESS;
}

/* --- comparing: a limit of 0 is none, so the loosest there is --- */

static uint64_t tighter(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return a | b;
	return a < b ? a : b;
}

static bool looser(uint64_t a, uint64_t b)
{
	return b != 0 && (a == 0 || a > b);
}

struct payta_limits limits_tighter(const struct payta_limits *a, const struct payta_limits *b)
{
	return (struct payta_limits){
		.payment = tighter(a->payment, b->payment), .sum = tighter(a->sum, b->sum), .count = (uint16_t)tighter(a->count, b->count),
	};
}

bool limits_looser(const struct payta_limits *a, const struct payta_limits *b)
{
	return looser(a->payment, b->payment) || looser(a->sum, b->sum) || looser(a->count, b->count);
}

struct payta_limits limits_issued(const struct card *card)
{
	return (struct payta_limits){ .payment = card->issued.limit_payment, .sum = card->issued.limit_sum, .count = card->issued.limit_count };
}

struct payta_limits limits_now(const struct card *card)
{
	const struct payta_limits issued = limits_issued(card);

	return limits_tighter(&issued, &holders);
}

/* --- spending --- */

/* What was spent since the last PIN stays at its highest value: a card without these limits pays on for ever, one with them has stopped long before. */
static uint64_t saturated_sum(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static bool needs_pin(const struct payta_limits *l, const struct ledger_state *s, uint64_t amount)
{
	uint64_t sum = saturated_sum(s->spent_sum, amount);

	if (l->payment != 0 && amount > l->payment)
		return true;
	if (l->sum != 0 && sum > l->sum)
		return true;
	return l->count != 0 && s->spent_count >= l->count;
}

uint16_t limits_check(const struct card *card, const struct ledger_state *state, uint64_t amount, bool approved)
{
	const struct payta_limits now = limits_now(card);

	/* The last counter value is never used up: ctr + 1 must exist wherever the protocol speaks of it. */
	if (card->state != PAYTA_ACTIVE || state->ctr >= UINT32_MAX - 1)
		return SW_WARN_BLOCKED;
	if (amount > state->balance)
		return SW_WARN_NO_MONEY;
	if (card->issued.limit_hard != 0 && amount > card->issued.limit_hard)
		return SW_WARN_LIMIT;
	return !approved && needs_pin(&now, state, amount) ? SW_WARN_VERIFY : 0;
}

void limits_spend(struct ledger_state *next, uint64_t amount, bool approved)
{
	next->balance -= amount;
	next->spent_sum = approved ? 0 : saturated_sum(next->spent_sum, amount);
	if (approved)
		next->spent_count = 0;
	else if (next->spent_count < UINT16_MAX)
		next->spent_count++;
	next->ctr++;
}
