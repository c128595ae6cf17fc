// SPDX-License-Identifier: BSD-2-Clause
#include "draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "words.h"

/* From these widths on there is room for more columns. */
#define WIDE 118
#define VERY_WIDE 132
/* From this height on the latencies of the chosen TA are drawn, in so many lines. */
#define TALL 32
#define GRAPH_LINES 4
#define HEAD_LINES 4

/* ---- the head: counters ---- */

static void draw_title(struct canvas *c, const struct view *v)
{
	uint64_t size = 0, lent = 0;
	char bytes[TEXT_ROOM], right[48];
	int x;

	canvas_line(c, 0, CANVAS_TITLE);
	for (size_t i = 0; i < v->count[VIEW_REGIONS]; i++) {
		size += v->regions[i].it.size;
		lent += v->regions[i].it.lent;
	}
	x = canvas_put(c, 1, 0, CANVAS_TITLE, "teechan");
	if (!v->notice)
		x = canvas_printf(c, x + 2, 0, CANVAS_TITLE, "%zu TA%s  %zu session%s  %s of regions, %u%% lent", v->count[VIEW_TAS],
				  v->count[VIEW_TAS] == 1 ? "" : "s", v->count[VIEW_SESSIONS],
				  v->count[VIEW_SESSIONS] == 1 ? "" : "s", text_bytes(size, bytes),
				  size ? (unsigned int)(lent * 100 / size) : 0);
	snprintf(right, sizeof(right), "%severy %g s  %s", v->paused ? "PAUSED  " : "", (double)v->interval_ms / 1000, v->clock);
	if (x + 2 + (int)strlen(right) < c->width)
		canvas_put(c, c->width - 1 - (int)strlen(right), 0, CANVAS_TITLE, right);
}

static void draw_counters(struct canvas *c, const struct view *v)
{
	static const struct {
		const char *title;
		int width;
		enum snap_counter which;
		bool alarm;
	} columns[] = {
		{ "CALLS", 7, SNAP_CALLS, false },	 { "OPENED", 7, SNAP_OPENS, false },
		{ "LOANS", 7, SNAP_LENDS, false },	 { "CANCELLED", 9, SNAP_CANCELS, false },
		{ "ABANDONED", 9, SNAP_ABANDONED, true }, { "REFUSED", 7, SNAP_REFUSALS, true },
		{ "TA DEATHS", 9, SNAP_DEATHS, true },
	};
	char text[TEXT_ROOM];
	int x = 13;

	canvas_put(c, 1, 2, CANVAS_PLAIN, "each second");
	canvas_put(c, 1, 3, CANVAS_PLAIN, "since load");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		const double rate = v->rates[columns[i].which];
		const enum canvas_style style = columns[i].alarm && rate > 0 ? CANVAS_ALARM : CANVAS_PLAIN;

		canvas_column(c, x, 1, columns[i].width, true, CANVAS_DIM, columns[i].title);
		canvas_column(c, x, 2, columns[i].width, true, style, v->seconds > 0 ? text_count(rate, text) : "-");
		x = canvas_column(c, x, 3, columns[i].width, true, CANVAS_PLAIN,
				  text_count((double)v->counters[columns[i].which], text));
	}
}

/* ---- the tables: a heading, and rows, of which those around the chosen one are seen ---- */

/* Eighths of a bar for value of max; something is never nothing. */
static int eighths(double value, double max, int cells)
{
	const int bar = max > 0 ? (int)(value / max * cells * CANVAS_EIGHTHS + 0.5) : 0;

	return value > 0 && bar < 1 ? 1 : bar;
}

static void draw_past(struct canvas *c, int x, int y, const struct view_ta *row)
{
	const int room = c->width - x < VIEW_PAST ? c->width - x : VIEW_PAST;
	float max = 0;

	for (int i = VIEW_PAST - room; room > 0 && i < VIEW_PAST; i++)
		max = row->past[i] > max ? row->past[i] : max;
	for (int i = VIEW_PAST - room; room > 0 && i < VIEW_PAST; i++)
		canvas_bar(c, x++, y, eighths(row->past[i], max, 1));
}

