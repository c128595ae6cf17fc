// SPDX-License-Identifier: BSD-2-Clause
#include "show.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "include/uapi/teechan.h"
#include "json.h"

/* ---- numbers for people ---- */

static const char *duration(uint64_t ns, char text[16])
{
	if (ns < 10000)
		snprintf(text, 16, "%" PRIu64 " ns", ns);
	else if (ns < 10000000)
		snprintf(text, 16, "%" PRIu64 " us", ns / 1000);
	else if (ns < 10000000000)
		snprintf(text, 16, "%" PRIu64 " ms", ns / 1000000);
	else
		snprintf(text, 16, "%" PRIu64 " s", ns / 1000000000 % 1000000000);
	return text;
}

static const char *kind_of_ta(uint64_t flags)
{
	if (flags & TEECHAN_TA_MULTI_SESSION)
		return "multi-session";
	return flags & TEECHAN_TA_SINGLE_INSTANCE ? "single-session" : "multi-instance";
}

/* ---- status ---- */

static void print_counters(const struct record *r, void *data)
{
	(void)data;
	printf("teechan, ABI %" PRIu64 "\n"
	       "%" PRIu64 " calls, %" PRIu64 " sessions opened, %" PRIu64 " loans, %" PRIu64 " cancellations, %" PRIu64
	       " abandoned, %" PRIu64 " refusals, %" PRIu64 " deaths\n",
	       record_number(r, TEECHAN_A_ABI), record_number(r, TEECHAN_A_CALLS), record_number(r, TEECHAN_A_OPENS),
	       record_number(r, TEECHAN_A_LENDS), record_number(r, TEECHAN_A_CANCELS),
	       record_number(r, TEECHAN_A_ABANDONED), record_number(r, TEECHAN_A_REFUSALS),
	       record_number(r, TEECHAN_A_DEATHS));
}

static void print_ta(const struct record *r, void *data)
{
	const uint64_t median = record_median(r);
	char uuid[RECORD_UUID_TEXT], time[16];
	bool *title = data;

	if (*title)
		printf("\n%-36s %7s %6s %-14s %8s %6s %7s %9s %9s\n", "TRUSTED APPLICATION", "PID", "UID", "KIND",
		       "SESSIONS", "QUEUED", "RUNNING", "CALLS", "HALF IN");
	*title = false;
	printf("%-36s %7" PRIu64 " %6" PRIu64 " %-14s %8" PRIu64 " %6" PRIu64 " %7" PRIu64 " %9" PRIu64 " %9s\n",
	       record_uuid(r, uuid), record_number(r, TEECHAN_A_TA_PID), record_number(r, TEECHAN_A_TA_UID),
	       kind_of_ta(record_number(r, TEECHAN_A_TA_FLAGS)), record_number(r, TEECHAN_A_SESSIONS),
	       record_number(r, TEECHAN_A_QUEUED), record_number(r, TEECHAN_A_RUNNING),
	       record_number(r, TEECHAN_A_CALLS), median ? duration(median, time) : "-");
}

static void print_session(const struct record *r, void *data)
{
	char uuid[RECORD_UUID_TEXT];
	bool *title = data;

	if (*title)
		printf("\n%-36s %7s %7s %6s %6s %-12s %s\n", "SESSION WITH", "NUMBER", "CLIENT", "UID", "GID", "LOGIN",
		       "STATE");
	*title = false;
	printf("%-36s %7" PRIu64 " %7" PRIu64 " %6" PRIu64 " %6" PRIu64 " %-12s %s\n", record_uuid(r, uuid),
	       record_number(r, TEECHAN_A_SESSION), record_number(r, TEECHAN_A_CLIENT_PID),
	       record_number(r, TEECHAN_A_CLIENT_UID), record_number(r, TEECHAN_A_CLIENT_GID),
	       record_login(record_number(r, TEECHAN_A_LOGIN)), record_state(record_number(r, TEECHAN_A_STATE)));
}

static void print_region(const struct record *r, void *data)
{
	bool *title = data;

	if (*title)
		printf("\n%-8s %7s %6s %12s %12s %8s\n", "REGION", "CLIENT", "UID", "BYTES", "LENT", "MAPPINGS");
	*title = false;
	printf("%-8" PRIu64 " %7" PRIu64 " %6" PRIu64 " %12" PRIu64 " %12" PRIu64 " %8" PRIu64 "\n",
	       record_number(r, TEECHAN_A_REGION), record_number(r, TEECHAN_A_CLIENT_PID),
	       record_number(r, TEECHAN_A_CLIENT_UID), record_number(r, TEECHAN_A_SIZE),
	       record_number(r, TEECHAN_A_LENT), record_number(r, TEECHAN_A_MAPPINGS));
}

