// SPDX-License-Identifier: BSD-2-Clause
#include "ta.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tee_client_api.h>
#include <time.h>

#include "common/log.h"

#define REGION_SIZE	4096
#define RETRY_FIRST_MS	20
#define RETRY_LAST_MS	1000
#define ERROR_TIMEOUT	0xFFFF3001u	/* the channel's own: a deadline passed */
#define ERROR_OVERFLOW	0xFFFF300Fu	/* TEE_ERROR_OVERFLOW (GP Core 1.3 §3.3.1), which the client API has no name for */

struct ta {
	TEEC_Context context;
	TEEC_SharedMemory region;	/* one page; whole answers only, so its content between calls means nothing */
	TEEC_Session session;
	bool has_context, has_region, has_session;
	unsigned int sessions;
	int64_t next_try_ms, retry_ms;
	TEEC_Result told;		/* last trouble that was logged */
};

static const struct {
	TEEC_Result result;
	int err;
} results[] = {
	{ TEEC_SUCCESS, 0 },
	{ TEEC_ERROR_TARGET_DEAD, TA_ERR_LOST },
	{ TEEC_ERROR_COMMUNICATION, TA_ERR_LOST },
	{ ERROR_TIMEOUT, TA_ERR_LOST },
	{ TEEC_ERROR_BAD_STATE, TA_ERR_STATE },
	{ TEEC_ERROR_SECURITY, TA_ERR_SECURITY },
	{ TEEC_ERROR_BAD_FORMAT, TA_ERR_FORMAT },
	{ TEEC_ERROR_BAD_PARAMETERS, TA_ERR_FORMAT },
	{ TEEC_ERROR_ITEM_NOT_FOUND, TA_ERR_NOT_FOUND },
	{ TEEC_ERROR_NOT_IMPLEMENTED, TA_ERR_NOT_YET },
	{ TEEC_ERROR_NOT_SUPPORTED, TA_ERR_NOT_YET },
	{ TEEC_ERROR_ACCESS_DENIED, TA_ERR_DENIED },
	{ TEEC_ERROR_ACCESS_CONFLICT, TA_ERR_VERIFY },
	{ TEEC_ERROR_BUSY, TA_ERR_UNAVAILABLE },
	{ ERROR_OVERFLOW, TA_ERR_FULL },
};

static int ta_err(TEEC_Result result)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (results[i].result == result)
			return results[i].err;
	return TA_ERR_OTHER;
}

