// SPDX-License-Identifier: BSD-2-Clause
#include "octets.h"

#include <stdbool.h>
#include <stddef.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Exactly 2 * size digits, in groups of 8-4-4-4-12 if it is a UUID. */
static int octets_take(const char *word, uint8_t *bytes, size_t size, bool uuid)
{
	uint8_t any = 0;

	for (size_t i = 0; i < size; i++) {
		int high, low;

		if (uuid && (i == 4 || i == 6 || i == 8 || i == 10) && *word++ != '-')
			return -1;
		high = hex_digit(word[0]);
		low = high < 0 ? -1 : hex_digit(word[1]);
		if (low < 0)
			return -1;
		bytes[i] = (uint8_t)(high << 4 | low);
		any |= bytes[i];
		word += 2;
	}
	return *word || !any ? -1 : 0;
}

int octets_uuid(const char *word, uint8_t uuid[TEECHAN_UUID_LEN])
{
	return octets_take(word, uuid, TEECHAN_UUID_LEN, true);
}

int octets_digest(const char *word, uint8_t digest[TEECHAN_DIGEST_LEN])
{
	return octets_take(word, digest, TEECHAN_DIGEST_LEN, false);
}
