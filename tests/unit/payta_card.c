// SPDX-License-Identifier: BSD-2-Clause
#include "payta_card.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/host.h"

#define RIGHT_P1P2	((PAYMENT_VERSION << 8) | PAYMENT_SUITE_1)

static const uint8_t device_key[TEE_STORE_KEY_SIZE] = "a device key for unit tests only";

void payta_resume(struct payta_card *c)
{
	const struct tee_host_config config = { .state_dir = c->dir, .device_key = device_key, .io = c->io };

	assert_int_equal(tee_host_start(&config), TEE_STORE_OK);
	assert_int_equal(TA_CreateEntryPoint(), TEE_SUCCESS);
}

void payta_start(struct payta_card *c, struct world *w)
{
	const char *tmp = getenv("TMPDIR");

	memset(c, 0, sizeof(*c));
	c->world = w;
	snprintf(c->dir, sizeof(c->dir), "%s/payta-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(c->dir));
	payta_resume(c);
}

void payta_end(struct payta_card *c)
{
	struct dirent *entry;
	DIR *dir;

	payta_stop(c);
	dir = opendir(c->dir);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(c->dir);
}

void payta_stop(struct payta_card *c)
{
	(void)c;
	TA_DestroyEntryPoint();
	tee_host_stop();
}

void payta_restart(struct payta_card *c)
{
	payta_stop(c);
	payta_resume(c);
}

TEE_Result payta_call(uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	return TA_InvokeCommandEntryPoint(NULL, command, types, params);
}

/* GlobalPlatform's memref has no const; the TA only reads what it gets as input. */
static TEE_Param memory(const void *p, size_t len)
{
	TEE_Param param = { 0 };

	memcpy(&param.memref.buffer, &p, sizeof(p));
	param.memref.size = len;
	return param;
}

TEE_Result payta_apply(const uint8_t challenge[CHALLENGE_LEN], struct application *a)
{
	uint8_t bytes[APPLICATION_LEN];
	TEE_Param params[TEE_NUM_PARAMS] = { memory(challenge, CHALLENGE_LEN), memory(bytes, sizeof(bytes)) };
	TEE_Result res = payta_call(PAYTA_CMD_APPLY, TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT, 0, 0), params);

	if (res == TEE_SUCCESS)
		assert_int_equal(application_decode((struct bytes){ bytes, params[1].memref.size }, a), 0);
	return res;
}

TEE_Result payta_take(struct payta_card *c, const uint8_t issue[ISSUE_LEN])
{
	TEE_Param params[TEE_NUM_PARAMS] = { memory(issue, ISSUE_LEN), memory(c->sealed, sizeof(c->sealed)), memory(c->record, sizeof(c->record)) };
	TEE_Result res = payta_call(PAYTA_CMD_TAKE_CARD, TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT,
									 TEE_PARAM_TYPE_MEMREF_OUTPUT, 0), params);

	c->record_len = params[2].memref.size;
	return res;
}

static void cap_fetch(struct payta_card *c)
{
	TEE_Param params[TEE_NUM_PARAMS] = { memory(c->cap, sizeof(c->cap)) };

	assert_int_equal(payta_call(PAYTA_CMD_CAP, TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_OUTPUT, 0, 0, 0), params), TEE_SUCCESS);
	c->cap_len = params[0].memref.size;
}

void payta_issue(struct payta_card *c)
{
	uint8_t challenge[CHALLENGE_LEN], issue[ISSUE_LEN];
	struct issued_card card;
	struct application a;

	assert_int_equal(c->world->ops.random(challenge, sizeof(challenge)), 0);
	assert_int_equal(payta_apply(challenge, &a), TEE_SUCCESS);
	assert_int_equal(application_verify(&a, &c->world->ops, challenge), 0);
	world_issue(c->world, &a, &card);
	card.limit_payment = c->limits.payment;
	card.limit_sum = c->limits.sum;
	card.limit_count = c->limits.count;
	assert_int_equal(issued_card_seal(&card, &c->world->ops, c->world->issuer, &a, challenge, issue), 0);
	assert_int_equal(payta_take(c, issue), TEE_SUCCESS);
	assert_int_equal(c->record_len, PURSE_RECORD_LEN);
	cap_fetch(c);
}

