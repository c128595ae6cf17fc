// SPDX-License-Identifier: BSD-2-Clause
/* The monitor's bounds: what a request may carry, what a listener may cost; and what teectl makes of it. */
#include <errno.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/genl.h"
#include "tests/vm/kmod/tap.h"
#include "tests/vm/kmod/teectl.h"

#define ROOM 8192

static _Alignas(8) uint8_t answer[ROOM];

struct request {
	uint16_t flags;
	uint8_t cmd;
	uint16_t reserved;	/* of the header */
	uint16_t attr;		/* 0: none, and what is in value belongs to none */
	size_t len;
	const void *value;
};

static void request_send(struct genl *genl, const struct request *r)
{
	uint8_t attr[64];
	size_t len = r->len;

	CHECK(r->len <= sizeof(attr) - 8);
	if (r->attr)
		len = genl_put(attr, r->attr, r->value, r->len);
	else if (len)
		memcpy(attr, r->value, len);
	genl->reserved = r->reserved;
	CHECK(genl_send(genl, r->flags, r->cmd, attr, len) == 0);
}

/* ---- requests ---- */

static void filters(void)
{
	struct ta_process ta[2];
	int fd, other;

	ta_start(&ta[0], uuid_a, SHARED);
	ta_start(&ta[1], uuid_b, SHARED);
	fd = client_open();
	client_session(fd, uuid_a);
	client_session(fd, uuid_a);
	other = client_open();
	client_session(other, uuid_b);
	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	CHECK(teectl_count("\"session\":") == 3 && teectl_count("\"ta_pid\":") == 2);
	CHECK(teectl_capture(TEECTL " --json --ta " TEXT_A " status 2>&1") == 0);
	CHECK(teectl_count("\"session\":") == 2 && teectl_count("\"ta_pid\":") == 1 && !strstr(teectl_text, TEXT_B));
	CHECK(teectl_capture(TEECTL " --json --ta " TEXT_B " status 2>&1") == 0);
	CHECK(teectl_count("\"session\":") == 1 && teectl_count("\"ta_pid\":") == 1 && !strstr(teectl_text, TEXT_A));
	CHECK(teectl_capture(TEECTL " --json --ta 01234567-0123-0123-0123-0123456789ab status 2>&1") == 0);
	CHECK(teectl_count("\"session\":") == 0 && teectl_count("\"ta_pid\":") == 0);
}

/* By the process of the client, which teectl does not ask for. */
static unsigned int dumped(struct genl *genl, uint8_t cmd, uint32_t pid)
{
	const struct request ask = { .flags = NLM_F_DUMP, .cmd = cmd, .attr = TEECHAN_A_CLIENT_PID, .len = sizeof(pid), .value = &pid };
	unsigned int count = 0;

	request_send(genl, &ask);
	CHECK(genl_receive(genl, &count) == 0);
	return count;
}

static void filters_by_process(void)
{
	struct ta_process ta;
	struct region region;
	struct genl genl;
	pid_t pid;
	int fd, ready[2];
	char c;

	CHECK(genl_open(&genl) == 0);
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		fd = client_open();
		client_session(fd, uuid_a);
		client_session(fd, uuid_a);
		region_make(fd, &region, PAGE);
		region_make(fd, &region, PAGE);
		region_make(fd, &region, PAGE);
		CHECK(write(ready[1], "x", 1) == 1);
		pause();
	}
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(dumped(&genl, TEECHAN_CMD_GET_SESSION, (uint32_t)getpid()) == 1);
	CHECK(dumped(&genl, TEECHAN_CMD_GET_SESSION, (uint32_t)pid) == 2);
	CHECK(dumped(&genl, TEECHAN_CMD_GET_REGION, (uint32_t)getpid()) == 1);
	CHECK(dumped(&genl, TEECHAN_CMD_GET_REGION, (uint32_t)pid) == 3);
	CHECK(dumped(&genl, TEECHAN_CMD_GET_REGION, 1) == 0);
}

