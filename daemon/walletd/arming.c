// SPDX-License-Identifier: BSD-2-Clause
#include "arming.h"

#include <stddef.h>
#include <time.h>

const char *const arming_modes[] = { "always", "on-request", NULL };

uint64_t arming_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

bool arming_ready(const struct arming *a, uint64_t now_us)
{
	return a->mode == ARMING_ALWAYS || now_us < a->until_us;
}

bool arming_pays(const struct arming *a, uint64_t now_us)
{
	return a->mode == ARMING_ALWAYS || (a->until_us != 0 && now_us < a->until_us + ARMING_GRACE_US);
}

bool arming_set(struct arming *a, uint64_t now_us, uint32_t seconds)
{
	if (seconds > ARMING_MAX_SECONDS)
		return false;
	a->prompted = false;
	a->until_us = seconds ? now_us + (uint64_t)seconds * 1000000 : 0;
	return true;
}
