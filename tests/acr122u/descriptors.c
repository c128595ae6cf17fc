// SPDX-License-Identifier: BSD-2-Clause
#include "descriptors.h"

#include <string.h>

enum { DEVICE = 1, CONFIGURATION = 2, STRING = 3 };
enum { STRING_VENDOR = 1, STRING_PRODUCT = 2, STRING_SERIAL = 3 };

#define SERIAL_AT	16	/* iSerialNumber of the device descriptor */

/* 072F:2200 with release 2.14: libccid refuses 2.06 and below. */
static const uint8_t device[] = {
	0x12, 0x01, 0x10, 0x01, 0x00, 0x00, 0x00, 0x08, 0x2F, 0x07, 0x00, 0x22, 0x14, 0x02, STRING_VENDOR, STRING_PRODUCT, 0x00, 0x01,
};

static const uint8_t configuration[] = {
	0x09, 0x02, 0x5D, 0x00, 0x01, 0x01, 0x00, 0x80, 0x64,
	0x09, 0x04, 0x00, 0x00, 0x03, 0x0B, 0x00, 0x00, 0x00,
	/* CCID 1.1 §5.1: T=1, 4 MHz, 10752 bit/s, short APDUs, automatic parameters, messages up to 271 bytes. */
	0x36, 0x21, 0x00, 0x01, 0x00, 0x07, 0x02, 0x00, 0x00, 0x00, 0xA0, 0x0F, 0x00, 0x00, 0xA0, 0x0F, 0x00, 0x00, 0x00,
	0x00, 0x2A, 0x00, 0x00, 0x90, 0xD0, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x40, 0x00, 0x02, 0x00, 0x0F, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	/* interrupt in, bulk out, bulk in */
	0x07, 0x05, 0x81, 0x03, 0x08, 0x00, 0x0A,
	0x07, 0x05, 0x02, 0x02, 0x40, 0x00, 0x00,
	0x07, 0x05, 0x82, 0x02, 0x40, 0x00, 0x00,
};

static size_t string_get(uint8_t index, const char *serial, uint8_t *out)
{
	static const uint8_t english[] = { 0x04, STRING, 0x09, 0x04 };
	const char *text = index == STRING_VENDOR ? "ACS" : index == STRING_PRODUCT ? "ACR122U PICC Interface" : index == STRING_SERIAL ? serial : NULL;
	size_t n;

	if (index == 0) {
		memcpy(out, english, sizeof(english));
		return sizeof(english);
	}
	if (!text)
		return 0;
	n = strlen(text);
	if (n > (DESCRIPTOR_MAX - 2) / 2)
		n = (DESCRIPTOR_MAX - 2) / 2;
	out[0] = (uint8_t)(2 + 2 * n);
	out[1] = STRING;
	for (size_t i = 0; i < n; i++) {
		out[2 + 2 * i] = (uint8_t)text[i];
		out[3 + 2 * i] = 0;
	}
	return 2 + 2 * n;
}

size_t descriptor_get(uint16_t value, const char *serial, uint8_t out[DESCRIPTOR_MAX])
{
	switch (value >> 8) {
	case DEVICE:
		memcpy(out, device, sizeof(device));
		out[SERIAL_AT] = serial ? STRING_SERIAL : 0;
		return sizeof(device);
	case CONFIGURATION:
		memcpy(out, configuration, sizeof(configuration));
		return sizeof(configuration);
	case STRING:
		return string_get((uint8_t)value, serial, out);
	default:
		return 0;
	}
}
