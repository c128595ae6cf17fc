// SPDX-License-Identifier: BSD-2-Clause
/* walletd's store on a real file, and the purse over it: round trip, schema, catching up with the trusted application, freezing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/walletd/purse.h"
#include "daemon/walletd/store.h"

static char folder[64], path[96];
static const uint8_t cid[CID_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8 }, other_cid[CID_LEN] = { 9 };

static int setup(void **state)
{
	char error[256];
	struct store *s;

	strcpy(folder, "/tmp/walletd-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/wallet.db", folder);
	assert_int_equal(store_open(&s, path, error), 0);
	*state = s;
	return 0;
}

static void remove_files(void)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char name[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
	rmdir(folder);
}

static int teardown(void **state)
{
	struct store *s = *state;

	store_free(&s);
	assert_null(s);
	remove_files();
	return 0;
}

static struct store *reopen(struct store *s)
{
	char error[256];

	store_free(&s);
	assert_int_equal(store_open(&s, path, error), 0);
	return s;
}

/* A record as the trusted application makes them, but for the seal, which walletd cannot read. */
static void make_record(uint32_t ctr, uint8_t variant, uint8_t out[PURSE_RECORD_LEN])
{
	struct purse_record r = { .ctr = ctr, .kind = ctr == 0 ? PURSE_ISSUED : PURSE_PAYMENT, .currency = 0x0978, .amount = ctr == 0 ? 0 : 450,
				  .balance = 100000 - 450ull * ctr, .time = 1700000000 + ctr, .name = "Canteen" };

	if (ctr == 0)
		r.name[0] = '\0';
	assert_int_equal(purse_record_encode(&r, out), 0);
	memset(out + PURSE_SEALED_LEN, variant, PURSE_SEAL_LEN);
}

/* The trusted application: its newest counter, how many it keeps, and what it puts into every record. */
struct fake_ta {
	uint32_t ctr;
	uint8_t variant;
	int fail_at;		/* a fetch of this counter fails; -1: none */
	unsigned int fetched;
};

static int fake_fetch(void *ctx, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN])
{
	struct fake_ta *t = ctx;

	t->fetched++;
	if (t->fail_at >= 0 && ctr == (uint32_t)t->fail_at)
		return -1;
	if (ctr > t->ctr || t->ctr - ctr >= PAYTA_RECORDS)
		return 1;
	make_record(ctr, t->variant, record);
	return 0;
}

static void store_round_trip(void **state)
{
	struct store *s = *state;
	uint8_t issue[ISSUE_LEN], number[PAYTA_SEALED_VCN_LEN], back[ISSUE_LEN];

	memset(issue, 0x11, sizeof(issue));
	memset(number, 0x22, sizeof(number));
	assert_int_equal(store_get_issue(s, back), 0);
	assert_int_equal(store_get_number(s, cid, back), 0);
	assert_int_equal(store_put_issue(s, issue), 0);
	s = reopen(s);
	assert_int_equal(store_get_issue(s, back), 1);
	assert_memory_equal(back, issue, sizeof(issue));
	/* The number is written and the issue is dropped in one step. */
	assert_int_equal(store_put_number(s, cid, number), 0);
	s = reopen(s);
	assert_int_equal(store_get_issue(s, back), 0);
	assert_int_equal(store_get_number(s, cid, back), 1);
	assert_memory_equal(back, number, sizeof(number));
	assert_int_equal(store_get_number(s, other_cid, back), 0);
	*state = s;
}

static int count(void *ctx, const uint8_t record[PURSE_RECORD_LEN])
{
	struct purse_record r;
	uint32_t *want = ctx;

	assert_int_equal(purse_record_decode((struct bytes){ record, PURSE_RECORD_LEN }, &r), 0);
	assert_int_equal(r.ctr, *want);
	(*want)--;
	return 0;
}

static void store_keeps_records(void **state)
{
	struct store *s = *state;
	uint8_t records[40][PURSE_RECORD_LEN], back[PURSE_RECORD_LEN];
	uint32_t want;

	for (uint32_t i = 0; i < 40; i++)
		make_record(i, 7, records[i]);
	assert_int_equal(store_put_records(s, cid, (const uint8_t (*)[PURSE_RECORD_LEN])records, 40), 0);
	assert_int_equal(store_put_records(s, cid, (const uint8_t (*)[PURSE_RECORD_LEN])records, 40), 0);
	s = reopen(s);
	want = 39;
	assert_int_equal(store_walk(s, cid, 0, 100, count, &want), 40);
	want = 29;
	assert_int_equal(store_walk(s, cid, 10, 5, count, &want), 5);
	assert_int_equal(store_walk(s, other_cid, 0, 5, count, &want), 0);
	assert_int_equal(store_get_record(s, cid, 17, back), 1);
	assert_memory_equal(back, records[17], sizeof(back));
	assert_int_equal(store_get_record(s, cid, 40, back), 0);
	/* Two contents for one counter: all or nothing. */
	make_record(40, 7, records[0]);
	make_record(39, 8, records[1]);
	assert_int_equal(store_put_records(s, cid, (const uint8_t (*)[PURSE_RECORD_LEN])records, 2), STORE_ERR_CONFLICT);
	assert_int_equal(store_get_record(s, cid, 40, back), 0);
	*state = s;
}

