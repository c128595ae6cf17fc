// SPDX-License-Identifier: BSD-2-Clause
#include "vcn.h"

#include <string.h>

#define VCN_LEAST	1000000000000000ULL	/* 16 digits */
#define VCN_MOST	9999999999999999999ULL	/* 19 digits */

/* The Luhn sum of @digits, whose last digit is doubled first when @doubled: ISO/IEC 7812-1 annex B. */
static unsigned int luhn_sum(uint64_t digits, bool doubled)
{
	unsigned int sum = 0;

	for (; digits > 0; digits /= 10, doubled = !doubled) {
		unsigned int d = (unsigned int)(digits % 10);

		if (doubled)
			d = d < 5 ? 2 * d : 2 * d - 9;
		sum += d;
	}
	return sum;
}

bool vcn_valid(uint64_t vcn)
{
	return vcn >= VCN_LEAST && vcn <= VCN_MOST && luhn_sum(vcn, false) % 10 == 0;
}

uint64_t vcn_with_check_digit(uint64_t body)
{
	if (body < VCN_LEAST / 10 || body > VCN_MOST / 10)
		return 0;
	return body * 10 + (10 - luhn_sum(body, true) % 10) % 10;
}

void vcn_mask(uint64_t vcn, char out[VCN_MASKED_LEN])
{
	char digits[VCN_MASKED_LEN];
	bool card = vcn >= VCN_LEAST;
	size_t n = 0;

	memset(out, 0, VCN_MASKED_LEN);
	do {
		digits[n++] = (char)('0' + vcn % 10);
		vcn /= 10;
	} while (vcn > 0 && n < VCN_DIGITS_MAX);
	for (size_t i = 0; i < n; i++)
		out[i] = card && (i < 6 || n - i <= 4) ? digits[n - 1 - i] : '*';
}
