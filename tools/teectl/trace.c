// SPDX-License-Identifier: BSD-2-Clause
#include "trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "names.h"
#include "stop.h"
#include "text.h"
#include "tracefs.h"
#include "words.h"

struct trace {
	const struct settings *settings;
	struct calls calls;
	bool heard;
	uint64_t newest_ns;
};

static bool wanted(const struct settings *s, const uint8_t *ta, uint64_t session)
{
	if (s->has_ta && memcmp(ta, s->ta, TEECHAN_UUID_LEN))
		return false;
	return !s->session || session == s->session;
}

static const char *kind_word(uint32_t kind)
{
	static const char *const words[] = { "?", "open", "call", "close" };

	return kind < sizeof(words) / sizeof(words[0]) ? words[kind] : "?";
}

/* ---- one line a call ---- */

static void print_titles(void)
{
	printf("%-15s  %-12s %7s %-10s %8s %8s %8s %8s %8s  %s\n", "SENT", "TA", "SESSION", "WHAT", "QUEUED", "RAN", "COLLECT",
	       "TOGETHER", "LENT", "RESULT; CLIENT");
}

static const char *or_dash(uint64_t ns, char text[TEXT_ROOM])
{
	return ns ? text_duration(ns, text) : "-";
}

static void print_call(const struct call *call)
{
	char clock[TEXT_CLOCK_ROOM], name[NAMES_ROOM], client[NAMES_ROOM], what[16], outcome[WORDS_RESULT];
	char waited[TEXT_ROOM], ran[TEXT_ROOM], collect[TEXT_ROOM], took[TEXT_ROOM], lent[TEXT_ROOM];

	if (call->kind == TEECHAN_KIND_INVOKE && call->seen_send)
		snprintf(what, sizeof(what), "0x%x", call->cmd);
	else
		snprintf(what, sizeof(what), "%s", kind_word(call->kind));
	printf("%-15s  %-12.12s %7u %-10s %8s %8s %8s %8s %8s  ", call->sent_ns ? text_clock(call->sent_ns, clock) : "before",
	       names_process(call->ta_pid, name), call->session, what, call->received ? or_dash(call->waited, waited) : "-",
	       or_dash(calls_ran(call), ran), or_dash(calls_collect(call), collect), or_dash(call->took, took),
	       call->lent ? text_bytes(call->lent, lent) : "-");
	/* A close has no result. */
	printf("%s%s", call->kind == TEECHAN_KIND_CLOSE ? "-" : words_outcome(call->result, call->origin, outcome),
	       call->late && call->kind != TEECHAN_KIND_CLOSE ? ", too late: the client had given up" : "");
	printf("; %s (pid %u)", names_process(call->client_pid, client), call->client_pid);
	if (call->faults)
		printf("; a thread of it waited for a lent page");
	putchar('\n');
}

/* ---- the rest, among them ---- */

static void print_other(const struct traceline *line)
{
	const uint32_t pid = (uint32_t)line->field[TRACE_CLIENT_PID];
	char clock[TEXT_CLOCK_ROOM], uuid[WORDS_UUID], name[NAMES_ROOM], text[TEXT_ROOM], outcome[WORDS_RESULT];

	printf("%s  ", text_clock(line->time_ns, clock));
	switch (line->event) {
	case TRACE_BIND:
	case TRACE_DEATH:
		printf("TA %s %s, pid %" PRIu64 "\n", words_uuid(line->ta, uuid), line->event == TRACE_BIND ? "is there" : "is gone",
		       line->field[TRACE_TA_PID]);
		break;
	case TRACE_CANCEL:
		printf("%s (pid %u) asks to cancel in session %" PRIu64 "\n", names_process(pid, name), pid, line->field[TRACE_SESSION]);
		break;
	case TRACE_REFUSAL:
		printf("%s (pid %u) is refused a session with TA %s: %s\n", names_process(pid, name), pid, words_uuid(line->ta, uuid),
		       line->field[TRACE_ERRNO] ? strerror((int)line->field[TRACE_ERRNO]) :
						  words_outcome(line->field[TRACE_RESULT], 0, outcome));
		break;
	default:
		printf("%s (pid %u) waited %s for a lent page: region %" PRIu64 ", byte %" PRIu64 "%s\n", names_process(pid, name), pid,
		       text_duration(line->field[TRACE_WAITED], text), line->field[TRACE_REGION], line->field[TRACE_OFFSET],
		       line->field[TRACE_INTERRUPTED] ? ", and a signal came" : "");
	}
}

