/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BENCH_PAYMENT_HISTORY_H
#define BENCH_PAYMENT_HISTORY_H

#include <stdint.h>

/*
 * Makes a card look as if @more payments (a multiple of 32) lay before those it has: payta's ledger, whose storage is open, counts them, and walletd's database at
 * @path has a record for each.  Their seals hold for nothing; nobody opens them on the way of a payment.
 */
void history_make(const char *path, uint32_t more);

#endif
