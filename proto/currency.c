// SPDX-License-Identifier: BSD-2-Clause
#include "currency.h"

#include <stddef.h>
#include <string.h>

static const struct currency currencies[] = {
	{ 0x0978, "EUR", 2 }, { 0x0840, "USD", 2 }, { 0x0826, "GBP", 2 }, { 0x0756, "CHF", 2 }, { 0x0156, "CNY", 2 },
	{ 0x0392, "JPY", 0 }, { 0x0985, "PLN", 2 }, { 0x0752, "SEK", 2 }, { 0x0208, "DKK", 2 }, { 0x0203, "CZK", 2 },
};

#define CURRENCIES	(sizeof(currencies) / sizeof(currencies[0]))

const struct currency *currency_find(uint16_t bcd)
{
	for (size_t i = 0; i < CURRENCIES; i++)
		if (currencies[i].bcd == bcd)
			return &currencies[i];
	return NULL;
}

const struct currency *currency_find_code(const char *code)
{
	for (size_t i = 0; i < CURRENCIES; i++)
		if (strcmp(currencies[i].code, code) == 0)
			return &currencies[i];
	return NULL;
}

/* From the last character to the first: proto/ has no printf(). */
char *amount_text(uint64_t minor, uint16_t currency, char out[AMOUNT_TEXT_LEN])
{
	static const char hex[] = "0123456789abcdef";
	const struct currency *c = currency_find(currency);
	unsigned int exponent = c ? c->exponent : 2, digits = 0;
	char text[AMOUNT_TEXT_LEN];
	size_t at = sizeof(text);

	text[--at] = '\0';
	for (int i = 2; i >= 0; i--)
		text[--at] = c ? c->code[i] : hex[currency >> (4 * (2 - i)) & 0xF];
	text[--at] = ' ';
	do {
		if (exponent > 0 && digits == exponent)
			text[--at] = '.';
		text[--at] = (char)('0' + minor % 10);
		minor /= 10;
		digits++;
	} while (minor > 0 || digits <= exponent);
	memcpy(out, text + at, sizeof(text) - at);
	return out;
}
