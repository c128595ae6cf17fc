// SPDX-License-Identifier: BSD-2-Clause
#include "cursor.h"

#include <string.h>

#include "err.h"

void reader_init(struct reader *r, const void *p, size_t len)
{
	r->p = p;
	r->left = len;
	r->err = 0;
}

void reader_fail(struct reader *r, int err)
{
	if (r->err == 0)
		r->err = err;
}

struct bytes reader_take(struct reader *r, size_t len)
{
	struct bytes b = { NULL, 0 };

	if (r->err == 0 && len > r->left)
		r->err = PROTO_ERR_SHORT;
	if (r->err != 0)
		return b;
	b.p = r->p;
	b.len = len;
	if (len > 0) {
		r->p += len;
		r->left -= len;
	}
	return b;
}

/* Up to eight bytes as one number; 0 on error. */
static uint64_t reader_number(struct reader *r, size_t len)
{
	struct bytes b = reader_take(r, len);
	uint64_t v = 0;

	for (size_t i = 0; i < b.len; i++)
		v = v << 8 | b.p[i];
	return v;
}

uint8_t reader_u8(struct reader *r)
{
	return (uint8_t)reader_number(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
	return (uint16_t)reader_number(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
	return (uint32_t)reader_number(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
	return reader_number(r, 8);
}

void reader_copy(struct reader *r, void *out, size_t len)
{
	struct bytes b = reader_take(r, len);

	if (len == 0)
		return;
	if (r->err != 0)
		memset(out, 0, len);
	else
		memcpy(out, b.p, len);
}

void reader_expect(struct reader *r, const void *want, size_t len)
{
	struct bytes b = reader_take(r, len);

	if (r->err == 0 && len > 0 && memcmp(b.p, want, len) != 0)
		r->err = PROTO_ERR_FORMAT;
}

int reader_end(const struct reader *r)
{
	if (r->err != 0)
		return r->err;
	return r->left > 0 ? PROTO_ERR_TRAILING : 0;
}

void writer_init(struct writer *w, void *buf, size_t room)
{
	w->buf = buf;
	w->room = room;
	w->len = 0;
	w->err = 0;
}

void writer_fail(struct writer *w, int err)
{
	if (w->err == 0)
		w->err = err;
}

void writer_copy(struct writer *w, const void *p, size_t len)
{
	if (w->err == 0 && len > w->room - w->len)
		w->err = PROTO_ERR_NO_ROOM;
	if (w->err != 0 || len == 0)
		return;
	memcpy(w->buf + w->len, p, len);
	w->len += len;
}

static void writer_number(struct writer *w, uint64_t v, size_t len)
{
	uint8_t b[8];

	for (size_t i = 0; i < len; i++)
		b[i] = (uint8_t)(v >> 8 * (len - 1 - i));
	writer_copy(w, b, len);
}

void writer_u8(struct writer *w, uint8_t v)
{
	writer_number(w, v, 1);
}

void writer_u16(struct writer *w, uint16_t v)
{
	writer_number(w, v, 2);
}

void writer_u32(struct writer *w, uint32_t v)
{
	writer_number(w, v, 4);
}

void writer_u64(struct writer *w, uint64_t v)
{
	writer_number(w, v, 8);
}

int writer_end(const struct writer *w, size_t *len)
{
	*len = w->err != 0 ? 0 : w->len;
	return w->err;
}
