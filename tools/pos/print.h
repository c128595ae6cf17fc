/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_PRINT_H
#define TEEPAY_POS_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "purchase.h"

/* What people and tills read.  Never a whole card number. */

/* The receipt, or why there is none; in colour when @colour. */
void print_result(FILE *out, const struct terminal *t, const struct purchase_result *res, bool colour);

/*
 * One object: result ("paid", "refused", "in doubt", "unknown", "failed", "settled"), reason, earlier, merchant, payment (or null), recovered (an array of
 * payments), apdus, bytes.  A payment has ttn, cid, ctr (of its record), amount, currency, time, ref, card, state, sw, reported, settled.
 * 0, or -1 when it could not be written.
 */
int print_result_json(FILE *out, const struct terminal *t, const struct purchase_result *res) __attribute__((warn_unused_result));

/* One line a payment, or all of them as an array of payments. */
int print_journal(FILE *out, struct journal *j) __attribute__((warn_unused_result));
int print_journal_json(FILE *out, struct journal *j) __attribute__((warn_unused_result));

/* A purchase_trace for a FILE *: each APDU with its length in bytes. */
void print_apdu(void *file, const char *step, bool command, const uint8_t *bytes, size_t len);
/* A purchase_check for a FILE *: "  check       " and the words. */
void print_check(void *file, const char *what);

#endif
