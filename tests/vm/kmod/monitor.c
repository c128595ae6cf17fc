// SPDX-License-Identifier: BSD-2-Clause
/* The monitor, seen through teectl, which lies beside this program. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
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

static void status_shows_all(void)
{
	struct teechan_param p[4] = { 0 };
	struct calling calling;
	struct ta_process ta[2];
	struct region region;
	uint32_t session;
	int fd;

	ta_start(&ta[0], uuid_a, SHARED);
	ta_start(&ta[1], uuid_b, TEECHAN_TA_SINGLE_INSTANCE);
	fd = client_open();
	session = client_session(fd, uuid_a);
	client_session(fd, uuid_b);
	region_make(fd, &region, 5 * PAGE);
	p[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, 2 * PAGE);
	call_start(&calling, fd, session, CMD_HOLD, p);
	ta_held(&ta[0]);
	CHECK(teectl_capture(TEECTL " status 2>&1") == 0);
	CHECK(teectl_says(TEXT_A) && teectl_says(TEXT_B) && teectl_says("multi-session") && teectl_says("single-session"));
	CHECK(teectl_says("running") && teectl_says("idle") && teectl_says("public") && teectl_says("20480") && teectl_says("8192"));
	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	CHECK(teectl_says("{\"counters\":{\"abi\":2,") && teectl_says("\"tas\":[{\"ta\":\"" TEXT_A "\"") && teectl_says("\"running\":1") &&
	      teectl_says("\"state\":\"running\"") && teectl_says("\"size\":20480,\"lent\":8192,\"mappings\":1}]}\n"));
	ta_go(&ta[0]);
	call_end(&calling);
	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	CHECK(teectl_says("\"running\":0") && teectl_says("\"lent\":0") && !strstr(teectl_text, "\"state\":\"running\""));
}

/* Ticks off the sessions of one datagram of a dump. Returns false at the dump's end. */
static bool tick_sessions(const uint8_t *answer, size_t len, unsigned int *seen, size_t count)
{
	const struct nlmsghdr *head;

	for (head = (const void *)answer; NLMSG_OK(head, len); head = NLMSG_NEXT(head, len)) {
		const struct nlattr *attr;
		uint32_t id;

		if (head->nlmsg_type == NLMSG_DONE)
			return false;
		CHECK(head->nlmsg_type != NLMSG_ERROR);
		attr = genl_attr(head, TEECHAN_A_SESSION);
		CHECK(attr);
		memcpy(&id, attr + 1, sizeof(id));
		if (id < count)
			seen[id]++;
	}
	return true;
}

/* What goes while a dump is read takes nothing else of the dump along. */
static void dump_under_changes(void)
{
	/* The kernel goes one datagram ahead, and makes them as large as who reads can take. */
	static _Alignas(8) uint8_t answer[4096];
	unsigned int seen[201] = { 0 };
	uint32_t sessions[201];
	struct ta_process ta;
	struct genl genl;
	ssize_t len;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	for (unsigned int i = 1; i <= 200; i++)
		sessions[i] = client_session(fd, uuid_a);
	CHECK(genl_open(&genl) == 0 && genl_send(&genl, NLM_F_DUMP, TEECHAN_CMD_GET_SESSION, NULL, 0) == 0);
	len = recv(genl.sock, answer, sizeof(answer), 0);
	CHECK(len > 0 && tick_sessions(answer, (size_t)len, seen, 201));
	CHECK(seen[1] == 1 && seen[200] == 0);
	for (unsigned int i = 1; i <= 20; i++)
		client_close_session(fd, sessions[i]);
	/* Closed for the TA as well, when it answers what comes behind. */
	CHECK(client_call(fd, sessions[200], CMD_ECHO, NULL) == 0);
	do {
		len = recv(genl.sock, answer, sizeof(answer), 0);
		CHECK(len > 0);
	} while (tick_sessions(answer, (size_t)len, seen, 201));
	for (unsigned int i = 1; i <= 200; i++)
		CHECK(seen[i] == 1);
}

static const uint8_t requests[] = { TEECHAN_CMD_GET_INFO, TEECHAN_CMD_GET_TA, TEECHAN_CMD_GET_SESSION, TEECHAN_CMD_GET_REGION };

