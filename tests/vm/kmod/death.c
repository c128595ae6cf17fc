// SPDX-License-Identifier: BSD-2-Clause
/* Clients and TAs that die with messages under way. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)

/* A client process that lends a page in a call, once it is told to if there is a pipe for it; without its TA it just ends. */
static pid_t client_in_a_call(uint32_t cmd, const int *go)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		struct teechan_open open_arg = { 0 };
		struct teechan_invoke call = { .count = TEECHAN_PARAMS, .cmd = cmd };
		struct region region;
		int fd = client_open();
		char c;

		memcpy(open_arg.uuid, uuid_a, sizeof(open_arg.uuid));
		if (ioctl(fd, TEECHAN_OPEN_SESSION, &open_arg) || open_arg.ret)
			_exit(33);
		call.session = open_arg.session;
		region_make(fd, &region, PAGE);
		memset(region.mem, 0x44, PAGE);
		call.params[1] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
		CHECK(!go || read(go[0], &c, 1) == 1);
		client_invoke(fd, &call);
		_exit(0);
	}
	return pid;
}

/* CVE-2026-53273's hazard: the request of a killed client is still the TA's, by its id. */
static void killed_client_leaves_message(void)
{
	struct ta_process ta;
	pid_t pid;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	pid = client_in_a_call(CMD_HOLD, NULL);
	ta_held(&ta);
	CHECK(kill(pid, SIGKILL) == 0 && WIFSIGNALED(await_end(pid)));
	/* The TA answers what nobody waits for, gets the close, and serves on. */
	ta_go(&ta);
	fd = client_open();
	client_call(fd, client_session(fd, uuid_a), CMD_COUNT, NULL);
}

/* The TA goes on reading the dead client's page until it answers. */
static void killed_client_lent_page_stays(void)
{
	struct teechan_reply_recv rr = { 0 };
	const volatile uint8_t *page;
	struct ta ta;
	uint64_t id;
	pid_t pid;

	ta_make(&ta, uuid_a, SHARED);
	pid = client_in_a_call(CMD_ECHO, NULL);
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_OPEN);
	rr.reply_id = rr.id;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_INVOKE);
	page = ta_mem(&ta, &rr.params[1]);
	CHECK(page[0] == 0x44);
	id = rr.id;
	CHECK(kill(pid, SIGKILL) == 0 && WIFSIGNALED(await_end(pid)));
	struct teechan_cancelled query = { .id = id };

	CHECK(ioctl(ta.fd, TEECHAN_CANCELLED, &query) == 0 && query.cancelled == 1);
	CHECK(page[0] == 0x44 && page[PAGE - 1] == 0x44);
	rr.reply_id = id;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_CLOSE);
	CHECK(touch(page, false) == SIGBUS);
	rr.reply_id = rr.id;
	CHECK(fcntl(ta.fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
}

/* A client killed before the TA saw its message: there is only the close. */
static void killed_client_takes_queued_message_along(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct pollfd message = { .events = POLLIN };
	struct ta ta;
	int go[2];
	pid_t pid;

	CHECK(pipe(go) == 0);
	ta_make(&ta, uuid_a, SHARED);
	pid = client_in_a_call(CMD_ECHO, go);
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_OPEN);
	rr.reply_id = rr.id;
	CHECK(fcntl(ta.fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
	CHECK(write(go[1], "x", 1) == 1);
	message.fd = ta.fd;
	CHECK(poll(&message, 1, -1) == 1 && message.revents == POLLIN);
	CHECK(kill(pid, SIGKILL) == 0 && WIFSIGNALED(await_end(pid)));
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	CHECK(rr.kind == TEECHAN_KIND_CLOSE);
	rr.reply_id = rr.id;
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
}

/* A client killed while its session opens: the TA that says yes gets a close. */
static void killed_while_opening(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct ta ta;
	pid_t pid;

	ta_make(&ta, uuid_a, TEECHAN_TA_SINGLE_INSTANCE);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		_exit((int)client_session(client_open(), uuid_a));
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_OPEN);
	CHECK(kill(pid, SIGKILL) == 0 && WIFSIGNALED(await_end(pid)));
	rr.reply_id = rr.id;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_CLOSE);
	/* The one session that this TA has is free again. */
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(client_session(client_open(), uuid_a) ? 0 : 1);
	rr.reply_id = rr.id;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_OPEN);
	rr.reply_id = rr.id;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_CLOSE);
	CHECK(await_end(pid) == 0);
}

