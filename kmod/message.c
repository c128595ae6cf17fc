// SPDX-License-Identifier: GPL-2.0-only
#include "message.h"

#include <linux/log2.h>

#include "netlink.h"
#include "session.h"
#include "slot.h"
#include "stats.h"
#include "ta.h"

/* To the end of the TA's queue, or to its head. */
void tc_message_enqueue(struct tc_session *session, bool first)
{
	struct tc_ta *ta = session->ta;

	lockdep_assert_held(&ta->lock);
	session->msg.state = TC_QUEUED;
	session->msg.queued_at = ktime_get_ns();
	if (first)
		list_add(&session->on_queue, &ta->queue);
	else
		list_add_tail(&session->on_queue, &ta->queue);
	ta->queued++;
}

void tc_message_dequeue(struct tc_session *session)
{
	lockdep_assert_held(&session->ta->lock);
	list_del_init(&session->on_queue);
	session->ta->queued--;
}

/* The next message of the session gets a number of its own. */
void tc_message_number(struct tc_message *msg)
{
	if (!++msg->seq)
		msg->seq = 1;
}

/*
 * The slot is free for the next call; or for the CLOSE that the TA is still to
 * get, which goes before all that others have queued.
 */
void tc_message_release(struct tc_session *session)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;

	lockdep_assert_held(&ta->lock);
	msg->state = TC_IDLE;
	if (session->life != TC_CLOSING) {
		if (!list_empty(&session->waiters))
			wake_up_interruptible(&session->slot_wait);
		return;
	}
	if (ta->dead) {
		tc_session_live(session, TC_GONE);
		return;
	}
	tc_message_number(msg);
	msg->kind = TEECHAN_KIND_CLOSE;
	msg->cmd = 0;
	msg->cancel_id = 0;
	msg->deadline = 0;
	msg->cancelled = false;
	msg->abandoned = true;
	memset(msg->params, 0, sizeof(msg->params));
	tc_message_enqueue(session, true);
	wake_up_interruptible_poll(&ta->wait, EPOLLIN | EPOLLRDNORM);
}

static void tc_count_call(struct tc_ta *ta, const struct tc_message *msg, u64 latency)
{
	lockdep_assert_held(&ta->lock);
	if (msg->kind == TEECHAN_KIND_OPEN) {
		if (msg->ret != TEECHAN_SUCCESS)
			return;
		ta->opens++;
		tc_stat_inc(TC_STAT_OPENS);
	} else if (msg->kind == TEECHAN_KIND_INVOKE) {
		ta->calls++;
		ta->histogram[min(ilog2(latency | 1), TEECHAN_HIST_LEN - 1)]++;
		tc_stat_inc(TC_STAT_CALLS);
	}
}

/* What the end of a message means for its session; ta->lock is held. */
static void tc_settle(struct tc_session *session)
{
	const struct tc_message *msg = &session->msg;

	switch (msg->kind) {
	case TEECHAN_KIND_OPEN:
		if (msg->ret != TEECHAN_SUCCESS)
			tc_session_live(session, TC_GONE);
		else if (msg->abandoned)
			tc_session_live(session, TC_CLOSING);
		else
			tc_session_live(session, TC_OPEN);
		break;
	case TEECHAN_KIND_CLOSE:
		tc_session_live(session, TC_GONE);
		break;
	}
}

/*
 * End a message that is TC_FINISHING, and so this thread's: the pages go home,
 * then its caller wakes, or the slot is free again if nobody waits.
 */
void tc_message_finish(struct tc_session *session, bool answered, u32 ret, u32 origin)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;
	struct tc_call_event event;
	bool gone;

	tc_params_return(session);

	spin_lock(&ta->lock);
	msg->answered = answered;
	msg->ret = ret;
	msg->origin = origin;
	event = (struct tc_call_event) {
		.kind = msg->kind, .cmd = msg->cmd, .ret = ret, .origin = origin,
		.latency = ktime_get_ns() - msg->queued_at,
	};
	if (answered)
		tc_count_call(ta, msg, event.latency);
	tc_settle(session);
	if (msg->abandoned) {
		if (msg->kind != TEECHAN_KIND_CLOSE)
			tc_stat_inc(TC_STAT_ABANDONED);
		tc_message_release(session);
	} else {
		msg->state = TC_DONE;
	}
	gone = session->life == TC_GONE;
	spin_unlock(&ta->lock);

	tc_hand_over(&session->wait);
	tc_event_call(session, &event);
	if (gone)
		tc_session_unlist(session);
}

/*
 * The deadline has come. What is queued is taken back; what the TA has, it
 * keeps, pages and inbox too, until it answers or dies.
 */
bool tc_message_give_up(struct tc_session *session)
{
	struct tc_message *msg = &session->msg;

	lockdep_assert_held(&session->ta->lock);
	msg->abandoned = true;
	if (msg->state != TC_QUEUED)
		return false;
	tc_message_dequeue(session);
	msg->state = TC_FINISHING;
	return true;
}

/**
 * tc_message_quit() - the client is done with the session
 * @session: no longer in the client's table
 *
 * Nobody will collect what is under way. What the TA holds stays its own until
 * it answers.
 */
void tc_message_quit(struct tc_session *session)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;
	bool taken_back = false, gone;

	spin_lock(&ta->lock);
	WRITE_ONCE(session->quit, true);
	if (session->life == TC_OPEN)
		tc_session_live(session, TC_CLOSING);
	else if (session->life == TC_OPENING && msg->state == TC_IDLE)
		tc_session_live(session, TC_GONE);	/* its OPEN never began */
	switch (msg->state) {
	case TC_QUEUED:
	case TC_DELIVERING:
	case TC_HELD:
	case TC_FINISHING:
		taken_back = msg->kind != TEECHAN_KIND_CLOSE && tc_message_give_up(session);
		break;
	case TC_IDLE:
	case TC_DONE:
		tc_message_release(session);
		break;
	case TC_PREPARING:
	case TC_COLLECTING:
		break;
	}
	wake_up_interruptible_all(&session->wait);
	wake_up_interruptible_all(&session->slot_wait);
	gone = session->life == TC_GONE;
	spin_unlock(&ta->lock);
	if (gone)
		tc_session_unlist(session);
	if (taken_back)
		tc_message_finish(session, false, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
}

/**
 * tc_message_kill() - the TA is dead: end what it had of a session
 * @session: ta->dead is set
 *
 * The pages are taken from the TA's windows before the caller hears of it.
 */
void tc_message_kill(struct tc_session *session)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;
	bool finish = true;

	spin_lock(&ta->lock);
	switch (msg->state) {
	case TC_QUEUED:
		tc_message_dequeue(session);
		break;
	case TC_DELIVERING:
	case TC_HELD:
		ta->held--;
		break;
	default:
		finish = false;
	}
	if (finish)
		msg->state = TC_FINISHING;
	wake_up_interruptible_all(&session->slot_wait);
	spin_unlock(&ta->lock);
	if (finish)
		tc_message_finish(session, false, TEECHAN_ERROR_TARGET_DEAD, TEECHAN_ORIGIN_TEE);
}
