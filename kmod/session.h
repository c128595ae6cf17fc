/* SPDX-License-Identifier: GPL-2.0-only */
/* What joins a client and a TA. */
#ifndef TCH_SESSION_H
#define TCH_SESSION_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/sizes.h>
#include <linux/wait.h>

#include "../include/uapi/teechan.h"
#include "limits.h"
#include "message.h"
#include "window.h"

struct tch_client;
struct tch_ta;

/* For the temporary references of one message; larger ones go by a region. */
#define TCH_INBOX_SIZE	((u64)(SZ_16K > PAGE_SIZE ? SZ_16K : PAGE_SIZE))

enum tch_life {
	TCH_OPENING,	/* the TA was not asked yet, or has not answered */
	TCH_OPEN,
	TCH_CLOSING,	/* the client is done with it; the TA is to be told */
	TCH_GONE,	/* for the TA too */
};

/**
 * struct tch_session - one session
 * @ref: the client's table, the TA's table, every call under way
 * @client: a reference
 * @ta: a reference
 * @charge: to the client's user
 * @who: what the TA is told of the client; does not change
 * @client_id: in client->sessions
 * @ta_id: in ta->sessions
 * @place: the inbox in the TA's windows
 * @inbox: the memory; belongs to whom the message belongs
 * @written: something was written to @inbox
 * @mapped: the TA saw some of @inbox
 * @life: under ta->lock
 * @quit: the client closed it or is gone; under ta->lock
 * @listed: in ta->sessions; under ta->lock
 * @counted: in ta->live; under ta->lock
 * @msg: the message
 * @on_queue: in ta->queue while the message is QUEUED; ta->lock
 * @slot_wait: calls that wait for the slot
 * @waiters: the same, for cancelling them; ta->lock
 */
struct tch_session {
	struct kref ref;
	struct tch_client *client;
	struct tch_ta *ta;
	struct tch_charge charge;
	struct teechan_identity who;
	u32 client_id;
	u32 ta_id;
	struct tch_place place;
	void *inbox;
	bool written;
	bool mapped;

	enum tch_life life;
	bool quit;
	bool listed;
	bool counted;
	struct tch_message msg;
	struct list_head on_queue;
	wait_queue_head_t slot_wait;
	struct list_head waiters;
};

void tch_inbox_free(void *inbox);
struct tch_session *tch_session_new(struct tch_client *client, struct tch_ta *ta,
				    const struct teechan_identity *who);
struct tch_session *tch_session_of_client(struct tch_client *client, u32 id);
void tch_session_live(struct tch_session *session, enum tch_life life);
void tch_session_unlist(struct tch_session *session);
void tch_session_leave(struct tch_session *session);
void tch_session_release(struct kref *ref);

static inline void tch_session_put(struct tch_session *session)
{
	kref_put(&session->ref, tch_session_release);
}

#endif /* TCH_SESSION_H */
