// SPDX-License-Identifier: GPL-2.0-only
#include "call.h"

#include <linux/uaccess.h>

#include "netlink.h"
#include "session.h"
#include "slot.h"
#include "stats.h"
#include "ta.h"

/* A call that waits for the slot, so that it can be cancelled. */
struct tc_waiter {
	struct list_head on_session;
	u64 cancel_id;
	bool cancelled;
};

static int tc_over(struct tc_call *call, u32 ret, u32 origin)
{
	call->ret = ret;
	call->origin = origin;
	return TC_OVER;
}

/* Is the session in a stage that this call is for? ta->lock is held. */
static int tc_call_allowed(struct tc_session *session, struct tc_call *call)
{
	const enum tc_life life =
		call->kind == TEECHAN_KIND_OPEN ? TC_OPENING : TC_OPEN;

	if (session->quit || (life == TC_OPEN && session->life == TC_OPENING))
		return -ENOENT;
	if (session->ta->dead)
		return tc_over(call, TEECHAN_ERROR_TARGET_DEAD, TEECHAN_ORIGIN_TEE);
	return session->life == life ? 0 : -ENOENT;
}

/* May this call have the slot? Return: 0, -EAGAIN to wait, or the end of it. */
static int tc_slot_take(struct tc_session *session, struct tc_call *call,
			const struct tc_waiter *waiter)
{
	struct tc_message *msg = &session->msg;
	int ret;

	lockdep_assert_held(&session->ta->lock);
	ret = tc_call_allowed(session, call);
	if (ret)
		return ret;
	if (waiter->cancelled)
		return tc_over(call, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
	if (msg->state != TC_IDLE)
		return -EAGAIN;
	tc_message_number(msg);
	msg->state = TC_PREPARING;
	msg->kind = call->kind;
	msg->cmd = call->cmd;
	msg->cancel_id = call->cancel_id;
	msg->deadline = call->deadline;
	msg->cancelled = false;
	msg->abandoned = false;
	msg->answered = false;
	return 0;
}

static bool tc_slot_changed(const struct tc_session *session,
			    const struct tc_waiter *waiter)
{
	return READ_ONCE(session->msg.state) == TC_IDLE ||
	       READ_ONCE(session->quit) || READ_ONCE(session->ta->dead) ||
	       READ_ONCE(waiter->cancelled);
}

/**
 * tc_call_begin() - take a session's message slot
 * @session: the session
 * @call: the call; it has no id yet
 *
 * Calls of one session go one after the other: this waits, interruptibly and no
 * longer than to the call's deadline, until the slot is free.
 *
 * Return: 0 and the slot is the caller's, who must go on to tc_call_send();
 * TC_OVER; -ENOENT when the session is not open; -ERESTARTSYS.
 */
int tc_call_begin(struct tc_session *session, struct tc_call *call)
{
	struct tc_waiter waiter = { .cancel_id = call->cancel_id };
	struct tc_ta *ta = session->ta;
	int waited = 0, ret;

	INIT_LIST_HEAD(&waiter.on_session);
	spin_lock(&ta->lock);
	for (;;) {
		ret = tc_slot_take(session, call, &waiter);
		if (ret != -EAGAIN)
			break;
		if (waited == -ETIMEDOUT)
			ret = tc_over(call, TEECHAN_ERROR_TIMEOUT, TEECHAN_ORIGIN_COMMS);
		else
			ret = waited;
		if (ret)
			break;
		if (list_empty(&waiter.on_session))
			list_add(&waiter.on_session, &session->waiters);
		spin_unlock(&ta->lock);
		waited = tc_wait(session->slot_wait,
				 tc_slot_changed(session, &waiter), 1, call->deadline);
		spin_lock(&ta->lock);
	}
	list_del(&waiter.on_session);
	/* A wake-up that this call does not use is another's. */
	if (ret && session->msg.state == TC_IDLE)
		wake_up_interruptible(&session->slot_wait);
	spin_unlock(&ta->lock);
	return ret;
}

/* Why a message that is ready may not be queued after all; ta->lock is held. */
static int tc_may_queue(struct tc_session *session, struct tc_call *call)
{
	struct tc_ta *ta = session->ta;

	int ret = tc_call_allowed(session, call);

	if (ret)
		return ret;
	if (session->msg.cancelled)
		return tc_over(call, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
	if (call->kind == TEECHAN_KIND_OPEN) {
		if (ta->live && !(ta->flags & TEECHAN_TA_MULTI_SESSION))
			return tc_over(call, TEECHAN_ERROR_BUSY, TEECHAN_ORIGIN_TEE);
		ta->live++;
		session->counted = true;
	}
	return 0;
}

/* Turn an error of lending into the result that the specification has for it. */
static int tc_lend_error(struct tc_call *call, int error)
{
	switch (error) {
	case -EBUSY:
		return tc_over(call, TEECHAN_ERROR_BUSY, TEECHAN_ORIGIN_TEE);
	case -ENOSPC:
		return tc_over(call, TEECHAN_ERROR_OUT_OF_MEMORY, TEECHAN_ORIGIN_TEE);
	default:
		return error;
	}
}

/* Undo tc_call_begin(), or the making of a session. */
static void tc_call_drop(struct tc_session *session)
{
	struct tc_ta *ta = session->ta;
	bool gone;

	tc_params_return(session);
	spin_lock(&ta->lock);
	if (session->life == TC_OPENING)
		tc_session_live(session, TC_GONE);
	tc_message_release(session);
	gone = session->life == TC_GONE;
	spin_unlock(&ta->lock);
	if (gone)
		tc_session_unlist(session);
}

/**
 * tc_call_send() - take the parameters in and queue the message
 * @session: whose slot the caller has
 * @call: gets the message's id, which is also stored in the caller's structure
 *	before the message can be seen: if the call is cut short by a signal and
 *	made again, it finds the id there and only waits
 *
 * Return: 0; else the slot is free again and nothing is lent: TC_OVER; -ENOENT
 * when the session was closed; -EFAULT; or an error of tc_params_take().
 */
int tc_call_send(struct tc_session *session, struct tc_call *call)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;
	u64 lent;
	int ret;

	ret = tc_params_take(session, call->params);
	if (ret) {
		ret = tc_lend_error(call, ret);
		goto drop;
	}
	lent = tc_params_lent(session);
	call->id = tc_message_id(msg->seq, session->client_id);
	ret = put_user(call->id, call->user_id);
	if (ret)
		goto drop;

	spin_lock(&ta->lock);
	ret = tc_may_queue(session, call);
	if (!ret)
		tc_message_enqueue(session, false);
	spin_unlock(&ta->lock);
	if (ret)
		goto drop;

	if (lent) {
		tc_stat_inc(TC_STAT_LENDS);
		tc_event_lend(session, lent);
	}
	tc_hand_over(&ta->wait);
	return 0;
drop:
	tc_call_drop(session);
	return ret;
}

static u32 tc_call_seq(const struct tc_call *call)
{
	return call->id >> 32;
}

/* Is it over, or was it never a message of this call? */
static bool tc_call_is_over(const struct tc_session *session, const struct tc_call *call)
{
	const struct tc_message *msg = &session->msg;

	switch (READ_ONCE(msg->state)) {
	case TC_QUEUED:
	case TC_DELIVERING:
	case TC_HELD:
	case TC_FINISHING:
		return READ_ONCE(msg->seq) != tc_call_seq(call) ||
		       READ_ONCE(msg->kind) != call->kind || READ_ONCE(msg->abandoned);
	default:
		return true;
	}
}

/* The answer is there and this thread has it: TC_COLLECTING. */
static int tc_collect(struct tc_session *session, struct tc_call *call)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;
	int ret = 0;

	call->ret = msg->ret;
	call->origin = msg->origin;
	if (msg->answered)
		ret = tc_params_collect(session, call->params);

	spin_lock(&ta->lock);
	tc_message_release(session);
	spin_unlock(&ta->lock);
	return ret;
}

