// SPDX-License-Identifier: BSD-2-Clause
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "store_db.h"

static const char *const migrations[] = {
	"CREATE TABLE issuer (id INTEGER PRIMARY KEY CHECK (id = 1), currency INTEGER NOT NULL, vcn_prefix TEXT NOT NULL,"
	"  root_key BLOB NOT NULL, money_key BLOB NOT NULL, oldest_start INTEGER NOT NULL, limit_payment INTEGER NOT NULL,"
	"  limit_sum INTEGER NOT NULL, limit_count INTEGER NOT NULL, max_balance INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;"
	"CREATE TABLE challenges (challenge BLOB PRIMARY KEY, created INTEGER NOT NULL) STRICT;"
	"CREATE TABLE cards (cid BLOB PRIMARY KEY, pk BLOB NOT NULL UNIQUE, holder TEXT NOT NULL, vcn INTEGER NOT NULL UNIQUE,"
	"  k_ic BLOB NOT NULL, end_day INTEGER NOT NULL, state INTEGER NOT NULL, blocked_at INTEGER NOT NULL, reason TEXT NOT NULL,"
	"  challenge BLOB NOT NULL UNIQUE, application BLOB NOT NULL, issue BLOB NOT NULL, seq INTEGER NOT NULL, balance INTEGER NOT NULL,"
	"  used INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;"
	"CREATE INDEX cards_holder ON cards (holder);"
	"CREATE TABLE messages (cid BLOB NOT NULL REFERENCES cards (cid), seq INTEGER NOT NULL, kind INTEGER NOT NULL, source INTEGER NOT NULL,"
	"  amount INTEGER NOT NULL, bytes BLOB NOT NULL, state INTEGER NOT NULL, reply BLOB NOT NULL, created INTEGER NOT NULL,"
	"  PRIMARY KEY (cid, seq)) STRICT;"
	"CREATE INDEX messages_open ON messages (cid, seq) WHERE state = 0;"
	"CREATE TABLE requests (key BLOB PRIMARY KEY, cid BLOB NOT NULL REFERENCES cards (cid), kind INTEGER NOT NULL, payee BLOB NOT NULL,"
	"  amount INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT;"
	"CREATE TABLE transfers (payer BLOB NOT NULL REFERENCES cards (cid), payer_seq INTEGER NOT NULL, payee BLOB NOT NULL REFERENCES cards (cid),"
	"  amount INTEGER NOT NULL, state INTEGER NOT NULL, ctr INTEGER NOT NULL, credit_seq INTEGER NOT NULL, created INTEGER NOT NULL,"
	"  PRIMARY KEY (payer, payer_seq)) STRICT;"
	"CREATE INDEX transfers_payee ON transfers (payee) WHERE state IN (1, 2);"
	"CREATE TABLE records (cid BLOB NOT NULL REFERENCES cards (cid), ctr INTEGER NOT NULL, kind INTEGER NOT NULL, amount INTEGER NOT NULL,"
	"  balance INTEGER, content BLOB NOT NULL, PRIMARY KEY (cid, ctr)) STRICT;"
	"CREATE TABLE merchants (name TEXT PRIMARY KEY, balance INTEGER NOT NULL) STRICT;"
	"CREATE TABLE terminals (tid BLOB PRIMARY KEY, merchant TEXT NOT NULL REFERENCES merchants (name), created INTEGER NOT NULL) STRICT;"
	"CREATE TABLE receipts (cid BLOB NOT NULL, ctr INTEGER NOT NULL, tid BLOB NOT NULL REFERENCES terminals (tid), p BLOB NOT NULL,"
	"  ebal BLOB NOT NULL, rsig BLOB NOT NULL, settled INTEGER NOT NULL, PRIMARY KEY (cid, ctr),"
	"  FOREIGN KEY (cid, ctr) REFERENCES records (cid, ctr)) STRICT;"
	"CREATE TABLE alarms (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, cid BLOB NOT NULL, ctr INTEGER NOT NULL, what TEXT NOT NULL) STRICT;",
};

static const struct db_schema schema = { migrations, sizeof(migrations) / sizeof(migrations[0]) };

int store_map(int r)
{
	if (r >= 0)
		return r;
	return r == DB_ERR_CONSTRAINT ? STORE_ERR_EXISTS : STORE_ERR_IO;
}

int store_changed(int r)
{
	if (r < 0)
		return store_map(r);
	return r > 0 ? 0 : STORE_ERR_IO;
}

/*
 * The operator makes the issuer as root, the service reads it as its own user: the file belongs to the owner of its folder, and so do the -wal
 * and -shm files that SQLite makes beside it.
 */
static int create_owned(struct store *s, const char *path)
{
	char copy[512];
	struct stat st;
	int fd, r = 0;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy) || stat(dirname(copy), &st) < 0) {
		snprintf(s->path_error, sizeof(s->path_error), "the folder of %.90s: %s", path, strerror(errno));
		return STORE_ERR_IO;
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0 || (geteuid() == 0 && fchown(fd, st.st_uid, st.st_gid) < 0)) {
		snprintf(s->path_error, sizeof(s->path_error), "%.90s: %s", path, strerror(errno));
		r = STORE_ERR_IO;
	}
	if (fd >= 0)
		close(fd);
	return r;
}

