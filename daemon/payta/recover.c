// SPDX-License-Identifier: BSD-2-Clause
#include "command.h"

#include <string.h>

#include "card.h"
#include "gp_crypto.h"
#include "ledger.h"
#include "purse_store.h"
#include "session.h"
#include "sign.h"

#include "proto/recover.h"

/* RECOVER: what became of the payment that a dead session was to commit as record q.ctr + 1. */
struct recover {
	const struct card *card;
	const struct session *session;
	struct recover_fields q;
	uint8_t m[MAC_LEN];
};

enum recover_result { RECOVER_FOUND, RECOVER_NEVER, RECOVER_UNKNOWN };

/*
 * The payment is gone for good when its record is another one, or does not exist yet: its session was erased by the GET VCN that opened this one, and no
 * other session can commit it.  A counter beyond the card's own was shown by a card whose storage was rolled back since: nobody here knows.
 */
static enum recover_result recover_find(const struct recover *rec, struct bytes from_client, struct purse_record *r)
{
	uint32_t now = ledger_state()->ctr, wanted = rec->q.ctr + 1;
	const uint8_t *own;

	if (rec->q.ctr > now)
		return RECOVER_UNKNOWN;
	if (rec->q.ctr == now)
		return RECOVER_NEVER;
	own = ledger_record(wanted);
	if (own && purse_record_decode((struct bytes){ own, PURSE_RECORD_LEN }, r))
		TEE_Panic(TEE_ERROR_CORRUPT_OBJECT);
	if (!own && purse_store_open(rec->card, from_client, r))
		return RECOVER_UNKNOWN;
	if (r->ctr != wanted)
		return RECOVER_UNKNOWN;
	if (r->kind == PURSE_PAYMENT && memcmp(r->peer, rec->session->tid, TID_LEN) == 0 &&
	    memcmp(r->p + P_LEN - TTN_LEN, rec->q.ttn, TTN_LEN) == 0)
		return RECOVER_FOUND;
	return RECOVER_NEVER;
}

static int recover_never(struct command *c, const struct recover *rec)
{
	uint32_t now = ledger_state()->ctr;
	uint8_t sig[ED25519_SIG_LEN];
	int err = sign_never(rec->card->sign_key, rec->card->kid, rec->card->cid, rec->session->tid, &rec->q, now, sig);

	if (err)
		return err;
	if (rec->q.ctr == rec->session->ctr)
		session_never(rec->q.ttn);
	return answer_encode_never(&gp_crypto, &rec->session->keys, rec->m, now, sig, c->out[2], APDU_MAX - 2, &c->out_len[2]);
}

static uint16_t recover_answer(struct command *c, const struct recover *rec)
{
	const struct transcript *keys = &rec->session->keys;
	struct purse_record r;

	switch (recover_find(rec, c->in[3], &r)) {
	case RECOVER_FOUND:
		return answer_encode_receipt(&gp_crypto, keys, rec->m, &r.receipt, c->out[2], APDU_MAX - 2, &c->out_len[2]) ? SW_UNKNOWN : SW_OK;
	case RECOVER_NEVER:
		return recover_never(c, rec) ? SW_UNKNOWN : SW_WARN_NEVER;
	default:
		return answer_encode_refusal(&gp_crypto, keys, rec->m, SW_WARN_UNKNOWN, c->out[2], APDU_MAX - 2, &c->out_len[2]) ?
		       SW_UNKNOWN : SW_WARN_UNKNOWN;
	}
}

TEE_Result command_recover(struct command *c)
{
	struct recover rec = { .card = card_get(), .session = session_get() };
	int err;

	if (COMMAND_P1(c) != PAYMENT_VERSION || COMMAND_P2(c) != PAYMENT_SUITE_1) {
		c->a = SW_WRONG_P1P2;
		return TEE_SUCCESS;
	}
	if (!rec.session) {
		c->a = SW_CONDITIONS;
		return TEE_SUCCESS;
	}
	err = recover_decode(&gp_crypto, &rec.session->keys, c->in[1], &rec.q, rec.m);
	c->a = err ? session_refusal(err) : recover_answer(c, &rec);
	return TEE_SUCCESS;
}