/* What is wrong is refused, and the refusal says what it was. */
static void refusals_say_why(void)
{
	static const uint8_t nil[TEECHAN_UUID_LEN];
	static const uint32_t zero, number = 5;
	static const struct {
		const char *name;
		struct request ask;
		const char *words;
	} rows[] = {
		{ "a nil UUID", { NLM_F_DUMP, TEECHAN_CMD_GET_TA, 0, TEECHAN_A_TA_UUID, 16, nil }, "TA_UUID takes the 16 bytes" },
		{ "a short UUID", { NLM_F_DUMP, TEECHAN_CMD_GET_SESSION, 0, TEECHAN_A_TA_UUID, 15, uuid_a }, "TA_UUID takes the 16 bytes" },
		{ "a long UUID", { NLM_F_DUMP, TEECHAN_CMD_GET_SESSION, 0, TEECHAN_A_TA_UUID, 17, "0123456789abcdefg" },
		  "TA_UUID takes the 16 bytes" },
		{ "process 0", { NLM_F_DUMP, TEECHAN_CMD_GET_REGION, 0, TEECHAN_A_CLIENT_PID, 4, &zero }, "CLIENT_PID takes the 4 bytes" },
		{ "half a process", { NLM_F_DUMP, TEECHAN_CMD_GET_SESSION, 0, TEECHAN_A_CLIENT_PID, 2, &number },
		  "CLIENT_PID takes the 4 bytes" },
		{ "a process for TAs", { NLM_F_DUMP, TEECHAN_CMD_GET_TA, 0, TEECHAN_A_CLIENT_PID, 4, &number }, "Unsupported attribute" },
		{ "a UUID for regions", { NLM_F_DUMP, TEECHAN_CMD_GET_REGION, 0, TEECHAN_A_TA_UUID, 16, uuid_a }, "Unsupported attribute" },
		{ "another attribute", { NLM_F_DUMP, TEECHAN_CMD_GET_TA, 0, TEECHAN_A_HISTOGRAM, 4, &number }, "Unknown attribute type" },
		{ "one below it", { NLM_F_DUMP, TEECHAN_CMD_GET_TA, 0, TEECHAN_A_ABI, 4, &number }, "Unsupported attribute" },
		{ "any for the counters", { NLM_F_ACK, TEECHAN_CMD_GET_INFO, 0, TEECHAN_A_TA_UUID, 16, uuid_a }, "Unknown attribute type" },
		{ "a reserved place", { NLM_F_DUMP, TEECHAN_CMD_GET_TA, 1, 0, 0, NULL }, NULL },
		/* The kernel's log has a line of its own for this one, which check-dmesg knows. */
		{ "a byte behind the attributes", { NLM_F_DUMP, TEECHAN_CMD_GET_TA, 0, 0, 1, "x" }, "leftover" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct nlmsghdr *head = (const void *)answer;
		const struct nlmsgerr *error = NLMSG_DATA(head);
		const struct nlattr *text;
		const int on = 1;
		struct genl genl;
		ssize_t len;

		printf("# %s\n", rows[i].name);
		CHECK(genl_open(&genl) == 0);
		CHECK(setsockopt(genl.sock, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) == 0);
		CHECK(setsockopt(genl.sock, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) == 0);
		request_send(&genl, &rows[i].ask);
		len = recv(genl.sock, answer, sizeof(answer), 0);
		CHECK(len > 0 && head->nlmsg_type == NLMSG_ERROR && error->error == -EINVAL);
		text = genl_find(error + 1, answer + len, NLMSGERR_ATTR_MSG);
		CHECK(!rows[i].words || ((head->nlmsg_flags & NLM_F_ACK_TLVS) && text));
		if (text)
			printf("#   %s\n", (const char *)(text + 1));
		CHECK(!rows[i].words || strstr((const char *)(text + 1), rows[i].words));
		genl_close(&genl);
	}
}

/* ---- a listener that does not read ---- */

/* What the kernel keeps for the socket, and how much of it was dropped. */
static void netlink_state(unsigned int port, unsigned long *kept, unsigned long *dropped)
{
	char line[256];
	FILE *f = fopen("/proc/net/netlink", "re");
	bool found = false;

	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned long rmem, drops;
		unsigned int protocol, it;

		if (sscanf(line, "%*s %u %u %*s %lu %*u %*u %*u %lu", &protocol, &it, &rmem, &drops) != 4 ||
		    protocol != NETLINK_GENERIC || it != port)
			continue;
		*kept = rmem;
		*dropped = drops;
		found = true;
	}
	fclose(f);
	CHECK(found);
}

