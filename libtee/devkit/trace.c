// SPDX-License-Identifier: BSD-2-Clause
/* OP-TEE's trace functions, into the trusted side's log. */
#include "libtee/devkit/include/trace.h"

#include <stdint.h>
#include <stdio.h>

#include "libtee/internal/log.h"

#define TEXT_MAX 480
#define DUMP_BYTES 16

static int maximum = TRACE_MAX;

static const struct {
	char letter;
	enum tee_log_level log;
} levels[] = {
	[TRACE_MIN] = { 'M', TEE_LOG_INFO },
	[TRACE_ERROR] = { 'E', TEE_LOG_ERR },
	[TRACE_INFO] = { 'I', TEE_LOG_INFO },
	[TRACE_DEBUG] = { 'D', TEE_LOG_DEBUG },
	[TRACE_FLOW] = { 'F', TEE_LOG_DEBUG },
};

void trace_set_level(int level)
{
	maximum = level < TRACE_MIN ? TRACE_MIN : level > TRACE_MAX ? TRACE_MAX : level;
}

int trace_get_level(void)
{
	return maximum;
}

void trace_vprintf(const char *function, int line, int level, bool level_ok, const char *format, va_list args)
{
	char text[TEXT_MAX];
	int known = level < TRACE_MIN || level > TRACE_MAX ? TRACE_MAX : level;

	if (level_ok && level > maximum)
		return;
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		return;
	if (!level_ok)
		known = TRACE_MIN;
	if (function)
		tee_log(levels[known].log, "%c/TA: %s:%d %s", levels[known].letter, function, line, text);
	else
		tee_log(levels[known].log, "%c/TA: %s", levels[known].letter, text);
}

void trace_printf(const char *function, int line, int level, bool level_ok, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	trace_vprintf(function, line, level, level_ok, format, args);
	va_end(args);
}

void dhex_dump(const char *function, int line, int level, const void *buffer, int size)
{
	const uint8_t *bytes = buffer;
	int at;

	for (at = 0; at < size; at += DUMP_BYTES) {
		char text[3 * DUMP_BYTES + 1] = "";
		int i;

		for (i = 0; i < DUMP_BYTES && at + i < size; i++)
			snprintf(text + 3 * i, 4, "%02x ", bytes[at + i]);
		trace_printf(function, line, level, true, "%04x: %s", (unsigned int)at, text);
	}
}
