// SPDX-License-Identifier: BSD-2-Clause
/* Deadlines and cancellation: of what waits, is queued, runs, and opens. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)

static struct ta_process ta;
static struct ta direct;
static int fd;
static uint32_t session[2];

static void begin(void)
{
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session[0] = client_session(fd, uuid_a);
	session[1] = client_session(fd, uuid_a);
}

static int cancel(uint64_t id)
{
	struct teechan_cancel arg = { .cancel_id = id };

	return ioctl(fd, TEECHAN_CANCEL, &arg);
}

static void *invoke_thread(void *data)
{
	struct calling *calling = data;

	calling->tid = gettid();
	calling->result = client_invoke(calling->fd, &calling->call) ? errno : 0;
	return NULL;
}

/* As call_start(), with a number to cancel by. */
static void start(struct calling *calling, uint32_t in, uint32_t cmd, uint64_t cancel_id)
{
	pthread_t thread;

	*calling = (struct calling){ .fd = fd };
	calling->call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = in, .cmd = cmd, .cancel_id = cancel_id };
	CHECK(pthread_create(&thread, NULL, invoke_thread, calling) == 0);
	calling->thread = thread;
	while (!calling->tid)
		sched_yield();
}

static void cancel_running(void)
{
	struct calling calling;

	begin();
	start(&calling, session[0], CMD_CANCEL, 7);
	ta_held(&ta);
	CHECK_ERRNO(cancel(8), ENOENT);
	CHECK(cancel(7) == 0);
	call_end(&calling);
	/* The TA has the last word on what it runs. */
	CHECK(calling.result == 0 && calling.call.ret == TEECHAN_ERROR_CANCEL &&
	      calling.call.origin == TEECHAN_ORIGIN_TA);
	CHECK_ERRNO(cancel(7), ENOENT);
}

static void cancel_queued_and_waiting(void)
{
	struct calling held, queued, waiting;

	begin();
	start(&held, session[0], CMD_HOLD, 0);
	ta_held(&ta);
	start(&queued, session[1], CMD_COUNT, 7);
	start(&waiting, session[0], CMD_COUNT, 9);
	await_sleep(getpid(), queued.tid);
	await_sleep(getpid(), waiting.tid);
	CHECK(cancel(7) == 0 && cancel(9) == 0);
	call_end(&queued);
	call_end(&waiting);
	CHECK(queued.result == 0 && queued.call.ret == TEECHAN_ERROR_CANCEL &&
	      queued.call.origin == TEECHAN_ORIGIN_COMMS);
	CHECK(waiting.result == 0 && waiting.call.ret == TEECHAN_ERROR_CANCEL);
	ta_go(&ta);
	call_end(&held);
	/* Neither was executed. */
	struct teechan_param p[4] = { param_value(TEECHAN_VALUE_OUT, 0, 0) };

	CHECK(client_call(fd, session[1], CMD_COUNT, p) == 0 && p[0].a == 1);
}

static uint64_t now(void);

/* What hangs holds nobody up: the call ends at the cancellation's deadline, the pages stay where they are. */
static void cancel_of_what_hangs(void)
{
	struct teechan_cancel arg = { .cancel_id = 7 };
	struct teechan_param p[4] = { param_value(TEECHAN_VALUE_OUT, 0, 0) };
	struct calling calling;
	struct region region;

	begin();
	region_make(fd, &region, PAGE);
	region.mem[0] = 1;
	start(&calling, session[0], CMD_HOLD, 7);
	ta_held(&ta);
	await_sleep(getpid(), calling.tid);
	/* Later than it, and none at all, bring nothing forward. */
	CHECK(cancel(7) == 0);
	arg.deadline_ns = now() + 60000000000u;
	CHECK(ioctl(fd, TEECHAN_CANCEL, &arg) == 0);
	await_sleep(getpid(), calling.tid);
	arg.deadline_ns = now() + 20000000u;
	CHECK(ioctl(fd, TEECHAN_CANCEL, &arg) == 0);
	call_end(&calling);
	CHECK(now() >= arg.deadline_ns);
	CHECK(calling.result == 0 && calling.call.ret == TEECHAN_ERROR_CANCEL &&
	      calling.call.origin == TEECHAN_ORIGIN_COMMS && calling.call.id == 0);
	CHECK_ERRNO(cancel(7), ENOENT);
	ta_go(&ta);
	CHECK(client_call(fd, session[0], CMD_COUNT, p) == 0 && p[0].a == 1);
}

static struct teechan_open opening;

static void *open_thread(void *data)
{
	pid_t *tid = data;
	int ret;

	__atomic_store_n(tid, gettid(), __ATOMIC_SEQ_CST);
	ret = ioctl(fd, TEECHAN_OPEN_SESSION, &opening);
	CHECK(ret == 0);
	return NULL;
}

