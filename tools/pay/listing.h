/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_LISTING_H
#define TEEPAY_PAY_LISTING_H

#include <jansson.h>
#include <stdio.h>

#include "proto/purse.h"

/* Value records of the purse as people, scripts and spreadsheets read them. */
#define LISTING_TIME_LEN	24

/* What the record did to the balance, in minor units. */
int64_t listing_change(const struct purse_record *r);
/* "2026-03-01 18:30:59", local time.  Returns @out. */
const char *listing_time(uint64_t seconds, char out[LISTING_TIME_LEN]);

void listing_head(FILE *f);
void listing_row(FILE *f, const struct purse_record *r);
/* RFC 4180: counter, kind, time (ISO 8601, UTC), amount, balance, currency, name, peer.  Amounts are decimal numbers. */
void listing_csv_head(FILE *f);
void listing_csv(FILE *f, const struct purse_record *r);
/* counter, kind, amount, balance, currency, time, name, peer; amounts are minor units. */
json_t *listing_json(const struct purse_record *r);

#endif
