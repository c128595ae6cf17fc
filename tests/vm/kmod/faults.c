// SPDX-License-Identifier: BSD-2-Clause
/*
 * The client's side with every allocation and user copy failing once: each system call says so with an error of its own, has then
 * done nothing or all of it, keeps nothing of the user's limits, and works when it is made again. faults_ta.c is the other side,
 * faults_monitor.c the monitor's.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/fault.h"
#include "tests/vm/kmod/genl.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)

/* An own page table for what is mapped there. */
#define LONELY ((void *)(16ull << 40))

static struct ta_process ta;
static struct genl listener;
static int fd, pipes[2];
static uint32_t session;

/* What one try works on. */
static struct teechan_invoke call;
static struct teechan_open opening;
static struct region region;
static uint8_t in[100], out[100];
static unsigned long pinned;
static uint64_t executed;

/* Pages charged to this process. */
static unsigned long pinned_now(void)
{
	char line[128];
	unsigned long kib = 0;
	FILE *f = fopen("/proc/self/status", "re");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "VmPin: %lu", &kib);
	fclose(f);
	return kib;
}

/* Commands that the TA has executed, this one not counted. What was closed before is closed for the TA too then. */
static uint64_t executed_now(void)
{
	static uint64_t asked;
	struct teechan_param p[4] = { { .type = TEECHAN_VALUE_OUT } };

	CHECK(client_call(fd, session, CMD_COUNT, p) == 0);
	return p[0].a - ++asked;
}

/* A TA, a session, and somebody who listens to the events, so that those are made as well. */
static void begin(void)
{
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	CHECK(genl_open(&listener) == 0 && genl_listen(&listener, 1) == 0);
	CHECK(pipe(pipes) == 0);
	/* What the C library and the kernel keep for good. */
	executed = executed_now();
	pinned = pinned_now();
}

static void nothing_kept(void)
{
	executed = executed_now();
	CHECK(pinned_now() == pinned);
}

static int error_of(long ret)
{
	return ret < 0 ? errno : 0;
}

/* ---- files ---- */

static const char *node;
static int opened;

static int open_run(void)
{
	opened = open(node, O_RDWR | O_CLOEXEC);
	return error_of(opened);
}

static void open_after(int error)
{
	struct teechan_version version = { 0 };

	if (error)
		opened = open(node, O_RDWR | O_CLOEXEC);
	CHECK(opened >= 0 && ioctl(opened, TEECHAN_VERSION, &version) == 0 && version.abi == TEECHAN_ABI_VERSION);
	close(opened);
}

static struct teechan_version version;

static int version_run(void)
{
	version = (struct teechan_version){ 0 };
	return error_of(ioctl(fd, TEECHAN_VERSION, &version));
}

static void version_after(int error)
{
	CHECK(version.abi == (error ? 0 : TEECHAN_ABI_VERSION));
}

static void files(void)
{
	static const struct fault_op open_op = { "open", NULL, open_run, open_after, { ENOMEM, EFAULT }, 5 };
	static const struct fault_op version_op = { "VERSION", NULL, version_run, version_after, { EFAULT }, 2 };

	begin();
	node = TEECHAN_CLIENT_NODE;
	fault_try(&open_op);
	node = TEECHAN_TA_NODE;
	fault_try(&open_op);
	fault_try(&version_op);
}

/* ---- sessions ---- */

static uint32_t login;

static void session_before(void)
{
	opening = (struct teechan_open){ .login = login, .cancel_id = 5, .count = TEECHAN_PARAMS };
	memcpy(opening.uuid, uuid_a, sizeof(opening.uuid));
	/* The TA counts it. */
	opening.params[0] = param_value(TEECHAN_VALUE_IN, CMD_COUNT, 0);
	opening.params[1] = param_mem(TEECHAN_MEM_IN, in, sizeof(in));
	opening.params[2] = param_mem(TEECHAN_MEM_INOUT, out, sizeof(out));
	opening.params[3] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
}

static int session_run(void)
{
	return error_of(ioctl(fd, TEECHAN_OPEN_SESSION, &opening));
}

