// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/db.h"
#include "temp_dir.h"

static const char *const steps[] = {
	"CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB, s TEXT) STRICT",
	"ALTER TABLE t ADD COLUMN n INTEGER NOT NULL DEFAULT 7",
	"CREATE TABLE broken (",
};
static const struct db_schema v1 = { steps, 1 }, v2 = { steps, 2 }, v3 = { steps, 3 };

static struct db *open_ok(const char *name, const struct db_schema *schema)
{
	struct db *db;

	if (db_open(&db, temp_dir_path(name), schema) < 0)
		fail_msg("%s", db->error);
	return db;
}

static int64_t pragma(struct db *db, const char *sql)
{
	int64_t v;

	assert_int_equal(db_value(db, &v, sql, ""), 1);
	return v;
}

static void opens_private_and_durable(void **state)
{
	struct db *db = open_ok("a", &v1);
	struct stat st;
	sqlite3_stmt *q;

	(void)state;
	assert_int_equal(pragma(db, "PRAGMA synchronous"), 2);
	assert_int_equal(pragma(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(pragma(db, "PRAGMA user_version"), 1);
	q = db_query(db, "PRAGMA journal_mode", "");
	assert_int_equal(db_step(db, q), 1);
	assert_string_equal((const char *)sqlite3_column_text(q, 0), "wal");
	db_finish(&q);
	assert_int_equal(stat(temp_dir_path("a"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(db_run(db, "INSERT INTO t (k) VALUES (1)", ""), 1);
	assert_int_equal(stat(temp_dir_path("a-wal"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	db_close(&db);
	assert_null(db);
}

static void binds_and_reads_back(void **state)
{
	const uint8_t blob[] = { 0, 1, 2 };
	uint8_t out[3];
	char text[4];
	struct db *db = open_ok("b", &v1);
	sqlite3_stmt *q;

	(void)state;
	assert_int_equal(db_run(db, "INSERT INTO t VALUES (?, ?, ?)", "ibt", (int64_t)-5, blob, sizeof(blob), "long text"), 1);
	assert_int_equal(db_run(db, "INSERT INTO t VALUES (?, ?, ?)", "ibt", (int64_t)6, NULL, (size_t)0, NULL), 1);
	q = db_query(db, "SELECT k, v, s FROM t ORDER BY k", "");
	assert_int_equal(db_step(db, q), 1);
	assert_int_equal(sqlite3_column_int64(q, 0), -5);
	assert_int_equal(db_blob(db, q, 1, out, sizeof(out)), 0);
	assert_memory_equal(out, blob, sizeof(blob));
	assert_int_equal(db_blob(db, q, 1, out, 2), DB_ERR_IO);
	db_text(q, 2, text, sizeof(text));
	assert_string_equal(text, "lon");
	assert_int_equal(db_step(db, q), 1);
	assert_int_equal(sqlite3_column_type(q, 1), SQLITE_BLOB);
	db_text(q, 2, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(db_step(db, q), 0);
	db_finish(&q);
	db_close(&db);
}

static void says_what_is_wrong(void **state)
{
	struct db *db = open_ok("c", &v1);
	int64_t v;

	(void)state;
	assert_null(db_query(db, "SELECT x FROM nowhere", ""));
	assert_non_null(strstr(db->error, "nowhere"));
	assert_null(db_query(db, "SELECT ?", ""));
	assert_non_null(strstr(db->error, "do not fit"));
	assert_null(db_query(db, "SELECT ?", "ii", (int64_t)1, (int64_t)2));
	assert_int_equal(db_run(db, "INSERT INTO t (k) VALUES (1)", ""), 1);
	assert_int_equal(db_run(db, "INSERT INTO t (k) VALUES (1)", ""), DB_ERR_CONSTRAINT);
	assert_int_equal(db_value(db, &v, "SELECT k FROM t WHERE k = 99", ""), 0);
	assert_int_equal(db_run(db, "UPDATE t SET k = 2 WHERE k = 99", ""), 0);
	db_close(&db);
}

static void a_transaction_is_all_or_nothing(void **state)
{
	struct db *db = open_ok("d", &v1);

	(void)state;
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(db_run(db, "INSERT INTO t (k) VALUES (1)", ""), 1);
	assert_int_equal(db_end(db, -77), -77);
	assert_int_equal(pragma(db, "SELECT count(*) FROM t"), 0);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(db_run(db, "INSERT INTO t (k) VALUES (1)", ""), 1);
	assert_int_equal(db_end(db, 0), 0);
	assert_int_equal(pragma(db, "SELECT count(*) FROM t"), 1);
	db_close(&db);
}

static void migrates_forward_only(void **state)
{
	struct db *db = open_ok("e", &v1);

	(void)state;
	assert_int_equal(db_run(db, "INSERT INTO t (k) VALUES (1)", ""), 1);
	db_close(&db);
	db = open_ok("e", &v2);
	assert_int_equal(pragma(db, "PRAGMA user_version"), 2);
	assert_int_equal(pragma(db, "SELECT n FROM t WHERE k = 1"), 7);
	db_close(&db);
	/* An older program must not touch it. */
	assert_int_equal(db_open(&db, temp_dir_path("e"), &v1), DB_ERR_NEWER);
	assert_non_null(strstr(db->error, "newer"));
	db_close(&db);
	/* A migration that fails leaves the version before. */
	assert_true(db_open(&db, temp_dir_path("e"), &v3) < 0);
	db_close(&db);
	db = open_ok("e", &v2);
	assert_int_equal(pragma(db, "PRAGMA user_version"), 2);
	db_close(&db);
}

static void refuses_what_is_no_database(void **state)
{
	struct db *db;
	FILE *f = fopen(temp_dir_path("f"), "w");

	(void)state;
	assert_non_null(f);
	fputs("this is a text file, and not a small one: it is longer than the header of a database, which has a hundred bytes.", f);
	fclose(f);
	assert_int_equal(db_open(&db, temp_dir_path("f"), &v1), DB_ERR_IO);
	db_close(&db);
	assert_int_equal(db_open(&db, "/nonexistent/folder/x", &v1), DB_ERR_IO);
	assert_non_null(strstr(db->error, "/nonexistent/folder/x"));
	db_close(&db);
	/* A link may lead to anybody's file. */
	assert_int_equal(symlink("/etc/hostname", temp_dir_path("g")), 0);
	assert_int_equal(db_open(&db, temp_dir_path("g"), &v1), DB_ERR_IO);
	db_close(&db);
}

static void a_commit_survives_a_kill(void **state)
{
	struct db *db;
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		if (db_open(&db, temp_dir_path("h"), &v1) == 0 && db_run(db, "INSERT INTO t (k) VALUES (1)", "") == 1 && db_begin(db) == 0 &&
		    db_run(db, "INSERT INTO t (k) VALUES (2)", "") == 1)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	db = open_ok("h", &v1);
	assert_int_equal(pragma(db, "SELECT sum(k) FROM t"), 1);
	db_close(&db);
}

static int set_up(void **state)
{
	(void)state;
	return temp_dir_make();
}

static int tear_down(void **state)
{
	(void)state;
	return temp_dir_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_private_and_durable), cmocka_unit_test(binds_and_reads_back), cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(a_transaction_is_all_or_nothing), cmocka_unit_test(migrates_forward_only),
		cmocka_unit_test(refuses_what_is_no_database), cmocka_unit_test(a_commit_survives_a_kill),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
