// SPDX-License-Identifier: BSD-2-Clause
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/db.h"

struct journal {
	struct db *db;
	int lock;	/* descriptor, or -1 */
};

static const char *const migrations[] = {
	"CREATE TABLE numbers (id INTEGER PRIMARY KEY CHECK (id = 1), epoch BLOB NOT NULL, counter INTEGER NOT NULL) STRICT;"
	/* A transaction number never comes twice, not even from a journal that was lost and made anew: the epoch is random (rule 3). */
	"INSERT INTO numbers VALUES (1, randomblob(4), 0);"
	"CREATE TABLE intents (id INTEGER PRIMARY KEY, ttn BLOB NOT NULL UNIQUE, tid BLOB NOT NULL, cid BLOB NOT NULL, ctr INTEGER NOT NULL,"
	"  amount INTEGER NOT NULL, currency INTEGER NOT NULL, time INTEGER NOT NULL, p BLOB NOT NULL, tcert BLOB NOT NULL, ref TEXT NOT NULL,"
	"  masked TEXT NOT NULL, state INTEGER NOT NULL, sw INTEGER NOT NULL, reported INTEGER NOT NULL, ebal BLOB, rsig BLOB,"
	"  settled INTEGER NOT NULL, CHECK ((state = 1) = (rsig IS NOT NULL))) STRICT;"
	"CREATE INDEX intents_open ON intents (cid, id) WHERE state = 0 OR NOT reported;"
	"CREATE INDEX intents_ref ON intents (ref, id) WHERE ref <> '';"
	"CREATE INDEX intents_unsettled ON intents (id) WHERE state = 1 AND settled <> 1;",
};

static const struct db_schema schema = { migrations, sizeof(migrations) / sizeof(migrations[0]) };

const char *intent_state_name(enum intent_state s)
{
	static const char *const names[] = { "in doubt", "paid", "refused", "never", "unknown" };

	return (size_t)s < sizeof(names) / sizeof(names[0]) ? names[s] : "?";
}

/* Two terminals on one journal would settle each other's payments while they run. */
static int take_lock(struct journal *j, const char *path, char error[JOURNAL_ERROR_LEN])
{
	char lock[512];

	if ((size_t)snprintf(lock, sizeof(lock), "%s.lock", path) >= sizeof(lock)) {
		snprintf(error, JOURNAL_ERROR_LEN, "the journal's path is too long; give a shorter --dir");
		return -1;
	}
	j->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (j->lock < 0) {
		snprintf(error, JOURNAL_ERROR_LEN, "%.150s: %s; give a folder that you may write with --dir", lock, strerror(errno));
		return -1;
	}
	if (flock(j->lock, LOCK_EX | LOCK_NB) < 0) {
		snprintf(error, JOURNAL_ERROR_LEN, "another pos works with %.150s; wait for its end", path);
		return -1;
	}
	return 0;
}

struct journal *journal_open(const char *path, bool lock, char error[JOURNAL_ERROR_LEN])
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j) {
		snprintf(error, JOURNAL_ERROR_LEN, "out of memory");
		return NULL;
	}
	j->lock = -1;
	if (lock && take_lock(j, path, error) < 0)
		goto fail;
	if (db_open(&j->db, path, &schema) == 0)
		return j;
	snprintf(error, JOURNAL_ERROR_LEN, "cannot open the journal %.100s: %.150s; check the folder, or give another with --dir", path,
		 j->db ? j->db->error : "out of memory");
fail:
	journal_close(&j);
	return NULL;
}

void journal_close(struct journal **jp)
{
	struct journal *j = *jp;

	*jp = NULL;
	if (!j)
		return;
	db_close(&j->db);
	if (j->lock >= 0)
		close(j->lock);
	free(j);
}

const char *journal_error(const struct journal *j)
{
	return j->db->error;
}

