// SPDX-License-Identifier: BSD-2-Clause
#include "text.h"

#include <string.h>

#include "err.h"

/* Length of the sequence that @lead opens and the least code point that needs it; 0 for a byte that opens none. */
static size_t utf8_length(uint8_t lead, uint32_t *least)
{
	if (lead < 0x80) {
		*least = 0;
		return 1;
	}
	if (lead >= 0xC2 && lead < 0xE0) {
		*least = 0x80;
		return 2;
	}
	if (lead >= 0xE0 && lead < 0xF0) {
		*least = 0x800;
		return 3;
	}
	if (lead >= 0xF0 && lead < 0xF5) {
		*least = 0x10000;
		return 4;
	}
	return 0;
}

static bool code_point_valid(uint32_t c, uint32_t least)
{
	if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return false;
	/*
	 * Unicode 15 §23.2, §23.3, §23.8: separators that break a line, controls that turn the order of what follows around, and what is not seen, so that two
	 * names look alike.
	 */
	if (c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF)
		return false;
	return c >= 0x20 && !(c >= 0x7F && c < 0xA0);
}

/* Length of the valid character at @p; 0 when there is none. */
static size_t character_length(const uint8_t *p, size_t left)
{
	uint32_t least, c;
	size_t n = utf8_length(p[0], &least);

	if (n == 0 || n > left)
		return 0;
	c = n == 1 ? p[0] : p[0] & (0x7FU >> n);
	for (size_t k = 1; k < n; k++) {
		if ((p[k] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[k] & 0x3FU);
	}
	return code_point_valid(c, least) ? n : 0;
}

bool text_valid(struct bytes text)
{
	size_t n;

	for (size_t i = 0; i < text.len; i += n) {
		n = character_length(text.p + i, text.len - i);
		if (n == 0)
			return false;
	}
	return true;
}

void text_clean(char *text)
{
	size_t len = strlen(text), n;

	for (size_t i = 0; i < len; i += n) {
		n = character_length((const uint8_t *)text + i, len - i);
		if (n == 0) {
			text[i] = '?';
			n = 1;
		}
	}
}

void text_read(struct reader *r, char *out, size_t max)
{
	size_t len = reader_u8(r);
	struct bytes b;

	memset(out, 0, max + 1);
	if (r->err == 0 && len > max)
		reader_fail(r, PROTO_ERR_FORMAT);
	b = reader_take(r, len);
	if (r->err == 0 && !text_valid(b))
		reader_fail(r, PROTO_ERR_FORMAT);
	if (r->err == 0 && b.len > 0)
		memcpy(out, b.p, b.len);
}

void text_write(struct writer *w, const char *text, size_t max)
{
	size_t len = strnlen(text, max + 1);

	if (len > max || len > 0xFF || !text_valid((struct bytes){ (const uint8_t *)text, len })) {
		writer_fail(w, PROTO_ERR_FORMAT);
		return;
	}
	writer_u8(w, (uint8_t)len);
	writer_copy(w, text, len);
}