static void open_start(pthread_t *thread, uint64_t cmd, pid_t *tid)
{
	opening = (struct teechan_open){ .cancel_id = 5, .count = 1 };
	memcpy(opening.uuid, uuid_a, sizeof(opening.uuid));
	opening.params[0] = param_value(TEECHAN_VALUE_IN, cmd, 0);
	*tid = 0;
	CHECK(pthread_create(thread, NULL, open_thread, tid) == 0);
	while (!__atomic_load_n(tid, __ATOMIC_SEQ_CST))
		sched_yield();
}

static void cancel_opening(void)
{
	struct calling held;
	pthread_t thread;
	pid_t tid;

	begin();
	/* Running in the TA. */
	open_start(&thread, CMD_CANCEL, &tid);
	ta_held(&ta);
	CHECK(cancel(5) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(opening.ret == TEECHAN_ERROR_CANCEL && opening.origin == TEECHAN_ORIGIN_TA && !opening.session);
	/* Still queued. */
	start(&held, session[0], CMD_HOLD, 0);
	ta_held(&ta);
	open_start(&thread, 0, &tid);
	await_sleep(getpid(), tid);
	CHECK(cancel(5) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(opening.ret == TEECHAN_ERROR_CANCEL && opening.origin == TEECHAN_ORIGIN_COMMS && !opening.session);
	ta_go(&ta);
	call_end(&held);
}

static uint64_t now(void)
{
	struct timespec ts;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void deadlines(void)
{
	struct teechan_invoke call = { .count = TEECHAN_PARAMS, .session = session[0] };
	struct teechan_param p[4] = { param_value(TEECHAN_VALUE_OUT, 0, 0) };
	struct region region;
	uint64_t deadline;

	begin();
	region_make(fd, &region, PAGE);
	/* Running: given up, and the page stays the TA's until it answers. */
	deadline = now() + 50000000u;
	call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = session[0], .cmd = CMD_HOLD, .deadline_ns = deadline };
	call.params[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0);
	CHECK(now() >= deadline);
	CHECK(call.ret == TEECHAN_ERROR_TIMEOUT && call.origin == TEECHAN_ORIGIN_COMMS && call.id == 0);
	CHECK_ERRNO(write(STDOUT_FILENO, region.mem, 1), EFAULT);
	ta_held(&ta);
	/* Waiting behind the abandoned one, and queued in the other session. */
	call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = session[0], .cmd = CMD_COUNT, .deadline_ns = now() + 20000000u };
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == TEECHAN_ERROR_TIMEOUT);
	call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = session[1], .cmd = CMD_COUNT, .deadline_ns = now() + 20000000u };
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == TEECHAN_ERROR_TIMEOUT);
	call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = session[1], .cmd = CMD_COUNT, .deadline_ns = 1 };
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == TEECHAN_ERROR_TIMEOUT);
	ta_go(&ta);
	/* None of them was executed, and the session goes on. */
	CHECK(client_call(fd, session[0], CMD_COUNT, p) == 0 && p[0].a == 1);
	region.mem[0] = 1;
	/* One that is not reached changes nothing. */
	call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = session[1], .cmd = CMD_COUNT,
					.deadline_ns = now() + 60000000000u };
	call.params[0] = param_value(TEECHAN_VALUE_OUT, 0, 0);
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == 0 && call.params[0].a == 2);
}

