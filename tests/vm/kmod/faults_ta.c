// SPDX-License-Identifier: BSD-2-Clause
/*
 * The TA's side with every allocation and user copy failing once: a message that did not reach the TA is the next one again, an
 * answer is taken once or not at all, and who calls hears of everything. faults.c is the client's side.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/fault.h"
#include "tests/vm/kmod/genl.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
/* Enough for every kind of page table below it to be tried alone. */
#define TABLE (512 * PAGE)
#define LARGE (16u << 20)

static struct ta ta;
static struct genl listener;
static int fd, pipes[2];
static uint32_t first, second;
static struct region region;
static struct calling calls[2];
static struct teechan_reply_recv rr;

static void *open_thread(void *data)
{
	uint32_t *session = data;

	*session = client_session(fd, uuid_a);
	return NULL;
}

/* A session of another thread, which the TA of this one accepts. */
static uint32_t session_make(void)
{
	uint32_t session;
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, open_thread, &session) == 0);
	rr = (struct teechan_reply_recv){ 0 };
	CHECK(fcntl(ta.fd, F_SETFL, 0) == 0);
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_OPEN);
	CHECK(fcntl(ta.fd, F_SETFL, O_NONBLOCK) == 0);
	rr.reply_id = rr.id;
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), EAGAIN);
	CHECK(pthread_join(thread, NULL) == 0);
	return session;
}

static void begin(void)
{
	CHECK(genl_open(&listener) == 0 && genl_listen(&listener, 1) == 0);
	CHECK(pipe(pipes) == 0);
	ta_make(&ta, uuid_a, SHARED);
	fd = client_open();
	first = session_make();
	second = session_make();
}

static int error_of(long ret)
{
	return ret < 0 ? errno : 0;
}

/* ---- REPLY_RECV ---- */

/* Two calls in the queue, in this order. */
static void two_calls(void)
{
	struct teechan_param p[4] = { { .type = TEECHAN_VALUE_INOUT }, param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE) };

	for (uint32_t i = 0; i < 2; i++) {
		p[0].a = i;
		call_start(&calls[i], fd, i ? second : first, i, p);
		await_sleep(getpid(), calls[i].tid);
	}
	rr = (struct teechan_reply_recv){ 0 };
}

static int recv_run(void)
{
	return error_of(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr));
}

/* Takes what is held as answered and gets the next, without faults. */
static int answer(uint64_t value)
{
	rr.reply_id = rr.id;
	rr.ret = 0;
	rr.origin = 0;
	rr.params[0].a = value;
	return recv_run();
}

static void both_answered(void)
{
	for (uint64_t i = 0; i < 2; i++) {
		call_end(&calls[i]);
		CHECK(calls[i].result == 0 && calls[i].call.ret == 0 && calls[i].call.params[0].a == 100 + i);
	}
	region.mem[0]++;
}

/* The message that the TA did not get is the next one again, before what was queued behind it. */
static void receive_after(int error)
{
	struct pollfd ready = { .fd = ta.fd, .events = POLLIN };

	if (error) {
		CHECK(poll(&ready, 1, 0) == 1 && ready.revents == POLLIN);
		rr = (struct teechan_reply_recv){ 0 };
		CHECK(recv_run() == 0);
	}
	CHECK(rr.kind == TEECHAN_KIND_INVOKE && rr.cmd == 0);
	CHECK(answer(100) == 0 && rr.cmd == 1);
	CHECK(answer(101) == EAGAIN);
	both_answered();
}

static struct teechan_reply_recv given;

static void reply_before(void)
{
	two_calls();
	CHECK(recv_run() == 0 && rr.cmd == 0);
	given = rr;
	rr.reply_id = rr.id;
	rr.params[0].a = 100;
}

/* An answer is taken when reply_id says so, and then the caller has it; else it can be given again. */
static void reply_after(int error)
{
	if (error && rr.reply_id == given.id) {
		CHECK(recv_run() == 0);
	} else if (error) {
		struct teechan_reply_recv again = { .reply_id = given.id };

		CHECK(rr.reply_id == 0);
		CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &again), ENOENT);
		rr = (struct teechan_reply_recv){ 0 };
		CHECK(recv_run() == 0);
	}
	CHECK(rr.reply_id == 0 && rr.cmd == 1 && rr.params[0].a == 1);
	CHECK(answer(101) == EAGAIN);
	both_answered();
}