void payta_status(struct payta_status *s)
{
	uint8_t bytes[PAYTA_STATUS_LEN];
	TEE_Param params[TEE_NUM_PARAMS] = { memory(bytes, sizeof(bytes)) };

	assert_int_equal(payta_call(PAYTA_CMD_STATUS, TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_OUTPUT, 0, 0, 0), params), TEE_SUCCESS);
	assert_int_equal(payta_status_decode((struct bytes){ bytes, params[0].memref.size }, s), 0);
}

/* What GET VCN, PAY and RECOVER have in common. */
static struct payta_answer card_command(uint32_t command, uint16_t p1p2, const void *data, size_t len, uint32_t type3, TEE_Param *param3)
{
	struct payta_answer a = { 0 };
	TEE_Param params[TEE_NUM_PARAMS] = { { .value = { p1p2, 0 } }, memory(data, len), memory(a.data, APDU_MAX - 2), *param3 };

	a.res = payta_call(command, TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INOUT, TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT, type3),
			   params);
	a.sw = a.res == TEE_SUCCESS ? (uint16_t)params[0].value.a : 0;
	a.len = params[2].memref.size;
	*param3 = params[3];
	return a;
}

struct payta_answer payta_get_vcn(struct payta_card *c, uint16_t p1p2, const void *data, size_t len)
{
	TEE_Param sealed = memory(c->sealed, sizeof(c->sealed));

	return card_command(PAYTA_CMD_GET_VCN, p1p2, data, len, TEE_PARAM_TYPE_MEMREF_INPUT, &sealed);
}

struct payta_answer payta_pay(struct payta_card *c, uint16_t p1p2, const void *data, size_t len)
{
	TEE_Param record = memory(c->record, sizeof(c->record));
	struct payta_answer a = card_command(PAYTA_CMD_PAY, p1p2, data, len, TEE_PARAM_TYPE_MEMREF_OUTPUT, &record);

	c->record_len = record.memref.size;
	return a;
}

struct payta_answer payta_recover(struct payta_card *c, uint16_t p1p2, const void *data, size_t len, const void *record, size_t record_len)
{
	TEE_Param given = memory(record, record_len);

	(void)c;
	return card_command(PAYTA_CMD_RECOVER, p1p2, data, len, TEE_PARAM_TYPE_MEMREF_INPUT, &given);
}

TEE_Result payta_message(struct payta_card *c, const void *message, size_t len, struct card_reply *reply)
{
	uint8_t bytes[CARD_REPLY_LEN];
	TEE_Param params[TEE_NUM_PARAMS] = { memory(message, len), memory(bytes, sizeof(bytes)), memory(c->record, sizeof(c->record)) };
	TEE_Result res = payta_call(PAYTA_CMD_MESSAGE, TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT,
								       TEE_PARAM_TYPE_MEMREF_OUTPUT, 0), params);

	c->record_len = params[2].memref.size;
	if (res == TEE_SUCCESS)
		assert_int_equal(card_reply_decode((struct bytes){ bytes, params[1].memref.size }, reply), 0);
	return res;
}

TEE_Result payta_screen(uint32_t command, const struct payta_limits *limits, uint32_t *verdict, uint32_t *seconds)
{
	uint8_t bytes[PAYTA_LIMITS_LEN];
	TEE_Param params[TEE_NUM_PARAMS] = { { .value = { UINT32_MAX, 0 } }, { .value = { 0, 0 } } };
	TEE_Result res;

	if (limits) {
		assert_int_equal(payta_limits_encode(limits, bytes), 0);
		params[1] = memory(bytes, sizeof(bytes));
	}
	res = payta_call(command, TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_OUTPUT, limits ? TEE_PARAM_TYPE_MEMREF_INPUT : 0, 0, 0), params);
	*verdict = params[0].value.a;
	*seconds = params[0].value.b;
	return res;
}

