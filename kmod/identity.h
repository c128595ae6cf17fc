/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has a device open, and what a TA is told about him. */
#ifndef TCH_IDENTITY_H
#define TCH_IDENTITY_H

#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "digest.h"

struct file;
struct mm_struct;
struct pid;
struct teechan_identity;

/**
 * struct tch_owner - the process that opened a device; never changes, but for
 *	the digest, which is taken when somebody asks for it
 * @mm: its address space, kept with mmgrab
 * @tgid: the process
 * @cred: its credentials at open
 * @digest: of its executable
 */
struct tch_owner {
	struct mm_struct *mm;
	struct pid *tgid;
	const struct cred *cred;
	struct tch_digest digest;
};

int tch_owner_init(struct tch_owner *owner, const struct file *file);
void tch_owner_fini(struct tch_owner *owner);
bool tch_owner_leaves(const struct tch_owner *owner);
u32 tch_owner_pid(const struct tch_owner *owner);
u32 tch_owner_uid(const struct tch_owner *owner);
u32 tch_owner_gid(const struct tch_owner *owner);

int tch_identity_make(struct teechan_identity *who, struct tch_owner *owner,
		      u32 login, u32 gid);

/*
 * A fork, a program started by exec, and a process that was handed the file
 * descriptor all have another address space than the one that opened.
 */
static inline bool tch_owner_is_current(const struct tch_owner *owner)
{
	return current->mm == owner->mm;
}

#endif /* TCH_IDENTITY_H */
