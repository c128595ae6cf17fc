// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/ta_session.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <tee_internal_api.h>
#include <user_ta_header.h>

#include "libtee/channel.h"
#include "libtee/internal/call.h"
#include "libtee/internal/crossing.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/nudge.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/uuid.h"

struct __TEE_TASessionHandle {
	struct __TEE_TASessionHandle *next;
	uint32_t number;		/* the channel's */
};

static struct {
	struct channel *chan;		/* NULL: this application may not call others */
	TEE_TASessionHandle sessions;
	uint64_t last_cancel_id;
} client;

/* How long the other side may take to answer once it is told of a cancellation. */
#define CANCEL_GRACE_NS UINT64_C(1000000000)

void tee_ta_session_init(void)
{
	if (!client.chan && channel_client_open(&client.chan))
		client.chan = NULL;
}

static TEE_Result give(uint32_t *origin_out, uint32_t origin, TEE_Result result)
{
	if (origin_out)
		*origin_out = origin;
	return result;
}

static TEE_Result errno_result(int err)
{
	switch (err) {
	case -ENOENT:
		return TEE_ERROR_TARGET_DEAD;
	case -ENOMEM:
	case -ENOSPC:
	case -EDQUOT:
		return TEE_ERROR_OUT_OF_MEMORY;
	default:
		return TEE_ERROR_COMMUNICATION;
	}
}

/* --- the wait for an answer --- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct wait {
	uint64_t cancel_id;
	uint64_t end_ns;		/* then it is cancelled; 0: never */
	bool cancelled;
};

static struct wait wait_new(uint32_t timeout)
{
	return (struct wait){
		.cancel_id = ++client.last_cancel_id,
		.end_ns = timeout == TEE_TIMEOUT_INFINITE ? 0 : now_ns() + (uint64_t)timeout * 1000000u,
	};
}

static bool must_cancel(const struct wait *wait)
{
	return TEE_GetCancellationFlag() || (wait->end_ns && now_ns() >= wait->end_ns);
}

/* §4.9.2: when the time is over, and when this application is cancelled itself, the other one is told. */
static void cancel_if_due(struct wait *wait)
{
	struct teechan_cancel arg = { .cancel_id = wait->cancel_id };

	if (wait->cancelled || !must_cancel(wait))
		return;
	arg.deadline_ns = now_ns() + CANCEL_GRACE_NS;
	wait->cancelled = !channel_cancel(client.chan, &arg);
}

/* Only a wait that can end early is interrupted again and again. */
static bool wait_begin(const struct wait *wait)
{
	const struct tee_call *call = tee_call_current();
	bool nudged = wait->end_ns || (call && !call->cancel_masked);

	if (nudged)
		tee_nudge_begin();
	return nudged;
}

static int open_and_wait(struct teechan_open *arg, struct wait *wait)
{
	bool nudged = wait_begin(wait);
	int err;

	arg->count = TEECHAN_PARAMS;
	arg->cancel_id = wait->cancel_id;
	while ((err = channel_open_session(client.chan, arg)) == -EINTR)
		cancel_if_due(wait);
	if (nudged)
		tee_nudge_end();
	return err;
}

static int invoke_and_wait(struct teechan_invoke *arg, struct wait *wait)
{
	bool nudged = wait_begin(wait);
	int err;

	arg->count = TEECHAN_PARAMS;
	arg->cancel_id = wait->cancel_id;
	while ((err = channel_invoke(client.chan, arg)) == -EINTR)
		cancel_if_due(wait);
	if (nudged)
		tee_nudge_end();
	return err;
}

/* --- sessions --- */

static void session_check(const char *function, TEE_TASessionHandle session)
{
	TEE_TASessionHandle at;

	for (at = client.sessions; at; at = at->next)
		if (at == session)
			return;
	tee_panic_misuse(function, "not a session");
}

static void session_close(TEE_TASessionHandle session)
{
	struct teechan_close arg = { .session = session->number };
	TEE_TASessionHandle *at = &client.sessions;

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
	/* One whose application has gone is closed already. */
	(void)channel_close_session(client.chan, &arg);
	OPENSSL_free(session);
}

void tee_ta_session_close_all(void)
{
	while (client.sessions)
		session_close(client.sessions);
}

void tee_ta_session_fini(void)
{
	tee_ta_session_close_all();
	if (client.chan)
		channel_client_close(client.chan);
	client.chan = NULL;
}

