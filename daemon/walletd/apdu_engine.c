// SPDX-License-Identifier: BSD-2-Clause
#include "apdu_engine.h"

#include <stdbool.h>
#include <string.h>

#define CLA_ISO		0x00
#define SELECT_BY_NAME	0x04	/* P1, ISO 7816-4 §11.2.2 table 62 */
#define SELECT_FIRST	0x00	/* P2: first or only occurrence, give the FCI */
#define SELECT_NEXT	0x02
#define LE_ALL		256	/* Le = 00: all that there is */
#define SW_WRONG_LE	0x6C00	/* ISO 7816-4 §5.6: SW2 is the right length */

typedef uint16_t (*apdu_handler)(struct apdu_engine *e, const struct capdu *c, uint8_t *out, size_t *len);

static uint16_t select_ppse(struct apdu_engine *e, const struct capdu *c, uint8_t *out, size_t *len)
{
	uint16_t sw = e->card->offered(e->ctx);

	(void)c;
	if (sw != SW_OK)
		return sw;
	return fci_ppse_encode(out, APDU_DATA_MAX, len) == 0 ? SW_OK : SW_UNKNOWN;
}

static uint16_t select_application(struct apdu_engine *e, const struct capdu *c, uint8_t *out, size_t *len)
{
	uint8_t cap[CAP_MAX];
	size_t cap_len = 0;
	uint16_t sw = e->card->offered(e->ctx);

	(void)c;
	if (sw != SW_OK)
		return sw;
	sw = e->card->cap(e->ctx, cap, &cap_len);
	if (sw != SW_OK)
		return sw;
	return fci_adf_encode((struct bytes){ cap, cap_len }, out, APDU_DATA_MAX, len) == 0 ? SW_OK : SW_UNKNOWN;
}

static uint16_t get_vcn(struct apdu_engine *e, const struct capdu *c, uint8_t *out, size_t *len)
{
	return e->card->get_vcn(e->ctx, c, out, len);
}

static uint16_t pay(struct apdu_engine *e, const struct capdu *c, uint8_t *out, size_t *len)
{
	return e->card->pay(e->ctx, c, out, len);
}

static uint16_t recover(struct apdu_engine *e, const struct capdu *c, uint8_t *out, size_t *len)
{
	return e->card->recover(e->ctx, c, out, len);
}

#define IN(s)		(1u << (s))
#define ANYWHERE	(IN(APDU_IDLE) | IN(APDU_PPSE) | IN(APDU_APPLICATION) | IN(APDU_SESSION))
#define SELECTED	(IN(APDU_APPLICATION) | IN(APDU_SESSION))
#define STAY		APDU_STATES
#define NAMED(s, n)	{ (const uint8_t *)(s), (n) }

/*
 * All that the card does.  @min and @max are Lc; Le is absent, 00, or at least @le.  @good and @bad are the states after 9000 or 62xx, and after
 * anything else: a failed SELECT leaves the selection (ISO 7816-4 §11.2.2), a failed GET VCN leaves no session, as in the trusted application.
 */
static const struct transition {
	const char *title;
	uint8_t cla, ins, p1, p2;
	struct bytes name;		/* SELECT: the DF name, matched whole */
	uint8_t min, max;
	uint16_t le;
	unsigned int when;
	enum apdu_state good, bad;
	apdu_handler run;
} transitions[] = {
	{ "SELECT PPSE", CLA_ISO, APDU_INS_SELECT, SELECT_BY_NAME, SELECT_FIRST, NAMED(PPSE_NAME, sizeof(PPSE_NAME) - 1), 14, 14, 0,
	  ANYWHERE, APDU_PPSE, STAY, select_ppse },
	{ "SELECT application", CLA_ISO, APDU_INS_SELECT, SELECT_BY_NAME, SELECT_FIRST, NAMED(payment_aid, AID_LEN), AID_LEN, AID_LEN, 0,
	  ANYWHERE, APDU_APPLICATION, STAY, select_application },
	/* C1 with TCERT, C2 with the nonce; the answer C3 81 F0 has 243 bytes */
	{ "GET VCN", PAYMENT_CLA, PAYMENT_INS_GET_VCN, PAYMENT_VERSION, PAYMENT_SUITE_1, { NULL, 0 }, 2 + TCERT_MIN + 2 + NONCE_LEN,
	  3 + TCERT_MAX + 2 + NONCE_LEN, 3 + BODY_LEN, SELECTED, APDU_SESSION, APDU_APPLICATION, get_vcn },
	/* C4 with p, C5 with the MAC; C6 and C7 come back: 92 bytes */
	{ "PAY", PAYMENT_CLA, PAYMENT_INS_PAY, PAYMENT_VERSION, PAYMENT_SUITE_1, { NULL, 0 }, 2 + P_LEN + 2 + MAC_LEN, 2 + P_LEN + 2 + MAC_LEN, 92,
	  IN(APDU_SESSION), STAY, STAY, pay },
	{ "RECOVER", PAYMENT_CLA, PAYMENT_INS_RECOVER, PAYMENT_VERSION, PAYMENT_SUITE_1, { NULL, 0 }, 2 + Q_LEN + 2 + MAC_LEN, 2 + Q_LEN + 2 + MAC_LEN, 92,
	  IN(APDU_SESSION), STAY, STAY, recover },
};

