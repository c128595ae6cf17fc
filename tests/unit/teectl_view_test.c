// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/teectl/draw.h"

#define SECOND UINT64_C(1000000000)

/* ---- two readings, a second and a half apart ---- */

static struct snap_ta tas[2][3];
static struct snap_session sessions[2][40];
static struct snap_region regions[2][3];
static struct snapshot readings[2];

static void set_ta(struct snap_ta *ta, uint8_t name, uint32_t pid, uint64_t calls, int entry)
{
	memset(ta, 0, sizeof(*ta));
	memset(ta->uuid, name, sizeof(ta->uuid));
	ta->pid = pid;
	ta->uid = 4000000000;
	ta->calls = calls;
	ta->sessions = 2;
	ta->hist.count[entry] = calls;
}

/* Processes that cannot be there: their names are "-". */
static int setup(void **state)
{
	(void)state;
	memset(readings, 0, sizeof(readings));
	for (int i = 0; i < 2; i++) {
		readings[i] = (struct snapshot){ .time_ns = 100 * SECOND + (uint64_t)i * SECOND * 3 / 2, .tas = tas[i], .sessions = sessions[i],
						 .regions = regions[i], .ta_count = 3, .session_count = 40, .region_count = 3 };
		set_ta(&tas[i][0], 0xa1, 4100001, i ? 400 : 100, 16);
		set_ta(&tas[i][1], 0xb2, 4100002, i ? 1700 : 200, 12);
		set_ta(&tas[i][2], 0xc3, 4100003, 50, 20);
		for (uint32_t k = 0; k < 40; k++) {
			sessions[i][k] = (struct snap_session){ .number = k + 1, .client_pid = 4200000 + k, .client_uid = 4000000000,
								.state = k % 5, .messages = i ? 10 + k : 10 };
			memset(sessions[i][k].uuid, k % 2 ? 0xa1 : 0xb2, TEECHAN_UUID_LEN);
		}
		for (uint32_t k = 0; k < 3; k++)
			regions[i][k] = (struct snap_region){ .number = k + 1, .client_pid = 4200000, .client_uid = 4000000000, .mappings = 1,
							      .size = 1 << 20, .lent = (uint64_t)k << 18 };
	}
	readings[1].counters[SNAP_CALLS] = 1800;
	readings[1].counters[SNAP_REFUSALS] = 3;
	return 0;
}

static void rates_and_latencies(void **state)
{
	struct view v = { 0 };

	(void)state;
	assert_int_equal(view_update(&v, &readings[0], NULL), 0);
	assert_true(v.seconds == 0 && v.tas[0].rate == 0 && v.rates[SNAP_CALLS] == 0);
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	assert_true(v.seconds == 1.5 && v.rates[SNAP_CALLS] == 1200 && v.rates[SNAP_REFUSALS] == 2);
	/* Sorted by rate: 1500 calls, 300 calls, none. */
	assert_int_equal(v.tas[0].it.pid, 4100002);
	assert_true(v.tas[0].rate == 1000 && v.tas[1].rate == 200 && v.tas[2].rate == 0);
	assert_true(v.tas[0].p50 >= 1 << 12 && v.tas[0].p99 <= 1 << 13 && v.tas[0].p50 < v.tas[0].p99);
	assert_int_equal(v.tas[2].p50, 0);
	assert_true(v.tas[0].past[VIEW_PAST - 1] == 1000 && v.tas[0].past[VIEW_PAST - 2] == 0);
	assert_true(v.sessions[0].rate == 26 && v.sessions[0].it.number == 40);
	view_free(&v);
}

/* The count of messages has 32 bits; a TA that is new counts from its beginning, and one that is gone is gone. */
static void edges(void **state)
{
	struct view v = { 0 };

	(void)state;
	sessions[0][0].messages = UINT32_MAX;
	sessions[1][0].messages = 2;
	tas[1][2].pid = 4100004;
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	for (size_t i = 0; i < 40; i++)
		if (v.sessions[i].it.number == 1)
			assert_true(v.sessions[i].rate == 2);
	for (size_t i = 0; i < 3; i++)
		if (v.tas[i].it.pid == 4100004)
			assert_true(v.tas[i].rate > 33 && v.tas[i].rate < 34 && v.tas[i].p50);
	readings[1].ta_count = 0;
	readings[1].session_count = 0;
	readings[1].region_count = 0;
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	assert_int_equal(v.count[VIEW_TAS] + v.count[VIEW_SESSIONS] + v.count[VIEW_REGIONS], 0);
	view_move(&v, 5);
	view_move(&v, -5);
	view_free(&v);
	/* The clock of two readings that stand still, or goes backwards: no rate. */
	readings[1].ta_count = 3;
	readings[1].time_ns = readings[0].time_ns;
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	assert_true(v.tas[0].rate == 0);
	view_free(&v);
}

