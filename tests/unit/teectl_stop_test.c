// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/teectl/stop.h"

static struct pollfd never, always;

static int setup(void **state)
{
	int fds[2];

	(void)state;
	if (pipe(fds))
		return -1;
	never = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	if (pipe(fds) || write(fds[1], "x", 1) != 1)
		return -1;
	always = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	stop_prepare();
	return 0;
}

static void nothing_comes(void **state)
{
	(void)state;
	assert_int_equal(stop_poll(&never, 1, 1), 0);
	assert_int_equal(stop_poll(&always, 1, -1), 1);
	assert_false(stop_wanted());
	assert_true(stop_time() == 0);
}

/* What always has something to read never lets a signal through by itself: it must be seen all the same. */
static void a_signal_in_a_flood(void **state)
{
	uint64_t when;

	(void)state;
	raise(SIGTERM);
	assert_int_equal(stop_poll(&always, 1, -1), 1);
	assert_true(stop_wanted());
	when = stop_time();
	assert_true(when > 0);
	/* Whoever waits for nothing wakes by it, however long he would. */
	assert_int_equal(stop_poll(&never, 1, -1), -1);
	assert_int_equal(errno, EINTR);
	assert_true(stop_wanted() && stop_time() == when);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_comes), cmocka_unit_test(a_signal_in_a_flood) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
