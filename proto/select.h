/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_SELECT_H
#define TEEPAY_PROTO_SELECT_H

#include <stdbool.h>

#include "cert.h"
#include "cursor.h"

/*
 * SELECT: how a terminal finds the application, and what a card says of itself (docs/PROTOCOL.apdu.md §3).
 */
#define PPSE_NAME		"2PAY.SYS.DDF01"
#define AID_LEN			8
extern const uint8_t payment_aid[AID_LEN];	/* F0 'TEEPAY' 01: proprietary, not registered (ISO 7816-4 §8.2.1.2) */

#define CAP_MAX			11

/* What a card says of itself in the FCI, tag C0. */
struct cap {
	uint16_t currency;		/* BCD, ISO 4217 */
	uint8_t kid[KID_LEN];
	uint8_t nsuites;		/* 1 to 4 */
	uint8_t suites[4];
};

/* Is @bcd a currency as ISO 4217 numbers them: 0000 to 0999, one decimal digit in each half byte? */
bool currency_valid(uint16_t bcd) __attribute__((warn_unused_result));

int cap_encode(const struct cap *c, uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));
int cap_decode(struct bytes in, struct cap *c) __attribute__((warn_unused_result));
/* The FCI templates that the card answers with (ISO 7816-4 §7.4.3, EMV Book 1 §11.3.4). */
int fci_ppse_encode(uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));
int fci_adf_encode(struct bytes cap, uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));
/* The terminal's reading: is our AID listed, and the CAP of the selected application (under A5 or A5/BF0C). */
int fci_ppse_has_aid(struct bytes fci, bool *found) __attribute__((warn_unused_result));
int fci_adf_cap(struct bytes fci, struct bytes *cap) __attribute__((warn_unused_result));

#endif
