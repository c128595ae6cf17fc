// SPDX-License-Identifier: BSD-2-Clause
/*
 * The payment card as a trusted application: entry points and dispatch.  Only GlobalPlatform calls are used, so that these sources build for any TEE that
 * has Ed25519 and X25519.
 */
#include <string.h>
#include <tee_internal_api.h>

#include "approval.h"
#include "card.h"
#include "command.h"
#include "ledger.h"
#include "limits.h"
#include "owner.h"
#include "pin.h"
#include "session.h"

#include "proto/apdu.h"
#include "proto/payta_cmd.h"

#define IN_MAX		384		/* the largest input is an ISSUE */
#define OUT_MAX		256		/* the largest output is a response's data */
#define RESPONSE_MAX	(APDU_MAX - 2)
#define DATA_MAX	255		/* of a command APDU */

_Static_assert(ISSUE_LEN <= IN_MAX && PURSE_RECORD_LEN <= OUT_MAX && RESPONSE_MAX <= OUT_MAX, "buffers hold every parameter");

/* --- commands that are too small for a file of their own --- */

static TEE_Result command_status(struct command *c)
{
	const struct card *card = card_get();
	const struct ledger_state *state = ledger_state();
	struct payta_status s = { .state = card->state };

	if (card->state != PAYTA_EMPTY)
		memcpy(s.card_pk, card->pk, ED25519_PK_LEN);
	if (card_issued()) {
		memcpy(s.cid, card->cid, CID_LEN);
		memcpy(s.kid, card->kid, KID_LEN);
		s.currency = card->issued.currency;
		s.ctr = state->ctr;
		s.balance = state->balance;
		s.seq = state->seq;
		s.generation = card->generation;
		s.limits = limits_now(card);
		s.issued = limits_issued(card);
		s.spent_sum = state->spent_sum;
		s.spent_count = state->spent_count;
		s.card_end = card->end;
	}
	if (pin_is_set()) {
		s.pin = pin_tries_left() > 0 ? PAYTA_PIN_SET : PAYTA_PIN_BLOCKED;
		s.pin_tries = (uint8_t)pin_tries_left();
		s.pin_wait = pin_wait();
	}
	s.asked = approval_asked() != NULL;
	if (payta_status_encode(&s, c->out[0]))
		return TEE_ERROR_GENERIC;
	c->out_len[0] = PAYTA_STATUS_LEN;
	return TEE_SUCCESS;
}

static TEE_Result command_apply(struct command *c)
{
	TEE_Result res = TEE_SUCCESS;

	/* Before there is a card, so that there is never one without an owner. */
	if (card_get()->state == PAYTA_EMPTY)
		res = owner_take();
	if (res == TEE_SUCCESS)
		res = card_apply(c->in[0], c->out[1]);
	c->out_len[1] = res == TEE_SUCCESS ? APPLICATION_LEN : 0;
	return res;
}

static TEE_Result command_take_card(struct command *c)
{
	TEE_Result res = card_take(c->in[0], c->out[1], c->out[2], &c->out_len[2]);

	c->out_len[1] = res == TEE_SUCCESS ? PAYTA_SEALED_VCN_LEN : 0;
	return res;
}

static TEE_Result command_cap(struct command *c)
{
	const struct card *card = card_get();

	if (!card_issued())
		return TEE_ERROR_BAD_STATE;
	memcpy(c->out[0], card->cap, card->cap_len);
	c->out_len[0] = card->cap_len;
	return TEE_SUCCESS;
}

static TEE_Result command_record(struct command *c)
{
	const uint8_t *record = ledger_record(c->a);

	if (!record)
		return TEE_ERROR_ITEM_NOT_FOUND;
	memcpy(c->out[1], record, PURSE_RECORD_LEN);
	c->out_len[1] = PURSE_RECORD_LEN;
	return TEE_SUCCESS;
}

/* --- dispatch --- */

