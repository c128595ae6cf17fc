// SPDX-License-Identifier: BSD-2-Clause
/* The PN532: what every command has in common, and the initiator.  The target is in pn532_target.c. */
#include "pn532.h"

#include <string.h>

#define EXCHANGE_TIMEOUT_MS	150	/* frame waiting time of FWI 9 */

static void on_timeout(void *ctx)
{
	pn532_answer_status(ctx, PN_TIMEOUT);
}

void pn532_reset(struct pn532 *p)
{
	pn532_cancel(p);
	field_release(p->field, p, false);
	if (p->tg == TG_ACTIVE)
		pn532_link_lost(field_peer(p->field, p));
	p->tg = TG_OFF;
	p->rf = p->selected = p->owes = false;
	p->command_len = 0;
	p->retries = 0xFF;
	memset(p->registers, 0, sizeof(p->registers));
	timer_stop(p->clock, &p->extension);
}

void pn532_cancel(struct pn532 *p)
{
	timer_stop(p->clock, &p->timeout);
	if (!p->pending)
		return;
	pn532_target_cancel(p);
	p->pending = 0;
}

void pn532_answer(struct pn532 *p, const uint8_t *answer, size_t len)
{
	timer_stop(p->clock, &p->timeout);
	p->pending = 0;
	p->done(p->ctx, answer, len);
}

void pn532_answer_status(struct pn532 *p, uint8_t status)
{
	const uint8_t answer[] = { 0xD5, (uint8_t)(p->pending + 1), status };

	pn532_answer(p, answer, sizeof(answer));
}

/* --- registers and configuration --- */

static uint16_t register_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void read_registers(struct pn532 *p, const uint8_t *c, size_t len)
{
	uint8_t answer[2 + 128] = { 0xD5, PN_READ_REGISTER + 1 };
	size_t n = 2;

	for (size_t i = 0; i + 1 < len && n < sizeof(answer); i += 2)
		answer[n++] = p->registers[register_at(c + i)];
	pn532_answer(p, answer, n);
}

static void answer_plain(struct pn532 *p)
{
	const uint8_t answer[] = { 0xD5, (uint8_t)(p->pending + 1) };

	pn532_answer(p, answer, sizeof(answer));
}

static void write_registers(struct pn532 *p, const uint8_t *c, size_t len)
{
	for (size_t i = 0; i + 2 < len; i += 3)
		p->registers[register_at(c + i)] = c[i + 2];
	answer_plain(p);
}

static void configure(struct pn532 *p, const uint8_t *c, size_t len)
{
	if (len >= 2 && c[0] == 0x01) {
		p->rf = c[1] & 1;
		if (!p->rf) {
			p->selected = false;
			field_release(p->field, p, false);
		}
	}
	if (len >= 4 && c[0] == 0x05)
		p->retries = c[3];
	answer_plain(p);
}

static void diagnose(struct pn532 *p, const uint8_t *c, size_t len)
{
	uint8_t answer[2 + 262] = { 0xD5, PN_DIAGNOSE + 1 };

	if (len > 0 && c[0] == 0x00 && len <= 262) {
		memcpy(answer + 2, c, len);
		pn532_answer(p, answer, 2 + len);
	} else if (len > 0 && c[0] == 0x06) {
		/* Attention request: is the card still there? */
		answer[2] = p->selected && p->field->near ? PN_OK : PN_TIMEOUT;
		pn532_answer(p, answer, 3);
	} else {
		pn532_answer(p, NULL, 0);
	}
}

static void general_status(struct pn532 *p)
{
	const uint8_t answer[] = { 0xD5, PN_GENERAL_STATUS + 1, 0x00, p->rf, p->selected, 0x00 };

	pn532_answer(p, answer, sizeof(answer));
}

/* --- initiator --- */

bool pn532_select(struct pn532 *p)
{
	struct pn532 *target = field_peer(p->field, p);

	if (p->selected)
		return true;
	if (!field_answers(p->field, p))
		return false;
	p->rf = p->selected = true;
	memcpy(p->uid, target->tg_uid, sizeof(p->uid));
	p->sens[0] = target->tg_sens[1];
	p->sens[1] = target->tg_sens[0];
	p->sak = target->tg_sak;
	p->ats_len = pn532_target_ats(target, p->ats);
	return field_activate(p->field, p);
}

static void answer_target(struct pn532 *p)
{
	uint8_t answer[2 + 1 + 5 + PN532_UID_LEN + PN532_ATS_MAX] = { 0xD5, PN_LIST_TARGET + 1, 1, 1 };
	size_t n = 4;

	answer[n++] = p->sens[0];
	answer[n++] = p->sens[1];
	answer[n++] = p->sak;
	answer[n++] = PN532_UID_LEN;
	memcpy(answer + n, p->uid, PN532_UID_LEN);
	n += PN532_UID_LEN;
	memcpy(answer + n, p->ats, p->ats_len);
	pn532_answer(p, answer, n + p->ats_len);
}

