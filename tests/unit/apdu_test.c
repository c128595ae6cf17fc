// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/apdu.h"
#include "proto/err.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define HEX(s)		(s), sizeof(s) - 1

static void the_four_cases(void **state)
{
	static const struct {
		const char *name, *in;
		size_t len;
		int err;
		size_t data;
		uint16_t le;
	} rows[] = {
		{ "case 1", HEX("\x00\xA4\x04\x00"), 0, 0, 0 },
		{ "case 2", HEX("\x00\xCA\x00\x00\x10"), 0, 0, 16 },
		{ "case 2, 256", HEX("\x00\xCA\x00\x00\x00"), 0, 0, 256 },
		{ "case 3", HEX("\x00\xA4\x04\x00\x02\x3F\x00"), 0, 2, 0 },
		{ "case 4", HEX("\x00\xA4\x04\x00\x02\x3F\x00\x00"), 0, 2, 256 },
		{ "nothing", HEX(""), PROTO_ERR_SHORT, 0, 0 },
		{ "three bytes", HEX("\x00\xA4\x04"), PROTO_ERR_SHORT, 0, 0 },
		{ "data cut", HEX("\x00\xA4\x04\x00\x03\x3F\x00"), PROTO_ERR_SHORT, 0, 0 },
		{ "byte behind Le", HEX("\x00\xA4\x04\x00\x02\x3F\x00\x00\x00"), PROTO_ERR_TRAILING, 0, 0 },
		{ "extended", HEX("\x00\xA4\x04\x00\x00\x00\x01\x3F"), PROTO_ERR_FORMAT, 0, 0 },
		{ "extended, Le only", HEX("\x00\xCA\x00\x00\x00\x00\x00"), PROTO_ERR_FORMAT, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct capdu c;
		uint8_t again[300];
		size_t len;
		int err = capdu_decode((const uint8_t *)rows[i].in, rows[i].len, &c);

		if (err != rows[i].err)
			fail_msg("%s: %d", rows[i].name, err);
		if (err)
			continue;
		if (c.data.len != rows[i].data || c.le != rows[i].le)
			fail_msg("%s: %zu bytes, Le %u", rows[i].name, c.data.len, c.le);
		if (capdu_encode(&c, again, sizeof(again), &len) || len != rows[i].len || memcmp(again, rows[i].in, len) != 0)
			fail_msg("%s: encodes otherwise", rows[i].name);
	}
}

static void too_much_for_an_apdu(void **state)
{
	static uint8_t data[256];
	struct capdu c = { .data = { data, 256 } };
	uint8_t out[300];
	size_t len;

	(void)state;
	assert_int_equal(capdu_encode(&c, out, sizeof(out), &len), PROTO_ERR_FORMAT);
	c.data.len = 255;
	c.le = 257;
	assert_int_equal(capdu_encode(&c, out, sizeof(out), &len), PROTO_ERR_FORMAT);
	c.le = 256;
	assert_int_equal(capdu_encode(&c, out, 260, &len), PROTO_ERR_NO_ROOM);
	assert_int_equal(capdu_encode(&c, out, 261, &len), 0);
}

static void responses(void **state)
{
	static const uint8_t in[] = { 0xC7, 0x01, 0x55, 0x62, 0xF1 };
	struct bytes data;
	uint8_t out[5];
	uint16_t sw;
	size_t len;

	(void)state;
	assert_int_equal(rapdu_decode(in, sizeof(in), &data, &sw), 0);
	assert_int_equal(sw, SW_WARN_NO_MONEY);
	assert_int_equal(data.len, 3);
	assert_int_equal(rapdu_encode(data, sw, out, sizeof(out), &len), 0);
	assert_memory_equal(out, in, sizeof(in));
	assert_int_equal(rapdu_encode(data, sw, out, 4, &len), PROTO_ERR_NO_ROOM);
	assert_int_equal(rapdu_decode(in + 3, 2, &data, &sw), 0);
	assert_int_equal(data.len, 0);
	assert_int_equal(rapdu_decode(in, 1, &data, &sw), PROTO_ERR_SHORT);
	assert_int_equal(rapdu_decode(in, 0, &data, &sw), PROTO_ERR_SHORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_four_cases),
		cmocka_unit_test(too_much_for_an_apdu),
		cmocka_unit_test(responses),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
