/* SPDX-License-Identifier: GPL-2.0-only */
/* What call.c and delivery.c need of message.c, and nobody else. */
#ifndef TCH_SLOT_H
#define TCH_SLOT_H

#include <linux/freezer.h>
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "clock.h"
#include "message.h"
#include "session.h"
#include "ta.h"

struct tch_call_event;

#define TCH_SLEEP (TASK_INTERRUPTIBLE | TASK_FREEZABLE)

/* Sleep once. Return: true when the deadline has come. */
static inline bool tch_nap(ktime_t deadline)
{
	if (!deadline) {
		schedule();
		return false;
	}
	return !schedule_hrtimeout_range(&deadline, 0, HRTIMER_MODE_ABS);
}

/*
 * Wait interruptibly and freezably until @condition, which is only a hint: who
 * uses it looks again under ta->lock.
 * Return: 0, -ERESTARTSYS, or -ETIMEDOUT when the deadline has come.
 */
#define tch_wait(queue, condition, exclusive, deadline)				\
	___wait_event(queue, condition, TCH_SLEEP, exclusive, 0,		\
		      if (tch_nap(deadline)) {					\
			      __ret = -ETIMEDOUT;				\
			      break;						\
		      })

static inline u64 tch_message_id(u32 seq, u32 number)
{
	return (u64)seq << 32 | number;
}

/* The thread that waits for the answer is in the kernel until it is told off. */
static inline void tch_message_wake(const struct tch_message *msg)
{
	if (msg->waiter)
		wake_up_process(msg->waiter);
}

/* The next message of the session: a number of its own, and no mark of the last. */
static inline void tch_message_begin(struct tch_message *msg, u32 kind)
{
	if (!++msg->seq)
		msg->seq = 1;
	msg->kind = kind;
	memset(&msg->marks, 0, sizeof(msg->marks));
}

/* All with ta->lock held. */
void tch_message_enqueue(struct tch_session *session, bool first);
void tch_message_close(struct tch_session *session);
bool tch_message_give_up(struct tch_session *session);
void tch_message_end(struct tch_session *session, bool answered, u32 ret, u32 origin,
		     struct tch_call_event *event);

static inline void tch_message_dequeue(struct tch_session *session)
{
	lockdep_assert_held(&session->ta->lock);
	list_del_init(&session->on_queue);
	session->ta->queued--;
}

/* The slot is free for the next call, or for the CLOSE. */
static inline void tch_message_release(struct tch_session *session)
{
	lockdep_assert_held(&session->ta->lock);
	session->msg.state = TCH_IDLE;
	if (session->life == TCH_CLOSING)
		tch_message_close(session);
	else if (!list_empty(&session->waiters))
		wake_up_interruptible(&session->slot_wait);
}

/* Without; may sleep. */
void tch_message_told(struct tch_session *session, const struct tch_call_event *event);
void tch_message_finish(struct tch_session *session, bool answered, u32 ret,
			u32 origin);

#endif /* TCH_SLOT_H */
