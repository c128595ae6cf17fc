// SPDX-License-Identifier: BSD-2-Clause
#include "top.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "draw.h"
#include "stop.h"

/* Wide enough for every column. */
#define ONCE_WIDTH 140

static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
static const char *const ascii[] = { " ", ".", ".", ":", ":", "-", "=", "#", "#" };

struct top {
	const struct settings *settings;
	struct link *link;	/* NULL while the module is not there */
	struct snapshot now, before;
	bool has_before;
	struct view view;
	struct link_error error;
	const char *const *bars;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void set_clock(struct view *v)
{
	const time_t t = time(NULL);
	struct tm local;

	if (localtime_r(&t, &local))
		strftime(v->clock, sizeof(v->clock), "%H:%M:%S", &local);
}

/* One more reading. 0, or -1 with the error filled. */
static int take(struct top *top)
{
	const uint8_t *ta = top->settings->has_ta ? top->settings->ta : NULL;
	struct snapshot fresh;

	if (!top->link && link_open(&top->link, &top->error))
		return -1;
	if (snapshot_take(&fresh, top->link, ta, &top->error))
		return -1;
	snapshot_free(&top->before);
	top->before = top->now;
	top->now = fresh;
	if (view_update(&top->view, &top->now, top->has_before ? &top->before : NULL)) {
		top->error = (struct link_error){ .text = "no memory", .exit_status = 1 };
		return -1;
	}
	top->has_before = true;
	top->view.notice = NULL;
	set_clock(&top->view);
	return 0;
}

/* The module went while it was watched: what it had is no longer true. */
static void lose(struct top *top)
{
	link_close(&top->link);
	snapshot_free(&top->now);
	snapshot_free(&top->before);
	top->has_before = false;
	view_free(&top->view);
	top->view.notice = "The module teechan is not loaded. Waiting for it; q quits.";
	set_clock(&top->view);
}

static void top_free(struct top *top)
{
	link_close(&top->link);
	snapshot_free(&top->now);
	snapshot_free(&top->before);
	view_free(&top->view);
}

/* ---- once, as text ---- */

static bool is_blank(const struct canvas *c, int y)
{
	for (int x = 0; x < c->width; x++)
		if (c->cells[y * c->width + x].c != ' ')
			return false;
	return true;
}

static void print_canvas(const struct canvas *c)
{
	int height = c->height;

	while (height > 0 && is_blank(c, height - 1))
		height--;
	for (int y = 0; y < height; y++) {
		const struct canvas_cell *line = &c->cells[y * c->width];
		int len = c->width;

		while (len > 0 && line[len - 1].c == ' ')
			len--;
		for (int x = 0; x < len; x++) {
			if (line[x].c <= CANVAS_EIGHTHS)
				fputs(ascii[(int)line[x].c], stdout);
			else
				putchar(line[x].c);
		}
		putchar('\n');
	}
}

/* Rates take two readings. */
static int top_once(struct top *top)
{
	struct canvas c;
	size_t lines = 16;

	if (take(top))
		return top->error.exit_status;
	if (stop_poll(NULL, 0, (int)top->settings->interval_ms) < 0 || stop_wanted())
		return 0;
	if (take(top))
		return top->error.exit_status;
	for (int i = 0; i < VIEW_TABLES; i++)
		lines += top->view.count[i];
	if (canvas_make(&c, ONCE_WIDTH, lines < 100000 ? (int)lines : 100000))
		return 1;
	draw_view(&c, &top->view, false);
	print_canvas(&c);
	canvas_free(&c);
	return 0;
}

/* ---- on a terminal ---- */

static attr_t attribute(unsigned char style)
{
	const attr_t colour = has_colors() ? COLOR_PAIR(style == CANVAS_ALARM ? 1 : style == CANVAS_BAR ? 2 : 0) : 0;

	switch (style) {
	case CANVAS_DIM:
		return A_DIM;
	case CANVAS_BOLD:
		return A_BOLD;
	case CANVAS_BAR:
		return colour;
	case CANVAS_ALARM:
		return A_BOLD | colour;
	case CANVAS_TITLE:
		return A_REVERSE;
	case CANVAS_CHOSEN:
		return A_BOLD | A_UNDERLINE;
	default:
		return A_NORMAL;
	}
}

/* ncurses sends what differs from the last screen, and nothing else: it does not flicker. */
static void show(struct top *top)
{
	struct canvas c;
	int width, height;

	getmaxyx(stdscr, height, width);
	if (canvas_make(&c, width, height))
		return;
	draw_view(&c, &top->view, true);
	for (int y = 0; y < c.height; y++) {
		move(y, 0);
		for (int x = 0; x < c.width; x++) {
			const struct canvas_cell *cell = &c.cells[y * c.width + x];
			const char one[2] = { cell->c, 0 };

			attrset((int)attribute(cell->style));
			addstr(cell->c > 0 && cell->c <= CANVAS_EIGHTHS ? top->bars[(int)cell->c] : one);
		}
	}
	attrset(A_NORMAL);
	refresh();
	canvas_free(&c);
}

static void change_interval(struct view *v, bool longer)
{
	static const unsigned int steps[] = { 100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000 };
	const size_t count = sizeof(steps) / sizeof(steps[0]);
	size_t at = 0;

	while (at < count && steps[at] < v->interval_ms)
		at++;
	if (longer)
		at += at < count && steps[at] == v->interval_ms;
	else
		at -= at > 0;
	v->interval_ms = steps[at < count ? at : count - 1];
}

/* Returns false to quit. */
static bool press(struct view *v, int key)
{
	const long page = 10;

	if (v->help && key != 'q' && key != KEY_RESIZE) {
		v->help = false;
		return true;
	}
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 'h':
	case '?':
	case KEY_F(1):
		v->help = true;
		break;
	case ' ':
		v->paused = !v->paused;
		break;
	case 's':
		view_sort_next(v);
		break;
	case '\t':
	case KEY_RIGHT:
		v->focus = (enum view_table)((v->focus + 1) % VIEW_TABLES);
		break;
	case KEY_BTAB:
	case KEY_LEFT:
		v->focus = (enum view_table)((v->focus + VIEW_TABLES - 1) % VIEW_TABLES);
		break;
	case KEY_UP:
	case KEY_DOWN:
		view_move(v, key == KEY_UP ? -1 : 1);
		break;
	case KEY_PPAGE:
	case KEY_NPAGE:
		view_move(v, key == KEY_PPAGE ? -page : page);
		break;
	case '+':
	case '-':
		change_interval(v, key == '+');
		break;
	}
	return true;
}

