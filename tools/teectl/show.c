// SPDX-License-Identifier: BSD-2-Clause
#include "show.h"

#include <inttypes.h>
#include <stdio.h>

#include "include/uapi/teechan.h"
#include "json.h"
#include "names.h"
#include "text.h"
#include "wallet.h"
#include "words.h"

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

/* Each table's first row comes with its titles; data is whether that is still to come. */
static bool first_row(void *data)
{
	bool *first = data;
	const bool was = *first;

	*first = false;
	return was;
}

static const char *process(const struct record *r, int attr, char text[NAMES_ROOM])
{
	return names_process((uint32_t)record_number(r, attr), text);
}

static const char *user(const struct record *r, int attr, char text[NAMES_ROOM])
{
	return names_user((uint32_t)record_number(r, attr), text);
}

static void print_ta(const struct record *r, void *data)
{
	char uuid[WORDS_UUID], name[NAMES_ROOM], owner[NAMES_ROOM], p50[TEXT_ROOM], p99[TEXT_ROOM];
	struct hist h;
	uint64_t median;

	record_hist(r, &h);
	median = hist_percentile(&h, 500);
	if (first_row(data))
		printf("\n%-36s %-15s %7s %-12s %-14s %8s %6s %7s %10s %7s %7s\n", "TRUSTED APPLICATION", "PROCESS", "PID", "USER", "KIND",
		       "SESSIONS", "QUEUED", "RUNNING", "CALLS", "MEDIAN", "99%");
	printf("%-36s %-15s %7" PRIu64 " %-12s %-14s %8" PRIu64 " %6" PRIu64 " %7" PRIu64 " %10" PRIu64 " %7s %7s\n", record_uuid(r, uuid),
	       process(r, TEECHAN_A_TA_PID, name), record_number(r, TEECHAN_A_TA_PID), user(r, TEECHAN_A_TA_UID, owner),
	       words_kind_of_ta(record_number(r, TEECHAN_A_TA_FLAGS)), record_number(r, TEECHAN_A_SESSIONS),
	       record_number(r, TEECHAN_A_QUEUED), record_number(r, TEECHAN_A_RUNNING), record_number(r, TEECHAN_A_CALLS),
	       median ? text_duration(median, p50) : "-", median ? text_duration(hist_percentile(&h, 990), p99) : "-");
}

static void print_session(const struct record *r, void *data)
{
	char uuid[WORDS_UUID], name[NAMES_ROOM], owner[NAMES_ROOM];
	const uint64_t messages = record_number(r, TEECHAN_A_MESSAGES);

	if (first_row(data))
		printf("\n%-36s %7s %-15s %7s %-12s %-17s %-7s %10s\n", "SESSION WITH", "NUMBER", "CLIENT", "PID", "USER", "LOGIN", "STATE",
		       "CALLS");
	printf("%-36s %7" PRIu64 " %-15s %7" PRIu64 " %-12s %-17s %-7s %10" PRIu64 "\n", record_uuid(r, uuid),
	       record_number(r, TEECHAN_A_SESSION), process(r, TEECHAN_A_CLIENT_PID, name), record_number(r, TEECHAN_A_CLIENT_PID),
	       user(r, TEECHAN_A_CLIENT_UID, owner), words_login(record_number(r, TEECHAN_A_LOGIN)),
	       words_state(record_number(r, TEECHAN_A_STATE)), messages ? messages - 1 : 0);
}

static void print_region(const struct record *r, void *data)
{
	char name[NAMES_ROOM], owner[NAMES_ROOM];

	if (first_row(data))
		printf("\n%-15s %7s %-12s %7s %12s %12s %8s\n", "REGION OF", "PID", "USER", "NUMBER", "BYTES", "LENT NOW", "MAPPINGS");
	printf("%-15s %7" PRIu64 " %-12s %7" PRIu64 " %12" PRIu64 " %12" PRIu64 " %8" PRIu64 "\n",
	       process(r, TEECHAN_A_CLIENT_PID, name), record_number(r, TEECHAN_A_CLIENT_PID), user(r, TEECHAN_A_CLIENT_UID, owner),
	       record_number(r, TEECHAN_A_REGION), record_number(r, TEECHAN_A_SIZE), record_number(r, TEECHAN_A_LENT),
	       record_number(r, TEECHAN_A_MAPPINGS));
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

static void print_radio(const struct wallet_radio *r)
{
	printf("\nCARD'S RADIO\n%s: %s\nterminals: %" PRIu32 ", commands: %" PRIu32 ", torn: %" PRIu32 ", errors: %" PRIu32 ", opened anew: %" PRIu32 "\n",
	       r->front_end, r->state, r->terminals, r->commands, r->torn, r->errors, r->restarts);
}

static void json_radio(const struct wallet_radio *r)
{
	fputs(",\"front_end\":{\"name\":", stdout);
	json_text(stdout, r->front_end);
	fputs(",\"state\":", stdout);
	json_text(stdout, r->state);
	printf(",\"terminals\":%" PRIu32 ",\"commands\":%" PRIu32 ",\"torn\":%" PRIu32 ",\"errors\":%" PRIu32 ",\"restarts\":%" PRIu32 "}", r->terminals,
	       r->commands, r->torn, r->errors, r->restarts);
}

int show_status(struct link *link, const struct settings *s, struct link_error *e)
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
	const uint8_t *ta = s->has_ta ? s->ta : NULL;
	const bool json = s->json;
	struct wallet_radio radio;

	if (json)
		fputs("{\"counters\":", stdout);
	if (link_ask(link, TEECHAN_CMD_GET_INFO, json ? json_only : print_counters, NULL, e))
		return e->exit_status;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		bool first = true;

		/* Regions belong to clients, not to TAs. */
		if (ta && tables[i].command == TEECHAN_CMD_GET_REGION)
			continue;
		if (json)
			printf(",\"%s\":[", tables[i].name);
		if (link_ask_ta(link, tables[i].command, ta, json ? json_member : tables[i].print, &first, e))
			return e->exit_status;
		if (json)
			putchar(']');
		else if (first && tables[i].none)
			fputs(tables[i].none, stdout);
	}
	if (!ta && wallet_radio_get(&radio))
		(json ? json_radio : print_radio)(&radio);
	if (json)
		fputs("}\n", stdout);
	return 0;
}
