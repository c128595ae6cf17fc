// SPDX-License-Identifier: BSD-2-Clause
/*
 * hammer [SECONDS]: a client that never stops writing to memory that is lent, through every kind of mapping there is, and a trusted
 * application that reads what it was lent again and again and must not see one byte change.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
#define PAGES 4u
#define SIZE (PAGES * PAGE)
#define STORES 16u /* to a page in a row */
#define CALLERS 2u
#define WANTED 10000000u /* writes */
#define ENOUGH 500u /* calls */

static time_t seconds = 3;

/* ---- the trusted side ---- */

/* Bytes of lent memory that change in some rounds of reading. */
static uint64_t changes_of(const uint8_t *mem, size_t size, uint64_t rounds, uint8_t *first)
{
	uint64_t changes = 0;

	memcpy(first, mem, size);
	while (rounds--) {
		/* What was read before says nothing: read it again. */
		atomic_signal_fence(memory_order_seq_cst);
		if (memcmp(first, mem, size) == 0)
			continue;
		for (size_t n = 0; n < size; n++)
			changes += first[n] != ((const volatile uint8_t *)mem)[n];
		/* Whatever it was, it is over when it is read now. */
		changes += changes == 0;
	}
	return changes;
}

/* params[0]: rounds in a, 1 in b if no other call has these pages; answered with changes in a. */
static void serve_one(const struct ta *ta, struct teechan_reply_recv *rr, uint8_t *first)
{
	struct teechan_param *p = rr->params;
	uint64_t changes = 0;

	for (int i = 1; i < TEECHAN_PARAMS; i++) {
		uint8_t *mem;

		if (p[i].type == TEECHAN_NONE)
			continue;
		mem = ta_mem(ta, &p[i]);
		if (p[0].b && !(p[i].flags & TEECHAN_PARAM_RO))
			memset(mem, (int)(rr->id >> 32), p[i].b);
		changes += changes_of(mem, p[i].b, p[0].a, first);
	}
	p[0].a = changes;
}

/* Who calls and serves comes first, on one processor, or the writers would have all the time. */
static void before_the_writers(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	CHECK(sched_setaffinity(0, sizeof(set), &set) == 0);
	CHECK(setpriority(PRIO_PROCESS, (id_t)gettid(), -20) == 0);
}

static void *serve_thread(void *data)
{
	struct teechan_reply_recv rr = { 0 };
	uint8_t *first = malloc(SIZE);

	before_the_writers();
	CHECK(first);
	for (;;) {
		CHECK(ioctl(((struct ta *)data)->fd, TEECHAN_REPLY_RECV, &rr) == 0);
		if (rr.kind == TEECHAN_KIND_INVOKE)
			serve_one(data, &rr, first);
		rr.reply_id = rr.id;
		rr.ret = 0;
	}
	return NULL;
}

/* A thread for each caller, so that their calls run at the same time. */
static void start_ta(void)
{
	int bound[2];
	char c = 0;
	pid_t pid;

	CHECK(pipe(bound) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		pthread_t thread;
		struct ta ta;

		ta_make(&ta, uuid_a, SHARED);
		for (unsigned int i = 1; i < CALLERS; i++)
			CHECK(pthread_create(&thread, NULL, serve_thread, &ta) == 0);
		CHECK(write(bound[1], &c, 1) == 1);
		serve_thread(&ta);
	}
	CHECK(read(bound[0], &c, 1) == 1);
}

/* ---- the client: who writes ---- */

static int fd;
static struct region region;
static atomic_bool stop;
static atomic_uint under_way;	  /* calls that lend some of the region */
static atomic_ullong meanwhile;	  /* writes while there was one */
static atomic_ullong efaults;	  /* writes by system calls that met a lent page */

static void write_pages(uint8_t *mem, unsigned int first, unsigned int count)
{
	static _Thread_local uint8_t value;

	for (unsigned int n = first; n < first + count && !stop; n++) {
		volatile uint8_t *page = mem + (size_t)n * PAGE;

		value++;
		for (unsigned int i = 0; i < STORES; i++)
			page[i * (PAGE / STORES)] = value;
		if (under_way)
			meanwhile += STORES;
	}
}

static uint8_t *map_region(void *at, int prot)
{
	void *mem = mmap(at, SIZE, prot, MAP_SHARED | (at ? MAP_FIXED : 0), fd, (off_t)region.offset);

	CHECK(mem != MAP_FAILED);
	return mem;
}

static void *write_first_map(void *data)
{
	(void)data;
	while (!stop)
		write_pages(region.mem, 0, PAGES);
	return NULL;
}

static void *write_second_map(void *data)
{
	uint8_t *mem = map_region(NULL, PROT_READ | PROT_WRITE);

	(void)data;
	while (!stop)
		write_pages(mem, 0, PAGES);
	return NULL;
}

