/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_VCN_H
#define TEEPAY_PROTO_VCN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VCN_DIGITS_MAX		19
#define VCN_MASKED_LEN		(VCN_DIGITS_MAX + 1)

/* 16 to 19 digits whose last is the Luhn check digit (ISO/IEC 7812-1 annex B). */
bool vcn_valid(uint64_t vcn);
/* @body with its Luhn digit appended; 0 when the result would not have 16 to 19 digits. */
uint64_t vcn_with_check_digit(uint64_t body);
/* First six and last four digits, the rest as '*': what may be printed (PCI DSS 3.4).  All '*' when it is no card number. */
void vcn_mask(uint64_t vcn, char out[VCN_MASKED_LEN]);

#endif
