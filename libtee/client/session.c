// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include "libtee/client/context.h"
#include "libtee/client/errno_result.h"
#include "libtee/client/payload.h"
#include "libtee/client/running.h"

/* What TEEC_Session.imp points to. */
struct session {
	struct context *ctx;
	uint32_t id;
};

static TEEC_Result give(uint32_t *origin_out, uint32_t origin, TEEC_Result result)
{
	if (origin_out)
		*origin_out = origin;
	return result;
}

/* RFC 4122 §4.1.2: the fields in network order. */
static void uuid_bytes(const TEEC_UUID *uuid, uint8_t bytes[TEECHAN_UUID_LEN])
{
	uint8_t fields[8] = {
		(uint8_t)(uuid->timeLow >> 24), (uint8_t)(uuid->timeLow >> 16),
		(uint8_t)(uuid->timeLow >> 8), (uint8_t)uuid->timeLow,
		(uint8_t)(uuid->timeMid >> 8), (uint8_t)uuid->timeMid,
		(uint8_t)(uuid->timeHiAndVersion >> 8), (uint8_t)uuid->timeHiAndVersion,
	};

	memcpy(bytes, fields, sizeof(fields));
	memcpy(bytes + sizeof(fields), uuid->clockSeqAndNode, sizeof(uuid->clockSeqAndNode));
}

/* GP Client 1.0 §4.3.2: the group logins need the group. */
static TEEC_Result login_take(struct teechan_open *arg, uint32_t method, const void *data)
{
	arg->login = method;
	switch (method) {
	case TEEC_LOGIN_PUBLIC:
	case TEEC_LOGIN_USER:
	case TEEC_LOGIN_APPLICATION:
	case TEEC_LOGIN_USER_APPLICATION:
		return TEEC_SUCCESS;
	case TEEC_LOGIN_GROUP:
	case TEEC_LOGIN_GROUP_APPLICATION:
		if (!data)
			return TEEC_ERROR_BAD_PARAMETERS;
		memcpy(&arg->gid, data, sizeof(arg->gid));
		return TEEC_SUCCESS;
	default:
		return TEEC_ERROR_BAD_PARAMETERS;
	}
}

/*
 * One call, one execution, whatever signals come: a call that was cut short is made again with the same structure, and
 * the id that the kernel stored in it makes it wait for the message that is already under way.
 */
static int open_once(struct context *ctx, struct teechan_open *arg)
{
	int err;

	do {
		err = channel_open_session(ctx->chan, arg);
	} while (err == -EINTR);
	return err;
}

static CHANNEL_HOT int invoke_once(struct context *ctx, struct teechan_invoke *arg)
{
	int err;

	do {
		err = channel_invoke(ctx->chan, arg);
	} while (err == -EINTR);
	return err;
}

static TEEC_Result session_open(struct session *session, struct teechan_open *arg, TEEC_Operation *operation,
				uint32_t *origin)
{
	struct payload payload;
	TEEC_Result result;
	int err;

	result = payload_begin(&payload, session->ctx, operation, arg->params);
	if (result)
		return give(origin, TEEC_ORIGIN_API, result);
	result = running_begin(session->ctx, operation);
	if (result) {
		payload_end(&payload, arg->params, false);
		return give(origin, TEEC_ORIGIN_API, result);
	}
	arg->count = payload.used;
	arg->cancel_id = running_cancel_id(operation);
	err = open_once(session->ctx, arg);
	running_end(operation);
	payload_end(&payload, arg->params, !err && arg->origin == TEECHAN_ORIGIN_TA);
	if (err)
		return give(origin, TEEC_ORIGIN_COMMS, errno_result(err));
	session->id = arg->session;
	return give(origin, arg->origin, arg->ret);
}

/* GP Client 1.0 §4.5.7 */
TEEC_Result TEEC_OpenSession(TEEC_Context *context, TEEC_Session *session, const TEEC_UUID *destination,
			     uint32_t connectionMethod, const void *connectionData, TEEC_Operation *operation,
			     uint32_t *returnOrigin)
{
	struct teechan_open arg = { 0 };
	struct session *fresh;
	TEEC_Result result;

	if (!context || !context->imp || !session || !destination)
		return give(returnOrigin, TEEC_ORIGIN_API, TEEC_ERROR_BAD_PARAMETERS);
	session->imp = NULL;
	result = login_take(&arg, connectionMethod, connectionData);
	if (result)
		return give(returnOrigin, TEEC_ORIGIN_API, result);
	fresh = calloc(1, sizeof(*fresh));
	if (!fresh)
		return give(returnOrigin, TEEC_ORIGIN_API, TEEC_ERROR_OUT_OF_MEMORY);
	fresh->ctx = context->imp;
	uuid_bytes(destination, arg.uuid);
	result = session_open(fresh, &arg, operation, returnOrigin);
	if (result)
		free(fresh);
	else
		session->imp = fresh;
	return result;
}

/* GP Client 1.0 §4.5.8: cannot fail; a session whose trusted application is gone is closed already. */
void TEEC_CloseSession(TEEC_Session *session)
{
	struct session *old = session ? session->imp : NULL;
	struct teechan_close arg = { 0 };

	if (!old)
		return;
	arg.session = old->id;
	(void)channel_close_session(old->ctx->chan, &arg);
	free(old);
	session->imp = NULL;
}

/* GP Client 1.0 §4.5.9 */
CHANNEL_HOT TEEC_Result TEEC_InvokeCommand(TEEC_Session *session, uint32_t commandID, TEEC_Operation *operation,
			       uint32_t *returnOrigin)
{
	struct session *open = session ? session->imp : NULL;
	/* payload_begin() says which part of the payload and of the parameters is valid. */
	struct payload payload __attribute__((uninitialized));
	struct teechan_invoke arg __attribute__((uninitialized));
	TEEC_Result result;
	int err;

	if (!open)
		return give(returnOrigin, TEEC_ORIGIN_API, TEEC_ERROR_BAD_PARAMETERS);
	result = payload_begin(&payload, open->ctx, operation, arg.params);
	if (result)
		return give(returnOrigin, TEEC_ORIGIN_API, result);
	result = running_begin(open->ctx, operation);
	if (result) {
		payload_end(&payload, arg.params, false);
		return give(returnOrigin, TEEC_ORIGIN_API, result);
	}
	arg.id = 0;
	arg.deadline_ns = 0;
	arg.cancel_id = running_cancel_id(operation);
	arg.session = open->id;
	arg.cmd = commandID;
	arg.ret = arg.origin = 0;
	arg.count = payload.used;
	arg.reserved0 = 0;
	arg.reserved = 0;
	err = invoke_once(open->ctx, &arg);
	running_end(operation);
	payload_end(&payload, arg.params, !err && arg.origin == TEECHAN_ORIGIN_TA);
	if (err)
		return give(returnOrigin, TEEC_ORIGIN_COMMS, errno_result(err));
	return give(returnOrigin, arg.origin, arg.ret);
}
