// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/err.h"
#include "proto/tlv.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define HEX(s)		(s), sizeof(s) - 1

static void reads_one_object(void **state)
{
	static const struct {
		const char *name, *in;
		size_t len;
		int err;
		uint16_t tag;
		size_t value;
	} rows[] = {
		{ "one-byte tag", HEX("\x84\x02\xAA\xBB"), 0, 0x84, 2 },
		{ "two-byte tag", HEX("\x5F\x2D\x01\x65"), 0, 0x5F2D, 1 },
		{ "EMV's BF0C", HEX("\xBF\x0C\x00"), 0, 0xBF0C, 0 },
		{ "empty value", HEX("\xC0\x00"), 0, 0xC0, 0 },
		{ "nothing", HEX(""), PROTO_ERR_SHORT, 0, 0 },
		{ "no length", HEX("\x84"), PROTO_ERR_SHORT, 0, 0 },
		{ "value cut", HEX("\x84\x03\xAA\xBB"), PROTO_ERR_SHORT, 0, 0 },
		{ "byte behind it", HEX("\x84\x01\xAA\xBB"), PROTO_ERR_TRAILING, 0, 0 },
		{ "tag 00", HEX("\x00\x00"), PROTO_ERR_FORMAT, 0, 0 },
		{ "tag FF", HEX("\xFF\x01\x00\x00"), PROTO_ERR_FORMAT, 0, 0 },
		{ "second tag byte missing", HEX("\xBF"), PROTO_ERR_SHORT, 0, 0 },
		{ "second tag byte 00", HEX("\xBF\x00\x00"), PROTO_ERR_FORMAT, 0, 0 },
		{ "three-byte tag", HEX("\xBF\x81\x01\x00"), PROTO_ERR_FORMAT, 0, 0 },
		{ "81 for a short length", HEX("\x84\x81\x02\xAA\xBB"), PROTO_ERR_FORMAT, 0, 0 },
		{ "82 for a short length", HEX("\x84\x82\x00\x02\xAA\xBB"), PROTO_ERR_FORMAT, 0, 0 },
		{ "indefinite length", HEX("\xA5\x80\x84\x00\x00\x00"), PROTO_ERR_FORMAT, 0, 0 },
		{ "83", HEX("\x84\x83\x00\x00\x01\xAA"), PROTO_ERR_FORMAT, 0, 0 },
		{ "81 without its byte", HEX("\x84\x81"), PROTO_ERR_SHORT, 0, 0 },
		{ "82 without its bytes", HEX("\x84\x82\x01"), PROTO_ERR_SHORT, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct reader r;
		struct tlv t;

		reader_init(&r, rows[i].in, rows[i].len);
		tlv_read(&r, &t);
		if (reader_end(&r) != rows[i].err)
			fail_msg("%s: %d", rows[i].name, reader_end(&r));
		if (rows[i].err == 0 && (t.tag != rows[i].tag || t.value.len != rows[i].value))
			fail_msg("%s: %04X, %zu bytes", rows[i].name, t.tag, t.value.len);
	}
}

static void every_length_survives(void **state)
{
	static const size_t lengths[] = { 0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF };
	static uint8_t value[0x7FFF], buf[0x8010];

	(void)state;
	for (size_t i = 0; i < ROWS(lengths); i++) {
		struct writer w;
		struct reader r;
		struct tlv t;
		size_t len;

		writer_init(&w, buf, sizeof(buf));
		tlv_write(&w, 0xC3, value, lengths[i]);
		assert_int_equal(writer_end(&w, &len), 0);
		assert_int_equal(len, lengths[i] + (lengths[i] < 0x80 ? 2 : lengths[i] < 0x100 ? 3 : 4));
		reader_init(&r, buf, len);
		tlv_read(&r, &t);
		assert_int_equal(reader_end(&r), 0);
		assert_int_equal(t.value.len, lengths[i]);
	}
}

static void a_length_that_no_object_has_is_refused(void **state)
{
	uint8_t buf[8];
	struct writer w;
	size_t len;

	(void)state;
	writer_init(&w, buf, sizeof(buf));
	tlv_write_header(&w, 0xC3, 0x10000);
	assert_int_equal(writer_end(&w, &len), PROTO_ERR_FORMAT);
}

/* The length is judged before the value is looked at: a wrong one is a wrong format, whether or not the bytes are there. */
static void expects_tag_and_length(void **state)
{
	static const struct {
		const char *name, *in;
		size_t len;
		int err;
	} rows[] = {
		{ "right", HEX("\xC5\x02\xAA\xBB"), 0 },
		{ "other tag", HEX("\xC4\x02\xAA\xBB"), PROTO_ERR_FORMAT },
		{ "too short", HEX("\xC5\x01\xAA"), PROTO_ERR_FORMAT },
		{ "too long", HEX("\xC5\x03\xAA\xBB\xCC"), PROTO_ERR_FORMAT },
		{ "claims too much", HEX("\xC5\x7F\xAA\xBB"), PROTO_ERR_FORMAT },
		{ "cut", HEX("\xC5\x02\xAA"), PROTO_ERR_SHORT },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct reader r;

		reader_init(&r, rows[i].in, rows[i].len);
		(void)tlv_expect(&r, 0xC5, 2);
		if (reader_end(&r) != rows[i].err)
			fail_msg("%s: %d", rows[i].name, reader_end(&r));
	}
}

static void finds_by_depth(void **state)
{
	static const struct {
		const char *name, *in;
		size_t len;
		unsigned int depth;
		int err;
	} rows[] = {
		{ "at the top", HEX("\x84\x01\x01\xC0\x01\x07"), 0, 0 },
		{ "one level down", HEX("\xA5\x03\xC0\x01\x07"), 1, 0 },
		{ "two levels down", HEX("\x6F\x05\xA5\x03\xC0\x01\x07"), 2, 0 },
		{ "too deep", HEX("\x6F\x05\xA5\x03\xC0\x01\x07"), 1, PROTO_ERR_FORMAT },
		{ "inside a primitive one", HEX("\x84\x03\xC0\x01\x07"), 3, PROTO_ERR_FORMAT },
		{ "not there", HEX("\x84\x01\x01"), 3, PROTO_ERR_FORMAT },
		{ "nothing", HEX(""), 3, PROTO_ERR_FORMAT },
		{ "twice", HEX("\xC0\x01\x07\xC0\x01\x08"), 0, PROTO_ERR_FORMAT },
		{ "twice, one hidden", HEX("\xC0\x01\x07\xA5\x03\xC0\x01\x08"), 1, PROTO_ERR_FORMAT },
		{ "malformed beside it", HEX("\xC0\x01\x07\x84\x05\x01"), 0, PROTO_ERR_SHORT },
		{ "malformed inside a neighbour", HEX("\xC0\x01\x07\xA5\x02\x84\x05"), 1, PROTO_ERR_SHORT },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bytes value;
		int err = tlv_find((struct bytes){ (const uint8_t *)rows[i].in, rows[i].len }, 0xC0, rows[i].depth, &value);

		if (err != rows[i].err)
			fail_msg("%s: %d", rows[i].name, err);
		if (!err && (value.len != 1 || value.p[0] != 7))
			fail_msg("%s: wrong value", rows[i].name);
	}
}

static void looks_at_no_more_than_64_objects(void **state)
{
	uint8_t in[2 * 64 + 3];
	struct bytes value;

	(void)state;
	for (size_t i = 0; i < 65; i++) {
		in[2 * i] = 0x84;
		in[2 * i + 1] = 0;
	}
	memcpy(in + 2 * 63, "\xC0\x01\x07", 3);
	assert_int_equal(tlv_find((struct bytes){ in, 2 * 63 + 3 }, 0xC0, 0, &value), 0);
	memcpy(in + 2 * 63, "\x84\x00", 2);
	memcpy(in + 2 * 64, "\xC0\x01\x07", 3);
	assert_int_equal(tlv_find((struct bytes){ in, sizeof(in) }, 0xC0, 0, &value), PROTO_ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_one_object),
		cmocka_unit_test(every_length_survives),
		cmocka_unit_test(a_length_that_no_object_has_is_refused),
		cmocka_unit_test(expects_tag_and_length),
		cmocka_unit_test(finds_by_depth),
		cmocka_unit_test(looks_at_no_more_than_64_objects),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
