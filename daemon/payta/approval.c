// SPDX-License-Identifier: BSD-2-Clause
#include "approval.h"

#include <string.h>

struct timed {
	struct approval a;
	uint64_t until;			/* boot-time clock, milliseconds */
};

static struct timed asked, given, declined;

static uint64_t now_ms(void)
{
	TEE_Time now;

	TEE_GetSystemTime(&now);
	return (uint64_t)now.seconds * 1000 + now.millis;
}

static bool same(const struct approval *a, const struct approval *b)
{
	return a->kind == b->kind && memcmp(a->peer, b->peer, sizeof(a->peer)) == 0 && a->amount == b->amount && a->currency == b->currency &&
	       memcmp(a->order, b->order, sizeof(a->order)) == 0;
}

/* A @t that holds for @a now. */
static bool holds(const struct timed *t, const struct approval *a)
{
	return t->a.kind != APPROVAL_NONE && now_ms() < t->until && same(&t->a, a);
}

static void set(struct timed *t, const struct approval *a, uint32_t seconds)
{
	t->a = *a;
	t->until = now_ms() + seconds * 1000u;
}

static void forget(struct timed *t)
{
	TEE_MemFill(t, 0, sizeof(*t));
}

void approval_ask(const struct approval *a)
{
	set(&asked, a, APPROVAL_ASK_SECONDS);
}

const struct approval *approval_asked(void)
{
	return asked.a.kind != APPROVAL_NONE && now_ms() < asked.until ? &asked.a : NULL;
}

void approval_give(void)
{
	set(&given, &asked.a, APPROVAL_SECONDS);
	forget(&asked);
}

void approval_decline(void)
{
	set(&declined, &asked.a, APPROVAL_SECONDS);
	forget(&asked);
}

bool approval_covers(const struct approval *a)
{
	return holds(&given, a);
}

bool approval_declined(const struct approval *a)
{
	bool yes = holds(&declined, a);

	if (yes)
		forget(&declined);
	return yes;
}

void approval_use(void)
{
	forget(&given);
}

void approval_clear(void)
{
	forget(&asked);
	forget(&given);
	forget(&declined);
}
