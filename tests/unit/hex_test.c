// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/hex.h"

static void encodes_lower_case(void **state)
{
	const uint8_t in[] = { 0x00, 0x0F, 0xA5, 0xFF };
	char out[HEX_TEXT(4)];

	(void)state;
	assert_string_equal(hex_encode(in, sizeof(in), out), "000fa5ff");
	assert_string_equal(hex_encode(in, 0, out), "");
}

static void decodes_exactly(void **state)
{
	static const struct {
		const char *name, *text;
		int result;
	} rows[] = {
		{ "lower", "00ff0a", 0 }, { "upper", "00FF0A", 0 }, { "mixed", "00fF0a", 0 }, { "short", "00ff", -1 }, { "long", "00ff0a00", -1 },
		{ "odd", "00ff0", -1 }, { "no digit", "00gg0a", -1 }, { "blank", "00 f0a", -1 }, { "sign", "-0ff0a", -1 }, { "empty", "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t out[3] = { 9, 9, 9 };
		const uint8_t want[3] = { 0x00, 0xFF, 0x0A }, zero[3] = { 0 };

		if (hex_decode(rows[i].text, out, sizeof(out)) != rows[i].result)
			fail_msg("%s", rows[i].name);
		assert_memory_equal(out, rows[i].result == 0 ? want : zero, sizeof(out));
	}
}

static void decodes_up_to_the_room(void **state)
{
	uint8_t out[3];
	size_t len;

	(void)state;
	assert_int_equal(hex_decode_any("", out, sizeof(out), &len), 0);
	assert_int_equal(len, 0);
	assert_int_equal(hex_decode_any("0102", out, sizeof(out), &len), 0);
	assert_int_equal(len, 2);
	assert_int_equal(hex_decode_any("01020304", out, sizeof(out), &len), -1);
	assert_int_equal(len, 0);
	assert_int_equal(hex_decode_any("010", out, sizeof(out), &len), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_lower_case), cmocka_unit_test(decodes_exactly), cmocka_unit_test(decodes_up_to_the_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
