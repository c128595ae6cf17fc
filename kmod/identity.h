/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has a device open, and what a TA is told about him. */
#ifndef TC_IDENTITY_H
#define TC_IDENTITY_H

#include <linux/cred.h>
#include <linux/types.h>

struct file;
struct mm_struct;
struct pid;
struct teechan_identity;

/**
 * struct tc_owner - the process that opened a device; never changes
 * @mm: its address space, kept with mmgrab
 * @tgid: the process
 * @cred: its credentials at open
 */
struct tc_owner {
	struct mm_struct *mm;
	struct pid *tgid;
	const struct cred *cred;
};

int tc_owner_init(struct tc_owner *owner, const struct file *file);
void tc_owner_fini(struct tc_owner *owner);
bool tc_owner_is_current(const struct tc_owner *owner);
bool tc_owner_leaves(const struct tc_owner *owner);
u32 tc_owner_pid(const struct tc_owner *owner);
u32 tc_owner_uid(const struct tc_owner *owner);
u32 tc_owner_gid(const struct tc_owner *owner);

int tc_identity_make(struct teechan_identity *who, const struct tc_owner *owner,
		     u32 login, u32 gid);

#endif /* TC_IDENTITY_H */
