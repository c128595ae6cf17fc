// SPDX-License-Identifier: BSD-2-Clause
/* Filling in a trusted screen, key by key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/trustuid/form.h"

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

static const uint8_t order[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static const struct tui_screen pin_screen = {
	.buttons = 1u << TUI_VALIDATE | 1u << TUI_CANCEL | 1u << TUI_CORRECTION, .nfields = 1,
	.fields = { { TUI_HIDDEN, TUI_NUMERICAL, 4, 6, "PIN" } },
};

static const struct tui_screen three = {
	.buttons = 1u << TUI_VALIDATE | 1u << TUI_CANCEL, .nfields = 3,
	.fields = { { TUI_CLEAR, TUI_ALPHANUMERICAL, 0, 8, "Phrase" }, { TUI_HIDDEN, TUI_NUMERICAL, 4, 6, "New" },
		    { TUI_HIDDEN, TUI_NUMERICAL, 4, 6, "Again" } },
};

static void press(struct form *f, enum press kind)
{
	form_key(f, &(struct key){ .kind = kind, .digit = -1 });
}

/* Types each byte as a key with that character; digits are digits. "\n" is Enter, "\b" backspace, "\t" Tab, "\x1B" Esc. */
static void type(struct form *f, const char *text)
{
	for (; *text; text++) {
		struct key key = { .kind = PRESS_TYPED, .digit = -1, .text = { *text } };

		if (*text >= '0' && *text <= '9')
			key.digit = (int8_t)(*text - '0');
		if (*text == '\n')
			press(f, PRESS_CONFIRM);
		else if (*text == '\b')
			press(f, PRESS_RUBOUT);
		else if (*text == '\t')
			press(f, PRESS_FORWARD);
		else if (*text == '\x1B')
			press(f, PRESS_LEAVE);
		else
			form_key(f, &key);
	}
}

static void one_field(void **unused)
{
	static const struct {
		const char *name, *keys, *content;
		bool done, too_short;
		uint8_t button;
	} rows[] = {
		{ "nothing yet", "", "", false, false, 0 },
		{ "four digits and Enter", "1234\n", "1234", true, false, TUI_VALIDATE },
		{ "three are too few", "123\n", "123", false, true, 0 },
		{ "and a fourth", "123\n4\n", "1234", true, false, TUI_VALIDATE },
		{ "seven are too many", "1234567\n", "123456", true, false, TUI_VALIDATE },
		{ "letters are no digits", "1a2b3c4\n", "1234", true, false, TUI_VALIDATE },
		{ "one taken back", "1235\b4\n", "1234", true, false, TUI_VALIDATE },
		{ "more taken back than there are", "1\b\b\b\b1234\n", "1234", true, false, TUI_VALIDATE },
		{ "Esc, and nothing leaves", "1234\x1B", "", true, false, TUI_CANCEL },
		{ "nothing after the end", "1234\n5\x1B", "1234", true, false, TUI_VALIDATE },
		{ "Tab has nowhere to go", "12\t34\n", "1234", true, false, TUI_VALIDATE },
	};

	(void)unused;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct form f;

		form_begin(&f, &pin_screen, false, order);
		type(&f, rows[i].keys);
		if (strcmp(f.entry.content[0], rows[i].content) != 0 || f.done != rows[i].done || f.too_short != rows[i].too_short)
			fail_msg("%s: '%s', done %d, short %d", rows[i].name, f.entry.content[0], f.done, f.too_short);
		if (f.done)
			assert_int_equal(f.entry.button, rows[i].button);
	}
}

static void three_fields(void **unused)
{
	static const struct {
		const char *name, *keys;
		const char *content[3];
		unsigned int focus;
		bool done;
	} rows[] = {
		{ "Enter from field to field", "heron\n1234\n1234\n", { "heron", "1234", "1234" }, 2, true },
		{ "Tab", "heron\t1234\t1234\n", { "heron", "1234", "1234" }, 2, true },
		{ "no phrase", "\n1234\n1234\n", { "", "1234", "1234" }, 2, true },
		{ "back to what is too short", "\t12\t1234\n", { "", "12", "1234" }, 1, false },
		{ "digits in a phrase are as typed", "h3\n1234\n1234\n", { "h3", "1234", "1234" }, 2, true },
	};

	(void)unused;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct form f;

		form_begin(&f, &three, false, order);
		type(&f, rows[i].keys);
		for (int k = 0; k < 3; k++)
			if (strcmp(f.entry.content[k], rows[i].content[k]) != 0)
				fail_msg("%s: field %d is '%s'", rows[i].name, k, f.entry.content[k]);
		if (f.focus != rows[i].focus || f.done != rows[i].done)
			fail_msg("%s: focus %u, done %d", rows[i].name, f.focus, f.done);
	}
}

