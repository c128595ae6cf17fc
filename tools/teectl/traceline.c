// SPDX-License-Identifier: BSD-2-Clause
#include "traceline.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define END { NULL, 0 }
#define SESSION { "ta_pid", TRACE_TA_PID }, { "client_pid", TRACE_CLIENT_PID }, { "session", TRACE_SESSION }
#define LOAN                                                                                                                    \
	{ "ta_pid", TRACE_TA_PID }, { "client_pid", TRACE_CLIENT_PID }, { "region", TRACE_REGION }, { "offset", TRACE_OFFSET }, \
	{ "bytes", TRACE_BYTES }, { "write", TRACE_WRITE }
#define TA { "ta_pid", TRACE_TA_PID }, { "ta_uid", TRACE_TA_UID }, { "flags", TRACE_FLAGS }
#define FAULT { "client_pid", TRACE_CLIENT_PID }, { "region", TRACE_REGION }, { "offset", TRACE_OFFSET }

/* As kmod/trace.h prints them. */
static const struct {
	const char *name;
	bool has_ta;
	struct {
		const char *name;
		enum traceline_field field;
	} fields[10];
} events[TRACE_EVENTS] = {
	[TRACE_SEND] = { "send", true, { SESSION, { "message", TRACE_MESSAGE }, { "kind", TRACE_KIND }, { "cmd", TRACE_CMD },
					 { "lent", TRACE_LENT }, END } },
	[TRACE_RECEIVE] = { "receive", true, { SESSION, { "message", TRACE_MESSAGE }, { "waited_ns", TRACE_WAITED }, END } },
	[TRACE_REPLY] = { "reply", true, { SESSION, { "message", TRACE_MESSAGE }, { "kind", TRACE_KIND }, { "result", TRACE_RESULT },
					   { "origin", TRACE_ORIGIN }, { "late", TRACE_LATE }, { "took_ns", TRACE_TOOK }, END } },
	[TRACE_DONE] = { "done", true, { SESSION, { "message", TRACE_MESSAGE }, END } },
	[TRACE_OPEN] = { "open", true, { SESSION, { "result", TRACE_RESULT }, { "origin", TRACE_ORIGIN }, END } },
	[TRACE_CLOSE] = { "close", true, { SESSION, END } },
	[TRACE_CANCEL] = { "cancel", true, { SESSION, END } },
	[TRACE_LEND] = { "lend", true, { LOAN, END } },
	[TRACE_RETURN] = { "return", true, { LOAN, END } },
	[TRACE_FAULT_WAIT] = { "fault_wait", false, { FAULT, END } },
	[TRACE_FAULT_WAITED] = { "fault_waited", false, { FAULT, { "waited_ns", TRACE_WAITED },
							  { "interrupted", TRACE_INTERRUPTED }, END } },
	[TRACE_BIND] = { "bind", true, { TA, END } },
	[TRACE_DEATH] = { "death", true, { TA, END } },
	[TRACE_REFUSAL] = { "refusal", true, { { "client_pid", TRACE_CLIENT_PID }, { "errno", TRACE_ERRNO },
					       { "result", TRACE_RESULT }, END } },
};

/* Takes *at past a word that must be there. */
static bool skip(const char **at, const char *word)
{
	const size_t len = strlen(word);

	if (strncmp(*at, word, len))
		return false;
	*at += len;
	return true;
}

static bool take_number(const char **at, uint64_t *number)
{
	const bool hex = !strncmp(*at, "0x", 2);
	const char *first = *at + (hex ? 2 : 0);
	char *end;

	/* strtoull takes blanks and signs, which no number here has. */
	if (!((*first >= '0' && *first <= '9') || (hex && *first >= 'a' && *first <= 'f')))
		return false;
	*number = strtoull(first, &end, hex ? 16 : 10);
	*at = end;
	return true;
}

static bool take_kind(const char **at, uint64_t *kind)
{
	if (skip(at, "open"))
		*kind = TEECHAN_KIND_OPEN;
	else if (skip(at, "invoke"))
		*kind = TEECHAN_KIND_INVOKE;
	else if (skip(at, "close"))
		*kind = TEECHAN_KIND_CLOSE;
	else
		return false;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_uuid(const char **at, uint8_t *uuid)
{
	for (int i = 0; i < TEECHAN_UUID_LEN; i++) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && !skip(at, "-"))
			return false;
		high = hex_digit(**at);
		low = high < 0 ? -1 : hex_digit((*at)[1]);
		if (low < 0)
			return false;
		uuid[i] = (uint8_t)(high << 4 | low);
		*at += 2;
	}
	return true;
}

/* "tch_send: ta=... ..." to the end of the line. */
static bool take_event(struct traceline *out, const char *at)
{
	unsigned int event;

	for (event = 0; event < TRACE_EVENTS; event++) {
		const size_t len = strlen(events[event].name);

		if (!strncmp(at, events[event].name, len) && at[len] == ':') {
			at += len + 1;
			break;
		}
	}
	if (event == TRACE_EVENTS)
		return false;
	out->event = (enum traceline_event)event;
	if (events[event].has_ta && (!skip(&at, " ta=") || !take_uuid(&at, out->ta)))
		return false;
	for (int i = 0; events[event].fields[i].name; i++) {
		const enum traceline_field field = events[event].fields[i].field;

		if (!skip(&at, " ") || !skip(&at, events[event].fields[i].name) || !skip(&at, "="))
			return false;
		if (!(field == TRACE_KIND ? take_kind(&at, &out->field[field]) : take_number(&at, &out->field[field])))
			return false;
	}
	return !*at || !strcmp(at, "\n");
}

/* "  123.456789" before the colon. */
static bool take_time(uint64_t *ns, const char *line, const char *colon)
{
	const char *at = colon;
	uint64_t seconds, micros;

	while (at > line && ((at[-1] >= '0' && at[-1] <= '9') || at[-1] == '.'))
		at--;
	if (at == line || at[-1] != ' ' || !take_number(&at, &seconds) || !skip(&at, ".") || colon - at != 6 ||
	    !take_number(&at, &micros) || at != colon || seconds > UINT64_MAX / 1000000000 - 1)
		return false;
	*ns = seconds * 1000000000 + micros * 1000;
	return true;
}

/* "CPU:1 [LOST 12 EVENTS]": the reader was too slow. */
static bool take_lost(struct traceline *out, const char *at)
{
	uint64_t number;

	if (!skip(&at, "CPU:") || !take_number(&at, &number) || !skip(&at, " [LOST "))
		return false;
	if (!take_number(&at, &number)) {
		number = 1;
		if (!skip(&at, "EVENTS]"))
			return false;
	} else if (!skip(&at, " EVENTS]")) {
		return false;
	}
	out->cpu_lost = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
	return !*at || !strcmp(at, "\n");
}

enum traceline_result traceline_parse(struct traceline *out, const char *line)
{
	static const char mark[] = ": tch_";
	const char *colon = NULL, *at;

	memset(out, 0, sizeof(*out));
	for (at = strstr(line, mark); at; at = strstr(at + 1, mark))
		colon = at;
	if (colon && take_time(&out->time_ns, line, colon) && take_event(out, colon + strlen(mark)))
		return TRACELINE_EVENT;
	memset(out, 0, sizeof(*out));
	return take_lost(out, line) ? TRACELINE_LOST : TRACELINE_OTHER;
}
