// SPDX-License-Identifier: BSD-2-Clause
/* The field vanishes at every byte of every APDU, on the way to the card and on the way back; in a payment, and in a tap that first settles an earlier one. */
#include "tally.h"

#include <stdio.h>

#define PRICE		7
#define PAY_APDU	3	/* the fourth of a tap in which nothing is in doubt */

/* What the tap before left behind. */
static const struct before {
	const char *name;
	bool doubt, made;
} befores[] = {
	{ "a payment", false, false },
	{ "a tap after one that was made and not told", true, true },
	{ "a tap after one that never reached the card", true, false },
};

static void leave_doubt(struct scene *s, const struct before *b)
{
	if (!b->doubt)
		return;
	s->cut = (struct field_cut){ .set = true, .apdu = PAY_APDU, .answer = b->made };
	if (scene_tap(s, PRICE) == TAP_PAID || !s->log.cut)
		scene_die("nothing was left in doubt");
	s->cut.set = false;
}

static void one(struct scene *s, const struct before *b, struct field_cut cut)
{
	leave_doubt(s, b);
	s->cut = cut;
	(void)scene_tap(s, PRICE + 1);
	if (!s->log.cut)
		scene_die("the field did not vanish");
	tally_judge(s, "%s: APDU %u, %s, after byte %u%s", b->name, cut.apdu + 1, cut.answer ? "answer" : "command", cut.at,
		    cut.handed_over ? ", handed over" : "");
}

static void one_apdu(struct scene *s, const struct before *b, unsigned int apdu, unsigned int command, unsigned int answer)
{
	unsigned int step = tally.reduced ? 5 : 1;

	for (unsigned int at = 0; at < command; at += step)
		one(s, b, (struct field_cut){ true, apdu, false, at, false });
	for (unsigned int at = 0; at < answer; at += step)
		one(s, b, (struct field_cut){ true, apdu, true, at, false });
	/* A reader that takes a torn frame for a whole one. */
	for (unsigned int at = 0; at < answer; at += step)
		one(s, b, (struct field_cut){ true, apdu, true, at, true });
}

void part_field(void)
{
	struct scene s = { 0 };

	tally_world(&s);
	for (size_t i = 0; i < sizeof(befores) / sizeof(befores[0]); i++) {
		struct field_log whole;

		leave_doubt(&s, &befores[i]);
		if (scene_tap(&s, PRICE + 1) != TAP_PAID)
			scene_die("an undisturbed payment fails: %s", scene_reason());
		whole = s.log;
		for (unsigned int apdu = 0; apdu < whole.n; apdu++)
			one_apdu(&s, &befores[i], apdu, whole.apdu[apdu].command, whole.apdu[apdu].answer);
	}
	scene_end(&s);
}
