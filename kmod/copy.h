/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of a call's few words, one by one: between tch_read_begin() and
 * user_read_access_end() by unsafe_get_user(), between tch_write_begin() and
 * user_write_access_end() by unsafe_put_user(), and either between
 * tch_access_begin() and user_access_end(). A string instruction takes longer to
 * start than they take.
 */
#ifndef TCH_COPY_H
#define TCH_COPY_H

#include <linux/fault-inject-usercopy.h>
#include <linux/uaccess.h>

#include "../include/uapi/teechan.h"

/* A kernel that can make user copies fail is asked whether these do. */
static __always_inline bool tch_read_begin(const void __user *from, size_t size)
{
	return !should_fail_usercopy() && user_read_access_begin(from, size);
}

static __always_inline bool tch_write_begin(void __user *to, size_t size)
{
	return !should_fail_usercopy() && user_write_access_begin(to, size);
}

static __always_inline bool tch_access_begin(void __user *at, size_t size)
{
	return !should_fail_usercopy() && user_access_begin(at, size);
}

/* Return: false on a fault. */
static __always_inline bool tch_id_write(u64 __user *to, u64 id)
{
	if (!tch_write_begin(to, sizeof(*to)))
		return false;
	unsafe_put_user(id, to, fault);
	user_write_access_end();
	return true;
fault:
	user_write_access_end();
	return false;
}

/* All four words of a parameter. Return: false on a fault. */
static __always_inline bool tch_param_read(struct teechan_param *to,
					   const struct teechan_param __user *from)
{
	unsafe_get_user(to->type, &from->type, fault);
	unsafe_get_user(to->flags, &from->flags, fault);
	unsafe_get_user(to->a, &from->a, fault);
	unsafe_get_user(to->b, &from->b, fault);
	unsafe_get_user(to->c, &from->c, fault);
	return true;
fault:
	return false;
}

static __always_inline bool tch_param_write(struct teechan_param __user *to,
					    const struct teechan_param *from)
{
	unsafe_put_user(from->type, &to->type, fault);
	unsafe_put_user(from->flags, &to->flags, fault);
	unsafe_put_user(from->a, &to->a, fault);
	unsafe_put_user(from->b, &to->b, fault);
	unsafe_put_user(from->c, &to->c, fault);
	return true;
fault:
	return false;
}

#endif /* TCH_COPY_H */
