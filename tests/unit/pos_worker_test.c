// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/pos/worker.h"

static int twice(void *arg)
{
	return 2 * *(const int *)arg;
}

/* A card that never answers: it comes back when the test closes the pipe, and not before. */
static int hang(void *arg)
{
	char c;

	return (int)read(*(const int *)arg, &c, 1);
}

static void gives_results(void **state)
{
	struct worker *w = worker_start();
	int result = 0;

	(void)state;
	assert_non_null(w);
	for (int i = 0; i < 100; i++) {
		assert_true(worker_call(w, twice, &i, 5000, &result));
		assert_int_equal(result, 2 * i);
	}
	assert_false(worker_lost(w));
	worker_stop(&w);
	assert_null(w);
}

static void gives_up_at_the_deadline(void **state)
{
	struct worker *w = worker_start();
	int pipes[2], result = 77, one = 1;

	(void)state;
	assert_non_null(w);
	assert_int_equal(pipe(pipes), 0);
	assert_false(worker_call(w, hang, &pipes[0], 20, &result));
	assert_true(worker_lost(w));
	assert_int_equal(result, 77);
	/* Lost is lost: nothing more is asked of it, at once. */
	assert_false(worker_call(w, twice, &one, 5000, &result));
	worker_stop(&w);
	assert_null(w);
	/* The thread that stayed behind may come back whenever it likes. */
	close(pipes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(gives_results), cmocka_unit_test(gives_up_at_the_deadline) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
