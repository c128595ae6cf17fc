// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/money.h"

#define EUR	0x0978
#define JPY	0x0392

static void parses_strictly(void **state)
{
	static const struct {
		const char *text;
		uint16_t currency;
		int result;
		uint64_t minor;
	} rows[] = {
		{ "4.50", EUR, 0, 450 }, { "4", EUR, 0, 400 }, { "0.01", EUR, 0, 1 }, { "0", EUR, 0, 0 }, { "0.00", EUR, 0, 0 },
		{ "9999999999999.99", EUR, 0, MONEY_MAX }, { "10000000000000.00", EUR, -1, 0 }, { "10000000000000", EUR, -1, 0 },
		{ "18446744073709551616", EUR, -1, 0 }, { "184467440737095516.17", EUR, -1, 0 },
		{ "4.5", EUR, -1, 0 }, { "4.500", EUR, -1, 0 }, { "4.", EUR, -1, 0 }, { ".50", EUR, -1, 0 }, { "", EUR, -1, 0 },
		{ "04.50", EUR, -1, 0 }, { "00", EUR, -1, 0 }, { "-4.50", EUR, -1, 0 }, { "+4.50", EUR, -1, 0 }, { " 4.50", EUR, -1, 0 },
		{ "4.50 ", EUR, -1, 0 }, { "4,50", EUR, -1, 0 }, { "4.5e1", EUR, -1, 0 }, { "0x10", EUR, -1, 0 }, { "4.50.1", EUR, -1, 0 },
		{ "four", EUR, -1, 0 }, { "450", JPY, 0, 450 }, { "450.00", JPY, -1, 0 }, { "4.", JPY, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t minor = 77;

		if (money_parse(rows[i].text, rows[i].currency, &minor) != rows[i].result || minor != rows[i].minor)
			fail_msg("\"%s\" gave %llu", rows[i].text, (unsigned long long)minor);
	}
}

static void formats_with_the_currency(void **state)
{
	char out[MONEY_TEXT_LEN];

	(void)state;
	assert_string_equal(money_format(450, EUR, out), "4.50 EUR");
	assert_string_equal(money_format(5, EUR, out), "0.05 EUR");
	assert_string_equal(money_format(450, JPY, out), "450 JPY");
	assert_string_equal(money_format(100, 0x0123, out), "1.00 123");
	assert_string_equal(money_format(UINT64_MAX, EUR, out), "184467440737095516.15 EUR");
	assert_string_equal(money_format_signed(-5, EUR, out), "-0.05 EUR");
	assert_string_equal(money_format_signed(INT64_MIN, EUR, out), "-92233720368547758.08 EUR");
}

static void knows_currencies(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint16_t bcd;
	} rows[] = { { "EUR", 0, EUR }, { "978", 0, EUR }, { "007", 0, 0x0007 }, { "eur", -1, 0 }, { "97", -1, 0 }, { "9781", -1, 0 },
		     { "97a", -1, 0 }, { "", -1, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint16_t bcd;

		if (money_currency_parse(rows[i].text, &bcd) != rows[i].result || bcd != rows[i].bcd)
			fail_msg("\"%s\" gave %04x", rows[i].text, bcd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_strictly), cmocka_unit_test(formats_with_the_currency), cmocka_unit_test(knows_currencies),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
