// SPDX-License-Identifier: BSD-2-Clause
/* Threads that use, end and look for the same things at the same time. What goes wrong here a debugging kernel sees best. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
#define THREADS 4u
#define ROUNDS 1500u
#define IDS 6u

static int fd;
static atomic_uint ids[IDS];
static atomic_ullong offsets[IDS];
static atomic_uint good; /* uses that found what they looked for */

static uint32_t pick(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

/* Runs the same in several threads, each with a number of its own. */
static void run_threads(void *(*run)(void *))
{
	pthread_t thread[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&thread[i], NULL, run, (void *)(i + 1)) == 0);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
}

/* ---- regions ---- */

static void new_region(unsigned int slot)
{
	struct teechan_region_alloc arg = { .size = 2 * PAGE };

	CHECK(ioctl(fd, TEECHAN_REGION_ALLOC, &arg) == 0);
	offsets[slot] = arg.offset;
	arg.id = atomic_exchange(&ids[slot], arg.id);
	if (arg.id)
		CHECK(ioctl(fd, TEECHAN_REGION_FREE, &(struct teechan_region_free){ .id = arg.id }) == 0 || errno == ENXIO);
}

static void map_region(unsigned int slot)
{
	volatile uint8_t *mem = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offsets[slot]);

	if (mem == MAP_FAILED) {
		CHECK(errno == ENXIO);
		return;
	}
	mem[PAGE] = 1;
	CHECK(munmap((void *)(uintptr_t)mem, 2 * PAGE) == 0);
	good++;
}

static void *use_regions(void *data)
{
	uint64_t state = (uintptr_t)data;
	struct teechan_invoke call = { .count = TEECHAN_PARAMS, .session = client_session(fd, uuid_a), .cmd = CMD_ECHO };

	for (unsigned int i = 0; i < ROUNDS; i++) {
		const unsigned int slot = pick(&state, IDS);
		struct teechan_region_free it = { .id = ids[slot] };

		switch (pick(&state, 6)) {
		case 0:
			new_region(slot);
			break;
		case 1:
			CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0 || errno == ENXIO);
			break;
		case 2:
			map_region(slot);
			break;
		default:
			call.params[0] = (struct teechan_param){ .type = TEECHAN_REGION_INOUT, .a = PAGE, .b = 8, .c = it.id };
			if (!it.id)
				break;
			if (client_invoke(fd, &call) == 0)
				good += call.ret == 0;
			else
				CHECK(errno == ENXIO && call.id == 0);
		}
	}
	return NULL;
}

/* Pinned memory of this process, as the kernel's text has it. */
static void pinned(char *text, size_t room)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[128];

	CHECK(f);
	text[0] = 0;
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "VmPin:", 6) == 0)
			snprintf(text, room, "%s", line);
	fclose(f);
	CHECK(text[0]);
}

/* CVE-2021-44733's hazard under load. Afterwards nothing is left over. */
static void regions_race(void)
{
	struct ta_process ta;
	char before[128], after[128];

	ta_start(&ta, uuid_a, SHARED);
	pinned(before, sizeof(before));
	fd = client_open();
	run_threads(use_regions);
	CHECK(good > 100);
	for (unsigned int i = 0; i < IDS; i++) {
		struct teechan_region_free it = { .id = ids[i] };

		CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0 || errno == ENXIO);
	}
	close(fd);
	/* The sessions, which close with the file, are given back when the TA has answered that. */
	ta_kill(&ta);
	pinned(after, sizeof(after));
	CHECK(strcmp(before, after) == 0);
}

/* ---- sessions ---- */

static void open_one(unsigned int slot)
{
	const uint32_t old = atomic_exchange(&ids[slot], client_session(fd, uuid_a));

	if (old)
		CHECK(ioctl(fd, TEECHAN_CLOSE_SESSION, &(struct teechan_close){ .session = old }) == 0 || errno == ENOENT);
}