/* No request takes an attribute: one that comes with one is refused, not half understood. */
static void attributes_are_refused(void)
{
	uint8_t attr[8];
	const size_t len = genl_put(attr, TEECHAN_A_SESSION, "x", 2);
	struct genl genl;

	CHECK(genl_open(&genl) == 0);
	for (size_t i = 0; i < sizeof(requests); i++) {
		CHECK(genl_send(&genl, i ? NLM_F_DUMP : 0, requests[i], attr, len) == 0);
		CHECK(genl_receive(&genl, NULL) == EINVAL);
	}
}

/* More than one message of netlink holds: each object once, none forgotten. */
static void long_dump(void)
{
	struct ta_process ta;
	unsigned int found = 0;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	for (int i = 0; i < 200; i++)
		client_session(fd, uuid_a);
	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	for (unsigned int id = 1; id <= 200; id++) {
		char want[32];
		const char *first;

		snprintf(want, sizeof(want), "\"session\":%u,", id);
		first = strstr(teectl_text, want);
		found += first && !strstr(first + 1, want);
	}
	CHECK(found == 200);
}

static void monitor_tells_events(void)
{
	static const char *const wanted[] = {
		"\"event\":\"bind\"",
		"\"event\":\"open\"",
		"\"event\":\"lend\"",
		"\"lent\":4096}",
		"\"event\":\"call\"",
		"\"command\":0,\"result\":0,\"origin\":\"ta\",\"latency_ns\":",
		"\"event\":\"refusal\"",
		"\"event\":\"close\"",
		"\"event\":\"death\"",
	};
	struct teechan_open unknown = { .uuid = { 1 } };
	struct teechan_param p[4] = { 0 };
	struct ta_process ta;
	struct region region;
	uint32_t session;
	int pipes[2], fd;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	CHECK(pipe(pipes) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(dup2(pipes[1], STDOUT_FILENO) >= 0);
		close(pipes[0]);
		close(pipes[1]);
		execl(TEECTL, "teectl", "--json", "monitor", NULL);
		_exit(127);
	}
	close(pipes[1]);
	/* It listens when the first event comes through: the deaths of TAs until then. */
	CHECK(fcntl(pipes[0], F_SETFL, O_NONBLOCK) == 0);
	while (read(pipes[0], teectl_text, sizeof(teectl_text)) < 0) {
		CHECK(errno == EAGAIN);
		ta_start(&ta, uuid_b, SHARED);
		ta_kill(&ta);
		close(ta.held);
		close(ta.go);
	}
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	p[0] = param_region(TEECHAN_REGION_INOUT, &region, 1, 2);
	CHECK(client_call(fd, session, CMD_ECHO, p) == 0);
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &unknown) == 0 && unknown.ret == TEECHAN_ERROR_ITEM_NOT_FOUND);
	client_close_session(fd, session);
	/* The close is carried out when the TA has answered it, which is before it answers another. */
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, NULL) == 0);
	ta_kill(&ta);
	/* A listener that is told to end does not stay for what it has not read: the last event must have come. */
	CHECK(fcntl(pipes[0], F_SETFL, 0) == 0);
	do {
		got = read(pipes[0], teectl_text + len, sizeof(teectl_text) - 1 - len);
		CHECK(got > 0);
		len += (size_t)got;
		teectl_text[len] = 0;
	} while (!strstr(teectl_text, TEXT_A "\",\"event\":\"death\""));
	CHECK(kill(pid, SIGTERM) == 0 && await_end(pid) == 0);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		CHECK(teectl_says(wanted[i]));
}

static void only_root_may_watch(void)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(setgroups(0, NULL) == 0 && setresgid(1001, 1001, 1001) == 0 && setresuid(1001, 1001, 1001) == 0);
		CHECK(teectl_capture(TEECTL " status 2>&1") == 1 && teectl_says("only root"));
		CHECK(teectl_capture(TEECTL " monitor 2>&1") == 1 && teectl_says("only root"));
		_exit(0);
	}
	CHECK(await_end(pid) == 0);
}