const char *ta_strerror(int err)
{
	switch (err) {
	case 0:
		return "done";
	case TA_ERR_UNAVAILABLE:
		return "the trusted application is not there; look at teepay-payta.service";
	case TA_ERR_LOST:
		return "the trusted application ended during the call; try again";
	case TA_ERR_STATE:
		return "the card is not in the state for this";
	case TA_ERR_SECURITY:
		return "a signature does not hold, or this is for another card";
	case TA_ERR_FORMAT:
		return "malformed data";
	case TA_ERR_NOT_FOUND:
		return "the trusted application does not have it";
	case TA_ERR_FULL:
		return "this would be more money than the card may hold; spend first, then run pay sync";
	case TA_ERR_NOT_YET:
		return "not yet: this version cannot do it";
	case TA_ERR_DENIED:
		return "walletd may not use the card; it must run as teepay-wallet, which applied for it, in the group teeclnt";
	case TA_ERR_VERIFY:
		return "this must be confirmed on the trusted screen";
	default:
		return "the trusted application reports a fault; see its log";
	}
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct ta *ta_new(void)
{
	struct ta *ta = calloc(1, sizeof(*ta));

	if (ta)
		ta->retry_ms = RETRY_FIRST_MS;
	return ta;
}

static void drop_session(struct ta *ta)
{
	if (ta->has_session)
		TEEC_CloseSession(&ta->session);
	ta->has_session = false;
}

static void drop_all(struct ta *ta)
{
	drop_session(ta);
	if (ta->has_region)
		TEEC_ReleaseSharedMemory(&ta->region);
	if (ta->has_context)
		TEEC_FinalizeContext(&ta->context);
	ta->has_region = false;
	ta->has_context = false;
}

void ta_free(struct ta **ta)
{
	if (!*ta)
		return;
	drop_all(*ta);
	free(*ta);
	*ta = NULL;
}

unsigned int ta_sessions(const struct ta *ta)
{
	return ta->sessions;
}

static TEEC_Result open_session(struct ta *ta)
{
	static const TEEC_UUID uuid = PAYTA_UUID;
	TEEC_Result result;

	if (!ta->has_context) {
		result = TEEC_InitializeContext(NULL, &ta->context);
		if (result != TEEC_SUCCESS)
			return result;
		ta->has_context = true;
	}
	if (!ta->has_region) {
		ta->region = (TEEC_SharedMemory){ .size = REGION_SIZE, .flags = TEEC_MEM_OUTPUT };
		result = TEEC_AllocateSharedMemory(&ta->context, &ta->region);
		if (result != TEEC_SUCCESS)
			return result;
		ta->has_region = true;
	}
	/* The kernel tells the TA our uid, which decides, and the digest of our executable. */
	return TEEC_OpenSession(&ta->context, &ta->session, &uuid, TEEC_LOGIN_USER_APPLICATION, NULL, NULL, NULL);
}

/* Opens the session when there is none, but not more often than the back-off allows, so that a card command never waits for a TA that is away. */
static int connect_ta(struct ta *ta)
{
	TEEC_Result result;

	if (ta->has_session)
		return 0;
	if (now_ms() < ta->next_try_ms)
		return TA_ERR_UNAVAILABLE;
	result = open_session(ta);
	if (result == TEEC_SUCCESS) {
		ta->has_session = true;
		ta->sessions++;
		ta->retry_ms = RETRY_FIRST_MS;
		ta->told = TEEC_SUCCESS;
		log_notice("session with the trusted application opened");
		return 0;
	}
	drop_all(ta);
	ta->next_try_ms = now_ms() + ta->retry_ms;
	ta->retry_ms = ta->retry_ms * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : ta->retry_ms * 2;
	if (result != ta->told)
		log_warning("no session with the trusted application (%08x): %s", result,
			    ta_strerror(result == TEEC_ERROR_ACCESS_DENIED ? TA_ERR_DENIED : TA_ERR_UNAVAILABLE));
	ta->told = result;
	return result == TEEC_ERROR_ACCESS_DENIED ? TA_ERR_DENIED : TA_ERR_UNAVAILABLE;
}

/*
 * One command.  @again: when the TA turns out to be dead the command is said once more to the next one, which is right for commands that may run
 * twice, and wrong for PAY and RECOVER, whose session died with it.
 */
static int invoke(struct ta *ta, uint32_t command, TEEC_Operation *op, bool again)
{
	for (int tries = 0; ; tries++) {
		TEEC_Operation copy = *op;
		int err = connect_ta(ta);
		TEEC_Result result;

		if (err)
			return err;
		result = TEEC_InvokeCommand(&ta->session, command, &copy, NULL);
		err = ta_err(result);
		if (err != TA_ERR_LOST) {
			*op = copy;
			if (err == TA_ERR_OTHER)
				log_error("command %u: the trusted application gives %08x", command, result);
			return err;
		}
		log_warning("command %u: the trusted application ended during the call", command);
		if (result == TEEC_ERROR_COMMUNICATION)
			drop_all(ta);
		else
			drop_session(ta);
		ta->next_try_ms = 0;
		if (!again || tries > 0)
			return err;
	}
}

static TEEC_Parameter memory_in(const void *p, size_t len)
{
	/* An input reference: libteec only reads it, but GP Client 1.0 §4.3.8 has one type for all directions. */
	return (TEEC_Parameter){ .tmpref = { (void *)(uintptr_t)p, len } };
}

static TEEC_Parameter memory_out(void *p, size_t len)
{
	return (TEEC_Parameter){ .tmpref = { p, len } };
}

/* An output must have the one size that the command says, or be empty when @optional. */
static int check_size(const TEEC_Operation *op, unsigned int i, size_t want, bool *optional)
{
	size_t len = op->params[i].tmpref.size;

	if (optional)
		*optional = len != 0;
	if (len == want || (optional && len == 0))
		return 0;
	log_error("the trusted application gave %zu bytes where %zu belong", len, want);
	return TA_ERR_OTHER;
}

int ta_status(struct ta *ta, struct payta_status *status)
{
	uint8_t buf[PAYTA_STATUS_LEN];
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE) };
	int err;

	op.params[0] = memory_out(buf, sizeof(buf));
	err = invoke(ta, PAYTA_CMD_STATUS, &op, true);
	if (!err)
		err = check_size(&op, 0, sizeof(buf), NULL);
	if (!err && payta_status_decode((struct bytes){ buf, sizeof(buf) }, status) != 0)
		err = TA_ERR_OTHER;
	return err;
}

int ta_cap(struct ta *ta, uint8_t cap[CAP_MAX], size_t *len)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE) };
	int err;

	op.params[0] = memory_out(cap, CAP_MAX);
	err = invoke(ta, PAYTA_CMD_CAP, &op, true);
	*len = err ? 0 : op.params[0].tmpref.size;
	return err || *len <= CAP_MAX ? err : TA_ERR_OTHER;
}

/* GET VCN, PAY and RECOVER: parameters 0 to 2 are the same, and the answer lies in the region. */
static int card_command(struct ta *ta, uint32_t command, const struct capdu *c, TEEC_Operation *op, uint32_t type3, bool again,
			struct ta_answer *answer)
{
	int err = connect_ta(ta);
	size_t len;

