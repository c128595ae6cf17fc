// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/teectl/hist.h"
#include "tools/teectl/settings.h"
#include "tools/teectl/text.h"
#include "tools/teectl/words.h"

static void durations(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "0 ns" },
		{ 999, "999 ns" },
		{ 1000, "1.0 us" },
		{ 8299, "8.2 us" },
		{ 9999, "9.9 us" },
		{ 10000, "10 us" },
		{ 999999, "999 us" },
		{ 1000000, "1.0 ms" },
		{ 12345678, "12 ms" },
		{ 999999999, "999 ms" },
		{ 1000000000, "1.0 s" },
		{ 105000000000, "105 s" },
		{ 99999000000000, "99999 s" },
		{ UINT64_MAX, "> 1 day" },
	};
	char text[TEXT_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(text_duration(rows[i].ns, text), rows[i].text);
		assert_true(strlen(text) <= 7);
	}
}

static void bytes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 B" },	       { 1023, "1023 B" },	  { 1024, "1 KiB" },	     { 4096, "4 KiB" },
		{ 1536, "1.5 KiB" },   { 20480, "20 KiB" },	  { 1048575, "1023 KiB" },   { 1048576, "1 MiB" },
		{ 1572864, "1.5 MiB" }, { 16777216, "16 MiB" }, { UINT64_MAX, "16 EiB" },
	};
	char text[TEXT_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(text_bytes(rows[i].bytes, text), rows[i].text);
		assert_true(strlen(text) <= 8);
	}
}

static void counts(void **state)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {
		{ 0, "0" },	    { 0.01, "0" },	{ 0.5, "0.5" },	    { 1, "1" },	      { 9.9, "9.9" },	   { 12.7, "12" },
		{ 99999, "99999" }, { 100000, "100k" }, { 999999, "999k" }, { 1e6, "1.0M" }, { 1234567, "1.2M" }, { 1e12, "1.0T" },
	};
	char text[TEXT_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(text_count(rows[i].number, text), rows[i].text);
		assert_true(strlen(text) <= 5);
	}
}

/* A process can call itself what it likes; a terminal must not obey it. */
static void names_are_safe(void **state)
{
	char out[8];

	(void)state;
	text_safe(out, sizeof(out), "a\033[2Jb\n\xff");
	assert_string_equal(out, "a?[2Jb?");
	text_safe(out, sizeof(out), "walletd-and-more");
	assert_string_equal(out, "walletd");
	text_safe(out, sizeof(out), "");
	assert_string_equal(out, "");
}

static void percentiles(void **state)
{
	struct hist h = { .count = { 0 } }, before, since;

	(void)state;
	assert_int_equal(hist_percentile(&h, 500), 0);
	/* One call in each half: the answer lies in its entry, at the end that the rank says. */
	h.count[10] = 1;
	assert_int_equal(hist_percentile(&h, 1000), 2048);
	assert_int_equal(hist_percentile(&h, 500), 1536);
	h.count[10] = 50;
	h.count[20] = 50;
	assert_int_equal(hist_percentile(&h, 500), 2048);
	assert_int_equal(hist_percentile(&h, 501), (1 << 20) + (1 << 20) / 500);
	assert_int_equal(hist_percentile(&h, 1000), 1 << 21);
	assert_int_equal(hist_total(&h), 100);
	/* The outermost entries. */
	memset(&h, 0, sizeof(h));
	h.count[0] = 1;
	assert_int_equal(hist_percentile(&h, 1000), 2);
	memset(&h, 0, sizeof(h));
	h.count[TEECHAN_HIST_LEN - 1] = 3;
	assert_true(hist_percentile(&h, 10) >= UINT64_C(1) << (TEECHAN_HIST_LEN - 1));
	assert_true(hist_percentile(&h, 1000) == UINT64_C(1) << TEECHAN_HIST_LEN);

	before = h;
	h.count[3] = 7;
	hist_since(&since, &h, &before);
	assert_int_equal(hist_total(&since), 7);
	assert_int_equal(since.count[3], 7);
	/* Counts that went backwards are another TA's: nothing is taken away from them. */
	hist_since(&since, &before, &h);
	assert_int_equal(hist_total(&since), 3);
}