static void json_only(const struct record *r, void *data)
{
	(void)data;
	json_record(stdout, r);
}

static void json_member(const struct record *r, void *data)
{
	bool *first = data;

	if (!*first)
		putchar(',');
	*first = false;
	json_record(stdout, r);
}

int show_status(struct link *link, bool json, struct link_error *e)
{
	static const struct {
		int command;
		const char *name;
		link_record_fn *print;
		const char *none;
	} tables[] = {
		{ TEECHAN_CMD_GET_TA, "tas", print_ta, "\nNo trusted application is bound.\n" },
		{ TEECHAN_CMD_GET_SESSION, "sessions", print_session, NULL },
		{ TEECHAN_CMD_GET_REGION, "regions", print_region, NULL },
	};

	if (json)
		fputs("{\"counters\":", stdout);
	if (link_ask(link, TEECHAN_CMD_GET_INFO, json ? json_only : print_counters, NULL, e))
		return e->exit_status;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		bool first = true;

		if (json)
			printf(",\"%s\":[", tables[i].name);
		if (link_ask(link, tables[i].command, json ? json_member : tables[i].print, &first, e))
			return e->exit_status;
		if (json)
			putchar(']');
		else if (first && tables[i].none)
			fputs(tables[i].none, stdout);
	}
	if (json)
		fputs("}\n", stdout);
	return 0;
}

/* ---- events ---- */

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static void print_event(const struct record *r, void *data)
{
	const uint64_t time = record_number(r, TEECHAN_A_TIME), result = record_number(r, TEECHAN_A_RESULT);
	char uuid[RECORD_UUID_TEXT], text[16];

	(void)data;
	printf("%" PRIu64 ".%06" PRIu64 " %-7s %s", time / 1000000000, time / 1000 % 1000000,
	       record_event(record_number(r, TEECHAN_A_EVENT)), record_uuid(r, uuid));
	if (record_has(r, TEECHAN_A_SESSION))
		printf(" session %" PRIu64, record_number(r, TEECHAN_A_SESSION));
	if (record_has(r, TEECHAN_A_TA_PID))
		printf(" TA pid %" PRIu64 " uid %" PRIu64, record_number(r, TEECHAN_A_TA_PID),
		       record_number(r, TEECHAN_A_TA_UID));
	if (record_has(r, TEECHAN_A_CLIENT_PID))
		printf(" client pid %" PRIu64 " uid %" PRIu64, record_number(r, TEECHAN_A_CLIENT_PID),
		       record_number(r, TEECHAN_A_CLIENT_UID));
	if (record_has(r, TEECHAN_A_CMD))
		printf(" command 0x%" PRIx64, record_number(r, TEECHAN_A_CMD));
	if (record_has(r, TEECHAN_A_LENT))
		printf(" %" PRIu64 " bytes", record_number(r, TEECHAN_A_LENT));
	if (record_has(r, TEECHAN_A_RESULT) && record_result(result))
		printf(" result: %s", record_result(result));
	else if (record_has(r, TEECHAN_A_RESULT))
		printf(" result 0x%08" PRIx64, result);
	if (record_has(r, TEECHAN_A_RESULT) && result && record_has(r, TEECHAN_A_ORIGIN))
		printf(" (%s)", record_origin(record_number(r, TEECHAN_A_ORIGIN)));
	if (record_has(r, TEECHAN_A_ERRNO))
		printf(" error: %s", strerror((int)record_number(r, TEECHAN_A_ERRNO)));
	if (record_has(r, TEECHAN_A_LATENCY))
		printf(" in %s", duration(record_number(r, TEECHAN_A_LATENCY), text));
	putchar('\n');
}

static void json_event(const struct record *r, void *data)
{
	(void)data;
	json_record(stdout, r);
	putchar('\n');
}

int show_events(struct link *link, bool json, struct link_error *e)
{
	/* Without SA_RESTART, so that a wait ends. */
	const struct sigaction act = { .sa_handler = stop };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (link_listen(link, e))
		return e->exit_status;
	/* Whoever starts this to watch something waits for the line: from here on no event is missed. */
	fputs("teectl: listening; Ctrl-C ends it\n", stderr);
	while (!stopped) {
		const int ret = link_hear(link, json ? json_event : print_event, NULL, e);

		if (ret < 0)
			return e->exit_status;
		if (ret > 0)
			fputs("teectl: some events came too fast and are lost; the counters of teectl status have them\n",
			      stderr);
		if (ferror(stdout))
			return 0;
	}
	return 0;
}
