// SPDX-License-Identifier: GPL-2.0-only
#include "params.h"

#include <linux/overflow.h>
#include <linux/uaccess.h>

#include "../include/uapi/teechan.h"
#include "client.h"
#include "delivery.h"
#include "session.h"

/* Where a temporary reference may begin in the inbox. */
#define TCH_INBOX_ALIGN 16

static bool tch_type_is_value(u32 type)
{
	return type <= TEECHAN_VALUE_INOUT;
}

static bool tch_type_is_temp(u32 type)
{
	return type >= TEECHAN_MEM_IN && type <= TEECHAN_MEM_INOUT;
}

static bool tch_type_is_region(u32 type)
{
	return type >= TEECHAN_REGION_IN && type <= TEECHAN_REGION_INOUT;
}

/* The three lists of types are each IN, OUT, INOUT: 1, 2, 3 in the low bits. */
static bool tch_type_is_in(u32 type)
{
	return type & 1;
}

static bool tch_type_is_out(u32 type)
{
	return type & 2;
}

/* A value, or none: what is no input carries nothing. */
static bool tch_value_is_sound(const struct teechan_param *p)
{
	return !(p->flags | p->c | (tch_type_is_in(p->type) ? 0 : p->a | p->b));
}

static bool tch_memory_is_sound(const struct teechan_param *p)
{
	if (p->flags)
		return false;
	if (tch_type_is_temp(p->type))
		return !p->c && (p->a || !p->b);
	return tch_type_is_region(p->type) && p->c && p->c <= U32_MAX;
}

/* What a reference takes of the inbox. */
static u64 tch_inbox_share(const struct teechan_param *p)
{
	return tch_type_is_temp(p->type) ? ALIGN(p->b, TCH_INBOX_ALIGN) : 0;
}

/**
 * tch_params_check() - what can be seen without a session
 * @in: the client's parameters, already copied
 * @count: how many, at most TEECHAN_PARAMS
 *
 * Return: 0; -EINVAL for a bad type, or a member that must be zero; -E2BIG when
 * the temporary references do not fit the inbox.
 */
__tch_hot_client int tch_params_check(const struct teechan_param *in, unsigned int count)
{
	const struct teechan_param *const end = in + count;
	u64 used = 0;

	for (; in < end; in++) {
		if (tch_type_is_value(in->type)) {
			if (!tch_value_is_sound(in))
				return -EINVAL;
			continue;
		}
		if (!tch_memory_is_sound(in))
			return -EINVAL;
		if (tch_type_is_temp(in->type) && in->b > TCH_INBOX_SIZE)
			return -E2BIG;
		used += tch_inbox_share(in);
	}
	return used > TCH_INBOX_SIZE ? -E2BIG : 0;
}

/* The TA sees either kind of memory with the types of temporary references. */
static void tch_param_see(struct tch_param *param, u64 at)
{
	param->seen = (struct teechan_param) {
		.type = tch_type_is_temp(param->type) ? param->type :
			param->type - TEECHAN_REGION_IN + TEECHAN_MEM_IN,
		.b = param->size,
	};
	if (!param->size) {
		param->seen.flags = TEECHAN_PARAM_NULL;
		return;
	}
	param->seen.a = at;
	if (!tch_type_is_out(param->type))
		param->seen.flags = TEECHAN_PARAM_RO;
}

/* Inputs go into the inbox; what the TA is to fill begins as zeros. */
static int tch_param_copy_in(struct tch_session *session, struct tch_param *param,
			     const struct teechan_param *in, u64 at)
{
	param->user = u64_to_user_ptr(in->a);
	param->size = in->b;
	param->at = at;
	tch_param_see(param, at + ((u64)session->place.range.first << PAGE_SHIFT));
	session->written = true;
	if (!tch_type_is_in(param->type)) {
		memset(session->inbox + at, 0, param->size);
		return access_ok(param->user, param->size) ? 0 : -EFAULT;
	}
	return copy_from_user(session->inbox + at, param->user, param->size) ?
	       -EFAULT : 0;
}

static int tch_param_lend(struct tch_session *session, struct tch_param *param,
			  const struct teechan_param *in)
{
	struct tch_region *region = tch_client_region(session->client, in->c);
	int ret;

	if (!region)
		return -ENXIO;
	param->size = in->b;
	ret = tch_loan_make(&param->loan, region, session->ta, in->a, in->b,
			    tch_type_is_out(param->type));
	if (!ret)
		tch_param_see(param, param->loan.region ?
			      tch_loan_at(&param->loan, in->a) : 0);
	tch_region_put(region);
	return ret;
}

