// SPDX-License-Identifier: BSD-2-Clause
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

#include "tests/unit/mutate.h"
#include "tests/unit/temp_dir.h"
#include "tools/teectl/policy_file.h"

#define UUID   "11223344-5566-7788-9900-112233445566"
#define DIGEST "1122334455667788990011223344556677889900112233445566778899001122"

static const uint8_t uuid[] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 };
/* of the three bytes "abc": FIPS 180-2, B.1 */
static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
			       0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };

static struct policy got;
static char error[POLICY_ERROR_LEN];

static int parse(const char *text)
{
	memset(error, 0, sizeof(error));
	return policy_parse(&got, "policy.conf", text, strlen(text), error);
}

static const char *put(const char *name, const char *content, mode_t mode)
{
	const char *path = temp_dir_path(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(content, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void reads_entries(void **state)
{
	(void)state;
	assert_int_equal(parse("# who may bind\n\n" UUID " 1001 " DIGEST "\n"
			       "\t" UUID "  root\t" DIGEST " # and so may root\r\n"
			       UUID " 4294967294 BA7816BF8F01CFEA414140DE5DAE2223b00361a396177a9cb410ff61f20015ad"), 0);
	assert_int_equal(got.count, 3);
	assert_memory_equal(got.entries[0].uuid, uuid, sizeof(uuid));
	assert_int_equal(got.entries[0].uid, 1001);
	assert_int_equal(got.entries[0].digest[31], 0x22);
	assert_int_equal(got.entries[1].uid, 0);
	assert_int_equal(got.entries[2].uid, 4294967294u);
	assert_memory_equal(got.entries[2].digest, abc, sizeof(abc));
}

static void measures_a_path(void **state)
{
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), UUID " 7 %s", put("program", "abc", 0755));
	assert_int_equal(parse(text), 0);
	assert_memory_equal(got.entries[0].digest, abc, sizeof(abc));
}

static void names_line_fault_and_cure(void **state)
{
	static const struct {
		const char *name, *text, *where, *what;
	} rows[] = {
		{ "nothing", "", "policy.conf: ", "no entry" },
		{ "comments only", "# a\n\n  # b\n", "policy.conf: ", "no entry" },
		{ "one word", UUID "\n", ":1: ", "only 1 of three words" },
		{ "two words", "\n" UUID " 1\n", ":2: ", "only 2 of three words" },
		{ "four words", UUID " 1 " DIGEST " x", ":1: ", "\"x\" is one word too many" },
		{ "path with a blank", UUID " 1 /opt/a b", ":1: ", "\"b\" is one word too many" },
		{ "no UUID", "payta 1 " DIGEST, ":1: ", "\"payta\" is no UUID" },
		{ "UUID without lines", "11223344556677889900112233445566 1 " DIGEST, ":1: ", "is no UUID" },
		{ "UUID too long", UUID "7 1 " DIGEST, ":1: ", "is no UUID" },
		{ "nil UUID", "00000000-0000-0000-0000-000000000000 1 " DIGEST, ":1: ", "is no UUID" },
		{ "unknown user", UUID " no-such-user " DIGEST, ":1: ", "no user \"no-such-user\"" },
		{ "minus one", UUID " -1 " DIGEST, ":1: ", "no user \"-1\"" },
		{ "the invalid uid", UUID " 4294967295 " DIGEST, ":1: ", "no user id 4294967295" },
		{ "a uid beyond all", UUID " 99999999999999999999 " DIGEST, ":1: ", "no user id" },
		{ "any executable", UUID " 1 *", ":1: ", "\"*\" would allow all" },
		{ "digest too short", UUID " 1 1122", ":1: ", "\"1122\" is no executable" },
		{ "digest too long", UUID " 1 " DIGEST "33", ":1: ", "is no executable" },
		{ "digest of zeros", UUID " 1 0000000000000000000000000000000000000000000000000000000000000000", ":1: ",
		  "is no executable" },
		{ "relative path", UUID " 1 payta", ":1: ", "absolute path" },
		{ "no such file", UUID " 1 /nonexistent/payta", ":1: ", "cannot read the executable /nonexistent/payta" },
		{ "a folder", UUID " 1 /", ":1: ", "/ is no file" },
		{ "a device", UUID " 1 /dev/null", ":1: ", "/dev/null is no file" },
		{ "twice", UUID " 1 " DIGEST "\n\n" UUID " 1 " DIGEST "\n", ":3: ", "the same as entry 1" },
		{ "first of two", UUID " 1 *\n" UUID "\n", ":1: ", "would allow all" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i].text) != -1)
			fail_msg("%s: accepted", rows[i].name);
		if (strncmp(error, "policy.conf", 11) || !strstr(error, rows[i].where) || !strstr(error, rows[i].what) ||
		    !strchr(error, ';'))
			fail_msg("%s: %s", rows[i].name, error);
	}
}

