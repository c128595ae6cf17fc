// SPDX-License-Identifier: BSD-2-Clause
#include "tally.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "oracle.h"

#define WORLD_POINTS	200
#define START_BALANCE	1000000

struct tally tally;
static unsigned int world_points;

void tally_world(struct scene *s)
{
	if (s->dir[0] != '\0' && world_points < WORLD_POINTS)
		return;
	if (s->dir[0] != '\0')
		scene_end(s);
	scene_make(s, START_BALANCE);
	world_points = 0;
}

const char *tally_verdict(struct scene *s)
{
	static char sentence[320];
	const char *what;
	int r;

	scene_heal(s);
	what = oracle(s, false);
	if (what)
		return what;
	r = scene_tap(s, 0);
	if (r != TAP_SETTLED) {
		snprintf(sentence, sizeof(sentence), "an undisturbed tap ends with %d: %.200s", r, r == SCENE_DEAD ? "pos died" : scene_reason());
		return sentence;
	}
	r = scene_ask(s, PARTY_PAY, ASK_PAY_SYNC, NULL, 0);
	if (r != 0) {
		snprintf(sentence, sizeof(sentence), "an undisturbed pay sync ends with %d: %.200s", r,
			 r == SCENE_DEAD ? "pay died" : scene_reason());
		return sentence;
	}
	return oracle(s, true);
}

static void count(const char *what, const char *format, va_list ap)
{
	tally.points++;
	world_points++;
	if (!what)
		return;
	tally.violations++;
	printf("# violation: ");
	vprintf(format, ap);
	printf(": %s\n", what);
	fflush(stdout);
}

void tally_count(const char *what, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	count(what, format, ap);
	va_end(ap);
}

void tally_judge(struct scene *s, const char *format, ...)
{
	const char *what;
	va_list ap;

	if (getenv("TEARS_VERBOSE")) {
		va_start(ap, format);
		vfprintf(stderr, format, ap);
		va_end(ap);
		fputc('\n', stderr);
	}
	what = tally_verdict(s);
	va_start(ap, format);
	count(what, format, ap);
	va_end(ap);
	if (what)
		world_points = WORLD_POINTS;
	tally_world(s);
}
