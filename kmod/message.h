/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages. Each session has one, allocated with it: it is the slot that the
 * session's calls go through one after the other.
 *
 *   IDLE ──► PREPARING ──► QUEUED ──► DELIVERING ──► HELD ──► FINISHING ──► DONE ──► COLLECTING ──► IDLE
 *                │            ▲  │         │  │                ▲    │         │
 *                └─► IDLE     │  │         │  └────────────────┤    └► IDLE ◄─┘
 *                             └──┼─────────┘                   │     (nobody waits)
 *                                └─────────────────────────────┘
 *
 * PREPARING and COLLECTING belong to a client thread, DELIVERING to a TA
 * thread, FINISHING to whoever brought it there: so what takes long or sleeps
 * (copying, lending, unmapping) is done by one thread without a lock.
 */
#ifndef TCH_MESSAGE_H
#define TCH_MESSAGE_H

#include <linux/ktime.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "../include/uapi/teechan.h"
#include "hot.h"
#include "params.h"

struct task_struct;
struct tch_session;

enum tch_state {
	TCH_IDLE,
	TCH_PREPARING,
	TCH_QUEUED,
	TCH_DELIVERING,
	TCH_HELD,
	TCH_FINISHING,
	TCH_DONE,
	TCH_COLLECTING,
};

/**
 * struct tch_message - the slot; all members under ta->lock unless @state gives
 *	the message to one thread
 * @state: see above
 * @seq: number of the message in its session, in the upper half of its ids
 * @kind: TEECHAN_KIND_*
 * @cmd: of an INVOKE
 * @cancel_id: by which the client can cancel it
 * @deadline: CLOCK_MONOTONIC, 0 for none; a cancellation can set it
 * @queued_at: when it was queued, for its latency
 * @waiter: the thread that waits for the answer, while it sleeps
 * @cancelled: the client asked for it
 * @abandoned: no client thread will collect the answer
 * @answered: by the TA: there are outputs to collect
 * @count: parameters up to the last that is used
 * @lends: some of them are lent
 * @copies: some of them are copied back to the client
 * @ret: result
 * @origin: of @ret
 * @params: the parameters; those from @count on are not valid
 */
struct tch_message {
	enum tch_state state;
	u32 seq;
	u32 kind;
	u32 cmd;
	u64 cancel_id;
	ktime_t deadline;
	u64 queued_at;
	struct task_struct *waiter;
	struct_group(marks,
		bool cancelled;
		bool abandoned;
		bool answered;
		bool lends;
		bool copies;
	);
	unsigned int count;
	u32 ret;
	u32 origin;
	struct tch_param params[TEECHAN_PARAMS];
};

void tch_message_quit(struct tch_session *session);
void tch_message_kill(struct tch_session *session);

#endif /* TCH_MESSAGE_H */
