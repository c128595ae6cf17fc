// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/serve.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <tee_internal_api.h>

#include "libtee/internal/call.h"
#include "libtee/internal/instance.h"
#include "libtee/internal/log.h"

_Static_assert(TEECHAN_PARAMS == TEE_NUM_PARAMS, "a message has as many parameters as an entry point");
_Static_assert(TEECHAN_VALUE_INOUT == TEE_PARAM_TYPE_VALUE_INOUT && TEECHAN_MEM_IN == TEE_PARAM_TYPE_MEMREF_INPUT &&
	       TEECHAN_MEM_INOUT == TEE_PARAM_TYPE_MEMREF_INOUT, "the kernel's types are the API's");

/* An open session: the channel's number of it, whose it is, and what the application wants to have back. */
struct session {
	struct session *next;
	uint32_t number;
	struct teechan_identity who;
	void *context;
};

/* Entry points run one at a time (GP Core 1.3 §2.1.3), so this belongs to the only thread that serves. */
struct server {
	struct tee_serve_config config;		/* a copy, beside all else that a call touches */
	struct session *sessions;
	struct tee_call call;
	uint32_t types;
	TEE_Param params[TEE_NUM_PARAMS];
	struct teechan_reply_recv msg;
};

static struct session *session_find(struct server *server, uint32_t number)
{
	struct session *session = server->sessions;

	while (session && session->number != number)
		session = session->next;
	return session;
}

static void session_remove(struct server *server, struct session *session)
{
	struct session **at = &server->sessions;

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
	OPENSSL_free(session);
}

/* A memory parameter, inside the window that the kernel names. False: it is not, and the kernel is not what we think. */
static bool memory_take(struct server *server, const struct teechan_param *from, TEE_Param *to)
{
	const struct channel_window *window = &server->config.window;
	bool read_only = from->flags & TEECHAN_PARAM_RO;
	struct tee_call_memory *memory;

	to->memref.size = from->b;
	if (from->flags & TEECHAN_PARAM_NULL)
		return true;
	if (from->a > window->size || from->b > window->size - from->a)
		return false;
	memory = &server->call.memory[server->call.memory_count++];
	memory->base = (read_only ? (const uint8_t *)window->ro : (const uint8_t *)window->rw) + from->a;
	memory->size = from->b;
	memory->writable = !read_only;
	/* Input memory is read-only by its pages; the API's parameter has no const to say so. */
	to->memref.buffer = (void *)(uintptr_t)memory->base;
	return true;
}

static CHANNEL_HOT bool params_take(struct server *server, const struct teechan_reply_recv *msg)
{
	unsigned int i;

	server->types = 0;
	server->call.message = msg->id;
	server->call.memory_count = 0;
	memset(server->params, 0, sizeof(server->params));
	if (msg->count > TEE_NUM_PARAMS)
		return false;
	for (i = 0; i < msg->count; i++) {
		const struct teechan_param *from = &msg->params[i];
		TEE_Param *to = &server->params[i];

		server->types |= TEE_PARAM_TYPE_SET(from->type, i);
		switch (from->type) {
		case TEECHAN_NONE:
			break;
		case TEECHAN_VALUE_IN:
		case TEECHAN_VALUE_OUT:
		case TEECHAN_VALUE_INOUT:
			to->value.a = (uint32_t)from->a;
			to->value.b = (uint32_t)from->b;
			break;
		case TEECHAN_MEM_IN:
		case TEECHAN_MEM_OUT:
		case TEECHAN_MEM_INOUT:
			if (!memory_take(server, from, to))
				return false;
			break;
		default:
			return false;
		}
	}
	return true;
}

/* Turns the message into its answer: the kernel takes nothing from the parameters that is not an output. */
static CHANNEL_HOT void answer(struct server *server, struct teechan_reply_recv *msg, TEE_Result result, uint32_t origin)
{
	unsigned int i;

	msg->reply_id = msg->id;
	msg->ret = result;
	msg->origin = origin;
	for (i = 0; server->types >> (4 * i); i++) {
		struct teechan_param *to = &msg->params[i];
		const TEE_Param *from = &server->params[i];

		switch (TEE_PARAM_TYPE_GET(server->types, i)) {
		case TEE_PARAM_TYPE_VALUE_OUTPUT:
		case TEE_PARAM_TYPE_VALUE_INOUT:
			to->a = from->value.a;
			to->b = from->value.b;
			break;
		case TEE_PARAM_TYPE_MEMREF_OUTPUT:
		case TEE_PARAM_TYPE_MEMREF_INOUT:
			to->b = from->memref.size;
			break;
		}
	}
}

