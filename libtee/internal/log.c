// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512

void tee_log(enum tee_log_level level, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	size_t used = 0;
	va_list args;
	int n;

	/* The journal takes the level from a prefix, a terminal should not show one: sd-daemon(3). */
	if (getenv("JOURNAL_STREAM"))
		used = (size_t)snprintf(line, sizeof(line), "<%d>", (int)level);
	va_start(args, format);
	n = vsnprintf(line + used, sizeof(line) - used - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	used += (size_t)n;
	if (used > sizeof(line) - 2)
		used = sizeof(line) - 2;
	line[used++] = '\n';
	/* A line is one write, so that lines of several processes do not mix; there is nobody to tell if it fails. */
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}
