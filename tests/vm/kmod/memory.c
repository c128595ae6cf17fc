// SPDX-License-Identifier: BSD-2-Clause
/* Lent memory: while the TA has it, nobody else does. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)

/* A client with a session and a region of four pages. */
struct setting {
	struct ta_process ta;
	int fd;
	uint32_t session;
	struct region region;
};

static void setting_make(struct setting *s)
{
	ta_start(&s->ta, uuid_a, SHARED);
	s->fd = client_open();
	s->session = client_session(s->fd, uuid_a);
	region_make(s->fd, &s->region, 4 * PAGE);
	memset(s->region.mem, 1, s->region.size);
}

/* Lends two pages, from the second on, until setting_return(). */
static void setting_lend(struct setting *s, struct calling *calling)
{
	struct teechan_param p[4] = { param_region(TEECHAN_REGION_INOUT, &s->region, PAGE + 8, PAGE) };

	call_start(calling, s->fd, s->session, CMD_HOLD, p);
	ta_held(&s->ta);
}

static void setting_return(struct setting *s, struct calling *calling)
{
	ta_go(&s->ta);
	call_end(calling);
	CHECK(calling->result == 0 && calling->call.ret == 0);
}

static void lend_and_return(void)
{
	struct teechan_param p[4];
	struct setting s;

	setting_make(&s);
	p[0] = param_value(TEECHAN_VALUE_IN, 0x77, 0);
	p[1] = param_region(TEECHAN_REGION_OUT, &s.region, PAGE - 1, 2);
	p[2] = p[3] = (struct teechan_param){ 0 };
	CHECK(client_call(s.fd, s.session, CMD_FILL, p) == 0);
	CHECK(p[1].b == 2 && s.region.mem[PAGE - 2] == 1);
	CHECK(s.region.mem[PAGE - 1] == 0x77 && s.region.mem[PAGE] == 0x77 && s.region.mem[PAGE + 1] == 1);
	/* Again: the second time the place in the window is there already. */
	p[1] = param_region(TEECHAN_REGION_INOUT, &s.region, 0, s.region.size);
	CHECK(client_call(s.fd, s.session, CMD_ECHO, p) == 0);
	CHECK(s.region.mem[0] == 2 && s.region.mem[PAGE] == 0x78);
	/* Nothing of nothing: a null reference. */
	p[1] = param_region(TEECHAN_REGION_OUT, &s.region, s.region.size, 0);
	CHECK(client_call(s.fd, s.session, CMD_ECHO, p) == 0);
}

/* Rule 2: a system call that touches a lent page gets EFAULT, at once. */
static void system_calls_get_efault(void)
{
	struct calling calling;
	struct setting s;
	int file, pipes[2];

	setting_make(&s);
	file = open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(file >= 0 && pipe(pipes) == 0 && write(file, "something to read", 17) == 17);
	setting_lend(&s, &calling);
	CHECK_ERRNO(write(file, s.region.mem + PAGE, 16), EFAULT);
	CHECK_ERRNO(write(pipes[1], s.region.mem + 3 * PAGE - 16, 16), EFAULT);
	CHECK_ERRNO(pread(file, s.region.mem + PAGE, 16, 0), EFAULT);
	CHECK_ERRNO(ioctl(s.fd, TEECHAN_INVOKE, s.region.mem + PAGE), EFAULT);
	/* Pages beside them are the client's all the time. */
	CHECK(write(file, s.region.mem, 16) == 16 && write(file, s.region.mem + 3 * PAGE, 16) == 16);
	setting_return(&s, &calling);
	CHECK(write(file, s.region.mem + PAGE, 16) == 16);
}

static volatile int written;

static void *write_thread(void *data)
{
	const struct setting *s = data;
	const int file = open("/tmp/shared", O_WRONLY | O_CLOEXEC);

	CHECK(file >= 0);
	CHECK_ERRNO(write(file, s->region.mem + PAGE, 16), EFAULT);
	written = 1;
	return NULL;
}