/* It was executed once or not at all, and the caller can see which. */
static void session_after(int error)
{
	const uint64_t before = executed;

	executed = executed_now();
	if (error)
		CHECK(executed - before == (opening.id != 0));
	else
		CHECK(executed - before == 1 && opening.ret == 0);
	if (error) {
		session_before();
		CHECK(session_run() == 0 && opening.ret == 0);
	}
	client_close_session(fd, opening.session);
	region.mem[0] = 1;
	nothing_kept();
}

static void sessions(void)
{
	static const struct fault_op op = { "OPEN_SESSION", session_before, session_run, session_after, { ENOMEM, EFAULT }, 10 };

	begin();
	region_make(fd, &region, PAGE);
	pinned = pinned_now();
	login = TEECHAN_LOGIN_PUBLIC;
	fault_try(&op);
	login = TEECHAN_LOGIN_USER;
	fault_try(&op);
}

static void close_before(void)
{
	opening.session = client_session(fd, uuid_a);
}

static int close_run(void)
{
	struct teechan_close arg = { .session = opening.session };

	return error_of(ioctl(fd, TEECHAN_CLOSE_SESSION, &arg));
}

static void close_after(int error)
{
	if (error) {
		CHECK(client_call(fd, opening.session, CMD_ECHO, NULL) == 0);
		CHECK(close_run() == 0);
	}
	CHECK(close_run() == ENOENT);
	nothing_kept();
}

static void closing(void)
{
	static const struct fault_op op = { "CLOSE_SESSION", close_before, close_run, close_after, { EFAULT }, 1 };

	begin();
	fault_try(&op);
}

static struct teechan_ta_info info;

static void info_before(void)
{
	info = (struct teechan_ta_info){ .session = session };
}

static int info_run(void)
{
	return error_of(ioctl(fd, TEECHAN_TA_INFO, &info));
}

static void info_after(int error)
{
	CHECK((memcmp(info.uuid, uuid_a, sizeof(info.uuid)) == 0) == !error);
	CHECK(!error || info_run() == 0);
}

static void asking_for_the_ta(void)
{
	static const struct fault_op op = { "TA_INFO", info_before, info_run, info_after, { EFAULT }, 2 };

	begin();
	fault_try(&op);
}

/* ---- calls ---- */

static void invoke_before(void)
{
	region_make(fd, &region, 2 * PAGE);
	region.mem[0] = 1;
	memset(out, 3, sizeof(out));
	call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = session, .cmd = CMD_COUNT };
	call.params[0] = param_value(TEECHAN_VALUE_INOUT, 1, 1);
	call.params[1] = param_mem(TEECHAN_MEM_IN, in, sizeof(in));
	call.params[2] = param_mem(TEECHAN_MEM_INOUT, out, sizeof(out));
	call.params[3] = param_region(TEECHAN_REGION_INOUT, &region, 1, PAGE);
}

static int invoke_run(void)
{
	return error_of(ioctl(fd, TEECHAN_INVOKE, &call));
}

/* EFAULT with an id: executed, with outputs that could not be stored. Without: nothing was sent. */
static void invoke_after(int error)
{
	struct teechan_region_free it = { .id = region.id };
	const uint64_t before = executed;
	bool done = !error;

	executed = executed_now();
	if (error == EFAULT && call.id) {
		CHECK(invoke_run() == ENOENT);
		done = true;
	}
	CHECK(executed - before == done);
	if (!done) {
		call.id = 0;
		CHECK(invoke_run() == 0 && call.ret == 0 && call.params[0].b == (uint64_t)ta.pid);
	}
	/* The pages are at home. */
	region.mem[0]++;
	region.mem[PAGE]++;
	CHECK(munmap(region.mem, region.size) == 0);
	CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
	nothing_kept();
}

static void invoking(void)
{
	static const struct fault_op op = { "INVOKE", invoke_before, invoke_run, invoke_after, { ENOMEM, EFAULT }, 6 };

	begin();
	fault_try(&op);
}