static void reply_recv(void)
{
	static const struct fault_op receive = { "REPLY_RECV, receiving", two_calls, recv_run, receive_after, { EFAULT }, 2 };
	static const struct fault_op reply = { "REPLY_RECV, answering", reply_before, recv_run, reply_after, { EFAULT }, 2 };

	begin();
	region_make(fd, &region, PAGE);
	fault_try(&receive);
	fault_try(&reply);
}

/* put_user() is not among what fails by number: reply_id lies on a read-only page, so the answer is not taken. */
static void no_room_for_the_reply_id(void)
{
	struct teechan_reply_recv *arg = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(arg != MAP_FAILED);
	begin();
	region_make(fd, &region, PAGE);
	reply_before();
	*arg = rr;
	CHECK(mprotect(arg, PAGE, PROT_READ) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, arg), EFAULT);
	/* Nor is a message lost that would be stored there. */
	reply_after(EFAULT);
}

/* ---- CANCELLED and BIND ---- */

static struct teechan_cancelled query;

static void cancelled_before(void)
{
	query = (struct teechan_cancelled){ .id = given.id };
}

static int cancelled_run(void)
{
	return error_of(ioctl(ta.fd, TEECHAN_CANCELLED, &query));
}

static void cancelled_after(int error)
{
	CHECK(query.cancelled == 0 && (!error || cancelled_run() == 0));
}

static void cancelled(void)
{
	static const struct fault_op op = { "CANCELLED", cancelled_before, cancelled_run, cancelled_after, { EFAULT }, 2 };

	begin();
	region_make(fd, &region, PAGE);
	reply_before();
	fault_try(&op);
	reply_after(recv_run());
}

static struct teechan_bind binding;
static int bound;

static void bind_before(void)
{
	bound = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	CHECK(bound >= 0);
	binding = (struct teechan_bind){ .flags = SHARED, .window_size = 4 * PAGE };
	memcpy(binding.uuid, uuid_b, sizeof(binding.uuid));
}

static int bind_run(void)
{
	return error_of(ioctl(bound, TEECHAN_BIND, &binding));
}

static void bind_after(int error)
{
	struct teechan_reply_recv none = { 0 };

	if (error) {
		CHECK_ERRNO(ioctl(bound, TEECHAN_REPLY_RECV, &none), ENOTCONN);
		binding.rw_offset = binding.ro_offset = 0;
		CHECK(bind_run() == 0);
	}
	CHECK_ERRNO(ioctl(bound, TEECHAN_REPLY_RECV, &none), EAGAIN);
	close(bound);
}

static void *window;

static void window_before(void)
{
	bind_before();
	CHECK(bind_run() == 0);
}

static int window_run(void)
{
	window = mmap(NULL, binding.window_size, PROT_READ | PROT_WRITE, MAP_SHARED, bound, (off_t)binding.rw_offset);
	return window == MAP_FAILED ? errno : 0;
}

/* After an mmap that failed it can be mapped, or the TA counts as dead as after a munmap: nothing in between. */
static void window_after(int error)
{
	struct teechan_reply_recv none = { 0 };

	if (error && window_run()) {
		CHECK_ERRNO(ioctl(bound, TEECHAN_REPLY_RECV, &none), ESHUTDOWN);
	} else {
		errno = 0;
		CHECK(ioctl(bound, TEECHAN_REPLY_RECV, &none) == -1 && (errno == EAGAIN || (error && errno == ESHUTDOWN)));
		CHECK(munmap(window, binding.window_size) == 0);
	}
	close(bound);
}

static void binding_and_mapping(void)
{
	static const struct fault_op bind_op = { "BIND", bind_before, bind_run, bind_after, { EFAULT, ENOMEM }, 3 };
	static const struct fault_op window_op = { "mmap of a window", window_before, window_run, window_after, { ENOMEM }, 2 };

	begin();
	fault_try(&bind_op);
	fault_try(&window_op);
}

/* ---- page faults in the windows ---- */

static unsigned int table;

/* A part that has no page table yet, however often the operation is tried: there are three regions of some. */
static void fault_before(void)
{
	CHECK(++table < 3 * (LARGE / TABLE));
}

static int fault_run(void)
{
	const unsigned int each = LARGE / TABLE;

	return error_of(write(pipes[1], ta_mem(&ta, &given.params[1 + table / each]) + (size_t)(table % each) * TABLE, 1));
}