/* Callers of a dead TA, running, queued and waiting behind another, return at once. */
static void dead_ta_ends_callers(void)
{
	struct calling running, queued, behind;
	struct teechan_param p[4] = { 0 };
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	struct ta_process ta;
	struct region region;
	uint32_t session[2];
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session[0] = client_session(fd, uuid_a);
	session[1] = client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	p[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
	call_start(&running, fd, session[0], CMD_HOLD, p);
	ta_held(&ta);
	call_start(&queued, fd, session[1], CMD_HOLD, p);
	call_start(&behind, fd, session[0], CMD_HOLD, NULL);
	await_sleep(getpid(), queued.tid);
	await_sleep(getpid(), behind.tid);
	CHECK(queued.call.id != 0 && behind.call.id == 0);
	ta_kill(&ta);
	call_end(&running);
	call_end(&queued);
	call_end(&behind);
	CHECK(running.result == 0 && queued.result == 0 && behind.result == 0);
	CHECK(running.call.ret == TEECHAN_ERROR_TARGET_DEAD && running.call.origin == TEECHAN_ORIGIN_TEE);
	CHECK(queued.call.ret == TEECHAN_ERROR_TARGET_DEAD && behind.call.ret == TEECHAN_ERROR_TARGET_DEAD);
	/* The page is home, and so it stays with this session. */
	region.mem[0] = 1;
	call.session = session[0];
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == TEECHAN_ERROR_TARGET_DEAD);
	client_close_session(fd, session[0]);
	/* Another takes its place, and the same region with it. */
	ta_start(&ta, uuid_a, SHARED);
	p[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, p) == 0);
	CHECK(region.mem[0] == 2);
}

static void ta_that_ends_itself(void)
{
	struct teechan_invoke call = { .count = TEECHAN_PARAMS, .cmd = CMD_DIE };
	struct teechan_open open_arg = { 0 };
	struct ta_process ta;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	call.session = client_session(fd, uuid_a);
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == TEECHAN_ERROR_TARGET_DEAD);
	memcpy(open_arg.uuid, uuid_a, sizeof(open_arg.uuid));
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &open_arg) == 0);
	CHECK(open_arg.ret == TEECHAN_ERROR_ITEM_NOT_FOUND && open_arg.origin == TEECHAN_ORIGIN_TEE);
}

/* A TA that dies while a session opens. */
static void dead_while_opening(void)
{
	struct teechan_open arg = { .count = 1 };
	struct ta_process ta;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	arg.params[0] = param_value(TEECHAN_VALUE_IN, CMD_DIE, 0);
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &arg) == 0);
	CHECK(arg.ret == TEECHAN_ERROR_TARGET_DEAD && arg.session == 0);
}

static void *call_that_holds(void *data)
{
	struct calling *calling = data;

	calling->tid = gettid();
	client_invoke(calling->fd, &calling->call);
	return NULL;
}

/* The last thread of a process goes: with all that the others had under way. */
static void many_threads_die_together(void)
{
	struct ta_process ta;
	pid_t pid;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		static struct calling calling[8];
		pthread_t thread;

		fd = client_open();
		for (int i = 0; i < 8; i++) {
			calling[i].fd = fd;
			calling[i].call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = client_session(fd, uuid_a) };
		}
		for (int i = 0; i < 8; i++) {
			calling[i].call.cmd = CMD_HOLD;
			CHECK(pthread_create(&thread, NULL, call_that_holds, &calling[i]) == 0);
		}
		for (int i = 0; i < 8; i++) {
			while (!calling[i].tid)
				sched_yield();
			await_sleep(getpid(), calling[i].tid);
		}
		kill(getpid(), SIGKILL);
	}
	ta_held(&ta);
	CHECK(WIFSIGNALED(await_end(pid)));
	ta_go(&ta);
	fd = client_open();
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, NULL) == 0);
}

/* Kills at random moments, on both sides; then all is as it was. */
static void random_kills(void)
{
	struct ta_process ta;
	int fd;

	for (unsigned int round = 0; round < 60; round++) {
		pid_t pid;

		ta_start(&ta, uuid_a, SHARED);
		pid = client_in_a_call(CMD_ECHO, NULL);
		for (unsigned int i = 0; i < round * 4; i++)
			sched_yield();
		kill(round & 1 ? pid : ta.pid, SIGKILL);
		if (round & 1)
			await_end(pid);
		kill(ta.pid, SIGKILL);
		await_end(ta.pid);
		kill(pid, SIGKILL);
		if (!(round & 1))
			await_end(pid);
		close(ta.held);
		close(ta.go);
	}
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, NULL) == 0);
}

static const struct tap_test tests[] = {
	{ "a killed client's message can still be answered", killed_client_leaves_message },
	{ "a killed client's pages stay the TA's until it answers", killed_client_lent_page_stays },
	{ "a killed client takes its queued message along", killed_client_takes_queued_message_along },
	{ "a client killed while opening leaves no session", killed_while_opening },
	{ "many threads of a client die together", many_threads_die_together },
	{ "a dead TA ends running, queued and waiting callers", dead_ta_ends_callers },
	{ "a TA that ends itself ends its caller", ta_that_ends_itself },
	{ "a TA that dies while a session opens", dead_while_opening },
	{ "random kills of both sides", random_kills },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
