// SPDX-License-Identifier: BSD-2-Clause
/* What stands where on the trusted screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/trustuid/bigtype.h"
#include "daemon/trustuid/layout.h"

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

static const uint8_t order[10] = { 3, 1, 4, 0, 5, 9, 2, 6, 8, 7 };

static const struct asker asker = {
	.user = "teepay-ta", .owner.uuid = { 0x7e, 0xe9, 0xa1, 0x00, 0x0c, 0x1d, 0x4f, 0x0e, 0x9b, 0x5a, 0x74, 0x65, 0x65, 0x70, 0x61, 0x79 }, .owner.digest = { 0xAB, 0xCD },
	.owner.name = "teepay: the payment card",
};

static const struct tui_screen pay = {
	.buttons = 1u << TUI_VALIDATE | 1u << TUI_CANCEL, .nfields = 1, .fields = { { TUI_HIDDEN, TUI_NUMERICAL, 4, 12, "PIN" } },
	.text = "Pay to\nCaf\xC3\xA9 No. 1\n# 50.01 EUR\n\nYour secret phrase: blue heron\n",
};

static struct layout layout;
static struct form form;

/* Line @line as text, blanks at its end cut off. */
static const char *line_text(unsigned int line)
{
	static char text[LAYOUT_COLUMNS_MAX * 2 + 1];
	size_t len = 0;

	for (unsigned int c = 0; c < layout.columns; c++) {
		const char *cell = *layout.cells[line][c].text ? layout.cells[line][c].text : " ";

		memcpy(text + len, cell, strlen(cell));
		len += strlen(cell);
	}
	while (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return text;
}

/* The line on which @what stands; fails when there is none. */
static unsigned int find(const char *what)
{
	for (unsigned int line = 0; line < layout.lines; line++)
		if (strstr(line_text(line), what))
			return line;
	fail_msg("'%s' is nowhere", what);
	return 0;
}

static bool anywhere(const char *what)
{
	for (unsigned int line = 0; line < layout.lines; line++)
		if (strstr(line_text(line), what))
			return true;
	return false;
}

static void draw(const struct tui_screen *screen, bool scrambled, const char *digits)
{
	form_begin(&form, screen, scrambled, order);
	for (; *digits; digits++)
		form_key(&form, &(struct key){ .kind = PRESS_TYPED, .digit = (int8_t)(*digits - '0'), .text = { *digits } });
	layout_draw(&layout, 80, 25, &asker, &form, 58);
}

static void a_payment(void **unused)
{
	(void)unused;
	draw(&pay, false, "12");
	assert_int_equal(find("teepay trusted screen"), 0);
	assert_int_equal(find("0:58 left"), 0);
	assert_true(find("Asked by") < find("Pay to"));
	find("teepay: the payment card");
	find("7ee9a100-0c1d-4f0e-9b5a-746565706179, user teepay-ta");
	find("abcd000000000000000000000000000000000000000000000000000000000000");
	assert_int_equal(find("Caf\xC3\xA9 No. 1"), find("Pay to") + 1);
	find("Your secret phrase: blue heron");
	find("PIN   **");
	assert_false(anywhere("12"));
	assert_int_equal(find("Enter confirm"), 24);
	assert_int_equal(find("Esc cancel"), 24);
	assert_true(layout.cursor);
	assert_int_equal(layout.cursor_line, find("PIN   **"));
}

/* The amount is drawn of dark cells, its currency behind it as text. */
static void the_amount_is_large(void **unused)
{
	unsigned int dark = 0, line;

	(void)unused;
	draw(&pay, false, "");
	assert_false(anywhere("50.01"));
	line = find("EUR");
	for (unsigned int c = 0; c < 80; c++)
		for (unsigned int i = line - BIGTYPE_LINES + 1; i <= line; i++)
			dark += layout.cells[i][c].look == LOOK_LARGE;
	/* 5, 0, ., 0, 1: 11 + 12 + 1 + 12 + 8 pixels of two columns */
	assert_int_equal(dark, 2 * (11 + 12 + 1 + 12 + 8));
}

static void large_type(void **unused)
{
	static const struct {
		const char *text;
		size_t n, width;
	} rows[] = {
		{ "50.01 EUR", 5, 36 }, { "0", 1, 8 }, { "-1,5", 4, 26 }, { "EUR", 0, 0 }, { "", 0, 0 },
	};
	size_t n;

	(void)unused;
	for (size_t i = 0; i < ROWS(rows); i++) {
		size_t width = bigtype_width(rows[i].text, &n);

		if (width != rows[i].width || n != rows[i].n)
			fail_msg("'%s': %zu of width %zu", rows[i].text, n, width);
	}
	assert_true(bigtype_pixel("1", 2, 0) && !bigtype_pixel("1", 0, 0) && bigtype_pixel("1", 5, 4));
	assert_false(bigtype_pixel("1", 8, 0) || bigtype_pixel("1", 0, 5) || bigtype_pixel("", 0, 0));
}

/* An amount that is too long for large type is there all the same. */
static void a_long_amount(void **unused)
{
	static const struct tui_screen screen = { .buttons = 1u << TUI_OK, .text = "# 999999999999.99 EUR\n" };

	(void)unused;
	draw(&screen, false, "");
	find("999999999999.99 EUR");
}

static void scrambled_keys(void **unused)
{
	(void)unused;
	draw(&pay, true, "");
	find("press   1  2  3  4  5  6  7  8  9  0");
	find("for     1  4  0  5  9  2  6  8  7  3");
	find("F2 digits in their order");
	draw(&pay, false, "");
	assert_false(anywhere("press"));
	find("F2 scramble the digits");
}

static void modes(void **unused)
{
	static const struct {
		const char *name;
		uint8_t mode;
		const char *shown, *hidden;
	} rows[] = {
		{ "hidden", TUI_HIDDEN, "X   ****", "7" },
		{ "clear", TUI_CLEAR, "X   7777", "*" },
		{ "the last one shows", TUI_TEMPORARY_CLEAR, "X   ***7", "77" },
	};

	(void)unused;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct tui_screen screen = { .buttons = 1u << TUI_OK, .nfields = 1, .fields = { { rows[i].mode, TUI_NUMERICAL, 0, 9, "X" } } };

		draw(&screen, false, "7777");
		if (strstr(line_text(find("X   ")), rows[i].shown) == NULL || strstr(line_text(find("X   ")), rows[i].hidden) != NULL)
			fail_msg("%s: %s", rows[i].name, line_text(find("X   ")));
	}
}

