// SPDX-License-Identifier: GPL-2.0-only
#include "message.h"

#include <linux/log2.h>

#include "netlink.h"
#include "session.h"
#include "slot.h"
#include "stats.h"
#include "ta.h"
#include "trace.h"

/* How long a look at who listens holds. */
#define TCH_WATCH_NS	NSEC_PER_MSEC

/* One that sleeps: who was woken already has a message to take. */
static void tch_ta_wake_one(struct tch_ta *ta)
{
	struct tch_sleeper *sleeper;

	lockdep_assert_held(&ta->lock);
	hlist_for_each_entry(sleeper, &ta->sleepers, on_ta)
		if (wake_up_process(sleeper->task))
			break;
}

/* To the end of the TA's queue, or to its head; one thread wakes for it. */
__tch_hot_client void tch_message_enqueue(struct tch_session *session, bool first)
{
	struct tch_ta *ta = session->ta;

	lockdep_assert_held(&ta->lock);
	session->msg.state = TCH_QUEUED;
	session->msg.queued_at = tch_clock();
	if (first)
		list_add(&session->on_queue, &ta->queue);
	else
		list_add_tail(&session->on_queue, &ta->queue);
	ta->queued++;
	trace_tch_send(session);
	tch_ta_wake_one(ta);
	if (waitqueue_active(&ta->polled))
		wake_up_interruptible_poll(&ta->polled, EPOLLIN | EPOLLRDNORM);
}

/* The CLOSE that the TA is still to get goes before all that others have queued. */
void tch_message_close(struct tch_session *session)
{
	struct tch_message *msg = &session->msg;

	if (session->ta->dead) {
		tch_session_live(session, TCH_GONE);
		return;
	}
	tch_message_begin(msg, TEECHAN_KIND_CLOSE);
	msg->cmd = 0;
	msg->cancel_id = 0;
	msg->deadline = 0;
	msg->abandoned = true;
	msg->count = 0;
	tch_message_enqueue(session, true);
}

static void tch_count_call(struct tch_ta *ta, const struct tch_message *msg, u64 latency)
{
	lockdep_assert_held(&ta->lock);
	if (msg->kind == TEECHAN_KIND_OPEN) {
		if (msg->ret != TEECHAN_SUCCESS)
			return;
		ta->opens++;
		tch_stat_inc(TCH_STAT_OPENS);
	} else if (msg->kind == TEECHAN_KIND_INVOKE) {
		ta->calls++;
		ta->histogram[min(ilog2(latency | 1), TEECHAN_HIST_LEN - 1)]++;
		if (ta->dead)	/* its calls were added up */
			tch_stat_inc(TCH_STAT_CALLS);
	}
}

/*
 * Whether anybody listens is looked up once a millisecond: that costs a call more
 * than all that it has to do otherwise.
 */
static bool tch_ta_is_watched(struct tch_ta *ta, u64 now)
{
	lockdep_assert_held(&ta->lock);
	if (now - ta->watch_looked >= TCH_WATCH_NS) {
		ta->watch_looked = now;
		ta->watched = tch_events_wanted();
	}
	return ta->watched;
}

/* What the end of a message means for its session; ta->lock is held. */
static void tch_settle(struct tch_session *session)
{
	const struct tch_message *msg = &session->msg;

	switch (msg->kind) {
	case TEECHAN_KIND_OPEN:
		if (msg->ret != TEECHAN_SUCCESS)
			tch_session_live(session, TCH_GONE);
		else if (msg->abandoned)
			tch_session_live(session, TCH_CLOSING);
		else
			tch_session_live(session, TCH_OPEN);
		break;
	case TEECHAN_KIND_CLOSE:
		tch_session_live(session, TCH_GONE);
		break;
	}
}

/**
 * tch_message_end() - a message is over: its caller wakes, or the slot is free
 *	again if nobody waits
 * @session: whose; ta->lock is held, and nothing is lent any more
 * @answered: by the TA
 * @ret: result
 * @origin: of @ret
 * @event: filled, for tch_message_told() after the lock
 */
__tch_hot_ta void tch_message_end(struct tch_session *session, bool answered, u32 ret, u32 origin,
		     struct tch_call_event *event)
{
	struct tch_message *msg = &session->msg;
	struct tch_ta *ta = session->ta;
	const u64 now = tch_clock();

