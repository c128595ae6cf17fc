// SPDX-License-Identifier: GPL-2.0-only
#include "delivery.h"

#include <linux/uaccess.h>

#include "session.h"
#include "slot.h"
#include "ta.h"

/* Take the first message of the queue; it is TC_DELIVERING then. */
static struct tc_session *tc_take_first(struct tc_ta *ta)
{
	struct tc_session *session;

	spin_lock(&ta->lock);
	session = list_first_entry_or_null(&ta->queue, struct tc_session, on_queue);
	if (session) {
		tc_message_dequeue(session);
		session->msg.state = TC_DELIVERING;
		ta->held++;
		kref_get(&session->ref);
	}
	spin_unlock(&ta->lock);
	return session;
}

static int tc_await_message(struct tc_ta *ta, ktime_t deadline, bool nonblock,
			    struct tc_session **out)
{
	int ret = 0;

	for (;;) {
		if (READ_ONCE(ta->dead))
			return -ESHUTDOWN;
		*out = tc_take_first(ta);
		if (*out)
			return 0;
		if (ret)
			return ret;
		if (nonblock)
			return -EAGAIN;
		ret = tc_wait(ta->wait, !list_empty(&ta->queue) || READ_ONCE(ta->dead),
			      1, deadline);
	}
}

/* The TA did not get the message: it goes back to the head of the queue. */
static void tc_undeliver(struct tc_session *session)
{
	struct tc_message *msg = &session->msg;
	struct tc_ta *ta = session->ta;
	bool finish = false;

	spin_lock(&ta->lock);
	if (msg->state == TC_DELIVERING) {
		ta->held--;
		if (msg->abandoned && msg->kind != TEECHAN_KIND_CLOSE) {
			msg->state = TC_FINISHING;
			finish = true;
		} else {
			u64 since = msg->queued_at;

			tc_message_enqueue(session, true);
			msg->queued_at = since;
			wake_up_interruptible_poll(&ta->wait, EPOLLIN | EPOLLRDNORM);
		}
	}
	spin_unlock(&ta->lock);
	if (finish)
		tc_message_finish(session, false, TEECHAN_ERROR_CANCEL, TEECHAN_ORIGIN_COMMS);
}

/**
 * tc_delivery_receive() - wait for the next message and copy it to the TA
 * @ta: the TA
 * @out: room to build the message in
 * @to: where it goes
 * @nonblock: do not wait
 *
 * Return: 0; -EAGAIN; -ETIMEDOUT; -ERESTARTSYS; -ESHUTDOWN when the TA counts
 * as dead; -EFAULT: the message is queued again.
 */
int tc_delivery_receive(struct tc_ta *ta, struct teechan_reply_recv *out,
		       void __user *to, bool nonblock)
{
	struct tc_session *session;
	struct tc_message *msg;
	int ret;

	ret = tc_await_message(ta, out->deadline_ns, nonblock, &session);
	if (ret)
		return ret;
	msg = &session->msg;

	memset(out, 0, sizeof(*out));
	out->id = tc_message_id(msg->seq, session->ta_id);
	out->kind = msg->kind;
	out->session = session->ta_id;
	out->cmd = msg->cmd;
	out->client = session->who;
	tc_params_show(session, out->params);
	if (copy_to_user(to, out, sizeof(*out))) {
		tc_undeliver(session);
		ret = -EFAULT;
	} else {
		spin_lock(&ta->lock);
		if (msg->state == TC_DELIVERING)
			msg->state = TC_HELD;
		spin_unlock(&ta->lock);
	}
	tc_session_put(session);
	return ret;
}

/* A message that the TA holds, by its id; ta->lock is held. */
static struct tc_session *tc_held(struct tc_ta *ta, u64 id)
{
	struct tc_session *session = xa_load(&ta->sessions, (u32)id);

	lockdep_assert_held(&ta->lock);
	if (!session || session->msg.seq != id >> 32 ||
	    session->msg.state != TC_HELD)
		return NULL;
	return session;
}

/**
 * tc_delivery_reply() - a TA answers
 * @ta: the TA
 * @in: the answer; its types and input members are not looked at
 *
 * Return: 0, also when nobody waits for the answer any more; -ENOENT when the
 * TA does not hold such a message.
 */
int tc_delivery_reply(struct tc_ta *ta, const struct teechan_reply_recv *in)
{
	struct tc_session *session;

	spin_lock(&ta->lock);
	session = tc_held(ta, in->reply_id);
	if (session) {
		session->msg.state = TC_FINISHING;
		ta->held--;
		kref_get(&session->ref);
	}
	spin_unlock(&ta->lock);
	if (!session)
		return -ENOENT;

	tc_params_answer(session, in->params);
	tc_message_finish(session, true, in->ret, in->origin ?: TEECHAN_ORIGIN_TA);
	tc_session_put(session);
	return 0;
}

/**
 * tc_delivery_cancelled() - should a TA stop working on a message?
 * @ta: the TA
 * @id: of the message
 *
 * Return: 1 when the client cancelled it, gave it up or is gone; 0; -ENOENT when
 * the TA does not hold such a message.
 */
int tc_delivery_cancelled(struct tc_ta *ta, u64 id)
{
	struct tc_session *session;
	int ret = -ENOENT;

	spin_lock(&ta->lock);
	session = tc_held(ta, id);
	if (session)
		ret = session->msg.cancelled ||
		      (session->msg.abandoned &&
		       session->msg.kind != TEECHAN_KIND_CLOSE);
	spin_unlock(&ta->lock);
	return ret;
}
