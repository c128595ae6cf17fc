/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of the whole module; those of one TA are in struct tc_ta. */
#ifndef TC_STATS_H
#define TC_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

enum tc_stat {
	TC_STAT_CALLS,		/* commands answered by a TA */
	TC_STAT_OPENS,		/* sessions opened */
	TC_STAT_LENDS,		/* messages that lent something */
	TC_STAT_CANCELS,	/* cancellations asked for */
	TC_STAT_ABANDONED,	/* messages that nobody waited for any more */
	TC_STAT_REFUSALS,	/* sessions that the kernel refused */
	TC_STAT_DEATHS,		/* TAs that died or went */
	TC_STATS
};

struct tc_channel_stats {
	u64 count[TC_STATS];
};

/* Per CPU, so that calls to different TAs share no cache line. */
DECLARE_PER_CPU(struct tc_channel_stats, tc_channel_stats);

#define tc_stat_inc(which)	this_cpu_inc(tc_channel_stats.count[which])

#endif /* TC_STATS_H */
