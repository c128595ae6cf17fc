// SPDX-License-Identifier: BSD-2-Clause
/*
 * The channel between threads of one process. For unit tests, sanitizers and fuzzers only: there is no identity, no
 * isolation and no death of one side here. One lock; a UUID has one trusted application.
 */
#include "libtee/channel_inproc.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libtee/inproc_memory.h"
#include "libtee/inproc_params.h"

#define REGION_MAX (16u << 20)

enum message_state { MESSAGE_QUEUED, MESSAGE_HELD, MESSAGE_DONE };

struct message {
	struct message *next;
	enum message_state state;
	uint64_t id;
	uint32_t kind;
	uint32_t cmd;
	uint64_t cancel_id;
	bool cancelled;
	bool abandoned;				/* a CLOSE: nobody waits, and the session goes with it */
	bool given_up;				/* an INVOKE that its client waits for no more */
	uint64_t deadline_ns;			/* of a cancellation; only an INVOKE keeps it */
	struct session *session;
	uint32_t ret;
	uint32_t origin;
	struct inproc_params params;
};

struct session {
	struct session *next;
	uint32_t id;
	bool open;
	struct channel *ta;			/* NULL: it has gone; another one does not know the session */
	struct channel *client;
	struct teechan_identity who;
	struct inproc_block inbox;
	bool busy;				/* one message at a time */
};

struct channel {
	struct inproc_region *regions;		/* of a client */
	/* of a trusted application */
	struct channel *next;
	uint8_t uuid[TEECHAN_UUID_LEN];
	bool woken;
	struct inproc_window window;
};

/* Everything, under one lock; changed tells all waiters to look again. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct channel *tas;
	struct message *messages;		/* in the order of their sending */
	struct session *sessions;
	uint32_t last_number;
	uint64_t last_id;
	unsigned int interrupts;
	struct teechan_identity client;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static void changed(void)
{
	pthread_cond_broadcast(&all.changed);
}

static int nap(void)
{
	return pthread_cond_wait(&all.changed, &all.lock);
}

/* Waits for a change, to the deadline at most. */
static int nap_until(uint64_t deadline_ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline_ns / 1000000000u),
		.tv_nsec = (long)(deadline_ns % 1000000000u),
	};

	if (!deadline_ns)
		return nap();
	return pthread_cond_clockwait(&all.changed, &all.lock, CLOCK_MONOTONIC, &until);
}

/* --- sessions and messages; the lock is held --- */

static struct channel *ta_find(const uint8_t *uuid)
{
	struct channel *ta = all.tas;

	while (ta && memcmp(ta->uuid, uuid, sizeof(ta->uuid)))
		ta = ta->next;
	return ta;
}

static struct session *session_find(const struct channel *client, uint32_t id)
{
	struct session *session = all.sessions;

	while (session && (session->id != id || session->client != client))
		session = session->next;
	return session;
}

static void session_free(struct session *session)
{
	struct session **at = &all.sessions;

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
	inproc_block_fini(&session->inbox);
	free(session);
}

static struct message *message_find(uint64_t id)
{
	struct message *msg = all.messages;

	while (msg && msg->id != id)
		msg = msg->next;
	return msg;
}

static void message_free(struct message *msg)
{
	struct message **at = &all.messages;

	while (*at != msg)
		at = &(*at)->next;
	*at = msg->next;
	free(msg);
}

static struct message *message_send(struct session *session, uint32_t kind, uint32_t cmd, uint64_t cancel_id,
				    const struct teechan_param *params, uint32_t count, int *err)
{
	struct message *msg = calloc(1, sizeof(*msg));
	struct message **at = &all.messages;

	*err = -ENOMEM;
	if (!msg)
		return NULL;
	msg->kind = kind;
	msg->cmd = cmd;
	msg->cancel_id = cancel_id;
	msg->session = session;
	msg->params.count = count;
	if (count)
		memcpy(msg->params.client, params, count * sizeof(*params));
	*err = inproc_params_take(&msg->params, &session->ta->window, &session->inbox, session->client->regions);
	if (*err) {
		free(msg);
		return NULL;
	}
	msg->id = ++all.last_id << 32 | session->id;
	session->busy = true;
	while (*at)
		at = &(*at)->next;
	*at = msg;
	changed();
	return msg;
}