static void list_target(struct pn532 *p, const uint8_t *c, size_t len)
{
	static const uint8_t none[] = { 0xD5, PN_LIST_TARGET + 1, 0 };

	/* Another modulation than 106 kbit/s type A has no card here. */
	if (len >= 2 && c[1] == 0x00 && pn532_select(p))
		answer_target(p);
	else if (p->retries != 0xFF || len < 2 || c[1] != 0x00)
		pn532_answer(p, none, sizeof(none));
}

static void exchange(struct pn532 *p, const uint8_t *c, size_t len)
{
	if (!p->selected || len < 1) {
		pn532_answer_status(p, PN_CONTEXT);
		return;
	}
	timer_stop(p->clock, &p->timeout);
	/* A card that has gone without a word is not there to extend its time. */
	if (field_peer(p->field, p)->tg != TG_ACTIVE || !field_send(p->field, p, c + 1, len - 1))
		timer_set(p->clock, &p->timeout, EXCHANGE_TIMEOUT_MS);
}

static void release(struct pn532 *p)
{
	if (p->selected)
		field_release(p->field, p, true);
	p->selected = false;
	/* It ends being a card too. */
	if (p->tg == TG_ACTIVE)
		pn532_link_lost(field_peer(p->field, p));
	p->tg = TG_OFF;
	pn532_answer_status(p, PN_OK);
}

static void initiator_command(struct pn532 *p, const uint8_t *c, size_t len)
{
	static const uint8_t firmware[] = { 0xD5, PN_FIRMWARE + 1, 0x32, 0x01, 0x06, 0x07 };

	switch (c[0]) {
	case PN_DIAGNOSE:
		diagnose(p, c + 1, len - 1);
		break;
	case PN_FIRMWARE:
		pn532_answer(p, firmware, sizeof(firmware));
		break;
	case PN_GENERAL_STATUS:
		general_status(p);
		break;
	case PN_READ_REGISTER:
		read_registers(p, c + 1, len - 1);
		break;
	case PN_WRITE_REGISTER:
		write_registers(p, c + 1, len - 1);
		break;
	case PN_SET_PARAMETERS:
	case PN_SAM:
		answer_plain(p);
		break;
	case PN_POWER_DOWN:
		pn532_answer_status(p, PN_OK);
		break;
	case PN_RF_CONFIGURATION:
		configure(p, c + 1, len - 1);
		break;
	case PN_LIST_TARGET:
		list_target(p, c + 1, len - 1);
		break;
	case PN_EXCHANGE:
		exchange(p, c + 1, len - 1);
		break;
	case PN_DESELECT:
	case PN_RELEASE:
		release(p);
		break;
	case PN_SELECT:
		pn532_answer_status(p, pn532_select(p) ? PN_OK : PN_TIMEOUT);
		break;
	case PN_THRU:
		/* No raw frames go through this field: nobody answers them. */
		pn532_answer_status(p, PN_TIMEOUT);
		break;
	default:
		pn532_answer(p, NULL, 0);
	}
}

void pn532_run(struct pn532 *p, const uint8_t *command, size_t len, pn532_done done, void *ctx)
{
	pn532_cancel(p);
	p->done = done;
	p->ctx = ctx;
	if (len == 0) {
		pn532_answer(p, NULL, 0);
		return;
	}
	p->pending = command[0];
	if (!pn532_target_command(p, command, len))
		initiator_command(p, command, len);
}

/* --- what the field brings --- */

void pn532_link_lost(struct pn532 *p)
{
	pn532_target_released(p);
	p->selected = false;
	if (p->pending == PN_EXCHANGE)
		timer_set(p->clock, &p->timeout, EXCHANGE_TIMEOUT_MS);
}

void pn532_field_changed(struct pn532 *p)
{
	if (p->pending == PN_LIST_TARGET && pn532_select(p))
		answer_target(p);
	if (p->changed)
		p->changed(p->changed_ctx);
}

static void response_arrived(struct pn532 *p, const uint8_t *apdu, size_t len)
{
	uint8_t answer[3 + FIELD_APDU_MAX] = { 0xD5, PN_EXCHANGE + 1, PN_OK };

	if (p->pending != PN_EXCHANGE)
		return;
	memcpy(answer + 3, apdu, len);
	pn532_answer(p, answer, 3 + len);
}

static void command_arrived(struct pn532 *p, const uint8_t *apdu, size_t len);

void pn532_arrived(struct pn532 *p, const uint8_t *apdu, size_t len)
{
	if (p->tg == TG_ACTIVE)
		command_arrived(p, apdu, len);
	else
		response_arrived(p, apdu, len);
}

/* The host fetches it with TgGetData, now or later. */
static void command_arrived(struct pn532 *p, const uint8_t *apdu, size_t len)
{
	static const uint8_t get_data[] = { PN_TG_GET_DATA };

	memcpy(p->command, apdu, len);
	p->command_len = len;
	if (p->pending == PN_TG_GET_DATA)
		pn532_target_command(p, get_data, sizeof(get_data));
}

void pn532_init(struct pn532 *p, struct clock *clock)
{
	memset(p, 0, sizeof(*p));
	p->clock = clock;
	p->timeout = (struct timer){ .fire = on_timeout, .ctx = p };
	pn532_target_setup(p);
	p->retries = 0xFF;
}