static void run_sql(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void store_schema(void **state)
{
	struct store *s = *state;
	struct stat st;
	char error[256];

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	store_free(&s);
	/* A newer teepay's file is left alone. */
	run_sql("PRAGMA user_version = 1000");
	assert_int_equal(store_open(&s, path, error), STORE_ERR_DAMAGED);
	assert_null(s);
	assert_true(strlen(error) > 10);
	/* An empty one is taken as it is, from version 0 forward. */
	remove_files();
	assert_int_equal(mkdir(folder, 0700), 0);
	run_sql("PRAGMA user_version = 0");
	assert_int_equal(store_open(&s, path, error), 0);
	*state = s;
}

/* What another try may mend is told from what it cannot: systemd tries again only the first. */
static void store_that_does_not_open(void **state)
{
	struct store *s = *state;
	char error[256], elsewhere[128];
	FILE *f;

	store_free(&s);
	*state = NULL;
	snprintf(elsewhere, sizeof(elsewhere), "%s/no/wallet.db", folder);
	assert_int_equal(store_open(&s, elsewhere, error), STORE_ERR_IO);
	assert_null(s);
	assert_non_null(strstr(error, "No such file"));
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 4096; i++)
		fputc('x', f);
	fclose(f);
	assert_int_equal(store_open(&s, path, error), STORE_ERR_DAMAGED);
	assert_null(s);
}

static void store_damaged_row(void **state)
{
	struct store *s = *state;
	uint8_t back[PAYTA_SEALED_VCN_LEN];

	run_sql("PRAGMA ignore_check_constraints = 1; INSERT INTO card VALUES (x'0102030405060708', x'00')");
	assert_int_equal(store_get_number(s, cid, back), STORE_ERR_IO);
}

/* --- the purse --- */

struct heard {
	unsigned int n;
	uint32_t first, last;
};

static void hear(void *ctx, const struct purse_record *r)
{
	struct heard *h = ctx;

	if (h->n++ == 0)
		h->first = r->ctr;
	h->last = r->ctr;
}

static void purse_memory_first(void **state)
{
	struct store *s = *state;
	struct purse *p = purse_new(s);
	uint8_t record[PURSE_RECORD_LEN], back[PURSE_RECORD_LEN];
	struct heard h = { 0 };

	assert_int_equal(purse_load(p, cid), 0);
	assert_null(purse_newest(p));
	for (uint32_t i = 0; i < 3; i++) {
		make_record(i, 1, record);
		assert_int_equal(purse_add(p, record), 0);
	}
	assert_int_equal(purse_newest(p)->ctr, 2);
	assert_int_equal(store_get_record(s, cid, 2, back), 0);
	assert_int_equal(purse_record(p, 2, back), 1);
	assert_int_equal(purse_flush(p, hear, &h), 0);
	assert_int_equal(h.n, 3);
	assert_int_equal(h.first, 0);
	assert_int_equal(h.last, 2);
	assert_int_equal(store_get_record(s, cid, 2, back), 1);
	assert_int_equal(purse_flush(p, hear, &h), 0);
	assert_int_equal(h.n, 3);
	/* The same again is nothing, another content is refused, and so is a gap. */
	assert_int_equal(purse_add(p, record), 0);
	make_record(2, 9, record);
	assert_int_equal(purse_add(p, record), PURSE_ERR_RECORD);
	make_record(4, 1, record);
	assert_int_equal(purse_add(p, record), PURSE_ERR_RECORD);
	memset(record, 0xFF, sizeof(record));
	assert_int_equal(purse_add(p, record), PURSE_ERR_RECORD);
	purse_free(&p);
}

/* Brings a store to the records up to @last and gives a purse that has read it. */
static struct purse *purse_with(struct store *s, uint32_t last)
{
	struct purse *p = purse_new(s);
	uint8_t record[PURSE_RECORD_LEN];

	assert_int_equal(purse_load(p, cid), 0);
	for (uint32_t i = 0; i <= last; i++) {
		make_record(i, 1, record);
		assert_int_equal(purse_add(p, record), 0);
		assert_int_equal(purse_flush(p, NULL, NULL), 0);
	}
	assert_int_equal(purse_load(p, cid), 0);
	return p;
}