static void *use_sessions(void *data)
{
	uint64_t state = (uintptr_t)data;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		const unsigned int slot = pick(&state, IDS);
		struct teechan_invoke call = { .count = TEECHAN_PARAMS, .session = ids[slot], .cmd = CMD_ECHO, .cancel_id = 1 + pick(&state, 8) };
		struct teechan_close close_arg = { .session = call.session };
		struct teechan_cancel cancel = { .cancel_id = 1 + pick(&state, 8) };

		switch (pick(&state, 8)) {
		case 0:
			open_one(slot);
			break;
		case 1:
			CHECK(ioctl(fd, TEECHAN_CLOSE_SESSION, &close_arg) == 0 || errno == ENOENT);
			break;
		case 2:
			CHECK(ioctl(fd, TEECHAN_CANCEL, &cancel) == 0 || errno == ENOENT);
			break;
		default:
			if (client_invoke(fd, &call))
				CHECK(errno == ENOENT);
			else if (call.ret == 0)
				good++;
			else
				CHECK(call.ret == TEECHAN_ERROR_CANCEL && call.origin == TEECHAN_ORIGIN_COMMS);
		}
	}
	return NULL;
}

/* CVE-2023-52503's hazard. */
static void sessions_race(void)
{
	struct ta_process ta;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	run_threads(use_sessions);
	CHECK(good > 100);
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, NULL) == 0);
}

static struct teechan_open opening;

static void *open_thread(void *data)
{
	(void)data;
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &opening) == 0);
	return NULL;
}

/* A session is nobody's until its TA has said yes. */
static void half_built_session(void)
{
	struct ta_process ta;
	pthread_t thread;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	memcpy(opening.uuid, uuid_a, sizeof(opening.uuid));
	opening.params[0] = param_value(TEECHAN_VALUE_IN, CMD_HOLD, 0);
	opening.count = 1;
	CHECK(pthread_create(&thread, NULL, open_thread, NULL) == 0);
	ta_held(&ta);
	for (uint32_t id = 0; id < 20; id++) {
		struct teechan_invoke call = { .count = TEECHAN_PARAMS, .session = id };
		struct teechan_close close_arg = { .session = id };

		CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), ENOENT);
		CHECK_ERRNO(ioctl(fd, TEECHAN_CLOSE_SESSION, &close_arg), ENOENT);
	}
	ta_go(&ta);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(opening.ret == 0 && opening.session && opening.session < 20);
	CHECK(client_call(fd, opening.session, CMD_ECHO, NULL) == 0);
}

/* ---- arguments ---- */

static struct teechan_invoke changing;
static atomic_bool over;

/* Sizes that fit and do not, types and members that are allowed and are not. */
static void *change_arguments(void *data)
{
	volatile struct teechan_invoke *call = &changing;

	(void)data;
	while (!over) {
		call->params[0].b = 1ull << 40;
		call->params[0].type = TEECHAN_VALUE_INOUT;
		call->count = 1u << 31;
		call->count = 1;
		call->reserved = 1;
		call->params[0].b = 64;
		call->reserved = 0;
		call->params[0].type = TEECHAN_MEM_INOUT;
	}
	return NULL;
}

/* CVE-2018-12633's hazard: what was checked is what is used. */
static void arguments_are_read_once(void)
{
	struct ta_process ta;
	static uint8_t mem[64];
	unsigned int refused = 0;
	pthread_t thread;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	changing.session = client_session(fd, uuid_a);
	changing.params[0] = param_mem(TEECHAN_MEM_INOUT, mem, sizeof(mem));
	changing.count = 1;
	CHECK(pthread_create(&thread, NULL, change_arguments, NULL) == 0);
	/* On a busy machine nearly all of them are of one kind; the test's own time is the bound. */
	for (unsigned int i = 0; i < 3000 || good <= 10 || refused <= 10; i++) {
		changing.id = 0;
		changing.params[0].a = (uintptr_t)mem;
		if (ioctl(fd, TEECHAN_INVOKE, &changing) == 0) {
			CHECK(changing.ret == 0);
			good++;
		} else {
			CHECK(errno == EINVAL || errno == E2BIG);
			refused++;
		}
	}
	over = true;
	CHECK(pthread_join(thread, NULL) == 0);
	printf("# %u done, %u refused\n", good, refused);
	CHECK(good > 10 && refused > 10);
}

/* ---- files ---- */

static struct ta own;
static struct teechan_reply_recv received;

static void *poll_thread(void *data)
{
	struct pollfd it = { .fd = own.fd, .events = POLLIN };

	*(volatile pid_t *)data = gettid();
	/* By a message, or the signal. */
	CHECK(poll(&it, 1, -1) == 1 || errno == EINTR);
	return NULL;
}

static void *receive_thread(void *data)
{
	*(volatile pid_t *)data = gettid();
	CHECK(ioctl(own.fd, TEECHAN_REPLY_RECV, &received) == 0);
	return NULL;
}

