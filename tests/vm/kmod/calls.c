// SPDX-License-Identifier: BSD-2-Clause
/* Messages: what goes there and comes back, and that each is executed once. */
#include <errno.h>
#include <poll.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
#define SHORT_BUFFER 0xffff0010u

static void values_and_copies(void)
{
	uint8_t in[100], out[200], both[3000];
	struct teechan_param p[4];
	struct ta_process ta;
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);

	memset(in, 7, sizeof(in));
	memset(out, 9, sizeof(out));
	memset(both, 41, sizeof(both));
	p[0] = param_value(TEECHAN_VALUE_INOUT, 1, UINT64_MAX - 1);
	p[1] = param_mem(TEECHAN_MEM_IN, in, sizeof(in));
	p[2] = param_mem(TEECHAN_MEM_OUT, out, sizeof(out));
	p[3] = param_mem(TEECHAN_MEM_INOUT, both, sizeof(both));
	CHECK(client_call(fd, session, CMD_ECHO, p) == 0);
	CHECK(p[0].a == 2 && p[0].b == UINT64_MAX);
	CHECK(in[0] == 7 && in[99] == 7);
	/* The TA's output buffer began as zeros, not as what the client had there. */
	CHECK(out[0] == 1 && out[199] == 1 && p[2].b == 200);
	CHECK(both[0] == 42 && both[2999] == 42);

	p[0] = param_mem(TEECHAN_MEM_OUT, NULL, 0);
	p[1] = p[2] = p[3] = (struct teechan_param){ 0 };
	CHECK(client_call(fd, session, CMD_ECHO, p) == 0 && p[0].b == 0);
}

/* Sizes are reported up; data is clamped to what was offered. */
static void short_buffer(void)
{
	uint8_t out[64], guard[64];
	struct teechan_param p[4] = { 0 };
	struct ta_process ta;
	struct region region;
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	memset(out, 3, sizeof(out));
	memset(guard, 3, sizeof(guard));
	p[0] = param_mem(TEECHAN_MEM_OUT, out, 32);
	p[1] = param_mem(TEECHAN_MEM_OUT, NULL, 0);
	p[2] = param_region(TEECHAN_REGION_OUT, &region, 0, 100);
	CHECK(client_call(fd, session, CMD_NEED, p) == SHORT_BUFFER);
	CHECK(p[0].b == 65 && p[1].b == 1 && p[2].b == 201);
	CHECK(memcmp(out + 32, guard, 32) == 0);
}

/* Each call of the counting TA must have counted exactly one. */
static void count_calls(int fd, uint32_t session, unsigned int calls)
{
	for (unsigned int i = 1; i <= calls; i++) {
		struct teechan_param p[4] = { param_value(TEECHAN_VALUE_OUT, 0, 0) };

		CHECK(client_call(fd, session, CMD_COUNT, p) == 0);
		CHECK(p[0].a == i);
	}
}

static void nothing(int number)
{
	(void)number;
}

static void storm(int flags)
{
	struct sigaction act = { .sa_handler = nothing, .sa_flags = flags };
	const struct itimerval often = { .it_interval = { .tv_usec = 200 }, .it_value = { .tv_usec = 200 } };
	struct ta_process ta;
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	CHECK(sigaction(SIGALRM, &act, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
	count_calls(fd, session, 1000);
}

static void alarms_restart(void)
{
	storm(SA_RESTART);
}

static void alarms_eintr(void)
{
	storm(0);
}

/* A client that is stopped and continued all the time. */
static void stop_and_continue(void)
{
	struct ta_process ta;
	int status;
	pid_t pid;

	ta_start(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		int fd = client_open();

		count_calls(fd, client_session(fd, uuid_a), 300);
		_exit(0);
	}
	for (;;) {
		pid_t got = waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED);

		if (got == pid && (WIFEXITED(status) || WIFSIGNALED(status)))
			break;
		kill(pid, SIGSTOP);
		kill(pid, SIGCONT);
	}
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The same for the TA: no message is lost or delivered twice. */
static void stopped_ta(void)
{
	struct ta_process ta;
	int status;
	pid_t pid;

	ta_start(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		int fd = client_open();

		count_calls(fd, client_session(fd, uuid_a), 300);
		_exit(0);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		kill(ta.pid, SIGSTOP);
		kill(ta.pid, SIGCONT);
	}
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A call that is made again with an id only waits, only once, and only one thread of it. */
static void id_is_used_once(void)
{
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	struct ta_process ta;
	struct calling calling;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	call.session = client_session(fd, uuid_a);
	call.id = (uint64_t)99 << 32 | call.session;
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), ENOENT);
	call.id = (uint64_t)99 << 32 | 12345;
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EINVAL);

	call_start(&calling, fd, call.session, CMD_HOLD, NULL);
	ta_held(&ta);
	CHECK(calling.call.id != 0);
	call.id = calling.call.id;
	await_sleep(getpid(), calling.tid);
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EBUSY);
	ta_go(&ta);
	call_end(&calling);
	CHECK(calling.result == 0 && calling.call.ret == 0);
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), ENOENT);
}

