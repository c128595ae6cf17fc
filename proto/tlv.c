// SPDX-License-Identifier: BSD-2-Clause
#include "tlv.h"

#include "err.h"

#define TLV_FIND_MAX	64	/* objects that tlv_find() looks at */

/* ISO 7816-4 §5.2.2.1.  EMV's BF0C has a second byte below 1F, so the only values refused there are 00 and a third byte's announcement. */
static uint16_t tlv_read_tag(struct reader *r)
{
	uint8_t first = reader_u8(r);
	uint8_t second;

	if (r->err != 0)
		return 0;
	if (first == 0x00 || first == 0xFF) {
		reader_fail(r, PROTO_ERR_FORMAT);
		return 0;
	}
	if ((first & 0x1F) != 0x1F)
		return first;
	second = reader_u8(r);
	if (r->err == 0 && (second == 0x00 || second >= 0x80))
		reader_fail(r, PROTO_ERR_FORMAT);
	if (r->err != 0)
		return 0;
	return (uint16_t)(first << 8 | second);
}

/* ISO 7816-4 §5.2.2.2: one, two or three bytes, and never more than the value needs. */
static size_t tlv_read_length(struct reader *r)
{
	size_t len = reader_u8(r);

	if (len < 0x80)
		return len;
	if (len == 0x81) {
		len = reader_u8(r);
		if (r->err == 0 && len < 0x80)
			reader_fail(r, PROTO_ERR_FORMAT);
	} else if (len == 0x82) {
		len = reader_u16(r);
		if (r->err == 0 && len < 0x100)
			reader_fail(r, PROTO_ERR_FORMAT);
	} else {
		reader_fail(r, PROTO_ERR_FORMAT);
	}
	return r->err != 0 ? 0 : len;
}

void tlv_read(struct reader *r, struct tlv *t)
{
	t->tag = tlv_read_tag(r);
	t->value = reader_take(r, tlv_read_length(r));
}

struct bytes tlv_expect_range(struct reader *r, uint16_t tag, size_t min, size_t max)
{
	uint16_t got = tlv_read_tag(r);
	size_t len;

	if (r->err == 0 && got != tag)
		reader_fail(r, PROTO_ERR_FORMAT);
	len = tlv_read_length(r);
	if (r->err == 0 && (len < min || len > max))
		reader_fail(r, PROTO_ERR_FORMAT);
	return reader_take(r, len);
}

struct bytes tlv_expect(struct reader *r, uint16_t tag, size_t len)
{
	return tlv_expect_range(r, tag, len, len);
}

/* Bit 6 of a tag's first byte: the value is itself a row of objects. */
static bool tlv_constructed(uint16_t tag)
{
	return ((tag > 0xFF ? tag >> 8 : tag) & 0x20) != 0;
}

struct tlv_search {
	uint16_t tag;
	unsigned int looked, found;
	struct bytes value;
};

static int tlv_search(struct bytes in, unsigned int depth, struct tlv_search *s)
{
	struct reader r;

	reader_init(&r, in.p, in.len);
	while (r.err == 0 && r.left > 0) {
		struct tlv t;

		tlv_read(&r, &t);
		if (r.err == 0 && ++s->looked > TLV_FIND_MAX)
			return PROTO_ERR_FORMAT;
		if (r.err == 0 && t.tag == s->tag) {
			s->found++;
			s->value = t.value;
		} else if (r.err == 0 && depth > 0 && tlv_constructed(t.tag)) {
			int err = tlv_search(t.value, depth - 1, s);

			if (err)
				return err;
		}
	}
	return reader_end(&r);
}

int tlv_find(struct bytes in, uint16_t tag, unsigned int depth, struct bytes *value)
{
	struct tlv_search s = { .tag = tag };
	int err = tlv_search(in, depth, &s);

	*value = (struct bytes){ NULL, 0 };
	if (err)
		return err;
	if (s.found != 1)
		return PROTO_ERR_FORMAT;
	*value = s.value;
	return 0;
}

void tlv_write_header(struct writer *w, uint16_t tag, size_t len)
{
	if (len > 0xFFFF) {
		writer_fail(w, PROTO_ERR_FORMAT);
		return;
	}
	if (tag > 0xFF)
		writer_u16(w, tag);
	else
		writer_u8(w, (uint8_t)tag);
	if (len >= 0x100) {
		writer_u8(w, 0x82);
		writer_u16(w, (uint16_t)len);
	} else {
		if (len >= 0x80)
			writer_u8(w, 0x81);
		writer_u8(w, (uint8_t)len);
	}
}

void tlv_write(struct writer *w, uint16_t tag, const void *value, size_t len)
{
	tlv_write_header(w, tag, len);
	writer_copy(w, value, len);
}
