// SPDX-License-Identifier: BSD-2-Clause
/* The switch for debuggers: libtee/internal/debug.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/debug.h"
#include "tests/unit/temp_dir.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void only_1_switches_it_on(void **state)
{
	static const struct {
		const char *name, *value;
		bool on;
	} rows[] = {
		{ "not set", NULL, false }, { "nothing", "", false }, { "0", "0", false }, { "yes", "yes", false },
		{ "two digits", "11", false }, { "a blank", "1 ", false }, { "1", "1", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		if (rows[i].value)
			setenv("TEEPAY_TA_NO_SANDBOX", rows[i].value, 1);
		else
			unsetenv("TEEPAY_TA_NO_SANDBOX");
		if (tee_debug_on() != rows[i].on)
			fail_msg("%s", rows[i].name);
	}
	unsetenv("TEEPAY_TA_NO_SANDBOX");
}

/* Every line of the log carries the level of a warning, as the journal reads it. */
static void it_warns(void **state)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	char text[512];
	bool named = false;
	size_t lines = 0;

	(void)state;
	assert_non_null(file);
	setenv("JOURNAL_STREAM", "8:1", 1);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	tee_debug_warn();
	dup2(saved, STDERR_FILENO);
	close(saved);
	unsetenv("JOURNAL_STREAM");
	rewind(file);
	while (fgets(text, sizeof(text), file)) {
		if (strncmp(text, "<4>", 3))
			fail_msg("not a warning: %s", text);
		named = named || strstr(text, "TEEPAY_TA_NO_SANDBOX=1: NO SANDBOX");
		lines++;
	}
	fclose(file);
	assert_true(named);
	assert_true(lines > 2);
}

/* Whatever systemd hands over: the credential is not looked at. */
static void the_key_is_nobodys_secret(void **state)
{
	uint8_t key[TEE_DEVICE_KEY_SIZE];
	static const uint8_t zeros[TEE_DEVICE_KEY_SIZE];

	(void)state;
	memset(key, 7, sizeof(key));
	tee_debug_key(key);
	assert_memory_equal(key, zeros, sizeof(key));
}

static void the_storage_is_another(void **state)
{
	const char *state_dir = temp_dir_path("state");
	char want[4096];
	char dir[4096];
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(state_dir, 0700), 0);
	snprintf(want, sizeof(want), "%s/debug", state_dir);
	assert_int_equal(tee_debug_folder(state_dir, dir, sizeof(dir)), 0);
	assert_string_equal(dir, want);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(tee_debug_folder(state_dir, dir, sizeof(dir)), 0);
	assert_int_equal(tee_debug_folder(state_dir, dir, strlen(want)), -1);
	assert_int_equal(tee_debug_folder(temp_dir_path("none"), dir, sizeof(dir)), -1);
	assert_int_equal(rmdir(want), 0);
	assert_int_equal(rmdir(state_dir), 0);
}

static int setup(void **state)
{
	(void)state;
	return temp_dir_make();
}

static int teardown(void **state)
{
	(void)state;
	return temp_dir_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_1_switches_it_on),
		cmocka_unit_test(it_warns),
		cmocka_unit_test(the_key_is_nobodys_secret),
		cmocka_unit_test(the_storage_is_another),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