struct cut_short {
	int fd;
	volatile pid_t tid;
	struct teechan_invoke call;
	int result;
};

static void *call_once(void *data)
{
	struct cut_short *it = data;

	it->tid = gettid();
	it->result = ioctl(it->fd, TEECHAN_INVOKE, &it->call) ? errno : 0;
	return NULL;
}

/* The message is the session's: the thread that made the call may be gone. */
static void another_thread_collects(void)
{
	struct sigaction act = { .sa_handler = nothing };
	struct cut_short it = { .call.cmd = CMD_HOLD };
	struct ta_process ta;
	pthread_t thread;
	uint64_t id;

	ta_start(&ta, uuid_a, SHARED);
	it.fd = client_open();
	it.call.session = client_session(it.fd, uuid_a);
	CHECK(sigaction(SIGUSR1, &act, NULL) == 0 && pthread_create(&thread, NULL, call_once, &it) == 0);
	ta_held(&ta);
	await_sleep(getpid(), it.tid);
	CHECK(pthread_kill(thread, SIGUSR1) == 0 && pthread_join(thread, NULL) == 0);
	CHECK(it.result == EINTR && it.call.id != 0);
	id = it.call.id;
	ta_go(&ta);
	CHECK(ioctl(it.fd, TEECHAN_INVOKE, &it.call) == 0 && it.call.ret == 0 && it.call.id == 0);
	it.call.id = id;
	CHECK_ERRNO(ioctl(it.fd, TEECHAN_INVOKE, &it.call), ENOENT);
}

struct opening {
	int fd;
	pid_t tid;
	struct teechan_open open;
	int result;
};

static void *open_thread(void *data)
{
	struct opening *it = data;

	it->tid = gettid();
	it->result = ioctl(it->fd, TEECHAN_OPEN_SESSION, &it->open);
	return NULL;
}

/* Another thread that names the message of an opening has no part in it: the session is opened all the same. */
static void opening_has_one_waiter(void)
{
	struct opening it = { .open.login = TEECHAN_LOGIN_PUBLIC };
	struct teechan_reply_recv rr = { 0 };
	struct teechan_open other;
	pthread_t thread;
	struct ta ta;

	ta_make(&ta, uuid_a, SHARED);
	memcpy(it.open.uuid, uuid_a, sizeof(it.open.uuid));
	it.fd = client_open();
	CHECK(pthread_create(&thread, NULL, open_thread, &it) == 0);
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_OPEN);
	await_sleep(getpid(), it.tid);
	other = it.open;
	CHECK_ERRNO(ioctl(it.fd, TEECHAN_OPEN_SESSION, &other), EBUSY);
	rr.reply_id = rr.id;
	rr.ret = TEECHAN_SUCCESS;
	CHECK(fcntl(ta.fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(it.result == 0 && it.open.ret == TEECHAN_SUCCESS && it.open.session != 0);
}

/* What the TA could not be given is queued again, and given whole to the next. */
static void undelivered_is_queued_again(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct ta ta;
	uint8_t *mem;
	pid_t pid;

	ta_make(&ta, uuid_a, SHARED);
	mem = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(mem != MAP_FAILED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		int other = client_open();

		_exit(client_call(other, client_session(other, uuid_a), CMD_FAIL, NULL) == 5 ? 0 : 1);
	}
	CHECK(mprotect(mem, PAGE, PROT_READ) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, mem), EFAULT);
	CHECK(mprotect(mem, PAGE, PROT_READ | PROT_WRITE) == 0 && mprotect(mem + PAGE, PAGE, PROT_NONE) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, mem + PAGE - 8), EFAULT);
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	CHECK(rr.kind == TEECHAN_KIND_OPEN);
	rr.reply_id = rr.id;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	CHECK(rr.kind == TEECHAN_KIND_INVOKE && rr.cmd == CMD_FAIL);
	rr.reply_id = rr.id;
	rr.ret = 5;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	CHECK(rr.kind == TEECHAN_KIND_CLOSE);
	CHECK(await_end(pid) == 0);
}

