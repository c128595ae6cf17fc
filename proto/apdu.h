/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_APDU_H
#define TEEPAY_PROTO_APDU_H

#include <stddef.h>
#include <stdint.h>

#include "cursor.h"

/* No command and no response (with its status) is longer: an ACR122U under libnfc passes no more on every path. */
#define APDU_MAX		250

/* ISO 7816-4 §5.1 */
#define APDU_INS_SELECT		0xA4
/* Status words, ISO 7816-4 §5.6, and the payment's own warnings (docs/PROTOCOL.apdu.md). */
#define SW_OK			0x9000
#define SW_WARN_NO_MONEY	0x62F1
#define SW_WARN_VERIFY		0x62F2
#define SW_WARN_LIMIT		0x62F3
#define SW_WARN_BLOCKED		0x62F4
#define SW_WARN_NEVER		0x62F6
#define SW_WARN_UNKNOWN		0x62F7
#define SW_MEMORY_FAILURE	0x6581
#define SW_WRONG_LENGTH		0x6700
#define SW_SECURITY_STATUS	0x6982	/* certificate or MAC does not hold */
#define SW_CONDITIONS		0x6985	/* no session, not armed, TTN used for another payment */
#define SW_WRONG_DATA		0x6A80
#define SW_NOT_FOUND		0x6A82
#define SW_WRONG_P1P2		0x6A86
#define SW_INS_NOT_SUPPORTED	0x6D00
#define SW_CLA_NOT_SUPPORTED	0x6E00
#define SW_UNKNOWN		0x6F00

/* A command APDU, short form, cases 1 to 4 (ISO 7816-3 §12.1.3).  @data points into the input. */
struct capdu {
	uint8_t cla, ins, p1, p2;
	struct bytes data;
	uint16_t le;		/* 0 = absent; 256 = byte 00 */
};

int capdu_decode(const uint8_t *in, size_t len, struct capdu *c) __attribute__((warn_unused_result));
int capdu_encode(const struct capdu *c, uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));

/* Splits a response into data and status word. */
int rapdu_decode(const uint8_t *in, size_t len, struct bytes *data, uint16_t *sw) __attribute__((warn_unused_result));
int rapdu_encode(struct bytes data, uint16_t sw, uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));

#endif
