// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proto/message.h"
#include "tools/pay/filter.h"
#include "tools/pay/listing.h"

#define EUR	0x0978
#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

/* Times below are of this zone, which puts its clocks forward on 2026-03-29. */
static int set_up(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

static void times(void **state)
{
	static const struct {
		const char *text;
		uint64_t begin, end;	/* 0: no time */
	} rows[] = {
		{ "2026-03-01", 1772319600, 1772405999 },
		{ "2026-03-01 18:30", 1772386200, 1772386259 },
		{ "2026-03-01T18:30", 1772386200, 1772386259 },
		{ "2026-03-01 18:30:59", 1772386259, 1772386259 },
		{ "2026-03-29", 1774738800, 1774821599 },	/* a day of 23 hours */
		{ "2026-02-31", 0, 0 },
		{ "2026-03-01 25:00", 0, 0 },
		{ "2026-03-01 18:30 CET", 0, 0 },
		{ "yesterday", 0, 0 },
		{ "", 0, 0 },
		{ "1950-01-01", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint64_t begin = 0, end = 0;
		int a = filter_time(rows[i].text, false, &begin), b = filter_time(rows[i].text, true, &end);

		if (a != b || (a == 0) != (rows[i].begin != 0) || begin != rows[i].begin || end != rows[i].end)
			fail_msg("'%s': %d %llu to %llu", rows[i].text, a, (unsigned long long)begin, (unsigned long long)end);
	}
}

static void kinds(void **state)
{
	unsigned int k;

	(void)state;
	assert_int_equal(filter_kinds("payment", &k), 0);
	assert_int_equal(k, 1u << RECORD_PAYMENT);
	assert_int_equal(filter_kinds("top-up,transfer-in,refund", &k), 0);
	assert_int_equal(k, 1u << RECORD_TOPUP | 1u << RECORD_TRANSFER_IN | 1u << RECORD_REFUND);
	assert_int_equal(filter_kinds("", &k), -1);
	assert_int_equal(filter_kinds("payment,", &k), -1);
	assert_int_equal(filter_kinds("pay", &k), -1);
	assert_int_equal(filter_kinds("unknown", &k), -1);
}

static struct purse_record record(uint8_t kind, uint8_t source, uint64_t amount, uint64_t time, const char *name)
{
	struct purse_record r = { .ctr = 7, .kind = kind, .source = source, .currency = EUR, .amount = amount, .balance = 1550, .time = time,
				  .peer = { 0xAB, 1, 2, 3, 4, 5, 6, 7 } };

	snprintf(r.name, sizeof(r.name), "%s", name);
	return r;
}

static void what_passes(void **state)
{
	const struct purse_record canteen = record(PURSE_PAYMENT, 0, 450, 1000, "Campus Canteen No. 1");
	const struct purse_record topup = record(PURSE_CREDIT, IMSG_TOPUP, 2000, 2000, "");
	const struct {
		const char *name;
		struct filter f;
		bool canteen, topup;
	} rows[] = {
		{ "nothing is asked", { 0 }, true, true },
		{ "since, both ends count", { .since = 1000 }, true, true },
		{ "since, a second later", { .since = 1001 }, false, true },
		{ "until", { .until = 1999 }, true, false },
		{ "until, both ends count", { .until = 2000 }, true, true },
		{ "merchant in another case", { .name = "canteen" }, true, false },
		{ "merchant that is not there", { .name = "bakery" }, false, false },
		{ "at least", { .min = 451 }, false, true },
		{ "at most, both ends count", { .max = 450 }, true, false },
		{ "kind", { .kinds = 1u << RECORD_TOPUP }, false, true },
		{ "all at once", { .since = 1000, .until = 1000, .min = 450, .max = 450, .name = "No. 1", .kinds = 1u << RECORD_PAYMENT }, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (filter_passes(&rows[i].f, &canteen) != rows[i].canteen || filter_passes(&rows[i].f, &topup) != rows[i].topup)
			fail_msg("%s", rows[i].name);
}

/* Older records are not read, but a clock that went back a little does not hide any. */
static void where_it_ends(void **state)
{
	const struct filter f = { .since = 1000000 }, open = { 0 };
	const struct purse_record within = record(PURSE_PAYMENT, 0, 1, 1000000 - 3600, ""), older = record(PURSE_PAYMENT, 0, 1, 1000000 - 90000, "");

	(void)state;
	assert_false(filter_over(&f, &within));
	assert_true(filter_over(&f, &older));
	assert_false(filter_over(&open, &older));
}

static char said[512];

static const char *print(void (*how)(FILE *f, const struct purse_record *r), const struct purse_record *r)
{
	FILE *f = fmemopen(said, sizeof(said), "w");

	assert_non_null(f);
	how(f, r);
	fclose(f);
	return said;
}

static void spreadsheets(void **state)
{
	static const struct {
		const char *name, *csv;
	} rows[] = {
		{ "Canteen", "\"Canteen\"" },
		{ "Bread, \"best\"", "\"Bread, \"\"best\"\"\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "@sum", "\"'@sum\"" },
		{ "", "\"\"" },
	};
	struct purse_record r;
	char want[160];

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		r = record(PURSE_PAYMENT, 0, 450, 1772386259, rows[i].name);
		snprintf(want, sizeof(want), "7,payment,2026-03-01T17:30:59Z,-4.50,15.50,EUR,%s,ab01020304050607\r\n", rows[i].csv);
		assert_string_equal(print(listing_csv, &r), want);
	}
	r = record(PURSE_CREDIT, IMSG_REFUND, 2000, 0, "");
	assert_non_null(strstr(print(listing_csv, &r), "7,refund,1970-01-01T00:00:00Z,20.00,15.50,EUR,"));
}

static void people_and_scripts(void **state)
{
	struct purse_record r = record(PURSE_TRANSFER_OUT, 0, 300, 1772386259, "Bäckerei");
	json_t *j = listing_json(&r);

	(void)state;
	assert_string_equal(print(listing_row, &r),
			    "     7  2026-03-01 18:30:59  transfer-out  Bäckerei                   -3.00 EUR       15.50 EUR\n");
	assert_int_equal(json_integer_value(json_object_get(j, "amount")), -300);
	assert_string_equal(json_string_value(json_object_get(j, "kind")), "transfer-out");
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),	 cmocka_unit_test(kinds),	cmocka_unit_test(what_passes), cmocka_unit_test(where_it_ends),
		cmocka_unit_test(spreadsheets), cmocka_unit_test(people_and_scripts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
