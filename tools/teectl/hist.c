// SPDX-License-Identifier: BSD-2-Clause
#include "hist.h"

void hist_since(struct hist *out, const struct hist *now, const struct hist *before)
{
	for (int i = 0; i < TEECHAN_HIST_LEN; i++) {
		if (now->count[i] < before->count[i]) {
			*out = *now;
			return;
		}
	}
	for (int i = 0; i < TEECHAN_HIST_LEN; i++)
		out->count[i] = now->count[i] - before->count[i];
}

uint64_t hist_total(const struct hist *h)
{
	uint64_t sum = 0;

	for (int i = 0; i < TEECHAN_HIST_LEN; i++)
		sum += h->count[i];
	return sum;
}

uint64_t hist_percentile(const struct hist *h, unsigned int permille)
{
	const uint64_t total = hist_total(h);
	/* The rank of the call that is looked for, 1 to total. */
	const double want = (double)total * permille / 1000;
	double seen = 0;

	for (int i = 0; total && i < TEECHAN_HIST_LEN; i++) {
		const double low = i ? (double)(UINT64_C(1) << i) : 0, high = (double)(UINT64_C(2) << i);
		const double here = (double)h->count[i];

		if (here > 0 && seen + here >= want)
			return (uint64_t)(low + (high - low) * (want > seen ? (want - seen) / here : 0));
		seen += here;
	}
	return 0;
}
