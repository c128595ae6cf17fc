// SPDX-License-Identifier: GPL-2.0-only
#include "delivery.h"

#include "copy.h"
#include "session.h"
#include "slot.h"
#include "ta.h"
#include "trace.h"

/* Take the first message of the queue; it is TCH_DELIVERING then. */
static struct tch_session *tch_take_first(struct tch_ta *ta)
{
	struct tch_session *session;

	lockdep_assert_held(&ta->wait.lock);
	session = list_first_entry_or_null(&ta->queue, struct tch_session, on_queue);
	if (session) {
		tch_message_dequeue(session);
		session->msg.state = TCH_DELIVERING;
		ta->recent = session;
		ta->held++;
		kref_get(&session->ref);
	}
	return session;
}

/*
 * Sleep until this thread is woken for a message, for the TA's death or by a
 * signal. ta->wait.lock is held, and given up meanwhile; who wakes holds it too.
 * Return: 0 to look again, -ETIMEDOUT.
 */
static int tch_await_wakeup(struct tch_ta *ta, ktime_t deadline)
	__must_hold(&ta->wait.lock)
{
	DEFINE_WAIT_FUNC(wait, default_wake_function);
	bool late;

	lockdep_assert_held(&ta->wait.lock);
	__add_wait_queue_entry_tail_exclusive(&ta->wait, &wait);
	set_current_state(TCH_SLEEP);
	spin_unlock(&ta->wait.lock);
	late = tch_nap(deadline);
	__set_current_state(TASK_RUNNING);
	spin_lock(&ta->wait.lock);
	__remove_wait_queue(&ta->wait, &wait);
	return late ? -ETIMEDOUT : 0;
}

static __tch_hot int tch_await_message(struct tch_ta *ta, ktime_t deadline, bool nonblock,
			     struct tch_session **out)
{
	int ret = 0;

	/*
	 * A caller that the answer just woke may be due before us: when it goes
	 * first, its next message may be there before we went to sleep.
	 */
	cond_resched();
	spin_lock(&ta->wait.lock);
	for (;;) {
		*out = NULL;
		if (ta->dead) {
			ret = -ESHUTDOWN;
			break;
		}
		/* First of all: whoever was woken for a message must take it. */
		*out = tch_take_first(ta);
		if (*out || ret)
			break;
		if (nonblock)
			ret = -EAGAIN;
		else if (signal_pending(current))
			ret = -ERESTARTSYS;
		else
			ret = tch_await_wakeup(ta, deadline);
		if (ret && ret != -ETIMEDOUT)
			break;
	}
	spin_unlock(&ta->wait.lock);
	return *out ? 0 : ret;
}

/*
 * The TA did not get the message: it goes back to the head of the queue, unless
 * it was cancelled meanwhile, which ends what no TA has.
 */
static void tch_undeliver(struct tch_session *session)
{
	struct tch_message *msg = &session->msg;
	struct tch_ta *ta = session->ta;
	bool finish = false;

	spin_lock(&ta->wait.lock);
	if (msg->state == TCH_DELIVERING) {
		ta->held--;
		if ((msg->abandoned || msg->cancelled) &&
		    msg->kind != TEECHAN_KIND_CLOSE) {
			msg->state = TCH_FINISHING;
			finish = true;
		} else {
			u64 since = msg->queued_at;

			tch_message_enqueue(session, true);
			msg->queued_at = since;
		}
	}
	spin_unlock(&ta->wait.lock);
	if (finish)
		tch_message_finish(session, false, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
}

/**
 * tch_delivery_receive() - wait for the next message and copy it to the TA
 * @ta: the TA
 * @out: room to build the message in
 * @to: where it goes
 * @nonblock: do not wait
 *
 * Return: 0; -EAGAIN; -ETIMEDOUT; -ERESTARTSYS; -ESHUTDOWN when the TA counts
 * as dead; -EFAULT: the message is queued again, or over if it was cancelled.
 */
__tch_hot int tch_delivery_receive(struct tch_ta *ta, struct teechan_reply_recv *out,
			 void __user *to, bool nonblock)
{
	struct tch_session *session;
	struct tch_message *msg;
	int ret;

	ret = tch_await_message(ta, out->deadline_ns, nonblock, &session);
	if (ret)
		return ret;
	msg = &session->msg;
	trace_tch_receive(session);

	out->reply_id = 0;
	out->ret = 0;
	out->origin = 0;
	out->deadline_ns = 0;
	out->id = tch_message_id(msg->seq, session->ta_id);
	out->kind = msg->kind;
	out->session = session->ta_id;
	out->cmd = msg->cmd;
	out->client = session->who;
	tch_params_show(session, out->params);
	if (tch_copy_out(to, out, sizeof(*out))) {
		tch_undeliver(session);
		ret = -EFAULT;
	} else {
		spin_lock(&ta->wait.lock);
		if (msg->state == TCH_DELIVERING)
			msg->state = TCH_HELD;
		spin_unlock(&ta->wait.lock);
	}
	tch_session_put(session);
	return ret;
}

/* A message that the TA holds, by its id; ta->wait.lock is held. */
static __tch_hot struct tch_session *tch_held(struct tch_ta *ta, u64 id)
{
	struct tch_session *session = ta->recent;

	lockdep_assert_held(&ta->wait.lock);
	if (!session || session->ta_id != (u32)id)
		session = xa_load(&ta->sessions, (u32)id);
	if (!session || session->msg.seq != id >> 32 ||
	    session->msg.state != TCH_HELD)
		return NULL;
	return session;
}

/**
 * tch_delivery_reply() - a TA answers
 * @ta: the TA
 * @in: the answer; its types and input members are not looked at
 *
 * Return: 0, also when nobody waits for the answer any more; -ENOENT when the
 * TA does not hold such a message; -ESHUTDOWN when it counts as dead.
 */
__tch_hot int tch_delivery_reply(struct tch_ta *ta, const struct teechan_reply_recv *in)
{
	struct tch_call_event event;
	struct tch_session *session;
	bool dead;

	spin_lock(&ta->wait.lock);
	dead = ta->dead;
	session = tch_held(ta, in->reply_id);
	if (!session) {
		spin_unlock(&ta->wait.lock);
		return dead ? -ESHUTDOWN : -ENOENT;
	}
	kref_get(&session->ref);
	ta->held--;
	if (session->msg.lends) {
		session->msg.state = TCH_FINISHING;
		spin_unlock(&ta->wait.lock);
		tch_params_return(session);
		spin_lock(&ta->wait.lock);
	}
	tch_params_answer(session, in->params);
	tch_message_end(session, true, in->ret, in->origin ?: TEECHAN_ORIGIN_TA, &event);
	spin_unlock(&ta->wait.lock);

	tch_message_told(session, &event);
	tch_session_put(session);
	return 0;
}

/**
 * tch_delivery_cancelled() - should a TA stop working on a message?
 * @ta: the TA
 * @id: of the message
 *
 * Return: 1 when the client cancelled it, gave it up or is gone; 0; -ENOENT when
 * the TA does not hold such a message.
 */
int tch_delivery_cancelled(struct tch_ta *ta, u64 id)
{
	struct tch_session *session;
	int ret = -ENOENT;

	spin_lock(&ta->wait.lock);
	session = tch_held(ta, id);
	if (session)
		ret = session->msg.cancelled ||
		      (session->msg.abandoned &&
		       session->msg.kind != TEECHAN_KIND_CLOSE);
	spin_unlock(&ta->wait.lock);
	return ret;
}
