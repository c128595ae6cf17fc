/* SPDX-License-Identifier: BSD-2-Clause */
/* A screen in memory: cells of one character and a style. What does not fit is cut off. */
#ifndef TEECTL_CANVAS_H
#define TEECTL_CANVAS_H

#include <stdbool.h>

enum canvas_style {
	CANVAS_PLAIN,
	CANVAS_DIM,
	CANVAS_BOLD,
	CANVAS_BAR,	/* of a graph */
	CANVAS_ALARM,	/* something went wrong */
	CANVAS_TITLE,	/* a line of its own colours */
	CANVAS_CHOSEN,	/* the line that the keys act on */
};

/* Characters 1 to 8 of a cell are a bar so many eighths high. */
#define CANVAS_EIGHTHS 8

struct canvas_cell {
	char c;
	unsigned char style;
};

struct canvas {
	int width, height;
	struct canvas_cell *cells;
};

/* All blank. 0, or -1 without memory. */
int canvas_make(struct canvas *c, int width, int height);
void canvas_free(struct canvas *c);

/* Writes from (x, y) on and returns the x behind it. */
int canvas_put(struct canvas *c, int x, int y, enum canvas_style style, const char *text);
int canvas_printf(struct canvas *c, int x, int y, enum canvas_style style, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* A column: text at the left or right side of so many cells, cut to them. Returns the x behind it and one blank. */
int canvas_column(struct canvas *c, int x, int y, int width, bool right, enum canvas_style style, const char *text);
/* A bar of so many eighths in one cell. */
void canvas_bar(struct canvas *c, int x, int y, int eighths);
/* Gives a whole line a style. */
void canvas_line(struct canvas *c, int y, enum canvas_style style);

#endif
