/* SPDX-License-Identifier: GPL-2.0-only */
/* The trusted side: one open file of /dev/teechan-ta, and who is bound to it. */
#ifndef TCH_TA_H
#define TCH_TA_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "../include/uapi/teechan.h"
#include "identity.h"
#include "window.h"

struct tch_client;

/**
 * struct tch_ta - a trusted application
 * @ref: its file, every session, every grant
 * @owner: the process
 * @window: where it sees memory
 * @on_list: in the list of bound TAs; tch_ta_list_lock
 * @serial: ascending in that list; as bound
 * @uuid: as bound
 * @flags: as bound
 * @digest: of its executable, as bound; zeros when that cannot be vouched for
 * @bound: BIND worked; set once, under tch_ta_list_lock
 * @death: death seen where it cannot be carried out
 * @polled: who polls the file
 * @lock: protects all that follows, and every member of this TA's sessions and
 *	their messages that says so: so a message is queued and a thread woken, or
 *	none is there and a thread put to sleep, under one lock. Calls to different
 *	TAs have none in common. Innermost but for the locks of sessions' wait
 *	queues, @polled and xarrays; never taken in an interrupt, unlike that of
 *	@polled: an asynchronous poll (aio) is cancelled from one
 * @sleepers: its threads that wait for a message; the last that came is woken
 *	first, whose caches are the warmest
 * @dead: no message comes in or goes out any more
 * @queue: messages waiting, struct tch_session.on_queue
 * @queued: how many
 * @held: messages that the TA works on
 * @live: sessions opening or open
 * @sessions: by the TA's number, each with a reference
 * @next_session: where to look for a free number
 * @recent: whose message it got last, while that is in @sessions
 * @watched: somebody listened to events when that was last looked up,
 * @watch_looked: at this time of tch_clock(); 0: never
 * @calls: commands answered; part of TCH_STAT_CALLS too when @dead
 * @opens: sessions opened
 * @histogram: of @calls by log2 of their nanoseconds
 */
struct tch_ta {
	struct kref ref;
	struct tch_owner owner;
	struct tch_window window;
	struct list_head on_list;
	u64 serial;
	u8 uuid[TEECHAN_UUID_LEN];
	u32 flags;
	u8 digest[TEECHAN_DIGEST_LEN];
	bool bound;
	struct work_struct death;

	wait_queue_head_t polled;
	spinlock_t lock;
	struct hlist_head sleepers;
	bool dead;
	struct list_head queue;
	unsigned int queued;
	unsigned int held;
	unsigned int live;
	struct xarray sessions;
	u32 next_session;
	struct tch_session *recent;
	bool watched;
	u64 watch_looked;
	u64 calls;
	u64 opens;
	u64 histogram[TEECHAN_HIST_LEN];
};

extern const struct file_operations tch_ta_fops;

int tch_ta_init(void);
void tch_ta_exit(void);

/**
 * struct tch_sleeper - a thread of a TA that waits for a message, on its stack
 * @on_ta: in ta->sleepers; ta->lock
 * @task: the thread
 */
struct tch_sleeper {
	struct hlist_node on_ta;
	struct task_struct *task;
};

static inline void tch_ta_get(struct tch_ta *ta)
{
	kref_get(&ta->ref);
}

/* For another session. Only under ta->lock more than a hint. */
static inline bool tch_ta_has_room(const struct tch_ta *ta)
{
	return !READ_ONCE(ta->live) || ta->flags & TEECHAN_TA_MULTI_SESSION;
}

void tch_ta_put(struct tch_ta *ta);
struct tch_ta *tch_ta_find(const u8 *uuid);
int tch_ta_uuid_of(const struct tch_owner *owner, u8 *uuid);
int tch_ta_info(struct tch_client *client, void __user *arg);
void tch_ta_die_later(struct tch_ta *ta);
u64 tch_ta_calls(void);
int tch_ta_each(int (*fn)(struct tch_ta *ta, void *data), void *data);

#endif /* TCH_TA_H */
