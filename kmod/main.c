// SPDX-License-Identifier: GPL-2.0-only
/*
 * teechan: the message channel between client applications and trusted
 * applications, and the memory that clients lend to them. docs/PROTOCOL.channel.md
 * describes what it promises.
 *
 * Locks, outermost first:
 *
 *   tc_client_list_lock, tc_ta_list_lock   lists, for opening and the monitor
 *   mmap_lock                              the kernel's, around faults
 *   region->lock                           who may see which page of a region
 *   i_mmap_rwsem, page-table locks         the kernel's, for mapping and unmapping
 *   ta->lock                               a TA's queue, sessions and messages
 *   space->lock, tc_users_lock, xarrays, wait queues
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
#include "ta.h"

/* Who may open them is decided by udev: groups teeclnt and teeta. */
static struct miscdevice tc_client_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "teechan",
	.fops = &tc_client_fops,
	.mode = 0600,
};

static struct miscdevice tc_ta_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "teechan-ta",
	.fops = &tc_ta_fops,
	.mode = 0600,
};

static int __init tc_init(void)
{
	int ret;

	ret = tc_mapping_init();
	if (ret)
		return ret;
	ret = tc_netlink_init();
	if (ret)
		goto exit_mapping;
	ret = tc_ta_init();
	if (ret)
		goto exit_netlink;
	ret = misc_register(&tc_ta_device);
	if (ret)
		goto exit_ta;
	ret = misc_register(&tc_client_device);
	if (ret)
		goto deregister_ta;
	return 0;

deregister_ta:
	misc_deregister(&tc_ta_device);
exit_ta:
	tc_ta_exit();
exit_netlink:
	tc_netlink_exit();
exit_mapping:
	tc_mapping_exit();
	return ret;
}

/* No file is open any more: each holds the module. */
static void __exit tc_exit(void)
{
	misc_deregister(&tc_client_device);
	misc_deregister(&tc_ta_device);
	/* A death that is still being worked on tells the monitor. */
	tc_ta_exit();
	tc_netlink_exit();
	tc_limits_exit();
	tc_mapping_exit();
}

module_init(tc_init);
module_exit(tc_exit);

MODULE_DESCRIPTION("message channel and lent memory for trusted applications");
MODULE_AUTHOR("teepay");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: sha1");
