/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCH_CLOCK_H
#define TCH_CLOCK_H

#include <linux/sched/clock.h>
#include <linux/types.h>

/*
 * Nanoseconds, for latencies: the scheduler's own clock, which is at hand when
 * somebody was just woken. Two CPUs may read it a little apart.
 */
static inline u64 tch_clock(void)
{
	return local_clock();
}

static inline u64 tch_clock_between(u64 then, u64 now)
{
	return now > then ? now - then : 0;
}

static inline u64 tch_clock_since(u64 then)
{
	return tch_clock_between(then, tch_clock());
}

#endif /* TCH_CLOCK_H */
