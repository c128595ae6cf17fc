/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's histograms of latency: entry n counts calls of 2^n to 2^(n+1) nanoseconds. */
#ifndef TEECTL_HIST_H
#define TEECTL_HIST_H

#include <stdint.h>

#include "include/uapi/teechan.h"

struct hist {
	uint64_t count[TEECHAN_HIST_LEN];
};

/* What came between two readings; all of now when the counts went backwards, which only another module's do. */
void hist_since(struct hist *out, const struct hist *now, const struct hist *before);
uint64_t hist_total(const struct hist *h);
/*
 * So many nanoseconds within which permille of 1000 calls were answered, 0 without calls. Inside an entry the calls are taken to
 * be spread evenly, so the answer is right to the entry, and a good guess below that.
 */
uint64_t hist_percentile(const struct hist *h, unsigned int permille);

#endif
