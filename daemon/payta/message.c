// SPDX-License-Identifier: BSD-2-Clause
#include "command.h"

#include <string.h>

#include "approval.h"
#include "card.h"
#include "clock.h"
#include "gp_crypto.h"
#include "ledger.h"
#include "limits.h"
#include "pin.h"
#include "purse_store.h"
#include "sign.h"

#include "proto/message.h"

/* One issuer message on its way into the ledger. */
struct message {
	struct imsg m;
	struct bytes bytes;
	uint8_t digest[SHA256_LEN];
	struct ledger_state next;
	struct purse_record record;	/* kind 0: nothing moves */
	struct card_reply reply;
	bool approved;			/* by the PIN */
};

/* Money comes in.  Above the maximum the message waits: it can be sent again when there is room. */
static TEE_Result message_credit(struct message *msg, const struct card *card)
{
	uint64_t balance;

	if (msg->m.currency != card->issued.currency)
		return TEE_ERROR_BAD_PARAMETERS;
	if (__builtin_add_overflow(msg->next.balance, msg->m.amount, &balance) || balance > card->issued.max_balance ||
	    msg->next.ctr >= UINT32_MAX - 1)
		return TEE_ERROR_OVERFLOW;
	msg->next.balance = balance;
	msg->next.ctr++;
	msg->record.kind = PURSE_CREDIT;
	msg->record.source = msg->m.source;
	return TEE_SUCCESS;
}

/*
 * Does the holder want this transfer?  A card with a PIN asks each time, whatever the amount; one without goes by the limits.  *@wanted false: no, he has said
 * so, or his PIN is blocked.  TEE_ERROR_ACCESS_CONFLICT: he has not said yet.
 */
static TEE_Result transfer_wanted(struct message *msg, bool *wanted)
{
	struct approval a = { .kind = APPROVAL_TRANSFER, .amount = msg->m.amount, .currency = msg->m.currency };

	*wanted = true;
	if (!pin_is_set())
		return TEE_SUCCESS;
	memcpy(a.peer, msg->m.payee, CID_LEN);
	memcpy(a.name, msg->m.payee_name, sizeof(a.name));
	memcpy(a.order, msg->digest, SHA256_LEN);
	msg->approved = approval_covers(&a);
	*wanted = msg->approved;
	if (msg->approved || pin_tries_left() == 0 || approval_declined(&a))
		return TEE_SUCCESS;
	approval_ask(&a);
	return TEE_ERROR_ACCESS_CONFLICT;
}

/*
 * Money goes to another card.  One that the limits or the holder forbid is done with all the same: the sequence moves on, the money stays, and the
 * acknowledgement with the old counter tells the issuer.
 */
static TEE_Result message_transfer(struct message *msg, const struct card *card)
{
	TEE_Result res;
	bool wanted;

	if (msg->m.currency != card->issued.currency)
		return TEE_ERROR_BAD_PARAMETERS;
	/* What no PIN could allow is not asked for. */
	if (limits_check(card, &msg->next, msg->m.amount, true))
		return TEE_SUCCESS;
	res = transfer_wanted(msg, &wanted);
	if (res != TEE_SUCCESS || !wanted)
		return res;
	if (limits_check(card, &msg->next, msg->m.amount, msg->approved))
		return TEE_SUCCESS;
	limits_spend(&msg->next, msg->m.amount, msg->approved);
	msg->record.kind = PURSE_TRANSFER_OUT;
	memcpy(msg->record.peer, msg->m.payee, CID_LEN);
	memcpy(msg->record.name, msg->m.payee_name, sizeof(msg->record.name));
	msg->reply.kind = CARD_XFER;
	msg->reply.amount = msg->m.amount;
	memcpy(msg->reply.order, msg->digest, SHA256_LEN);
	return TEE_SUCCESS;
}

static TEE_Result message_clock(struct message *msg, const struct card *card)
{
	(void)msg;
	(void)card;
	return TEE_SUCCESS;
}

/* Before the sequence moves on: a message that was interrupted here comes again and finds the card blocked already. */
static TEE_Result message_block(struct message *msg, const struct card *card)
{
	(void)msg;
	(void)card;
	return card_block();
}

/* Likewise before; that it comes again changes nothing is pin_unblock()'s care. */
static TEE_Result message_pin(struct message *msg, const struct card *card)
{
	(void)card;
	return pin_unblock(msg->m.seq, msg->m.source == IMSG_PIN_FORGET);
}