/* put_user() is not among what fails by number: here the page is read-only, so not even an id can be stored, and nothing is sent. */
static void no_room_for_the_id(void)
{
	struct teechan_open *open_arg;
	struct teechan_invoke *arg;
	void *mem = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(mem != MAP_FAILED);
	begin();
	arg = mem;
	invoke_before();
	*arg = call;
	CHECK(mprotect(mem, PAGE, PROT_READ) == 0);
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, arg), EFAULT);
	CHECK(executed_now() == executed);
	region.mem[0] = 1;

	open_arg = (void *)((uint8_t *)mem + PAGE);
	session_before();
	*open_arg = opening;
	CHECK(mprotect(open_arg, PAGE, PROT_READ) == 0);
	for (unsigned int i = 0; i < 300; i++)
		CHECK_ERRNO(ioctl(fd, TEECHAN_OPEN_SESSION, open_arg), EFAULT);
	CHECK(executed_now() == executed);
	region.mem[0] = 1;
}

static struct teechan_cancel cancel = { .cancel_id = 9 };

static pthread_t caller;

static void *cancelled_call(void *data)
{
	struct teechan_invoke *arg = data;

	CHECK(client_invoke(fd, arg) == 0);
	return NULL;
}

static void cancel_before(void)
{
	call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = session, .cmd = CMD_CANCEL, .cancel_id = 9 };
	CHECK(pthread_create(&caller, NULL, cancelled_call, &call) == 0);
	ta_held(&ta);
}

static int cancel_run(void)
{
	return error_of(ioctl(fd, TEECHAN_CANCEL, &cancel));
}

static void cancel_after(int error)
{
	if (error)
		CHECK(cancel_run() == 0);
	CHECK(pthread_join(caller, NULL) == 0 && call.ret == TEECHAN_ERROR_CANCEL);
	CHECK(cancel_run() == ENOENT);
	nothing_kept();
}

static void cancelling(void)
{
	static const struct fault_op op = { "CANCEL", cancel_before, cancel_run, cancel_after, { EFAULT }, 2 };

	begin();
	fault_try(&op);
}

/* ---- regions ---- */

static struct teechan_region_alloc alloc;

static int alloc_run(void)
{
	alloc = (struct teechan_region_alloc){ .size = 3 * PAGE };
	return error_of(ioctl(fd, TEECHAN_REGION_ALLOC, &alloc));
}

static void alloc_after(int error)
{
	struct teechan_region_free it;

	CHECK(!error || alloc.id == 0);
	if (error)
		CHECK(alloc_run() == 0);
	it = (struct teechan_region_free){ .id = alloc.id };
	CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
	CHECK(pinned_now() == pinned);
}

static struct teechan_region_free freeing;

static void free_before(void)
{
	CHECK(alloc_run() == 0);
	freeing = (struct teechan_region_free){ .id = alloc.id };
}

static int free_run(void)
{
	return error_of(ioctl(fd, TEECHAN_REGION_FREE, &freeing));
}

static void free_after(int error)
{
	if (error)
		CHECK(free_run() == 0);
	CHECK(free_run() == ENXIO);
	CHECK(pinned_now() == pinned);
}

static void *mapped;

static int map_run(void)
{
	mapped = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)alloc.offset);
	return mapped == MAP_FAILED ? errno : 0;
}

static void map_after(int error)
{
	if (error)
		CHECK(map_run() == 0);
	*(volatile uint8_t *)mapped = 1;
	CHECK(munmap(mapped, 3 * PAGE) == 0);
}

static void split_before(void)
{
	CHECK(map_run() == 0);
	((volatile uint8_t *)mapped)[PAGE] = 4;
}

/* Two mappings are left, so the kernel makes one more. */
static int split_run(void)
{
	return error_of(munmap((uint8_t *)mapped + PAGE, PAGE));
}

static void split_after(int error)
{
	CHECK(touch((uint8_t *)mapped + PAGE, false) == (error ? 0 : SIGSEGV));
	CHECK(touch(mapped, true) == 0 && touch((uint8_t *)mapped + 2 * PAGE, true) == 0);
	CHECK(munmap(mapped, 3 * PAGE) == 0);
}

