// SPDX-License-Identifier: BSD-2-Clause
/* The contactless card as a slot with a contact card in it: polling, power, APDUs (PC/SC part 3 §3.1). */
#include <string.h>

#include "reader.h"

#define POLL_MS		250
#define FIRST_POLL_MS	1000	/* after a reset, so that a host which wants no polling can say so */
#define MISSED_MAX	3	/* polls without a card until it counts as taken away */
#define POWER_WAIT_MS	2000	/* a card that has just been released needs a moment */
#define SLOT_PRESENT	0x03	/* RDR_to_PC_NotifySlotChange: changed, and there is one */
#define SLOT_EMPTY	0x02
#define APDU_COMMAND_MAX	260

uint8_t slot_status(const struct reader *r)
{
	if (r->powered)
		return 0;
	return r->present ? 1 : 2;
}

static void tell(struct reader *r, bool present)
{
	if (r->present == present)
		return;
	r->present = present;
	if (!present)
		r->powered = false;
	r->notify(r->ctx, present ? SLOT_PRESENT : SLOT_EMPTY);
}

/* Looks without disturbing: a card that is selected stays so. */
static void poll_slot(void *ctx)
{
	struct reader *r = ctx;

	timer_set(r->clock, &r->poll, POLL_MS);
	if (r->chip.selected || field_answers(r->chip.field, &r->chip)) {
		r->missed = 0;
		tell(r, true);
	} else if (++r->missed >= MISSED_MAX) {
		tell(r, false);
	}
}

void slot_polls(struct reader *r, bool on, uint64_t after_ms)
{
	r->polls = on;
	timer_stop(r->clock, &r->poll);
	if (on)
		timer_set(r->clock, &r->poll, after_ms);
	else
		tell(r, false);
}

/*
 * libnfc turns the polling off and leaves it so; a host that asks for the slot is another one.  Whether real readers begin again then is not known, but
 * pcscd would otherwise find no card until the reader is plugged in anew.
 */
void slot_asked(struct reader *r)
{
	if (!r->polls)
		slot_polls(r, true, POLL_MS);
}

/* 3B 8N 80 01, the historical bytes, and a check byte over all but the first. */
static void answer_atr(struct reader *r)
{
	uint8_t atr[4 + 15 + 1] = { 0x3B, 0x80, 0x80, 0x01 };
	size_t n = r->chip.ats_len > 5 ? r->chip.ats_len - 5 : 0;
	uint8_t check = 0;

	if (n > 15)
		n = 15;
	atr[1] = (uint8_t)(0x80 | n);
	memcpy(atr + 4, r->chip.ats + 5, n);
	for (size_t i = 1; i < 4 + n; i++)
		check ^= atr[i];
	atr[4 + n] = check;
	r->powered = true;
	tell(r, true);
	ccid_data(r, atr, 5 + n);
}

/* It counts as taken away: the next poll that finds it says so, and the host tries again. */
static void power_late(void *ctx)
{
	struct reader *r = ctx;

	tell(r, false);
	ccid_mute(r);
}

void slot_power_off(struct reader *r)
{
	if (r->powered && r->chip.selected) {
		field_release(r->chip.field, &r->chip, true);
		r->chip.selected = false;
	}
	r->powered = false;
}

void slot_power_on(struct reader *r)
{
	/* libnfc powers a slot that it then uses no more: nothing is polled for it. */
	if (r->now == FAULT_RELEASED || (!r->present && !field_answers(r->chip.field, &r->chip) && !r->chip.selected)) {
		ccid_mute(r);
		return;
	}
	/* Again is a reset: the card hears of it, and may need a moment to be there anew. */
	if (r->powered)
		slot_power_off(r);
	if (pn532_select(&r->chip))
		answer_atr(r);
	else
		timer_set(r->clock, &r->power_wait, POWER_WAIT_MS);
}

static void apdu_done(void *ctx, const uint8_t *answer, size_t len)
{
	struct reader *r = ctx;

	if (len > 3 && answer[2] == PN_OK)
		ccid_data(r, answer + 3, len - 3);
	else
		ccid_mute(r);
}

void slot_apdu(struct reader *r, const uint8_t *apdu, size_t len)
{
	uint8_t command[2 + APDU_COMMAND_MAX] = { PN_EXCHANGE, 1 };

	if (!r->powered || !r->chip.selected || len > APDU_COMMAND_MAX || r->now == FAULT_RELEASED) {
		ccid_mute(r);
		return;
	}
	memcpy(command + 2, apdu, len);
	pn532_run(&r->chip, command, 2 + len, apdu_done, r);
}

/* A card came while a power-on waits for it. */
static void field_changed(void *ctx)
{
	struct reader *r = ctx;

	if (!r->power_wait.set || !pn532_select(&r->chip))
		return;
	timer_stop(r->clock, &r->power_wait);
	answer_atr(r);
}

void reader_init(struct reader *r, struct clock *clock)
{
	memset(r, 0, sizeof(*r));
	r->clock = clock;
	pn532_init(&r->chip, clock);
	r->chip.changed = field_changed;
	r->chip.changed_ctx = r;
	r->poll = (struct timer){ .fire = poll_slot, .ctx = r };
	r->power_wait = (struct timer){ .fire = power_late, .ctx = r };
}

void reader_reset(struct reader *r)
{
	pn532_reset(&r->chip);
	timer_stop(r->clock, &r->power_wait);
	fault_reset(&r->fault);
	r->present = r->powered = false;
	r->missed = 0;
	r->last_len = 0;
	r->now = FAULT_NONE;
	slot_polls(r, true, FIRST_POLL_MS);
}
