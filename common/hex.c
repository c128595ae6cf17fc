// SPDX-License-Identifier: BSD-2-Clause
#include "hex.h"

#include <string.h>

char *hex_encode(const void *in, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = in;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_decode_any(const char *text, void *out, size_t room, size_t *len)
{
	uint8_t *p = out;
	size_t n = strlen(text);

	*len = 0;
	memset(out, 0, room);
	if (n % 2 != 0 || n / 2 > room)
		return -1;
	for (size_t i = 0; i < n / 2; i++) {
		int hi = hex_digit(text[2 * i]), lo = hex_digit(text[2 * i + 1]);

		if (hi < 0 || lo < 0) {
			memset(out, 0, room);
			return -1;
		}
		p[i] = (uint8_t)(hi << 4 | lo);
	}
	*len = n / 2;
	return 0;
}

int hex_decode(const char *text, void *out, size_t len)
{
	size_t got;

	if (strlen(text) != 2 * len) {
		memset(out, 0, len);
		return -1;
	}
	return hex_decode_any(text, out, len, &got);
}