	lockdep_assert_held(&ta->lock);
	msg->answered = answered;
	msg->ret = ret;
	msg->origin = origin;
	event->kind = msg->kind;
	event->cmd = msg->cmd;
	event->ret = ret;
	event->origin = origin;
	event->latency = tch_clock_between(msg->queued_at, now);
	event->told = msg->kind != TEECHAN_KIND_INVOKE || tch_ta_is_watched(ta, now);
	if (answered)
		tch_count_call(ta, msg, event->latency);
	trace_tch_reply(session, event);
	if (msg->kind != TEECHAN_KIND_INVOKE)
		tch_settle(session);
	if (msg->abandoned) {
		if (msg->kind != TEECHAN_KIND_CLOSE)
			tch_stat_inc(TCH_STAT_ABANDONED);
		tch_message_release(session);
	} else {
		msg->state = TCH_DONE;
		tch_message_wake(msg);
	}
	event->gone = session->life == TCH_GONE;
}

/* What follows from the end of a message, without the lock; may sleep. */
__tch_hot_ta void tch_message_told(struct tch_session *session, const struct tch_call_event *event)
{
	if (event->told)
		tch_event_call(session, event);
	if (event->gone)
		tch_session_unlist(session);
}

/*
 * End a message that is TCH_FINISHING, and so this thread's: the pages go home
 * first.
 */
void tch_message_finish(struct tch_session *session, bool answered, u32 ret, u32 origin)
{
	struct tch_call_event event;

	tch_params_return(session);
	spin_lock(&session->ta->lock);
	tch_message_end(session, answered, ret, origin, &event);
	spin_unlock(&session->ta->lock);
	tch_message_told(session, &event);
}

/*
 * The deadline has come. What is queued is taken back; what the TA has, it
 * keeps, pages and inbox too, until it answers or dies.
 */
bool tch_message_give_up(struct tch_session *session)
{
	struct tch_message *msg = &session->msg;

	lockdep_assert_held(&session->ta->lock);
	msg->abandoned = true;
	if (msg->state != TCH_QUEUED)
		return false;
	tch_message_dequeue(session);
	msg->state = TCH_FINISHING;
	return true;
}

/**
 * tch_message_quit() - the client is done with the session
 * @session: no longer in the client's table
 *
 * Nobody will collect what is under way. What the TA holds stays its own until
 * it answers.
 */
void tch_message_quit(struct tch_session *session)
{
	struct tch_message *msg = &session->msg;
	struct tch_ta *ta = session->ta;
	bool taken_back = false, gone;

	spin_lock(&ta->lock);
	WRITE_ONCE(session->quit, true);
	if (session->life == TCH_OPEN)
		tch_session_live(session, TCH_CLOSING);
	else if (session->life == TCH_OPENING && msg->state == TCH_IDLE)
		tch_session_live(session, TCH_GONE);	/* its OPEN never began */
	switch (msg->state) {
	case TCH_QUEUED:
	case TCH_DELIVERING:
	case TCH_HELD:
	case TCH_FINISHING:
		taken_back = msg->kind != TEECHAN_KIND_CLOSE && tch_message_give_up(session);
		break;
	case TCH_IDLE:
	case TCH_DONE:
		tch_message_release(session);
		break;
	case TCH_PREPARING:
	case TCH_COLLECTING:
		break;
	}
	tch_message_wake(msg);
	wake_up_interruptible_all(&session->slot_wait);
	gone = session->life == TCH_GONE;
	spin_unlock(&ta->lock);
	if (gone)
		tch_session_unlist(session);
	if (taken_back)
		tch_message_finish(session, false, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
}

/**
 * tch_message_kill() - the TA is dead: end what it had of a session
 * @session: ta->dead is set
 *
 * The pages are taken from the TA's windows before the caller hears of it.
 */
void tch_message_kill(struct tch_session *session)
{
	struct tch_message *msg = &session->msg;
	struct tch_ta *ta = session->ta;
	bool finish = true;

	spin_lock(&ta->lock);
	switch (msg->state) {
	case TCH_QUEUED:
		tch_message_dequeue(session);
		break;
	case TCH_DELIVERING:
	case TCH_HELD:
		ta->held--;
		break;
	default:
		finish = false;
	}
	if (finish)
		msg->state = TCH_FINISHING;
	wake_up_interruptible_all(&session->slot_wait);
	spin_unlock(&ta->lock);
	if (finish)
		tch_message_finish(session, false, TEECHAN_ERROR_TARGET_DEAD, TEECHAN_ORIGIN_TEE);
}
