// SPDX-License-Identifier: BSD-2-Clause
/* The trusted user interface's frames: both ends, and every way to be none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "libtee/tui_wire.h"
#include "mutate.h"

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

static const struct tui_screen a_screen = {
	.buttons = 1u << TUI_CANCEL | 1u << TUI_VALIDATE, .text = "Pay to\nCaf\xC3\xA9\n# 50.01 EUR\n", .nfields = 2,
	.fields = { { TUI_HIDDEN, TUI_NUMERICAL, 4, 12, "PIN" }, { TUI_CLEAR, TUI_ALPHANUMERICAL, 0, 16, "Phrase" } },
};

static void requests(void **unused)
{
	static const struct {
		const char *name;
		const char *bytes;
		size_t len;
		enum tui_status status;
	} rows[] = {
		{ "info", "\x01\x01\x00\x00", 4, TUI_DONE },
		{ "close", "\x01\x04\x00\x00", 4, TUI_DONE },
		{ "a body that none has", "\x01\x01\x00\x01" "a", 5, TUI_MALFORMED },
		{ "a verb of 0", "\x01\x00\x00\x00", 4, TUI_VERB_UNKNOWN },
		{ "a verb of another version", "\x01\x05\x00\x00", 4, TUI_VERB_UNKNOWN },
		{ "empty message", "", 0, TUI_MALFORMED },
		{ "header cut", "\x01\x01\x00", 3, TUI_MALFORMED },
		{ "body cut", "\x01\x02\x00\x03" "ab", 6, TUI_MALFORMED },
		{ "left-over byte", "\x01\x02\x00\x03" "abcd", 8, TUI_MALFORMED },
		{ "length beyond bounds", "\x01\x02\xFF\xFF", 4, TUI_MALFORMED },
		{ "version 0", "\x00\x01\x00\x00", 4, TUI_VERSION_UNKNOWN },
		{ "version 2, whatever follows", "\x02", 1, TUI_VERSION_UNKNOWN },
		{ "text", "hello\n", 6, TUI_VERSION_UNKNOWN },
	};

	(void)unused;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct tui_body body;
		uint8_t verb;

		if (tui_request_read((const uint8_t *)rows[i].bytes, rows[i].len, &verb, &body) != rows[i].status)
			fail_msg("%s", rows[i].name);
	}
}

static void a_screen_survives(void **unused)
{
	uint8_t frame[TUI_FRAME_MAX], verb;
	size_t len = tui_request_write(TUI_SHOW, &a_screen, frame);
	struct tui_screen got;
	struct tui_body body;

	(void)unused;
	assert_true(len > 0);
	assert_int_equal(tui_request_read(frame, len, &verb, &body), TUI_DONE);
	assert_int_equal(verb, TUI_SHOW);
	assert_true(tui_screen_read(&body, &got));
	assert_memory_equal(&got, &a_screen, sizeof(got));
}

static void an_owner_survives(void **unused)
{
	static const struct tui_owner owner = { .uuid = "sixteen bytes ..", .digest = "and thirty-two of them, in a row", .name = "a card" };
	uint8_t frame[TUI_FRAME_MAX], verb;
	size_t len = tui_request_write(TUI_OPEN, &owner, frame);
	struct tui_owner got;
	struct tui_body body;

	(void)unused;
	assert_int_equal(tui_request_read(frame, len, &verb, &body), TUI_DONE);
	assert_true(tui_owner_read(&body, &got));
	assert_memory_equal(&got, &owner, sizeof(got));
}

static void answers_survive(void **unused)
{
	static const struct tui_info info = { .columns = 160, .lines = 50, .timeout = 60 };
	static const struct tui_entry entry = { .button = TUI_VALIDATE, .nfields = 2, .content = { "1234", "blue h\xC3\xA9ron" } };
	uint8_t frame[TUI_FRAME_MAX];
	struct tui_entry got_entry = { 0 };
	struct tui_info got_info = { 0 };
	enum tui_status status;
	size_t len;

	(void)unused;
	len = tui_answer_write(TUI_INFO, TUI_DONE, &info, frame);
	assert_true(tui_answer_read(TUI_INFO, frame, len, &status, &got_info));
	assert_memory_equal(&info, &got_info, sizeof(info));
	len = tui_answer_write(TUI_SHOW, TUI_DONE, &entry, frame);
	assert_true(tui_answer_read(TUI_SHOW, frame, len, &status, &got_entry));
	assert_int_equal(status, TUI_DONE);
	assert_memory_equal(&entry, &got_entry, sizeof(entry));
	for (size_t cut = 0; cut < len; cut++)
		assert_false(tui_answer_read(TUI_SHOW, frame, cut, &status, &got_entry));
	len = tui_answer_write(TUI_SHOW, TUI_TIMED_OUT, NULL, frame);
	assert_int_equal(len, TUI_HEADER_LEN);
	assert_true(tui_answer_read(TUI_SHOW, frame, len, &status, &got_entry));
	assert_int_equal(status, TUI_TIMED_OUT);
	frame[1] = TUI_TIMED_OUT + 1;
	assert_false(tui_answer_read(TUI_SHOW, frame, len, &status, &got_entry));
}

static void what_cannot_be_shown_is_not_sent(void **unused)
{
	static const struct {
		const char *name;
		struct tui_screen screen;
	} rows[] = {
		{ "no button", { .buttons = 0 } },
		{ "no button that ends it", { .buttons = 1u << TUI_CORRECTION } },
		{ "a button that is none", { .buttons = 1u << TUI_BUTTONS } },
		{ "an escape sequence", { .buttons = 1u << TUI_OK, .text = "\x1B[2J" } },
		{ "a carriage return", { .buttons = 1u << TUI_OK, .text = "50.00\rEUR" } },
		{ "a control character of the upper half", { .buttons = 1u << TUI_OK, .text = "\xC2\x9B" "2J" } },
		{ "half a character", { .buttons = 1u << TUI_OK, .text = "Caf\xC3" } },
		{ "a longer form than needed", { .buttons = 1u << TUI_OK, .text = "\xC1\xA0" } },
		{ "an override of direction", { .buttons = 1u << TUI_OK, .text = "\xE2\x80\xAE" } },
		{ "five fields", { .buttons = 1u << TUI_OK, .nfields = 5 } },
		{ "a field without room", { .buttons = 1u << TUI_OK, .nfields = 1, .fields = { { 0, 0, 0, 0, "" } } } },
		{ "a field too long", { .buttons = 1u << TUI_OK, .nfields = 1, .fields = { { 0, 0, 0, TUI_CONTENT_MAX + 1, "" } } } },
		{ "a field that cannot be filled", { .buttons = 1u << TUI_OK, .nfields = 1, .fields = { { 0, 0, 5, 4, "" } } } },
		{ "a mode that is none", { .buttons = 1u << TUI_OK, .nfields = 1, .fields = { { TUI_MODES, 0, 0, 1, "" } } } },
		{ "a type that is none", { .buttons = 1u << TUI_OK, .nfields = 1, .fields = { { 0, TUI_TYPES, 0, 1, "" } } } },
		{ "two lines in a label", { .buttons = 1u << TUI_OK, .nfields = 1, .fields = { { 0, 0, 0, 1, "a\nb" } } } },
	};
	uint8_t frame[TUI_FRAME_MAX];

	(void)unused;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (tui_request_write(TUI_SHOW, &rows[i].screen, frame) != 0)
			fail_msg("%s", rows[i].name);
}

static bool shown(void *ctx, const uint8_t *frame, size_t len)
{
	struct tui_screen got;
	struct tui_body body;
	uint8_t verb;

	(void)ctx;
	/* A flipped bit can make another screen; none may be taken that could not have been written. */
	if (tui_request_read(frame, len, &verb, &body) != TUI_DONE || verb != TUI_SHOW || !tui_screen_read(&body, &got))
		return false;
	return memcmp(&got, &a_screen, sizeof(got)) == 0;
}

static void no_other_bytes_are_the_same_screen(void **unused)
{
	uint8_t frame[TUI_FRAME_MAX];
	size_t len = tui_request_write(TUI_SHOW, &a_screen, frame);

	(void)unused;
	mutate_none_taken("screen", frame, len, shown, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(a_screen_survives),
		cmocka_unit_test(an_owner_survives),
		cmocka_unit_test(answers_survive),
		cmocka_unit_test(what_cannot_be_shown_is_not_sent),
		cmocka_unit_test(no_other_bytes_are_the_same_screen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
