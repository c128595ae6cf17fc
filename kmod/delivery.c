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

	lockdep_assert_held(&ta->lock);
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
 * signal. ta->lock is held, and given up meanwhile; who wakes holds it too.
 * Return: 0 to look again, -ETIMEDOUT.
 */
static int tch_await_wakeup(struct tch_ta *ta, ktime_t deadline)
	__must_hold(&ta->lock)
{
	struct tch_sleeper sleeper = { .task = current };
	bool late;

	lockdep_assert_held(&ta->lock);
	hlist_add_head(&sleeper.on_ta, &ta->sleepers);
	set_current_state(TCH_SLEEP);
	spin_unlock(&ta->lock);
	late = tch_nap(deadline);
	__set_current_state(TASK_RUNNING);
	spin_lock(&ta->lock);
	__hlist_del(&sleeper.on_ta);
	return late ? -ETIMEDOUT : 0;
}

static __tch_hot_ta int tch_await_message(struct tch_ta *ta, ktime_t deadline, bool nonblock,
			     struct tch_session **out)
{
	int ret = 0;

	/*
	 * A caller that the answer just woke may be due before us: when it goes
	 * first, its next message may be there before we went to sleep.
	 */
	cond_resched();
	spin_lock(&ta->lock);
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
	spin_unlock(&ta->lock);
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

	spin_lock(&ta->lock);
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
	spin_unlock(&ta->lock);
	if (finish)
		tch_message_finish(session, false, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
}

/* Who opens the session is told with the message that asks for it. */
static noinline bool tch_identity_give(const struct tch_session *session,
				       struct teechan_reply_recv __user *to)
{
	return !copy_to_user(&to->client, &session->who, sizeof(session->who));
}

/* Return: false on a fault. The message is this thread's. */
static __always_inline bool tch_message_give(const struct tch_session *session,
					     struct teechan_reply_recv __user *to)
{
	const struct tch_message *msg = &session->msg;
	struct teechan_param __user *params = to->params;
	const struct tch_param *param = msg->params;
	const struct tch_param *const end = param + msg->count;

	if (!tch_write_begin(to, sizeof(*to)))
		return false;
	unsafe_put_user(tch_message_id(msg->seq, session->ta_id), &to->id, fault);
	unsafe_put_user(msg->kind, &to->kind, fault);
	unsafe_put_user(session->ta_id, &to->session, fault);
	unsafe_put_user(msg->cmd, &to->cmd, fault);
	unsafe_put_user(msg->count, &to->count, fault);
	for (; param < end; param++, params++)
		if (!tch_param_write(params, &param->seen))
			goto fault;
	user_write_access_end();
	return msg->kind != TEECHAN_KIND_OPEN || tch_identity_give(session, to);
fault:
	user_write_access_end();
	return false;
}

/**
 * tch_delivery_receive() - wait for the next message and copy it to the TA
 * @ta: the TA
 * @to: where it goes
 * @deadline: CLOCK_MONOTONIC, 0 for none
 * @nonblock: do not wait
 *
 * Return: 0; -EAGAIN; -ETIMEDOUT; -ERESTARTSYS; -ESHUTDOWN when the TA counts
 * as dead; -EFAULT: the message is queued again, or over if it was cancelled.
 */
__tch_hot_ta int tch_delivery_receive(struct tch_ta *ta, struct teechan_reply_recv __user *to,
			 u64 deadline, bool nonblock)
{
	struct tch_session *session;
	int ret;

	ret = tch_await_message(ta, deadline, nonblock, &session);
	if (ret)
		return ret;
	trace_tch_receive(session);
	if (tch_message_give(session, to)) {
		/* Without the lock: who takes the message from us writes over either. */
		cmpxchg(&session->msg.state, TCH_DELIVERING, TCH_HELD);
	} else {
		tch_undeliver(session);
		ret = -EFAULT;
	}
	tch_session_put(session);
	return ret;
}

/* A message that the TA holds, by its id; ta->lock is held. */
static __always_inline struct tch_session *tch_held(struct tch_ta *ta, u64 id)
{
	struct tch_session *session = ta->recent;

	lockdep_assert_held(&ta->lock);
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
 * @in: the answer
 *
 * Return: 0, also when nobody waits for the answer any more; -ENOENT when the
 * TA does not hold such a message; -ESHUTDOWN when it counts as dead.
 */
__tch_hot_ta int tch_delivery_reply(struct tch_ta *ta, const struct tch_answer *in)
{
	struct tch_call_event event;
	struct tch_session *session;
	bool dead, later;

	spin_lock(&ta->lock);
	dead = ta->dead;
	session = tch_held(ta, in->id);
	if (!session) {
		spin_unlock(&ta->lock);
		return dead ? -ESHUTDOWN : -ENOENT;
	}
	ta->held--;
	/* A reference only for what goes on without the lock. */
	later = session->msg.lends;
	if (later) {
		kref_get(&session->ref);
		session->msg.state = TCH_FINISHING;
		spin_unlock(&ta->lock);
		tch_params_return(session);
		spin_lock(&ta->lock);
	}
	tch_params_answer(session, in);
	tch_message_end(session, true, in->ret, in->origin ?: TEECHAN_ORIGIN_TA, &event);
	if (!later && (event.told || event.gone)) {
		kref_get(&session->ref);
		later = true;
	}
	spin_unlock(&ta->lock);

	if (later) {
		tch_message_told(session, &event);
		tch_session_put(session);
	}
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

	spin_lock(&ta->lock);
	session = tch_held(ta, id);
	if (session)
		ret = session->msg.cancelled ||
		      (session->msg.abandoned &&
		       session->msg.kind != TEECHAN_KIND_CLOSE);
	spin_unlock(&ta->lock);
	return ret;
}
