/* SPDX-License-Identifier: GPL-2.0-only */
/* What both devices answer alike. */
#ifndef TC_IOCTL_H
#define TC_IOCTL_H

#include <linux/compiler_types.h>

int tc_ioctl_version(void __user *arg);

#endif /* TC_IOCTL_H */
