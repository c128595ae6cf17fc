// SPDX-License-Identifier: BSD-2-Clause
/* What a user may hold: exact to the page, and given back by whoever lets go last. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)

static struct teechan_version limits;

static void fill_sessions(void)
{
	const int first = client_open(), second = client_open();
	struct teechan_open arg = { 0 };

	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	for (uint32_t i = 0; i < limits.user_sessions_max; i++)
		client_session(i & 1 ? first : second, uuid_a);
	CHECK_ERRNO(ioctl(first, TEECHAN_OPEN_SESSION, &arg), EDQUOT);
	CHECK_ERRNO(ioctl(second, TEECHAN_OPEN_SESSION, &arg), EDQUOT);
}

static void one_session(void)
{
	client_session(client_open(), uuid_a);
}

/* One user's sessions are his limit, over all his files, until the TA has answered their closes; another's are his own. */
static void limit_of_sessions(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct ta_process ta;
	int fd = client_open();
	uint32_t session;

	CHECK(ioctl(fd, TEECHAN_VERSION, &limits) == 0 && limits.user_sessions_max > 0);
	CHECK(setrlimit(RLIMIT_MEMLOCK, &all) == 0);
	ta_start(&ta, uuid_a, SHARED);
	session = client_session(fd, uuid_a);
	as_user(1001, fill_sessions);
	as_user(1002, one_session);
	/* Behind all the closes, and the TA is one thread. */
	CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);
	as_user(1001, one_session);
}

/* All that a user may have, in regions of the largest size; returns the id of the last. */
static uint32_t take_memory(int fd)
{
	const uint64_t size = limits.region_size_max;
	struct teechan_region_alloc arg = { 0 };

	for (uint64_t held = 0; held + size <= limits.user_memory_max; held += size) {
		arg = (struct teechan_region_alloc){ .size = size };
		CHECK(ioctl(fd, TEECHAN_REGION_ALLOC, &arg) == 0);
	}
	return arg.id;
}

static void fill_memory(void)
{
	const uint64_t size = limits.region_size_max;
	struct teechan_region_alloc arg;
	int fd = client_open();
	uint32_t id = take_memory(fd);

	arg = (struct teechan_region_alloc){ .size = PAGE };
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &arg), ENOMEM);
	/* What was given back can be had again, at once. */
	for (int i = 0; i < 3; i++) {
		struct teechan_region_free it = { .id = id };

		CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
		arg = (struct teechan_region_alloc){ .size = size };
		CHECK(ioctl(fd, TEECHAN_REGION_ALLOC, &arg) == 0);
		id = arg.id;
	}
}

static void fill_regions(void)
{
	struct teechan_region_alloc arg = { 0 };
	int fd = client_open();

	for (uint32_t i = 0; i < limits.user_regions_max; i++) {
		arg = (struct teechan_region_alloc){ .size = 1 };
		CHECK(ioctl(fd, TEECHAN_REGION_ALLOC, &arg) == 0 && arg.size == PAGE);
	}
	arg = (struct teechan_region_alloc){ .size = 1 };
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &arg), EDQUOT);
}

static void limits_of_memory_and_regions(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int fd = client_open();

	CHECK(ioctl(fd, TEECHAN_VERSION, &limits) == 0);
	CHECK(setrlimit(RLIMIT_MEMLOCK, &all) == 0);
	as_user(1001, fill_memory);
	as_user(1001, fill_regions);
	as_user(1001, fill_memory);
}

static void nothing_left(void)
{
	struct teechan_region_alloc arg = { .size = PAGE };

	CHECK_ERRNO(ioctl(client_open(), TEECHAN_REGION_ALLOC, &arg), ENOMEM);
}

static void map_ids(pid_t pid, const char *file, const char *map)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0 && write(fd, map, strlen(map)) == (ssize_t)strlen(map));
	close(fd);
}

