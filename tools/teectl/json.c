// SPDX-License-Identifier: BSD-2-Clause
#include "json.h"

#include <inttypes.h>

#include "include/uapi/teechan.h"

/* Every value is a number, or a word or hex digits of our own making: nothing needs to be escaped. */
static const struct {
	int attr;
	const char *name;
	const char *(*word)(uint64_t number);
} members[] = {
	{ TEECHAN_A_ABI, "abi", NULL },
	{ TEECHAN_A_EVENT, "event", words_event },
	{ TEECHAN_A_TIME, "time_ns", NULL },
	{ TEECHAN_A_TA_PID, "ta_pid", NULL },
	{ TEECHAN_A_TA_UID, "ta_uid", NULL },
	{ TEECHAN_A_TA_FLAGS, "ta_flags", NULL },
	{ TEECHAN_A_CLIENT_PID, "client_pid", NULL },
	{ TEECHAN_A_CLIENT_UID, "client_uid", NULL },
	{ TEECHAN_A_CLIENT_GID, "client_gid", NULL },
	{ TEECHAN_A_LOGIN, "login", words_login },
	{ TEECHAN_A_SESSION, "session", NULL },
	{ TEECHAN_A_STATE, "state", words_state },
	{ TEECHAN_A_CMD, "command", NULL },
	{ TEECHAN_A_RESULT, "result", NULL },
	{ TEECHAN_A_ERRNO, "errno", NULL },
	{ TEECHAN_A_ORIGIN, "origin", words_origin },
	{ TEECHAN_A_LATENCY, "latency_ns", NULL },
	{ TEECHAN_A_REGION, "region", NULL },
	{ TEECHAN_A_SIZE, "size", NULL },
	{ TEECHAN_A_LENT, "lent", NULL },
	{ TEECHAN_A_MAPPINGS, "mappings", NULL },
	{ TEECHAN_A_QUEUED, "queued", NULL },
	{ TEECHAN_A_RUNNING, "running", NULL },
	{ TEECHAN_A_SESSIONS, "sessions_open", NULL },
	{ TEECHAN_A_CALLS, "calls", NULL },
	{ TEECHAN_A_OPENS, "opens", NULL },
	{ TEECHAN_A_LENDS, "lends", NULL },
	{ TEECHAN_A_CANCELS, "cancels", NULL },
	{ TEECHAN_A_ABANDONED, "abandoned", NULL },
	{ TEECHAN_A_REFUSALS, "refusals", NULL },
	{ TEECHAN_A_DEATHS, "deaths", NULL },
	{ TEECHAN_A_MESSAGES, "messages", NULL },
};

static void print_digest(FILE *f, const struct record *r, int attr, const char *name)
{
	const uint8_t *digest = record_bytes(r, attr);

	if (!digest)
		return;
	fprintf(f, ",\"%s\":\"", name);
	for (int i = 0; i < TEECHAN_DIGEST_LEN; i++)
		fprintf(f, "%02x", digest[i]);
	fputc('"', f);
}

void json_record(FILE *f, const struct record *r)
{
	char uuid[WORDS_UUID];
	const char *comma = "";

	fputc('{', f);
	if (record_has(r, TEECHAN_A_TA_UUID)) {
		fprintf(f, "\"ta\":\"%s\"", record_uuid(r, uuid));
		comma = ",";
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const uint64_t number = record_number(r, members[i].attr);

		if (!record_has(r, members[i].attr))
			continue;
		if (members[i].word)
			fprintf(f, "%s\"%s\":\"%s\"", comma, members[i].name, members[i].word(number));
		else
			fprintf(f, "%s\"%s\":%" PRIu64, comma, members[i].name, number);
		comma = ",";
	}
	print_digest(f, r, TEECHAN_A_TA_DIGEST, "ta_digest");
	print_digest(f, r, TEECHAN_A_CLIENT_DIGEST, "client_digest");
	if (record_has(r, TEECHAN_A_HISTOGRAM)) {
		struct hist h;

		record_hist(r, &h);
		fprintf(f, ",\"median_ns\":%" PRIu64 ",\"p90_ns\":%" PRIu64 ",\"p99_ns\":%" PRIu64, hist_percentile(&h, 500),
			hist_percentile(&h, 900), hist_percentile(&h, 990));
	}
	fputc('}', f);
}

void json_text(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', f);
		fputc(*text, f);
	}
	fputc('"', f);
}