/* What a command takes and gives: the exact type of each parameter, and the sizes of its memory. */
struct command_entry {
	TEE_Result (*run)(struct command *c);
	struct {
		uint8_t type;
		size_t min, max;	/* in: of what comes; out: min is the room that the caller must offer */
	} param[TEE_NUM_PARAMS];
};

#define VALUE_IN		{ TEE_PARAM_TYPE_VALUE_INPUT, 0, 0 }
#define VALUE_OUT		{ TEE_PARAM_TYPE_VALUE_OUTPUT, 0, 0 }
#define VALUE_INOUT		{ TEE_PARAM_TYPE_VALUE_INOUT, 0, 0 }
#define MEM_IN(min, max)	{ TEE_PARAM_TYPE_MEMREF_INPUT, min, max }
#define MEM_OUT(len)		{ TEE_PARAM_TYPE_MEMREF_OUTPUT, len, 0 }

static const struct command_entry commands[] = {
	[PAYTA_CMD_STATUS]    = { command_status, { MEM_OUT(PAYTA_STATUS_LEN) } },
	[PAYTA_CMD_APPLY]     = { command_apply, { MEM_IN(CHALLENGE_LEN, CHALLENGE_LEN), MEM_OUT(APPLICATION_LEN) } },
	[PAYTA_CMD_TAKE_CARD] = { command_take_card, { MEM_IN(ISSUE_LEN, ISSUE_LEN), MEM_OUT(PAYTA_SEALED_VCN_LEN), MEM_OUT(PURSE_RECORD_LEN) } },
	[PAYTA_CMD_CAP]       = { command_cap, { MEM_OUT(CAP_MAX) } },
	[PAYTA_CMD_GET_VCN]   = { command_get_vcn, { VALUE_INOUT, MEM_IN(0, DATA_MAX), MEM_OUT(RESPONSE_MAX), MEM_IN(0, PAYTA_SEALED_VCN_LEN) } },
	[PAYTA_CMD_PAY]       = { command_pay, { VALUE_INOUT, MEM_IN(0, DATA_MAX), MEM_OUT(RESPONSE_MAX), MEM_OUT(PURSE_RECORD_LEN) } },
	[PAYTA_CMD_RECOVER]   = { command_recover, { VALUE_INOUT, MEM_IN(0, DATA_MAX), MEM_OUT(RESPONSE_MAX), MEM_IN(0, PURSE_RECORD_LEN) } },
	[PAYTA_CMD_MESSAGE]   = { command_message, { MEM_IN(1, IMSG_MAX), MEM_OUT(CARD_REPLY_LEN), MEM_OUT(PURSE_RECORD_LEN) } },
	[PAYTA_CMD_RECORD]    = { command_record, { VALUE_IN, MEM_OUT(PURSE_RECORD_LEN) } },
	[PAYTA_CMD_VERIFY]    = { command_verify, { VALUE_OUT } },
	[PAYTA_CMD_PIN]       = { command_pin, { VALUE_OUT } },
	[PAYTA_CMD_LIMITS]    = { command_limits, { VALUE_OUT, MEM_IN(PAYTA_LIMITS_LEN, PAYTA_LIMITS_LEN) } },
};

/* The application's own copies of one call's parameters; entry points run one at a time (GP Core 1.3 §4.3). */
static uint8_t in_copy[TEE_NUM_PARAMS][IN_MAX];
static uint8_t out_copy[TEE_NUM_PARAMS][OUT_MAX];

static uint32_t entry_types(const struct command_entry *e)
{
	return TEE_PARAM_TYPES(e->param[0].type, e->param[1].type, e->param[2].type, e->param[3].type);
}

