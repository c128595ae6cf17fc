// SPDX-License-Identifier: BSD-2-Clause
#include "money.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proto/currency.h"

_Static_assert(MONEY_TEXT_LEN >= AMOUNT_TEXT_LEN, "every amount has room");

static unsigned int currency_exponent(uint16_t bcd)
{
	const struct currency *c = currency_find(bcd);

	return c ? c->exponent : 2;
}

const char *money_code(uint16_t currency, char room[5])
{
	const struct currency *c = currency_find(currency);

	if (c)
		return c->code;
	snprintf(room, 5, "%03x", (unsigned int)currency);
	return room;
}

int money_currency_parse(const char *text, uint16_t *currency)
{
	const struct currency *c;

	*currency = 0;
	if (strlen(text) != 3)
		return -1;
	c = currency_find_code(text);
	if (c) {
		*currency = c->bcd;
		return 0;
	}
	for (int i = 0; i < 3; i++) {
		if (text[i] < '0' || text[i] > '9') {
			*currency = 0;
			return -1;
		}
		*currency = (uint16_t)(*currency << 4 | (text[i] - '0'));
	}
	return 0;
}

/* Appends one decimal digit; -1 when the amount would pass MONEY_MAX. */
static int push_digit(uint64_t *v, char c)
{
	if (c < '0' || c > '9')
		return -1;
	*v = *v * 10 + (uint64_t)(c - '0');
	return *v > MONEY_MAX ? -1 : 0;
}

int money_parse(const char *text, uint16_t currency, uint64_t *minor)
{
	unsigned int exponent = currency_exponent(currency), decimals = 0;
	const char *p = text;
	uint64_t v = 0;

	*minor = 0;
	if (!isdigit((unsigned char)p[0]) || (p[0] == '0' && p[1] != '\0' && p[1] != '.'))
		return -1;
	for (; *p != '\0' && *p != '.'; p++)
		if (push_digit(&v, *p) < 0)
			return -1;
	if (*p == '.') {
		if (exponent == 0)
			return -1;
		for (p++; *p != '\0'; p++, decimals++)
			if (decimals == exponent || push_digit(&v, *p) < 0)
				return -1;
		if (decimals != exponent)
			return -1;
	}
	for (; decimals < exponent; decimals++)
		if (push_digit(&v, '0') < 0)
			return -1;
	*minor = v;
	return 0;
}

char *money_format(uint64_t minor, uint16_t currency, char out[MONEY_TEXT_LEN])
{
	return amount_text(minor, currency, out);
}

char *money_format_signed(int64_t minor, uint16_t currency, char out[MONEY_TEXT_LEN])
{
	char text[MONEY_TEXT_LEN];

	money_format(minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, currency, text);
	snprintf(out, MONEY_TEXT_LEN, "%s%.*s", minor < 0 ? "-" : "", MONEY_TEXT_LEN - 2, text);
	return out;
}