/* An answer is taken once; the TA that gives it again is told. */
static void answered_once(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct ta ta;
	uint64_t id;
	pid_t pid;

	ta_make(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		int fd = client_open();

		client_session(fd, uuid_a);
		_exit(0);
	}
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	id = rr.id;
	rr.reply_id = id;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	CHECK(rr.kind == TEECHAN_KIND_CLOSE);
	rr.reply_id = id;
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), ENOENT);
	CHECK(rr.reply_id == 0);
	rr.reply_id = rr.id;
	CHECK(fcntl(ta.fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
	CHECK(await_end(pid) == 0);
}

static void ready_for_poll(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct pollfd poll_fd;
	struct ta ta;
	pid_t pid;

	ta_make(&ta, uuid_a, SHARED);
	poll_fd = (struct pollfd){ .fd = ta.fd, .events = POLLIN };
	CHECK(poll(&poll_fd, 1, 0) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		int fd = client_open();

		client_session(fd, uuid_a);
		_exit(0);
	}
	CHECK(poll(&poll_fd, 1, -1) == 1 && poll_fd.revents == POLLIN);
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	CHECK(poll(&poll_fd, 1, 0) == 0);
	CHECK(kill(pid, SIGKILL) == 0);
	await_end(pid);
}

/* The same asynchronously: poll that is over, and poll that is given up, which happens in an interrupt (lockdep sees what that may lock). */
static void ready_for_aio(void)
{
	struct teechan_reply_recv rr = { 0 };
	aio_context_t context = 0;
	struct io_event event;
	struct iocb poll_in = { .aio_lio_opcode = IOCB_CMD_POLL, .aio_buf = POLLIN }, *list[] = { &poll_in };
	struct ta ta;
	pid_t pid;

	ta_make(&ta, uuid_a, SHARED);
	poll_in.aio_fildes = (uint32_t)ta.fd;
	CHECK(syscall(SYS_io_setup, 8, &context) == 0);
	CHECK(syscall(SYS_io_submit, context, 1, list) == 1);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		client_session(client_open(), uuid_a);
		_exit(0);
	}
	CHECK(syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1 && event.res == (POLLIN | POLLRDNORM));
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
	CHECK(syscall(SYS_io_submit, context, 1, list) == 1);
	CHECK(syscall(SYS_io_destroy, context) == 0);
	CHECK(kill(pid, SIGKILL) == 0);
	await_end(pid);
}

/* A TA that waits can do so until a time, and be woken by a signal. */
static void wait_of_ta_ends(void)
{
	struct teechan_reply_recv rr = { .deadline_ns = 1 };
	struct sigaction act = { .sa_handler = nothing };
	const struct itimerval soon = { .it_interval = { .tv_usec = 1000 }, .it_value = { .tv_usec = 1000 } };
	struct ta ta;

	ta_make(&ta, uuid_a, SHARED);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), ETIMEDOUT);
	rr.deadline_ns = 0;
	CHECK(sigaction(SIGALRM, &act, NULL) == 0 && setitimer(ITIMER_REAL, &soon, NULL) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), EINTR);
}