/* What a row says, or the headings with row NULL: one place, so that they stand over each other. */
static void draw_ta(struct canvas *c, int y, const struct view_ta *row, bool live)
{
	char uuid[WORDS_UUID], a[TEXT_ROOM];
	const bool wide = c->width >= WIDE;
	const enum canvas_style s = CANVAS_PLAIN;
	int x = canvas_column(c, 0, y, wide ? 15 : 12, false, s, row ? row->name : "TRUSTED APP");

	x = canvas_column(c, x, y, wide ? 36 : 8, false, s, row ? words_uuid(row->it.uuid, uuid) : "UUID");
	if (c->width >= VERY_WIDE)
		x = canvas_column(c, x, y, 10, false, s, row ? row->user : "USER");
	if (row)
		snprintf(a, sizeof(a), "%u", row->it.pid);
	x = canvas_column(c, x, y, 7, true, s, row ? a : "PID");
	x = canvas_column(c, x, y, 4, true, s, row ? text_count(row->it.sessions, a) : "SESS");
	x = canvas_column(c, x, y, 5, true, row && row->it.queued ? CANVAS_BOLD : s, row ? text_count(row->it.queued, a) : "QUEUE");
	x = canvas_column(c, x, y, 3, true, row && row->it.running ? CANVAS_BOLD : s, row ? text_count(row->it.running, a) : "RUN");
	x = canvas_column(c, x, y, 7, true, s, row ? text_count(row->rate, a) : "CALLS/S");
	x = canvas_column(c, x, y, 6, true, s, !row ? "p50" : row->p50 ? text_duration(row->p50, a) : "-");
	x = canvas_column(c, x, y, 6, true, s, !row ? "p90" : row->p90 ? text_duration(row->p90, a) : "-");
	x = canvas_column(c, x, y, 6, true, s, !row ? "p99" : row->p99 ? text_duration(row->p99, a) : "-");
	if (row && live)
		draw_past(c, x, y, row);
	else if (live)
		canvas_put(c, x, y, s, c->width - x >= 14 ? "LATEST CALLS/S" : "LATEST");
}

static void draw_session(struct canvas *c, int y, const struct view_session *row)
{
	const bool wide = c->width >= WIDE, busy = row && row->it.state >= TEECHAN_STATE_QUEUED;
	const enum canvas_style s = CANVAS_PLAIN;
	char a[TEXT_ROOM], uuid[WORDS_UUID];
	int x;

	x = canvas_column(c, 0, y, wide ? 15 : 12, false, s, row ? row->ta : "SESSION WITH");
	if (wide)
		x = canvas_column(c, x, y, 36, false, s, row ? words_uuid(row->it.uuid, uuid) : "UUID");
	if (row)
		snprintf(a, sizeof(a), "%u", row->it.number);
	x = canvas_column(c, x, y, 6, true, s, row ? a : "NUMBER");
	x = canvas_column(c, x, y, 15, false, s, row ? row->client : "CLIENT");
	if (row)
		snprintf(a, sizeof(a), "%u", row->it.client_pid);
	x = canvas_column(c, x, y, 7, true, s, row ? a : "PID");
	x = canvas_column(c, x, y, wide ? 14 : 10, false, s, row ? row->user : "USER");
	x = canvas_column(c, x, y, wide ? 17 : 6, false, s, row ? words_login(row->it.login) : "LOGIN");
	x = canvas_column(c, x, y, 7, false, busy ? CANVAS_BOLD : s, row ? words_state(row->it.state) : "STATE");
	x = canvas_column(c, x, y, 7, true, s, row ? text_count(row->rate, a) : "CALLS/S");
	if (c->width - x >= 7)
		canvas_column(c, x, y, 7, true, s, row ? text_count(row->it.messages ? row->it.messages - 1 : 0, a) : "CALLS");
}

static void draw_share(struct canvas *c, int x, int y, const struct view_region *row)
{
	const int room = c->width - x - 5 < 40 ? c->width - x - 5 : 40;
	int full;

	if (room < 1)
		return;
	full = eighths((double)row->it.lent, (double)row->it.size, room) / CANVAS_EIGHTHS;
	for (int i = 0; i < room; i++)
		canvas_put(c, x + i, y, i < full ? CANVAS_BAR : CANVAS_DIM, i < full ? "#" : ".");
	canvas_printf(c, x + room, y, CANVAS_PLAIN, "%4u%%", row->it.size ? (unsigned int)(row->it.lent * 100 / row->it.size) : 0);
}

