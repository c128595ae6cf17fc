/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_CLOCK_H
#define TEEPAY_PAYTA_CLOCK_H

#include <stdint.h>

/*
 * The card's time: the system's, but never before the newest time that the issuer signed, and never a terminal's (docs/PROTOCOL.apdu.md §9).
 * Seconds since 1970-01-01 UTC.
 */
uint64_t clock_now(void);
/* Its day, as certificates count them. */
uint16_t clock_day(uint64_t seconds);

#endif
