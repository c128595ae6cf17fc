// SPDX-License-Identifier: BSD-2-Clause
/* Time: GP Core 1.3 §7. */
#include <errno.h>
#include <time.h>

#include <tee_internal_api.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

/* How long a wait that can be cancelled sleeps between two looks, in milliseconds. */
#define CANCEL_LOOK_MS 50

static void time_get(clockid_t clock, TEE_Time *out)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		TEE_MISUSE("the machine has no clock");
	out->seconds = (uint32_t)now.tv_sec;
	out->millis = (uint32_t)(now.tv_nsec / 1000000);
}

/* §7.2.1: runs on while the machine sleeps, and nobody can set it: CLOCK_BOOTTIME. */
void TEE_GetSystemTime(TEE_Time *time)
{
	TEE_OUT(time, sizeof(*time));
	time_get(CLOCK_BOOTTIME, time);
}

/* §7.2.5: as trusted as the rest of the machine. */
void TEE_GetREETime(TEE_Time *time)
{
	TEE_OUT(time, sizeof(*time));
	time_get(CLOCK_REALTIME, time);
}

static uint64_t boottime_ms(void)
{
	TEE_Time now;

	time_get(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.seconds * 1000 + now.millis;
}

static void sleep_until(uint64_t ms)
{
	struct timespec until = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* §7.2.2 */
TEE_Result TEE_Wait(uint32_t timeout)
{
	uint64_t end = timeout == TEE_TIMEOUT_INFINITE ? UINT64_MAX : boottime_ms() + timeout;

	for (;;) {
		uint64_t now = boottime_ms();

		if (TEE_GetCancellationFlag())
			return TEE_ERROR_CANCEL;
		if (now >= end)
			return TEE_SUCCESS;
		sleep_until(end - now < CANCEL_LOOK_MS ? end : now + CANCEL_LOOK_MS);
	}
}
