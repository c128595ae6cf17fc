/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_TLV_H
#define TEEPAY_PROTO_TLV_H

#include <stddef.h>
#include <stdint.h>

#include "cursor.h"

/*
 * BER-TLV as cards use it (ISO 7816-4 §5.2.2): tags of one or two bytes, definite lengths of one to three bytes in their shortest form.
 * 00 and FF are not taken as padding: what this code reads it has asked for, and nothing else is let through.
 */
struct tlv {
	uint16_t tag;		/* 0x84, 0xC3, 0x5F2D, 0xBF0C ... */
	struct bytes value;
};

/* Reads the next object of @r into @t.  Errors stick to @r. */
void tlv_read(struct reader *r, struct tlv *t);
/* Reads the next object, which must have @tag and a value of @len bytes, and gives a view of the value. */
struct bytes tlv_expect(struct reader *r, uint16_t tag, size_t len);
/* Like tlv_expect(), for a value of @min to @max bytes. */
struct bytes tlv_expect_range(struct reader *r, uint16_t tag, size_t min, size_t max);
/*
 * Looks for @tag in @in and, through constructed objects, up to @depth levels below.  0 and the value in *@value, or
 * PROTO_ERR_FORMAT when it is not there, is there twice, or anything beside it is malformed.  At most 64 objects are looked at.
 */
int tlv_find(struct bytes in, uint16_t tag, unsigned int depth, struct bytes *value) __attribute__((warn_unused_result));

/* Appends a whole object. */
void tlv_write(struct writer *w, uint16_t tag, const void *value, size_t len);
/* Appends tag and length only; the caller appends exactly @len bytes of value. */
void tlv_write_header(struct writer *w, uint16_t tag, size_t len);

#endif
