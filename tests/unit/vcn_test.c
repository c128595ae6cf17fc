// SPDX-License-Identifier: BSD-2-Clause
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/vcn.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))

static void numbers(void **state)
{
	static const struct {
		const char *name;
		uint64_t vcn;
		bool valid;
		const char *masked;
	} rows[] = {
		{ "16 digits", 9777000000000002ULL, true, "977700******0002" },
		{ "the usual test number", 4111111111111111ULL, true, "411111******1111" },
		{ "19 digits", 9777000000000000004ULL, true, "977700*********0004" },
		{ "check digit wrong", 9777000000000008ULL, false, "977700******0008" },
		{ "two digits swapped", 4111111111111171ULL, false, "411111******1171" },
		{ "15 digits, Luhn holds", 378282246310005ULL, false, "***************" },
		{ "20 digits", UINT64_MAX, false, "184467*********0955" },
		{ "zero", 0, false, "*" },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		char masked[VCN_MASKED_LEN];

		if (vcn_valid(rows[i].vcn) != rows[i].valid)
			fail_msg("%s: %" PRIu64, rows[i].name, rows[i].vcn);
		vcn_mask(rows[i].vcn, masked);
		if (rows[i].vcn != UINT64_MAX)
			assert_string_equal(masked, rows[i].masked);
	}
}

static void check_digits(void **state)
{
	(void)state;
	assert_true(vcn_with_check_digit(411111111111111ULL) == 4111111111111111ULL);
	assert_true(vcn_with_check_digit(977700000000000ULL) == 9777000000000002ULL);
	assert_true(vcn_with_check_digit(99999999999999ULL) == 0);
	assert_true(vcn_with_check_digit(1000000000000000000ULL) == 0);
	for (uint64_t body = 977700123456789ULL; body < 977700123456789ULL + 1000; body++)
		assert_true(vcn_valid(vcn_with_check_digit(body)));
}

/* ISO/IEC 7812-1 annex B: one wrong digit never passes. */
static void every_single_wrong_digit_is_found(void **state)
{
	const uint64_t vcn = 9777001234567899ULL;

	(void)state;
	assert_true(vcn_valid(vcn));
	for (uint64_t place = 1; place < 10000000000000000ULL; place *= 10) {
		uint64_t digit = vcn / place % 10;

		for (uint64_t d = 0; d < 10; d++)
			if (d != digit)
				assert_false(vcn_valid(vcn - digit * place + d * place));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(check_digits),
		cmocka_unit_test(every_single_wrong_digit_is_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
