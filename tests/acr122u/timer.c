// SPDX-License-Identifier: BSD-2-Clause
#include "timer.h"

#include <limits.h>
#include <stddef.h>

void timer_stop(struct clock *c, struct timer *t)
{
	for (struct timer **at = &c->timers; *at; at = &(*at)->next) {
		if (*at != t)
			continue;
		*at = t->next;
		break;
	}
	t->set = false;
}

void timer_set(struct clock *c, struct timer *t, uint64_t ms)
{
	timer_stop(c, t);
	t->when = c->now + ms;
	t->next = c->timers;
	c->timers = t;
	t->set = true;
}

static struct timer *due(const struct clock *c)
{
	struct timer *first = NULL;

	for (struct timer *t = c->timers; t; t = t->next)
		if (t->when <= c->now && (!first || t->when < first->when))
			first = t;
	return first;
}

void clock_run(struct clock *c, uint64_t now)
{
	struct timer *t;

	c->now = now;
	while ((t = due(c))) {
		timer_stop(c, t);
		t->fire(t->ctx);
	}
}

int clock_wait(const struct clock *c)
{
	uint64_t first = UINT64_MAX;

	for (const struct timer *t = c->timers; t; t = t->next)
		if (t->when < first)
			first = t->when;
	if (first == UINT64_MAX)
		return -1;
	if (first <= c->now)
		return 0;
	return first - c->now > INT_MAX ? INT_MAX : (int)(first - c->now);
}
