// SPDX-License-Identifier: GPL-2.0-only
#include "limits.h"

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>

#include "../include/uapi/teechan.h"
#include "region.h"
#include "session.h"
#include "window.h"

static unsigned int max_sessions = 256;
module_param(max_sessions, uint, 0444);
MODULE_PARM_DESC(max_sessions, "sessions, and so messages, a user may have (256)");

static unsigned int max_regions = 1024;
module_param(max_regions, uint, 0444);
MODULE_PARM_DESC(max_regions, "regions of lendable memory a user may have (1024)");

static unsigned int max_memory_mib = 64;
module_param(max_memory_mib, uint, 0444);
MODULE_PARM_DESC(max_memory_mib, "MiB of regions and inboxes a user may hold (64)");

/**
 * struct tch_user - what one user holds, over all his open files
 * @node: in tch_users
 * @uid: who
 * @refs: open files and charges
 * @count: objects of each kind
 * @bytes: memory of them
 * @spare: an inbox that is all zeros, of a session that is gone, for the next
 *	one, or NULL; only ever exchanged as a whole
 *
 * All but @spare under tch_users_lock. A table of our own, since the kernel's
 * ucounts are not there for modules.
 */
struct tch_user {
	struct list_head node;
	kuid_t uid;
	unsigned int refs;
	unsigned int count[TCH_KINDS];
	size_t bytes;
	void *spare;
};

static DEFINE_SPINLOCK(tch_users_lock);
static LIST_HEAD(tch_users);

/* Nobody charges any more, and all that was charged is given back. */
void tch_limits_exit(void)
{
	WARN_ON(!list_empty(&tch_users));
}

void tch_limits_show(struct teechan_version *version)
{
	version->inbox_size = TCH_INBOX_SIZE;
	version->region_size_max = TCH_REGION_SIZE_MAX;
	version->user_memory_max = (u64)max_memory_mib << 20;
	version->user_sessions_max = max_sessions;
	version->user_regions_max = max_regions;
	version->window_size_max = TCH_WINDOW_SIZE_MAX;
}

static struct tch_user *tch_user_find(kuid_t uid)
{
	struct tch_user *user;

	lockdep_assert_held(&tch_users_lock);
	list_for_each_entry(user, &tch_users, node) {
		if (uid_eq(user->uid, uid)) {
			user->refs++;
			return user;
		}
	}
	return NULL;
}

/*
 * Who pays. In a user namespace a user may have many ids (subuid(5)), so there it
 * is who made the namespace; unless root did, who may give each id to another user.
 */
static kuid_t tch_payer(const struct cred *cred)
{
	const struct user_namespace *ns;
	kuid_t uid = cred->euid;

	for (ns = cred->user_ns; ns != &init_user_ns; ns = ns->parent)
		if (!uid_eq(ns->owner, GLOBAL_ROOT_UID))
			uid = ns->owner;
	return uid;
}

/**
 * tch_user_get() - the entry of a user, made when there is none
 * @cred: whose
 *
 * Return: the entry with a reference, or NULL without memory.
 */
struct tch_user *tch_user_get(const struct cred *cred)
{
	const kuid_t uid = tch_payer(cred);
	struct tch_user *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	struct tch_user *user;

	if (!fresh)
		return NULL;
	fresh->uid = uid;
	fresh->refs = 1;

	spin_lock(&tch_users_lock);
	user = tch_user_find(uid);
	if (!user) {
		list_add(&fresh->node, &tch_users);
		swap(user, fresh);
	}
	spin_unlock(&tch_users_lock);

	kfree(fresh);
	return user;
}

void tch_user_put(struct tch_user *user)
{
	bool last;

	spin_lock(&tch_users_lock);
	last = !--user->refs;
	if (last)
		list_del(&user->node);
	spin_unlock(&tch_users_lock);

	if (last) {
		tch_inbox_free(user->spare);
		kfree(user);
	}
}

/* The inbox that is kept for a user's next session, or NULL. */
void *tch_user_take_spare(struct tch_user *user)
{
	return xchg(&user->spare, NULL);
}

/* Return: false when one is kept already. */
bool tch_user_keep_spare(struct tch_user *user, void *inbox)
{
	return !cmpxchg(&user->spare, NULL, inbox);
}

static int tch_user_charge(struct tch_user *user, enum tch_kind kind, size_t bytes)
{
	const unsigned int max = kind == TCH_KIND_SESSION ? max_sessions : max_regions;
	int ret = 0;

	spin_lock(&tch_users_lock);
	if (user->count[kind] >= max) {
		ret = -EDQUOT;
	} else if (user->bytes + bytes > (size_t)max_memory_mib << 20) {
		ret = -ENOMEM;
	} else {
		user->count[kind]++;
		user->bytes += bytes;
		user->refs++;
	}
	spin_unlock(&tch_users_lock);
	return ret;
}

static void tch_user_uncharge(struct tch_user *user, enum tch_kind kind, size_t bytes)
{
	spin_lock(&tch_users_lock);
	user->count[kind]--;
	user->bytes -= bytes;
	spin_unlock(&tch_users_lock);
	tch_user_put(user);
}

/*
 * RLIMIT_MEMLOCK, by the kernel's count of pinned pages. That needs no lock:
 * account_locked_vm() takes the mmap lock, which munmap has when it drops the
 * last reference, and waiting for work that takes it later would let a user who
 * sits on his own mmap lock hold up the others.
 */
static int tch_mm_charge(struct mm_struct *mm, unsigned long pages)
{
	const unsigned long max = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if (atomic64_add_return(pages, &mm->pinned_vm) <= max || capable(CAP_IPC_LOCK))
		return 0;
	atomic64_sub(pages, &mm->pinned_vm);
	return -ENOMEM;
}

/**
 * tch_charge_take() - charge an object to its user and to RLIMIT_MEMLOCK
 * @charge: filled, for tch_charge_give(); the object's
 * @user: who
 * @mm: the caller's own
 * @kind: what
 * @bytes: its memory, whole pages
 *
 * Return: 0, -EDQUOT over the number of objects, -ENOMEM over the memory.
 */
int tch_charge_take(struct tch_charge *charge, struct tch_user *user,
		    struct mm_struct *mm, enum tch_kind kind, size_t bytes)
{
	int ret = tch_user_charge(user, kind, bytes);

	if (ret)
		return ret;
	ret = tch_mm_charge(mm, bytes >> PAGE_SHIFT);
	if (ret) {
		tch_user_uncharge(user, kind, bytes);
		return ret;
	}
	mmgrab(mm);
	*charge = (struct tch_charge) {
		.user = user, .mm = mm, .kind = kind, .bytes = bytes,
	};
	return 0;
}

/**
 * tch_charge_give() - give a charge back, under whatever lock
 * @charge: of tch_charge_take()
 */
void tch_charge_give(struct tch_charge *charge)
{
	tch_user_uncharge(charge->user, charge->kind, charge->bytes);
	atomic64_sub(charge->bytes >> PAGE_SHIFT, &charge->mm->pinned_vm);
	mmdrop(charge->mm);
}
