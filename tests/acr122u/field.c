// SPDX-License-Identifier: BSD-2-Clause
#include "field.h"

#include <string.h>

#include "pn532.h"

#define BLOCK_OVERHEAD	3	/* PCB and checksum (ISO 14443-4 §7.1) */
#define ACK_BYTES	3	/* R(ACK), R(NAK), S(DESELECT) */

static void arrive(void *ctx)
{
	struct field *f = ctx;
	struct pn532 *to = f->to;

	f->to = NULL;
	if (f->to_card) {
		f->command_len = f->apdu_len;
	} else {
		f->air.apdus++;
		f->air.apdu_bytes += f->command_len + f->apdu_len;
	}
	pn532_arrived(to, f->apdu, f->apdu_len);
}

void field_init(struct field *f, struct clock *clock)
{
	*f = (struct field){ .clock = clock, .near = true, .arrival = { .fire = arrive, .ctx = f } };
}

void field_join(struct field *f, struct pn532 *chip, unsigned int side)
{
	f->chip[side] = chip;
	chip->field = f;
}

struct pn532 *field_peer(const struct field *f, const struct pn532 *chip)
{
	return f->chip[0] == chip ? f->chip[1] : f->chip[0];
}

void field_glitch(struct field *f)
{
	timer_stop(f->clock, &f->arrival);
	f->to = NULL;
	for (unsigned int i = 0; i < FIELD_SIDES; i++)
		if (f->chip[i])
			pn532_link_lost(f->chip[i]);
}

void field_move(struct field *f, bool near)
{
	if (f->near == near)
		return;
	f->near = near;
	if (!near)
		field_glitch(f);
	for (unsigned int i = 0; i < FIELD_SIDES; i++)
		if (f->chip[i])
			pn532_field_changed(f->chip[i]);
}

bool field_answers(const struct field *f, const struct pn532 *initiator)
{
	const struct pn532 *target = field_peer(f, initiator);

	return f->near && target && target->tg == TG_ARMED;
}

bool field_activate(struct field *f, struct pn532 *initiator)
{
	static const size_t frames[] = { 2, 2, 5, 9, 3, 4 };	/* ATQA, ANTICOLLISION and its answer, SELECT, SAK, RATS (§6.5) */
	struct pn532 *target = field_peer(f, initiator);
	size_t ats;

	if (!field_answers(f, initiator))
		return false;
	ats = pn532_target_ats(target, NULL) + 2;
	air_short(&f->air);
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		air_frame(&f->air, frames[i]);
		f->air.activation_bytes += frames[i];
	}
	air_frame(&f->air, ats);
	f->air.activation_bytes += 1 + ats;
	f->air.activations++;
	pn532_target_activated(target);
	return true;
}

void field_release(struct field *f, struct pn532 *initiator, bool deselect)
{
	struct pn532 *target = field_peer(f, initiator);

	if (f->to) {
		timer_stop(f->clock, &f->arrival);
		f->to = NULL;
	}
	if (!target || target->tg != TG_ACTIVE)
		return;
	if (deselect && f->near) {
		air_frame(&f->air, ACK_BYTES);
		air_frame(&f->air, ACK_BYTES);
		f->air.activation_bytes += 2 * ACK_BYTES;
	}
	pn532_target_released(target);
}

/* One block goes over: false when the card is taken away during it.  *@late gets what it is delayed by. */
static bool pass_block(struct field *f, size_t bytes, uint64_t *late)
{
	f->air.blocks++;
	f->air.block_bytes += bytes;
	air_frame(&f->air, bytes);
	if (f->delay_block && --f->delay_block == 0)
		*late += f->delay_ms;
	if (!f->cut_after)
		return true;
	if (f->cut_after > bytes) {
		f->cut_after -= bytes;
		return true;
	}
	f->cut_after = 0;
	return false;
}

/*
 * A damaged block is sent again (§7.5.4).  The target's: the initiator asks with an R(NAK), or with its R(ACK) once more when blocks are chained (rules 4, 5
 * and 11).  The initiator's own I-block: the target was silent, says R(ACK) to the R(NAK), and the block is repeated (rules 4, 12 and 6).  The initiator's
 * R(ACK): it repeats that by itself (rule 5).
 */
static bool pass(struct field *f, size_t bytes, bool to_card, uint64_t *late)
{
	bool damaged = f->corrupt_block && --f->corrupt_block == 0;

	if (!pass_block(f, bytes, late))
		return false;
	if (!damaged)
		return true;
	f->air.repeats++;
	if (to_card && bytes == ACK_BYTES)
		return pass_block(f, bytes, late);
	if (!pass_block(f, ACK_BYTES, late) || (to_card && !pass_block(f, ACK_BYTES, late)))
		return false;
	return pass_block(f, bytes, late);
}

static bool pass_apdu(struct field *f, size_t len, bool to_card, uint64_t *late)
{
	const size_t most = FIELD_BLOCK - BLOCK_OVERHEAD;

	do {
		size_t part = len > most ? most : len;

		if (!pass(f, part + BLOCK_OVERHEAD, to_card, late))
			return false;
		len -= part;
		/* Chaining: every part but the last is acknowledged (§7.5.2). */
		if (len > 0 && !pass(f, ACK_BYTES, !to_card, late))
			return false;
	} while (len > 0);
	return true;
}

bool field_send(struct field *f, struct pn532 *from, const uint8_t *apdu, size_t len)
{
	struct pn532 *to = field_peer(f, from);
	bool to_card = to && to->tg == TG_ACTIVE;
	uint64_t late = 0;

	if (!f->near || !to || len > sizeof(f->apdu) || f->to)
		return false;
	if (!pass_apdu(f, len, to_card, &late)) {
		field_move(f, false);
		return false;
	}
	memcpy(f->apdu, apdu, len);
	f->apdu_len = len;
	f->to = to;
	f->to_card = to_card;
	timer_set(f->clock, &f->arrival, late);
	if (late == 0) {
		timer_stop(f->clock, &f->arrival);
		arrive(f);
	}
	return true;
}