/* Calls go on, the counters are right, and what is kept for the listener stays bounded by its own buffer. */
static void slow_listener(void)
{
	const int room = 4096;
	struct sockaddr_nl name = { 0 };
	socklen_t len = sizeof(name);
	unsigned long kept[2], dropped[2];
	unsigned long long before;
	struct ta_process ta;
	uint32_t session;
	struct genl genl;
	int fd;

	CHECK(genl_open(&genl) == 0);
	CHECK(setsockopt(genl.sock, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) == 0);
	CHECK(genl_listen(&genl, 1) == 0);
	CHECK(getsockname(genl.sock, (struct sockaddr *)&name, &len) == 0);
	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	before = teectl_number("calls");

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	for (int i = 0; i < 200; i++)
		CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);
	netlink_state(name.nl_pid, &kept[0], &dropped[0]);
	for (int i = 0; i < 1000; i++)
		CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);
	netlink_state(name.nl_pid, &kept[1], &dropped[1]);
	printf("# kept: %lu, then %lu bytes; dropped: %lu, then %lu events\n", kept[0], kept[1], dropped[0], dropped[1]);
	/* The event of the last call can still be on its way: the caller wakes first. */
	CHECK(dropped[0] > 0 && dropped[1] >= dropped[0] + 999);
	CHECK(kept[1] == kept[0] && kept[1] <= 4 * (unsigned int)room);

	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	CHECK(teectl_number("calls") == before + 1200);
	/* It is told that it lost something, and hears on. */
	CHECK_ERRNO((int)recv(genl.sock, answer, sizeof(answer), MSG_DONTWAIT), ENOBUFS);
	CHECK(recv(genl.sock, answer, sizeof(answer), MSG_DONTWAIT) > 0);
}

/* ---- teectl ---- */

static void monitor_filters(void)
{
	static const char *const rows[][8] = {
		{ "--json", "--ta", TEXT_B, "monitor", NULL },
		{ "--json", "--event", "open,death", "monitor", NULL },
		{ "--json", "--session", "2", "monitor", NULL },
	};

	for (int row = 0; row < 3; row++) {
		struct teectl_running running;
		struct ta_process ta[2];
		uint32_t session[2];
		int fd;

		teectl_start(&running, rows[row]);
		ta_start(&ta[0], uuid_a, SHARED);
		ta_start(&ta[1], uuid_b, SHARED);
		fd = client_open();
		session[0] = client_session(fd, uuid_a);
		session[1] = client_session(fd, uuid_a);
		for (int i = 0; i < 2; i++)
			CHECK(client_call(fd, session[i], CMD_ECHO, NULL) == 0);
		CHECK(client_call(fd, client_session(fd, uuid_b), CMD_ECHO, NULL) == 0);
		/* Behind the events of the calls, which can come after their callers have the answers. */
		ta_kill(&ta[0]);
		ta_kill(&ta[1]);
		CHECK(teectl_stop(&running, SIGTERM) == 0);
		close(fd);
		if (row == 0)
			CHECK(teectl_count("\"event\":\"call\"") == 1 && teectl_says("\"event\":\"bind\"") &&
			      teectl_count(TEXT_A) == 0);
		else if (row == 1)
			CHECK(teectl_count("\"event\":") == 5 && teectl_count("\"event\":\"open\"") == 3 &&
			      teectl_count("\"event\":\"death\"") == 2);
		else
			CHECK(teectl_count("\"event\":\"open\"") == 1 && teectl_count("\"event\":\"call\"") == 1 &&
			      teectl_count("\"session\":2,") == teectl_count("\n"));
	}
}

