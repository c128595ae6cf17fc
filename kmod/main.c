// SPDX-License-Identifier: GPL-2.0-only
/*
 * teechan: the message channel between client applications and trusted
 * applications, and the memory that clients lend to them. docs/PROTOCOL.channel.md
 * describes what it promises.
 *
 * Locks, outermost first:
 *
 *   tch_policy_lock                         who may bind
 *   tch_client_list_lock, tch_ta_list_lock   lists, for opening and the monitor
 *   mmap_lock                                the kernel's, around faults
 *   region->lock                             who may see which page of a region
 *   i_mmap_rwsem, page-table locks           the kernel's, for mapping and unmapping
 *   ta->lock                                 a TA's queue, sessions and messages
 *   space->lock, tch_users_lock, xarrays, the wait queues of sessions and polls
 *
 * ta->lock is never taken under region->lock, nor the other way round: pages
 * are lent and returned by the one thread that a message's state gives it to.
 * No user memory is copied under any of them.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "client.h"
#include "limits.h"
#include "mapping.h"
#include "netlink.h"
#include "policy.h"
#include "ta.h"

/* Who may open them is decided by udev: groups teeclnt and teeta. */
static struct miscdevice tch_client_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "teechan",
	.fops = &tch_client_fops,
	.mode = 0600,
};

static struct miscdevice tch_ta_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "teechan-ta",
	.fops = &tch_ta_fops,
	.mode = 0600,
};

static int __init tch_init(void)
{
	int ret;

	ret = tch_mapping_init();
	if (ret)
		return ret;
	ret = tch_netlink_init();
	if (ret)
		goto exit_mapping;
	ret = tch_ta_init();
	if (ret)
		goto exit_netlink;
	ret = misc_register(&tch_ta_device);
	if (ret)
		goto exit_ta;
	ret = misc_register(&tch_client_device);
	if (ret)
		goto deregister_ta;
	return 0;

deregister_ta:
	misc_deregister(&tch_ta_device);
exit_ta:
	tch_ta_exit();
exit_netlink:
	tch_netlink_exit();
	tch_policy_exit();
exit_mapping:
	tch_mapping_exit();
	return ret;
}

/* No file is open any more: each holds the module. */
static void __exit tch_exit(void)
{
	misc_deregister(&tch_client_device);
	misc_deregister(&tch_ta_device);
	/* A death that is still being worked on tells the monitor. */
	tch_ta_exit();
	tch_netlink_exit();
	tch_policy_exit();
	tch_limits_exit();
	tch_mapping_exit();
}

module_init(tch_init);
module_exit(tch_exit);

MODULE_DESCRIPTION("message channel and lent memory for trusted applications");
MODULE_AUTHOR("teepay");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: sha1");
