// SPDX-License-Identifier: BSD-2-Clause
/*
 * One party is struck at its nth call, for every n that a run has: killed at a system call, or a read, a write, a flush or an allocation fails.  In a payment, a
 * top-up, and a restart with a recovery.
 */
#include "tally.h"

#include <stdio.h>
#include <string.h>

#define PRICE		7
#define LOAD		50
#define PAY_APDU	3
#define AT_MAX		100000

static void act_payment(struct scene *s)
{
	(void)scene_tap(s, PRICE);
}

static void act_topup(struct scene *s)
{
	(void)scene_topup(s, LOAD);
}

/* Power came back: all three start, and the card is tapped again. */
static void act_recovery(struct scene *s)
{
	(void)(scene_start(s, PARTY_PAYTA) && scene_start(s, PARTY_WALLETD) && scene_start(s, PARTY_POS) && scene_tap(s, PRICE + 1));
}

static void prepare(struct scene *s, bool made)
{
	s->cut = (struct field_cut){ .set = true, .apdu = PAY_APDU, .answer = made };
	(void)scene_tap(s, PRICE);
	if (!s->log.cut)
		scene_die("nothing was left in doubt");
	s->cut.set = false;
	scene_kill(s, PARTY_POS);
	scene_kill(s, PARTY_WALLETD);
	scene_kill(s, PARTY_PAYTA);
}

static void prepare_made(struct scene *s)
{
	prepare(s, true);
}

static void prepare_never(struct scene *s)
{
	prepare(s, false);
}

#define PARTY(p)	(1u << (p))
#define THE_TAP		(PARTY(PARTY_PAYTA) | PARTY(PARTY_WALLETD) | PARTY(PARTY_POS))
#define THE_MONEY	(PARTY(PARTY_PAYTA) | PARTY(PARTY_WALLETD) | PARTY(PARTY_PAY) | PARTY(PARTY_ISSUER))

static const struct scenario {
	const char *name;
	void (*prepare)(struct scene *s);
	void (*act)(struct scene *s);
	unsigned int parties;
} scenarios[] = {
	{ "payment", NULL, act_payment, THE_TAP },
	{ "top-up", NULL, act_topup, THE_MONEY },
	{ "recovery of a payment that was made", prepare_made, act_recovery, THE_TAP },
	{ "recovery of a payment that never was", prepare_never, act_recovery, THE_TAP },
};

/* How far the points of a part lie apart: flushes are few, allocations many. */
static unsigned int step_of(enum fault_kind kind)
{
	switch (kind) {
	case FAULT_MALLOC:
		return tally.reduced ? 29 : 3;
	case FAULT_SYNC:
		return 1;
	case FAULT_KILL:
	case FAULT_READ:
		return tally.reduced ? 17 : 1;
	default:
		return tally.reduced ? 2 : 1;
	}
}

static void strike(struct scene *s, const struct scenario *c, enum party_id who, enum fault_kind kind)
{
	unsigned int step = step_of(kind);

	for (unsigned int at = 1; at < AT_MAX; at += step) {
		bool hit;

		if (c->prepare)
			c->prepare(s);
		fault_set(who, kind, at);
		c->act(s);
		hit = fault_hit();
		tally_judge(s, "%s: %s: %s, the %uth of %s", c->name, fault_name(kind), hit ? "struck" : "survived", at, party_name(who));
		if (!hit)
			return;
	}
	scene_die("%s never ends", c->name);
}

void part_strike(enum fault_kind kind)
{
	struct scene s = { 0 };

	tally_world(&s);
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		for (int who = 0; who < PARTIES; who++)
			if (scenarios[i].parties & PARTY(who))
				strike(&s, &scenarios[i], (enum party_id)who, kind);
	scene_end(&s);
}
