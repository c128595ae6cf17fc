// SPDX-License-Identifier: BSD-2-Clause
#include "clock.h"

#include <tee_internal_api.h>

#include "ledger.h"

#define SECONDS_A_DAY	86400

uint64_t clock_now(void)
{
	const struct ledger_state *state = ledger_state();
	uint64_t issuer = state ? state->issuer_time : 0;
	TEE_Time ree;

	TEE_GetREETime(&ree);
	return ree.seconds > issuer ? ree.seconds : issuer;
}

uint16_t clock_day(uint64_t seconds)
{
	uint64_t day = seconds / SECONDS_A_DAY;

	return day > UINT16_MAX ? UINT16_MAX : (uint16_t)day;
}
