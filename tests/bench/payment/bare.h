/* SPDX-License-Identifier: BSD-2-Clause */
/* The least that a card must do for GET VCN and PAY: the bare OpenSSL operations, keys loaded and algorithms fetched, one write and one fdatasync. */
#ifndef BENCH_PAYMENT_BARE_H
#define BENCH_PAYMENT_BARE_H

/* @dir: where the file is that it writes, on the same file system as the card's. */
void bare_make(const char *dir);
/* Nanoseconds of all of it, once. */
double bare_run(void);

#endif
