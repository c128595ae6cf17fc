// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"

static int ends[2], before;

static int catch_stderr(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_init("log_test", LOG_INFO);
	before = dup(STDERR_FILENO);
	return pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0 ? 0 : -1;
}

static int release_stderr(void **state)
{
	(void)state;
	dup2(before, STDERR_FILENO);
	close(before);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* What was written, which fits a pipe; compared when standard error is whole again. */
static char *written(void)
{
	static char text[4096];
	ssize_t n = read(ends[0], text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* What an issuer, a terminal or a file name says must not move the cursor of who reads it, nor begin a line that looks like another program's. */
static void what_others_say_stays_on_its_line(void **state)
{
	const struct log_field field = { "TEEPAY_CID", "\xC2\x9B" "2J" };

	(void)state;
	log_warning("the issuer says %s", "\033]0;paid\007\npayta: all is well, Caf\u00E9");
	log_event(LOG_NOTICE, "a\rb", &field, 1);
	assert_string_equal(written(), "log_test: the issuer says ?]0;paid??payta: all is well, Caf\u00E9\nlog_test: a?b [TEEPAY_CID=??2J]\n");
}

static void a_long_event_is_cut(void **state)
{
	struct log_field fields[LOG_FIELDS_MAX];
	char value[201];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (size_t i = 0; i < LOG_FIELDS_MAX; i++)
		fields[i] = (struct log_field){ "TEEPAY_X", value };
	log_event(LOG_NOTICE, "long", fields, LOG_FIELDS_MAX);
	value[0] = '\0';
	assert_int_equal(strlen(written()), strlen("log_test: ") + 1023 + 1);
}

static void below_the_level_nothing_is_said(void **state)
{
	(void)state;
	log_debug("not this");
	log_info("this");
	assert_string_equal(written(), "log_test: this\n");
}

#define T(f)	cmocka_unit_test_setup_teardown(f, catch_stderr, release_stderr)

int main(void)
{
	const struct CMUnitTest tests[] = { T(what_others_say_stays_on_its_line), T(a_long_event_is_cut), T(below_the_level_nothing_is_said) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
