// SPDX-License-Identifier: BSD-2-Clause
#include "air.h"

#define ETU_NS		9440u		/* 128 / 13.56 MHz */
#define DELAY_NS	86430u		/* frame delay time: 1172 / 13.56 MHz (ISO 14443-3 §6.2.1.1), taken for either direction */
#define START_STOP	2u		/* start of communication; end of communication of either side, at the most */

void air_frame(struct air *a, size_t bytes)
{
	/* Eight bits and a parity bit each (§6.2.3.2). */
	a->ns += (bytes * 9 + START_STOP) * ETU_NS + DELAY_NS;
}

void air_short(struct air *a)
{
	a->ns += (7 + START_STOP) * ETU_NS + DELAY_NS;
}
