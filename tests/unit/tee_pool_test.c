// SPDX-License-Identifier: BSD-2-Clause
/* The processes of a multi-instance application, without the channel: what they do is in memory that all share. */
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/panic.h"
#include "libtee/internal/pool.h"
#include "tests/unit/tee_fixture.h"

static struct shared {
	atomic_uint started;
	atomic_uint serving;		/* that said so */
	unsigned int busy;		/* so many take a session each, as they come */
	unsigned int stop_after;	/* started: the test is over; 0: never */
	atomic_uint ready;
} *shared;

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static void ready(void)
{
	shared->ready++;
}

static void tick(void)
{
}

static int setup(void **state)
{
	const struct sigaction action = { .sa_handler = on_signal };

	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	stop = 0;
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(shared, sizeof(*shared));
	return 0;
}

static void wait_for_end(void)
{
	/* Not pause(): the signal may come just before it. */
	while (!stop)
		poll(NULL, 0, 10);
}

/* Ends the test when enough have started; signals come until the first process is out of its wait. */
static unsigned int come(void)
{
	unsigned int number = ++shared->started;

	if (shared->stop_after && number >= shared->stop_after)
		while (!kill(getppid(), SIGUSR1) && !stop)
			sched_yield();
	return number;
}

static int run(int (*serve)(void), uint64_t tick_ns)
{
	const struct tee_pool_config config = {
		.serve = serve, .stop = &stop, .tick_ns = tick_ns, .ready = ready, .tick = tick,
	};

	return tee_pool_run(&config);
}

static int serve_sessions(void)
{
	unsigned int number;

	tee_pool_serves();
	number = ++shared->serving;
	if (number <= shared->busy)
		tee_pool_has_session(true);
	come();
	wait_for_end();
	return TEE_EXIT_DONE;
}

/* With n sessions there are n processes and two without work. */
static void two_are_there_without_work(void **state)
{
	static const unsigned int busy[] = { 0, 1, 5, TEE_POOL_MAX - TEE_POOL_SPARE };
	size_t i;

	for (i = 0; i < ROWS(busy); i++) {
		setup(state);
		shared->busy = busy[i];
		shared->stop_after = busy[i] + TEE_POOL_SPARE;
		assert_int_equal(run(serve_sessions, 0), TEE_EXIT_DONE);
		assert_int_equal(shared->started, busy[i] + TEE_POOL_SPARE);
		assert_int_equal(shared->ready, 1);
	}
}

static void no_more_than_the_limit(void **state)
{
	(void)state;
	shared->busy = UINT32_MAX;
	shared->stop_after = TEE_POOL_MAX;
	assert_int_equal(run(serve_sessions, 0), TEE_EXIT_DONE);
	assert_int_equal(shared->started, TEE_POOL_MAX);
}

static int serve_and_free(void)
{
	tee_pool_serves();
	tee_pool_has_session(true);
	tee_pool_has_session(false);
	come();
	wait_for_end();
	return TEE_EXIT_DONE;
}

/* Who is done with a session is there for the next: no more processes come. */
static void processes_stay(void **state)
{
	(void)state;
	shared->stop_after = TEE_POOL_SPARE;
	assert_int_equal(run(serve_and_free, 0), TEE_EXIT_DONE);
	assert_in_range(shared->started, TEE_POOL_SPARE, 2 * TEE_POOL_SPARE);
}

static int serve_third_crashes(void)
{
	tee_pool_serves();
	tee_pool_has_session(true);
	if (come() == 3)
		_exit(TEE_EXIT_PANIC);
	wait_for_end();
	return TEE_EXIT_DONE;
}

/* One that crashes is replaced; the others stay. */
static void crash_is_its_own(void **state)
{
	(void)state;
	shared->stop_after = TEE_POOL_MAX + 1;
	assert_int_equal(run(serve_third_crashes, 0), TEE_EXIT_DONE);
	assert_int_equal(shared->started, TEE_POOL_MAX + 1);
}

static int serve_crash(void)
{
	tee_pool_serves();
	come();
	raise(SIGKILL);
	return TEE_EXIT_DONE;
}

static void too_many_crashes_end_all(void **state)
{
	(void)state;
	assert_int_equal(run(serve_crash, 0), TEE_EXIT_PANIC);
	assert_in_range(shared->started, TEE_POOL_CRASHES + 1, TEE_POOL_CRASHES + 2 * TEE_POOL_SPARE);
}

static int serve_until_the_disk_fails(void)
{
	tee_pool_serves();
	come();
	_exit(TEE_EXIT_STORAGE_FAILED);
}

/* The others have in their page cache what the disk does not have. */
static void failed_storage_ends_all(void **state)
{
	(void)state;
	assert_int_equal(run(serve_until_the_disk_fails, 0), TEE_EXIT_STORAGE_FAILED);
	assert_in_range(shared->started, 1, TEE_POOL_SPARE);
}

static int serve_not(void)
{
	come();
	return TEE_EXIT_CONFIG;
}

/* What keeps the first one from serving is the exit code. */
static void start_fails(void **state)
{
	(void)state;
	assert_int_equal(run(serve_not, 0), TEE_EXIT_CONFIG);
	assert_int_equal(shared->ready, 0);
	assert_in_range(shared->started, 1, TEE_POOL_SPARE);
}

static int serve_hanging(void)
{
	tee_pool_serves();
	come();
	while (pause())
		;
	return TEE_EXIT_DONE;
}

/* Silent ones are killed and replaced, as if they had crashed. */
static void hanging_ones_are_killed(void **state)
{
	(void)state;
	assert_int_equal(run(serve_hanging, 20000000), TEE_EXIT_PANIC);
	assert_true(shared->started > TEE_POOL_CRASHES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_are_there_without_work, setup, teardown),
		cmocka_unit_test_setup_teardown(no_more_than_the_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(processes_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(crash_is_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_crashes_end_all, setup, teardown),
		cmocka_unit_test_setup_teardown(failed_storage_ends_all, setup, teardown),
		cmocka_unit_test_setup_teardown(start_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(hanging_ones_are_killed, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