/* More events than it can print, without end: it still ends when it is told to. */
static void monitor_ends_in_a_flood(void)
{
	static const char *const arguments[] = { "monitor", NULL };
	struct teectl_running running;
	struct ta_process ta;
	pid_t pids[4];

	ta_start(&ta, uuid_a, SHARED);
	teectl_start(&running, arguments);
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		CHECK(pids[i] >= 0);
		if (pids[i] == 0) {
			const int fd = client_open();
			const uint32_t session = client_session(fd, uuid_a);

			for (;;)
				CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);
		}
	}
	teectl_await(&running, "command 0x0");
	CHECK(kill(running.pid, SIGTERM) == 0);
	while (read(running.out, teectl_text, sizeof(teectl_text)) > 0)
		continue;
	CHECK(await_end(running.pid) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(kill(pids[i], SIGKILL) == 0 && await_end(pids[i]) == SIGKILL);
}

/* teectl names this process, by what it was started as: for 32 bits that is another. */
static bool says_name(const char *format)
{
	char text[80];

	snprintf(text, sizeof(text), format, program_invocation_short_name);
	return teectl_says(text);
}

static void monitor_speaks_to_people(void)
{
	static const char *const arguments[] = { "monitor", NULL };
	struct teectl_running running;
	struct ta_process ta;
	int fd;

	teectl_start(&running, arguments);
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, NULL) == 0);
	teectl_await(&running, "command 0x0");
	CHECK(teectl_stop(&running, SIGINT) == 0);
	CHECK(says_name("client %s (pid ") && says_name("TA %s (pid ") && teectl_says("user 0)") && teectl_says("  ok  in ") &&
	      teectl_says("multi-session"));
}

/* One screen as text, for scripts and for this test: 100 calls between its two readings. */
static void top_once(void)
{
	struct ta_process ta;
	struct region region;
	char *at;
	pid_t pid;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	client_session(fd, uuid_a);
	region_make(fd, &region, 64 * PAGE);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		uint32_t session;

		fd = client_open();
		session = client_session(fd, uuid_a);
		for (;;)
			CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);
	}
	CHECK(teectl_capture(TEECTL " top --once --interval 0.5 2>&1") == 0);
	CHECK(teectl_says("1 TA  2 sessions  256 KiB of regions, 0% lent") && teectl_says("TRUSTED APP") && teectl_says("REGION OF"));
	CHECK(says_name("%-15s " TEXT_A) && teectl_says("each second"));
	/* A rate and three latencies: none of them is a dash. */
	at = strstr(teectl_text, " " TEXT_A);
	CHECK(at);
	*strchr(at, '\n') = 0;
	CHECK(!strstr(at, " - "));
	CHECK(kill(pid, SIGKILL) == 0 && await_end(pid) == SIGKILL);
}

static void usage(void)
{
	static const struct {
		const char *arguments, *says;
	} rows[] = {
		{ "--session 5 top", "--session is not for top" },
		{ "--once status", "--once is not for status" },
		{ "--ta 7 status", "--ta takes a UUID" },
		{ "--ta 00000000-0000-0000-0000-000000000000 status", "--ta takes a UUID" },
		{ "--event open,nothing monitor", "--event takes words" },
		{ "--interval 0 top", "--interval takes" },
		{ "--session -1 trace", "--session takes the number" },
		{ "status --session", "a value is missing after --session" },
		{ "top", "use --once" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char command[160];

		snprintf(command, sizeof(command), TEECTL " %s 2>&1 </dev/null", rows[i].arguments);
		CHECK(teectl_capture(command) == (strcmp(rows[i].arguments, "top") ? 2 : 1) && teectl_says(rows[i].says));
	}
}

static const struct tap_test tests[] = {
	{ "rule 14: a dump leaves out what was not asked for", filters },
	{ "rule 14: by the process of the client too", filters_by_process },
	{ "rule 14: what is wrong in a request is refused, in words", refusals_say_why },
	{ "a listener that never reads costs its own buffer and no call", slow_listener },
	{ "teectl monitor shows what it was asked for", monitor_filters },
	{ "teectl monitor names people and processes", monitor_speaks_to_people },
	{ "teectl monitor ends in a flood of events", monitor_ends_in_a_flood },
	{ "teectl top prints one screen as text", top_once },
	{ "teectl says what is wrong with its options", usage },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