/* All sizes are checked before the command runs: a debit is never made whose answer has no room. */
static TEE_Result params_in(const struct command_entry *e, TEE_Param params[TEE_NUM_PARAMS], struct command *c)
{
	TEE_Result res = TEE_SUCCESS;

	for (unsigned int i = 0; i < TEE_NUM_PARAMS; i++) {
		size_t size = params[i].memref.size;

		switch (e->param[i].type) {
		case TEE_PARAM_TYPE_VALUE_INPUT:
		case TEE_PARAM_TYPE_VALUE_INOUT:
			c->a = params[i].value.a;
			break;
		case TEE_PARAM_TYPE_MEMREF_INPUT:
			if (size < e->param[i].min || size > e->param[i].max)
				return TEE_ERROR_BAD_PARAMETERS;
			TEE_MemMove(in_copy[i], params[i].memref.buffer, size);
			c->in[i] = (struct bytes){ in_copy[i], size };
			break;
		case TEE_PARAM_TYPE_MEMREF_OUTPUT:
			if (size < e->param[i].min) {
				params[i].memref.size = e->param[i].min;
				res = TEE_ERROR_SHORT_BUFFER;
			}
			c->out[i] = out_copy[i];
			break;
		default:
			break;
		}
	}
	return res;
}

static void params_out(const struct command_entry *e, TEE_Param params[TEE_NUM_PARAMS], const struct command *c, TEE_Result res)
{
	for (unsigned int i = 0; i < TEE_NUM_PARAMS; i++) {
		size_t len = res == TEE_SUCCESS ? c->out_len[i] : 0;

		if (e->param[i].type == TEE_PARAM_TYPE_VALUE_INOUT && res == TEE_SUCCESS)
			params[i].value.a = c->a;
		if (e->param[i].type == TEE_PARAM_TYPE_VALUE_OUTPUT) {
			params[i].value.a = res == TEE_SUCCESS ? c->a : 0;
			params[i].value.b = res == TEE_SUCCESS ? c->b : 0;
		}
		if (e->param[i].type != TEE_PARAM_TYPE_MEMREF_OUTPUT)
			continue;
		if (len > 0)
			TEE_MemMove(params[i].memref.buffer, c->out[i], len);
		params[i].memref.size = len;
	}
}

TEE_Result TA_EXPORT TA_InvokeCommandEntryPoint(void *sessionContext, uint32_t commandID, uint32_t paramTypes, TEE_Param params[TEE_NUM_PARAMS])
{
	const struct command_entry *e;
	struct command c = { 0 };
	TEE_Result res;

	(void)sessionContext;
	if (commandID >= sizeof(commands) / sizeof(commands[0]) || !commands[commandID].run)
		return TEE_ERROR_NOT_SUPPORTED;
	if (!owner_is_client())
		return TEE_ERROR_ACCESS_DENIED;
	e = &commands[commandID];
	if (paramTypes != entry_types(e))
		return TEE_ERROR_BAD_PARAMETERS;
	res = params_in(e, params, &c);
	if (res != TEE_SUCCESS)
		return res;
	res = e->run(&c);
	params_out(e, params, &c, res);
	TEE_MemFill(in_copy, 0, sizeof(in_copy));
	TEE_MemFill(out_copy, 0, sizeof(out_copy));
	return res;
}

/* --- the other entry points --- */

TEE_Result TA_EXPORT TA_CreateEntryPoint(void)
{
	TEE_Result res = owner_load();

	session_erase();
	approval_clear();
	if (res == TEE_SUCCESS)
		res = pin_load();
	if (res == TEE_SUCCESS)
		res = limits_load();
	return res == TEE_SUCCESS ? card_load() : res;
}

void TA_EXPORT TA_DestroyEntryPoint(void)
{
	session_erase();
	approval_clear();
	pin_unload();
	limits_unload();
	card_unload();
}

/* Who may open the channel is decided by the group of /dev/teechan; which of those is served, by the owner of the card. */
TEE_Result TA_EXPORT TA_OpenSessionEntryPoint(uint32_t paramTypes, TEE_Param params[TEE_NUM_PARAMS], void **sessionContext)
{
	(void)params;
	*sessionContext = NULL;
	return paramTypes == 0 ? owner_admit() : TEE_ERROR_BAD_PARAMETERS;
}

void TA_EXPORT TA_CloseSessionEntryPoint(void *sessionContext)
{
	(void)sessionContext;
}
