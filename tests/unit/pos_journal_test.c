// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/db.h"
#include "temp_dir.h"
#include "tools/pos/journal.h"

static struct journal *journal;

static struct intent an_intent(uint8_t card, uint64_t amount)
{
	struct intent in = { .ctr = 5, .amount = amount, .currency = 0x0978, .time = 1750000000, .tcert = { 0x12 }, .tcert_len = 115,
			     .ref = "till 1", .masked = "977700******0002" };

	memset(in.tid, 0x71, sizeof(in.tid));
	memset(in.cid, card, sizeof(in.cid));
	assert_int_equal(journal_intend(journal, &in), 0);
	return in;
}

static struct journal *open_it(const char *name)
{
	char error[JOURNAL_ERROR_LEN];
	struct journal *j = journal_open(temp_dir_path(name), true, error);

	if (!j)
		fail_msg("%s", error);
	return j;
}

static int set_up(void **state)
{
	(void)state;
	if (temp_dir_make() < 0)
		return -1;
	journal = open_it("j");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	journal_close(&journal);
	return temp_dir_remove();
}

static void an_intent_comes_back_whole(void **state)
{
	struct intent in = an_intent(1, 450), got;
	struct pay_fields p;

	(void)state;
	journal_close(&journal);
	journal = open_it("j");
	assert_int_equal(journal_next(journal, JOURNAL_ALL, 0, NULL, NULL, &got), 1);
	assert_memory_equal(&in, &got, sizeof(in));
	assert_int_equal(pay_fields_decode((struct bytes){ got.p, P_LEN }, &p), 0);
	assert_true(p.amount == 450 && p.currency == 0x0978 && p.time == 1750000000);
	assert_memory_equal(p.ttn, in.ttn, TTN_LEN);
	assert_int_equal(journal_next(journal, JOURNAL_ALL, got.id, NULL, NULL, &got), 0);
}

static void an_end_is_final(void **state)
{
	struct intent in = an_intent(1, 450), got;

	(void)state;
	in.state = INTENT_PAID;
	memset(&in.receipt, 0xAB, sizeof(in.receipt));
	assert_int_equal(journal_finish(journal, &in), 0);
	assert_int_equal(journal_finish(journal, &in), -1);
	in.state = INTENT_NEVER;
	assert_int_equal(journal_finish(journal, &in), -1);
	assert_int_equal(journal_next(journal, JOURNAL_ALL, 0, NULL, NULL, &got), 1);
	assert_int_equal(got.state, INTENT_PAID);
	assert_memory_equal(&got.receipt, &in.receipt, sizeof(in.receipt));
}

static void filters(void **state)
{
	struct intent a = an_intent(1, 100), b = an_intent(1, 200), c = an_intent(2, 300), got;

	(void)state;
	assert_int_equal(journal_next(journal, JOURNAL_OPEN_OF_CARD, 0, a.tid, a.cid, &got), 1);
	assert_int_equal(got.id, a.id);
	assert_int_equal(journal_next(journal, JOURNAL_OPEN_OF_CARD, a.id, a.tid, a.cid, &got), 1);
	assert_int_equal(got.id, b.id);
	assert_int_equal(journal_next(journal, JOURNAL_OPEN_OF_CARD, b.id, a.tid, a.cid, &got), 0);
	assert_int_equal(journal_next(journal, JOURNAL_OPEN_OF_CARD, 0, (const uint8_t *)"otherpos", a.cid, &got), 0);
	a.state = INTENT_PAID;
	b.state = INTENT_REFUSED;
	b.sw = 0x62F1;
	c.state = INTENT_UNKNOWN;
	assert_int_equal(journal_finish(journal, &a), 0);
	assert_int_equal(journal_finish(journal, &b), 0);
	assert_int_equal(journal_finish(journal, &c), 0);
	assert_int_equal(journal_next(journal, JOURNAL_UNREPORTED_OF_CARD, 0, a.tid, a.cid, &got), 1);
	assert_int_equal(got.id, a.id);
	assert_int_equal(journal_report(journal, a.id), 0);
	assert_int_equal(journal_next(journal, JOURNAL_UNREPORTED_OF_CARD, 0, a.tid, a.cid, &got), 0);
	assert_int_equal(journal_next(journal, JOURNAL_UNREPORTED_OF_CARD, 0, c.tid, c.cid, &got), 1);
	assert_int_equal(journal_next(journal, JOURNAL_UNSETTLED, 0, NULL, NULL, &got), 1);
	assert_int_equal(got.id, a.id);
	assert_int_equal(journal_settle(journal, a.id, SETTLE_REFUSED), 0);
	assert_int_equal(journal_next(journal, JOURNAL_UNSETTLED, 0, NULL, NULL, &got), 1);
	assert_int_equal(journal_settle(journal, a.id, SETTLE_DONE), 0);
	assert_int_equal(journal_next(journal, JOURNAL_UNSETTLED, 0, NULL, NULL, &got), 0);
	/* Only a receipt can be settled. */
	assert_int_equal(journal_settle(journal, b.id, SETTLE_DONE), -1);
}

/* Rule 3: a number never comes twice. */
static void numbers(void **state)
{
	struct intent one = an_intent(1, 1), two = an_intent(1, 1), other;
	struct journal *first;
	struct db *db;

	(void)state;
	assert_memory_equal(one.ttn, two.ttn, 4);
	assert_int_equal(one.ttn[7] + 1, two.ttn[7]);
	first = journal;
	journal = open_it("another");
	other = an_intent(1, 1);
	assert_memory_not_equal(one.ttn, other.ttn, 4);
	journal_close(&journal);
	journal_close(&first);
	/* The last of an epoch. */
	assert_int_equal(db_open(&db, temp_dir_path("j"), &(const struct db_schema){ NULL, 1 }), 0);
	assert_int_equal(db_run(db, "UPDATE numbers SET counter = 4294967294", ""), 1);
	db_close(&db);
	journal = open_it("j");
	other = an_intent(1, 1);
	assert_memory_equal(one.ttn, other.ttn, 4);
	assert_memory_equal(other.ttn + 4, "\xFF\xFF\xFF\xFF", 4);
	other = an_intent(1, 1);
	assert_memory_not_equal(one.ttn, other.ttn, 4);
	assert_memory_equal(other.ttn + 4, "\0\0\0\1", 4);
}

static void one_terminal_at_a_time(void **state)
{
	char error[JOURNAL_ERROR_LEN];
	struct journal *reader;

	(void)state;
	assert_null(journal_open(temp_dir_path("j"), true, error));
	assert_non_null(strstr(error, "another pos"));
	/* Looking is fine. */
	reader = journal_open(temp_dir_path("j"), false, error);
	assert_non_null(reader);
	journal_close(&reader);
	assert_null(journal_open("/nonexistent/journal.db", true, error));
	assert_non_null(strstr(error, "--dir"));
}

#define T(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = { T(an_intent_comes_back_whole), T(an_end_is_final), T(filters), T(numbers), T(one_terminal_at_a_time) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
