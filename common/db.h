/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_COMMON_DB_H
#define TEEPAY_COMMON_DB_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/*
 * SQLite as teepay uses it: write-ahead log with synchronous=FULL (a commit that returned is on the disk), foreign keys on, a bounded busy wait,
 * files of mode 0600, and a schema with a version (PRAGMA user_version) that only ever moves forward.
 */
struct db {
	sqlite3 *handle;
	char error[256];	/* what went wrong last, for a log line */
};

enum db_err {
	DB_ERR_IO = -1,		/* cannot open, read or write; see error */
	DB_ERR_CONSTRAINT = -2,	/* a UNIQUE, CHECK or FOREIGN KEY says no */
	DB_ERR_NEWER = -3,	/* the file was made by a newer teepay */
	DB_ERR_BUSY = -4,	/* another process holds it longer than we wait */
};

/* migrations[v] takes a database from version v to v + 1. */
struct db_schema {
	const char *const *migrations;
	int version;		/* their number */
};

#define DB_BUSY_MS	5000

/*
 * Opens or makes @path and brings its schema up to date, all or nothing.  Even on error *@db is set when there was memory for it, so that
 * its error can be read; db_close() it in any case.
 */
int db_open(struct db **db, const char *path, const struct db_schema *schema) __attribute__((warn_unused_result));
void db_close(struct db **db);

/* BEGIN IMMEDIATE, COMMIT, ROLLBACK.  db_end() commits when @err is 0, else rolls back; it gives @err or the commit's own error. */
int db_begin(struct db *db) __attribute__((warn_unused_result));
int db_end(struct db *db, int err) __attribute__((warn_unused_result));

/*
 * Prepares @sql and binds its parameters in order.  @types has one letter for each: 'i' int64_t, 't' const char * (NULL = SQL NULL),
 * 'b' const void * and size_t, 'n' nothing (SQL NULL).  Blobs and texts must live until db_finish().  NULL on error.
 */
sqlite3_stmt *db_query(struct db *db, const char *sql, const char *types, ...) __attribute__((warn_unused_result));
/* 1 = a row, 0 = the end, or enum db_err. */
int db_step(struct db *db, sqlite3_stmt *stmt) __attribute__((warn_unused_result));
void db_finish(sqlite3_stmt **stmt);

/* db_query() and all its steps: the number of rows changed, or enum db_err. */
int db_run(struct db *db, const char *sql, const char *types, ...) __attribute__((warn_unused_result));
/* The first column of the first row to *@value: 1 found, 0 no row, or enum db_err. */
int db_value(struct db *db, int64_t *value, const char *sql, const char *types, ...) __attribute__((warn_unused_result));

/* Copies a blob column that must have exactly @len bytes.  0 or DB_ERR_IO (a damaged row). */
int db_blob(struct db *db, sqlite3_stmt *stmt, int column, void *out, size_t len) __attribute__((warn_unused_result));
/* Copies a text column, cut to @size with its NUL; NULL gives "". */
void db_text(sqlite3_stmt *stmt, int column, char *out, size_t size);

#endif
