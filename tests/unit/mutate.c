// SPDX-License-Identifier: BSD-2-Clause
#include "mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LONGER_MAX	3	/* bytes behind the original */

static bool taken_alone(const uint8_t *msg, size_t len, mutate_taken taken, void *ctx)
{
	uint8_t *alone = malloc(len > 0 ? len : 1);
	bool yes;

	assert_non_null(alone);
	memcpy(alone, msg, len);
	yes = taken(ctx, alone, len);
	free(alone);
	return yes;
}

void mutate_none_taken(const char *name, const uint8_t *msg, size_t len, mutate_taken taken, void *ctx)
{
	static const uint8_t fill[] = { 0x00, 0xFF, 0xC7 };
	uint8_t *m = calloc(1, len + LONGER_MAX);

	assert_non_null(m);
	memcpy(m, msg, len);
	if (!taken_alone(m, len, taken, ctx))
		fail_msg("%s: the original is refused", name);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		m[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (taken_alone(m, len, taken, ctx))
			fail_msg("%s: taken with bit %zu of byte %zu changed", name, bit % 8, bit / 8);
		m[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	for (size_t n = 0; n < len; n++)
		if (taken_alone(m, n, taken, ctx))
			fail_msg("%s: taken cut to %zu bytes", name, n);
	for (size_t f = 0; f < sizeof(fill); f++) {
		memset(m + len, fill[f], LONGER_MAX);
		for (size_t n = 1; n <= LONGER_MAX; n++)
			if (taken_alone(m, len + n, taken, ctx))
				fail_msg("%s: taken with %zu bytes %02X behind it", name, n, fill[f]);
	}
	free(m);
}