int store_open(struct store **out, const char *path, bool create)
{
	struct store *s = calloc(1, sizeof(*s));

	*out = s;
	if (!s)
		return STORE_ERR_IO;
	if (create) {
		int r = create_owned(s, path);

		if (r < 0)
			return r;
	} else if (access(path, F_OK) < 0) {
		snprintf(s->path_error, sizeof(s->path_error), "%.90s: %s", path, strerror(errno));
		return STORE_ERR_IO;
	}
	return store_map(db_open(&s->db, path, &schema));
}

void store_close(struct store **s)
{
	if (!*s)
		return;
	db_close(&(*s)->db);
	free(*s);
	*s = NULL;
}

const char *store_error(const struct store *s)
{
	if (!s)
		return "out of memory";
	if (s->path_error[0] != '\0')
		return s->path_error;
	return s->db ? s->db->error : "out of memory";
}

int store_begin(struct store *s)
{
	return store_map(db_begin(s->db));
}

int store_end(struct store *s, int err)
{
	int r = db_end(s->db, err);

	/* A caller's own error (any number) is handed through as it is. */
	return err != 0 ? err : store_map(r);
}

/* --- the issuer itself --- */

int store_issuer_put(struct store *s, const struct store_issuer *i, uint64_t now)
{
	return store_changed(db_run(s->db,
		"INSERT INTO issuer (id, currency, vcn_prefix, root_key, money_key, oldest_start, limit_payment, limit_sum, limit_count,"
		" max_balance, created) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "itbbiiiiii",
		(int64_t)i->currency, i->vcn_prefix, i->root_key, sizeof(i->root_key), i->money_key, sizeof(i->money_key),
		(int64_t)i->oldest_start, (int64_t)i->limit_payment, (int64_t)i->limit_sum, (int64_t)i->limit_count,
		(int64_t)i->max_balance, (int64_t)now));
}

int store_issuer_get(struct store *s, struct store_issuer *i)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT currency, vcn_prefix, root_key, money_key, oldest_start, limit_payment, limit_sum,"
				   " limit_count, max_balance FROM issuer WHERE id = 1", "");
	int r = q ? db_step(s->db, q) : DB_ERR_IO;

	memset(i, 0, sizeof(*i));
	if (r == 1) {
		i->currency = (uint16_t)sqlite3_column_int64(q, 0);
		db_text(q, 1, i->vcn_prefix, sizeof(i->vcn_prefix));
		i->oldest_start = (uint16_t)sqlite3_column_int64(q, 4);
		i->limit_payment = (uint64_t)sqlite3_column_int64(q, 5);
		i->limit_sum = (uint64_t)sqlite3_column_int64(q, 6);
		i->limit_count = (uint16_t)sqlite3_column_int64(q, 7);
		i->max_balance = (uint64_t)sqlite3_column_int64(q, 8);
		if (db_blob(s->db, q, 2, i->root_key, sizeof(i->root_key)) < 0 ||
		    db_blob(s->db, q, 3, i->money_key, sizeof(i->money_key)) < 0)
			r = DB_ERR_IO;
	}
	db_finish(&q);
	return store_map(r);
}

int store_oldest_start(struct store *s, uint16_t *day)
{
	struct store_issuer i;
	int r = store_issuer_get(s, &i);

	*day = i.oldest_start;
	OPENSSL_cleanse(&i, sizeof(i));
	return r == 1 ? 0 : r < 0 ? r : STORE_ERR_IO;
}

int store_oldest_start_raise(struct store *s, uint16_t day)
{
	return store_changed(db_run(s->db, "UPDATE issuer SET oldest_start = max(oldest_start, ?) WHERE id = 1", "i", (int64_t)day));
}

/* --- challenges --- */

int store_challenge_put(struct store *s, const uint8_t challenge[CHALLENGE_LEN], uint64_t now, uint64_t oldest, unsigned int keep)
{
	int r = db_run(s->db, "DELETE FROM challenges WHERE created < ? OR challenge NOT IN"
		       " (SELECT challenge FROM challenges ORDER BY created DESC, rowid DESC LIMIT ?)", "ii", (int64_t)oldest, (int64_t)keep - 1);

	if (r < 0)
		return store_map(r);
	return store_changed(db_run(s->db, "INSERT INTO challenges (challenge, created) VALUES (?, ?)", "bi",
				    challenge, (size_t)CHALLENGE_LEN, (int64_t)now));
}

int store_challenge_get(struct store *s, const uint8_t challenge[CHALLENGE_LEN], uint64_t *created)
{
	int64_t v;
	int r = db_value(s->db, &v, "SELECT created FROM challenges WHERE challenge = ?", "b", challenge, (size_t)CHALLENGE_LEN);

	*created = (uint64_t)v;
	return store_map(r);
}

