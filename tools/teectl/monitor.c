// SPDX-License-Identifier: BSD-2-Clause
#include "monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "names.h"
#include "stop.h"
#include "text.h"
#include "words.h"

struct monitor {
	const struct settings *settings;
	bool heard;
	uint64_t newest_ns;
};

static bool wanted(const struct record *r, const struct settings *s)
{
	const uint8_t *ta = record_bytes(r, TEECHAN_A_TA_UUID);

	if (s->events && !(s->events >> record_number(r, TEECHAN_A_EVENT) & 1))
		return false;
	if (s->has_ta && (!ta || memcmp(ta, s->ta, TEECHAN_UUID_LEN)))
		return false;
	return !s->session || record_number(r, TEECHAN_A_SESSION) == s->session;
}

static void print_person(const char *what, const struct record *r, int pid_attr, int uid_attr)
{
	const uint32_t pid = (uint32_t)record_number(r, pid_attr);
	char process[NAMES_ROOM], user[NAMES_ROOM];

	if (record_has(r, pid_attr))
		printf("  %s %s (pid %u, user %s)", what, names_process(pid, process), pid,
		       names_user((uint32_t)record_number(r, uid_attr), user));
}

static void print_outcome(const struct record *r)
{
	char text[WORDS_RESULT];

	if (record_has(r, TEECHAN_A_RESULT))
		printf("  %s", words_outcome(record_number(r, TEECHAN_A_RESULT), record_number(r, TEECHAN_A_ORIGIN), text));
	if (record_has(r, TEECHAN_A_ERRNO))
		printf("  %s", strerror((int)record_number(r, TEECHAN_A_ERRNO)));
}

static void print_event(const struct record *r)
{
	char uuid[WORDS_UUID], text[TEXT_ROOM], clock[TEXT_CLOCK_ROOM];

	printf("%s  %-7s  %s", text_clock(record_number(r, TEECHAN_A_TIME), clock),
	       words_event(record_number(r, TEECHAN_A_EVENT)), record_uuid(r, uuid));
	print_person("TA", r, TEECHAN_A_TA_PID, TEECHAN_A_TA_UID);
	if (record_has(r, TEECHAN_A_TA_FLAGS))
		printf("  %s", words_kind_of_ta(record_number(r, TEECHAN_A_TA_FLAGS)));
	if (record_has(r, TEECHAN_A_SESSION))
		printf("  session %" PRIu64, record_number(r, TEECHAN_A_SESSION));
	if (record_has(r, TEECHAN_A_CMD))
		printf("  command 0x%" PRIx64, record_number(r, TEECHAN_A_CMD));
	if (record_has(r, TEECHAN_A_LENT))
		printf("  %s", text_bytes(record_number(r, TEECHAN_A_LENT), text));
	print_outcome(r);
	if (record_has(r, TEECHAN_A_LATENCY))
		printf("  in %s", text_duration(record_number(r, TEECHAN_A_LATENCY), text));
	print_person("client", r, TEECHAN_A_CLIENT_PID, TEECHAN_A_CLIENT_UID);
	putchar('\n');
}

static void hear(const struct record *r, void *data)
{
	struct monitor *m = data;
	const struct settings *s = m->settings;

	m->heard = true;
	m->newest_ns = record_number(r, TEECHAN_A_TIME);
	if (!wanted(r, s))
		return;
	if (s->json) {
		json_record(stdout, r);
		putchar('\n');
	} else {
		print_event(r);
	}
}

int monitor_run(struct link *link, const struct settings *s, struct link_error *e)
{
	struct monitor m = { .settings = s, .heard = true };

	stop_prepare();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (link_listen(link, e))
		return e->exit_status;
	/* Whoever starts this to watch something waits for the line: from here on no event is missed. */
	fputs("teectl: listening; Ctrl-C ends it\n", stderr);
	/* What happened before it was told to end is told. */
	while (!stop_wanted() || (m.heard && m.newest_ns < stop_time())) {
		int ret;

		m.heard = false;
		ret = link_hear(link, hear, &m, e);

		if (ret < 0)
			return e->exit_status;
		if (ret > 0 && s->json)
			puts("{\"event\":\"lost\"}");
		if (ret > 0)
			fputs("teectl: some events came too fast and are lost; the counters of teectl status have them\n", stderr);
		if (ferror(stdout))
			return 0;
	}
	return 0;
}