/* Waits for a key, a signal or the time of the next reading. Returns false to quit. */
static bool wait_for(struct top *top, uint64_t next)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
	const uint64_t now = now_ms();
	int ret, key;

	ret = stop_poll(&pfd, 1, next > now ? (int)(next - now) : 0);
	if (stop_wanted())
		return false;
	/* ncurses learns of a resize by a signal, which it tells as a key. */
	if (ret == 0)
		return true;
	if (ret > 0 && !(pfd.revents & POLLIN))
		return false;
	while ((key = getch()) != ERR)
		if (!press(&top->view, key))
			return false;
	return true;
}

/* Returns 0 when its user quits, -1 on an error that waiting does not heal. */
static int top_loop(struct top *top)
{
	uint64_t next = now_ms();

	for (;;) {
		if (now_ms() >= next) {
			next = now_ms() + top->view.interval_ms;
			if (!top->view.paused && take(top)) {
				/* Refused, and not for want of the module. */
				if (!top->has_before && top->error.exit_status != 5)
					return -1;
				lose(top);
			}
		}
		show(top);
		if (!wait_for(top, next))
			return 0;
	}
}

static int top_screen(struct top *top)
{
	SCREEN *screen;
	int ret;

	/* Before the screen is ours: an error that is there from the beginning is printed as others are. */
	if (take(top))
		return top->error.exit_status;
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		top->error = (struct link_error){ .text = "this terminal's type is unknown; set TERM, or use --once", .exit_status = 1 };
		return 1;
	}
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_RED, -1);
		init_pair(2, COLOR_GREEN, -1);
	}
	ret = top_loop(top);
	endwin();
	delscreen(screen);
	return ret ? top->error.exit_status : 0;
}

int top_run(struct link *link, const struct settings *s, struct link_error *e)
{
	struct top top = { .settings = s, .view = { .interval_ms = s->interval_ms } };
	int status;

	(void)link;
	/* The locale decides whether bars are blocks or ASCII, and nothing else of what teectl prints. */
	setlocale(LC_CTYPE, "");
	top.bars = strcmp(nl_langinfo(CODESET), "UTF-8") ? ascii : blocks;
	stop_prepare();
	if (!s->once && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		snprintf(e->text, sizeof(e->text), "top needs a terminal; in a script use --once");
		return 1;
	}
	status = s->once ? top_once(&top) : top_screen(&top);
	*e = top.error;
	top_free(&top);
	return status;
}