static void purse_catches_up(void **state)
{
	static const struct {
		const char *name;
		uint32_t ours, theirs;
		unsigned int fetched;
		uint32_t first, n;
	} rows[] = {
		{ "level", 3, 3, 1, 0, 0 },
		{ "one behind: killed after the receipt", 3, 4, 2, 4, 1 },
		{ "many behind", 3, 30, 28, 4, 27 },
		{ "further behind than is kept", 3, 100, 33, 69, 32 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_ta ta = { .ctr = rows[i].theirs, .variant = 1, .fail_at = -1 };
		struct heard h = { 0 };
		struct purse *p = purse_with(*state, rows[i].ours);

		if (purse_catch_up(p, ta.ctr, fake_fetch, &ta) != 0 || ta.fetched != rows[i].fetched || purse_newest(p)->ctr != rows[i].theirs)
			fail_msg("%s: %u fetched", rows[i].name, ta.fetched);
		assert_int_equal(purse_flush(p, hear, &h), 0);
		if (h.n != rows[i].n || (h.n && h.first != rows[i].first))
			fail_msg("%s: %u written", rows[i].name, h.n);
		assert_null(purse_frozen(p));
		purse_free(&p);
		teardown(state);
		setup(state);
	}
}

static void purse_starts_from_nothing(void **state)
{
	struct fake_ta ta = { .ctr = 2, .variant = 1, .fail_at = -1 };
	struct purse *p = purse_new(*state);

	assert_int_equal(purse_load(p, cid), 0);
	assert_true(purse_is_of(p, cid));
	assert_false(purse_is_of(p, other_cid));
	assert_int_equal(purse_catch_up(p, 2, fake_fetch, &ta), 0);
	assert_int_equal(purse_newest(p)->ctr, 2);
	assert_int_equal(purse_flush(p, NULL, NULL), 0);
	/* Another card's purse is another purse. */
	assert_int_equal(purse_load(p, other_cid), 0);
	assert_null(purse_newest(p));
	purse_free(&p);
}

static void purse_fetch_fails_in_between(void **state)
{
	struct fake_ta ta = { .ctr = 6, .variant = 1, .fail_at = 5 };
	struct purse *p = purse_with(*state, 3);

	assert_int_equal(purse_catch_up(p, 6, fake_fetch, &ta), PURSE_ERR_TA);
	assert_int_equal(purse_newest(p)->ctr, 4);
	assert_null(purse_frozen(p));
	ta.fail_at = -1;
	assert_int_equal(purse_catch_up(p, 6, fake_fetch, &ta), 0);
	assert_int_equal(purse_newest(p)->ctr, 6);
	purse_free(&p);
}

static void purse_freezes(void **state)
{
	static const struct {
		const char *name;
		uint32_t ours, theirs;
		uint8_t variant;
	} rows[] = {
		{ "trusted application rolled back by one", 4, 3, 1 },
		{ "trusted application rolled back to nothing", 4, 0, 1 },
		{ "same counter, two contents", 4, 4, 2 },
		{ "ahead, but of another past", 4, 6, 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_ta ta = { .ctr = rows[i].theirs, .variant = rows[i].variant, .fail_at = -1 };
		struct purse *p = purse_with(*state, rows[i].ours);

		if (purse_catch_up(p, ta.ctr, fake_fetch, &ta) != PURSE_ERR_FROZEN || !purse_frozen(p))
			fail_msg("%s", rows[i].name);
		/* It stays so, whatever comes. */
		ta = (struct fake_ta){ .ctr = 4, .variant = 1, .fail_at = -1 };
		assert_int_equal(purse_catch_up(p, 4, fake_fetch, &ta), PURSE_ERR_FROZEN);
		assert_int_equal(purse_newest(p)->ctr, 4);
		purse_free(&p);
		teardown(state);
		setup(state);
	}
}

/* The disk fails for a while: nothing is lost that the trusted application still has, and the rest is written later. */
static void purse_outlives_the_store(void **state)
{
	struct store *s = *state;
	struct purse *p = purse_with(s, 0);
	uint8_t record[PURSE_RECORD_LEN];
	struct heard h = { 0 };

	run_sql("CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'disk full'); END");
	for (uint32_t i = 1; i <= 40; i++) {
		make_record(i, 1, record);
		assert_int_equal(purse_add(p, record), 0);
		assert_int_equal(purse_flush(p, hear, &h), PURSE_ERR_STORE);
	}
	assert_int_equal(h.n, 0);
	assert_int_equal(purse_newest(p)->ctr, 40);
	run_sql("DROP TRIGGER full");
	assert_int_equal(purse_flush(p, hear, &h), 0);
	assert_int_equal(h.n, PURSE_RECENT);
	assert_int_equal(h.last, 40);
	purse_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(store_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(store_keeps_records, setup, teardown),
		cmocka_unit_test_setup_teardown(store_schema, setup, teardown),
		cmocka_unit_test_setup_teardown(store_that_does_not_open, setup, teardown),
		cmocka_unit_test_setup_teardown(store_damaged_row, setup, teardown),
		cmocka_unit_test_setup_teardown(purse_memory_first, setup, teardown),
		cmocka_unit_test_setup_teardown(purse_catches_up, setup, teardown),
		cmocka_unit_test_setup_teardown(purse_starts_from_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(purse_fetch_fails_in_between, setup, teardown),
		cmocka_unit_test_setup_teardown(purse_freezes, setup, teardown),
		cmocka_unit_test_setup_teardown(purse_outlives_the_store, setup, teardown),
	};

	log_init("walletd", LOG_EMERG);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("walletd store and purse", tests, NULL, NULL);
}
