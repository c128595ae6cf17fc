// SPDX-License-Identifier: BSD-2-Clause
#include "paint.h"

#include <curses.h>
#include <locale.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define TERMINAL	"linux"

static SCREEN *screen;
static FILE *terminal;

static const struct {
	short front, back;
	attr_t attributes;
} looks[] = {
	[LOOK_PLAIN] = { COLOR_WHITE, COLOR_BLACK, A_NORMAL },
	[LOOK_STRONG] = { COLOR_WHITE, COLOR_BLACK, A_BOLD },
	[LOOK_BAR] = { COLOR_WHITE, COLOR_BLUE, A_BOLD },
	[LOOK_DIM] = { COLOR_CYAN, COLOR_BLACK, A_NORMAL },
	[LOOK_FIELD] = { COLOR_BLACK, COLOR_WHITE, A_NORMAL },
	[LOOK_WARN] = { COLOR_YELLOW, COLOR_BLACK, A_BOLD },
	[LOOK_LARGE] = { COLOR_BLACK, COLOR_YELLOW, A_NORMAL },
};

#define LOOKS	(sizeof(looks) / sizeof(looks[0]))

static attr_t attributes(uint8_t look)
{
	return looks[look].attributes | (has_colors() ? (attr_t)COLOR_PAIR(look + 1) : look == LOOK_BAR || look >= LOOK_FIELD ? A_REVERSE : 0);
}

bool paint_begin(int fd)
{
	int copy = dup(fd);

	setlocale(LC_ALL, "C.UTF-8");
	terminal = copy >= 0 ? fdopen(copy, "r+") : NULL;
	screen = terminal ? newterm(TERMINAL, terminal, terminal) : NULL;
	if (!screen) {
		if (terminal)
			fclose(terminal);
		else if (copy >= 0)
			close(copy);
		terminal = NULL;
		return false;
	}
	/* Keys come from the grabbed devices; what should reach the terminal all the same does nothing there and shows nowhere. */
	raw();
	noecho();
	if (has_colors()) {
		start_color();
		for (short i = 0; i < (short)LOOKS; i++)
			init_pair((short)(i + 1), looks[i].front, looks[i].back);
	}
	return true;
}

void paint(const struct layout *l)
{
	if (!screen)
		return;
	erase();
	for (unsigned int line = 0; line < l->lines; line++)
		for (unsigned int column = 0; column < l->columns; column++) {
			const struct cell *c = &l->cells[line][column];

			if (!*c->text)
				continue;
			attrset((int)attributes(c->look));
			mvaddstr((int)line, (int)column, c->text);
		}
	curs_set(l->cursor);
	move((int)l->cursor_line, (int)l->cursor_column);
	refresh();
}

void paint_end(void)
{
	if (!screen)
		return;
	erase();
	refresh();
	endwin();
	delscreen(screen);
	/* The console keeps what has scrolled away: none of it stays (console_codes(4)). */
	fputs("\033[2J\033[3J\033[H", terminal);
	fflush(terminal);
	tcflush(fileno(terminal), TCIOFLUSH);
	fclose(terminal);
	screen = NULL;
	terminal = NULL;
}
