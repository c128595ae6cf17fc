// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/cursor.h"
#include "proto/err.h"
#include "proto/text.h"

static void reads_big_endian(void **state)
{
	static const uint8_t in[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0xAA, 0xBB };
	uint8_t two[2];
	struct reader r;

	(void)state;
	reader_init(&r, in, sizeof(in));
	assert_int_equal(reader_u8(&r), 0x01);
	assert_int_equal(reader_u16(&r), 0x0203);
	assert_int_equal(reader_u32(&r), 0x04050607);
	assert_true(reader_u64(&r) == 0x08090A0B0C0D0E0FULL);
	assert_int_equal(reader_end(&r), PROTO_ERR_TRAILING);
	reader_copy(&r, two, 2);
	assert_memory_equal(two, "\xAA\xBB", 2);
	assert_int_equal(reader_end(&r), 0);
}

static void first_error_sticks(void **state)
{
	static const uint8_t in[] = { 1, 2, 3 };
	uint8_t copy[4];
	struct reader r;

	(void)state;
	memset(copy, 0x5A, sizeof(copy));
	reader_init(&r, in, sizeof(in));
	reader_copy(&r, copy, 4);
	assert_memory_equal(copy, "\0\0\0\0", 4);
	assert_int_equal(reader_u8(&r), 0);
	assert_null(reader_take(&r, 1).p);
	reader_fail(&r, PROTO_ERR_FORMAT);
	assert_int_equal(reader_end(&r), PROTO_ERR_SHORT);
}

static void huge_lengths_do_not_wrap(void **state)
{
	static const uint8_t in[] = { 1, 2, 3 };
	uint8_t out[4];
	struct reader r;
	struct writer w;
	size_t len;

	(void)state;
	reader_init(&r, in, sizeof(in));
	assert_null(reader_take(&r, SIZE_MAX).p);
	assert_int_equal(reader_end(&r), PROTO_ERR_SHORT);
	writer_init(&w, out, sizeof(out));
	writer_u8(&w, 7);
	writer_copy(&w, in, SIZE_MAX);
	assert_int_equal(writer_end(&w, &len), PROTO_ERR_NO_ROOM);
	assert_int_equal(len, 0);
}

static void nothing_is_read_from_nothing(void **state)
{
	struct reader r;

	(void)state;
	reader_init(&r, NULL, 0);
	assert_int_equal(reader_end(&r), 0);
	assert_int_equal(reader_u16(&r), 0);
	assert_int_equal(reader_end(&r), PROTO_ERR_SHORT);
}

static void expects_the_given_bytes(void **state)
{
	static const uint8_t in[] = { 1, 2, 3 };
	struct reader r;

	(void)state;
	reader_init(&r, in, sizeof(in));
	reader_expect(&r, "\1\2", 2);
	assert_int_equal(r.err, 0);
	reader_expect(&r, "\4", 1);
	assert_int_equal(reader_end(&r), PROTO_ERR_FORMAT);
}

static void writes_what_it_reads(void **state)
{
	uint8_t out[17];
	struct writer w;
	size_t len;

	(void)state;
	writer_init(&w, out, sizeof(out));
	writer_u8(&w, 0x01);
	writer_u16(&w, 0x0203);
	writer_u32(&w, 0x04050607);
	writer_u64(&w, 0x08090A0B0C0D0E0FULL);
	writer_copy(&w, "\xAA\xBB", 2);
	assert_int_equal(writer_end(&w, &len), 0);
	assert_int_equal(len, sizeof(out));
	assert_memory_equal(out, "\1\2\3\4\5\6\7\x8\x9\xA\xB\xC\xD\xE\xF\xAA\xBB", 17);
	writer_u8(&w, 0);
	assert_int_equal(writer_end(&w, &len), PROTO_ERR_NO_ROOM);
}