/* --- whole steps --- */

void payta_visit(struct payta_card *c, struct visit *v)
{
	struct payta_answer a;
	uint8_t data[255];
	size_t len;

	memset(v, 0, sizeof(*v));
	visit_get_vcn(c->world, v, data, &len);
	a = payta_get_vcn(c, RIGHT_P1P2, data, len);
	assert_int_equal(a.res, TEE_SUCCESS);
	assert_int_equal(a.sw, SW_OK);
	assert_int_equal(visit_got_vcn(c->world, v, (struct bytes){ c->cap, c->cap_len }, (struct bytes){ a.data, a.len }), 0);
	assert_true(v->clear.vcn == WORLD_VCN);
}

struct payta_answer payta_buy_raw(struct payta_card *c, struct visit *v)
{
	uint8_t data[255];
	size_t len;

	visit_pay(c->world, v, data, &len);
	return payta_pay(c, RIGHT_P1P2, data, len);
}

uint16_t payta_buy(struct payta_card *c, struct visit *v, uint64_t amount, struct answer *a)
{
	struct payta_answer raw;

	v->pay.amount = amount;
	v->pay.currency = WORLD_CURRENCY;
	v->pay.time = (uint64_t)c->world->today * 86400 + 12 * 3600;
	assert_int_equal(c->world->ops.random(v->pay.ttn, TTN_LEN), 0);
	raw = payta_buy_raw(c, v);
	assert_int_equal(raw.res, TEE_SUCCESS);
	assert_int_equal(visit_answer(c->world, v, v->clear.ctr + 1, raw.sw, (struct bytes){ raw.data, raw.len }, a), 0);
	return raw.sw;
}

uint16_t payta_ask(struct payta_card *c, struct visit *v, const struct visit *about, const void *record, size_t record_len, struct answer *a)
{
	struct payta_answer raw;
	uint8_t data[255];
	size_t len;

	v->pay = about->pay;
	memcpy(v->recover.ttn, about->pay.ttn, TTN_LEN);
	v->recover.ctr = about->clear.ctr;
	visit_recover(c->world, v, data, &len);
	raw = payta_recover(c, RIGHT_P1P2, data, len, record, record_len);
	assert_int_equal(raw.res, TEE_SUCCESS);
	assert_int_equal(visit_answer(c->world, v, about->clear.ctr + 1, raw.sw, (struct bytes){ raw.data, raw.len }, a), 0);
	return raw.sw;
}

TEE_Result payta_send(struct payta_card *c, struct imsg *m, struct card_reply *reply)
{
	struct payta_status s;
	uint8_t bytes[IMSG_MAX];
	TEE_Result res;
	size_t len;

	payta_status(&s);
	memcpy(m->kid, c->world->money_kid, KID_LEN);
	memcpy(m->cid, s.cid, CID_LEN);
	m->seq = c->seq + 1;
	if (m->kind == IMSG_CREDIT || m->kind == IMSG_TRANSFER)
		m->currency = m->currency ? m->currency : WORLD_CURRENCY;
	assert_int_equal(imsg_sign(m, &c->world->ops, c->world->money, bytes, sizeof(bytes), &len), 0);
	res = payta_message(c, bytes, len, reply);
	if (res == TEE_SUCCESS)
		c->seq++;
	return res;
}

void payta_top_up(struct payta_card *c, uint64_t amount)
{
	struct imsg m = { .kind = IMSG_CREDIT, .amount = amount, .source = IMSG_TOPUP };
	struct card_reply reply;

	assert_int_equal(payta_send(c, &m, &reply), TEE_SUCCESS);
}
