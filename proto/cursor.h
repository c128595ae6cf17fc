/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_CURSOR_H
#define TEEPAY_PROTO_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bounded cursors over bytes that somebody else sent, or that are to be sent.  All integers are big-endian.
 *
 * Errors stick: after the first read past the end (or write past the room) every further call does nothing, reads give zeros, and
 * reader_end() or writer_end() reports the first error.  So a decoder is a straight list of reads with one check at its end.
 */
struct reader {
	const uint8_t *p;	/* next byte */
	size_t left;		/* bytes behind @p */
	int err;		/* 0 or the first enum proto_err */
};

struct writer {
	uint8_t *buf;
	size_t room;		/* size of @buf in bytes */
	size_t len;		/* bytes written */
	int err;
};

/* A run of bytes that the struct does not own. */
struct bytes {
	const uint8_t *p;
	size_t len;
};

void reader_init(struct reader *r, const void *p, size_t len);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
/* Copies @len bytes to @out; on error @out is zeroed. */
void reader_copy(struct reader *r, void *out, size_t len);
/* Gives a view of the next @len bytes, valid as long as the input is; {NULL, 0} on error. */
struct bytes reader_take(struct reader *r, size_t len);
/* Fails with PROTO_ERR_FORMAT unless the next @len bytes equal @want. */
void reader_expect(struct reader *r, const void *want, size_t len);
void reader_fail(struct reader *r, int err);
/* 0 when all went well and no byte is left over; else the first error, or PROTO_ERR_TRAILING. */
int reader_end(const struct reader *r) __attribute__((warn_unused_result));

void writer_init(struct writer *w, void *buf, size_t room);
void writer_u8(struct writer *w, uint8_t v);
void writer_u16(struct writer *w, uint16_t v);
void writer_u32(struct writer *w, uint32_t v);
void writer_u64(struct writer *w, uint64_t v);
void writer_copy(struct writer *w, const void *p, size_t len);
void writer_fail(struct writer *w, int err);
/* 0 and the length in *@len, or the first error with *@len 0. */
int writer_end(const struct writer *w, size_t *len) __attribute__((warn_unused_result));

#endif