static void names(void **state)
{
	static const struct {
		const char *name, *text;
		size_t len;
		bool ok;
	} rows[] = {
		{ "empty", "", 0, true },
		{ "ASCII", "Campus Canteen No. 1", 20, true },
		{ "two bytes", "Caf\xC3\xA9", 5, true },
		{ "three bytes", "\xE2\x82\xAC", 3, true },
		{ "four bytes", "\xF0\x9F\x8D\x9C", 4, true },
		{ "last code point", "\xF4\x8F\xBF\xBF", 4, true },
		{ "beyond it", "\xF4\x90\x80\x80", 4, false },
		{ "NUL", "a\0b", 3, false },
		{ "escape", "\x1B[2J", 4, false },
		{ "newline", "a\n", 2, false },
		{ "DEL", "\x7F", 1, false },
		{ "C1 control", "\xC2\x9B", 2, false },
		{ "stray continuation", "\x80", 1, false },
		{ "cut", "\xE2\x82", 2, false },
		{ "overlong slash", "\xC0\xAF", 2, false },
		{ "overlong in three", "\xE0\x80\xAF", 3, false },
		{ "surrogate", "\xED\xA0\x80", 3, false },
		{ "Latin-1", "Caf\xE9", 4, false },
		{ "line separator", "a\u2028b", 5, false },
		{ "turned around", "a\u202Egpj", 7, false },
		{ "isolate", "a\u2066b", 5, false },
		{ "a space that is not seen", "Alice\u200B", 8, false },
		{ "a mark that is not seen", "\uFEFFAlice", 8, false },
		{ "a hyphen that is not seen", "Al\u00ADice", 7, false },
		{ "right to left by itself", "\u05D0\u05D1", 4, true },
		{ "a closing quotation mark", "\u2019", 3, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (text_valid((struct bytes){ (const uint8_t *)rows[i].text, rows[i].len }) != rows[i].ok)
			fail_msg("%s", rows[i].name);
}

static void strange_bytes_become_question_marks(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "Caf\u00E9 \u2615", "Caf\u00E9 \u2615" }, { "", "" }, { "\033[2J", "?[2J" }, { "a\nb\r\t", "a?b??" }, { "Caf\xE9", "Caf?" },
		{ "\xE2\x98", "??" }, { "\xC2\x9B" "2J", "??2J" }, { "\u202Egpj", "???gpj" }, { "\xF0\x9F\x98\x80\xFF", "\xF0\x9F\x98\x80?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];

		strcpy(text, rows[i].text);
		text_clean(text);
		assert_string_equal(text, rows[i].want);
		assert_true(text_valid((struct bytes){ (const uint8_t *)text, strlen(text) }));
	}
}

static void names_have_a_length(void **state)
{
	uint8_t buf[8];
	char out[4];
	struct reader r;
	struct writer w;
	size_t len;

	(void)state;
	writer_init(&w, buf, sizeof(buf));
	text_write(&w, "abc", 3);
	assert_int_equal(writer_end(&w, &len), 0);
	reader_init(&r, buf, len);
	text_read(&r, out, 3);
	assert_int_equal(reader_end(&r), 0);
	assert_string_equal(out, "abc");
	reader_init(&r, buf, len);
	text_read(&r, out, 2);
	assert_int_equal(reader_end(&r), PROTO_ERR_FORMAT);
	writer_init(&w, buf, sizeof(buf));
	text_write(&w, "abcd", 3);
	assert_int_equal(writer_end(&w, &len), PROTO_ERR_FORMAT);
}

static void every_error_has_a_sentence(void **state)
{
	(void)state;
	for (int err = PROTO_ERR_CRYPTO; err <= 0; err++) {
		assert_non_null(proto_strerror(err));
		assert_string_not_equal(proto_strerror(err), proto_strerror(1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_endian),
		cmocka_unit_test(first_error_sticks),
		cmocka_unit_test(huge_lengths_do_not_wrap),
		cmocka_unit_test(nothing_is_read_from_nothing),
		cmocka_unit_test(expects_the_given_bytes),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(names),
		cmocka_unit_test(strange_bytes_become_question_marks),
		cmocka_unit_test(names_have_a_length),
		cmocka_unit_test(every_error_has_a_sentence),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