static void characters_of_two_bytes(void **unused)
{
	static const struct key e_acute = { .kind = PRESS_TYPED, .digit = -1, .text = "\xC3\xA9" };
	struct form f;

	(void)unused;
	form_begin(&f, &three, false, order);
	for (int i = 0; i < 9; i++)
		form_key(&f, &e_acute);
	assert_int_equal(form_length(&f, 0), 8);
	assert_int_equal(strlen(f.entry.content[0]), 16);
	press(&f, PRESS_RUBOUT);
	assert_int_equal(form_length(&f, 0), 7);
	assert_int_equal(strlen(f.entry.content[0]), 14);
}

static void scrambled_digits(void **unused)
{
	static const uint8_t other[10] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 };
	struct form f;

	(void)unused;
	form_begin(&f, &pin_screen, true, other);
	type(&f, "8765\n");
	assert_string_equal(f.entry.content[0], "1234");
	/* F2 turns it off and on again. */
	form_begin(&f, &pin_screen, true, other);
	press(&f, PRESS_KEYPAD);
	type(&f, "12");
	press(&f, PRESS_KEYPAD);
	type(&f, "65\n");
	assert_string_equal(f.entry.content[0], "1234");
	/* What is seen is not scrambled. */
	form_begin(&f, &three, true, other);
	type(&f, "h3");
	assert_string_equal(f.entry.content[0], "h3");
}

static void every_order_has_every_digit(void **unused)
{
	unsigned int first[10] = { 0 };

	(void)unused;
	for (unsigned int seed = 0; seed < 1000; seed++) {
		uint8_t random[10], keypad[10];
		unsigned int seen = 0;

		for (unsigned int i = 0; i < 10; i++)
			random[i] = (uint8_t)((seed * 2654435761u + i * 40503u) >> (8 + i % 3));
		form_keypad(random, keypad);
		for (unsigned int i = 0; i < 10; i++)
			seen |= 1u << keypad[i];
		assert_int_equal(seen, 0x3FF);
		first[keypad[1]]++;
	}
	for (unsigned int i = 0; i < 10; i++)
		assert_true(first[i] > 0);
}

static void buttons_that_were_not_asked_for(void **unused)
{
	static const struct tui_screen tell = { .buttons = 1u << TUI_OK };
	static const struct tui_screen pages = { .buttons = 1u << TUI_NEXT | 1u << TUI_PREVIOUS };
	struct form f;

	(void)unused;
	form_begin(&f, &tell, false, order);
	type(&f, "a1\b\x1B");
	press(&f, PRESS_PAGE_ON);
	assert_false(f.done);
	type(&f, "\n");
	assert_true(f.done);
	assert_int_equal(f.entry.button, TUI_OK);
	form_begin(&f, &pages, false, order);
	type(&f, "\n\x1B");
	assert_false(f.done);
	press(&f, PRESS_PAGE_BACK);
	assert_int_equal(f.entry.button, TUI_PREVIOUS);
}

static void wiped(void **unused)
{
	static const struct form none;
	struct form f;

	(void)unused;
	form_begin(&f, &pin_screen, false, order);
	type(&f, "1234");
	form_wipe(&f);
	assert_memory_equal(&f, &none, sizeof(f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_field),
		cmocka_unit_test(three_fields),
		cmocka_unit_test(characters_of_two_bytes),
		cmocka_unit_test(scrambled_digits),
		cmocka_unit_test(every_order_has_every_digit),
		cmocka_unit_test(buttons_that_were_not_asked_for),
		cmocka_unit_test(wiped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("trustuid form", tests, NULL, NULL);
}
