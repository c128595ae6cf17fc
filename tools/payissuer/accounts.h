/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_ACCOUNTS_H
#define TEEPAY_PAYISSUER_ACCOUNTS_H

#include <jansson.h>
#include <stdio.h>

#include "issuer.h"

/*
 * The issuer's side of rule 12: purses + committed unsettled receipts + merchant accounts + signed unapplied credits + uncredited transfers + fees =
 * money loaded.
 *
 * An object with: currency, loaded, fees, the sums shadow, merchants_total, credits_open, transfers_held, whether they balance, and the rows behind them
 * (cards, messages, transfers, receipts, merchants, alarms), so that a test can put the purses and journals of the other parties beside them.
 * NULL on error, see is->error.
 */
json_t *accounts_json(struct issuer *is);

/* The same for people, on @out.  0 or enum issuer_err. */
int accounts_print(struct issuer *is, FILE *out) ISSUER_MUST_CHECK;

#endif
