// SPDX-License-Identifier: BSD-2-Clause
/* The Trusted UI API, up to the frames that go to trustuid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <tee_tui_api.h>
#include <user_ta_header.h>

#include "libtee/internal/panic.h"
#include "tee_fixture.h"
#include "tui_user.h"

static char text[] = "Pay to\nCaf\xC3\xA9\n";
static char label[] = "PIN";

/* What a test changes of a screen that is right. */
struct screen {
	TEE_TUIScreenConfiguration configuration;
	char content[13];
	TEE_TUIEntryField field;
};

static void screen_make(struct screen *s)
{
	*s = (struct screen){ .configuration = { .screenOrientation = TEE_TUI_LANDSCAPE, .label = { .text = text } } };
	s->configuration.requestedButtons[TEE_TUI_VALIDATE] = true;
	s->configuration.requestedButtons[TEE_TUI_CANCEL] = true;
	s->field = (TEE_TUIEntryField){ .label = label, .mode = TEE_TUI_HIDDEN_MODE, .type = TEE_TUI_NUMERICAL, .minExpectedLength = 4,
					.maxExpectedLength = 12, .buffer = s->content, .bufferLength = sizeof(s->content) };
}

static void text_format(void **state)
{
	static const struct {
		const char *name, *text;
		TEE_Result result;
		uint32_t width, height, last;
	} rows[] = {
		{ "nothing", "", TEE_SUCCESS, 0, 16, 0 },
		{ "a line", "abc", TEE_SUCCESS, 24, 16, 3 },
		{ "two lines", "abc\nabcde", TEE_SUCCESS, 40, 32, 9 },
		{ "a line end at the end", "abc\n", TEE_SUCCESS, 24, 32, 4 },
		{ "a letter of two bytes", "Caf\xC3\xA9", TEE_SUCCESS, 32, 16, 5 },
		{ "a character that no console has", "ab\xE2\x82\xAC", TEE_ERROR_NOT_SUPPORTED, 16, 16, 2 },
		{ "an escape", "a\x1B[2J", TEE_ERROR_NOT_SUPPORTED, 8, 16, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint32_t width, height, last;
		TEE_Result result = TEE_TUICheckTextFormat(rows[i].text, &width, &height, &last);

		if (result != rows[i].result || width != rows[i].width || height != rows[i].height || last != rows[i].last)
			fail_msg("%s: %08X, %u by %u, %u", rows[i].name, result, width, height, last);
	}
}

static void a_screen_and_its_answer(void **state)
{
	static const struct tui_act acts[] = { { .says = { "Pay to\nCaf\xC3\xA9\n" }, .types = { "1234" }, .button = TUI_VALIDATE } };
	TEE_TUIButtonType button;
	struct screen s;

	(void)state;
	screen_make(&s);
	tui_user_will(acts, ROWS(acts));
	assert_int_equal(TEE_TUIInitSession(), TEE_SUCCESS);
	assert_int_equal(TEE_TUIInitSession(), TEE_ERROR_BUSY);
	assert_int_equal(TEE_TUIDisplayScreen(&s.configuration, true, &s.field, 1, &button), TEE_SUCCESS);
	assert_int_equal(button, TEE_TUI_VALIDATE);
	assert_string_equal(s.content, "1234");
	assert_int_equal(s.field.bufferLength, 4);
	assert_string_equal(tui_user_was_asked_by()->name, ta_head.description);
	tui_user_is_done();
	assert_int_equal(TEE_TUICloseSession(), TEE_ERROR_BAD_STATE);
}

static void without_a_session(void **state)
{
	TEE_TUIButtonType button;
	struct screen s;

	(void)state;
	screen_make(&s);
	tui_user_will(NULL, 0);
	assert_int_equal(TEE_TUIDisplayScreen(&s.configuration, false, &s.field, 1, &button), TEE_ERROR_BAD_STATE);
	assert_int_equal(TEE_TUICloseSession(), TEE_ERROR_BAD_STATE);
}

static void screen_info(void **state)
{
	TEE_TUIScreenInfo info;

	(void)state;
	tui_user_will(NULL, 0);
	assert_int_equal(TEE_TUIGetScreenInfo(TEE_TUI_LANDSCAPE, 4, &info), TEE_SUCCESS);
	assert_int_equal(info.labelWidth, 80 * 8);
	assert_int_equal(info.labelHeight, 25 * 16);
	assert_int_equal(info.maxEntryFields, 4);
	assert_string_equal(info.buttonInfo[TEE_TUI_CANCEL].buttonText, "Esc");
	assert_false(info.buttonInfo[TEE_TUI_OK].buttonTextCustom);
	assert_int_equal(TEE_TUIGetScreenInfo(TEE_TUI_PORTRAIT, 1, &info), TEE_ERROR_NOT_SUPPORTED);
	assert_int_equal(TEE_TUIGetScreenInfo(TEE_TUI_LANDSCAPE, 5, &info), TEE_ERROR_NOT_SUPPORTED);
	tui_user_is_done();
}

static void nobody_is_there(void **state)
{
	TEE_TUIScreenInfo info;

	(void)state;
	tui_user_is_away(TUI_VERB_UNKNOWN);
	assert_int_equal(TEE_TUIInitSession(), TEE_ERROR_COMMUNICATION);
	assert_int_equal(TEE_TUIGetScreenInfo(TEE_TUI_LANDSCAPE, 1, &info), TEE_ERROR_COMMUNICATION);
	tui_user_is_away(TUI_NO_SCREEN);
	assert_int_equal(TEE_TUIInitSession(), TEE_ERROR_NOT_SUPPORTED);
	tui_user_is_done();
}

/* Ends that no button makes: the session is over, and another can begin. */
static void other_ends(void **state)
{
	static const struct {
		const char *name;
		struct tui_act act;
		TEE_Result result;
	} rows[] = {
		{ "no answer in time", { .status = TUI_TIMED_OUT }, TEE_ERROR_EXTERNAL_CANCEL },
		{ "trustuid died", { .instead = TEE_ERROR_COMMUNICATION }, TEE_ERROR_EXTERNAL_CANCEL },
		{ "the client cancelled", { .instead = TEE_ERROR_CANCEL }, TEE_ERROR_CANCEL },
		{ "a button that was not asked for", { .button = TUI_OK }, TEE_ERROR_EXTERNAL_CANCEL },
		{ "a content beyond the buffer", { .types = { "1234567890123" }, .button = TUI_VALIDATE }, TEE_ERROR_EXTERNAL_CANCEL },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		TEE_TUIButtonType button;
		struct screen s;
		TEE_Result result;

		screen_make(&s);
		tui_user_will(&rows[i].act, 1);
		assert_int_equal(TEE_TUIInitSession(), TEE_SUCCESS);
		result = TEE_TUIDisplayScreen(&s.configuration, false, &s.field, 1, &button);
		if (result != rows[i].result || s.content[0])
			fail_msg("%s: %08X, '%s'", rows[i].name, result, s.content);
		tui_user_is_done();
		assert_int_equal(TEE_TUICloseSession(), TEE_ERROR_BAD_STATE);
	}
}

static void no_buttons(struct screen *s)
{
	memset(s->configuration.requestedButtons, 0, sizeof(s->configuration.requestedButtons));
}

static void an_image(struct screen *s)
{
	s->configuration.label.image.source = TEE_TUI_REF_SOURCE;
}

static void a_buffer_too_small(struct screen *s)
{
	s->field.bufferLength = 12;
}

static void more_than_fits(struct screen *s)
{
	s->field.maxExpectedLength = TUI_CONTENT_MAX + 1;
	s->field.bufferLength = 1000;
}

static void less_than_least(struct screen *s)
{
	s->field.minExpectedLength = 13;
}

static void an_escape(struct screen *s)
{
	static char escape[] = "\x1B[2J";

	s->configuration.label.text = escape;
}

/* What is refused is refused before anything is shown, and the session goes on. */
static void bad_screens(void **state)
{
	static const struct {
		const char *name;
		void (*spoil)(struct screen *s);
	} rows[] = {
		{ "no buttons", no_buttons }, { "an image", an_image }, { "a buffer too small", a_buffer_too_small }, { "more than fits", more_than_fits },
		{ "less than least", less_than_least }, { "an escape", an_escape },
	};
	TEE_TUIButtonType button;

	(void)state;
	tui_user_will(NULL, 0);
	assert_int_equal(TEE_TUIInitSession(), TEE_SUCCESS);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct screen s;

		screen_make(&s);
		rows[i].spoil(&s);
		if (TEE_TUIDisplayScreen(&s.configuration, false, &s.field, 1, &button) != TEE_ERROR_BAD_PARAMETERS)
			fail_msg("%s", rows[i].name);
	}
	assert_int_equal(TEE_TUICloseSession(), TEE_SUCCESS);
	tui_user_is_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_format),
		cmocka_unit_test(a_screen_and_its_answer),
		cmocka_unit_test(without_a_session),
		cmocka_unit_test(screen_info),
		cmocka_unit_test(nobody_is_there),
		cmocka_unit_test(other_ends),
		cmocka_unit_test(bad_screens),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
