// SPDX-License-Identifier: BSD-2-Clause
#include "form.h"

#include <string.h>

void form_keypad(const uint8_t random[10], uint8_t keypad[10])
{
	for (uint8_t i = 0; i < 10; i++)
		keypad[i] = i;
	/* Fisher and Yates's shuffle.  A byte's remainder leans by less than 4 %: too little to guess a PIN by. */
	for (unsigned int i = 9; i > 0; i--) {
		unsigned int k = random[i] % (i + 1);
		uint8_t other = keypad[k];

		keypad[k] = keypad[i];
		keypad[i] = other;
	}
}

void form_begin(struct form *f, const struct tui_screen *screen, bool scrambled, const uint8_t keypad[10])
{
	form_wipe(f);
	f->screen = *screen;
	f->entry.nfields = screen->nfields;
	f->scrambled = scrambled;
	memcpy(f->keypad, keypad, sizeof(f->keypad));
}

void form_wipe(struct form *f)
{
	explicit_bzero(f, sizeof(*f));
}

unsigned int form_length(const struct form *f, unsigned int i)
{
	unsigned int n = 0;

	/* The bytes of a character behind its first begin with 10. */
	for (const char *p = f->entry.content[i]; *p; p++)
		n += ((unsigned char)*p & 0xC0) != 0x80;
	return n;
}

static bool requested(const struct form *f, enum tui_button button)
{
	return f->screen.buttons >> button & 1;
}

bool form_is_secret(const struct form *f)
{
	const struct tui_field *field = &f->screen.fields[f->focus];

	return f->screen.nfields > 0 && field->type == TUI_NUMERICAL && field->mode != TUI_CLEAR;
}

static void type(struct form *f, const struct key *key)
{
	char *content = f->entry.content[f->focus];
	size_t len = strlen(content);
	char digit[2] = "";
	const char *text = key->text;

	if (f->screen.nfields == 0 || form_length(f, f->focus) >= f->screen.fields[f->focus].max)
		return;
	if (f->screen.fields[f->focus].type == TUI_NUMERICAL) {
		if (key->digit < 0)
			return;
		digit[0] = (char)('0' + (f->scrambled && form_is_secret(f) ? f->keypad[key->digit] : key->digit));
		text = digit;
	}
	if (len + strlen(text) <= TUI_CONTENT_MAX)
		memcpy(content + len, text, strlen(text) + 1);
	explicit_bzero(digit, sizeof(digit));
}

static void rub_out(struct form *f)
{
	char *content = f->entry.content[f->focus];
	size_t len = strlen(content);

	while (len > 0 && ((unsigned char)content[len - 1] & 0xC0) == 0x80)
		content[--len] = '\0';
	if (len > 0)
		content[len - 1] = '\0';
}

static void end(struct form *f, enum tui_button button)
{
	f->entry.button = (uint8_t)button;
	f->done = true;
}

/* Enter goes to the next field, and behind the last one confirms, if every field has enough. */
static void confirm(struct form *f)
{
	enum tui_button button = requested(f, TUI_VALIDATE) ? TUI_VALIDATE : TUI_OK;

	if (!requested(f, button))
		return;
	for (unsigned int i = 0; i < f->screen.nfields; i++) {
		bool enough = form_length(f, i) >= f->screen.fields[i].min;

		if (enough && i < f->focus)
			continue;
		if (!enough || i + 1 < f->screen.nfields) {
			f->focus = enough ? i + 1 : i;
			f->too_short = !enough;
			return;
		}
	}
	end(f, button);
}

/* What is not confirmed does not leave. */
static void leave(struct form *f, enum tui_button button)
{
	if (!requested(f, button))
		return;
	explicit_bzero(f->entry.content, sizeof(f->entry.content));
	end(f, button);
}

void form_key(struct form *f, const struct key *key)
{
	if (f->done || key->kind == PRESS_NONE)
		return;
	f->too_short = false;
	switch (key->kind) {
	case PRESS_TYPED:
		type(f, key);
		break;
	case PRESS_CONFIRM:
		confirm(f);
		break;
	case PRESS_LEAVE:
		leave(f, TUI_CANCEL);
		break;
	case PRESS_RUBOUT:
		rub_out(f);
		break;
	case PRESS_FORWARD:
		f->focus = f->focus + 1 < f->screen.nfields ? f->focus + 1 : f->focus;
		break;
	case PRESS_BACK:
		f->focus = f->focus > 0 ? f->focus - 1 : 0;
		break;
	case PRESS_PAGE_BACK:
		leave(f, TUI_PREVIOUS);
		break;
	case PRESS_PAGE_ON:
		leave(f, TUI_NEXT);
		break;
	case PRESS_KEYPAD:
		f->scrambled = !f->scrambled;
		break;
	default:
		break;
	}
}
