// SPDX-License-Identifier: BSD-2-Clause
/* The PN532 as a card: ISO 14443-4 is the chip's work, its host sees APDUs only. */
#include <string.h>

#include "pn532.h"

#define INIT_LEN	37	/* TgInitAsTarget up to the length of the general bytes */
#define EXTEND_MS	120	/* before the frame waiting time of FWI 9, 155 ms, is over */
#define SAK_ISO14443_4	0x20

size_t pn532_target_ats(const struct pn532 *p, uint8_t out[PN532_ATS_MAX])
{
	/* FSCI 5 (64 bytes), TA, FWI 9, CID supported: what this chip says by itself. */
	static const uint8_t head[] = { 0x75, 0x33, 0x92, 0x03 };
	const size_t len = 1 + sizeof(head) + p->tg_history_len;

	if (!out)
		return len;
	out[0] = (uint8_t)len;
	memcpy(out + 1, head, sizeof(head));
	memcpy(out + 1 + sizeof(head), p->tg_history, p->tg_history_len);
	return len;
}

/* While the host computes, the chip asks the initiator for more time by itself. */
static void extend(void *ctx)
{
	struct pn532 *p = ctx;

	if (p->tg != TG_ACTIVE)
		return;
	p->field->air.extensions++;
	timer_set(p->clock, &p->extension, EXTEND_MS);
}

/* mode, SENS_RES 2, NFCID1 3, SEL_RES, FeliCa 18, NFCID3 10, general bytes, historical bytes. */
static bool take_init(struct pn532 *p, const uint8_t *c, size_t len)
{
	size_t general, at;

	if (len < INIT_LEN + 1)
		return false;
	general = c[INIT_LEN - 1];
	at = INIT_LEN + general;
	if (at >= len || at + 1 + c[at] > len || c[at] > sizeof(p->tg_history))
		return false;
	memcpy(p->tg_sens, c + 2, 2);
	p->tg_uid[0] = 0x08;
	memcpy(p->tg_uid + 1, c + 4, 3);
	p->tg_sak = c[7];
	p->tg_history_len = c[at];
	memcpy(p->tg_history, c + at + 1, c[at]);
	return true;
}

static void init(struct pn532 *p, const uint8_t *c, size_t len)
{
	bool was_active = p->tg == TG_ACTIVE;

	timer_stop(p->clock, &p->extension);
	p->tg = TG_OFF;
	p->owes = false;
	p->command_len = 0;
	p->rf = p->selected = false;
	if (was_active)
		pn532_link_lost(field_peer(p->field, p));
	if (!take_init(p, c, len)) {
		pn532_answer(p, NULL, 0);
		return;
	}
	/* Only a card of ISO 14443-4 is of use here: anything else waits for ever. */
	if (p->tg_sak & SAK_ISO14443_4)
		p->tg = TG_ARMED;
	pn532_field_changed(field_peer(p->field, p));
}

static void get_data(struct pn532 *p)
{
	uint8_t answer[3 + FIELD_APDU_MAX] = { 0xD5, PN_TG_GET_DATA + 1, PN_OK };
	size_t len = p->command_len;

	if (p->tg != TG_ACTIVE) {
		pn532_answer_status(p, PN_RELEASED);
	} else if (p->owes) {
		pn532_answer_status(p, PN_CONTEXT);
	} else if (len > 0) {
		p->owes = true;
		p->command_len = 0;
		timer_set(p->clock, &p->extension, EXTEND_MS);
		memcpy(answer + 3, p->command, len);
		pn532_answer(p, answer, 3 + len);
	}
}

static void set_data(struct pn532 *p, const uint8_t *data, size_t len)
{
	if (p->tg != TG_ACTIVE) {
		pn532_answer_status(p, PN_RELEASED);
		return;
	}
	if (!p->owes) {
		pn532_answer_status(p, PN_CONTEXT);
		return;
	}
	timer_stop(p->clock, &p->extension);
	p->owes = false;
	/* Lost on the way: pn532_target_released() has answered. */
	if (field_send(p->field, p, data, len))
		pn532_answer_status(p, PN_OK);
	else if (p->pending)
		pn532_answer_status(p, PN_RELEASED);
}

static void target_status(struct pn532 *p)
{
	const uint8_t answer[] = { 0xD5, PN_TG_STATUS + 1, p->tg == TG_ACTIVE ? 0x81 : 0x00, 0x00 };

	pn532_answer(p, answer, sizeof(answer));
}

bool pn532_target_command(struct pn532 *p, const uint8_t *command, size_t len)
{
	switch (command[0]) {
	case PN_TG_INIT:
		init(p, command, len);
		return true;
	case PN_TG_GET_DATA:
		get_data(p);
		return true;
	case PN_TG_SET_DATA:
		set_data(p, command + 1, len - 1);
		return true;
	case PN_TG_STATUS:
		target_status(p);
		return true;
	default:
		/* A host that no longer waits to be a card is none. */
		return false;
	}
}

void pn532_target_cancel(struct pn532 *p)
{
	if (p->pending == PN_TG_INIT && p->tg == TG_ARMED)
		p->tg = TG_OFF;
}

void pn532_target_activated(struct pn532 *p)
{
	/* The mode, 106 kbit/s and ISO 14443-4, and the initiator's first command: RATS. */
	static const uint8_t answer[] = { 0xD5, PN_TG_INIT + 1, 0x08, 0xE0, 0x50 };

	p->tg = TG_ACTIVE;
	p->owes = false;
	p->command_len = 0;
	if (p->pending == PN_TG_INIT)
		pn532_answer(p, answer, sizeof(answer));
}

void pn532_target_released(struct pn532 *p)
{
	if (p->tg != TG_ACTIVE)
		return;
	p->tg = TG_GONE;
	p->command_len = 0;
	timer_stop(p->clock, &p->extension);
	if (p->pending == PN_TG_GET_DATA || p->pending == PN_TG_SET_DATA)
		pn532_answer_status(p, PN_RELEASED);
}

void pn532_target_setup(struct pn532 *p)
{
	p->extension = (struct timer){ .fire = extend, .ctx = p };
}