/* Rule 2: who writes a lent page to a file keeps nobody else from writing it. */
static void no_lock_is_held(void)
{
	struct calling calling;
	pthread_t thread;
	struct setting s;
	int file;
	pid_t pid;

	setting_make(&s);
	file = open("/tmp/shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(file >= 0);
	setting_lend(&s, &calling);
	CHECK(pthread_create(&thread, NULL, write_thread, &s) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		for (unsigned int i = 0; i < 100; i++)
			CHECK(pwrite(file, "another", 7, 0) == 7);
		_exit(0);
	}
	CHECK(await_end(pid) == 0);
	CHECK(pthread_join(thread, NULL) == 0 && written);
	setting_return(&s, &calling);
}

struct toucher {
	volatile uint8_t *at;
	volatile pid_t tid;
	volatile int done;
	pthread_t thread;
};

static void *touch_thread(void *data)
{
	struct toucher *toucher = data;

	toucher->tid = gettid();
	*toucher->at = 0x33;
	toucher->done = 1;
	return NULL;
}

static void touch_start(struct toucher *toucher, uint8_t *at)
{
	*toucher = (struct toucher){ .at = at };
	CHECK(pthread_create(&toucher->thread, NULL, touch_thread, toucher) == 0);
	while (!toucher->tid)
		sched_yield();
}

/* A thread that touches a lent page waits until it is back, without holding up the others. */
static void user_fault_waits(void)
{
	struct calling calling;
	struct toucher toucher;
	struct setting s;
	void *other;

	setting_make(&s);
	setting_lend(&s, &calling);
	touch_start(&toucher, s.region.mem + PAGE);
	await_sleep(getpid(), toucher.tid);
	CHECK(!toucher.done);
	/* The mmap lock is free. */
	other = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(other != MAP_FAILED && munmap(other, PAGE) == 0);
	setting_return(&s, &calling);
	CHECK(pthread_join(toucher.thread, NULL) == 0);
	CHECK(toucher.done && s.region.mem[PAGE] == 0x33);
}

/* Rule 11: a fault beside a lent page maps what is around it, but not that page. */
static void fault_around_leaves_lent_pages_out(void)
{
	struct calling calling;
	struct toucher toucher;
	struct setting s;
	uint8_t *view;

	setting_make(&s);
	setting_lend(&s, &calling);
	view = mmap(NULL, s.region.size, PROT_READ | PROT_WRITE, MAP_SHARED, s.fd, (off_t)s.region.offset);
	CHECK(view != MAP_FAILED && view[0] == 1 && view[3 * PAGE] == 1);
	touch_start(&toucher, view + PAGE);
	await_sleep(getpid(), toucher.tid);
	CHECK(!toucher.done);
	setting_return(&s, &calling);
	CHECK(pthread_join(toucher.thread, NULL) == 0);
	CHECK(s.region.mem[PAGE] == 0x33);
}

static volatile int signals;

static void count_signal(int number)
{
	(void)number;
	signals = signals + 1;
}

/* Rule 3: the wait takes signals, stops, and can be killed. */
static void fault_wait_is_interruptible(void)
{
	struct sigaction act = { .sa_handler = count_signal };
	struct calling calling;
	struct toucher toucher;
	struct setting s;
	int status;
	pid_t pid;

	setting_make(&s);
	CHECK(sigaction(SIGUSR1, &act, NULL) == 0);
	setting_lend(&s, &calling);
	touch_start(&toucher, s.region.mem + PAGE);
	for (int i = 1; i <= 3; i++) {
		await_sleep(getpid(), toucher.tid);
		CHECK(pthread_kill(toucher.thread, SIGUSR1) == 0);
		while (signals < i)
			sched_yield();
	}
	CHECK(!toucher.done);
	setting_return(&s, &calling);
	CHECK(pthread_join(toucher.thread, NULL) == 0);

	/* Another client that waits in a fault: stopped, continued, killed. */
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct calling mine;
		struct setting c = { .ta = s.ta };

		c.fd = client_open();
		c.session = client_session(c.fd, uuid_a);
		region_make(c.fd, &c.region, 4 * PAGE);
		setting_lend(&c, &mine);
		*(volatile uint8_t *)(c.region.mem + PAGE) = 1;
		_exit(0);
	}
	do
		await_sleep(pid, pid);
	while (kill(pid, SIGSTOP));
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	CHECK(kill(pid, SIGCONT) == 0 && waitpid(pid, &status, WCONTINUED) == pid);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(WIFSIGNALED(await_end(pid)));
	ta_go(&s.ta);
}

