// SPDX-License-Identifier: BSD-2-Clause
#include "layout.h"

#include <stdio.h>
#include <string.h>

#include "bigtype.h"
#include "common/hex.h"

#define WIDTH		68	/* of what stands in the middle */
#define HEAD_WIDTH	10

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Puts @text at a place, as much as fits; gives the column behind it. */
static unsigned int put(struct layout *l, unsigned int column, unsigned int line, enum look look, const char *text)
{
	size_t left = strlen(text);

	while (left > 0 && column < l->columns && line < l->lines) {
		struct cell *cell = &l->cells[line][column];
		size_t n = tui_character(text, left);

		*cell = (struct cell){ .text = "?", .look = (uint8_t)look };
		if (n > 0) {
			memcpy(cell->text, text, n);
			cell->text[n] = '\0';
		}
		n = n ? n : 1;
		text += n;
		left -= n;
		column++;
	}
	return column;
}

static void bar(struct layout *l, unsigned int line)
{
	for (unsigned int c = 0; c < l->columns; c++)
		l->cells[line][c] = (struct cell){ .text = " ", .look = LOOK_BAR };
}

static void draw_title(struct layout *l, bool counts, unsigned int seconds)
{
	char left[24];

	bar(l, 0);
	put(l, 2, 0, LOOK_BAR, "teepay trusted screen - no other program reads these keys");
	snprintf(left, sizeof(left), "%u:%02u left", seconds / 60 % 100, seconds % 60);
	if (counts)
		put(l, l->columns - (unsigned int)strlen(left) - 2, 0, LOOK_BAR, left);
}

static void draw_asker(struct layout *l, unsigned int margin, unsigned int line, const struct asker *asker)
{
	const struct tui_owner *owner = &asker->owner;
	char digest[HEX_TEXT(TUI_DIGEST_LEN)], uuid[HEX_TEXT(TUI_UUID_LEN)], text[96];

	hex_encode(owner->digest, TUI_DIGEST_LEN, digest);
	hex_encode(owner->uuid, TUI_UUID_LEN, uuid);
	snprintf(text, sizeof(text), "%.8s-%.4s-%.4s-%.4s-%.12s, user %s", uuid, uuid + 8, uuid + 12, uuid + 16, uuid + 20, asker->user);
	put(l, margin, line, LOOK_DIM, "Asked by");
	put(l, margin + HEAD_WIDTH, line, LOOK_STRONG, *owner->name ? owner->name : "an application without a name");
	put(l, margin + HEAD_WIDTH, line + 1, LOOK_DIM, text);
	put(l, margin, line + 2, LOOK_DIM, digest);
}

/* The large characters of an amount, and what follows them as it is. */
static unsigned int draw_large(struct layout *l, unsigned int margin, unsigned int line, const char *text)
{
	size_t n, width = bigtype_width(text, &n);

	if (n == 0 || margin + width > l->columns || line + BIGTYPE_LINES >= l->lines) {
		put(l, margin, line, LOOK_STRONG, text);
		return line + 1;
	}
	for (unsigned int i = 0; i < BIGTYPE_LINES; i++)
		for (unsigned int c = 0; c < width; c++)
			if (bigtype_pixel(text, c, i))
				l->cells[line + 1 + i][margin + c] = (struct cell){ .text = " ", .look = LOOK_LARGE };
	put(l, margin + (unsigned int)width, line + BIGTYPE_LINES, LOOK_STRONG, text[n] == ' ' ? text + n + 1 : text + n);
	return line + BIGTYPE_LINES + 2;
}

static unsigned int draw_text(struct layout *l, unsigned int margin, unsigned int line, const char *text)
{
	while (*text) {
		char one[TUI_TEXT_MAX + 1];
		size_t len = strcspn(text, "\n");

		memcpy(one, text, len);
		one[len] = '\0';
		if (strncmp(one, "# ", 2) == 0) {
			line = draw_large(l, margin, line, one + 2);
		} else {
			put(l, margin, line, LOOK_PLAIN, one);
			line++;
		}
		text += len + (text[len] == '\n');
	}
	return line;
}

/* The last character typed shows in the mode that says so; a digit that does not show is a star. */
static void field_text(const struct form *f, unsigned int i, char out[TUI_CONTENT_MAX + 1])
{
	const char *content = f->entry.content[i];
	unsigned int n = form_length(f, i);
	size_t last = strlen(content);

	if (f->screen.fields[i].mode == TUI_CLEAR) {
		strcpy(out, content);
		return;
	}
	memset(out, '*', n);
	out[n] = '\0';
	while (last > 0 && ((unsigned char)content[last - 1] & 0xC0) == 0x80)
		last--;
	if (f->screen.fields[i].mode == TUI_TEMPORARY_CLEAR && n > 0 && strlen(content) - (last - 1) + n - 1 <= TUI_CONTENT_MAX)
		strcpy(out + n - 1, content + last - 1);
}

