// SPDX-License-Identifier: BSD-2-Clause
/* What trusted applications made for OP-TEE use beyond GlobalPlatform's API: libtee/devkit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <string_ext.h>
#include <tee_internal_api_extensions.h>
#include <user_ta_header.h>
#include <utee_defines.h>
#include <util.h>

#include "tests/unit/tee_fixture.h"

static void bounded_strings(void **state)
{
	static const struct {
		const char *name, *had, *added;
		size_t size, returned;
		const char *now;
	} rows[] = {
		{ "fits", "", "abc", 4, 3, "abc" },
		{ "cut off", "", "abcd", 4, 4, "abc" },
		{ "appended", "ab", "c", 4, 3, "abc" },
		{ "cut off at the end", "ab", "cde", 4, 5, "abc" },
		{ "room for the NUL only", "", "abc", 1, 3, "" },
		{ "no NUL in the size", "abcdef", "gh", 3, 5, "abcdef" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		char text[8];
		size_t returned;

		strcpy(text, rows[i].had);
		returned = *rows[i].had ? strlcat(text, rows[i].added, rows[i].size) : strlcpy(text, rows[i].added, rows[i].size);
		if (returned != rows[i].returned || strcmp(text, rows[i].now))
			fail_msg("%s: %zu, \"%s\"", rows[i].name, returned, text);
	}
	assert_int_equal(strlcpy(NULL, "abc", 0), 3);
}

static void comparing_and_wiping(void **state)
{
	char secret[] = "secret";

	(void)state;
	assert_int_equal(consttime_memcmp("abc", "abc", 3), 0);
	assert_true(consttime_memcmp("abc", "abd", 3) < 0);
	assert_true(buf_compare_ct("b", "a", 1) > 0);
	memzero_explicit(secret, sizeof(secret));
	assert_memory_equal(secret, (char[7]){ 0 }, 7);
}

static void uuid_from_text(void **state)
{
	static const TEE_UUID want = { 0x7ee9a100, 0x0c1d, 0x4f0e, { 0x9b, 0x5a, 0x74, 0x65, 0x65, 0x70, 0x61, 0x79 } };
	static const char *const bad[] = {
		"", "7ee9a100", "7ee9a100-0c1d-4f0e-9b5a-74656570617", "7ee9a100-0c1d-4f0e-9b5a-7465657061799",
		"7ee9a100-0c1d-4f0e-9b5a-74656570617g", "7ee9a10000c1d-4f0e-9b5a-746565706179", "7ee9a100-0c1d-4f0e-9b5a 746565706179",
	};
	TEE_UUID uuid = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(tee_uuid_from_str(&uuid, "7EE9a100-0c1d-4f0e-9b5a-746565706179"), TEE_SUCCESS);
	assert_memory_equal(&uuid, &want, sizeof(want));
	for (i = 0; i < ROWS(bad); i++)
		assert_int_equal(tee_uuid_from_str(&uuid, bad[i]), TEE_ERROR_BAD_FORMAT);
	assert_int_equal(tee_uuid_from_str(&uuid, NULL), TEE_ERROR_BAD_FORMAT);
	assert_memory_equal(&uuid, &want, sizeof(want));
}

static void heap_in_use(void **state)
{
	void *block;

	(void)state;
	tee_user_mem_mark_heap();
	block = TEE_Malloc(100, TEE_USER_MEM_HINT_NO_FILL_ZERO);
	assert_int_equal(tee_user_mem_check_heap(), 100);
	block = TEE_Realloc(block, 300);
	assert_int_equal(tee_user_mem_check_heap(), 300);
	TEE_Free(block);
	assert_int_equal(tee_user_mem_check_heap(), 0);
}

static void pages_and_caches(void **state)
{
	char *pages = tee_map_zi(10000, 0);
	size_t i;

	(void)state;
	assert_non_null(pages);
	for (i = 0; i < 10000; i++)
		assert_int_equal(pages[i], 0);
	pages[9999] = 1;
	assert_int_equal(TEE_CacheClean(pages, 10000), TEE_SUCCESS);
	assert_int_equal(TEE_CacheFlush(pages, 10000), TEE_SUCCESS);
	assert_int_equal(TEE_CacheInvalidate(pages, 10000), TEE_SUCCESS);
	assert_int_equal(tee_unmap(pages, 10000), TEE_SUCCESS);
	assert_int_equal(TEE_CacheClean(pages, 10000), TEE_ERROR_ACCESS_DENIED);
	assert_null(tee_map_zi(10000, 1));
	assert_null(tee_map_zi(0, 0));
	assert_int_equal(tee_unmap((void *)1, 1), TEE_ERROR_BAD_PARAMETERS);
}

/* What a function writes to standard error, which is the log. */
static const char *logged(void (*write_it)(void))
{
	static char text[2048];
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t n;

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	write_it();
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static void trace_all(void)
{
	EMSG_RAW("error %d", 1);
	IMSG_RAW("info");
	DMSG_RAW("debug");
	FMSG_RAW("flow");
	MSG_RAW("any");
}

static void trace_with_place(void)
{
	trace_printf("function", 7, TRACE_ERROR, true, "text %s", "more");
}

static void trace_too_long(void)
{
	char long_text[1000];

	memset(long_text, 'x', sizeof(long_text));
	EMSG_RAW("%.*s", (int)sizeof(long_text), long_text);
}

static void trace_bytes(void)
{
	dhex_dump(NULL, 0, TRACE_INFO, "0123456789abcdefg", 17);
}

static void tracing(void **state)
{
	const char *text;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(trace_get_level(), TRACE_MAX);
	assert_string_equal(logged(trace_all), "E/TA: error 1\nI/TA: info\nD/TA: debug\nF/TA: flow\nM/TA: any\n");
	trace_set_level(TRACE_INFO);
	assert_string_equal(logged(trace_all), "E/TA: error 1\nI/TA: info\nM/TA: any\n");
	assert_string_equal(logged(trace_bytes),
			    "I/TA: 0000: 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 \nI/TA: 0010: 67 \n");
	trace_set_level(1000);
	assert_int_equal(trace_get_level(), TRACE_MAX);
	setenv("JOURNAL_STREAM", "1:1", 1);
	assert_string_equal(logged(trace_with_place), "<3>E/TA: function:7 text more\n");
	unsetenv("JOURNAL_STREAM");
	text = logged(trace_too_long);
	assert_in_range(strlen(text), 400, 512);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void macros(void **state)
{
	static const int three[3];
	TEE_Time a = { 10, 900 };
	TEE_Time b = { 3, 950 };
	TEE_Time sum;
	uint8_t small;
	int i = 1;

	(void)state;
	assert_int_equal(MAX(i++, 0), 1);
	assert_int_equal(i, 2);
	assert_int_equal(MIN(-1, 1), -1);
	assert_int_equal(ARRAY_SIZE(three), 3);
	assert_int_equal(ROUNDUP(13, 4), 16);
	assert_int_equal(ROUNDUP2(16u, 16u), 16);
	assert_int_equal(ROUNDDOWN(13, 4), 12);
	assert_int_equal(DIV_ROUND_UP(13, 4), 4);
	assert_true(ROUNDUP_OVERFLOW(250, 16, &small));
	assert_false(ROUNDUP_OVERFLOW(200, 16, &small));
	assert_int_equal(small, 208);
	assert_true(ADD_OVERFLOW(200, 100, &small));
	assert_false(MUL_OVERFLOW(2, 100, &small));
	assert_true(IS_POWER_OF_TWO(64u) && !IS_POWER_OF_TWO(0u) && !IS_POWER_OF_TWO(6u));
	assert_int_equal(GENMASK_32(7, 4), 0xf0);
	assert_int_equal(BIT64(40), 1ll << 40);
	assert_int_equal(CMP_TRILEAN(1, 2), -1);
	assert_int_equal(TEE_U32_FROM_BIG_ENDIAN(0x01020304), 0x04030201);
	TEE_TIME_ADD(a, b, sum);
	assert_true(sum.seconds == 14 && sum.millis == 850);
	TEE_TIME_SUB(a, b, sum);
	assert_true(sum.seconds == 6 && sum.millis == 950);
	assert_true(TEE_TIME_LT(b, a) && !TEE_TIME_LT(a, a) && TEE_TIME_LE(a, a));
	assert_int_equal(TEE_ALG_GET_CLASS(TEE_ALG_HMAC_SHA256), TEE_OPERATION_MAC);
	assert_int_equal(TEE_DIGEST_HASH_TO_ALGO(TEE_ALG_RSASSA_PKCS1_V1_5_SHA384), TEE_ALG_SHA384);
	assert_int_equal(TEE_ALG_GET_DIGEST_SIZE(TEE_ALG_ECDSA_SHA224), 28);
	assert_int_equal(TEE_ALG_GET_DIGEST_SIZE(TEE_ALG_AES_CTR), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounded_strings),
		cmocka_unit_test(comparing_and_wiping),
		cmocka_unit_test(uuid_from_text),
		cmocka_unit_test(heap_in_use),
		cmocka_unit_test(pages_and_caches),
		cmocka_unit_test(tracing),
		cmocka_unit_test(macros),
	};
	char *dir = fixture_dir();
	int failed;

	fixture_host(dir);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	tee_host_stop();
	fixture_dir_remove(&dir);
	return failed;
}