/* Sleep until it is over; a cancellation can bring its deadline forward. */
static int tc_call_sleep(struct tc_session *session, const struct tc_call *call)
{
	const struct tc_message *msg = &session->msg;
	int ret;

	do {
		const ktime_t deadline = READ_ONCE(msg->deadline);

		ret = tc_wait(session->wait, tc_call_is_over(session, call) ||
			      READ_ONCE(msg->deadline) != deadline, 0, deadline);
	} while (!ret && !tc_call_is_over(session, call));
	return ret;
}

/**
 * tc_call_wait() - wait for an answer and collect it
 * @session: the session
 * @call: its id tells the message
 *
 * Return: 0 or TC_OVER, with ret and origin set; -ENOENT when there is no such
 * message, or its answer was collected, or its session closed; -ERESTARTSYS:
 * the message stays as it is; -EFAULT: it was answered, but the outputs could
 * not be stored.
 */
int tc_call_wait(struct tc_session *session, struct tc_call *call)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;
	bool taken_back = false;
	int ret;

	ret = tc_call_sleep(session, call);

	spin_lock(&ta->lock);
	if (msg->seq != tc_call_seq(call) || msg->kind != call->kind || msg->abandoned) {
		ret = -ENOENT;
	} else if (msg->state == TC_DONE) {
		msg->state = TC_COLLECTING;
		spin_unlock(&ta->lock);
		return tc_collect(session, call);
	} else if (ret == -ETIMEDOUT && !tc_call_is_over(session, call)) {
		taken_back = tc_message_give_up(session);
		ret = tc_over(call, msg->cancelled ? TEECHAN_ERROR_CANCEL :
			      TEECHAN_ERROR_TIMEOUT, TEECHAN_ORIGIN_COMMS);
	} else if (!ret || ret == -ETIMEDOUT) {
		ret = -ENOENT;
	}
	spin_unlock(&ta->lock);
	if (taken_back)
		tc_message_finish(session, false, TEECHAN_ERROR_TIMEOUT, TEECHAN_ORIGIN_COMMS);
	return ret;
}