/* The one instance would wait for itself. */
static bool is_self(const TEE_UUID *destination)
{
	return (ta_head.flags & TA_FLAG_SINGLE_INSTANCE) && !memcmp(destination, &ta_head.uuid, sizeof(ta_head.uuid));
}

static TEE_Result session_open(const char *function, struct teechan_open *arg, uint32_t timeout, uint32_t types,
			       TEE_Param *params, uint32_t *origin)
{
	struct wait wait = wait_new(timeout);
	struct tee_crossing crossing;
	TEE_Result result = tee_crossing_begin(&crossing, function, client.chan, types, params, arg->params);
	int err;

	if (result)
		return give(origin, TEE_ORIGIN_API, result);
	err = open_and_wait(arg, &wait);
	tee_crossing_end(&crossing, arg->params, !err && arg->origin == TEECHAN_ORIGIN_TA);
	if (err)
		return give(origin, TEE_ORIGIN_COMMS, errno_result(err));
	return give(origin, arg->origin, arg->ret);
}

/* §4.9.1 */
TEE_Result TEE_OpenTASession(const TEE_UUID *destination, uint32_t cancellationRequestTimeout, uint32_t paramTypes,
			     TEE_Param params[TEE_NUM_PARAMS], TEE_TASessionHandle *session, uint32_t *returnOrigin)
{
	struct teechan_open arg = { .login = TEECHAN_LOGIN_TRUSTED_APP };
	TEE_TASessionHandle fresh;
	TEE_Result result;

	TEE_IN(destination, sizeof(*destination));
	TEE_OUT(session, sizeof(TEE_TASessionHandle));
	if (returnOrigin)
		TEE_OUT(returnOrigin, sizeof(*returnOrigin));
	*session = TEE_HANDLE_NULL;
	if (!client.chan)
		return give(returnOrigin, TEE_ORIGIN_TEE, TEE_ERROR_ACCESS_DENIED);
	if (is_self(destination))
		return give(returnOrigin, TEE_ORIGIN_TEE, TEE_ERROR_BUSY);
	if (TEE_GetCancellationFlag())
		return give(returnOrigin, TEE_ORIGIN_API, TEE_ERROR_CANCEL);
	fresh = OPENSSL_zalloc(sizeof(*fresh));
	if (!fresh)
		return give(returnOrigin, TEE_ORIGIN_API, TEE_ERROR_OUT_OF_MEMORY);
	tee_uuid_bytes(destination, arg.uuid);
	result = session_open(__func__, &arg, cancellationRequestTimeout, paramTypes, params, returnOrigin);
	if (result) {
		OPENSSL_free(fresh);
		return result;
	}
	fresh->number = arg.session;
	fresh->next = client.sessions;
	client.sessions = fresh;
	*session = fresh;
	return TEE_SUCCESS;
}

/* §4.9.2 */
void TEE_CloseTASession(TEE_TASessionHandle session)
{
	if (session == TEE_HANDLE_NULL)
		return;
	session_check(__func__, session);
	session_close(session);
}

/* §4.9.3 */
TEE_Result TEE_InvokeTACommand(TEE_TASessionHandle session, uint32_t cancellationRequestTimeout, uint32_t commandID,
			       uint32_t paramTypes, TEE_Param params[TEE_NUM_PARAMS], uint32_t *returnOrigin)
{
	struct wait wait = wait_new(cancellationRequestTimeout);
	struct teechan_invoke arg = { .cmd = commandID };
	struct tee_crossing crossing;
	TEE_Result result;
	int err;

	session_check(__func__, session);
	if (returnOrigin)
		TEE_OUT(returnOrigin, sizeof(*returnOrigin));
	if (TEE_GetCancellationFlag())
		return give(returnOrigin, TEE_ORIGIN_API, TEE_ERROR_CANCEL);
	result = tee_crossing_begin(&crossing, __func__, client.chan, paramTypes, params, arg.params);
	if (result)
		return give(returnOrigin, TEE_ORIGIN_API, result);
	arg.session = session->number;
	err = invoke_and_wait(&arg, &wait);
	tee_crossing_end(&crossing, arg.params, !err && arg.origin == TEECHAN_ORIGIN_TA);
	if (err)
		return give(returnOrigin, TEE_ORIGIN_COMMS, errno_result(err));
	return give(returnOrigin, arg.origin, arg.ret);
}