static void nothing(int number)
{
	(void)number;
}

/* CVE-2019-2215's hazard: waits go on when the descriptor is closed, and the last of them ends the TA. */
static void closed_during_waits(void)
{
	struct sigaction act = { .sa_handler = nothing };
	volatile pid_t tid[2] = { 0 };
	pthread_t thread[2];
	int pipes[2], pid;
	char c = 0;

	CHECK(pipe(pipes) == 0 && sigaction(SIGUSR1, &act, NULL) == 0);
	ta_make(&own, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct teechan_open arg = { 0 };

		CHECK(read(pipes[0], &c, 1) == 1);
		memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
		CHECK(ioctl(client_open(), TEECHAN_OPEN_SESSION, &arg) == 0);
		_exit(arg.ret == TEECHAN_ERROR_TARGET_DEAD ? 0 : 1);
	}
	CHECK(pthread_create(&thread[0], NULL, poll_thread, (void *)(uintptr_t)&tid[0]) == 0);
	CHECK(pthread_create(&thread[1], NULL, receive_thread, (void *)(uintptr_t)&tid[1]) == 0);
	for (int i = 0; i < 2; i++) {
		while (!tid[i])
			sched_yield();
		await_sleep(getpid(), tid[i]);
	}
	/* The windows hold the file as well. */
	close(own.fd);
	CHECK(write(pipes[1], &c, 1) == 1);
	CHECK(pthread_join(thread[1], NULL) == 0);
	CHECK(received.kind == TEECHAN_KIND_OPEN);
	pthread_kill(thread[0], SIGUSR1);
	CHECK(pthread_join(thread[0], NULL) == 0);
	CHECK(munmap(own.rw, own.size) == 0 && munmap((void *)(uintptr_t)own.ro, own.size) == 0);
	CHECK(await_end(pid) == 0);
}

static pthread_barrier_t together;

static void *open_at_once(void *data)
{
	const int client = client_open();

	(void)data;
	for (unsigned int i = 0; i < 300; i++) {
		uint32_t session;

		pthread_barrier_wait(&together);
		session = client_session(client, uuid_a);
		pthread_barrier_wait(&together);
		client_close_session(client, session);
	}
	return NULL;
}

/* As many instances as clients: whoever loses the race for one gets another, not BUSY. */
static void openings_race(void)
{
	struct ta_process ta[THREADS];

	for (unsigned int i = 0; i < THREADS; i++)
		ta_start(&ta[i], uuid_a, 0);
	CHECK(pthread_barrier_init(&together, NULL, THREADS) == 0);
	run_threads(open_at_once);
}

static void *open_and_close(void *data)
{
	(void)data;
	while (!over) {
		const int it = open(TEECHAN_CLIENT_NODE, O_RDWR | O_CLOEXEC);

		/* Not there, going, or not yet complete. */
		if (it < 0) {
			CHECK(errno == ENOENT || errno == ENXIO || errno == ENODEV);
			continue;
		}
		good++;
		close(it);
	}
	return NULL;
}

/* CVE-2023-52439's hazard: files that are opened while the module goes. */
static void unloaded_during_opens(void)
{
	const int module = open("/test/module.ko", O_RDONLY | O_CLOEXEC);
	unsigned int gone = 0;
	pthread_t thread[2];

	CHECK(module >= 0);
	for (int i = 0; i < 2; i++)
		CHECK(pthread_create(&thread[i], NULL, open_and_close, NULL) == 0);
	while (gone < 10 || good < 100) {
		if (syscall(SYS_delete_module, "teechan", O_NONBLOCK)) {
			CHECK(errno == EAGAIN);
			continue;
		}
		CHECK(syscall(SYS_finit_module, module, "", 0) == 0);
		gone++;
	}
	over = true;
	for (int i = 0; i < 2; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	CHECK(client_open() >= 0);
}

static const struct tap_test tests[] = {
	{ "race: regions that are freed while they are mapped and lent", regions_race },
	{ "race: sessions that are closed under their last use", sessions_race },
	{ "race: a session that is opening cannot be found", half_built_session },
	{ "race: arguments that change are read once", arguments_are_read_once },
	{ "race: a file that is closed during poll and wait", closed_during_waits },
	{ "race: clients that open sessions to several instances at once", openings_race },
	{ "race: files that are opened while the module goes", unloaded_during_opens },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
