// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every structure is a small number of 64-bit words, and every call moves four
 * of them: a word at a time, which spares the start of a string instruction.
 * A kernel that can make user copies fail is asked for the copies that fail.
 */
#include "copy.h"

#include <linux/uaccess.h>

/**
 * tch_copy_in() - copy a structure of the ABI, once
 * @to: the kernel's
 * @from: the program's
 * @size: bytes, a multiple of 8
 *
 * Return: 0 or -EFAULT.
 */
__tch_hot int tch_copy_in(void *to, const void __user *from, size_t size)
{
	const u64 __user *in = from;
	u64 *out = to, *end = to + size;

	if (IS_ENABLED(CONFIG_FAULT_INJECTION_USERCOPY))
		return copy_from_user(to, from, size) ? -EFAULT : 0;
	if (!user_read_access_begin(from, size))
		return -EFAULT;
#pragma GCC unroll 4
	while (out < end)
		unsafe_get_user(*out++, in++, fault);
	user_read_access_end();
	return 0;
fault:
	user_read_access_end();
	return -EFAULT;
}

/**
 * tch_copy_out() - copy a structure of the ABI back
 * @to: the program's
 * @from: the kernel's, without holes
 * @size: bytes, a multiple of 8
 *
 * Return: 0 or -EFAULT.
 */
__tch_hot int tch_copy_out(void __user *to, const void *from, size_t size)
{
	const u64 *in = from, *end = from + size;
	u64 __user *out = to;

	if (IS_ENABLED(CONFIG_FAULT_INJECTION_USERCOPY))
		return copy_to_user(to, from, size) ? -EFAULT : 0;
	if (!user_write_access_begin(to, size))
		return -EFAULT;
#pragma GCC unroll 4
	while (in < end)
		unsafe_put_user(*in++, out++, fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}