static uint64_t soon(void)
{
	struct timespec ts;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec + 20000000u;
}

/*
 * Rule 4: the waiting thread alone holds the file when mapping, region and descriptor are gone and no call is under way:
 * its session is not closed, and so the only one that this TA may have.
 */
static void file_is_held_over_the_wait(void)
{
	struct teechan_invoke call = { .count = TEECHAN_PARAMS, .cmd = CMD_HOLD };
	struct teechan_region_free it = { 0 };
	struct teechan_open other = { 0 };
	struct toucher toucher;
	struct setting s;

	ta_start(&s.ta, uuid_a, TEECHAN_TA_SINGLE_INSTANCE);
	s.fd = client_open();
	call.session = client_session(s.fd, uuid_a);
	region_make(s.fd, &s.region, 4 * PAGE);
	call.params[0] = param_region(TEECHAN_REGION_INOUT, &s.region, PAGE, PAGE);
	call.deadline_ns = soon();
	CHECK(ioctl(s.fd, TEECHAN_INVOKE, &call) == 0 && call.ret == TEECHAN_ERROR_TIMEOUT);
	ta_held(&s.ta);
	touch_start(&toucher, s.region.mem + PAGE);
	await_sleep(getpid(), toucher.tid);
	it.id = s.region.id;
	CHECK(ioctl(s.fd, TEECHAN_REGION_FREE, &it) == 0);
	/* The thread will fault again, somewhere that is mapped. */
	CHECK(mmap(s.region.mem, s.region.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		   0) == s.region.mem);
	close(s.fd);
	s.fd = client_open();
	memcpy(other.uuid, uuid_a, sizeof(other.uuid));
	other.deadline_ns = soon();
	CHECK(ioctl(s.fd, TEECHAN_OPEN_SESSION, &other) == 0 && other.ret == TEECHAN_ERROR_BUSY);
	ta_go(&s.ta);
	CHECK(pthread_join(toucher.thread, NULL) == 0);
	CHECK(toucher.done && s.region.mem[PAGE] == 0x33);
	client_session(s.fd, uuid_a);
}

/* Rule 7: a TA that counts as dead, but lives and has a window left, sees lent pages no more when they are home. */
static void dead_ta_sees_nothing(void)
{
	struct teechan_reply_recv rr = { 0 };
	const volatile uint8_t *page;
	struct ta ta;
	int home[2];
	pid_t pid;
	char c = 0;

	CHECK(pipe(home) == 0);
	ta_make(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct teechan_param p[4] = { 0 };
		struct region region;
		int fd = client_open();
		uint32_t session = client_session(fd, uuid_a);

		region_make(fd, &region, PAGE);
		p[0] = param_region(TEECHAN_REGION_IN, &region, 0, PAGE);
		CHECK(client_call(fd, session, CMD_ECHO, p) == TEECHAN_ERROR_TARGET_DEAD);
		CHECK(write(home[1], &c, 1) == 1);
		_exit(0);
	}
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_OPEN);
	rr.reply_id = rr.id;
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_INVOKE);
	page = ta_mem(&ta, &rr.params[0]);
	CHECK(touch(page, false) == 0);
	CHECK(munmap(ta.rw, ta.size) == 0);
	CHECK(read(home[0], &c, 1) == 1);
	CHECK(touch(page, false) == SIGBUS);
	CHECK(await_end(pid) == 0);
}

/* Rule 7: one more device node makes no second view. */
static void second_node_sees_nothing(void)
{
	struct calling calling;
	struct toucher toucher;
	struct region region;
	struct setting s;
	struct stat st;
	uint8_t *view;

	setting_make(&s);
	CHECK(stat(TEECHAN_CLIENT_NODE, &st) == 0);
	CHECK(mknod("/tmp/node", S_IFCHR | 0600, st.st_rdev) == 0);
	s.fd = open("/tmp/node", O_RDWR | O_CLOEXEC);
	CHECK(s.fd >= 0 && unlink("/tmp/node") == 0);
	s.session = client_session(s.fd, uuid_a);
	region_make(s.fd, &region, 4 * PAGE);
	s.region = region;
	/* Two views through this node, one of them in another place of the file's address space. */
	view = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, s.fd, (off_t)(region.offset + PAGE));
	CHECK(view != MAP_FAILED);
	memset(region.mem, 1, region.size);
	memset(view, 2, 2 * PAGE);
	CHECK(region.mem[PAGE] == 2);
	setting_lend(&s, &calling);
	touch_start(&toucher, view);
	await_sleep(getpid(), toucher.tid);
	CHECK(!toucher.done);
	setting_return(&s, &calling);
	CHECK(pthread_join(toucher.thread, NULL) == 0);
}