static TEE_Result (*const message_kinds[])(struct message *msg, const struct card *card) = {
	[IMSG_CREDIT] = message_credit,
	[IMSG_TRANSFER] = message_transfer,
	[IMSG_CLOCK] = message_clock,
	[IMSG_BLOCK] = message_block,
	[IMSG_PIN] = message_pin,
};

/* The issuer's time never goes back, whatever it signs. */
static void message_time(struct message *msg)
{
	if (msg->m.time > msg->next.issuer_time)
		msg->next.issuer_time = msg->m.time;
	if (msg->m.oldest_start > msg->next.oldest_start)
		msg->next.oldest_start = msg->m.oldest_start;
}

static int message_sign(struct message *msg, const struct card *card)
{
	uint8_t balance[EBAL_LEN];
	struct writer w;
	size_t len;
	int err;

	memcpy(msg->reply.cid, card->cid, CID_LEN);
	msg->reply.seq = msg->m.seq;
	msg->reply.ctr = msg->next.ctr;
	writer_init(&w, balance, sizeof(balance));
	writer_u64(&w, msg->next.balance);
	err = writer_end(&w, &len);
	if (!err && msg->reply.kind == CARD_ACK)
		err = ebal_apply(&gp_crypto, card->issued.k_ic, card->cid, msg->next.ctr, balance, msg->reply.ebal);
	if (!err)
		err = sign_reply(&msg->reply, card->sign_key);
	return err ? err : card_reply_encode(&msg->reply, msg->next.reply);
}

static int message_record(struct message *msg, const struct card *card, uint8_t record[PURSE_RECORD_LEN])
{
	msg->record.ctr = msg->next.ctr;
	msg->record.currency = msg->m.currency;
	msg->record.amount = msg->m.amount;
	msg->record.balance = msg->next.balance;
	msg->record.time = clock_now();
	msg->record.seq = msg->m.seq;
	return purse_store_seal(card, &msg->record, record);
}

/* The next message of the sequence: one commit, then the answer. */
static TEE_Result message_apply(struct message *msg, const struct card *card, struct command *c)
{
	uint8_t *record = c->out[2];
	TEE_Result res;

	msg->next = *ledger_state();
	msg->next.seq = msg->m.seq;
	memcpy(msg->next.message, msg->digest, SHA256_LEN);
	msg->reply.kind = CARD_ACK;
	message_time(msg);
	res = message_kinds[msg->m.kind](msg, card);
	if (res != TEE_SUCCESS)
		return res;
	if (message_sign(msg, card) || (msg->record.kind && message_record(msg, card, record)))
		return TEE_ERROR_GENERIC;
	res = ledger_commit(&msg->next, msg->record.kind ? record : NULL);
	if (res != TEE_SUCCESS)
		return res;
	if (msg->approved)
		approval_use();
	memcpy(c->out[1], msg->next.reply, CARD_REPLY_LEN);
	c->out_len[1] = CARD_REPLY_LEN;
	c->out_len[2] = msg->record.kind ? PURSE_RECORD_LEN : 0;
	return TEE_SUCCESS;
}

/* The newest message again: what was answered, word for word.  Another content under its number is not the issuer's doing. */
static TEE_Result message_again(const struct message *msg, const struct ledger_state *state, struct command *c)
{
	if (TEE_MemCompare(msg->digest, state->message, SHA256_LEN) != 0)
		return TEE_ERROR_SECURITY;
	memcpy(c->out[1], state->reply, CARD_REPLY_LEN);
	c->out_len[1] = CARD_REPLY_LEN;
	return TEE_SUCCESS;
}

TEE_Result command_message(struct command *c)
{
	const struct ledger_state *state = ledger_state();
	const struct card *card = card_get();
	struct message msg = { .bytes = c->in[0] };

	if (!card_issued())
		return TEE_ERROR_BAD_STATE;
	if (imsg_verify(msg.bytes, &gp_crypto, card->issued.money_pk, &msg.m) || memcmp(msg.m.cid, card->cid, CID_LEN) != 0)
		return TEE_ERROR_SECURITY;
	if (imsg_digest(msg.bytes, &gp_crypto, msg.digest))
		return TEE_ERROR_GENERIC;
	if (state->seq != 0 && msg.m.seq == state->seq)
		return message_again(&msg, state, c);
	if (msg.m.seq != state->seq + 1)
		return TEE_ERROR_BAD_STATE;
	return message_apply(&msg, card, c);
}
