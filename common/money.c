// SPDX-License-Identifier: BSD-2-Clause
#include "money.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ISO 4217: number (BCD), letters, digits behind the point. */
static const struct currency {
	uint16_t bcd;
	char code[4];
	unsigned int exponent;
} currencies[] = {
	{ 0x0978, "EUR", 2 }, { 0x0840, "USD", 2 }, { 0x0826, "GBP", 2 }, { 0x0756, "CHF", 2 }, { 0x0156, "CNY", 2 },
	{ 0x0392, "JPY", 0 }, { 0x0985, "PLN", 2 }, { 0x0752, "SEK", 2 }, { 0x0208, "DKK", 2 }, { 0x0203, "CZK", 2 },
};

static const struct currency *currency_find(uint16_t bcd)
{
	for (size_t i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++)
		if (currencies[i].bcd == bcd)
			return &currencies[i];
	return NULL;
}

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
	*currency = 0;
	if (strlen(text) != 3)
		return -1;
	for (size_t i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++)
		if (strcmp(currencies[i].code, text) == 0) {
			*currency = currencies[i].bcd;
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
	unsigned int exponent = currency_exponent(currency);
	uint64_t unit = 1;
	char room[5];

	for (unsigned int i = 0; i < exponent; i++)
		unit *= 10;
	if (exponent == 0)
		snprintf(out, MONEY_TEXT_LEN, "%" PRIu64 " %s", minor, money_code(currency, room));
	else
		snprintf(out, MONEY_TEXT_LEN, "%" PRIu64 ".%0*" PRIu64 " %s", minor / unit, (int)exponent, minor % unit,
			 money_code(currency, room));
	return out;
}

char *money_format_signed(int64_t minor, uint16_t currency, char out[MONEY_TEXT_LEN])
{
	char text[MONEY_TEXT_LEN];

	money_format(minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, currency, text);
	snprintf(out, MONEY_TEXT_LEN, "%s%.*s", minor < 0 ? "-" : "", MONEY_TEXT_LEN - 2, text);
	return out;
}