/* The next number; after the last counter of an epoch, a fresh epoch. */
static int take_number(struct journal *j, uint8_t ttn[TTN_LEN])
{
	sqlite3_stmt *q;
	struct writer w;
	uint8_t epoch[4];
	size_t len;
	int64_t counter = 0;
	int r = db_run(j->db, "UPDATE numbers SET epoch = CASE counter WHEN 4294967295 THEN randomblob(4) ELSE epoch END,"
		       " counter = CASE counter WHEN 4294967295 THEN 1 ELSE counter + 1 END WHERE id = 1", "");

	if (r != 1)
		return -1;
	q = db_query(j->db, "SELECT epoch, counter FROM numbers WHERE id = 1", "");
	r = q ? db_step(j->db, q) : -1;
	if (r == 1) {
		r = db_blob(j->db, q, 0, epoch, sizeof(epoch)) < 0 ? -1 : 1;
		counter = sqlite3_column_int64(q, 1);
	}
	db_finish(&q);
	if (r != 1)
		return -1;
	writer_init(&w, ttn, TTN_LEN);
	writer_copy(&w, epoch, sizeof(epoch));
	writer_u32(&w, (uint32_t)counter);
	return writer_end(&w, &len);
}

static int insert_intent(struct journal *j, struct intent *in)
{
	struct pay_fields p = { .amount = in->amount, .currency = in->currency, .time = in->time };
	int r = take_number(j, in->ttn);

	if (r < 0)
		return -1;
	memcpy(p.ttn, in->ttn, TTN_LEN);
	if (pay_fields_encode(&p, in->p) < 0)
		return -1;
	r = db_run(j->db, "INSERT INTO intents (ttn, tid, cid, ctr, amount, currency, time, p, tcert, ref, masked, state, sw, reported, settled)"
		   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0)", "bbbiiiibbtt", in->ttn, sizeof(in->ttn), in->tid, sizeof(in->tid),
		   in->cid, sizeof(in->cid), (int64_t)in->ctr, (int64_t)in->amount, (int64_t)in->currency, (int64_t)in->time,
		   in->p, sizeof(in->p), in->tcert, in->tcert_len, in->ref, in->masked);
	if (r != 1)
		return -1;
	in->id = sqlite3_last_insert_rowid(j->db->handle);
	in->state = INTENT_OPEN;
	return 0;
}

int journal_intend(struct journal *j, struct intent *in)
{
	int r = db_begin(j->db);

	return r < 0 ? -1 : db_end(j->db, insert_intent(j, in)) < 0 ? -1 : 0;
}

int journal_finish(struct journal *j, const struct intent *in)
{
	int r;

	if (in->state == INTENT_PAID)
		r = db_run(j->db, "UPDATE intents SET state = 1, ebal = ?, rsig = ? WHERE id = ? AND state = 0", "bbi",
			   in->receipt.ebal, sizeof(in->receipt.ebal), in->receipt.rsig, sizeof(in->receipt.rsig), in->id);
	else
		r = db_run(j->db, "UPDATE intents SET state = ?, sw = ? WHERE id = ? AND state = 0", "iii", (int64_t)in->state, (int64_t)in->sw, in->id);
	if (r == 0)
		snprintf(j->db->error, sizeof(j->db->error), "the intent has ended already");
	return r == 1 ? 0 : -1;
}

int journal_report(struct journal *j, int64_t id)
{
	return db_run(j->db, "UPDATE intents SET reported = 1 WHERE id = ?", "i", id) == 1 ? 0 : -1;
}

int journal_settle(struct journal *j, int64_t id, enum intent_settled how)
{
	return db_run(j->db, "UPDATE intents SET settled = ? WHERE id = ? AND state = 1", "ii", (int64_t)how, id) == 1 ? 0 : -1;
}