static void draw_region(struct canvas *c, int y, const struct view_region *row)
{
	const enum canvas_style s = CANVAS_PLAIN;
	char a[TEXT_ROOM];
	int x = canvas_column(c, 0, y, 15, false, s, row ? row->client : "REGION OF");

	if (row)
		snprintf(a, sizeof(a), "%u", row->it.client_pid);
	x = canvas_column(c, x, y, 7, true, s, row ? a : "PID");
	x = canvas_column(c, x, y, 10, false, s, row ? row->user : "USER");
	if (row)
		snprintf(a, sizeof(a), "%u", row->it.number);
	x = canvas_column(c, x, y, 6, true, s, row ? a : "NUMBER");
	x = canvas_column(c, x, y, 8, true, s, row ? text_bytes(row->it.size, a) : "SIZE");
	x = canvas_column(c, x, y, 4, true, s, row ? text_count(row->it.mappings, a) : "MAPS");
	x = canvas_column(c, x, y, 8, true, row && row->it.lent ? CANVAS_BOLD : s, row ? text_bytes(row->it.lent, a) : "LENT");
	if (row)
		draw_share(c, x, y, row);
	else
		canvas_put(c, x, y, s, "SHARE LENT");
}

static void draw_row(struct canvas *c, const struct view *v, enum view_table table, int y, size_t row, bool live)
{
	switch (table) {
	case VIEW_TAS:
		draw_ta(c, y, &v->tas[row], live);
		break;
	case VIEW_SESSIONS:
		draw_session(c, y, &v->sessions[row]);
		break;
	case VIEW_REGIONS:
	case VIEW_TABLES:
		draw_region(c, y, &v->regions[row]);
		break;
	}
}

static void draw_heading(struct canvas *c, const struct view *v, enum view_table table, int y, bool live)
{
	switch (table) {
	case VIEW_TAS:
		draw_ta(c, y, NULL, live);
		break;
	case VIEW_SESSIONS:
		draw_session(c, y, NULL);
		break;
	case VIEW_REGIONS:
	case VIEW_TABLES:
		draw_region(c, y, NULL);
		break;
	}
	canvas_line(c, y, live && table == v->focus ? CANVAS_TITLE : CANVAS_BOLD);
}

/* A table in the lines from y to y + lines, its heading among them. */
static void draw_table(struct canvas *c, const struct view *v, enum view_table table, int y, int lines, bool live)
{
	static const char *const none[] = { "No trusted application is bound.", "No session is open.", "No region is allocated." };
	const size_t count = v->count[table], room = lines > 1 ? (size_t)(lines - 1) : 0;
	size_t first = 0;

	if (lines < 1)
		return;
	draw_heading(c, v, table, y++, live);
	if (room && !count)
		canvas_put(c, 0, y, CANVAS_DIM, none[table]);
	if (v->chosen[table] >= room)
		first = v->chosen[table] - room + 1;
	for (size_t i = 0; i < room && first + i < count; i++, y++) {
		draw_row(c, v, table, y, first + i, live);
		if (live && table == v->focus && first + i == v->chosen[table])
			canvas_line(c, y, CANVAS_CHOSEN);
	}
	/* In the empty line behind the table. */
	if (room && count > room)
		canvas_printf(c, 1, y, CANVAS_DIM, "%zu to %zu of %zu", first + 1, first + room, count);
}

/* How many lines each table gets: what it needs if there is room for all, the one with the focus first. */
static void share_lines(const struct view *v, int room, int lines[VIEW_TABLES])
{
	int want[VIEW_TABLES];

	for (int i = 0; i < VIEW_TABLES; i++) {
		want[i] = v->count[i] > 1000 ? 1001 : v->count[i] ? (int)v->count[i] + 1 : 2;
		lines[i] = room >= 2 ? 2 : room > 0 ? room : 0;
		room -= lines[i];
	}
	/* One line each in turn, two for the table that has the focus. */
	for (bool more = true; room > 0 && more;) {
		more = false;
		for (int i = 0; i < VIEW_TABLES * 2 && room > 0; i++) {
			const int table = i < VIEW_TABLES ? i : (int)v->focus;

			if (lines[table] < want[table]) {
				lines[table]++;
				room--;
				more = true;
			}
		}
	}
}

/* ---- latencies of one TA ---- */

/* Entries of the histogram that are drawn: 256 ns to 8.6 s; those outside count to the outermost. */
#define GRAPH_FIRST 8
#define GRAPH_COUNT 25