static bool is_other(const struct settings *s, const struct traceline *line)
{
	switch (line->event) {
	case TRACE_BIND:
	case TRACE_DEATH:
	case TRACE_REFUSAL:
		return wanted(s, line->ta, 0);
	case TRACE_CANCEL:
		return wanted(s, line->ta, line->field[TRACE_SESSION]);
	/* It has no TA: only who asks for all is sure to mean it. */
	case TRACE_FAULT_WAITED:
		return !s->has_ta && !s->session;
	default:
		return false;
	}
}

/* ---- JSON ---- */

static void json_call(const struct call *call)
{
	char uuid[WORDS_UUID];

	printf("{\"ta\":\"%s\",\"ta_pid\":%u,\"session\":%u,\"message\":%u,\"kind\":\"%s\",\"client_pid\":%u", words_uuid(call->ta, uuid),
	       call->ta_pid, call->session, call->message, kind_word(call->kind), call->client_pid);
	if (call->seen_send)
		printf(",\"time_ns\":%" PRIu64 ",\"command\":%u,\"lent\":%" PRIu64, call->sent_ns, call->cmd, call->lent);
	if (call->received)
		printf(",\"queued_ns\":%" PRIu64, call->waited);
	if (call->received && call->replied)
		printf(",\"ran_ns\":%" PRIu64, calls_ran(call));
	if (call->done_ns && call->replied)
		printf(",\"collect_ns\":%" PRIu64, calls_collect(call));
	if (call->replied)
		printf(",\"took_ns\":%" PRIu64 ",\"result\":%u,\"origin\":\"%s\",\"late\":%s", call->took, call->result,
		       words_origin(call->origin), call->late ? "true" : "false");
	printf(",\"page_waits\":%u}\n", call->faults);
}

/* ---- following ---- */

static void take_line(const char *text, void *data)
{
	struct trace *trace = data;
	struct traceline line;
	struct call call;

	trace->heard = true;
	switch (traceline_parse(&line, text)) {
	case TRACELINE_OTHER:
		return;
	case TRACELINE_LOST:
		if (trace->settings->json)
			puts("{\"kind\":\"lost\"}");
		fprintf(stderr, "teectl: %u stages came too fast and are lost; some calls are not whole\n", line.cpu_lost);
		return;
	case TRACELINE_EVENT:
		break;
	}
	trace->newest_ns = line.time_ns;
	if (calls_take(&trace->calls, &line, &call) && wanted(trace->settings, call.ta, call.session)) {
		if (trace->settings->json)
			json_call(&call);
		else
			print_call(&call);
	}
	if (!trace->settings->json && is_other(trace->settings, &line))
		print_other(&line);
}

int trace_run(struct link *link, const struct settings *s, struct link_error *e)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	struct tracefs *fs = NULL;
	int status = 0;

	(void)link;
	stop_prepare();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!trace || tracefs_open(&fs, e)) {
		free(trace);
		return e->exit_status;
	}
	trace->settings = s;
	trace->heard = true;
	fputs("teectl: tracing; Ctrl-C ends it\n", stderr);
	if (!s->json)
		print_titles();
	/* What happened before it was told to end is told. */
	while (!status && !ferror(stdout) && (!stop_wanted() || (trace->heard && trace->newest_ns < stop_time()))) {
		trace->heard = false;
		if (tracefs_read(fs, take_line, trace, e)) {
			status = e->exit_status;
		} else if (tracefs_unloaded(fs)) {
			snprintf(e->text, sizeof(e->text), "the module teechan was unloaded");
			status = 5;
		}
	}
	tracefs_close(&fs);
	free(trace);
	return status;
}
