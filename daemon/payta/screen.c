// SPDX-License-Identifier: BSD-2-Clause
#include "screen.h"

#include <string.h>

static bool is_open;

/* --- text --- */

void screen_add(struct screen_text *t, const char *words)
{
	size_t len = strlen(words);

	if (len > SCREEN_TEXT_MAX - t->len)
		len = SCREEN_TEXT_MAX - t->len;
	memcpy(t->s + t->len, words, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void screen_add_number(struct screen_text *t, uint32_t n)
{
	char digits[11];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	screen_add(t, digits + at);
}

/* The bytes that begin at @p and belong to one character of UTF-8. */
static size_t character_size(const char *p)
{
	size_t n = 1;

	while (((unsigned char)p[n] & 0xC0) == 0x80)
		n++;
	return n;
}

void screen_add_foreign(struct screen_text *t, const char *words)
{
	char one[8];
	uint32_t width, height, last;

	/* "# " at the beginning of a line sets an amount in large type (tui_wire.h), and nothing else. */
	if (*words == '#' && (!t->len || t->s[t->len - 1] == '\n'))
		screen_add(t, " ");
	while (*words) {
		size_t n = character_size(words);
		bool plain = n < sizeof(one) && *words != '\n';

		if (plain) {
			memcpy(one, words, n);
			one[n] = '\0';
			plain = TEE_TUICheckTextFormat(one, &width, &height, &last) == TEE_SUCCESS;
		}
		screen_add(t, plain ? one : "?");
		words += n;
	}
}

/* --- the session --- */

bool screen_open(void)
{
	if (!is_open)
		is_open = TEE_TUIInitSession() == TEE_SUCCESS;
	return is_open;
}

void screen_close(void)
{
	/* It may have ended by itself, and then there is nothing to give back. */
	if (is_open)
		(void)TEE_TUICloseSession();
	is_open = false;
}

static enum screen_end show(const struct screen_text *text, bool cancel, TEE_TUIEntryField *fields, uint32_t n)
{
	struct screen_text whole = *text;
	TEE_TUIScreenConfiguration screen = { .screenOrientation = TEE_TUI_LANDSCAPE };
	TEE_TUIButtonType button;
	TEE_Result res;

	if (*pin_phrase()) {
		screen_add(&whole, "\nYour secret phrase: ");
		screen_add(&whole, pin_phrase());
		screen_add(&whole, "\n");
	}
	screen.label.text = whole.s;
	screen.requestedButtons[TEE_TUI_CORRECTION] = n > 0;
	screen.requestedButtons[TEE_TUI_VALIDATE] = true;
	screen.requestedButtons[TEE_TUI_CANCEL] = cancel;
	res = TEE_TUIDisplayScreen(&screen, false, fields, n, &button);
	TEE_MemFill(&whole, 0, sizeof(whole));
	if (res != TEE_SUCCESS)
		is_open = false;
	if (res == TEE_SUCCESS && button == TEE_TUI_VALIDATE)
		return SCREEN_YES;
	return res == TEE_SUCCESS ? SCREEN_NO : SCREEN_GONE;
}

enum screen_end screen_ask(const struct screen_text *text, TEE_TUIEntryField *fields, uint32_t n)
{
	size_t room[4];
	enum screen_end end;

	if (n > sizeof(room) / sizeof(room[0]))
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	for (uint32_t i = 0; i < n; i++)
		room[i] = fields[i].bufferLength;
	end = show(text, true, fields, n);
	for (uint32_t i = 0; end != SCREEN_YES && i < n; i++)
		TEE_MemFill(fields[i].buffer, 0, room[i]);
	return end;
}

void screen_tell(const struct screen_text *text)
{
	(void)show(text, false, NULL, 0);
}

TEE_TUIEntryField screen_pin_field(char *label, char *pin)
{
	return (TEE_TUIEntryField){
		.label = label, .mode = TEE_TUI_HIDDEN_MODE, .type = TEE_TUI_NUMERICAL, .minExpectedLength = PIN_MIN, .maxExpectedLength = PIN_MAX,
		.buffer = pin, .bufferLength = PIN_MAX + 1,
	};
}
