// SPDX-License-Identifier: BSD-2-Clause
#include "tests/bench/stats.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Between two values where there is no middle one. */
static double at(const double *sorted, size_t count, double share)
{
	const double place = share * (double)(count - 1);
	const size_t below = (size_t)place;
	const double rest = place - (double)below;

	return below + 1 < count ? sorted[below] + rest * (sorted[below + 1] - sorted[below]) : sorted[below];
}

struct stats stats_of(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_size);
	return (struct stats){ at(values, count, 0.5), at(values, count, 0.25), at(values, count, 0.75) };
}
