// SPDX-License-Identifier: BSD-2-Clause
#include "store_db.h"

#include <string.h>

/* The store's second half: messages, transfers, records, receipts and accounts. */

/* --- messages --- */

#define MESSAGE_COLUMNS "cid, seq, kind, source, amount, bytes, state, reply"

static int message_row(struct store *s, sqlite3_stmt *q, struct store_message *m)
{
	int len = sqlite3_column_bytes(q, 5);

	memset(m, 0, sizeof(*m));
	if (len <= 0 || (size_t)len > sizeof(m->bytes) || db_blob(s->db, q, 5, m->bytes, (size_t)len) < 0 ||
	    db_blob(s->db, q, 0, m->cid, sizeof(m->cid)) < 0 || db_blob(s->db, q, 7, m->reply, sizeof(m->reply)) < 0)
		return DB_ERR_IO;
	m->len = (size_t)len;
	m->seq = (uint64_t)sqlite3_column_int64(q, 1);
	m->kind = (uint8_t)sqlite3_column_int64(q, 2);
	m->source = (uint8_t)sqlite3_column_int64(q, 3);
	m->amount = (uint64_t)sqlite3_column_int64(q, 4);
	m->state = (enum message_state)sqlite3_column_int64(q, 6);
	return 1;
}

int store_message_put(struct store *s, const struct store_message *m, uint64_t now)
{
	return store_changed(db_run(s->db, "INSERT INTO messages (" MESSAGE_COLUMNS ", created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", "biiiibibi",
		m->cid, sizeof(m->cid), (int64_t)m->seq, (int64_t)m->kind, (int64_t)m->source, (int64_t)m->amount, m->bytes, m->len,
		(int64_t)m->state, m->reply, sizeof(m->reply), (int64_t)now));
}

int store_message_update(struct store *s, const struct store_message *m)
{
	return store_changed(db_run(s->db, "UPDATE messages SET state = ?, reply = ? WHERE cid = ? AND seq = ?", "ibbi",
		(int64_t)m->state, m->reply, sizeof(m->reply), m->cid, sizeof(m->cid), (int64_t)m->seq));
}

int store_message_get(struct store *s, const uint8_t cid[CID_LEN], uint64_t seq, struct store_message *m)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT " MESSAGE_COLUMNS " FROM messages WHERE cid = ? AND seq = ?", "bi",
				   cid, (size_t)CID_LEN, (int64_t)seq);
	int r = q ? db_step(s->db, q) : DB_ERR_IO;

	if (r == 1)
		r = message_row(s, q, m);
	db_finish(&q);
	return store_map(r);
}

int store_message_each(struct store *s, const uint8_t *cid, bool open_only, int (*cb)(const struct store_message *m, void *arg), void *arg)
{
	sqlite3_stmt *q = cid ? db_query(s->db, "SELECT " MESSAGE_COLUMNS " FROM messages WHERE cid = ? AND state <= ? ORDER BY seq", "bi",
					 cid, (size_t)CID_LEN, (int64_t)(open_only ? MESSAGE_OPEN : MESSAGE_VOID)) :
				db_query(s->db, "SELECT " MESSAGE_COLUMNS " FROM messages WHERE state <= ? ORDER BY cid, seq", "i",
					 (int64_t)(open_only ? MESSAGE_OPEN : MESSAGE_VOID));
	struct store_message m;
	int r = q ? 0 : DB_ERR_IO, stop = 0;

	while (r >= 0 && stop == 0 && (r = db_step(s->db, q)) == 1) {
		r = message_row(s, q, &m);
		if (r == 1)
			stop = cb(&m, arg);
	}
	db_finish(&q);
	return r < 0 ? store_map(r) : stop;
}

int store_message_open_below(struct store *s, const uint8_t cid[CID_LEN], uint64_t seq, struct store_message *m)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT " MESSAGE_COLUMNS " FROM messages WHERE cid = ? AND state = 0 AND seq < ? ORDER BY seq LIMIT 1",
				   "bi", cid, (size_t)CID_LEN, (int64_t)seq);
	int r = q ? db_step(s->db, q) : DB_ERR_IO;

	if (r == 1)
		r = message_row(s, q, m);
	db_finish(&q);
	return store_map(r);
}

/* A SUM() of one card. */
static int card_sum(struct store *s, const char *sql, const uint8_t cid[CID_LEN], uint64_t *sum)
{
	int64_t v;
	int r = db_value(s->db, &v, sql, "b", cid, (size_t)CID_LEN);

	*sum = (uint64_t)v;
	return r < 0 ? store_map(r) : 0;
}

