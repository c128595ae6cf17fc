// SPDX-License-Identifier: BSD-2-Clause
#include "canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int canvas_make(struct canvas *c, int width, int height)
{
	c->width = width > 0 ? width : 1;
	c->height = height > 0 ? height : 1;
	c->cells = calloc((size_t)c->width * (size_t)c->height, sizeof(*c->cells));
	if (!c->cells)
		return -1;
	for (int i = 0; i < c->width * c->height; i++)
		c->cells[i].c = ' ';
	return 0;
}

void canvas_free(struct canvas *c)
{
	free(c->cells);
	memset(c, 0, sizeof(*c));
}

static struct canvas_cell *cell_at(struct canvas *c, int x, int y)
{
	return x < 0 || y < 0 || x >= c->width || y >= c->height ? NULL : &c->cells[y * c->width + x];
}

static void put_char(struct canvas *c, int x, int y, enum canvas_style style, char ch)
{
	struct canvas_cell *cell = cell_at(c, x, y);

	if (!cell)
		return;
	cell->c = ch;
	cell->style = (unsigned char)style;
}

int canvas_put(struct canvas *c, int x, int y, enum canvas_style style, const char *text)
{
	for (; *text; text++)
		put_char(c, x++, y, style, *text >= ' ' && *text <= '~' ? *text : '?');
	return x;
}

int canvas_printf(struct canvas *c, int x, int y, enum canvas_style style, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return canvas_put(c, x, y, style, text);
}

int canvas_column(struct canvas *c, int x, int y, int width, bool right, enum canvas_style style, const char *text)
{
	int len = (int)strlen(text), at = x;

	if (len > width)
		len = width;
	if (right)
		at += width - len;
	for (int i = 0; i < len; i++)
		put_char(c, at + i, y, style, text[i]);
	return x + width + 1;
}

void canvas_bar(struct canvas *c, int x, int y, int eighths)
{
	if (eighths > CANVAS_EIGHTHS)
		eighths = CANVAS_EIGHTHS;
	if (eighths > 0)
		put_char(c, x, y, CANVAS_BAR, (char)eighths);
}

void canvas_line(struct canvas *c, int y, enum canvas_style style)
{
	for (int x = 0; x < c->width; x++) {
		struct canvas_cell *cell = cell_at(c, x, y);

		if (cell)
			cell->style = (unsigned char)style;
	}
}