static void fault_after(int error)
{
	char c;

	if (error)
		CHECK(fault_run() == 0);
	CHECK(read(pipes[0], &c, 1) == 1 && c == 0);
}

static void window_faults(void)
{
	static const struct fault_op op = { "page fault in a window", fault_before, fault_run, fault_after, { EFAULT, ENOMEM }, 3 };
	struct teechan_param p[4] = { { .type = TEECHAN_VALUE_INOUT } };

	begin();
	for (int i = 1; i < 4; i++) {
		region_make(fd, &region, LARGE);
		p[i] = param_region(TEECHAN_REGION_INOUT, &region, 0, LARGE);
	}
	call_start(&calls[0], fd, first, 0, p);
	await_sleep(getpid(), calls[0].tid);
	rr = (struct teechan_reply_recv){ 0 };
	CHECK(recv_run() == 0);
	given = rr;
	fault_try(&op);
	CHECK(answer(100) == EAGAIN);
	call_end(&calls[0]);
	CHECK(calls[0].result == 0);
}

/* ---- poll ---- */

static int poll_run(void)
{
	struct pollfd ready = { .fd = ta.fd, .events = POLLIN };

	return error_of(poll(&ready, 1, 0));
}

static int epoll_run(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	const int set = epoll_create1(EPOLL_CLOEXEC);
	int error = error_of(set);

	if (!error)
		error = error_of(epoll_ctl(set, EPOLL_CTL_ADD, ta.fd, &event));
	if (set >= 0)
		close(set);
	return error;
}

static void polling(void)
{
	static const struct fault_op poll_op = { "poll", NULL, poll_run, NULL, { EFAULT, ENOMEM }, 1 };
	static const struct fault_op epoll_op = { "epoll", NULL, epoll_run, NULL, { EFAULT, ENOMEM }, 3 };

	begin();
	fault_try(&poll_op);
	fault_try(&epoll_op);
}

/* ---- the end of a TA ---- */

static void end_before(void)
{
	if (fd >= 0)
		close(fd);
	ta_make(&ta, uuid_a, SHARED);
	fd = client_open();
	first = session_make();
	second = session_make();
	region_make(fd, &region, PAGE);
	two_calls();
	CHECK(recv_run() == 0);
}

static int end_run(void)
{
	return error_of(close(ta.fd));
}

/* The call that it had and the one that waited hear of it, and the page is at home. */
static void end_after(int error)
{
	CHECK(error == 0);
	CHECK(munmap(ta.rw, ta.size) == 0 && munmap((void *)(uintptr_t)ta.ro, ta.size) == 0);
	for (int i = 0; i < 2; i++) {
		call_end(&calls[i]);
		CHECK(calls[i].result == 0 && calls[i].call.ret == TEECHAN_ERROR_TARGET_DEAD);
	}
	region.mem[0]++;
	CHECK(munmap(region.mem, region.size) == 0);
}

/* The windows hold the file: without them, close is the end. */
static int unmap_run(void)
{
	const int error = error_of(munmap(ta.rw, ta.size));

	return error ? error : end_run();
}

static void unmap_after(int error)
{
	if (error)
		CHECK(unmap_run() == 0);
	ta.rw = mmap(NULL, ta.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	CHECK(ta.rw != MAP_FAILED);
	end_after(0);
}

static void ending(void)
{
	static const struct fault_op op = { "a TA ends", end_before, unmap_run, unmap_after, { ENOMEM }, 1 };

	fd = -1;
	CHECK(genl_open(&listener) == 0 && genl_listen(&listener, 1) == 0);
	CHECK(pipe(pipes) == 0);
	fault_try(&op);
}

static void count_of_places(void)
{
	printf("# %u faults injected in all\n", fault_count());
	CHECK(fault_count() > 30);
}

static const struct tap_test tests[] = {
	{ "faults in REPLY_RECV: no message is lost, no answer is given twice", reply_recv },
	{ "a reply_id that cannot be cleared is no answer", no_room_for_the_reply_id },
	{ "faults in CANCELLED", cancelled },
	{ "faults in BIND, and while a window is mapped", binding_and_mapping },
	{ "faults in page faults on a window", window_faults },
	{ "faults in poll and epoll", polling },
	{ "faults while a TA ends", ending },
	{ "every operation had its faults", count_of_places },
};

int main(void)
{
	if (!fault_prepare()) {
		printf("1..1\nnot ok 1 - this kernel can inject faults\n");
		return 1;
	}
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