/* Read in between only, so that entries made for reading become writable. */
static void *write_read_only_map(void *data)
{
	uint8_t *mem = map_region(NULL, PROT_READ);

	(void)data;
	while (!stop) {
		for (unsigned int n = 0; n < PAGES; n++)
			(void)((volatile uint8_t *)mem)[n * PAGE];
		CHECK(mprotect(mem, SIZE, PROT_READ | PROT_WRITE) == 0);
		write_pages(mem, 0, PAGES);
		CHECK(mprotect(mem, SIZE, PROT_READ) == 0);
	}
	return NULL;
}

/* Page tables that move while they are emptied. */
static void *write_moving_map(void *data)
{
	uint8_t *mem = map_region(NULL, PROT_READ | PROT_WRITE);

	(void)data;
	while (!stop) {
		void *to = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(to != MAP_FAILED);
		write_pages(mem, 0, PAGES / 2);
		CHECK(mremap(mem, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
		mem = to;
		write_pages(mem, 0, PAGES);
	}
	return NULL;
}

/* Mapped anew all the time, so that every page faults; the kernel refuses to drop single ones. */
static void *write_new_map(void *data)
{
	uint8_t *mem = map_region(NULL, PROT_READ | PROT_WRITE);

	(void)data;
	while (!stop) {
		CHECK_ERRNO(madvise(mem, SIZE, MADV_DONTNEED), EINVAL);
		for (unsigned int n = 0; n < PAGES; n += 2) {
			map_region(mem, PROT_READ | PROT_WRITE);
			write_pages(mem, n, 2);
		}
	}
	return NULL;
}

static void *write_by_system_call(void *data)
{
	const int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	(void)data;
	CHECK(zero >= 0);
	for (unsigned int n = 0; !stop; n = (n + 1) % PAGES) {
		const ssize_t got = read(zero, region.mem + (size_t)n * PAGE, STORES);

		CHECK(got > 0 || errno == EFAULT);
		efaults += got < 0;
	}
	return NULL;
}

/* ---- the client: who calls ---- */

static atomic_ullong calls, changes;
static pthread_rwlock_t alone = PTHREAD_RWLOCK_INITIALIZER;

static uint32_t pick(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

/* Some of the region, whole pages or not. */
static struct teechan_param some_part(uint64_t *state)
{
	const size_t offset = pick(state, SIZE - 1);
	const size_t size = 1 + pick(state, (uint32_t)(SIZE - offset));

	if (pick(state, 3) == 0)
		return param_region(TEECHAN_REGION_IN, &region, 0, SIZE);
	return param_region(TEECHAN_REGION_IN + pick(state, 3), &region, offset, size);
}

static time_t now(void)
{
	struct timespec ts;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return ts.tv_sec;
}

static void *call_thread(void *data)
{
	uint64_t state = 1 + (uintptr_t)data;
	const uint32_t session = client_session(fd, uuid_a);
	const time_t end = now() + seconds;

	before_the_writers();
	while (now() < end || meanwhile < WANTED || calls < ENOUGH) {
		const bool single = pick(&state, 3) == 0;
		struct teechan_param p[4] = { param_value(TEECHAN_VALUE_INOUT, 1 + pick(&state, 3), single) };

		p[1] = single ? param_region(TEECHAN_REGION_INOUT, &region, 0, SIZE) : some_part(&state);
		if (!single && pick(&state, 2))
			p[2] = some_part(&state);
		CHECK((single ? pthread_rwlock_wrlock(&alone) : pthread_rwlock_rdlock(&alone)) == 0);
		under_way++;
		CHECK(client_call(fd, session, 0, p) == 0);
		under_way--;
		CHECK(pthread_rwlock_unlock(&alone) == 0);
		changes += p[0].a;
		calls++;
	}
	return NULL;
}

static void hammer(void)
{
	static void *(*const writers[])(void *) = {
		write_first_map, write_second_map, write_read_only_map, write_moving_map, write_new_map, write_by_system_call,
	};
	const size_t count = sizeof(writers) / sizeof(writers[0]);
	pthread_t thread[CALLERS + sizeof(writers) / sizeof(writers[0])];

	start_ta();
	fd = client_open();
	region_make(fd, &region, SIZE);
	for (size_t i = 0; i < count; i++)
		CHECK(pthread_create(&thread[i], NULL, writers[i], NULL) == 0);
	for (size_t i = 0; i < CALLERS; i++)
		CHECK(pthread_create(&thread[count + i], NULL, call_thread, (void *)i) == 0);
	for (size_t i = count; i < count + CALLERS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	stop = true;
	for (size_t i = 0; i < count; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	printf("# %llu calls, %llu writes during them, %llu EFAULTs, %llu changes seen\n", calls, meanwhile, efaults, changes);
	CHECK(changes == 0 && efaults > 0);
}

static const struct tap_test tests[] = {
	{ "hammer: ten million writes change no byte of lent memory under the TA", hammer },
};

int main(int argc, char **argv)
{
	if (argc > 1)
		seconds = strtol(argv[1], NULL, 10);
	tap_allow(seconds);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