/* Rule 13: input-only references cannot be written, by the window they are in or by the other. */
static void input_only_is_read_only(void)
{
	struct teechan_param p[4] = { 0 };
	struct setting s;
	uint8_t in[16] = { 1 };

	setting_make(&s);
	p[0] = param_value(TEECHAN_VALUE_INOUT, 0, 0);
	p[1] = param_region(TEECHAN_REGION_IN, &s.region, 0, PAGE);
	CHECK(client_call(s.fd, s.session, CMD_POKE_RO, p) == 0);
	CHECK(p[0].a == SIGSEGV && s.region.mem[0] == 1);
	p[1] = param_mem(TEECHAN_MEM_IN, in, sizeof(in));
	CHECK(client_call(s.fd, s.session, CMD_POKE_RO, p) == 0);
	CHECK(p[0].a == SIGSEGV);
}

/* The TA sees what is lent in the window that it is lent for, while it is lent, and nothing else. */
static void ta_sees_only_what_is_lent(void)
{
	/* The inbox of the first session is at 0, its guard page behind it, then the region. */
	const uint64_t guard = 4 * PAGE, first = 5 * PAGE;
	struct teechan_param p[4] = { 0 };
	struct setting s;

	setting_make(&s);
	p[1] = param_region(TEECHAN_REGION_INOUT, &s.region, PAGE, PAGE);
	static const struct {
		uint64_t page;
		uint64_t ro;
		uint64_t signal;
	} rows[] = {
		{ 1, 0, 0 }, { 0, 0, SIGBUS }, { 2, 0, SIGBUS }, { 1, 1, SIGBUS }, { 4, 0, SIGBUS },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p[0] = param_value(TEECHAN_VALUE_INOUT, first + rows[i].page * PAGE, rows[i].ro);
		CHECK(client_call(s.fd, s.session, CMD_PEEK, p) == 0);
		CHECK(p[0].a == rows[i].signal);
	}
	p[0] = param_value(TEECHAN_VALUE_INOUT, guard, 0);
	CHECK(client_call(s.fd, s.session, CMD_PEEK, p) == 0 && p[0].a == SIGBUS);
	/* And when it is home again, no more. */
	p[0] = param_value(TEECHAN_VALUE_INOUT, first + PAGE, 0);
	p[1] = (struct teechan_param){ 0 };
	CHECK(client_call(s.fd, s.session, CMD_PEEK, p) == 0 && p[0].a == SIGBUS);
}

/* The count is per page: two calls share a page, and it comes home with the second. */
static void two_calls_share_a_page(void)
{
	struct teechan_param p[4] = { 0 };
	struct calling first, second;
	struct toucher toucher;
	struct ta_process ta;
	struct region region;
	uint32_t session[2];
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session[0] = client_session(fd, uuid_a);
	session[1] = client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	p[0] = param_region(TEECHAN_REGION_IN, &region, 0, 100);
	p[1] = param_region(TEECHAN_REGION_OUT, &region, 50, 100);
	call_start(&first, fd, session[0], CMD_HOLD, p);
	ta_held(&ta);
	call_start(&second, fd, session[1], CMD_HOLD, p);
	await_sleep(getpid(), second.tid);
	touch_start(&toucher, region.mem);
	await_sleep(getpid(), toucher.tid);
	ta_go(&ta);
	call_end(&first);
	ta_held(&ta);
	CHECK(!toucher.done);
	ta_go(&ta);
	call_end(&second);
	CHECK(pthread_join(toucher.thread, NULL) == 0);
	CHECK(first.result == 0 && second.result == 0);
}

