// SPDX-License-Identifier: BSD-2-Clause
#include "command.h"

#include "card.h"
#include "clock.h"
#include "encrypt.h"
#include "gp_crypto.h"
#include "ledger.h"
#include "session.h"
#include "sign.h"

#include "proto/apdu.h"
#include "proto/err.h"
#include "proto/get_vcn.h"

/* GET VCN (S4 to S6), for one terminal that showed a certificate. */
struct get_vcn {
	struct bytes tcert_bytes, nonce;
	struct tcert tcert;
	struct vcn_clear clear;
	struct transcript keys;
	uint8_t body[BODY_LEN];
};

/* Encrypt, then sign the ciphertext, then derive the keys from both. */
static int get_vcn_make(struct get_vcn *g, const struct card *card)
{
	const struct bytes cap = { card->cap, card->cap_len };
	struct hpke h = { 0 };
	int err;

	err = transcript_th(&gp_crypto, cap, PAYMENT_VERSION, PAYMENT_SUITE_1, g->tcert_bytes, g->nonce, g->keys.th);
	if (!err)
		err = encrypt_core_data(g->keys.th, g->tcert.pk, card->issued.ccert, &g->clear, &h, g->body);
	if (!err)
		err = sign_ciphertext(card->sign_key, g->keys.th, g->body);
	if (!err)
		err = transcript_keys(&g->keys, &h, (struct bytes){ g->body, BODY_LEN });
	hpke_free(&h);
	return err;
}

/* The status word for a certificate that did not pass. */
static uint16_t tcert_sw(int err)
{
	return err == PROTO_ERR_CRYPTO ? SW_UNKNOWN : SW_SECURITY_STATUS;
}

/* Gives the status word; only SW_OK comes with data, and with a session. */
static uint16_t get_vcn_answer(struct command *c, struct get_vcn *g, const struct card *card)
{
	const struct ledger_state *state = ledger_state();
	int err = tcert_verify(g->tcert_bytes, &gp_crypto, card->issued.issuer_pk, clock_day(clock_now()), state->oldest_start, &g->tcert);

	if (err)
		return tcert_sw(err);
	g->clear.ctr = state->ctr;
	if (get_vcn_make(g, card) || vcn_answer_encode((struct bytes){ g->body, BODY_LEN }, c->out[2], APDU_MAX - 2, &c->out_len[2]))
		return SW_UNKNOWN;
	session_open(&g->keys, g->tcert.tid, g->tcert.merchant, state->ctr);
	return SW_OK;
}

TEE_Result command_get_vcn(struct command *c)
{
	const struct card *card = card_get();
	struct get_vcn g = { 0 };

	session_erase();
	if (COMMAND_P1(c) != PAYMENT_VERSION || COMMAND_P2(c) != PAYMENT_SUITE_1) {
		c->a = SW_WRONG_P1P2;
		return TEE_SUCCESS;
	}
	if (!card_issued()) {
		c->a = SW_CONDITIONS;
		return TEE_SUCCESS;
	}
	if (get_vcn_decode(c->in[1], &g.tcert_bytes, &g.nonce)) {
		c->a = SW_WRONG_DATA;
		return TEE_SUCCESS;
	}
	/* Not the terminal's fault, and nothing to tell it: the client application must find the right number first. */
	if (card_open_number(c->in[3], &g.clear.vcn))
		return TEE_ERROR_SECURITY;
	c->a = get_vcn_answer(c, &g, card);
	TEE_MemFill(&g, 0, sizeof(g));
	return TEE_SUCCESS;
}
