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

/**
 * tch_params_check() - what can be seen without a session
 * @in: the client's four parameters, already copied
 *
 * Return: 0; -EINVAL for a bad type, or a member that must be zero; -E2BIG when
 * the temporary references do not fit the inbox.
 */
int tch_params_check(const struct teechan_param *in)
{
	u64 used = 0;
	int i;

	for (i = 0; i < TEECHAN_PARAMS; i++) {
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
int tch_params_take(struct tch_session *session, const struct teechan_param *in)
{
	struct tch_param *param = session->msg.params;
	u64 at = 0;
	int i, ret;

	memset(param, 0, sizeof(session->msg.params));
	for (i = 0; i < TEECHAN_PARAMS; i++) {
		param[i].type = in[i].type;
		if (!tch_type_is_temp(in[i].type)) {
			param[i].a = in[i].a;
			param[i].b = in[i].b;
			continue;
		}
		ret = tch_param_copy_in(session, &param[i], &in[i], at);
		if (ret)
			return ret;
		at += ALIGN(in[i].b, TCH_INBOX_ALIGN);
	}
	for (i = 0; i < TEECHAN_PARAMS; i++) {
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

/* Write a message's parameters as the TA sees them. */
void tch_params_show(const struct tch_session *session, struct teechan_param *out)
{
	const struct tch_param *param = session->msg.params;
	int i;

	for (i = 0; i < TEECHAN_PARAMS; i++, param++, out++) {
		const bool temp = tch_type_is_temp(param->type);

		memset(out, 0, sizeof(*out));
		if (!temp && !tch_type_is_region(param->type)) {
			out->type = param->type;
			if (tch_type_is_in(param->type)) {
				out->a = param->a;
				out->b = param->b;
			}
			continue;
		}
		/* The TA's types are those of temporary references. */
		out->type = temp ? param->type :
			    param->type - TEECHAN_REGION_IN + TEECHAN_MEM_IN;
		out->b = param->size;
		if (!param->size) {
			out->flags = TEECHAN_PARAM_NULL;
			continue;
		}
		out->a = param->at;
		if (temp)
			out->a += (u64)session->place.range.first << PAGE_SHIFT;
		if (!tch_type_is_out(param->type))
			out->flags = TEECHAN_PARAM_RO;
	}
}

/* Take from a TA's answer what is an output, and nothing else. */
void tch_params_answer(struct tch_session *session, const struct teechan_param *in)
{
	struct tch_param *param = session->msg.params;
	int i;

	for (i = 0; i < TEECHAN_PARAMS; i++, param++, in++) {
		if (!tch_type_is_out(param->type))
			continue;
		param->a = in->a;
		param->b = in->b;
	}
}

/* What was lent goes home; may sleep. The message stays as it is otherwise. */
void tch_params_return(struct tch_session *session)
{
	int i;

	for (i = 0; i < TEECHAN_PARAMS; i++)
		tch_loan_return(&session->msg.params[i].loan);
}

/**
 * tch_params_collect() - give an answer's outputs to the client
 * @session: whose message was answered
 * @out: the client's parameters, to be copied to it by the caller
 *
 * Runs in a thread of the client: its memory is copied to directly. The size
 * that the TA tells is passed on, since it may be what it would have needed;
 * data goes no further than what was offered.
 *
 * Return: 0 or -EFAULT.
 */
int tch_params_collect(const struct tch_session *session, struct teechan_param *out)
{
	const struct tch_param *param = session->msg.params;
	int i;

	for (i = 0; i < TEECHAN_PARAMS; i++, param++, out++) {
		if (!tch_type_is_out(param->type))
			continue;
		out->b = param->b;
		if (tch_type_is_temp(param->type)) {
			if (copy_to_user(param->user, session->inbox + param->at,
					 min(param->b, param->size)))
				return -EFAULT;
		} else if (!tch_type_is_region(param->type)) {
			out->a = param->a;
		}
	}
	return 0;
}

/* Bytes lent by a message, for the monitor. */
u64 tch_params_lent(const struct tch_session *session)
{
	u64 bytes = 0;
	int i;

	for (i = 0; i < TEECHAN_PARAMS; i++)
		bytes += (u64)session->msg.params[i].loan.count << PAGE_SHIFT;
	return bytes;
}