/* The TA can see it; who waits for it waits no longer than to the deadline. */
static void tc_mark_cancelled(struct tc_session *session, ktime_t deadline)
{
	struct tc_message *msg = &session->msg;

	lockdep_assert_held(&session->ta->lock);
	msg->cancelled = true;
	if (!deadline || (msg->deadline && msg->deadline <= deadline))
		return;
	WRITE_ONCE(msg->deadline, deadline);
	wake_up_interruptible_all(&session->wait);
}

/**
 * tc_call_cancel() - cancel what carries a number, if this session has it
 * @session: the session
 * @cancel_id: not 0
 * @deadline: CLOCK_MONOTONIC, 0 for none
 *
 * What waits for the slot or in the queue ends at once; the TA is told of what
 * it holds, and decides itself (GP Client 1.0 §4.5.10), until the deadline.
 *
 * Return: true if there was something to cancel.
 */
bool tc_call_cancel(struct tc_session *session, u64 cancel_id, ktime_t deadline)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;
	bool found = false, taken_back = false;
	struct tc_waiter *waiter;

	spin_lock(&ta->lock);
	list_for_each_entry(waiter, &session->waiters, on_session) {
		if (waiter->cancel_id == cancel_id) {
			WRITE_ONCE(waiter->cancelled, true);
			found = true;
		}
	}
	if (found)
		wake_up_interruptible_all(&session->slot_wait);
	if (msg->cancel_id == cancel_id && !msg->abandoned) {
		switch (msg->state) {
		case TC_QUEUED:
			tc_message_dequeue(session);
			msg->state = TC_FINISHING;
			taken_back = true;
			fallthrough;
		case TC_PREPARING:
		case TC_DELIVERING:
		case TC_HELD:
			tc_mark_cancelled(session, deadline);
			found = true;
			break;
		default:
			break;
		}
	}
	spin_unlock(&ta->lock);
	if (taken_back)
		tc_message_finish(session, false, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
	return found;
}
