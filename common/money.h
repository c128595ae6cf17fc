/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_COMMON_MONEY_H
#define TEEPAY_COMMON_MONEY_H

#include <stdint.h>

/*
 * Amounts are whole minor units (cents) in a uint64_t; a currency is its ISO 4217 number as two bytes of BCD, as on the wire: 0x0978 is the euro.
 * No amount is above MONEY_MAX, so that it fits every database column and no sum of a few of them overflows.
 */
#define MONEY_MAX		999999999999999ULL
#define MONEY_TEXT_LEN		40

/* "EUR", or "978" for a number that the table does not have; the text is static or in @room. */
const char *money_code(uint16_t currency, char room[5]);
/* Takes "EUR" or "978".  0, or -1 when it is neither a known code nor three digits. */
int money_currency_parse(const char *text, uint16_t *currency) __attribute__((warn_unused_result));

/*
 * Reads an amount such as "4.50" or "4": digits without a needless leading zero and, when there is a point, exactly as many digits behind it as the
 * currency has.  No sign, no blanks, no other separators.  0, or -1 and *@minor is 0.
 */
int money_parse(const char *text, uint16_t currency, uint64_t *minor) __attribute__((warn_unused_result));

/* "4.50 EUR".  Returns @out. */
char *money_format(uint64_t minor, uint16_t currency, char out[MONEY_TEXT_LEN]);
/* Likewise for a difference or an account that may be below zero: "-4.50 EUR". */
char *money_format_signed(int64_t minor, uint16_t currency, char out[MONEY_TEXT_LEN]);

#endif
