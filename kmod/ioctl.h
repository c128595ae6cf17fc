/* SPDX-License-Identifier: GPL-2.0-only */
/* What both devices answer alike. */
#ifndef TCH_IOCTL_H
#define TCH_IOCTL_H

#include <linux/compiler_types.h>

int tch_ioctl_version(void __user *arg);

#endif /* TCH_IOCTL_H */
