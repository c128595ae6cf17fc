/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of the whole module; those of one TA are in struct tch_ta. */
#ifndef TCH_STATS_H
#define TCH_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

enum tch_stat {
	TCH_STAT_CALLS,		/* commands answered by TAs that are dead: see tch_ta_calls() */
	TCH_STAT_OPENS,		/* sessions opened */
	TCH_STAT_LENDS,		/* messages that lent something */
	TCH_STAT_CANCELS,	/* cancellations asked for */
	TCH_STAT_ABANDONED,	/* messages that nobody waited for any more */
	TCH_STAT_REFUSALS,	/* sessions and bindings that the kernel refused */
	TCH_STAT_DEATHS,		/* TAs that died or went */
	TCH_STATS
};

struct tch_channel_stats {
	u64 count[TCH_STATS];
};

/* Per CPU, so that calls to different TAs share no cache line. */
DECLARE_PER_CPU(struct tch_channel_stats, tch_channel_stats);

#define tch_stat_add(which, n)	this_cpu_add(tch_channel_stats.count[which], n)
#define tch_stat_inc(which)	tch_stat_add(which, 1)

static inline u64 tch_stat_sum(enum tch_stat which)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(tch_channel_stats, cpu).count[which];
	return sum;
}

#endif /* TCH_STATS_H */