static int read_row(struct journal *j, sqlite3_stmt *q, struct intent *in)
{
	int tcert_len = sqlite3_column_bytes(q, 9);

	memset(in, 0, sizeof(*in));
	in->id = sqlite3_column_int64(q, 0);
	in->ctr = (uint32_t)sqlite3_column_int64(q, 4);
	in->amount = (uint64_t)sqlite3_column_int64(q, 5);
	in->currency = (uint16_t)sqlite3_column_int64(q, 6);
	in->time = (uint64_t)sqlite3_column_int64(q, 7);
	in->state = (enum intent_state)sqlite3_column_int64(q, 12);
	in->sw = (uint16_t)sqlite3_column_int64(q, 13);
	in->reported = sqlite3_column_int64(q, 14) != 0;
	in->settled = (enum intent_settled)sqlite3_column_int64(q, 17);
	db_text(q, 10, in->ref, sizeof(in->ref));
	db_text(q, 11, in->masked, sizeof(in->masked));
	if (tcert_len < 0 || (size_t)tcert_len > sizeof(in->tcert) || db_blob(j->db, q, 9, in->tcert, (size_t)tcert_len) < 0 ||
	    db_blob(j->db, q, 1, in->ttn, sizeof(in->ttn)) < 0 || db_blob(j->db, q, 2, in->tid, sizeof(in->tid)) < 0 ||
	    db_blob(j->db, q, 3, in->cid, sizeof(in->cid)) < 0 || db_blob(j->db, q, 8, in->p, sizeof(in->p)) < 0)
		return -1;
	in->tcert_len = (size_t)tcert_len;
	if (in->state == INTENT_PAID && (db_blob(j->db, q, 15, in->receipt.ebal, sizeof(in->receipt.ebal)) < 0 ||
					 db_blob(j->db, q, 16, in->receipt.rsig, sizeof(in->receipt.rsig)) < 0))
		return -1;
	return 1;
}

/* The first row of @q, which is freed. */
static int take_first(struct journal *j, sqlite3_stmt *q, struct intent *in)
{
	int r = q ? db_step(j->db, q) : -1;

	if (r == 1)
		r = read_row(j, q, in);
	db_finish(&q);
	return r < 0 ? -1 : r;
}

#define COLUMNS "SELECT id, ttn, tid, cid, ctr, amount, currency, time, p, tcert, ref, masked, state, sw, reported, ebal, rsig, settled FROM intents"

int journal_next(struct journal *j, enum journal_filter filter, int64_t after, const uint8_t *tid, const uint8_t *cid, struct intent *in)
{
	static const char *const sql[] = {
		[JOURNAL_ALL] = COLUMNS " WHERE id > ? ORDER BY id LIMIT 1",
		[JOURNAL_OPEN_OF_CARD] = COLUMNS " WHERE id > ? AND tid = ? AND cid = ? AND state = 0 ORDER BY id LIMIT 1",
		[JOURNAL_UNREPORTED_OF_CARD] = COLUMNS " WHERE id > ? AND tid = ? AND cid = ? AND state IN (1, 4) AND NOT reported ORDER BY id LIMIT 1",
		[JOURNAL_UNSETTLED] = COLUMNS " WHERE id > ? AND state = 1 AND settled <> 1 ORDER BY id LIMIT 1",
	};
	bool of_card = filter == JOURNAL_OPEN_OF_CARD || filter == JOURNAL_UNREPORTED_OF_CARD;
	sqlite3_stmt *q = of_card ? db_query(j->db, sql[filter], "ibb", after, tid, (size_t)TID_LEN, cid, (size_t)CID_LEN) :
				    db_query(j->db, sql[filter], "i", after);

	return take_first(j, q, in);
}

int journal_next_of_ref(struct journal *j, const char *ref, int64_t after, const uint8_t tid[TID_LEN], struct intent *in)
{
	return take_first(j, db_query(j->db, COLUMNS " WHERE ref = ? AND ref <> '' AND id > ? AND tid = ? ORDER BY id LIMIT 1", "tib",
				      ref, after, tid, (size_t)TID_LEN), in);
}
