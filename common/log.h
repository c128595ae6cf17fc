/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_COMMON_LOG_H
#define TEEPAY_COMMON_LOG_H

#include <stddef.h>
#include <syslog.h>

/*
 * One log for all programs.  Under systemd, when standard error is the journal, lines carry their level as sd-daemon(3) prefixes and log_event()
 * writes structured fields; anywhere else lines are plain text, "prog: what went wrong; what to do".
 *
 * What stands on a line may come from elsewhere: control characters and what is not UTF-8 become question marks, so that nobody moves a cursor or
 * begins a line of his own.
 *
 * Levels are syslog's.  Never log a card number, a key or a balance of somebody.
 */

/* @prog is kept, not copied.  Messages above @level (LOG_INFO, ...) are left out. */
void log_init(const char *prog, int level);

void log_print(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)		log_print(LOG_ERR, __VA_ARGS__)
#define log_warning(...)	log_print(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)		log_print(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)		log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...)		log_print(LOG_DEBUG, __VA_ARGS__)

/* A field of the journal: @name in upper case and beginning with TEEPAY_ (docs/ARCHITECTURE.md lists them). */
struct log_field {
	const char *name;
	const char *value;
};

#define LOG_FIELDS_MAX	8
/* A message with up to LOG_FIELDS_MAX fields; without a journal they follow the message in brackets. */
void log_event(int level, const char *message, const struct log_field *fields, size_t n);

#endif