/* A user who was given many ids for his namespace has one user's limits all the same. */
static void one_limit_in_a_user_namespace(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int go[2], ready[2];
	char byte = 0;
	pid_t pid;

	CHECK(ioctl(client_open(), TEECHAN_VERSION, &limits) == 0);
	CHECK(setrlimit(RLIMIT_MEMLOCK, &all) == 0);
	CHECK(pipe(go) == 0 && pipe(ready) == 0);
	CHECK(chmod(TEECHAN_CLIENT_NODE, 0666) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(setresuid(1001, 1001, 1001) == 0 && unshare(CLONE_NEWUSER) == 0);
		CHECK(write(ready[1], &byte, 1) == 1 && read(go[0], &byte, 1) == 1);
		CHECK(setresuid(7, 7, 7) == 0);
		take_memory(client_open());
		CHECK(write(ready[1], &byte, 1) == 1);
		pause();
	}
	close(ready[1]);
	CHECK(read(ready[0], &byte, 1) == 1);
	map_ids(pid, "uid_map", "0 1001 1\n1 100000 1000\n");
	CHECK(write(go[1], &byte, 1) == 1 && read(ready[0], &byte, 1) == 1);
	as_user(1001, nothing_left);
	CHECK(kill(pid, SIGKILL) == 0);
	await_end(pid);
	as_user(1001, fill_memory);
}

static void fill_rlimit(void)
{
	struct teechan_region_alloc arg = { .size = 8 * PAGE };
	struct teechan_region_free it = { 0 };
	int fd = client_open();

	/* Mapping does not count again, freeing counts down, in the end. */
	for (int i = 0; i < 50; i++) {
		struct region region;

		region_make(fd, &region, 12 * PAGE);
		CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &arg), ENOMEM);
		it.id = region.id;
		CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
		/* Still mapped: still his. */
		CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &arg), ENOMEM);
		CHECK(munmap(region.mem, region.size) == 0);
	}
}

/* Rule 10 */
static void limit_of_locked_memory(void)
{
	struct rlimit few = { 16 * PAGE, 16 * PAGE };

	CHECK(setrlimit(RLIMIT_MEMLOCK, &few) == 0);
	as_user(1001, fill_rlimit);
}

static uint32_t alloc(int fd, uint64_t size)
{
	struct teechan_region_alloc arg = { .size = size };

	CHECK(ioctl(fd, TEECHAN_REGION_ALLOC, &arg) == 0 && arg.size == size);
	return arg.id;
}

static void alloc_fails(int fd, uint64_t size)
{
	struct teechan_region_alloc arg = { .size = size };

	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &arg), ENOMEM);
}

static void give_back(int fd, uint32_t id)
{
	struct teechan_region_free it = { .id = id };

	CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
}

/* Up to the last page, again and again, in other pieces each time; an inbox counts like a region. */
static void fill_to_the_page(void)
{
	const uint64_t size = limits.region_size_max;
	struct teechan_open arg = { 0 };
	const int fd = client_open();
	uint64_t held = 0;

	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	for (; held + 2 * size <= limits.user_memory_max; held += size)
		alloc(fd, size);
	CHECK(limits.user_memory_max - held == size);
	for (unsigned int round = 0; round < 5; round++) {
		const uint32_t most = alloc(fd, size - (round + 1) * PAGE);
		uint32_t few;

		alloc_fails(fd, (round + 2) * PAGE);
		few = alloc(fd, (round + 1) * PAGE);
		alloc_fails(fd, 1);
		CHECK_ERRNO(ioctl(fd, TEECHAN_OPEN_SESSION, &arg), ENOMEM);
		give_back(fd, few);
		give_back(fd, most);
	}
	alloc(fd, size - limits.inbox_size);
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &arg) == 0 && arg.ret == 0);
	alloc_fails(fd, 1);
}

static void memory_to_the_page(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct ta_process ta;

	CHECK(ioctl(client_open(), TEECHAN_VERSION, &limits) == 0 && setrlimit(RLIMIT_MEMLOCK, &all) == 0);
	ta_start(&ta, uuid_a, SHARED);
	as_user(1001, fill_to_the_page);
	as_user(1001, fill_to_the_page);
}

/* The last session, again and again: it is given back when the TA has answered its close. */
static void fill_to_the_session(void)
{
	const int fd = client_open();
	struct teechan_open arg = { 0 };
	uint32_t first = 0;

	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	for (uint32_t i = 1; i < limits.user_sessions_max; i++)
		first = client_session(fd, uuid_a);
	for (unsigned int round = 0; round < 20; round++) {
		const uint32_t last = client_session(fd, uuid_a);

		CHECK_ERRNO(ioctl(fd, TEECHAN_OPEN_SESSION, &arg), EDQUOT);
		client_close_session(fd, last);
		CHECK(client_call(fd, first, CMD_ECHO, NULL) == 0);
	}
}