/* Every request and the group of events, one by one. */
static void nothing_to_watch(void)
{
	struct genl genl;

	CHECK(genl_open(&genl) == 0);
	for (size_t i = 0; i < sizeof(requests); i++)
		CHECK(genl_ask(&genl, i ? NLM_F_DUMP : 0, requests[i], NULL) == EPERM);
	CHECK(genl_join(&genl, 1) == EPERM);
}

static void watch_without_capability(void)
{
	struct genl genl;

	CHECK(genl_open(&genl) == 0 && genl_listen(&genl, 1) == 0);
	as_user(1001, nothing_to_watch);
}

static void in_a_user_namespace(void)
{
	CHECK(unshare(CLONE_NEWUSER) == 0);
	nothing_to_watch();
}

/* All capabilities, but those of a namespace that anybody may make. */
static void watch_in_user_namespace(void)
{
	as_user(1001, in_a_user_namespace);
	in_a_user_namespace();
}

static void another_network_namespace(void)
{
	struct genl genl;

	CHECK(unshare(CLONE_NEWNET) == 0);
	CHECK(genl_open(&genl) == ENOENT);
}

struct canceller {
	struct ta_process *ta;
	int fd;
};

/* Cancels the call once the TA has it. */
static void *cancel_thread(void *data)
{
	const struct canceller *canceller = data;
	struct teechan_cancel cancel = { .cancel_id = 1 };

	ta_held(canceller->ta);
	CHECK(ioctl(canceller->fd, TEECHAN_CANCEL, &cancel) == 0);
	return NULL;
}

/* Counters add up over a known load. */
static uint64_t counter(const char *name)
{
	unsigned long long value;
	char want[32];
	const char *at;

	snprintf(want, sizeof(want), "\"%s\":", name);
	at = strstr(teectl_text, want);
	CHECK(at && sscanf(at + strlen(want), "%llu", &value) == 1);
	return value;
}

static void counters_add_up(void)
{
	static const struct {
		const char *name;
		uint64_t more;
	} rows[] = { { "calls", 11 }, { "opens", 1 }, { "lends", 4 }, { "cancels", 1 }, { "refusals", 1 }, { "deaths", 1 } };
	struct teechan_invoke held = { .count = TEECHAN_PARAMS, .cmd = CMD_CANCEL };
	struct teechan_open unknown = { .uuid = { 1 } };
	struct canceller canceller;
	pthread_t thread;
	uint64_t before[6];
	struct teechan_param p[4] = { 0 };
	struct ta_process ta;
	struct region region;
	uint32_t session;
	int fd;

	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	for (size_t i = 0; i < 6; i++)
		before[i] = counter(rows[i].name);
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	for (unsigned int i = 0; i < 10; i++) {
		p[0] = i < 4 ? param_region(TEECHAN_REGION_INOUT, &region, i, 1) : (struct teechan_param){ 0 };
		CHECK(client_call(fd, session, CMD_ECHO, p) == 0);
	}
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &unknown) == 0);
	held.session = session;
	held.cancel_id = 1;
	canceller = (struct canceller){ &ta, fd };
	CHECK(pthread_create(&thread, NULL, cancel_thread, &canceller) == 0);
	CHECK(client_invoke(fd, &held) == 0 && held.ret == TEECHAN_ERROR_CANCEL);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	CHECK(counter("calls") - before[0] == 11);
	ta_kill(&ta);
	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0);
	for (size_t i = 0; i < 6; i++)
		CHECK(counter(rows[i].name) == before[i] + rows[i].more);
}

static const struct tap_test tests[] = {
	{ "status shows TAs, sessions and regions", status_shows_all },
	{ "a long dump has each object once", long_dump },
	{ "a dump loses nothing that stays while others go", dump_under_changes },
	{ "rule 14: attributes of a request are refused", attributes_are_refused },
	{ "counters add up", counters_add_up },
	{ "monitor tells each kind of event", monitor_tells_events },
	{ "rule 14: without CAP_NET_ADMIN every request and the group are refused", watch_without_capability },
	{ "rule 14: with that of a user namespace too", watch_in_user_namespace },
	{ "rule 14: in another network namespace there is no family", another_network_namespace },
	{ "only root may watch", only_root_may_watch },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
