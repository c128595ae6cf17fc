// SPDX-License-Identifier: BSD-2-Clause
#include "command.h"

#include <string.h>

#include "approval.h"
#include "card.h"
#include "clock.h"
#include "gp_crypto.h"
#include "ledger.h"
#include "limits.h"
#include "purse_store.h"
#include "session.h"
#include "sign.h"

#include "proto/pay.h"

/* PAY (S9) in the running session. */
struct pay {
	const struct card *card;
	const struct session *session;
	struct pay_fields fields;
	uint8_t p[P_LEN];
	uint8_t m[MAC_LEN];
};

static uint16_t pay_receipt(struct command *c, const struct pay *pay, const struct receipt *receipt)
{
	int err = answer_encode_receipt(&gp_crypto, &pay->session->keys, pay->m, receipt, c->out[2], APDU_MAX - 2, &c->out_len[2]);

	return err ? SW_UNKNOWN : SW_OK;
}

/* A refusal holds for good: the terminal counts on it, so this session can only repeat it. */
static uint16_t pay_refuse(struct command *c, const struct pay *pay, uint16_t sw)
{
	session_refuse(pay->p, sw);
	if (answer_encode_refusal(&gp_crypto, &pay->session->keys, pay->m, sw, c->out[2], APDU_MAX - 2, &c->out_len[2]))
		return SW_UNKNOWN;
	return sw;
}

/*
 * Has this terminal used the TTN before?  Every field equal: the payment of then, whose receipt goes out again.  Anything else: 6985.
 * 0: the TTN is new, as far as the records here go back.
 */
static uint16_t pay_repeat(struct command *c, const struct pay *pay)
{
	const size_t ttn = P_LEN - TTN_LEN;
	const struct ledger_state *state = ledger_state();

	for (uint32_t i = 0; i < PAYTA_RECORDS && i <= state->ctr; i++) {
		const uint8_t *record = ledger_record(state->ctr - i);
		struct purse_record r;

		if (!record)
			break;
		if (purse_record_decode((struct bytes){ record, PURSE_RECORD_LEN }, &r))
			TEE_Panic(TEE_ERROR_CORRUPT_OBJECT);
		if (r.kind != PURSE_PAYMENT || memcmp(r.peer, pay->session->tid, TID_LEN) != 0 || memcmp(r.p + ttn, pay->p + ttn, TTN_LEN) != 0)
			continue;
		return memcmp(r.p, pay->p, P_LEN) == 0 ? pay_receipt(c, pay, &r.receipt) : SW_CONDITIONS;
	}
	return 0;
}

/* The record of the payment that is about to be made, with its receipt, sealed. */
static int pay_record(const struct pay *pay, const struct ledger_state *next, struct purse_record *r, uint8_t record[PURSE_RECORD_LEN])
{
	struct receipt_claim claim = { .ctr = next->ctr };
	uint8_t balance[EBAL_LEN];
	struct writer w;
	size_t len;
	int err;

	r->ctr = next->ctr;
	r->kind = PURSE_PAYMENT;
	r->currency = pay->fields.currency;
	r->amount = pay->fields.amount;
	r->balance = next->balance;
	r->time = clock_now();
	r->seq = next->seq;
	memcpy(r->peer, pay->session->tid, TID_LEN);
	memcpy(r->name, pay->session->merchant, sizeof(r->name));
	memcpy(r->p, pay->p, P_LEN);
	memcpy(claim.kid, pay->card->kid, KID_LEN);
	memcpy(claim.cid, pay->card->cid, CID_LEN);
	memcpy(claim.tid, pay->session->tid, TID_LEN);
	memcpy(claim.p, pay->p, P_LEN);
	writer_init(&w, balance, sizeof(balance));
	writer_u64(&w, next->balance);
	err = writer_end(&w, &len);
	if (!err)
		err = ebal_apply(&gp_crypto, pay->card->issued.k_ic, pay->card->cid, next->ctr, balance, r->receipt.ebal);
	if (!err)
		err = sign_receipt(pay->card->sign_key, &claim, &r->receipt);
	return err ? err : purse_store_seal(pay->card, r, record);
}

/* This payment, as the holder would approve it. */
static struct approval pay_approval(const struct pay *pay)
{
	struct approval a = { .kind = APPROVAL_PAYMENT, .amount = pay->fields.amount, .currency = pay->fields.currency };

	memcpy(a.peer, pay->session->tid, TID_LEN);
	memcpy(a.name, pay->session->merchant, sizeof(a.name));
	return a;
}

/*
 * Debit: everything is computed first, then the one record is made durable, then the answer goes out.  The PIN's approval is used up by that record and by
 * nothing else, and the answer never waits for one.
 */
static uint16_t pay_debit(struct command *c, const struct pay *pay)
{
	const struct approval approval = pay_approval(pay);
	bool approved = approval_covers(&approval);
	struct ledger_state next = *ledger_state();
	struct purse_record r = { 0 };
	uint8_t *record = c->out[3];
	uint16_t sw = limits_check(pay->card, &next, pay->fields.amount, approved);

	if (sw == SW_WARN_VERIFY)
		approval_ask(&approval);
	if (sw)
		return pay_refuse(c, pay, sw);
	limits_spend(&next, pay->fields.amount, approved);
	if (pay_record(pay, &next, &r, record))
		return SW_UNKNOWN;
	sw = pay_receipt(c, pay, &r.receipt);
	if (sw == SW_OK && ledger_commit(&next, record) != TEE_SUCCESS)
		sw = SW_MEMORY_FAILURE;
	if (sw != SW_OK) {
		c->out_len[2] = 0;
		return sw;
	}
	if (approved)
		approval_use();
	c->out_len[3] = PURSE_RECORD_LEN;
	return SW_OK;
}

static uint16_t pay_answer(struct command *c, struct pay *pay)
{
	uint16_t sw;

	if (pay->fields.currency != pay->card->issued.currency || pay->fields.amount == 0)
		return SW_WRONG_DATA;
	if (pay->session->refused && memcmp(pay->session->refused_p, pay->p, P_LEN) == 0)
		return pay_refuse(c, pay, pay->session->refused);
	sw = pay_repeat(c, pay);
	if (sw)
		return sw;
	if (pay->session->ctr != ledger_state()->ctr || !session_may_pay(pay->fields.ttn))
		return SW_CONDITIONS;
	return pay_debit(c, pay);
}

TEE_Result command_pay(struct command *c)
{
	struct pay pay = { .card = card_get(), .session = session_get() };
	int err;

	if (COMMAND_P1(c) != PAYMENT_VERSION || COMMAND_P2(c) != PAYMENT_SUITE_1) {
		c->a = SW_WRONG_P1P2;
		return TEE_SUCCESS;
	}
	if (!pay.session) {
		c->a = SW_CONDITIONS;
		return TEE_SUCCESS;
	}
	err = pay_decode(&gp_crypto, &pay.session->keys, c->in[1], &pay.fields, pay.m);
	if (!err)
		err = pay_fields_encode(&pay.fields, pay.p);
	c->a = err ? session_refusal(err) : pay_answer(c, &pay);
	return TEE_SUCCESS;
}