/* Waits for the answer and gives it; the message is gone then. */
static int message_wait(struct message *msg, struct teechan_param *params, uint32_t *ret, uint32_t *origin)
{
	while (msg->state != MESSAGE_DONE) {
		if (all.interrupts) {
			all.interrupts--;
			return -EINTR;
		}
		if (!nap_until(msg->deadline_ns) || msg->state == MESSAGE_DONE)
			continue;
		msg->given_up = true;
		*ret = TEECHAN_ERROR_CANCEL;
		*origin = TEECHAN_ORIGIN_COMMS;
		return 0;
	}
	*ret = msg->ret;
	*origin = msg->origin;
	inproc_params_give(&msg->params, &msg->session->inbox);
	memcpy(params, msg->params.client, msg->params.count * sizeof(*params));
	msg->session->busy = false;
	message_free(msg);
	changed();
	return 0;
}

static void message_finish(struct message *msg, uint32_t ret, uint32_t origin)
{
	inproc_params_return(&msg->params, &msg->session->ta->window);
	msg->ret = ret;
	msg->origin = origin;
	msg->state = MESSAGE_DONE;
	if (msg->abandoned) {
		struct session *session = msg->session;

		message_free(msg);
		session_free(session);
	} else if (msg->given_up) {
		msg->session->busy = false;
		message_free(msg);
	}
	changed();
}

/* --- the client's side --- */

int channel_client_open(struct channel **chan)
{
	*chan = calloc(1, sizeof(**chan));
	return *chan ? 0 : -ENOMEM;
}

void channel_client_close(struct channel *chan)
{
	pthread_mutex_lock(&all.lock);
	while (chan->regions) {
		struct inproc_region *next = chan->regions->next;

		inproc_block_fini(&chan->regions->block);
		free(chan->regions);
		chan->regions = next;
	}
	pthread_mutex_unlock(&all.lock);
	free(chan);
}

int channel_version(struct channel *chan, struct teechan_version *arg)
{
	(void)chan;
	*arg = (struct teechan_version){
		.abi = TEECHAN_ABI_VERSION,
		.features = TEECHAN_FEAT_CANCEL,
		.inbox_size = INPROC_INBOX_SIZE,
		.region_size_max = REGION_MAX,
		.window_size_max = (uint64_t)INPROC_WINDOW_PAGES * INPROC_PAGE,
	};
	return 0;
}

static struct session *session_new(struct channel *chan, struct channel *ta, const struct teechan_open *arg, int *err)
{
	struct session *session = calloc(1, sizeof(*session));

	*err = session ? inproc_block_init(&session->inbox, INPROC_INBOX_SIZE) : -ENOMEM;
	if (*err) {
		free(session);
		return NULL;
	}
	session->id = ++all.last_number;
	session->client = chan;
	session->ta = ta;
	session->who = all.client;
	session->who.login = arg->login;
	session->next = all.sessions;
	all.sessions = session;
	return session;
}

static int open_locked(struct channel *chan, struct teechan_open *arg)
{
	struct message *msg = message_find(arg->id);
	struct channel *ta = ta_find(arg->uuid);
	struct session *session;
	int err = 0;

	if (arg->count > TEECHAN_PARAMS)
		return -EINVAL;
	if (!arg->id && !ta) {
		arg->ret = TEECHAN_ERROR_ITEM_NOT_FOUND;
		arg->origin = TEECHAN_ORIGIN_TEE;
		return 0;
	}
	if (!arg->id) {
		session = session_new(chan, ta, arg, &err);
		if (!session)
			return err;
		msg = message_send(session, TEECHAN_KIND_OPEN, 0, arg->cancel_id, arg->params, arg->count, &err);
		if (!msg) {
			session_free(session);
			return err;
		}
		arg->id = msg->id;
	}
	if (!msg)
		return -ENOENT;
	session = msg->session;
	err = message_wait(msg, arg->params, &arg->ret, &arg->origin);
	if (err)
		return err;
	arg->id = 0;
	arg->session = session->id;
	session->open = !arg->ret;
	if (arg->ret)
		session_free(session);
	return 0;
}

