// SPDX-License-Identifier: GPL-2.0-only
#include "ioctl.h"

#include <linux/string.h>
#include <linux/uaccess.h>

#include "../include/uapi/teechan.h"
#include "limits.h"

/* TEECHAN_VERSION */
int tch_ioctl_version(void __user *arg)
{
	struct teechan_version version;

	if (copy_from_user(&version, arg, sizeof(version)))
		return -EFAULT;
	if (version.reserved0 ||
	    memchr_inv(version.reserved, 0, sizeof(version.reserved)))
		return -EINVAL;
	version.abi = TEECHAN_ABI_VERSION;
	version.features = TEECHAN_FEAT_DEADLINE | TEECHAN_FEAT_CANCEL |
			   TEECHAN_FEAT_DIGEST | TEECHAN_FEAT_POLICY;
	tch_limits_show(&version);
	return copy_to_user(arg, &version, sizeof(version)) ? -EFAULT : 0;
}