static void too_short(void **unused)
{
	(void)unused;
	draw(&pay, false, "12");
	form_key(&form, &(struct key){ .kind = PRESS_CONFIRM, .digit = -1 });
	layout_draw(&layout, 80, 25, &asker, &form, 58);
	find("At least 4, please.");
}

/* Whatever is asked, nothing is drawn outside; a console too small for it all shows nothing. */
static void any_size(void **unused)
{
	static struct tui_screen full = { .buttons = 0x3E, .nfields = TUI_FIELDS_MAX };

	(void)unused;
	for (size_t i = 0; i < TUI_TEXT_MAX; i++)
		full.text[i] = i % 7 == 6 ? '\n' : 'x';
	for (int i = 0; i < TUI_FIELDS_MAX; i++)
		full.fields[i] = (struct tui_field){ TUI_HIDDEN, TUI_NUMERICAL, 4, TUI_CONTENT_MAX, "a label of thirty-two characters" };
	for (unsigned int columns = 1; columns < 300; columns += 13)
		for (unsigned int lines = 1; lines < 100; lines += 7) {
			form_begin(&form, &full, true, order);
			form_key(&form, &(struct key){ .kind = PRESS_CONFIRM, .digit = -1 });
			layout_draw(&layout, columns, lines, &asker, &form, 60);
			assert_true(layout.columns <= columns && layout.lines <= lines);
			assert_true(layout.columns <= LAYOUT_COLUMNS_MAX && layout.lines <= LAYOUT_LINES_MAX);
			if (columns >= LAYOUT_COLUMNS_MIN && lines >= LAYOUT_LINES_MIN)
				find("trusted screen");
			for (unsigned int line = 0; line < LAYOUT_LINES_MAX; line++)
				for (unsigned int c = 0; c < LAYOUT_COLUMNS_MAX; c++)
					if (line >= layout.lines || c >= layout.columns)
						assert_true(layout.cells[line][c].text[0] == '\0');
		}
}

static void between_two_screens(void **unused)
{
	(void)unused;
	layout_draw(&layout, 80, 25, &asker, NULL, 0);
	find("teepay trusted screen");
	find("teepay: the payment card");
	assert_false(anywhere("left"));
	assert_false(layout.cursor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payment),
		cmocka_unit_test(the_amount_is_large),
		cmocka_unit_test(large_type),
		cmocka_unit_test(a_long_amount),
		cmocka_unit_test(scrambled_keys),
		cmocka_unit_test(modes),
		cmocka_unit_test(too_short),
		cmocka_unit_test(any_size),
		cmocka_unit_test(between_two_screens),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("trustuid layout", tests, NULL, NULL);
}
