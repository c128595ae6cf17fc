// SPDX-License-Identifier: BSD-2-Clause
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/db.h"

/* walletd is alone with its file; whoever looks at it by hand must not hold a terminal up. */
#define STORE_BUSY_MS	100

struct store {
	struct db *db;
};

static const char *const migrations[] = {
	"CREATE TABLE pending_issue (id INTEGER PRIMARY KEY CHECK (id = 1), issue BLOB NOT NULL) STRICT;"
	"CREATE TABLE card (cid BLOB PRIMARY KEY CHECK (length(cid) = 8), number BLOB CHECK (length(number) = 40)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE record (cid BLOB NOT NULL REFERENCES card (cid), ctr INTEGER NOT NULL CHECK (ctr BETWEEN 0 AND 4294967295),"
	" sealed BLOB NOT NULL CHECK (length(sealed) = 184), PRIMARY KEY (cid, ctr)) STRICT, WITHOUT ROWID;",
};

static const struct db_schema schema = { migrations, sizeof(migrations) / sizeof(migrations[0]) };

static int open_error(const struct db *db, int err)
{
	int code = db->handle ? sqlite3_errcode(db->handle) & 0xFF : SQLITE_OK;

	return err == DB_ERR_NEWER || code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? STORE_ERR_DAMAGED : STORE_ERR_IO;
}

int store_open(struct store **out, const char *path, char error[256])
{
	struct store *s = calloc(1, sizeof(*s));
	int err;

	*out = NULL;
	snprintf(error, 256, "out of memory");
	if (!s)
		return STORE_ERR_IO;
	err = db_open(&s->db, path, &schema);
	if (err != 0) {
		err = s->db ? open_error(s->db, err) : STORE_ERR_IO;
		if (s->db)
			snprintf(error, 256, "%s", s->db->error);
		store_free(&s);
		return err;
	}
	sqlite3_busy_timeout(s->db->handle, STORE_BUSY_MS);
	*out = s;
	return 0;
}

void store_free(struct store **store)
{
	if (!*store)
		return;
	db_close(&(*store)->db);
	free(*store);
	*store = NULL;
}

const char *store_error(const struct store *store)
{
	return store->db->error;
}

static int changed(int n)
{
	return n < 0 ? STORE_ERR_IO : 0;
}

/* One blob of exactly @len bytes: 1, 0 or STORE_ERR_IO.  Finishes @stmt. */
static int one_blob(struct store *s, sqlite3_stmt *stmt, void *out, size_t len)
{
	int r;

	if (!stmt)
		return STORE_ERR_IO;
	r = db_step(s->db, stmt);
	if (r == 1 && sqlite3_column_type(stmt, 0) == SQLITE_NULL)
		r = 0;
	if (r == 1 && db_blob(s->db, stmt, 0, out, len) != 0)
		r = STORE_ERR_IO;
	db_finish(&stmt);
	return r < 0 ? STORE_ERR_IO : r;
}

int store_put_issue(struct store *s, const uint8_t issue[ISSUE_LEN])
{
	return changed(db_run(s->db, "INSERT OR REPLACE INTO pending_issue VALUES (1, ?)", "b", issue, (size_t)ISSUE_LEN));
}

int store_get_issue(struct store *s, uint8_t issue[ISSUE_LEN])
{
	return one_blob(s, db_query(s->db, "SELECT issue FROM pending_issue", ""), issue, ISSUE_LEN);
}

static int put_card(struct store *s, const uint8_t cid[CID_LEN])
{
	return db_run(s->db, "INSERT INTO card (cid) VALUES (?) ON CONFLICT DO NOTHING", "b", cid, (size_t)CID_LEN);
}

int store_put_number(struct store *s, const uint8_t cid[CID_LEN], const uint8_t sealed[PAYTA_SEALED_VCN_LEN])
{
	int r = db_begin(s->db);

	if (r < 0)
		return STORE_ERR_IO;
	r = put_card(s, cid);
	if (r >= 0)
		r = db_run(s->db, "UPDATE card SET number = ? WHERE cid = ?", "bb", sealed, (size_t)PAYTA_SEALED_VCN_LEN, cid, (size_t)CID_LEN);
	if (r >= 0)
		r = db_run(s->db, "DELETE FROM pending_issue", "");
	return changed(db_end(s->db, r < 0 ? r : 0));
}

int store_get_number(struct store *s, const uint8_t cid[CID_LEN], uint8_t sealed[PAYTA_SEALED_VCN_LEN])
{
	return one_blob(s, db_query(s->db, "SELECT number FROM card WHERE cid = ?", "b", cid, (size_t)CID_LEN), sealed, PAYTA_SEALED_VCN_LEN);
}

int store_get_record(struct store *s, const uint8_t cid[CID_LEN], uint32_t ctr, uint8_t record[PURSE_RECORD_LEN])
{
	return one_blob(s, db_query(s->db, "SELECT sealed FROM record WHERE cid = ? AND ctr = ?", "bi", cid, (size_t)CID_LEN, (int64_t)ctr), record,
			PURSE_RECORD_LEN);
}

static int put_record(struct store *s, const uint8_t cid[CID_LEN], const uint8_t record[PURSE_RECORD_LEN])
{
	uint8_t there[PURSE_RECORD_LEN];
	struct purse_record r;
	int found;

	if (purse_record_decode((struct bytes){ record, PURSE_RECORD_LEN }, &r) != 0)
		return STORE_ERR_CONFLICT;
	found = store_get_record(s, cid, r.ctr, there);
	if (found < 0)
		return found;
	if (found)
		return memcmp(there, record, PURSE_RECORD_LEN) == 0 ? 0 : STORE_ERR_CONFLICT;
	return changed(db_run(s->db, "INSERT INTO record VALUES (?, ?, ?)", "bib", cid, (size_t)CID_LEN, (int64_t)r.ctr, record,
			      (size_t)PURSE_RECORD_LEN));
}

int store_put_records(struct store *s, const uint8_t cid[CID_LEN], const uint8_t (*records)[PURSE_RECORD_LEN], size_t n)
{
	int r = db_begin(s->db);

	if (r < 0)
		return STORE_ERR_IO;
	r = changed(put_card(s, cid));
	for (size_t i = 0; i < n && r == 0; i++)
		r = put_record(s, cid, records[i]);
	if (db_end(s->db, r) < 0 && r == 0)
		r = STORE_ERR_IO;
	return r;
}

int store_walk(struct store *s, const uint8_t cid[CID_LEN], uint32_t offset, uint32_t limit,
	       int (*take)(void *ctx, const uint8_t record[PURSE_RECORD_LEN]), void *ctx)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT sealed FROM record WHERE cid = ? ORDER BY ctr DESC LIMIT ? OFFSET ?", "bii", cid, (size_t)CID_LEN,
				   (int64_t)limit, (int64_t)offset);
	uint8_t record[PURSE_RECORD_LEN];
	int n = 0, r = STORE_ERR_IO;

	if (!q)
		return r;
	while ((r = db_step(s->db, q)) == 1) {
		if (db_blob(s->db, q, 0, record, sizeof(record)) != 0) {
			r = STORE_ERR_IO;
			break;
		}
		n++;
		if (take(ctx, record) != 0)
			break;
	}
	db_finish(&q);
	return r < 0 ? STORE_ERR_IO : n;
}
