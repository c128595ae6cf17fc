// SPDX-License-Identifier: BSD-2-Clause
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "proto/text.h"

#define LINE_MAX_LEN	1024

static const char *log_prog = "teepay";
static int log_level = LOG_INFO;
static bool log_to_journal;

/* systemd.exec(5), $JOURNAL_STREAM: device and inode of the stream that standard error was given. */
static bool stderr_is_journal(void)
{
	const char *s = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	if (!s || sscanf(s, "%llu:%llu", &dev, &ino) != 2 || fstat(STDERR_FILENO, &st) < 0)
		return false;
	return st.st_dev == dev && st.st_ino == ino;
}

void log_init(const char *prog, int level)
{
	log_prog = prog;
	log_level = level;
	log_to_journal = stderr_is_journal();
}

void log_print(int level, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list ap;

	if (level > log_level)
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	text_clean(line);
	if (log_to_journal)
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "%s: %s\n", log_prog, line);
}

static void event_print(const char *message, const struct log_field *fields, size_t n)
{
	char line[LINE_MAX_LEN];
	size_t at = 0;

	for (size_t i = 0; i <= n && at < sizeof(line); i++) {
		int len = i == 0 ? snprintf(line, sizeof(line), "%s%s", message, n > 0 ? " [" : "") :
				   snprintf(line + at, sizeof(line) - at, "%s=%s%s", fields[i - 1].name, fields[i - 1].value, i < n ? " " : "]");

		at += len > 0 ? (size_t)len : 0;
	}
	text_clean(line);
	fprintf(stderr, "%s: %s\n", log_prog, line);
}

void log_event(int level, const char *message, const struct log_field *fields, size_t n)
{
	char text[LOG_FIELDS_MAX + 2][256];
	struct iovec iov[LOG_FIELDS_MAX + 2];
	size_t k = 0;

	if (level > log_level)
		return;
	if (n > LOG_FIELDS_MAX)
		n = LOG_FIELDS_MAX;
	if (!log_to_journal) {
		event_print(message, fields, n);
		return;
	}
	snprintf(text[k++], sizeof(text[0]), "PRIORITY=%d", level);
	snprintf(text[k++], sizeof(text[0]), "MESSAGE=%s", message);
	for (size_t i = 0; i < n; i++)
		snprintf(text[k++], sizeof(text[0]), "%s=%s", fields[i].name, fields[i].value);
	for (size_t i = 0; i < k; i++) {
		iov[i].iov_base = text[i];
		for (iov[i].iov_len = 0; text[i][iov[i].iov_len] != '\0';)
			iov[i].iov_len++;
	}
	if (sd_journal_sendv(iov, (int)k) < 0)
		event_print(message, fields, n);
}
