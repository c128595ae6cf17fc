// SPDX-License-Identifier: GPL-2.0-only
#include "params.h"

#include <linux/overflow.h>
#include <linux/uaccess.h>

#include "../include/uapi/teechan.h"
#include "client.h"
#include "session.h"

/* Where a temporary reference may begin in the inbox. */
#define TCH_INBOX_ALIGN 16

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

static bool tch_param_is_sound(const struct teechan_param *p)
{
	if (p->flags)
		return false;
	switch (p->type) {
	case TEECHAN_NONE:
	case TEECHAN_VALUE_OUT:
		return !p->a && !p->b && !p->c;
	case TEECHAN_VALUE_IN:
	case TEECHAN_VALUE_INOUT:
		return !p->c;
	case TEECHAN_MEM_IN:
	case TEECHAN_MEM_OUT:
	case TEECHAN_MEM_INOUT:
		return !p->c && (p->a || !p->b);
	case TEECHAN_REGION_IN:
	case TEECHAN_REGION_OUT:
	case TEECHAN_REGION_INOUT:
		return p->c && p->c <= U32_MAX;
	default:
		return false;
	}
}

/* Parameters up to the last that is used; what is behind costs nothing. */
static int tch_params_used(const struct teechan_param *in)
{
	int count = TEECHAN_PARAMS;

	while (count && in[count - 1].type == TEECHAN_NONE)
		count--;
	return count;
}

/**
 * tch_params_check() - what can be seen without a session
 * @in: the client's four parameters, already copied
 *
 * Return: 0; -EINVAL for a bad type, or a member that must be zero; -E2BIG when
 * the temporary references do not fit the inbox.
 */
__tch_hot int tch_params_check(const struct teechan_param *in)
{
	const int count = tch_params_used(in);
	u64 used = 0, unused = 0;
	int i;

	for (i = count; i < TEECHAN_PARAMS; i++)
		unused |= in[i].flags | in[i].a | in[i].b | in[i].c;
	if (unused)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (!tch_param_is_sound(&in[i]))
			return -EINVAL;
		if (!tch_type_is_temp(in[i].type))
			continue;
		if (in[i].b > TCH_INBOX_SIZE)
			return -E2BIG;
		used += ALIGN(in[i].b, TCH_INBOX_ALIGN);
	}
	return used > TCH_INBOX_SIZE ? -E2BIG : 0;
}

/* Inputs go into the inbox; what the TA is to fill begins as zeros. */
static int tch_param_copy_in(struct tch_session *session, struct tch_param *param,
			     const struct teechan_param *in, u64 at)
{
	param->user = u64_to_user_ptr(in->a);
	param->size = in->b;
	param->at = at;
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
	if (!ret && param->loan.region)
		param->at = tch_loan_at(&param->loan, in->a);
	tch_region_put(region);
	return ret;
}

/**
 * tch_params_take() - take a message's parameters in
 * @session: whose message slot the caller has
 * @in: checked by tch_params_check()
 *
 * Everything is copied before anything is lent: a temporary reference may lie
 * in a region that the same message lends.
 *
 * Return: 0; -EFAULT; -ENXIO for a region that the client does not have; or an
 * error of tch_loan_make(). Nothing is lent after an error.
 */
__tch_hot int tch_params_take(struct tch_session *session, const struct teechan_param *in)
{
	struct tch_message *msg = &session->msg;
	struct tch_param *param = msg->params;
	u64 at = 0;
	int i, ret;

	msg->lends = false;
	msg->copies = false;
	msg->count = tch_params_used(in);
	for (i = 0; i < msg->count; i++) {
		param[i].type = in[i].type;
		param[i].a = in[i].a;
		param[i].b = in[i].b;
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
		at += ALIGN(in[i].b, TCH_INBOX_ALIGN);
	}
	if (!msg->lends)
		return 0;
	for (i = 0; i < msg->count; i++) {
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

/* A memory parameter as the TA sees it, whose types are those of temporary references. */
static void tch_param_show_memory(const struct tch_session *session,
				  const struct tch_param *param,
				  struct teechan_param *out)
{
	const bool temp = tch_type_is_temp(param->type);

	*out = (struct teechan_param) {
		.type = temp ? param->type :
			param->type - TEECHAN_REGION_IN + TEECHAN_MEM_IN,
		.b = param->size,
	};
	if (!param->size) {
		out->flags = TEECHAN_PARAM_NULL;
		return;
	}
	out->a = param->at;
	if (temp)
		out->a += (u64)session->place.range.first << PAGE_SHIFT;
	if (!tch_type_is_out(param->type))
		out->flags = TEECHAN_PARAM_RO;
}

/* Write a message's parameters as the TA sees them: all four of them. */
__tch_hot void tch_params_show(const struct tch_session *session, struct teechan_param *out)
{
	const struct tch_message *msg = &session->msg;
	int i;

	for (i = 0; i < msg->count; i++) {
		const struct tch_param *param = &msg->params[i];

		if (tch_type_is_temp(param->type) || tch_type_is_region(param->type))
			tch_param_show_memory(session, param, &out[i]);
		else if (tch_type_is_in(param->type))
			out[i] = (struct teechan_param) {
				.type = param->type, .a = param->a, .b = param->b,
			};
		else
			out[i] = (struct teechan_param) { .type = param->type };
	}
	for (; i < TEECHAN_PARAMS; i++)
		out[i] = (struct teechan_param) { };
}

/* Take from a TA's answer what is an output, and nothing else. */
__tch_hot void tch_params_answer(struct tch_session *session, const struct teechan_param *in)
{
	struct tch_message *msg = &session->msg;
	int i;

	for (i = 0; i < msg->count; i++) {
		if (!tch_type_is_out(msg->params[i].type))
			continue;
		msg->params[i].a = in[i].a;
		msg->params[i].b = in[i].b;
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
 */
__tch_hot void tch_params_collect_values(const struct tch_session *session, struct teechan_param *out)
{
	const struct tch_message *msg = &session->msg;
	int i;

	for (i = 0; i < msg->count; i++) {
		const struct tch_param *param = &msg->params[i];

		if (!tch_type_is_out(param->type))
			continue;
		out[i].b = param->b;
		if (param->type <= TEECHAN_VALUE_INOUT)
			out[i].a = param->a;
	}
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
				 min(param->b, param->size)))
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