/* Rule 12: after a deadline the inbox and the page are the TA's; what it answers then is dropped, and comes with no later call. */
static void outputs_are_dropped(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct ta own;
	int status;
	pid_t pid;

	ta_make(&own, uuid_b, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		uint8_t out[32], kept[32];
		struct teechan_invoke call = { .count = TEECHAN_PARAMS, .session = 0 };
		struct teechan_param p[4] = { 0 };

		fd = client_open();
		call.session = client_session(fd, uuid_b);
		memset(out, 0x33, sizeof(out));
		memcpy(kept, out, sizeof(out));
		call.params[0] = param_mem(TEECHAN_MEM_INOUT, out, sizeof(out));
		call.params[1] = param_value(TEECHAN_VALUE_INOUT, 3, 4);
		call.deadline_ns = now() + 20000000u;
		CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == TEECHAN_ERROR_TIMEOUT);
		CHECK(call.params[1].a == 3 && call.params[1].b == 4 && call.params[0].b == sizeof(out));
		p[0] = param_mem(TEECHAN_MEM_OUT, kept + 16, 8);
		CHECK(client_call(fd, call.session, 0, p) == 0);
		for (size_t i = 0; i < sizeof(out); i++)
			CHECK(out[i] == 0x33 && kept[i] == (i >= 16 && i < 24 ? 0 : 0x33));
		_exit(0);
	}
	CHECK(ioctl(own.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_OPEN);
	rr.reply_id = rr.id;
	CHECK(ioctl(own.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_INVOKE);
	struct teechan_cancelled query = { .id = rr.id };

	while (!query.cancelled)
		CHECK(ioctl(own.fd, TEECHAN_CANCELLED, &query) == 0);
	/* Still its own to read and to write. */
	CHECK(ta_mem(&own, &rr.params[0])[31] == 0x33);
	memset(ta_mem(&own, &rr.params[0]), 0x99, 32);
	rr.params[1].a = rr.params[1].b = 0x99;
	rr.reply_id = rr.id;
	CHECK(ioctl(own.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_INVOKE);
	rr.reply_id = rr.id;
	CHECK(ioctl(own.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_CLOSE);
	status = await_end(pid);
	CHECK(status == 0);
}

/* An opening that was given up leaves no session, even if the TA says yes later. */
static void deadline_of_opening(void)
{
	struct teechan_open arg = { .deadline_ns = 0 };
	struct teechan_reply_recv rr = { 0 };
	struct ta own;

	ta_make(&own, uuid_b, TEECHAN_TA_SINGLE_INSTANCE);
	fd = client_open();
	memcpy(arg.uuid, uuid_b, sizeof(arg.uuid));
	arg.deadline_ns = now() + 20000000u;
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &arg) == 0);
	CHECK(arg.ret == TEECHAN_ERROR_TIMEOUT && arg.session == 0 && arg.id == 0);
	/* It was still queued: the TA never hears of it. */
	CHECK(fcntl(own.fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK_ERRNO(ioctl(own.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
}

static void *receive_thread(void *data)
{
	return ioctl(direct.fd, TEECHAN_REPLY_RECV, data) ? (void *)(uintptr_t)errno : NULL;
}

static void *direct_open(void *data)
{
	session[0] = client_session(fd, uuid_b);
	return data;
}

/* Between the queue and the TA: the page that the message is copied to cannot be written until userfaultfd says so, and goes. */
static void cancel_while_delivered(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	struct uffdio_range range = { .start = (uintptr_t)page, .len = PAGE };
	struct uffdio_register all = { .range = range, .mode = UFFDIO_REGISTER_MODE_WP };
	struct uffdio_writeprotect protect = { .range = range, .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	const int faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct teechan_reply_recv rr = { 0 };
	struct calling calling;
	struct uffd_msg fault;
	pthread_t thread;
	void *error;

	CHECK(page != MAP_FAILED && faults >= 0);
	ta_make(&direct, uuid_b, SHARED);
	fd = client_open();
	CHECK(pthread_create(&thread, NULL, direct_open, NULL) == 0);
	CHECK(ioctl(direct.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	CHECK(fcntl(direct.fd, F_SETFL, O_NONBLOCK) == 0);
	rr.reply_id = rr.id;
	CHECK_ERRNO(ioctl(direct.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
	CHECK(pthread_join(thread, NULL) == 0);

	start(&calling, session[0], CMD_ECHO, 7);
	await_sleep(getpid(), calling.tid);
	CHECK(ioctl(faults, UFFDIO_API, &api) == 0 && ioctl(faults, UFFDIO_REGISTER, &all) == 0 &&
	      ioctl(faults, UFFDIO_WRITEPROTECT, &protect) == 0);
	CHECK(pthread_create(&thread, NULL, receive_thread, page) == 0);
	CHECK(read(faults, &fault, sizeof(fault)) == sizeof(fault) && fault.event == UFFD_EVENT_PAGEFAULT);
	CHECK(cancel(7) == 0);
	CHECK(munmap(page, PAGE) == 0 && ioctl(faults, UFFDIO_WAKE, &range) == 0);
	CHECK(pthread_join(thread, &error) == 0 && error == (void *)(uintptr_t)EFAULT);
	/* It is not the next one again. */
	rr = (struct teechan_reply_recv){ 0 };
	CHECK_ERRNO(ioctl(direct.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
	call_end(&calling);
	CHECK(calling.result == 0 && calling.call.ret == TEECHAN_ERROR_CANCEL && calling.call.origin == TEECHAN_ORIGIN_COMMS);
}

/* Closing a session under a call ends the call; the TA may finish. */
static void close_under_a_call(void)
{
	struct calling calling;

	begin();
	start(&calling, session[0], CMD_HOLD, 0);
	ta_held(&ta);
	client_close_session(fd, session[0]);
	call_end(&calling);
	CHECK(calling.result == ENOENT);
	ta_go(&ta);
	CHECK(client_call(fd, session[1], CMD_ECHO, NULL) == 0);
	struct teechan_close arg = { .session = session[0] };

	CHECK_ERRNO(ioctl(fd, TEECHAN_CLOSE_SESSION, &arg), ENOENT);
}

static const struct tap_test tests[] = {
	{ "a running call is cancelled by its TA", cancel_running },
	{ "queued and waiting calls are cancelled at once", cancel_queued_and_waiting },
	{ "a cancelled call to a TA that hangs ends at the cancellation's deadline", cancel_of_what_hangs },
	{ "a call is cancelled while it is copied to a TA that cannot take it", cancel_while_delivered },
	{ "the opening of a session is cancelled", cancel_opening },
	{ "rule 12: deadlines of running, queued and waiting calls", deadlines },
	{ "rule 12: what a TA answers after the deadline is dropped", outputs_are_dropped },
	{ "the deadline of an opening", deadline_of_opening },
	{ "closing a session ends its call", close_under_a_call },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