static void no_more_than_the_module_takes(void **state)
{
	char *text = malloc((TEECHAN_POLICY_MAX + 1) * 128);
	size_t len = 0;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i <= TEECHAN_POLICY_MAX; i++) {
		if (i == TEECHAN_POLICY_MAX) {
			assert_int_equal(policy_parse(&got, "p", text, len, error), 0);
			assert_int_equal(got.count, TEECHAN_POLICY_MAX);
		}
		len += (size_t)sprintf(text + len, UUID " %d " DIGEST "\n", i);
	}
	assert_int_equal(policy_parse(&got, "p", text, len, error), -1);
	assert_non_null(strstr(error, "p:257: more than 256 entries"));
	free(text);
}

static void only_what_root_can_change(void **state)
{
	char text[512];

	(void)state;
	assert_int_equal(policy_read(&got, put("policy.conf", UUID " 1 " DIGEST "\n", 0644), error), 0);
	assert_int_equal(policy_read(&got, put("policy.conf", UUID " 1 " DIGEST "\n", 0664), error), -1);
	assert_non_null(strstr(error, "others than root can change"));
	assert_int_equal(policy_read(&got, put("policy.conf", UUID " 1 " DIGEST "\n", 0646), error), -1);
	assert_int_equal(policy_read(&got, "/", error), -1);
	assert_int_equal(policy_read(&got, "/nonexistent/policy.conf", error), -1);
	assert_non_null(strstr(error, "/nonexistent/policy.conf: No such file"));
	snprintf(text, sizeof(text), UUID " 7 %s", put("program", "abc", 0757));
	assert_int_equal(parse(text), -1);
	assert_non_null(strstr(error, "chmod go-w"));
}

static bool is_the_same(void *ctx, const uint8_t *msg, size_t len)
{
	const struct policy *want = ctx;

	return !policy_parse(&got, "p", (const char *)msg, len, error) && got.count == want->count &&
	       !memcmp(got.entries, want->entries, sizeof(got.entries));
}

/* Without letters, whose case would not matter, and without a line's end. */
static void one_bit_is_another_policy(void **state)
{
	static const char text[] = UUID " 1001 " DIGEST "\n" UUID " 1002 " DIGEST;
	static struct policy want;

	(void)state;
	assert_int_equal(parse(text), 0);
	want = got;
	mutate_none_taken("policy", (const uint8_t *)text, sizeof(text) - 1, is_the_same, &want);
}

static int set_up(void **state)
{
	(void)state;
	return temp_dir_make();
}

static int tear_down(void **state)
{
	(void)state;
	return temp_dir_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_entries),
		cmocka_unit_test(measures_a_path),
		cmocka_unit_test(names_line_fault_and_cure),
		cmocka_unit_test(no_more_than_the_module_takes),
		cmocka_unit_test(only_what_root_can_change),
		cmocka_unit_test(one_bit_is_another_policy),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
