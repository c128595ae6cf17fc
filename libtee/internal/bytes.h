/* SPDX-License-Identifier: BSD-2-Clause */
/* Big-endian numbers and a bounded cursor, for what libtee itself writes and reads. */
#ifndef LIBTEE_INTERNAL_BYTES_H
#define LIBTEE_INTERNAL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void tee_put_be32(uint8_t *p, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void tee_put_be64(uint8_t *p, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(p, &v, sizeof(v));
}

static inline uint32_t tee_get_be32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return __builtin_bswap32(v);
}

static inline uint64_t tee_get_be64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return __builtin_bswap64(v);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are swapped by hand");

/* Reads forward over bytes; the first read beyond the end makes it bad, and it stays so. */
struct tee_reader {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static inline const uint8_t *tee_read(struct tee_reader *r, size_t size)
{
	const uint8_t *at = r->at;

	if (r->bad || size > r->left) {
		r->bad = true;
		return NULL;
	}
	r->at += size;
	r->left -= size;
	return at;
}

static inline uint8_t tee_read_u8(struct tee_reader *r)
{
	const uint8_t *p = tee_read(r, 1);

	return p ? *p : 0;
}

static inline uint32_t tee_read_be32(struct tee_reader *r)
{
	const uint8_t *p = tee_read(r, sizeof(uint32_t));

	return p ? tee_get_be32(p) : 0;
}

#endif