static void percentiles_never_cross(void **state)
{
	struct hist h;
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 1000; round++) {
		uint64_t last = 0;

		for (int i = 0; i < TEECHAN_HIST_LEN; i++) {
			seed = seed * 1664525 + 1013904223;
			h.count[i] = seed >> 30 ? 0 : seed >> 16;
		}
		for (unsigned int p = 0; p <= 1000; p += 10) {
			assert_true(hist_percentile(&h, p) >= last);
			last = hist_percentile(&h, p);
		}
	}
}

static void options(void **state)
{
	static const char *const bad_uuids[] = { "", "7ee9a100", "7ee9a100-0c1d-4f0e-9b5a-74656570617", "7ee9a100-0c1d-4f0e-9b5a-7465657061791",
						 "7ee9a100x0c1d-4f0e-9b5a-746565706179", "7ee9a10g-0c1d-4f0e-9b5a-746565706179",
						 "00000000-0000-0000-0000-000000000000", "7ee9a100--c1d-4f0e-9b5a-746565706179" };
	static const char *const bad_numbers[] = { "", "0", "-1", "+1", " 1", "1x", "4294967296", "99999999999999999999" };
	static const char *const bad_seconds[] = { "", "0", "0.05", "3601", "-1", "nan", "inf", "1s", "0x1p4000", "1e99" };
	static const char *const bad_events[] = { "", "nothing", "open,", ",open", "ope", "open close", "openx", "open,,call" };
	struct settings s = { 0 };
	char uuid[WORDS_UUID];

	(void)state;
	for (size_t i = 0; i < sizeof(bad_uuids) / sizeof(bad_uuids[0]); i++)
		assert_int_equal(settings_ta(&s, bad_uuids[i]), -1);
	for (size_t i = 0; i < sizeof(bad_numbers) / sizeof(bad_numbers[0]); i++)
		assert_int_equal(settings_session(&s, bad_numbers[i]), -1);
	for (size_t i = 0; i < sizeof(bad_seconds) / sizeof(bad_seconds[0]); i++)
		assert_int_equal(settings_interval(&s, bad_seconds[i]), -1);
	for (size_t i = 0; i < sizeof(bad_events) / sizeof(bad_events[0]); i++)
		assert_int_equal(settings_events(&s, bad_events[i]), -1);
	assert_false(s.has_ta || s.session || s.interval_ms || s.events);

	assert_int_equal(settings_ta(&s, "7EE9a100-0c1d-4f0e-9b5a-746565706179"), 0);
	assert_string_equal(words_uuid(s.ta, uuid), "7ee9a100-0c1d-4f0e-9b5a-746565706179");
	assert_int_equal(settings_session(&s, "4294967295"), 0);
	assert_int_equal(s.session, UINT32_MAX);
	assert_int_equal(settings_interval(&s, "2.5"), 0);
	assert_int_equal(s.interval_ms, 2500);
	assert_int_equal(settings_events(&s, "open,death"), 0);
	assert_int_equal(s.events, 1u << TEECHAN_EVENT_OPEN | 1u << TEECHAN_EVENT_DEATH);
}

static void outcomes(void **state)
{
	char text[WORDS_RESULT];

	(void)state;
	assert_string_equal(words_outcome(0, TEECHAN_ORIGIN_TA, text), "ok");
	assert_string_equal(words_outcome(TEECHAN_ERROR_BUSY, TEECHAN_ORIGIN_TEE, text), "busy, said the kernel");
	assert_string_equal(words_outcome(0xffff0006, TEECHAN_ORIGIN_TA, text), "0xffff0006, said the TA");
	assert_string_equal(words_outcome(5, 77, text), "0x00000005");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),	 cmocka_unit_test(bytes),	cmocka_unit_test(counts),
		cmocka_unit_test(names_are_safe), cmocka_unit_test(percentiles), cmocka_unit_test(percentiles_never_cross),
		cmocka_unit_test(options),	 cmocka_unit_test(outcomes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