/* Two calls of one session go one after the other; those of two sessions may overtake. */
static void calls_of_a_session_queue(void)
{
	struct teechan_param p[4] = { param_value(TEECHAN_VALUE_OUT, 0, 0) };
	struct calling first, second;
	struct ta_process ta;
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	call_start(&first, fd, session, CMD_HOLD, NULL);
	ta_held(&ta);
	call_start(&second, fd, session, CMD_COUNT, p);
	await_sleep(getpid(), second.tid);
	CHECK(second.call.id == 0);
	ta_go(&ta);
	call_end(&first);
	call_end(&second);
	CHECK(first.result == 0 && second.result == 0 && second.call.params[0].a == 1);
}

/* Rule 12: a temporary reference is what it was when the call was made, and the client's all the time. */
static void copied_before_it_is_queued(void)
{
	struct teechan_param p[4] = { 0 };
	struct calling held, queued;
	struct ta_process ta;
	uint8_t in[64];
	uint32_t session;
	int fd;

	memset(in, 7, sizeof(in));
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	call_start(&held, fd, client_session(fd, uuid_a), CMD_HOLD, NULL);
	ta_held(&ta);
	p[0] = param_mem(TEECHAN_MEM_INOUT, in, sizeof(in));
	call_start(&queued, fd, session, CMD_ECHO, p);
	await_sleep(getpid(), queued.tid);
	memset(in, 100, sizeof(in));
	ta_go(&ta);
	call_end(&held);
	call_end(&queued);
	CHECK(queued.result == 0);
	for (size_t i = 0; i < sizeof(in); i++)
		CHECK(in[i] == 8);
}

static void one_session_at_a_time(void)
{
	struct teechan_open arg = { 0 };
	struct ta_process ta;
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, TEECHAN_TA_SINGLE_INSTANCE);
	fd = client_open();
	session = client_session(fd, uuid_a);
	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &arg) == 0);
	CHECK(arg.ret == TEECHAN_ERROR_BUSY && arg.origin == TEECHAN_ORIGIN_TEE && arg.session == 0);
	client_close_session(fd, session);
	client_session(fd, uuid_a);
}

/* Several instances of one UUID: a session each. */
static void instances(void)
{
	struct teechan_param p[4] = { 0 };
	struct ta_process ta[2];
	uint64_t pid[2];
	int fd;

	ta_start(&ta[0], uuid_a, 0);
	ta_start(&ta[1], uuid_a, 0);
	fd = client_open();
	for (int i = 0; i < 2; i++) {
		p[0] = param_value(TEECHAN_VALUE_OUT, 0, 0);
		CHECK(client_call(fd, client_session(fd, uuid_a), CMD_COUNT, p) == 0);
		pid[i] = p[0].b;
	}
	CHECK(pid[0] != pid[1]);
}

/* Result and origin of an opening that the TA refuses; nothing of the session stays. */
static void refused_by_the_ta(void)
{
	struct teechan_open arg = { .count = 1 };
	struct ta_process ta;
	int fd;

	ta_start(&ta, uuid_a, TEECHAN_TA_SINGLE_INSTANCE);
	fd = client_open();
	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	arg.params[0] = param_value(TEECHAN_VALUE_IN, 99, 0);
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &arg) == 0);
	CHECK(arg.ret == 0xffff000a && arg.origin == TEECHAN_ORIGIN_TA && arg.session == 0);
	client_session(fd, uuid_a);
}

static void *many_calls(void *data)
{
	struct calling *calling = data;

	for (int i = 0; i < 200; i++) {
		struct teechan_param p[4] = { param_value(TEECHAN_VALUE_INOUT, (uint64_t)i, 5) };

		CHECK(client_call(calling->fd, calling->call.session, CMD_ECHO, p) == 0);
		CHECK(p[0].a == (uint64_t)i + 1 && p[0].b == 6);
	}
	return NULL;
}

