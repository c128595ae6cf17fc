/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_FILTER_H
#define TEEPAY_PAY_FILTER_H

#include <stdbool.h>

#include "proto/purse.h"

/* Which records of the purse pay history shows. */
enum record_kind { RECORD_ISSUED, RECORD_PAYMENT, RECORD_TOPUP, RECORD_TRANSFER_IN, RECORD_TRANSFER_OUT, RECORD_REFUND, RECORD_UNKNOWN, RECORD_KINDS };

/* What a record is, and its name: "payment", "top-up", "transfer-in", ... */
enum record_kind record_kind(const struct purse_record *r);
const char *record_kind_name(enum record_kind kind);

struct filter {
	uint64_t since, until;		/* seconds since 1970, both included; until 0: no end */
	uint64_t min, max;		/* amount without its sign; max 0: no end */
	const char *name;		/* part of the merchant's or payee's name, in any case; NULL: any */
	unsigned int kinds;		/* 1 << enum record_kind; 0: any */
};

/*
 * Reads "2026-03-01", "2026-03-01 18:30" or "2026-03-01 18:30:59", local time; a T may stand for the blank.  @end: what is left out is as late as it can be.
 * 0, or -1 when it is no such time.
 */
int filter_time(const char *text, bool end, uint64_t *seconds) __attribute__((warn_unused_result));
/* Reads names of kinds with commas between them.  0 or -1. */
int filter_kinds(const char *text, unsigned int *kinds) __attribute__((warn_unused_result));

bool filter_passes(const struct filter *f, const struct purse_record *r);
/* Records come newest first: can none behind @r pass any more? */
bool filter_over(const struct filter *f, const struct purse_record *r);

#endif
