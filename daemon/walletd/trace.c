// SPDX-License-Identifier: BSD-2-Clause
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/log.h"

static void add(struct trace *t, int level, const char *step, const char *format, va_list ap)
{
	if (t->n == TRACE_LINES)
		return;
	t->lines[t->n].level = level;
	t->lines[t->n].step = step;
	vsnprintf(t->lines[t->n].text, TRACE_TEXT, format, ap);
	t->n++;
}

void trace_add(struct trace *t, const char *step, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(t, LOG_INFO, step, format, ap);
	va_end(ap);
}

void trace_aside(struct trace *t, const char *step, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(t, LOG_DEBUG, step, format, ap);
	va_end(ap);
}

void trace_flush(struct trace *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct log_field field = { "TEEPAY_STEP", t->lines[i].step };

		log_event(t->lines[i].level, t->lines[i].text, &field, 1);
	}
	t->n = 0;
}
