// SPDX-License-Identifier: GPL-2.0-only
#include "call.h"

#include "copy.h"
#include "netlink.h"
#include "session.h"
#include "slot.h"
#include "stats.h"
#include "ta.h"
#include "trace.h"

/* A call that waits for the slot, so that it can be cancelled. */
struct tch_waiter {
	struct list_head on_session;
	u64 cancel_id;
	bool cancelled;
};

static int tch_over(struct tch_call *call, u32 ret, u32 origin)
{
	call->ret = ret;
	call->origin = origin;
	return TCH_OVER;
}

/* Is the session in a stage that this call is for? ta->lock is held. */
static int tch_call_allowed(struct tch_session *session, struct tch_call *call)
{
	const enum tch_life life =
		call->kind == TEECHAN_KIND_OPEN ? TCH_OPENING : TCH_OPEN;

	if (session->quit || (life == TCH_OPEN && session->life == TCH_OPENING))
		return -ENOENT;
	if (session->ta->dead)
		return tch_over(call, TEECHAN_ERROR_TARGET_DEAD, TEECHAN_ORIGIN_TEE);
	return session->life == life ? 0 : -ENOENT;
}

/* May this call have the slot? Return: 0, -EAGAIN to wait, or the end of it. */
static __tch_hot_client int tch_slot_take(struct tch_session *session, struct tch_call *call,
			 const struct tch_waiter *waiter)
{
	struct tch_message *msg = &session->msg;
	int ret;

	lockdep_assert_held(&session->ta->lock);
	ret = tch_call_allowed(session, call);
	if (ret)
		return ret;
	if (waiter && waiter->cancelled)
		return tch_over(call, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
	if (msg->state != TCH_IDLE)
		return -EAGAIN;
	tch_message_begin(msg, call->kind);
	msg->state = TCH_PREPARING;
	msg->cmd = call->cmd;
	msg->cancel_id = call->cancel_id;
	msg->deadline = call->deadline;
	return 0;
}

static bool tch_slot_changed(const struct tch_session *session,
			     const struct tch_waiter *waiter)
{
	return READ_ONCE(session->msg.state) == TCH_IDLE ||
	       READ_ONCE(session->quit) || READ_ONCE(session->ta->dead) ||
	       READ_ONCE(waiter->cancelled);
}

/* Another call has the slot: wait for it, out of the way of those that need not. */
static noinline int tch_slot_wait(struct tch_session *session, struct tch_call *call)
	__must_hold(&session->ta->lock)
{
	struct tch_waiter waiter = { .cancel_id = call->cancel_id };
	struct tch_ta *ta = session->ta;
	int waited, ret;

	lockdep_assert_held(&ta->lock);
	list_add(&waiter.on_session, &session->waiters);
	for (;;) {
		spin_unlock(&ta->lock);
		waited = tch_wait(session->slot_wait,
				  tch_slot_changed(session, &waiter), 1, call->deadline);
		spin_lock(&ta->lock);
		ret = tch_slot_take(session, call, &waiter);
		if (ret != -EAGAIN)
			break;
		if (waited == -ETIMEDOUT)
			ret = tch_over(call, TEECHAN_ERROR_TIMEOUT, TEECHAN_ORIGIN_COMMS);
		else if (waited)
			ret = waited;
		else
			continue;
		break;
	}
	list_del(&waiter.on_session);
	/* A wake-up that this call does not use is another's. */
	if (ret && session->msg.state == TCH_IDLE)
		wake_up_interruptible(&session->slot_wait);
	return ret;
}

/**
 * tch_call_begin() - take a session's message slot
 * @session: the session
 * @call: the call; it has no id yet
 *
 * Calls of one session go one after the other: this waits, interruptibly and no
 * longer than to the call's deadline, until the slot is free.
 *
 * Return: 0 and the slot is the caller's, who must go on to tch_call_send();
 * TCH_OVER; -ENOENT when the session is not open; -ERESTARTSYS.
 */
__tch_hot_client int tch_call_begin(struct tch_session *session, struct tch_call *call)
{
	struct tch_ta *ta = session->ta;
	int ret;

	spin_lock(&ta->lock);
	ret = tch_slot_take(session, call, NULL);
	if (ret == -EAGAIN)
		ret = tch_slot_wait(session, call);
	spin_unlock(&ta->lock);
	return ret;
}

/* Why a message that is ready may not be queued after all; ta->lock is held. */
static int tch_may_queue(struct tch_session *session, struct tch_call *call)
{
	struct tch_ta *ta = session->ta;

	int ret = tch_call_allowed(session, call);

	if (ret)
		return ret;
	if (session->msg.cancelled)
		return tch_over(call, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
	if (call->kind == TEECHAN_KIND_OPEN) {
		if (!tch_ta_has_room(ta))
			return -EAGAIN;
		ta->live++;
		session->counted = true;
	}
	return 0;
}

/* Turn an error of lending into the result that the specification has for it. */
static noinline int tch_lend_error(struct tch_call *call, int error)
{
	switch (error) {
	case -EBUSY:
		return tch_over(call, TEECHAN_ERROR_BUSY, TEECHAN_ORIGIN_TEE);
	case -ENOSPC:
		return tch_over(call, TEECHAN_ERROR_OUT_OF_MEMORY, TEECHAN_ORIGIN_TEE);
	case -ESHUTDOWN:
		return tch_over(call, TEECHAN_ERROR_TARGET_DEAD, TEECHAN_ORIGIN_TEE);
	default:
		return error;
	}
}

/* Undo tch_call_begin(), or the making of a session. */
static noinline void tch_call_drop(struct tch_session *session)
{
	struct tch_ta *ta = session->ta;
	bool gone;

	tch_params_return(session);
	spin_lock(&ta->lock);
	if (session->life == TCH_OPENING)
		tch_session_live(session, TCH_GONE);
	tch_message_release(session);
	gone = session->life == TCH_GONE;
	spin_unlock(&ta->lock);
	if (gone)
		tch_session_unlist(session);
}

/**
 * tch_call_send() - take the parameters in and queue the message
 * @session: whose slot the caller has
 * @call: gets the message's id, which is also stored in the caller's structure
 *	before the message can be seen: if the call is cut short by a signal and
 *	made again, it finds the id there and only waits
 *
 * Return: 0; else the slot is free again and nothing is lent: TCH_OVER; -ENOENT
 * when the session was closed; -EAGAIN when the TA has a session meanwhile, and
 * takes no more; -EFAULT; or an error of tch_params_take().
 */
__tch_hot_client int tch_call_send(struct tch_session *session, struct tch_call *call)
{
	struct tch_message *msg = &session->msg;
	struct tch_ta *ta = session->ta;
	u64 lent;
	int ret;

	ret = tch_params_take(session, call->params, call->count);
	if (ret) {
		ret = tch_lend_error(call, ret);
		goto drop;
	}
	lent = msg->lends ? tch_params_lent(session) : 0;
	call->id = tch_message_id(msg->seq, session->client_id);
	if (!tch_id_write(call->user_id, call->id)) {
		ret = -EFAULT;
		goto drop;
	}

	spin_lock(&ta->lock);
	ret = tch_may_queue(session, call);
	if (!ret)
		tch_message_enqueue(session, false);
	spin_unlock(&ta->lock);
	if (ret)
		goto drop;

	if (lent) {
		tch_stat_inc(TCH_STAT_LENDS);
		tch_event_lend(session, lent);
	}
	return 0;
drop:
	tch_call_drop(session);
	return ret;
}

static u32 tch_call_seq(const struct tch_call *call)
{
	return call->id >> 32;
}

/* The answer is there: take it, and free the slot. Memory is copied without the lock. */
static __tch_hot_client int tch_collect(struct tch_session *session, struct tch_call *call)
{
	struct tch_message *msg = &session->msg;
	struct tch_ta *ta = session->ta;
	int ret = 0;

	lockdep_assert_held(&ta->lock);
	trace_tch_done(session);
	call->ret = msg->ret;
	call->origin = msg->origin;
	if (msg->answered)
		call->written = tch_params_collect_values(session, call->params);
	if (msg->answered && msg->copies) {
		msg->state = TCH_COLLECTING;
		spin_unlock(&ta->lock);
		ret = tch_params_collect_memory(session);
		spin_lock(&ta->lock);
	}
	tch_message_release(session);
	return ret;
}

/*
 * How a call stands. @late: its deadline has come.
 * Return: as tch_call_wait(), or -EAGAIN to sleep.
 */
static __tch_hot_client int tch_call_look(struct tch_session *session, struct tch_call *call,
				   bool late, bool *taken_back)
{
	struct tch_message *msg = &session->msg;

	lockdep_assert_held(&session->ta->lock);
	if (msg->seq != tch_call_seq(call) || msg->kind != call->kind || msg->abandoned)
		return -ENOENT;
	if (msg->state == TCH_DONE)
		return tch_collect(session, call);
	if (msg->state < TCH_QUEUED || msg->state > TCH_FINISHING)
		return -ENOENT;
	if (late) {
		*taken_back = tch_message_give_up(session);
		return tch_over(call, msg->cancelled ? TEECHAN_ERROR_CANCEL :
				TEECHAN_ERROR_TIMEOUT, TEECHAN_ORIGIN_COMMS);
	}
	if (signal_pending(current))
		return -ERESTARTSYS;
	return msg->waiter ? -EBUSY : -EAGAIN;
}

/*
 * Sleep until the message may be over, or its deadline was brought forward.
 * ta->lock is held, and given up meanwhile; who wakes holds it too.
 * Return: true when the deadline has come.
 */
static bool tch_call_sleep(struct tch_session *session)
	__must_hold(&session->ta->lock)
{
	struct tch_message *msg = &session->msg;
	const ktime_t deadline = msg->deadline;
	struct tch_ta *ta = session->ta;
	bool late;

	lockdep_assert_held(&ta->lock);
	msg->waiter = current;
	set_current_state(TCH_SLEEP);
	spin_unlock(&ta->lock);
	late = tch_nap(deadline);
	__set_current_state(TASK_RUNNING);
	spin_lock(&ta->lock);
	msg->waiter = NULL;
	return late;
}

/**
 * tch_call_wait() - wait for an answer and collect it
 * @session: the session
 * @call: its id tells the message
 *
 * If the TA that was just woken is due, it goes first, and may have answered
 * before we go to sleep: spares both the scheduler's work of that.
 *
 * Return: 0 or TCH_OVER, with ret and origin set; -ENOENT when there is no such
 * message, or its answer was collected, or its session closed; -EBUSY when
 * another thread waits for it; -ERESTARTSYS: the message stays as it is;
 * -EFAULT: it was answered, but the outputs could not be stored.
 */
__tch_hot_client int tch_call_wait(struct tch_session *session, struct tch_call *call)
{
	struct tch_ta *ta = session->ta;
	bool taken_back = false, late = false;
	int ret;

	cond_resched();
	spin_lock(&ta->lock);
	for (;;) {
		ret = tch_call_look(session, call, late, &taken_back);
		if (ret != -EAGAIN)
			break;
		late = tch_call_sleep(session);
	}
	spin_unlock(&ta->lock);
	if (taken_back)
		tch_message_finish(session, false, TEECHAN_ERROR_TIMEOUT, TEECHAN_ORIGIN_COMMS);
	return ret;
}

/* The TA can see it; who waits for it waits no longer than to the deadline. */
static void tch_mark_cancelled(struct tch_session *session, ktime_t deadline)
{
	struct tch_message *msg = &session->msg;

	lockdep_assert_held(&session->ta->lock);
	msg->cancelled = true;
	if (!deadline || (msg->deadline && msg->deadline <= deadline))
		return;
	msg->deadline = deadline;
	tch_message_wake(msg);
}

/**
 * tch_call_cancel() - cancel what carries a number, if this session has it
 * @session: the session
 * @cancel_id: not 0
 * @deadline: CLOCK_MONOTONIC, 0 for none
 *
 * What waits for the slot or in the queue ends at once; the TA is told of what
 * it holds, and decides itself (GP Client 1.0 §4.5.10), until the deadline.
 *
 * Return: true if there was something to cancel.
 */
bool tch_call_cancel(struct tch_session *session, u64 cancel_id, ktime_t deadline)
{
	struct tch_message *msg = &session->msg;
	struct tch_ta *ta = session->ta;
	bool found = false, taken_back = false;
	struct tch_waiter *waiter;

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
		case TCH_QUEUED:
			tch_message_dequeue(session);
			msg->state = TCH_FINISHING;
			taken_back = true;
			fallthrough;
		case TCH_PREPARING:
		case TCH_DELIVERING:
		case TCH_HELD:
			tch_mark_cancelled(session, deadline);
			found = true;
			break;
		default:
			break;
		}
	}
	spin_unlock(&ta->lock);
	if (taken_back)
		tch_message_finish(session, false, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
	return found;
}
