// SPDX-License-Identifier: BSD-2-Clause
/* The vendor's pseudo-APDUs (ACR122U API, chapter 4 to 6). */
#include <string.h>

#include "reader.h"

#define DIRECTION_HOST	0xD4
#define AUTO_POLLING	0x80

static void status(struct reader *r, uint8_t sw1, uint8_t sw2)
{
	const uint8_t sw[] = { sw1, sw2 };

	ccid_data(r, sw, sizeof(sw));
}

/* The chip's answer goes on with the reader's own status behind it. */
static void chip_done(void *ctx, const uint8_t *answer, size_t len)
{
	struct reader *r = ctx;
	uint8_t out[PN532_ANSWER_MAX + 2 + 8];

	if (len == 0 || len > PN532_ANSWER_MAX + 8) {
		status(r, 0x63, 0x00);	/* the chip did not reply */
		return;
	}
	memcpy(out, answer, len);
	/* The glitch ended the selection: the chip puts it so. */
	if (r->now == FAULT_RELEASED && len > 2 && answer[1] == PN_EXCHANGE + 1)
		out[2] = PN_RELEASED;
	out[len] = 0x90;
	out[len + 1] = 0x00;
	ccid_data(r, out, len + 2);
}

static void with_status(struct reader *r, const uint8_t *data, size_t len)
{
	uint8_t out[PN532_ATS_MAX + 2];

	memcpy(out, data, len);
	out[len] = 0x90;
	out[len + 1] = 0x00;
	ccid_data(r, out, len + 2);
}

static void get_data(struct reader *r, uint8_t what)
{
	const struct pn532 *c = &r->chip;

	if (!c->selected)
		status(r, 0x63, 0x00);
	else if (what == 0x00)
		with_status(r, c->uid, sizeof(c->uid));
	else
		with_status(r, c->ats + 5, c->ats_len > 5 ? c->ats_len - 5 : 0);
}

static void reader_command(struct reader *r, const uint8_t *apdu)
{
	static const char firmware[] = "ACR122U214";

	switch (apdu[2]) {
	case 0x48:
		ccid_data(r, (const uint8_t *)firmware, sizeof(firmware) - 1);	/* and no status behind it */
		break;
	case 0x51:
		slot_polls(r, apdu[3] & AUTO_POLLING, 0);
		status(r, 0x90, apdu[3]);
		break;
	case 0x50:
		status(r, 0x90, r->polls ? 0xFF : 0x7F);
		break;
	case 0x40:	/* light */
	case 0x41:	/* time-out */
	case 0x52:	/* buzzer */
		status(r, 0x90, 0x00);
		break;
	default:
		status(r, 0x63, 0x00);
	}
}

bool acs_apdu(struct reader *r, const uint8_t *apdu, size_t len)
{
	if (len < 5 || apdu[0] != 0xFF)
		return false;
	if (apdu[1] == 0xCA && apdu[2] <= 0x01)
		get_data(r, apdu[2]);
	else if (apdu[1] != 0x00)
		status(r, 0x6A, 0x81);
	else if (apdu[2] != 0x00)
		reader_command(r, apdu);
	else if (len >= 7 && apdu[4] == len - 5 && apdu[5] == DIRECTION_HOST)
		pn532_run(&r->chip, apdu + 6, len - 6, chip_done, r);
	else
		status(r, 0x63, 0x7F);
	return true;
}