int store_challenge_drop(struct store *s, const uint8_t challenge[CHALLENGE_LEN])
{
	return store_changed(db_run(s->db, "DELETE FROM challenges WHERE challenge = ?", "b", challenge, (size_t)CHALLENGE_LEN));
}

/* --- cards --- */

#define CARD_COLUMNS "cid, pk, holder, vcn, k_ic, end_day, state, blocked_at, reason, challenge, application, issue, seq, balance, used"

static int card_row(struct store *s, sqlite3_stmt *q, struct store_card *c)
{
	if (db_blob(s->db, q, 0, c->cid, sizeof(c->cid)) < 0 || db_blob(s->db, q, 1, c->pk, sizeof(c->pk)) < 0 ||
	    db_blob(s->db, q, 4, c->k_ic, sizeof(c->k_ic)) < 0 || db_blob(s->db, q, 9, c->challenge, sizeof(c->challenge)) < 0 ||
	    db_blob(s->db, q, 10, c->application, sizeof(c->application)) < 0 || db_blob(s->db, q, 11, c->issue, sizeof(c->issue)) < 0)
		return DB_ERR_IO;
	db_text(q, 2, c->holder, sizeof(c->holder));
	c->vcn = (uint64_t)sqlite3_column_int64(q, 3);
	c->end = (uint16_t)sqlite3_column_int64(q, 5);
	c->state = (enum card_state)sqlite3_column_int64(q, 6);
	c->blocked_at = (uint64_t)sqlite3_column_int64(q, 7);
	db_text(q, 8, c->reason, sizeof(c->reason));
	c->seq = (uint64_t)sqlite3_column_int64(q, 12);
	c->balance = sqlite3_column_int64(q, 13);
	c->used = sqlite3_column_int64(q, 14) != 0;
	return 1;
}

int store_card_put(struct store *s, const struct store_card *c, uint64_t now)
{
	return store_changed(db_run(s->db, "INSERT INTO cards (" CARD_COLUMNS ", created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"bbtibiiitbbbiiii", c->cid, sizeof(c->cid), c->pk, sizeof(c->pk), c->holder, (int64_t)c->vcn, c->k_ic, sizeof(c->k_ic),
		(int64_t)c->end, (int64_t)c->state, (int64_t)c->blocked_at, c->reason, c->challenge, sizeof(c->challenge),
		c->application, sizeof(c->application), c->issue, sizeof(c->issue), (int64_t)c->seq, c->balance, (int64_t)c->used, (int64_t)now));
}

int store_card_update(struct store *s, const struct store_card *c)
{
	return store_changed(db_run(s->db, "UPDATE cards SET holder = ?, state = ?, blocked_at = ?, reason = ?, challenge = ?, application = ?,"
		" issue = ?, seq = ?, balance = ?, used = ? WHERE cid = ?", "tiitbbbiiib",
		c->holder, (int64_t)c->state, (int64_t)c->blocked_at, c->reason, c->challenge, sizeof(c->challenge),
		c->application, sizeof(c->application), c->issue, sizeof(c->issue), (int64_t)c->seq, c->balance, (int64_t)c->used,
		c->cid, sizeof(c->cid)));
}

/* Takes the only row of @q into @c, and frees @q: 0, 1, 2 (there are more) or an error. */
static int card_only(struct store *s, sqlite3_stmt *q, struct store_card *c)
{
	int r = q ? db_step(s->db, q) : DB_ERR_IO;

	memset(c, 0, sizeof(*c));
	if (r == 1)
		r = card_row(s, q, c);
	if (r == 1) {
		r = db_step(s->db, q);
		if (r >= 0)
			r++;
	}
	db_finish(&q);
	return store_map(r);
}

int store_card_get(struct store *s, const uint8_t cid[CID_LEN], struct store_card *c)
{
	return card_only(s, db_query(s->db, "SELECT " CARD_COLUMNS " FROM cards WHERE cid = ?", "b", cid, (size_t)CID_LEN), c);
}

int store_card_by_challenge(struct store *s, const uint8_t challenge[CHALLENGE_LEN], struct store_card *c)
{
	return card_only(s, db_query(s->db, "SELECT " CARD_COLUMNS " FROM cards WHERE challenge = ?", "b", challenge, (size_t)CHALLENGE_LEN), c);
}

int store_card_by_holder(struct store *s, const char *holder, struct store_card *c)
{
	return card_only(s, db_query(s->db, "SELECT " CARD_COLUMNS " FROM cards WHERE holder = ? AND state = 1 LIMIT 2", "t", holder), c);
}

int store_card_each(struct store *s, int (*cb)(const struct store_card *c, void *arg), void *arg)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT " CARD_COLUMNS " FROM cards ORDER BY created, cid", "");
	struct store_card c;
	int r = q ? 0 : DB_ERR_IO, stop = 0;

	while (r >= 0 && stop == 0 && (r = db_step(s->db, q)) == 1) {
		r = card_row(s, q, &c);
		if (r == 1)
			stop = cb(&c, arg);
	}
	explicit_bzero(&c, sizeof(c));
	db_finish(&q);
	return r < 0 ? store_map(r) : stop;
}