static void region_life(void)
{
	static const struct fault_op alloc_op = { "REGION_ALLOC", NULL, alloc_run, alloc_after, { ENOMEM, EFAULT }, 8 };
	static const struct fault_op free_op = { "REGION_FREE", free_before, free_run, free_after, { EFAULT }, 1 };
	static const struct fault_op map_op = { "mmap", NULL, map_run, map_after, { ENOMEM }, 2 };
	static const struct fault_op split_op = { "munmap in the middle", split_before, split_run, split_after, { ENOMEM }, 2 };

	begin();
	fault_try(&alloc_op);
	fault_try(&free_op);
	CHECK(alloc_run() == 0);
	fault_try(&map_op);
	fault_try(&split_op);
}

static void touch_before(void)
{
	mapped = mmap(LONELY, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, (off_t)alloc.offset);
	CHECK(mapped == LONELY);
}

/* In the kernel a fault that finds no memory for a page table is an EFAULT; one of a program is tried again. */
static int touch_run(void)
{
	return error_of(write(pipes[1], mapped, 1));
}

static void touch_after(int error)
{
	char c;

	if (error)
		CHECK(touch_run() == 0);
	CHECK(read(pipes[0], &c, 1) == 1 && c == 0);
	CHECK(munmap(mapped, 3 * PAGE) == 0);
}

static void region_faults(void)
{
	static const struct fault_op op = { "page fault", touch_before, touch_run, touch_after, { EFAULT, ENOMEM }, 5 };

	begin();
	CHECK(alloc_run() == 0);
	fault_try(&op);
}

/* ---- the end of a client ---- */

static int other;

static void end_before(void)
{
	struct region lent;

	other = client_open();
	opening.session = client_session(other, uuid_a);
	region_make(other, &lent, 2 * PAGE);
	CHECK(munmap(lent.mem, lent.size) == 0);
}

static int end_run(void)
{
	return error_of(close(other));
}

static void end_after(int error)
{
	CHECK(error == 0);
	nothing_kept();
}

static void ending(void)
{
	static const struct fault_op op = { "close", end_before, end_run, end_after, { 0 }, 0 };

	begin();
	fault_try(&op);
}

/* ---- limits ---- */

/* After many failures a user may still have every session of his limit: one that was kept would be missing. */
static void limits_survive(void)
{
	static const struct fault_op open_op = { "OPEN_SESSION", session_before, session_run, NULL, { 0 }, 0 };
	static const struct fault_op alloc_op = { "REGION_ALLOC", NULL, alloc_run, NULL, { 0 }, 0 };
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned int failures = 0;
	int error;

	CHECK(setrlimit(RLIMIT_MEMLOCK, &all) == 0);
	begin();
	region_make(fd, &region, PAGE);
	pinned = pinned_now();
	CHECK(ioctl(fd, TEECHAN_VERSION, &version) == 0);
	login = TEECHAN_LOGIN_PUBLIC;
	for (unsigned int n = 1; failures < 60; n = n % 12 + 1) {
		fault_once(&open_op, n, &error);
		if (error)
			failures++;
		else
			client_close_session(fd, opening.session);
	}
	executed_now();
	for (unsigned int n = 1, tries = 0; tries < 100; tries++, n = n % 11 + 1) {
		struct teechan_region_free it = { 0 };

		fault_once(&alloc_op, n, &error);
		it.id = alloc.id;
		CHECK(error || ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
	}
	CHECK(pinned_now() == pinned);
	for (uint32_t i = 1; i < version.user_sessions_max; i++)
		client_session(fd, uuid_a);
	session_before();
	CHECK(session_run() == EDQUOT);
}

static void count_of_places(void)
{
	printf("# %u faults injected in all\n", fault_count());
	CHECK(fault_count() > 120);
}

static const struct tap_test tests[] = {
	{ "faults while a device is opened, and in VERSION", files },
	{ "faults in OPEN_SESSION", sessions },
	{ "faults in CLOSE_SESSION", closing },
	{ "faults in TA_INFO", asking_for_the_ta },
	{ "faults in INVOKE: executed once or not at all", invoking },
	{ "an id that cannot be stored sends nothing", no_room_for_the_id },
	{ "faults in CANCEL", cancelling },
	{ "faults in a region's life", region_life },
	{ "faults in page faults on a region", region_faults },
	{ "faults while a client's file is closed", ending },
	{ "failures use up nothing of a user's limits", limits_survive },
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