static unsigned int draw_fields(struct layout *l, unsigned int margin, unsigned int line, const struct form *f)
{
	unsigned int label = 0;

	for (unsigned int i = 0; i < f->screen.nfields; i++)
		label = (unsigned int)strlen(f->screen.fields[i].label) > label ? (unsigned int)strlen(f->screen.fields[i].label) : label;
	for (unsigned int i = 0; i < f->screen.nfields && line < l->lines; i++, line += 2) {
		bool focus = i == f->focus;
		unsigned int at = margin + label + 3, end;
		char text[TUI_CONTENT_MAX + 1];

		put(l, margin, line, focus ? LOOK_STRONG : LOOK_PLAIN, f->screen.fields[i].label);
		for (unsigned int c = at - 1; c < at + f->screen.fields[i].max + 1 && c < l->columns; c++)
			l->cells[line][c] = (struct cell){ .text = " ", .look = LOOK_FIELD };
		field_text(f, i, text);
		end = put(l, at, line, LOOK_FIELD, text);
		explicit_bzero(text, sizeof(text));
		if (focus) {
			l->cursor = end < l->columns;
			l->cursor_column = end;
			l->cursor_line = line;
		}
	}
	return line;
}

/* Which key is which digit now, below each other. */
static unsigned int draw_keypad(struct layout *l, unsigned int margin, unsigned int line, const struct form *f)
{
	static const char order[] = "1234567890";
	char keys[2] = "", means[2] = "";

	put(l, margin, line, LOOK_DIM, "press");
	put(l, margin, line + 1, LOOK_DIM, "for");
	for (unsigned int i = 0; i < 10; i++) {
		keys[0] = order[i];
		means[0] = (char)('0' + f->keypad[order[i] - '0']);
		put(l, margin + 8 + 3 * i, line, LOOK_DIM, keys);
		put(l, margin + 8 + 3 * i, line + 1, LOOK_STRONG, means);
	}
	return line + 3;
}

static void draw_keys(struct layout *l, const struct form *f)
{
	static const struct {
		enum tui_button button;
		const char *key;
	} keys[] = {
		{ TUI_VALIDATE, "Enter confirm" }, { TUI_OK, "Enter OK" }, { TUI_CANCEL, "Esc cancel" }, { TUI_PREVIOUS, "Page up back" },
		{ TUI_NEXT, "Page down next" },
	};
	unsigned int column = 2, line = l->lines - 1;

	bar(l, line);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (f->screen.buttons >> keys[i].button & 1)
			column = put(l, column, line, LOOK_BAR, keys[i].key) + 3;
	if (f->screen.nfields > 1)
		column = put(l, column, line, LOOK_BAR, "Tab next field") + 3;
	if (form_is_secret(f))
		put(l, column, line, LOOK_BAR, f->scrambled ? "F2 digits in their order" : "F2 scramble the digits");
}

void layout_draw(struct layout *l, unsigned int columns, unsigned int lines, const struct asker *asker, const struct form *form, unsigned int seconds)
{
	unsigned int margin, line;
	char warn[48];

	memset(l, 0, sizeof(*l));
	l->columns = smaller(columns, LAYOUT_COLUMNS_MAX);
	l->lines = smaller(lines, LAYOUT_LINES_MAX);
	if (l->columns < LAYOUT_COLUMNS_MIN || l->lines < LAYOUT_LINES_MIN)
		return;
	margin = (l->columns - WIDTH) / 2;
	line = 2 + (l->lines - LAYOUT_LINES_MIN) / 4;
	draw_title(l, form != NULL, seconds);
	draw_asker(l, margin, line, asker);
	if (!form)
		return;
	line = draw_text(l, margin, line + 4, form->screen.text) + 1;
	line = draw_fields(l, margin, line, form);
	if (form->too_short) {
		snprintf(warn, sizeof(warn), "At least %u, please.", form->screen.fields[form->focus].min);
		put(l, margin, line, LOOK_WARN, warn);
		line += 2;
	}
	if (form->scrambled && form_is_secret(form) && line + 2 < l->lines - 1)
		draw_keypad(l, margin, line, form);
	draw_keys(l, form);
}