#define TRANSITIONS	(sizeof(transitions) / sizeof(transitions[0]))

void apdu_engine_init(struct apdu_engine *e, const struct apdu_card *card, void *ctx)
{
	*e = (struct apdu_engine){ .state = APDU_IDLE, .card = card, .ctx = ctx };
}

void apdu_engine_reset(struct apdu_engine *e)
{
	e->state = APDU_IDLE;
}

static bool is_known(uint8_t cla, int ins)
{
	for (size_t i = 0; i < TRANSITIONS; i++)
		if (transitions[i].cla == cla && (ins < 0 || transitions[i].ins == ins))
			return true;
	return false;
}

/* SELECT of what is not here.  Readers' probes for files (P1 other than 04) and for other cards' names all hear 6A82. */
static uint16_t select_refusal(const struct capdu *c)
{
	if (c->p1 != SELECT_BY_NAME || c->p2 == SELECT_NEXT)
		return SW_NOT_FOUND;
	for (size_t i = 0; i < TRANSITIONS; i++) {
		const struct bytes *n = &transitions[i].name;

		if (n->len > 0 && n->len == c->data.len && memcmp(n->p, c->data.p, n->len) == 0)
			return SW_WRONG_P1P2;
	}
	return SW_NOT_FOUND;
}

static bool row_is_for(const struct transition *t, const struct capdu *c)
{
	if (t->cla != c->cla || t->ins != c->ins)
		return false;
	if (t->name.len == 0)
		return true;
	return c->p1 == t->p1 && c->p2 == t->p2 && c->data.len == t->name.len && memcmp(c->data.p, t->name.p, t->name.len) == 0;
}

/* ISO 7816-4 §5.3 in the order of its fields: class, instruction, P1 and P2, length; then whether it is the time. */
static uint16_t find(const struct apdu_engine *e, const struct capdu *c, const struct transition **row)
{
	if (!is_known(c->cla, -1))
		return SW_CLA_NOT_SUPPORTED;
	if (!is_known(c->cla, c->ins))
		return SW_INS_NOT_SUPPORTED;
	for (size_t i = 0; i < TRANSITIONS; i++) {
		const struct transition *t = &transitions[i];

		if (!row_is_for(t, c))
			continue;
		*row = t;
		if (c->p1 != t->p1 || c->p2 != t->p2)
			return SW_WRONG_P1P2;
		if (c->data.len < t->min || c->data.len > t->max)
			return SW_WRONG_LENGTH;
		/* Before anything is done: a debit whose answer the terminal cannot take would be in doubt. */
		if (c->le != 0 && c->le < t->le)
			return SW_WRONG_LENGTH;
		return t->when & IN(e->state) ? SW_OK : SW_CONDITIONS;
	}
	return select_refusal(c);
}

static bool carries_data(uint16_t sw)
{
	return sw == SW_OK || sw >> 8 == 0x62;
}

static uint16_t run(struct apdu_engine *e, const struct capdu *c, const struct transition **row, uint8_t *out, size_t *len)
{
	uint16_t sw = find(e, c, row);
	enum apdu_state next;

	if (sw != SW_OK)
		return sw;
	sw = (*row)->run(e, c, out, len);
	if (carries_data(sw) && *len > APDU_DATA_MAX)
		sw = SW_UNKNOWN;
	next = carries_data(sw) ? (*row)->good : (*row)->bad;
	if (next != STAY)
		e->state = next;
	/* Only SELECT can come here with too small an Le, and it can be said again. */
	if (carries_data(sw) && c->le != 0 && c->le < LE_ALL && *len > c->le)
		sw = (uint16_t)(SW_WRONG_LE | *len);
	return sw;
}

void apdu_engine_run(struct apdu_engine *e, const uint8_t *in, size_t len, uint8_t out[APDU_MAX], size_t *out_len)
{
	const struct transition *row = NULL;
	uint8_t data[APDU_DATA_MAX];
	size_t data_len = 0;
	struct capdu c;
	uint16_t sw = SW_WRONG_LENGTH;

	if (len <= APDU_MAX && capdu_decode(in, len, &c) == 0)
		sw = run(e, &c, &row, data, &data_len);
	if (!carries_data(sw))
		data_len = 0;
	if (rapdu_encode((struct bytes){ data, data_len }, sw, out, APDU_MAX, out_len) != 0) {
		out[0] = SW_UNKNOWN >> 8;
		out[1] = SW_UNKNOWN & 0xFF;
		*out_len = 2;
	}
	if (e->card->done)
		e->card->done(e->ctx, row ? row->title : NULL, in, len, sw);
}