int store_credits_open(struct store *s, const uint8_t cid[CID_LEN], uint64_t *sum)
{
	return card_sum(s, "SELECT coalesce(sum(amount), 0) FROM messages WHERE cid = ? AND kind = 1 AND state = 0", cid, sum);
}

int store_order_open(struct store *s, const uint8_t cid[CID_LEN])
{
	int64_t v;

	return store_map(db_value(s->db, &v, "SELECT 1 FROM messages WHERE cid = ? AND kind = 2 AND state = 0 LIMIT 1", "b", cid, (size_t)CID_LEN));
}

int store_block_signed(struct store *s, const uint8_t cid[CID_LEN])
{
	int64_t v;

	return store_map(db_value(s->db, &v, "SELECT 1 FROM messages WHERE cid = ? AND kind = 4 LIMIT 1", "b", cid, (size_t)CID_LEN));
}

/* --- requests --- */

int store_request_put(struct store *s, const struct store_request *r)
{
	return store_changed(db_run(s->db, "INSERT INTO requests (key, cid, kind, payee, amount, seq) VALUES (?, ?, ?, ?, ?, ?)", "bbibii",
		r->key, sizeof(r->key), r->cid, sizeof(r->cid), (int64_t)r->kind, r->payee, sizeof(r->payee), (int64_t)r->amount, (int64_t)r->seq));
}

int store_request_get(struct store *s, const uint8_t key[ISSUER_KEY_LEN], struct store_request *out)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT key, cid, kind, payee, amount, seq FROM requests WHERE key = ?", "b",
				   key, (size_t)ISSUER_KEY_LEN);
	int r = q ? db_step(s->db, q) : DB_ERR_IO;

	memset(out, 0, sizeof(*out));
	if (r == 1) {
		out->kind = (uint8_t)sqlite3_column_int64(q, 2);
		out->amount = (uint64_t)sqlite3_column_int64(q, 4);
		out->seq = (uint64_t)sqlite3_column_int64(q, 5);
		if (db_blob(s->db, q, 0, out->key, sizeof(out->key)) < 0 || db_blob(s->db, q, 1, out->cid, sizeof(out->cid)) < 0 ||
		    db_blob(s->db, q, 3, out->payee, sizeof(out->payee)) < 0)
			r = DB_ERR_IO;
	}
	db_finish(&q);
	return store_map(r);
}

/* --- transfers --- */

#define TRANSFER_COLUMNS "payer, payer_seq, payee, amount, state, ctr, credit_seq"

static int transfer_row(struct store *s, sqlite3_stmt *q, struct store_transfer *t)
{
	if (db_blob(s->db, q, 0, t->payer, sizeof(t->payer)) < 0 || db_blob(s->db, q, 2, t->payee, sizeof(t->payee)) < 0)
		return DB_ERR_IO;
	t->payer_seq = (uint64_t)sqlite3_column_int64(q, 1);
	t->amount = (uint64_t)sqlite3_column_int64(q, 3);
	t->state = (enum transfer_state)sqlite3_column_int64(q, 4);
	t->ctr = (uint32_t)sqlite3_column_int64(q, 5);
	t->credit_seq = (uint64_t)sqlite3_column_int64(q, 6);
	return 1;
}

static int transfer_first(struct store *s, sqlite3_stmt *q, struct store_transfer *t)
{
	int r = q ? db_step(s->db, q) : DB_ERR_IO;

	memset(t, 0, sizeof(*t));
	if (r == 1)
		r = transfer_row(s, q, t);
	db_finish(&q);
	return store_map(r);
}

int store_transfer_put(struct store *s, const struct store_transfer *t, uint64_t now)
{
	return store_changed(db_run(s->db, "INSERT INTO transfers (" TRANSFER_COLUMNS ", created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "bibiiiii",
		t->payer, sizeof(t->payer), (int64_t)t->payer_seq, t->payee, sizeof(t->payee), (int64_t)t->amount, (int64_t)t->state,
		(int64_t)t->ctr, (int64_t)t->credit_seq, (int64_t)now));
}

int store_transfer_update(struct store *s, const struct store_transfer *t)
{
	return store_changed(db_run(s->db, "UPDATE transfers SET state = ?, ctr = ?, credit_seq = ? WHERE payer = ? AND payer_seq = ?", "iiibi",
		(int64_t)t->state, (int64_t)t->ctr, (int64_t)t->credit_seq, t->payer, sizeof(t->payer), (int64_t)t->payer_seq));
}

