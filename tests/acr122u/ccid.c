// SPDX-License-Identifier: BSD-2-Clause
/* The USB class of chip card readers (CCID 1.1, chapter 6): what of it the ACR122U speaks. */
#include <string.h>

#include "reader.h"

enum {
	TO_SET_PARAMETERS = 0x61, TO_POWER_ON = 0x62, TO_POWER_OFF = 0x63, TO_SLOT_STATUS = 0x65, TO_ESCAPE = 0x6B, TO_GET_PARAMETERS = 0x6C,
	TO_RESET_PARAMETERS = 0x6D, TO_TRANSFER = 0x6F,
	FROM_DATA = 0x80, FROM_SLOT_STATUS = 0x81, FROM_PARAMETERS = 0x82, FROM_ESCAPE = 0x83,
};

#define COMMAND_FAILED	0x40
#define ERROR_MUTE	0xFE
#define T1		1

static void send(struct reader *r, const uint8_t *message, size_t len)
{
	uint8_t before[CCID_MESSAGE_MAX];
	size_t before_len = r->last_len;

	memcpy(before, r->last, before_len);
	memcpy(r->last, message, len);
	r->last_len = len;
	if (r->now == FAULT_MUTE || r->fault.dead)
		return;
	if (!r->fault.shifted)
		r->reply(r->ctx, message, len);
	else if (before_len > 0)
		r->reply(r->ctx, before, before_len);
}

void ccid_answer(struct reader *r, uint8_t type, uint8_t status, uint8_t error, uint8_t parameter, const uint8_t *data, size_t len)
{
	uint8_t m[CCID_MESSAGE_MAX] = {
		type, (uint8_t)len, (uint8_t)(len >> 8), 0, 0, 0, r->seq, (uint8_t)(status | slot_status(r)), error, parameter,
	};

	if (len > sizeof(m) - CCID_HEADER)
		return;
	if (len > 0)
		memcpy(m + CCID_HEADER, data, len);
	send(r, m, CCID_HEADER + len);
	r->now = FAULT_NONE;
}

void ccid_data(struct reader *r, const uint8_t *data, size_t len)
{
	ccid_answer(r, r->type == TO_ESCAPE ? FROM_ESCAPE : FROM_DATA, 0, 0, 0, data, len);
}

void ccid_mute(struct reader *r)
{
	ccid_answer(r, r->type == TO_ESCAPE ? FROM_ESCAPE : FROM_DATA, COMMAND_FAILED, ERROR_MUTE, 0, NULL, 0);
}

static void parameters(struct reader *r)
{
	/* §6.2.3, of T=1: as fast as the slot descriptor says, IFSC 254. */
	static const uint8_t t1[] = { 0x11, 0x10, 0x00, 0x4D, 0x00, 0xFE, 0x00 };

	ccid_answer(r, FROM_PARAMETERS, 0, 0, T1, t1, sizeof(t1));
}

static void transfer(struct reader *r, const uint8_t *apdu, size_t len)
{
	if (acs_apdu(r, apdu, len))
		return;
	if (r->type == TO_TRANSFER)
		slot_apdu(r, apdu, len);
	else
		ccid_mute(r);
}

static void run(struct reader *r, const uint8_t *data, size_t len)
{
	switch (r->type) {
	case TO_POWER_ON:
		slot_power_on(r);
		break;
	case TO_POWER_OFF:
		slot_power_off(r);
		ccid_answer(r, FROM_SLOT_STATUS, 0, 0, 0, NULL, 0);
		break;
	case TO_SLOT_STATUS:
		slot_asked(r);
		ccid_answer(r, FROM_SLOT_STATUS, 0, 0, 0, NULL, 0);
		break;
	case TO_ESCAPE:
	case TO_TRANSFER:
		transfer(r, data, len);
		break;
	case TO_GET_PARAMETERS:
	case TO_SET_PARAMETERS:
	case TO_RESET_PARAMETERS:
		parameters(r);
		break;
	default:
		/* §6.2.6, table 6.2-2: not supported. */
		ccid_answer(r, FROM_SLOT_STATUS, COMMAND_FAILED, 0, 0, NULL, 0);
	}
}

void ccid_receive(struct reader *r, const uint8_t *message, size_t len)
{
	size_t data_len;

	/* libnfc sends an empty transfer behind each multiple of 64 bytes. */
	if (len < CCID_HEADER)
		return;
	data_len = message[1] | (size_t)message[2] << 8 | (size_t)message[3] << 16 | (size_t)message[4] << 24;
	if (data_len != len - CCID_HEADER || r->fault.dead)
		return;
	/* What waits is cancelled, without an answer. */
	pn532_cancel(&r->chip);
	timer_stop(r->clock, &r->power_wait);
	r->type = message[0];
	r->seq = message[6];
	if (r->type == TO_POWER_ON || r->type == TO_TRANSFER || r->type == TO_ESCAPE) {
		r->commands++;
		r->now = fault_step(&r->fault);
		if (r->now == FAULT_RELEASED)
			field_glitch(r->chip.field);
	}
	if (!r->fault.dead)
		run(r, message + CCID_HEADER, data_len);
}