int channel_open_session(struct channel *chan, struct teechan_open *arg)
{
	int err;

	pthread_mutex_lock(&all.lock);
	err = open_locked(chan, arg);
	pthread_mutex_unlock(&all.lock);
	return err;
}

static int invoke_locked(struct channel *chan, struct teechan_invoke *arg)
{
	struct message *msg = message_find(arg->id);
	struct session *session = session_find(chan, arg->session);
	int err = 0;

	if (arg->count > TEECHAN_PARAMS)
		return -EINVAL;
	if (!session || !session->open)
		return -ENOENT;
	if (!arg->id) {
		while (session->busy)
			nap();
		if (!session->ta) {
			arg->ret = TEECHAN_ERROR_TARGET_DEAD;
			arg->origin = TEECHAN_ORIGIN_TEE;
			return 0;
		}
		msg = message_send(session, TEECHAN_KIND_INVOKE, arg->cmd, arg->cancel_id, arg->params, arg->count, &err);
		if (!msg)
			return err;
		arg->id = msg->id;
	}
	if (!msg)
		return -ENOENT;
	err = message_wait(msg, arg->params, &arg->ret, &arg->origin);
	if (!err)
		arg->id = 0;
	return err;
}

int channel_invoke(struct channel *chan, struct teechan_invoke *arg)
{
	int err;

	pthread_mutex_lock(&all.lock);
	err = invoke_locked(chan, arg);
	pthread_mutex_unlock(&all.lock);
	return err;
}