int store_transfer_get(struct store *s, const uint8_t payer[CID_LEN], uint64_t payer_seq, struct store_transfer *t)
{
	return transfer_first(s, db_query(s->db, "SELECT " TRANSFER_COLUMNS " FROM transfers WHERE payer = ? AND payer_seq = ?", "bi",
					  payer, (size_t)CID_LEN, (int64_t)payer_seq), t);
}

int store_transfer_held(struct store *s, const uint8_t payee[CID_LEN], struct store_transfer *t)
{
	return transfer_first(s, db_query(s->db, "SELECT " TRANSFER_COLUMNS " FROM transfers WHERE payee = ? AND state = 2"
					  " ORDER BY created, rowid LIMIT 1", "b", payee, (size_t)CID_LEN), t);
}

int store_transfers_coming(struct store *s, const uint8_t payee[CID_LEN], uint64_t *sum)
{
	return card_sum(s, "SELECT coalesce(sum(amount), 0) FROM transfers WHERE payee = ? AND state IN (1, 2)", payee, sum);
}

int store_transfer_each(struct store *s, int (*cb)(const struct store_transfer *t, void *arg), void *arg)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT " TRANSFER_COLUMNS " FROM transfers ORDER BY created, rowid", "");
	struct store_transfer t;
	int r = q ? 0 : DB_ERR_IO, stop = 0;

	while (r >= 0 && stop == 0 && (r = db_step(s->db, q)) == 1) {
		r = transfer_row(s, q, &t);
		if (r == 1)
			stop = cb(&t, arg);
	}
	db_finish(&q);
	return r < 0 ? store_map(r) : stop;
}

/* --- what cards signed, by counter --- */

int store_record_put(struct store *s, const struct store_record *r)
{
	static const char *const sql = "INSERT INTO records (cid, ctr, kind, amount, content, balance) VALUES (?, ?, ?, ?, ?, ?)";

	if (r->has_balance)
		return store_changed(db_run(s->db, sql, "biiibi", r->cid, sizeof(r->cid), (int64_t)r->ctr, (int64_t)r->kind, (int64_t)r->amount,
					    r->content, sizeof(r->content), (int64_t)r->balance));
	return store_changed(db_run(s->db, sql, "biiibn", r->cid, sizeof(r->cid), (int64_t)r->ctr, (int64_t)r->kind, (int64_t)r->amount,
				    r->content, sizeof(r->content)));
}

int store_record_get(struct store *s, const uint8_t cid[CID_LEN], uint32_t ctr, struct store_record *out)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT kind, amount, content, balance FROM records WHERE cid = ? AND ctr = ?", "bi",
				   cid, (size_t)CID_LEN, (int64_t)ctr);
	int r = q ? db_step(s->db, q) : DB_ERR_IO;

	memset(out, 0, sizeof(*out));
	if (r == 1) {
		memcpy(out->cid, cid, CID_LEN);
		out->ctr = ctr;
		out->kind = (enum record_kind)sqlite3_column_int64(q, 0);
		out->amount = (uint64_t)sqlite3_column_int64(q, 1);
		out->has_balance = sqlite3_column_type(q, 3) != SQLITE_NULL;
		out->balance = (uint64_t)sqlite3_column_int64(q, 3);
		if (db_blob(s->db, q, 2, out->content, sizeof(out->content)) < 0)
			r = DB_ERR_IO;
	}
	db_finish(&q);
	return store_map(r);
}

/* --- terminals and merchants --- */

int store_terminal_put(struct store *s, const struct store_terminal *t, uint64_t now)
{
	int r = db_run(s->db, "INSERT INTO merchants (name, balance) VALUES (?, 0) ON CONFLICT DO NOTHING", "t", t->merchant);

	if (r < 0)
		return store_map(r);
	return store_changed(db_run(s->db, "INSERT INTO terminals (tid, merchant, created) VALUES (?, ?, ?)", "bti",
				    t->tid, sizeof(t->tid), t->merchant, (int64_t)now));
}

int store_terminal_get(struct store *s, const uint8_t tid[TID_LEN], struct store_terminal *t)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT merchant FROM terminals WHERE tid = ?", "b", tid, (size_t)TID_LEN);
	int r = q ? db_step(s->db, q) : DB_ERR_IO;

	memset(t, 0, sizeof(*t));
	if (r == 1) {
		memcpy(t->tid, tid, TID_LEN);
		db_text(q, 0, t->merchant, sizeof(t->merchant));
	}
	db_finish(&q);
	return store_map(r);
}

int store_merchant_credit(struct store *s, const char *merchant, uint64_t amount)
{
	return store_changed(db_run(s->db, "UPDATE merchants SET balance = balance + ? WHERE name = ?", "it", (int64_t)amount, merchant));
}

