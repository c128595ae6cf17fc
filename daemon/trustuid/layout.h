/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TRUSTUID_LAYOUT_H
#define TEEPAY_TRUSTUID_LAYOUT_H

#include "form.h"

/*
 * What stands where on the trusted screen: characters and how they look, in a grid that some terminal is then filled with.  From the top: a bar that says what
 * this is and how long it stays, who asks, the text, the entry fields; at the bottom the keys that do something.
 */
#define LAYOUT_COLUMNS_MAX	240
#define LAYOUT_LINES_MAX	80
#define LAYOUT_COLUMNS_MIN	72	/* the digest fits on a line */
#define LAYOUT_LINES_MIN	24

enum look { LOOK_PLAIN, LOOK_STRONG, LOOK_BAR, LOOK_DIM, LOOK_FIELD, LOOK_WARN, LOOK_LARGE };

struct cell {
	char text[3];			/* one character; "" is a blank */
	uint8_t look;			/* enum look */
};

struct layout {
	unsigned int columns, lines;
	unsigned int cursor_column, cursor_line;
	bool cursor;			/* there is one: a field has the focus */
	struct cell cells[LAYOUT_LINES_MAX][LAYOUT_COLUMNS_MAX];
};

/* Who asks: what libtee says of the application, and the user whose process it is, which the kernel says. */
struct asker {
	struct tui_owner owner;
	char user[33];
};

/* Draws the whole screen.  @form NULL: between two screens of one session. */
void layout_draw(struct layout *l, unsigned int columns, unsigned int lines, const struct asker *asker, const struct form *form, unsigned int seconds);

#endif
