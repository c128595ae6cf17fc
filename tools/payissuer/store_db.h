/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_STORE_DB_H
#define TEEPAY_PAYISSUER_STORE_DB_H

#include "common/db.h"
#include "store.h"

/* What the SQLite halves of the store (store.c, store_money.c) share; nobody else includes this. */
struct store {
	struct db *db;
	char path_error[160];
};

/* Maps enum db_err to enum store_err; positive values and 0 stay. */
int store_map(int r) STORE_MUST_CHECK;
/* Runs a statement that must change at least one row. */
int store_changed(int r) STORE_MUST_CHECK;

#endif