/* Rule 13: one TA at a time on a page. */
static void page_of_another_ta_is_busy(void)
{
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	struct calling calling;
	struct ta_process other;
	struct setting s;

	setting_make(&s);
	ta_start(&other, uuid_b, SHARED);
	call.session = client_session(s.fd, uuid_b);
	setting_lend(&s, &calling);
	call.params[0] = param_region(TEECHAN_REGION_IN, &s.region, 2 * PAGE, 1);
	CHECK(ioctl(s.fd, TEECHAN_INVOKE, &call) == 0);
	CHECK(call.ret == TEECHAN_ERROR_BUSY && call.origin == TEECHAN_ORIGIN_TEE);
	call.params[0] = param_region(TEECHAN_REGION_IN, &s.region, 3 * PAGE, 1);
	CHECK(ioctl(s.fd, TEECHAN_INVOKE, &call) == 0 && call.ret == 0);
	setting_return(&s, &calling);
	call.params[0] = param_region(TEECHAN_REGION_IN, &s.region, 2 * PAGE, 1);
	CHECK(ioctl(s.fd, TEECHAN_INVOKE, &call) == 0 && call.ret == 0);
}

/* A message that fails half-way gives back what it had lent. */
/* What an inbox had in it goes with its session, whoever gets the pages then. */
static void inbox_begins_as_zeros(void)
{
	uint8_t secret[PAGE / 2];
	struct teechan_param p[4] = { 0 };
	struct setting s;

	setting_make(&s);
	memset(secret, 0x5a, sizeof(secret));
	for (unsigned int i = 0; i < 8; i++) {
		/* The first of them never had anything in its inbox, the others had. */
		p[0] = param_mem(TEECHAN_MEM_IN, secret, 16);
		CHECK(client_call(s.fd, s.session, CMD_BEYOND, p) == 0);
		p[0] = param_mem(TEECHAN_MEM_IN, secret, sizeof(secret));
		CHECK(client_call(s.fd, s.session, CMD_ECHO, p) == 0);
		client_close_session(s.fd, s.session);
		s.session = client_session(s.fd, uuid_a);
		if (i % 2)
			client_close_session(s.fd, client_session(s.fd, uuid_a));
	}
}

static void failed_call_lends_nothing(void)
{
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	struct setting s;

	setting_make(&s);
	call.session = s.session;
	call.params[0] = param_region(TEECHAN_REGION_INOUT, &s.region, 0, PAGE);
	call.params[1] = param_region(TEECHAN_REGION_INOUT, &s.region, 0, PAGE);
	call.params[1].c = 4711;
	CHECK_ERRNO(ioctl(s.fd, TEECHAN_INVOKE, &call), ENXIO);
	s.region.mem[0] = 5;
	/* The id cannot be stored in a page that the call itself has lent. */
	struct teechan_invoke *inside = (struct teechan_invoke *)(void *)s.region.mem;

	call.params[1] = (struct teechan_param){ 0 };
	*inside = call;
	CHECK_ERRNO(ioctl(s.fd, TEECHAN_INVOKE, inside), EFAULT);
	CHECK(inside->id == 0);
}

static const struct tap_test tests[] = {
	{ "a region is lent and comes home", lend_and_return },
	{ "rule 2: a system call on a lent page gets EFAULT", system_calls_get_efault },
	{ "rule 2: a file that is written from a lent page can be written by others", no_lock_is_held },
	{ "rule 3: a user fault on a lent page waits, without the mmap lock", user_fault_waits },
	{ "rule 11: a fault beside a lent page leaves that page out", fault_around_leaves_lent_pages_out },
	{ "rule 3: the wait is interruptible, stoppable, killable", fault_wait_is_interruptible },
	{ "rule 4: the file is held over the wait", file_is_held_over_the_wait },
	{ "rule 7: a second node of the device sees nothing", second_node_sees_nothing },
	{ "rule 7: a TA that counts as dead sees what is home no more", dead_ta_sees_nothing },
	{ "rule 13: input-only references are read-only in the TA", input_only_is_read_only },
	{ "rule 13: a page that another TA has is busy", page_of_another_ta_is_busy },
	{ "a TA sees only what is lent, while it is lent", ta_sees_only_what_is_lent },
	{ "two calls share a lent page", two_calls_share_a_page },
	{ "a call that fails lends nothing", failed_call_lends_nothing },
	{ "a session's inbox begins as zeros", inbox_begins_as_zeros },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