/* Eight threads on three sessions of two TAs: everybody gets his own answers. */
static void many_threads(void)
{
	struct ta_process ta[2];
	struct calling calling[3];
	pthread_t thread[8];
	int fd;

	ta_start(&ta[0], uuid_a, SHARED);
	ta_start(&ta[1], uuid_b, SHARED);
	fd = client_open();
	for (int i = 0; i < 3; i++)
		calling[i] = (struct calling){ .fd = fd, .call.session = client_session(fd, i < 2 ? uuid_a : uuid_b) };
	for (int i = 0; i < 8; i++)
		CHECK(pthread_create(&thread[i], NULL, many_calls, &calling[i % 3]) == 0);
	for (int i = 0; i < 8; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
}

/* A TA that hangs holds nobody up but its own callers, and those only until it is killed. */
static void one_bad_ta(void)
{
	struct teechan_param p[4] = { 0 };
	struct calling running, queued;
	struct ta_process bad, good;
	struct region region;
	uint32_t session[2], other;
	int fd;

	ta_start(&bad, uuid_a, SHARED);
	ta_start(&good, uuid_b, SHARED);
	fd = client_open();
	region_make(fd, &region, 2 * PAGE);
	session[0] = client_session(fd, uuid_a);
	session[1] = client_session(fd, uuid_a);
	p[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
	call_start(&running, fd, session[0], CMD_HOLD, p);
	ta_held(&bad);
	call_start(&queued, fd, session[1], CMD_ECHO, NULL);
	await_sleep(getpid(), queued.tid);
	CHECK(kill(bad.pid, SIGSTOP) == 0);
	/* Same client, same file, another page of the same region. */
	other = client_session(fd, uuid_b);
	for (unsigned int i = 0; i < 100; i++) {
		p[0] = param_region(TEECHAN_REGION_INOUT, &region, PAGE, PAGE);
		CHECK(client_call(fd, other, CMD_ECHO, p) == 0);
	}
	client_close_session(fd, other);
	client_close_session(fd, session[1]);
	call_end(&queued);
	CHECK(queued.result == ENOENT);
	ta_kill(&bad);
	call_end(&running);
	CHECK(running.result == 0 && running.call.ret == TEECHAN_ERROR_TARGET_DEAD);
	CHECK(region.mem[PAGE] == 100);
}

static const struct tap_test tests[] = {
	{ "values and temporary references go there and back", values_and_copies },
	{ "short buffer: sizes are reported, data is clamped", short_buffer },
	{ "rule 1: 1000 calls under SIGALRM with SA_RESTART execute 1000 times", alarms_restart },
	{ "rule 1: 1000 calls under SIGALRM with EINTR execute 1000 times", alarms_eintr },
	{ "rule 1: 300 calls of a client that is stopped and continued execute 300 times", stop_and_continue },
	{ "rule 1: 300 calls to a TA that is stopped and continued execute 300 times", stopped_ta },
	{ "rule 1: an id waits for its own message, once, in one thread", id_is_used_once },
	{ "rule 1: a call whose thread has ended is collected by another, once", another_thread_collects },
	{ "rule 1: an opening has one thread that waits for it", opening_has_one_waiter },
	{ "rule 1: a message that could not be copied out is queued again", undelivered_is_queued_again },
	{ "rule 1: an answer is taken once", answered_once },
	{ "the TA's file is ready for poll when a message waits", ready_for_poll },
	{ "and for an asynchronous poll, which can be given up", ready_for_aio },
	{ "a waiting TA can be woken by a deadline and a signal", wait_of_ta_ends },
	{ "rule 12: calls of one session go one after the other", calls_of_a_session_queue },
	{ "rule 12: temporary references are copied before the message is queued", copied_before_it_is_queued },
	{ "a TA without multi-session has one session at a time", one_session_at_a_time },
	{ "several instances of a UUID get a session each", instances },
	{ "a session that the TA refuses leaves nothing", refused_by_the_ta },
	{ "a TA that hangs holds up nobody but its own callers", one_bad_ta },
	{ "threads, sessions and TAs do not mix up answers", many_threads },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