int channel_cancel(struct channel *chan, struct teechan_cancel *arg)
{
	struct message *msg;
	int err = -ENOENT;

	pthread_mutex_lock(&all.lock);
	for (msg = all.messages; msg; msg = msg->next) {
		if (msg->cancel_id != arg->cancel_id || msg->session->client != chan || msg->state == MESSAGE_DONE)
			continue;
		err = 0;
		msg->cancelled = true;
		if (msg->state == MESSAGE_QUEUED)
			message_finish(msg, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
		else if (msg->kind == TEECHAN_KIND_INVOKE)
			msg->deadline_ns = arg->deadline_ns;
		changed();
		break;
	}
	pthread_mutex_unlock(&all.lock);
	return err;
}

int channel_close_session(struct channel *chan, struct teechan_close *arg)
{
	struct session *session;
	struct message *msg = NULL;
	int err = 0;

	pthread_mutex_lock(&all.lock);
	session = session_find(chan, arg->session);
	if (!session || !session->open)
		err = -ENOENT;
	else if (session->ta)
		msg = message_send(session, TEECHAN_KIND_CLOSE, 0, 0, NULL, 0, &err);
	else
		session_free(session);
	if (msg) {
		session->open = false;
		msg->abandoned = true;
	}
	pthread_mutex_unlock(&all.lock);
	return err;
}

int channel_region_alloc(struct channel *chan, struct teechan_region_alloc *arg, void **mem)
{
	struct inproc_region *region;
	int err;

	if (!arg->size || arg->flags || arg->reserved)
		return -EINVAL;
	if (arg->size > REGION_MAX)
		return -EDQUOT;
	region = calloc(1, sizeof(*region));
	err = region ? inproc_block_init(&region->block, arg->size) : -ENOMEM;
	if (err) {
		free(region);
		return err;
	}
	pthread_mutex_lock(&all.lock);
	region->id = ++all.last_number;
	region->next = chan->regions;
	chan->regions = region;
	pthread_mutex_unlock(&all.lock);
	arg->id = region->id;
	arg->size = region->block.pages * INPROC_PAGE;
	*mem = region->block.home;
	return 0;
}

void channel_region_free(struct channel *chan, const struct teechan_region_alloc *arg, void *mem)
{
	struct inproc_region **at = &chan->regions;
	struct inproc_region *region;

	(void)mem;
	pthread_mutex_lock(&all.lock);
	while (*at && (*at)->id != arg->id)
		at = &(*at)->next;
	region = *at;
	if (region) {
		*at = region->next;
		inproc_block_fini(&region->block);
		free(region);
	}
	pthread_mutex_unlock(&all.lock);
}

/* --- the trusted application's side --- */

int channel_ta_open(struct channel **out, struct teechan_bind *arg, struct channel_window *window)
{
	struct channel *chan = calloc(1, sizeof(*chan));
	int err = chan ? 0 : -ENOMEM;

	pthread_mutex_lock(&all.lock);
	if (!err && ta_find(arg->uuid))
		err = -EADDRINUSE;
	if (!err)
		err = inproc_window_init(&chan->window);
	if (!err) {
		memcpy(chan->uuid, arg->uuid, sizeof(chan->uuid));
		chan->next = all.tas;
		all.tas = chan;
		*window = chan->window.map;
		*out = chan;
	}
	pthread_mutex_unlock(&all.lock);
	if (err)
		free(chan);
	return err;
}

void channel_ta_close(struct channel *chan)
{
	struct channel **at = &all.tas;
	struct session *session;
	struct message *msg;
	struct message *next;

	pthread_mutex_lock(&all.lock);
	for (msg = all.messages; msg; msg = next) {
		next = msg->next;
		if (msg->session->ta == chan && msg->state != MESSAGE_DONE)
			message_finish(msg, TEECHAN_ERROR_TARGET_DEAD, TEECHAN_ORIGIN_TEE);
	}
	for (session = all.sessions; session; session = session->next)
		if (session->ta == chan)
			session->ta = NULL;
	while (*at != chan)
		at = &(*at)->next;
	*at = chan->next;
	inproc_window_fini(&chan->window);
	changed();
	pthread_mutex_unlock(&all.lock);
	free(chan);
}

static void reply_take(const struct teechan_reply_recv *arg)
{
	struct message *msg = message_find(arg->reply_id);

	if (!msg || msg->state != MESSAGE_HELD)
		return;
	inproc_params_answer(&msg->params, arg->params, arg->count);
	message_finish(msg, arg->ret, arg->origin ? arg->origin : TEECHAN_ORIGIN_TA);
}

static struct message *queue_first(const struct channel *ta)
{
	struct message *msg = all.messages;

	while (msg && (msg->state != MESSAGE_QUEUED || msg->session->ta != ta))
		msg = msg->next;
	return msg;
}

/* As the kernel does: what it does not write, stays as it was. */
static void message_show(struct message *msg, struct teechan_reply_recv *arg)
{
	msg->state = MESSAGE_HELD;
	arg->id = msg->id;
	arg->kind = msg->kind;
	arg->session = msg->session->id;
	arg->cmd = msg->cmd;
	arg->count = msg->params.count;
	memcpy(arg->params, msg->params.ta, msg->params.count * sizeof(arg->params[0]));
	if (msg->kind == TEECHAN_KIND_OPEN)
		arg->client = msg->session->who;
}

int channel_reply_recv(struct channel *chan, struct teechan_reply_recv *arg)
{
	struct message *msg;
	int err = 0;

	pthread_mutex_lock(&all.lock);
	if (arg->reply_id)
		reply_take(arg);
	arg->reply_id = 0;
	while (!(msg = queue_first(chan)) && !err) {
		if (chan->woken)
			err = EINTR;
		else
			err = nap_until(arg->deadline_ns);
	}
	if (msg) {
		message_show(msg, arg);
		err = 0;
	} else {
		chan->woken = false;
	}
	pthread_mutex_unlock(&all.lock);
	return -err;
}

int channel_cancelled(struct channel *chan, struct teechan_cancelled *arg)
{
	const struct message *msg;

	(void)chan;
	pthread_mutex_lock(&all.lock);
	msg = message_find(arg->id);
	arg->cancelled = msg && msg->cancelled;
	pthread_mutex_unlock(&all.lock);
	return msg ? 0 : -ENOENT;
}

/* --- what only tests ask for --- */

void channel_inproc_client(const struct teechan_identity *client)
{
	pthread_mutex_lock(&all.lock);
	all.client = *client;
	pthread_mutex_unlock(&all.lock);
}

void channel_inproc_interrupt(unsigned int waits)
{
	pthread_mutex_lock(&all.lock);
	all.interrupts = waits;
	changed();
	pthread_mutex_unlock(&all.lock);
}

void channel_inproc_wake(void)
{
	struct channel *ta;

	pthread_mutex_lock(&all.lock);
	for (ta = all.tas; ta; ta = ta->next)
		ta->woken = true;
	changed();
	pthread_mutex_unlock(&all.lock);
}
