/* SPDX-License-Identifier: BSD-2-Clause */
/* A device and a terminal in one process: walletd's modules, libteec, the in-process channel, and payta in a thread of its own over libtee's storage. */
#ifndef BENCH_PAYMENT_DEVICE_H
#define BENCH_PAYMENT_DEVICE_H

#include <stdint.h>

/* Makes a card with money in @dir, which must exist.  @history: and so many payments behind it. */
void device_make(const char *dir, uint32_t history);
/* One payment: nanoseconds that the card took to answer GET VCN and PAY.  SELECTs, the terminal's part, and what walletd writes afterwards do not count. */
double device_pay(void);

#endif
