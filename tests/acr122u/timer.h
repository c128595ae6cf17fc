/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_TIMER_H
#define TEEPAY_ACR122U_TIMER_H

#include <stdbool.h>
#include <stdint.h>

/* Timers of the one loop that everything here runs in.  The clock is the caller's, so that a test is its own. */
struct timer {
	struct timer *next;		/* while it is set */
	uint64_t when;			/* ms */
	void (*fire)(void *ctx);
	void *ctx;
	bool set;
};

struct clock {
	uint64_t now;			/* ms */
	struct timer *timers;
};

/* Sets or sets anew: @ms from now. */
void timer_set(struct clock *c, struct timer *t, uint64_t ms);
void timer_stop(struct clock *c, struct timer *t);
/* Moves the clock to @now and fires what is due, each once. */
void clock_run(struct clock *c, uint64_t now);
/* ms until the next timer: 0 when one is due, -1 without any. */
int clock_wait(const struct clock *c);

#endif
