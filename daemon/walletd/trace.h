/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_TRACE_H
#define TEEPAY_WALLETD_TRACE_H

#include <stddef.h>

/*
 * What happened to a terminal's command, step by step, for the journal: readable sentences with the field TEEPAY_STEP.  The lines are kept until the
 * terminal has its answer, so that no log can hold a card up.  Of an APDU only the header is ever shown.
 */
#define TRACE_LINES	16
#define TRACE_TEXT	200

struct trace {
	struct {
		int level;		/* syslog's */
		const char *step;	/* static */
		char text[TRACE_TEXT];
	} lines[TRACE_LINES];
	size_t n;			/* what is over TRACE_LINES is dropped */
};

/* A step of a payment (LOG_INFO), and what has nothing to do with one (LOG_DEBUG), such as a reader's probes. */
void trace_add(struct trace *t, const char *step, const char *format, ...) __attribute__((format(printf, 3, 4)));
void trace_aside(struct trace *t, const char *step, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Writes the lines and forgets them. */
void trace_flush(struct trace *t);

#endif
