// SPDX-License-Identifier: BSD-2-Clause
/* The trusted user interface's frame: well-formed requests, and every way to be none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "daemon/trustuid/frame.h"

static void requests(void **unused)
{
	static const struct {
		const char *name;
		const char *bytes;
		size_t len;
		enum tui_status status;
	} rows[] = {
		{ "no body", "\x01\x07\x00\x00", 4, TUI_DONE },
		{ "body of 3", "\x01\x07\x00\x03" "abc", 7, TUI_DONE },
		{ "empty message", "", 0, TUI_MALFORMED },
		{ "header cut", "\x01\x07\x00", 3, TUI_MALFORMED },
		{ "body cut", "\x01\x07\x00\x03" "ab", 6, TUI_MALFORMED },
		{ "left-over byte", "\x01\x07\x00\x03" "abcd", 8, TUI_MALFORMED },
		{ "length beyond bounds", "\x01\x07\xFF\xFF", 4, TUI_MALFORMED },
		{ "version 0", "\x00\x07\x00\x00", 4, TUI_VERSION_UNKNOWN },
		{ "version 2, whatever follows", "\x02", 1, TUI_VERSION_UNKNOWN },
		{ "text", "hello\n", 6, TUI_VERSION_UNKNOWN },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tui_request r;

		if (tui_request_decode((struct bytes){ (const uint8_t *)rows[i].bytes, rows[i].len }, &r) != rows[i].status)
			fail_msg("%s", rows[i].name);
		if (rows[i].status == TUI_DONE) {
			assert_int_equal(r.verb, 7);
			assert_int_equal(r.body.len, rows[i].len - TUI_HEADER_LEN);
		}
	}
}

static void answers(void **unused)
{
	enum tui_status status;
	struct bytes text;
	uint8_t out[16];

	(void)unused;
	assert_int_equal(tui_answer_encode(TUI_NOT_YET, "not yet", out, sizeof(out)), 11);
	assert_memory_equal(out, "\x01\x01\x00\x07" "not yet", 11);
	assert_int_equal(tui_answer_decode((struct bytes){ out, 11 }, &status, &text), 0);
	assert_int_equal(status, TUI_NOT_YET);
	assert_int_equal(text.len, 7);
	for (size_t cut = 0; cut < 11; cut++)
		assert_int_equal(tui_answer_decode((struct bytes){ out, cut }, &status, &text), -1);
	assert_int_equal(tui_answer_decode((struct bytes){ out, 12 }, &status, &text), -1);
	out[1] = TUI_MALFORMED + 1;
	assert_int_equal(tui_answer_decode((struct bytes){ out, 11 }, &status, &text), -1);
	assert_int_equal(tui_answer_encode(TUI_NOT_YET, "a text too long", out, sizeof(out)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(answers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("trustuid frame", tests, NULL, NULL);
}
