/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_OPERATION_H
#define TEEPAY_PAY_OPERATION_H

#include "link.h"
#include "pending.h"

/*
 * What moves money or cards between issuer and wallet.  Each can be cut off at any step and is finished by the next run.  All give enum pay_exit.
 */

/* What a top-up or transfer came to. */
struct operation_result {
	struct pending done;		/* what was asked for */
	bool resumed;			/* it was begun by an earlier run */
	struct purse_record record;	/* what it changed */
	int code;			/* of *@before only: how it ended, with @error */
	struct pay_error error;
};

/*
 * Begins @wanted (kind, amount and payee), or goes on with it when the same was begun and not finished.  Another unfinished operation is finished first,
 * and *@before tells of it (kind PENDING_NONE: there was none).
 */
int operation_run(const struct link *link, const struct pending_store *store, const struct pending *wanted, struct operation_result *before,
		  struct operation_result *result, struct pay_error *e) __attribute__((warn_unused_result));

/* Applies for a card; *@resumed as above. */
int operation_apply(const struct link *link, const struct pending_store *store, const char *holder, bool *resumed, struct pay_error *e)
	__attribute__((warn_unused_result));

/* Brings every outstanding issuer message to the card and each reply back; their number goes to *@n. */
int operation_sync(const struct link *link, const char *cid, unsigned int *n, struct pay_error *e) __attribute__((warn_unused_result));

#endif
