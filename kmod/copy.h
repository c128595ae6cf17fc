/* SPDX-License-Identifier: GPL-2.0-only */
/* The structures of the ABI, on their way between a program and the kernel. */
#ifndef TCH_COPY_H
#define TCH_COPY_H

#include <linux/types.h>

#include "hot.h"

int tch_copy_in(void *to, const void __user *from, size_t size);
int tch_copy_out(void __user *to, const void *from, size_t size);

#endif /* TCH_COPY_H */
