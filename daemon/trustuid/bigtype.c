// SPDX-License-Identifier: BSD-2-Clause
#include "bigtype.h"

#include <string.h>

#define PIXEL	2	/* columns */

static const struct glyph {
	char c;
	unsigned int width;			/* pixels */
	const char *rows[BIGTYPE_LINES];
} glyphs[] = {
	{ '0', 3, { "###", "# #", "# #", "# #", "###" } }, { '1', 3, { " # ", "## ", " # ", " # ", "###" } },
	{ '2', 3, { "###", "  #", "###", "#  ", "###" } }, { '3', 3, { "###", "  #", "###", "  #", "###" } },
	{ '4', 3, { "# #", "# #", "###", "  #", "  #" } }, { '5', 3, { "###", "#  ", "###", "  #", "###" } },
	{ '6', 3, { "###", "#  ", "###", "# #", "###" } }, { '7', 3, { "###", "  #", "  #", "  #", "  #" } },
	{ '8', 3, { "###", "# #", "###", "# #", "###" } }, { '9', 3, { "###", "# #", "###", "  #", "###" } },
	{ '.', 1, { " ", " ", " ", " ", "#" } }, { ',', 1, { " ", " ", " ", "#", "#" } }, { '-', 2, { "  ", "  ", "##", "  ", "  " } },
};

static const struct glyph *glyph_find(char c)
{
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++)
		if (glyphs[i].c == c)
			return &glyphs[i];
	return NULL;
}

static size_t glyph_columns(const struct glyph *g)
{
	return (g->width + 1) * PIXEL;
}

size_t bigtype_width(const char *text, size_t *n)
{
	const struct glyph *g;
	size_t width = 0;

	for (*n = 0; (g = glyph_find(text[*n])); (*n)++)
		width += glyph_columns(g);
	return width;
}

bool bigtype_pixel(const char *text, size_t column, unsigned int line)
{
	const struct glyph *g;

	if (line >= BIGTYPE_LINES)
		return false;
	for (; (g = glyph_find(*text)); text++) {
		if (column < glyph_columns(g))
			return column / PIXEL < g->width && g->rows[line][column / PIXEL] == '#';
		column -= glyph_columns(g);
	}
	return false;
}
