/* SPDX-License-Identifier: BSD-2-Clause */
/* Medians and their spread. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

struct stats {
	double median;
	double low;	/* a quarter of the values is below, */
	double high;	/* and a quarter above */
};

/* Of count values, at least 1; sorts them. */
struct stats stats_of(double *values, size_t count);

#endif
