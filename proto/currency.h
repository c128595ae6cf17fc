/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_CURRENCY_H
#define TEEPAY_PROTO_CURRENCY_H

#include <stdint.h>

/*
 * Currencies by their ISO 4217 number, two bytes of BCD, and amounts of minor units as text: the same words on the trusted screen and everywhere else.
 */
struct currency {
	uint16_t bcd;
	char code[4];
	uint8_t exponent;		/* digits behind the point */
};

/* NULL: not in the table; its exponent is taken to be 2. */
const struct currency *currency_find(uint16_t bcd);
const struct currency *currency_find_code(const char *code);

#define AMOUNT_TEXT_LEN		40
/* "4.50 EUR", or "4.50 978" for a number that the table does not have.  Returns @out. */
char *amount_text(uint64_t minor, uint16_t currency, char out[AMOUNT_TEXT_LEN]);

#endif