/* Everything is copied before anything is lent: see tch_params_take(). */
static noinline int tch_params_take_memory(struct tch_session *session,
					   const struct teechan_param *in)
{
	struct tch_message *msg = &session->msg;
	struct tch_param *param = msg->params;
	u64 at = 0;
	int i, ret;

	for (i = 0; i < msg->count; i++) {
		if (tch_type_is_region(in[i].type)) {
			param[i].loan = (struct tch_loan){};
			msg->lends = true;
		}
		if (!tch_type_is_temp(in[i].type))
			continue;
		msg->copies |= tch_type_is_out(in[i].type);
		ret = tch_param_copy_in(session, &param[i], &in[i], at);
		if (ret)
			return ret;
		at += tch_inbox_share(&in[i]);
	}
	for (i = 0; msg->lends && i < msg->count; i++) {
		if (!tch_type_is_region(in[i].type))
			continue;
		ret = tch_param_lend(session, &param[i], &in[i]);
		if (ret) {
			tch_params_return(session);
			return ret;
		}
	}
	return 0;
}

/**
 * tch_params_take() - take a message's parameters in
 * @session: whose message slot the caller has
 * @in: checked by tch_params_check()
 * @count: how many
 *
 * Everything is copied before anything is lent: a temporary reference may lie
 * in a region that the same message lends.
 *
 * Return: 0; -EFAULT; -ENXIO for a region that the client does not have; or an
 * error of tch_loan_make(). Nothing is lent after an error.
 */
__tch_hot_client int tch_params_take(struct tch_session *session, const struct teechan_param *in,
			      unsigned int count)
{
	const struct teechan_param *const end = in + count, *it;
	struct tch_message *msg = &session->msg;
	struct tch_param *param = msg->params;
	bool memory = false;

	msg->count = count;
	for (it = in; it < end; it++, param++) {
		param->type = it->type;
		param->seen = *it;
		memory |= !tch_type_is_value(it->type);
	}
	return memory ? tch_params_take_memory(session, in) : 0;
}

/* Take from a TA's answer what is an output, and nothing else. */
__tch_hot_ta void tch_params_answer(struct tch_session *session, const struct tch_answer *in)
{
	struct tch_message *msg = &session->msg;
	int i;

	for (i = 0; i < msg->count; i++) {
		struct tch_param *param = &msg->params[i];
		const bool carried = i < in->count;

		if (!tch_type_is_out(param->type))
			continue;
		if (tch_type_is_value(param->type))
			param->seen.a = carried ? in->params[i].a : 0;
		param->seen.b = carried ? in->params[i].b : 0;
	}
}

/* What was lent goes home; may sleep. The message stays as it is otherwise. */
void tch_params_return(struct tch_session *session)
{
	struct tch_message *msg = &session->msg;
	int i;

	if (!msg->lends)
		return;
	for (i = 0; i < msg->count; i++)
		if (tch_type_is_region(msg->params[i].type))
			tch_loan_return(&msg->params[i].loan);
	msg->lends = false;
}

/**
 * tch_params_collect_values() - an answer's numbers and sizes
 * @session: whose message was answered
 * @out: the client's parameters, to be copied to it by the caller
 *
 * The size that the TA tells is passed on, since it may be what it would have
 * needed.
 *
 * Return: what was written, TCH_NEW_A() and TCH_NEW_B() of each; of the rest of
 * @out nothing may be valid.
 */
__tch_hot_client u32 tch_params_collect_values(const struct tch_session *session,
					struct teechan_param *out)
{
	const struct tch_message *msg = &session->msg;
	u32 written = 0;
	int i;

	for (i = 0; i < msg->count; i++) {
		const struct tch_param *param = &msg->params[i];

		if (!tch_type_is_out(param->type))
			continue;
		out[i].b = param->seen.b;
		written |= TCH_NEW_B(i);
		if (tch_type_is_value(param->type)) {
			out[i].a = param->seen.a;
			written |= TCH_NEW_A(i);
		}
	}
	return written;
}

/**
 * tch_params_collect_memory() - copy an answer's outputs to the client
 * @session: whose message was answered
 *
 * Runs in a thread of the client: its memory is copied to directly, and no
 * further than what was offered.
 *
 * Return: 0 or -EFAULT.
 */
int tch_params_collect_memory(const struct tch_session *session)
{
	const struct tch_message *msg = &session->msg;
	int i;

	for (i = 0; i < msg->count; i++) {
		const struct tch_param *param = &msg->params[i];

		if (!tch_type_is_temp(param->type) || !tch_type_is_out(param->type))
			continue;
		if (copy_to_user(param->user, session->inbox + param->at,
				 min((u64)param->seen.b, param->size)))
			return -EFAULT;
	}
	return 0;
}

/* Bytes lent by a message, for the monitor. */
u64 tch_params_lent(const struct tch_session *session)
{
	const struct tch_message *msg = &session->msg;
	u64 bytes = 0;
	int i;

	for (i = 0; msg->lends && i < msg->count; i++)
		if (tch_type_is_region(msg->params[i].type))
			bytes += (u64)msg->params[i].loan.count << PAGE_SHIFT;
	return bytes;
}