static void graph_counts(const struct hist *h, uint64_t counts[GRAPH_COUNT], uint64_t *max)
{
	memset(counts, 0, GRAPH_COUNT * sizeof(counts[0]));
	*max = 0;
	for (int i = 0; i < TEECHAN_HIST_LEN; i++) {
		const int at = i < GRAPH_FIRST ? 0 : i - GRAPH_FIRST < GRAPH_COUNT ? i - GRAPH_FIRST : GRAPH_COUNT - 1;

		counts[at] += h->count[i];
		*max = counts[at] > *max ? counts[at] : *max;
	}
}

static void draw_graph(struct canvas *c, const struct view *v, int y)
{
	static const struct {
		int entry;
		const char *text;
	} marks[] = { { 10, "1 us" }, { 15, "33 us" }, { 20, "1 ms" }, { 25, "34 ms" }, { 30, "1 s" } };
	const struct view_ta *ta = &v->tas[v->chosen[VIEW_TAS]];
	const int step = c->width / GRAPH_COUNT > 4 ? 4 : c->width / GRAPH_COUNT;
	uint64_t counts[GRAPH_COUNT], max;

	graph_counts(&ta->hist, counts, &max);
	canvas_printf(c, 0, y, CANVAS_BOLD, "LATENCY of %" PRIu64 " calls to %s %s", hist_total(&ta->hist), ta->name,
		      v->seconds > 0 ? "since the last reading" : "so far");
	for (int i = 0; i < GRAPH_COUNT; i++) {
		int bar = eighths((double)counts[i], (double)max, GRAPH_LINES);

		for (int line = GRAPH_LINES; line > 0; line--, bar -= CANVAS_EIGHTHS)
			for (int k = 0; k < (step > 2 ? step - 1 : step); k++)
				canvas_bar(c, i * step + k, y + line, bar);
	}
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		canvas_printf(c, (marks[i].entry - GRAPH_FIRST) * step, y + GRAPH_LINES + 1, CANVAS_DIM, "|%s", marks[i].text);
}

/* ---- the whole ---- */

static void draw_help(struct canvas *c, int y)
{
	static const char *const lines[] = {
		"A client opens a session with a trusted application (TA) and calls it; memory",
		"that it hands over is lent: it is the TA's alone until the call is answered.",
		"",
		"QUEUE     calls that wait for the TA          RUN  calls that the TA works on",
		"p50 p90 p99  within this time 50, 90, 99 of 100 calls were answered, counted from",
		"          when they were queued; of those since the last reading",
		"LATEST    calls a second, reading by reading, the newest at the right",
		"LOANS     calls that lent memory              OPENED  sessions",
		"CANCELLED cancellations that clients asked for",
		"ABANDONED calls whose client gave up before the TA answered",
		"REFUSED   sessions that the kernel refused    TA DEATHS  TAs that ended",
		"",
		"q quit   space pause   tab next table   up, down, page up, page down move",
		"s sort the table by another column    + longer, - shorter time between readings",
		"",
		"Any key leaves this page.",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		canvas_put(c, 1, y + (int)i, CANVAS_PLAIN, lines[i]);
}

static void draw_keys(struct canvas *c, const struct view *v)
{
	canvas_line(c, c->height - 1, CANVAS_TITLE);
	canvas_printf(c, 1, c->height - 1, CANVAS_TITLE, "q quit  h help  tab table  arrows move  s sort: %s  space %s",
		      view_sort_name(v), v->paused ? "go on" : "pause");
}

static void draw_tables(struct canvas *c, const struct view *v, int y, int end, bool live)
{
	int lines[VIEW_TABLES], room = end - y - VIEW_TABLES;
	const bool graph = live && c->height >= TALL && v->count[VIEW_TAS] > 0;

	if (graph)
		room -= GRAPH_LINES + 3;
	share_lines(v, room, lines);
	for (int i = 0; i < VIEW_TABLES; i++) {
		draw_table(c, v, (enum view_table)i, y, lines[i], live);
		y += lines[i] + 1;
		if (i == VIEW_TAS && graph) {
			draw_graph(c, v, y);
			y += GRAPH_LINES + 3;
		}
	}
}

void draw_view(struct canvas *c, const struct view *v, bool live)
{
	const int end = c->height - (live ? 1 : 0);

	draw_title(c, v);
	if (v->help) {
		draw_help(c, 2);
	} else if (v->notice) {
		canvas_put(c, 1, 2, CANVAS_ALARM, v->notice);
	} else {
		draw_counters(c, v);
		draw_tables(c, v, HEAD_LINES + 1, end, live);
	}
	if (live)
		draw_keys(c, v);
}