int store_merchant_each(struct store *s, int (*cb)(const char *name, int64_t balance, void *arg), void *arg)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT name, balance FROM merchants ORDER BY name", "");
	char name[MERCHANT_MAX + 1];
	int r = q ? 0 : DB_ERR_IO, stop = 0;

	while (r >= 0 && stop == 0 && (r = db_step(s->db, q)) == 1) {
		db_text(q, 0, name, sizeof(name));
		stop = cb(name, sqlite3_column_int64(q, 1), arg);
	}
	db_finish(&q);
	return r < 0 ? store_map(r) : stop;
}

/* --- receipts --- */

int store_receipt_put(struct store *s, const struct store_receipt *r)
{
	return store_changed(db_run(s->db, "INSERT INTO receipts (cid, ctr, tid, p, ebal, rsig, settled) VALUES (?, ?, ?, ?, ?, ?, ?)", "bibbbbi",
		r->cid, sizeof(r->cid), (int64_t)r->ctr, r->tid, sizeof(r->tid), r->p, sizeof(r->p), r->receipt.ebal, sizeof(r->receipt.ebal),
		r->receipt.rsig, sizeof(r->receipt.rsig), (int64_t)r->settled));
}

int store_receipt_each(struct store *s, int (*cb)(const struct store_receipt *r, void *arg), void *arg)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT cid, ctr, tid, p, ebal, rsig, settled FROM receipts ORDER BY cid, ctr", "");
	struct store_receipt t;
	int r = q ? 0 : DB_ERR_IO, stop = 0;

	while (r >= 0 && stop == 0 && (r = db_step(s->db, q)) == 1) {
		t.ctr = (uint32_t)sqlite3_column_int64(q, 1);
		t.settled = (uint64_t)sqlite3_column_int64(q, 6);
		if (db_blob(s->db, q, 0, t.cid, sizeof(t.cid)) < 0 || db_blob(s->db, q, 2, t.tid, sizeof(t.tid)) < 0 ||
		    db_blob(s->db, q, 3, t.p, sizeof(t.p)) < 0 || db_blob(s->db, q, 4, t.receipt.ebal, sizeof(t.receipt.ebal)) < 0 ||
		    db_blob(s->db, q, 5, t.receipt.rsig, sizeof(t.receipt.rsig)) < 0)
			r = DB_ERR_IO;
		else
			stop = cb(&t, arg);
	}
	db_finish(&q);
	return r < 0 ? store_map(r) : stop;
}

/* --- alarms and sums --- */

int store_alarm_put(struct store *s, uint64_t now, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what)
{
	return store_changed(db_run(s->db, "INSERT INTO alarms (time, cid, ctr, what) VALUES (?, ?, ?, ?)", "ibit",
				    (int64_t)now, cid, (size_t)CID_LEN, (int64_t)ctr, what));
}

int store_alarm_each(struct store *s, int (*cb)(uint64_t time, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what, void *arg), void *arg)
{
	sqlite3_stmt *q = db_query(s->db, "SELECT time, cid, ctr, what FROM alarms ORDER BY id", "");
	uint8_t cid[CID_LEN];
	char what[160];
	int r = q ? 0 : DB_ERR_IO, stop = 0;

	while (r >= 0 && stop == 0 && (r = db_step(s->db, q)) == 1) {
		db_text(q, 3, what, sizeof(what));
		if (db_blob(s->db, q, 1, cid, sizeof(cid)) < 0)
			r = DB_ERR_IO;
		else
			stop = cb((uint64_t)sqlite3_column_int64(q, 0), cid, (uint32_t)sqlite3_column_int64(q, 2), what, arg);
	}
	db_finish(&q);
	return r < 0 ? store_map(r) : stop;
}

int store_sums_get(struct store *s, struct store_sums *sums)
{
	const struct {
		int64_t *to;
		const char *sql;
	} list[] = {
		/* Money comes in by top-ups alone; a refund moves what was there. */
		{ &sums->loaded, "SELECT coalesce(sum(amount), 0) FROM messages WHERE kind = 1 AND source = 1" },
		{ &sums->shadow, "SELECT coalesce(sum(balance), 0) FROM cards" },
		{ &sums->merchants, "SELECT coalesce(sum(balance), 0) FROM merchants" },
		{ &sums->credits_open, "SELECT coalesce(sum(amount), 0) FROM messages WHERE kind = 1 AND state = 0" },
		{ &sums->transfers_held, "SELECT coalesce(sum(amount), 0) FROM transfers WHERE state = 2" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		int r = db_value(s->db, list[i].to, list[i].sql, "");

		if (r < 0)
			return store_map(r);
	}
	return 0;
}