static void moving_and_sorting(void **state)
{
	struct view v = { .focus = VIEW_SESSIONS };

	(void)state;
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	view_move(&v, -1);
	assert_int_equal(v.chosen[VIEW_SESSIONS], 0);
	view_move(&v, 1000);
	assert_int_equal(v.chosen[VIEW_SESSIONS], 39);
	for (int i = 0; i < VIEW_SORTS; i++)
		view_sort_next(&v);
	assert_int_equal(v.sort[VIEW_SESSIONS], 0);
	v.sort[VIEW_SESSIONS] = VIEW_SORTS - 2;
	view_sort_next(&v);
	assert_string_equal(view_sort_name(&v), "session");
	/* By TA, and by number below that. */
	for (size_t i = 1; i < 40; i++)
		assert_true(v.sessions[i - 1].it.number < v.sessions[i].it.number || i == 20);
	readings[1].session_count = 5;
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	assert_int_equal(v.chosen[VIEW_SESSIONS], 4);
	v.focus = VIEW_REGIONS;
	assert_string_equal(view_sort_name(&v), "lent");
	assert_int_equal(v.regions[0].it.lent, 2 << 18);
	view_free(&v);
}

/* ---- drawing ---- */

static void line_of(const struct canvas *c, int y, char *text, size_t room)
{
	int len = c->width < (int)room - 1 ? c->width : (int)room - 1;

	for (int x = 0; x < len; x++)
		text[x] = c->cells[y * c->width + x].c <= CANVAS_EIGHTHS ? '|' : c->cells[y * c->width + x].c;
	text[len] = 0;
}

static bool shows(const struct canvas *c, const char *what)
{
	char text[512];

	for (int y = 0; y < c->height; y++) {
		line_of(c, y, text, sizeof(text));
		if (strstr(text, what))
			return true;
	}
	return false;
}

static void the_usual_size_has_all(void **state)
{
	static const char *const wanted[] = { "3 TAs", "40 sessions", "3 MiB of regions, 25% lent", "each second    1200", "TA DEATHS",
					      "TRUSTED APP", "CALLS/S", "p50", "p90", "p99", "LATEST", "SESSION WITH", "CLIENT", "STATE",
					      "REGION OF", "SHARE LENT", "q quit", "h help", "sort: calls/s", "space pause", "1000 ", "of 40" };
	struct view v = { .interval_ms = 1000, .clock = "12:00:00" };
	struct canvas c;

	(void)state;
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	assert_int_equal(canvas_make(&c, 80, 24), 0);
	draw_view(&c, &v, true);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!shows(&c, wanted[i]))
			fail_msg("no %s", wanted[i]);
	canvas_free(&c);
	view_free(&v);
}

/* From one cell to more than any screen: nothing is written outside (AddressSanitizer sees it), and the chosen row is always seen. */
static void every_size(void **state)
{
	struct view v = { .interval_ms = 100, .clock = "12:00:00" };

	(void)state;
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	for (int height = 1; height < 70; height++) {
		for (int width = 1; width < 180; width += width < 30 ? 1 : 7) {
			for (int mode = 0; mode < 6; mode++) {
				struct canvas c;

				v.focus = (enum view_table)(mode % VIEW_TABLES);
				v.help = mode == 3;
				v.notice = mode == 4 ? "nothing" : NULL;
				v.chosen[VIEW_SESSIONS] = mode == 1 ? 39 : 0;
				assert_int_equal(canvas_make(&c, width, height), 0);
				draw_view(&c, &v, mode != 5);
				if (mode == 1 && height >= 24 && width >= 80)
					assert_true(shows(&c, "4200000"));
				canvas_free(&c);
			}
		}
	}
	view_free(&v);
}

static void headings_stand_over_columns(void **state)
{
	struct view v = { .interval_ms = 1000 };
	struct canvas c;
	char heading[200], row[200];
	const char *at;

	(void)state;
	assert_int_equal(view_update(&v, &readings[1], &readings[0]), 0);
	assert_int_equal(canvas_make(&c, 140, 50), 0);
	draw_view(&c, &v, true);
	line_of(&c, 5, heading, sizeof(heading));
	line_of(&c, 6, row, sizeof(row));
	/* Numbers end below the end of their titles. */
	at = strstr(heading, "PID");
	assert_non_null(at);
	assert_memory_equal(row + (at - heading) - 4, "4100002", 7);
	at = strstr(heading, "CALLS/S");
	assert_non_null(at);
	assert_memory_equal(row + (at - heading) + 3, "1000", 4);
	canvas_free(&c);
	view_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rates_and_latencies, setup),
		cmocka_unit_test_setup(edges, setup),
		cmocka_unit_test_setup(moving_and_sorting, setup),
		cmocka_unit_test_setup(the_usual_size_has_all, setup),
		cmocka_unit_test_setup(every_size, setup),
		cmocka_unit_test_setup(headings_stand_over_columns, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
