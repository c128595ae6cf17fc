// SPDX-License-Identifier: BSD-2-Clause
#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Maps SQLite's code to ours and keeps its sentence. */
static int db_fail(struct db *db, int code)
{
	snprintf(db->error, sizeof(db->error), "%s", sqlite3_errmsg(db->handle));
	switch (code & 0xFF) {
	case SQLITE_CONSTRAINT:
		return DB_ERR_CONSTRAINT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return DB_ERR_BUSY;
	default:
		return DB_ERR_IO;
	}
}

static int db_exec(struct db *db, const char *sql)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : db_fail(db, code);
}

int db_begin(struct db *db)
{
	return db_exec(db, "BEGIN IMMEDIATE");
}

int db_end(struct db *db, int err)
{
	if (err == 0)
		err = db_exec(db, "COMMIT");
	/* A failed COMMIT may leave the transaction open. */
	if (err != 0 && !sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

static int db_migrate(struct db *db, const struct db_schema *schema)
{
	int64_t version = 0;
	char pragma[48];
	int err = db_begin(db);

	if (err < 0)
		return err;
	if (db_value(db, &version, "PRAGMA user_version", "") != 1) {
		err = DB_ERR_IO;
	} else if (version < 0 || version > schema->version) {
		snprintf(db->error, sizeof(db->error), "schema version %lld is newer than this program's %d; install the newer teepay",
			 (long long)version, schema->version);
		err = DB_ERR_NEWER;
	}
	for (; err == 0 && version < schema->version; version++)
		err = db_exec(db, schema->migrations[version]);
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d", schema->version);
	if (err == 0)
		err = db_exec(db, pragma);
	return db_end(db, err);
}

/* SQLite makes its -wal and -shm files with the mode of the main one: so that one is made here, private from its first moment. */
static int db_create_private(struct db *db, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		snprintf(db->error, sizeof(db->error), "%.180s: %s", path, strerror(errno));
		return DB_ERR_IO;
	}
	close(fd);
	return 0;
}

int db_open(struct db **out, const char *path, const struct db_schema *schema)
{
	struct db *db = calloc(1, sizeof(*db));
	int code, err;

	*out = db;
	if (!db)
		return DB_ERR_IO;
	err = db_create_private(db, path);
	if (err < 0)
		return err;
	code = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL);
	if (code != SQLITE_OK)
		return db_fail(db, code);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, DB_BUSY_MS);
	err = db_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
	return err < 0 ? err : db_migrate(db, schema);
}

void db_close(struct db **db)
{
	if (!*db)
		return;
	sqlite3_close_v2((*db)->handle);
	free(*db);
	*db = NULL;
}

static int bind_one(sqlite3_stmt *stmt, int i, char type, va_list *ap)
{
	const void *p;

	switch (type) {
	case 'i':
		return sqlite3_bind_int64(stmt, i, va_arg(*ap, int64_t));
	case 't':
		return sqlite3_bind_text(stmt, i, va_arg(*ap, const char *), -1, SQLITE_STATIC);
	case 'b':
		p = va_arg(*ap, const void *);
		/* An empty blob is not NULL. */
		return sqlite3_bind_blob64(stmt, i, p ? p : "", va_arg(*ap, size_t), SQLITE_STATIC);
	case 'n':
		return sqlite3_bind_null(stmt, i);
	default:
		return SQLITE_MISUSE;
	}
}

static sqlite3_stmt *db_vquery(struct db *db, const char *sql, const char *types, va_list *ap)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);

	if (code == SQLITE_OK && strlen(types) != (size_t)sqlite3_bind_parameter_count(stmt))
		code = SQLITE_MISUSE;
	for (int i = 0; code == SQLITE_OK && types[i] != '\0'; i++)
		code = bind_one(stmt, i + 1, types[i], ap);
	if (code == SQLITE_OK)
		return stmt;
	db_fail(db, code);
	if (code == SQLITE_MISUSE)
		snprintf(db->error, sizeof(db->error), "parameters do not fit the statement %.160s", sql);
	sqlite3_finalize(stmt);
	return NULL;
}

sqlite3_stmt *db_query(struct db *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	va_list ap;

	va_start(ap, types);
	stmt = db_vquery(db, sql, types, &ap);
	va_end(ap);
	return stmt;
}

int db_step(struct db *db, sqlite3_stmt *stmt)
{
	int code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : db_fail(db, code);
}

void db_finish(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
	*stmt = NULL;
}

int db_run(struct db *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	va_list ap;
	int r;

	va_start(ap, types);
	stmt = db_vquery(db, sql, types, &ap);
	va_end(ap);
	if (!stmt)
		return DB_ERR_IO;
	do
		r = db_step(db, stmt);
	while (r == 1);
	db_finish(&stmt);
	return r < 0 ? r : sqlite3_changes(db->handle);
}

int db_value(struct db *db, int64_t *value, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	va_list ap;
	int r;

	*value = 0;
	va_start(ap, types);
	stmt = db_vquery(db, sql, types, &ap);
	va_end(ap);
	if (!stmt)
		return DB_ERR_IO;
	r = db_step(db, stmt);
	if (r == 1)
		*value = sqlite3_column_int64(stmt, 0);
	db_finish(&stmt);
	return r;
}

int db_blob(struct db *db, sqlite3_stmt *stmt, int column, void *out, size_t len)
{
	const void *p = sqlite3_column_blob(stmt, column);

	if (!p || (size_t)sqlite3_column_bytes(stmt, column) != len) {
		snprintf(db->error, sizeof(db->error), "column %s is damaged", sqlite3_column_name(stmt, column));
		memset(out, 0, len);
		return DB_ERR_IO;
	}
	memcpy(out, p, len);
	return 0;
}

void db_text(sqlite3_stmt *stmt, int column, char *out, size_t size)
{
	const unsigned char *p = sqlite3_column_text(stmt, column);

	snprintf(out, size, "%s", p ? (const char *)p : "");
}