static void digest_text(const uint8_t *digest, char text[2 * TEECHAN_DIGEST_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < TEECHAN_DIGEST_LEN; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[2 * TEECHAN_DIGEST_LEN] = '\0';
}

/*
 * Which program comes, as the kernel says; for whoever asks later. A login without an executable has nothing to tell
 * that the channel's monitor would not, and a line in the log costs more than the session.
 */
static void client_log(uint32_t number, const struct teechan_identity *who)
{
	static const char *const logins[] = {
		[TEECHAN_LOGIN_APPLICATION] = "application",
		[TEECHAN_LOGIN_USER_APPLICATION] = "user-application",
		[TEECHAN_LOGIN_GROUP_APPLICATION] = "group-application",
	};
	const size_t known = sizeof(logins) / sizeof(logins[0]);
	char digest[2 * TEECHAN_DIGEST_LEN + 1];

	if (who->login >= known || !logins[who->login])
		return;
	digest_text(who->digest, digest);
	tee_log(TEE_LOG_INFO, "session %u opened: uid %u, gid %u, pid %u, login %s, executable sha256 %s", number, who->uid,
		who->gid, who->pid, logins[who->login], digest);
}

static TEE_Result session_open(struct server *server, const struct teechan_reply_recv *msg, uint32_t *origin)
{
	struct session *session = OPENSSL_zalloc(sizeof(*session));
	TEE_Result result;

	*origin = TEECHAN_ORIGIN_TEE;
	if (!session)
		return TEE_ERROR_OUT_OF_MEMORY;
	*origin = TEECHAN_ORIGIN_TA;
	session->number = msg->session;
	session->who = server->call.client = msg->client;
	result = tee_instance_make(TA_CreateEntryPoint);
	if (!result)
		result = TA_OpenSessionEntryPoint(server->types, server->params, &session->context);
	if (result) {
		OPENSSL_free(session);
		return result;
	}
	session->next = server->sessions;
	server->sessions = session;
	client_log(session->number, &session->who);
	return TEE_SUCCESS;
}

/* GP Core 1.3 §2.1.3: an instance without sessions ends, unless it is kept alive. */
static void sessions_changed(const struct server *server, bool before)
{
	bool now = server->sessions;

	if (!now && !tee_instance_is_kept())
		tee_instance_destroy(TA_DestroyEntryPoint);
	if (now != before && server->config.has_session)
		server->config.has_session(now);
}

static CHANNEL_HOT TEE_Result dispatch(struct server *server, const struct teechan_reply_recv *msg, uint32_t *origin)
{
	struct session *session = session_find(server, msg->session);

	*origin = TEECHAN_ORIGIN_TEE;
	if (msg->kind == TEECHAN_KIND_OPEN)
		return session ? TEE_ERROR_BAD_STATE : session_open(server, msg, origin);
	if (!session)
		return TEE_ERROR_BAD_STATE;
	*origin = TEECHAN_ORIGIN_TA;
	server->call.client = session->who;
	switch (msg->kind) {
	case TEECHAN_KIND_INVOKE:
		return TA_InvokeCommandEntryPoint(session->context, msg->cmd, server->types, server->params);
	case TEECHAN_KIND_CLOSE:
		TA_CloseSessionEntryPoint(session->context);
		session_remove(server, session);
		return TEE_SUCCESS;
	default:
		*origin = TEECHAN_ORIGIN_TEE;
		return TEE_ERROR_NOT_SUPPORTED;
	}
}

static CHANNEL_HOT void message_serve(struct server *server, struct teechan_reply_recv *msg)
{
	uint32_t origin = TEECHAN_ORIGIN_TEE;
	TEE_Result result = TEE_ERROR_COMMUNICATION;
	bool before = server->sessions;

	if (params_take(server, msg)) {
		tee_call_begin(&server->call);
		result = dispatch(server, msg, &origin);
		if (msg->kind != TEECHAN_KIND_INVOKE)
			sessions_changed(server, before);
		tee_call_end();
	} else {
		tee_log(TEE_LOG_ERR, "message %llu: its parameters make no sense; refused", (unsigned long long)msg->id);
		server->types = 0;
		msg->count = 0;
	}
	answer(server, msg, result, origin);
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Ticks if it is time, busy or not, and returns when the next tick is due. */
static CHANNEL_HOT uint64_t tick_if_due(const struct tee_serve_config *config, uint64_t due)
{
	uint64_t now;

	if (!config->tick_ns)
		return 0;
	now = monotonic_ns();
	if (now < due)
		return due;
	config->tick();
	return now + config->tick_ns;
}

/* Not part of tee_serve(), which is far from what every call runs through. */
static CHANNEL_HOT __attribute__((noinline)) int loop(struct server *server)
{
	const struct tee_serve_config *config = &server->config;
	struct teechan_reply_recv *msg = &server->msg;
	uint64_t due = 0;

	for (;;) {
		int err;

		due = tick_if_due(config, due);
		msg->deadline_ns = due;
		err = channel_reply_recv(config->chan, msg);
		if (!err) {
			message_serve(server, msg);
			continue;
		}
		if (err != -EINTR && err != -ETIMEDOUT) {
			tee_log(TEE_LOG_ERR, "channel: %s", strerror(-err));
			return -1;
		}
		/* An answer that was not taken yet goes out with the next round. */
		if (*config->stop && !msg->reply_id)
			return 0;
	}
}

static void sessions_close(struct server *server)
{
	while (server->sessions) {
		server->call = (struct tee_call){ 0 };
		tee_call_begin(&server->call);
		TA_CloseSessionEntryPoint(server->sessions->context);
		tee_call_end();
		session_remove(server, server->sessions);
	}
}

/* One that is kept alive is there before anybody comes. */
static int instance_start(void)
{
	TEE_Result result = TEE_SUCCESS;

	if (tee_instance_init()) {
		tee_log(TEE_LOG_ERR, "out of memory");
		return -1;
	}
	if (tee_instance_is_kept())
		result = tee_instance_make(TA_CreateEntryPoint);
	if (result)
		tee_log(TEE_LOG_ERR, "the application's TA_CreateEntryPoint failed: 0x%08x", result);
	return result ? -1 : 0;
}

int tee_serve(const struct tee_serve_config *config)
{
	static struct server server;
	int err;

	server = (struct server){ .config = *config };
	if (instance_start())
		return -1;
	tee_call_channel(config->chan, &config->window);
	if (config->ready)
		config->ready();
	err = loop(&server);
	sessions_close(&server);
	tee_call_channel(NULL, NULL);
	tee_instance_destroy(TA_DestroyEntryPoint);
	return err;
}
