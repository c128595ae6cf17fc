// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/conf.h"

static char path[] = "/tmp/teepay-conf-XXXXXX";

static struct {
	char name[8];
	unsigned int port;
	bool on;
	int mode;
} got;

static const char *const modes[] = { "always", "on-request", NULL };
static const struct conf_option options[] = {
	{ "rf", "name", CONF_STRING, got.name, sizeof(got.name), 0, 0, NULL },
	{ "rf", "port", CONF_UINT, &got.port, 0, 1, 65535, NULL },
	{ "wallet", "on", CONF_BOOL, &got.on, 0, 0, 0, NULL },
	{ "wallet", "mode", CONF_CHOICE, &got.mode, 0, 0, 0, modes },
};

static int load(const char *text, char error[CONF_ERROR_LEN])
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	memset(&got, 0, sizeof(got));
	return conf_load(path, options, 4, true, error);
}

static void reads_each_type(void **state)
{
	char error[CONF_ERROR_LEN];

	(void)state;
	assert_int_equal(load("; a comment\n[rf]\nname = vpcd\nport=35963\n\n[wallet]\non = yes\nmode = on-request\n", error), 0);
	assert_string_equal(got.name, "vpcd");
	assert_int_equal(got.port, 35963);
	assert_true(got.on);
	assert_int_equal(got.mode, 1);
}

static void names_file_line_and_fault(void **state)
{
	static const struct {
		const char *name, *text, *where, *what;
	} rows[] = {
		{ "unknown option", "[rf]\nname = a\nnmae = b\n", ":3: ", "unknown option \"nmae\"" },
		{ "unknown section", "[fr]\nname = a\n", ":2: ", "unknown section \"fr\"" },
		{ "option of another section", "[rf]\non = yes\n", ":2: ", "unknown option \"on\"" },
		{ "no section", "name = a\n", ":1: ", "unknown section \"\"" },
		{ "twice", "[rf]\nport = 1\nport = 2\n", ":3: ", "given twice: \"port\"" },
		{ "continued", "[rf]\nname = a\n  b\n", ":3: ", "given twice: \"name\"" },
		{ "no number", "[rf]\nport = one\n", ":2: ", "1 to 65535" },
		{ "number with tail", "[rf]\nport = 1x\n", ":2: ", "bad value" },
		{ "negative", "[rf]\nport = -1\n", ":2: ", "bad value" },
		{ "empty number", "[rf]\nport =\n", ":2: ", "bad value" },
		{ "too small", "[rf]\nport = 0\n", ":2: ", "bad value" },
		{ "too large", "[rf]\nport = 65536\n", ":2: ", "bad value" },
		{ "overflow", "[rf]\nport = 99999999999999999999\n", ":2: ", "bad value" },
		{ "too long", "[rf]\nname = eightchr\n", ":2: ", "too long" },
		{ "bad bool", "[wallet]\non = true\n", ":2: ", "yes or no" },
		{ "bad choice", "[wallet]\nmode = never\n", ":2: ", "one of: always on-request" },
		{ "garbage", "[rf]\nno equals sign\n", ":2: ", "neither" },
		{ "first of two", "[rf]\nport = 0\nnmae = 1\n", ":2: ", "bad value" },
	};
	char error[CONF_ERROR_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (load(rows[i].text, error) != -1)
			fail_msg("%s: accepted", rows[i].name);
		if (strncmp(error, path, strlen(path)) != 0 || !strstr(error, rows[i].where) || !strstr(error, rows[i].what))
			fail_msg("%s: %s", rows[i].name, error);
	}
}

static void a_missing_file_may_be_fine(void **state)
{
	char error[CONF_ERROR_LEN];

	(void)state;
	got.port = 7;
	assert_int_equal(conf_load("/nonexistent/teepay.conf", options, 4, false, error), 0);
	assert_int_equal(got.port, 7);
	assert_int_equal(conf_load("/nonexistent/teepay.conf", options, 4, true, error), -1);
	assert_non_null(strstr(error, "/nonexistent/teepay.conf: "));
	assert_int_equal(conf_load("/", options, 4, true, error), -1);
}

static int set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_each_type), cmocka_unit_test(names_file_line_and_fault), cmocka_unit_test(a_missing_file_may_be_fine),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