static void sessions_to_the_last(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct ta_process ta;

	CHECK(ioctl(client_open(), TEECHAN_VERSION, &limits) == 0 && setrlimit(RLIMIT_MEMLOCK, &all) == 0);
	ta_start(&ta, uuid_a, SHARED);
	as_user(1001, fill_to_the_session);
}

/* Pinned memory of this process, in pages. */
static unsigned long pinned(void)
{
	unsigned long kb = ~0ul;
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmPin: %lu", &kb) == 1)
			break;
	fclose(f);
	CHECK(kb != ~0ul);
	return kb * 1024 / PAGE;
}

static void fill_rlimit_to_the_page(void)
{
	const int fd = client_open();
	uint32_t session;

	for (unsigned int round = 0; round < 20; round++) {
		uint32_t most = alloc(fd, 15 * PAGE), one;

		alloc_fails(fd, 2 * PAGE);
		one = alloc(fd, PAGE);
		alloc_fails(fd, PAGE);
		CHECK(pinned() == 16);
		give_back(fd, one);
		CHECK(pinned() == 15);
		give_back(fd, most);
		CHECK(pinned() == 0);
	}
	session = client_session(fd, uuid_a);
	CHECK(pinned() == limits.inbox_size / PAGE);
	alloc(fd, 16 * PAGE - limits.inbox_size);
	alloc_fails(fd, PAGE);
	client_close_session(fd, session);
}

static void locked_memory_to_the_page(void)
{
	struct rlimit few = { 16 * PAGE, 16 * PAGE };
	struct ta_process ta;

	CHECK(ioctl(client_open(), TEECHAN_VERSION, &limits) == 0 && setrlimit(RLIMIT_MEMLOCK, &few) == 0);
	ta_start(&ta, uuid_a, SHARED);
	as_user(1001, fill_rlimit_to_the_page);
}

/* Who lets go last gives back: a mapping, or the TA with its answer. */
static void last_reference_gives_back(void)
{
	struct teechan_cancel cancel = { .cancel_id = 1, .deadline_ns = 1 };
	struct calling calling;
	struct ta_process ta;
	struct region region;
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	region_make(fd, &region, 3 * PAGE);
	CHECK(pinned() == 3);
	give_back(fd, region.id);
	CHECK(munmap(region.mem, PAGE) == 0 && pinned() == 3);
	CHECK(munmap(region.mem + PAGE, 2 * PAGE) == 0 && pinned() == 0);

	session = client_session(fd, uuid_a);
	region_make(fd, &region, 3 * PAGE);
	CHECK(pinned() == 3 + 4);
	/* The TA has the page when the call is given up: the deadline comes with a cancellation, and has passed. */
	calling = (struct calling){ .fd = fd, .call = { .session = session, .cmd = CMD_HOLD, .cancel_id = 1, .count = 1 } };
	calling.call.params[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, 1);
	call_begin(&calling);
	ta_held(&ta);
	CHECK(ioctl(fd, TEECHAN_CANCEL, &cancel) == 0);
	call_end(&calling);
	CHECK(calling.result == 0 && calling.call.ret == TEECHAN_ERROR_CANCEL && calling.call.origin == TEECHAN_ORIGIN_COMMS);
	give_back(fd, region.id);
	CHECK(munmap(region.mem, region.size) == 0 && pinned() == 3 + 4);
	ta_go(&ta);
	/* The session's next call is one after the answer to the last. */
	CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0 && pinned() == 4);
	client_close_session(fd, session);
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, NULL) == 0 && pinned() == 4);
}

static const struct tap_test tests[] = {
	{ "a user's sessions are limited", limit_of_sessions },
	{ "a user's memory and regions are limited", limits_of_memory_and_regions },
	{ "rule 10: a user's memory is counted to the page", memory_to_the_page },
	{ "rule 10: a user's namespace has his limits", one_limit_in_a_user_namespace },
	{ "rule 10: a user's sessions are counted to the last", sessions_to_the_last },
	{ "rule 10: RLIMIT_MEMLOCK is charged and given back", limit_of_locked_memory },
	{ "rule 10: RLIMIT_MEMLOCK is counted to the page", locked_memory_to_the_page },
	{ "rule 10: the last mapping and the last loan give back", last_reference_gives_back },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
