/* SPDX-License-Identifier: GPL-2.0-only */
/* The structures of the ABI, on their way between a program and the kernel. */
#ifndef TCH_COPY_H
#define TCH_COPY_H

#include <linux/types.h>
#include <linux/uaccess.h>

/*
 * Every structure is a small number of 64-bit words, and every call moves four
 * of them: a word at a time, which spares the start of a string instruction.
 * A kernel that can make user copies fail is asked for the copies that fail.
 */

/**
 * tch_copy_in() - copy a structure of the ABI, once
 * @to: the kernel's
 * @from: the program's
 * @size: bytes, a multiple of 8
 *
 * Return: 0 or -EFAULT.
 */
static __always_inline int tch_copy_in(void *to, const void __user *from, size_t size)
{
	const u64 __user *in = from;
	u64 *out = to;
	size_t i;

	BUILD_BUG_ON(size % sizeof(u64));
	if (IS_ENABLED(CONFIG_FAULT_INJECTION_USERCOPY))
		return copy_from_user(to, from, size) ? -EFAULT : 0;
	if (!user_read_access_begin(from, size))
		return -EFAULT;
#pragma GCC unroll 64
	for (i = 0; i < size / sizeof(u64); i++)
		unsafe_get_user(out[i], &in[i], fault);
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
static __always_inline int tch_copy_out(void __user *to, const void *from, size_t size)
{
	u64 __user *out = to;
	const u64 *in = from;
	size_t i;

	BUILD_BUG_ON(size % sizeof(u64));
	if (IS_ENABLED(CONFIG_FAULT_INJECTION_USERCOPY))
		return copy_to_user(to, from, size) ? -EFAULT : 0;
	if (!user_write_access_begin(to, size))
		return -EFAULT;
#pragma GCC unroll 64
	for (i = 0; i < size / sizeof(u64); i++)
		unsafe_put_user(in[i], &out[i], fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

#endif /* TCH_COPY_H */