	*answer = (struct ta_answer){ .sw = SW_UNKNOWN };
	if (err)
		return err;
	op->paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INOUT, TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_PARTIAL_OUTPUT, type3);
	op->params[0].value = (TEEC_Value){ .a = (uint32_t)(c->p1 << 8 | c->p2) };
	op->params[1] = memory_in(c->data.p, c->data.len);
	op->params[2].memref = (TEEC_RegisteredMemoryReference){ .parent = &ta->region, .size = APDU_DATA_MAX };
	err = invoke(ta, command, op, again);
	if (err)
		return err;
	len = op->params[2].memref.size;
	if (len > APDU_DATA_MAX || op->params[0].value.a > 0xFFFF)
		return TA_ERR_OTHER;
	answer->sw = (uint16_t)op->params[0].value.a;
	answer->len = len;
	memcpy(answer->data, ta->region.buffer, len);
	return 0;
}

int ta_get_vcn(struct ta *ta, const struct capdu *c, const uint8_t sealed[PAYTA_SEALED_VCN_LEN], struct ta_answer *answer)
{
	TEEC_Operation op = { 0 };

	op.params[3] = memory_in(sealed, PAYTA_SEALED_VCN_LEN);
	return card_command(ta, PAYTA_CMD_GET_VCN, c, &op, TEEC_MEMREF_TEMP_INPUT, true, answer);
}

int ta_pay(struct ta *ta, const struct capdu *c, struct ta_answer *answer, uint8_t record[PURSE_RECORD_LEN], bool *recorded)
{
	TEEC_Operation op = { 0 };
	int err;

	*recorded = false;
	op.params[3] = memory_out(record, PURSE_RECORD_LEN);
	err = card_command(ta, PAYTA_CMD_PAY, c, &op, TEEC_MEMREF_TEMP_OUTPUT, false, answer);
	return err ? err : check_size(&op, 3, PURSE_RECORD_LEN, recorded);
}

int ta_recover(struct ta *ta, const struct capdu *c, struct bytes record, struct ta_answer *answer)
{
	TEEC_Operation op = { 0 };

	op.params[3] = memory_in(record.p, record.len);
	return card_command(ta, PAYTA_CMD_RECOVER, c, &op, TEEC_MEMREF_TEMP_INPUT, false, answer);
}

int ta_apply(struct ta *ta, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN])
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE) };
	int err;

	op.params[0] = memory_in(challenge, CHALLENGE_LEN);
	op.params[1] = memory_out(application, APPLICATION_LEN);
	err = invoke(ta, PAYTA_CMD_APPLY, &op, true);
	return err ? err : check_size(&op, 1, APPLICATION_LEN, NULL);
}

int ta_take_card(struct ta *ta, const uint8_t issue[ISSUE_LEN], uint8_t sealed[PAYTA_SEALED_VCN_LEN])
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE) };
	uint8_t record[PURSE_RECORD_LEN];
	bool recorded;
	int err;

	op.params[0] = memory_in(issue, ISSUE_LEN);
	op.params[1] = memory_out(sealed, PAYTA_SEALED_VCN_LEN);
	op.params[2] = memory_out(record, PURSE_RECORD_LEN);
	err = invoke(ta, PAYTA_CMD_TAKE_CARD, &op, true);
	if (!err)
		err = check_size(&op, 1, PAYTA_SEALED_VCN_LEN, NULL);
	return err ? err : check_size(&op, 2, PURSE_RECORD_LEN, &recorded);
}

int ta_message(struct ta *ta, struct bytes message, uint8_t reply[CARD_REPLY_LEN], uint8_t record[PURSE_RECORD_LEN], bool *recorded)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE) };
	int err;

	*recorded = false;
	op.params[0] = memory_in(message.p, message.len);
	op.params[1] = memory_out(reply, CARD_REPLY_LEN);
	op.params[2] = memory_out(record, PURSE_RECORD_LEN);
	err = invoke(ta, PAYTA_CMD_MESSAGE, &op, true);
	if (!err)
		err = check_size(&op, 1, CARD_REPLY_LEN, NULL);
	return err ? err : check_size(&op, 2, PURSE_RECORD_LEN, recorded);
}

int ta_record(struct ta *ta, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN])
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE) };
	int err;

	op.params[0].value.a = ctr;
	op.params[1] = memory_out(record, PURSE_RECORD_LEN);
	err = invoke(ta, PAYTA_CMD_RECORD, &op, true);
	return err ? err : check_size(&op, 1, PURSE_RECORD_LEN, NULL);
}

int ta_screen(struct ta *ta, uint32_t command, const struct payta_limits *limits, struct ta_verdict *verdict)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE) };
	uint8_t bytes[PAYTA_LIMITS_LEN];
	int err;

	*verdict = (struct ta_verdict){ 0 };
	if (command == PAYTA_CMD_LIMITS) {
		if (payta_limits_encode(limits, bytes) != 0)
			return TA_ERR_FORMAT;
		op.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, TEEC_MEMREF_TEMP_INPUT, TEEC_NONE, TEEC_NONE);
		op.params[1] = memory_in(bytes, sizeof(bytes));
	}
	/* Not again by itself: what the holder has seen and decided is over with the application that asked him. */
	err = invoke(ta, command, &op, false);
	if (!err)
		*verdict = (struct ta_verdict){ .verdict = op.params[0].value.a, .seconds = op.params[0].value.b };
	return err;
}
