// SPDX-License-Identifier: BSD-2-Clause
#include "history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>
#include <tee_internal_api.h>

#include "proto/payta_cmd.h"
#include "proto/purse.h"

#define LEDGER_MAX	65536

static uint8_t recent[PAYTA_RECORDS][PURSE_RECORD_LEN];	/* by counter, as the ledger has them now */
static unsigned int n_recent;
static uint32_t newest;

static void fail(const char *what)
{
	fprintf(stderr, "bench: history: %s\n", what);
	exit(1);
}

static void put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A slot: used 1 ‖ counter 4 ‖ the rest of the state ‖ record; where the record begins is found, and not known here. */
static void shift_slot(uint8_t *slot, size_t len, uint32_t more)
{
	uint32_t ctr = get_u32(slot + 1);
	struct purse_record r;

	if (slot[0] == 0)
		fail("the ledger is not full");
	for (size_t at = 5; at + PURSE_RECORD_LEN <= len; at++) {
		if (purse_record_decode((struct bytes){ slot + at, PURSE_RECORD_LEN }, &r) != 0 || r.ctr != ctr || r.kind != PURSE_PAYMENT)
			continue;
		r.ctr += more;
		put_u32(slot + 1, r.ctr);
		if (purse_record_encode(&r, slot + at) != 0)
			fail("a record");
		memcpy(recent[r.ctr % PAYTA_RECORDS], slot + at, PURSE_RECORD_LEN);
		n_recent++;
		if (r.ctr > newest)
			newest = r.ctr;
		return;
	}
	fail("a slot without its record");
}

static void shift_ledger(uint32_t more)
{
	static uint8_t all[LEDGER_MAX];
	TEE_ObjectHandle object;
	size_t n = 0;

	if (TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "ledger", 6, TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE, &object) != TEE_SUCCESS ||
	    TEE_ReadObjectData(object, all, sizeof(all), &n) != TEE_SUCCESS || n == 0 || n % PAYTA_RECORDS != 0)
		fail("payta's ledger");
	for (size_t i = 0; i < PAYTA_RECORDS; i++)
		shift_slot(all + i * (n / PAYTA_RECORDS), n / PAYTA_RECORDS, more);
	if (TEE_SeekObjectData(object, 0, TEE_DATA_SEEK_SET) != TEE_SUCCESS || TEE_WriteObjectData(object, all, n) != TEE_SUCCESS)
		fail("payta's ledger cannot be written");
	TEE_CloseObject(object);
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(db));
}

static void fill(sqlite3 *db)
{
	uint8_t record[PURSE_RECORD_LEN];
	sqlite3_stmt *q;

	if (sqlite3_prepare_v2(db, "INSERT INTO record SELECT cid, ?1, ?2 FROM card", -1, &q, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(db));
	for (uint32_t ctr = 0; ctr <= newest; ctr++) {
		const uint8_t *p = recent[ctr % PAYTA_RECORDS];
		struct purse_record r;

		if (purse_record_decode((struct bytes){ p, PURSE_RECORD_LEN }, &r) != 0)
			fail("a record");
		if (r.ctr != ctr) {
			memcpy(record, p, sizeof(record));
			r.ctr = ctr;
			if (purse_record_encode(&r, record) != 0)
				fail("a record");
			p = record;
		}
		sqlite3_bind_int64(q, 1, ctr);
		sqlite3_bind_blob(q, 2, p, PURSE_RECORD_LEN, SQLITE_TRANSIENT);
		if (sqlite3_step(q) != SQLITE_DONE || sqlite3_reset(q) != SQLITE_OK)
			fail(sqlite3_errmsg(db));
	}
	sqlite3_finalize(q);
}

void history_make(const char *path, uint32_t more)
{
	sqlite3 *db;

	shift_ledger(more);
	if (n_recent != PAYTA_RECORDS || sqlite3_open(path, &db) != SQLITE_OK)
		fail("wallet.db");
	run(db, "BEGIN; DELETE FROM record");
	fill(db);
	run(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
	sqlite3_close(db);
}
