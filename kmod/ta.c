// SPDX-License-Identifier: GPL-2.0-only
#include "ta.h"

#include <linux/compat.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "delivery.h"
#include "ioctl.h"
#include "message.h"
#include "netlink.h"
#include "session.h"
#include "stats.h"

/* Bound and alive, newest last; taken for BIND, OPEN_SESSION and the monitor. */
static DEFINE_MUTEX(tc_ta_list_lock);
static LIST_HEAD(tc_ta_list);
static u64 tc_ta_serial;

static struct workqueue_struct *tc_ta_wq;

int tc_ta_init(void)
{
	tc_ta_wq = alloc_workqueue("teechan_ta", WQ_UNBOUND, 0);
	return tc_ta_wq ? 0 : -ENOMEM;
}

void tc_ta_exit(void)
{
	destroy_workqueue(tc_ta_wq);
}

static void tc_ta_release(struct kref *ref)
{
	struct tc_ta *ta = container_of(ref, struct tc_ta, ref);

	WARN_ON(!xa_empty(&ta->sessions));
	xa_destroy(&ta->sessions);
	tc_window_fini(&ta->window);
	tc_owner_fini(&ta->owner);
	kfree(ta);
}

void tc_ta_put(struct tc_ta *ta)
{
	kref_put(&ta->ref, tc_ta_release);
}

/**
 * tc_ta_find() - the TA that a new session to a UUID goes to
 * @uuid: 16 octets
 *
 * Of several instances one without a session, if there is one.
 *
 * Return: the TA with a reference, or NULL.
 */
struct tc_ta *tc_ta_find(const u8 *uuid)
{
	struct tc_ta *ta, *found = NULL;

	mutex_lock(&tc_ta_list_lock);
	list_for_each_entry(ta, &tc_ta_list, on_list) {
		if (memcmp(ta->uuid, uuid, sizeof(ta->uuid)))
			continue;
		found = ta;
		if (!READ_ONCE(ta->live))
			break;
	}
	if (found)
		tc_ta_get(found);
	mutex_unlock(&tc_ta_list_lock);
	return found;
}

/* For the monitor: call @fn for every TA, in a fixed order, until it returns not 0. */
int tc_ta_each(int (*fn)(struct tc_ta *ta, void *data), void *data)
{
	struct tc_ta *ta;
	int ret = 0;

	mutex_lock(&tc_ta_list_lock);
	list_for_each_entry(ta, &tc_ta_list, on_list) {
		ret = fn(ta, data);
		if (ret)
			break;
	}
	mutex_unlock(&tc_ta_list_lock);
	return ret;
}

/* ---- death ---- */

/* Any session of the TA, with a reference, or NULL. */
static struct tc_session *tc_ta_any_session(struct tc_ta *ta)
{
	struct tc_session *session;
	unsigned long id = 0;

	spin_lock(&ta->lock);
	session = xa_find(&ta->sessions, &id, ULONG_MAX, XA_PRESENT);
	if (session)
		kref_get(&session->ref);
	spin_unlock(&ta->lock);
	return session;
}

/*
 * The TA cannot answer any more: its callers hear of it at once, and what was
 * lent to it goes home. May be called more than once, and again for sessions
 * that were made meanwhile: those end by themselves, since @dead is set.
 */
static void tc_ta_die(struct tc_ta *ta)
{
	struct tc_session *session;
	bool was;

	mutex_lock(&tc_ta_list_lock);
	if (ta->bound)
		list_del_init(&ta->on_list);
	spin_lock(&ta->lock);
	was = ta->dead;
	WRITE_ONCE(ta->dead, true);
	spin_unlock(&ta->lock);
	mutex_unlock(&tc_ta_list_lock);
	if (was)
		return;

	while ((session = tc_ta_any_session(ta))) {
		tc_message_kill(session);
		tc_session_unlist(session);
		tc_session_put(session);
	}
	wake_up_interruptible_all(&ta->wait);
	if (ta->bound) {
		tc_stat_inc(TC_STAT_DEATHS);
		tc_event_ta(TEECHAN_EVENT_DEATH, ta);
	}
}

static void tc_ta_death_work(struct work_struct *work)
{
	struct tc_ta *ta = container_of(work, struct tc_ta, death);

	tc_ta_die(ta);
	tc_ta_put(ta);
}

/* For where the mmap lock is held. */
void tc_ta_die_later(struct tc_ta *ta)
{
	tc_ta_get(ta);
	if (!queue_work(tc_ta_wq, &ta->death))
		tc_ta_put(ta);
}

/* ---- the file ---- */

static int tc_ta_open(struct inode *inode, struct file *file)
{
	struct tc_ta *ta = kzalloc(sizeof(*ta), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!ta)
		return -ENOMEM;
	ret = tc_owner_init(&ta->owner, file);
	if (ret)
		goto free_ta;
	ret = tc_window_init(&ta->window);
	if (ret)
		goto fini_owner;
	kref_init(&ta->ref);
	INIT_LIST_HEAD(&ta->on_list);
	INIT_WORK(&ta->death, tc_ta_death_work);
	spin_lock_init(&ta->lock);
	INIT_LIST_HEAD(&ta->queue);
	xa_init_flags(&ta->sessions, XA_FLAGS_ALLOC1);
	init_waitqueue_head(&ta->wait);

	file->f_mapping = ta->window.inode->i_mapping;
	file->private_data = ta;
	return nonseekable_open(inode, file);

fini_owner:
	tc_owner_fini(&ta->owner);
free_ta:
	kfree(ta);
	return ret;
}

static int tc_ta_flush(struct file *file, fl_owner_t id)
{
	struct tc_ta *ta = file->private_data;

	if (tc_owner_leaves(&ta->owner))
		tc_ta_die(ta);
	return 0;
}

static int tc_ta_file_release(struct inode *inode, struct file *file)
{
	struct tc_ta *ta = file->private_data;

	tc_ta_die(ta);
	tc_ta_put(ta);
	return 0;
}

static int tc_ta_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct tc_ta *ta = file->private_data;

	if (!tc_owner_is_current(&ta->owner))
		return -EPERM;
	return tc_window_mmap(ta, vma);
}

static __poll_t tc_ta_poll(struct file *file, poll_table *table)
{
	struct tc_ta *ta = file->private_data;

	poll_wait(file, &ta->wait, table);
	if (READ_ONCE(ta->dead))
		return EPOLLHUP | EPOLLERR;
	return READ_ONCE(ta->queued) ? EPOLLIN | EPOLLRDNORM : 0;
}

/* ---- ioctls ---- */

/*
 * A UUID has one TA, unless all that are bound to it are of the kind that has
 * several instances, and of one user.
 */
static bool tc_uuid_is_free(const struct tc_ta *ta, const struct teechan_bind *bind)
{
	const struct tc_ta *it;

	lockdep_assert_held(&tc_ta_list_lock);
	list_for_each_entry(it, &tc_ta_list, on_list) {
		if (memcmp(it->uuid, bind->uuid, sizeof(it->uuid)))
			continue;
		if ((bind->flags | it->flags) & TEECHAN_TA_SINGLE_INSTANCE)
			return false;
		if (!uid_eq(it->owner.cred->euid, ta->owner.cred->euid))
			return false;
	}
	return true;
}

static int tc_bind_check(const struct teechan_bind *bind)
{
	if (bind->reserved0 ||
	    memchr_inv(bind->reserved, 0, sizeof(bind->reserved)))
		return -EINVAL;
	if (!memchr_inv(bind->uuid, 0, sizeof(bind->uuid)))
		return -EINVAL;
	if (bind->flags & ~(TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION))
		return -EINVAL;
	if ((bind->flags & TEECHAN_TA_MULTI_SESSION) &&
	    !(bind->flags & TEECHAN_TA_SINGLE_INSTANCE))
		return -EINVAL;
	if (bind->window_size > TC_WINDOW_SIZE_MAX)
		return -EINVAL;
	return 0;
}

static int tc_ioctl_bind(struct tc_ta *ta, void __user *arg)
{
	struct teechan_bind bind;
	int ret;

	if (copy_from_user(&bind, arg, sizeof(bind)))
		return -EFAULT;
	ret = tc_bind_check(&bind);
	if (ret)
		return ret;
	if (!bind.window_size)
		bind.window_size = in_compat_syscall() ? TC_WINDOW_SIZE_COMPAT :
							 TC_WINDOW_SIZE_DEFAULT;
	bind.window_size = PAGE_ALIGN(bind.window_size);
	bind.rw_offset = tc_window_offset(false);
	bind.ro_offset = tc_window_offset(true);
	/* Before it is bound: a TA that cannot know where to map must not be. */
	if (copy_to_user(arg, &bind, sizeof(bind)))
		return -EFAULT;

	mutex_lock(&tc_ta_list_lock);
	if (ta->bound || ta->dead) {
		ret = -EALREADY;
	} else if (!tc_uuid_is_free(ta, &bind)) {
		ret = -EADDRINUSE;
	} else {
		memcpy(ta->uuid, bind.uuid, sizeof(ta->uuid));
		ta->flags = bind.flags;
		WRITE_ONCE(ta->window.space.limit, bind.window_size >> PAGE_SHIFT);
		ta->serial = ++tc_ta_serial;
		WRITE_ONCE(ta->bound, true);
		list_add_tail(&ta->on_list, &tc_ta_list);
	}
	mutex_unlock(&tc_ta_list_lock);
	if (!ret)
		tc_event_ta(TEECHAN_EVENT_BIND, ta);
	return ret;
}

static int tc_ioctl_reply_recv(struct tc_ta *ta, void __user *arg, bool nonblock)
{
	struct teechan_reply_recv __user *user = arg;
	struct teechan_reply_recv rr;
	int ret;

	if (!READ_ONCE(ta->bound))
		return -ENOTCONN;
	if (copy_from_user(&rr, user, sizeof(rr)))
		return -EFAULT;
	if (rr.flags || rr.deadline_ns > KTIME_MAX ||
	    memchr_inv(rr.reserved, 0, sizeof(rr.reserved)))
		return -EINVAL;
	if (rr.reply_id) {
		if (rr.origin && rr.origin != TEECHAN_ORIGIN_TEE &&
		    rr.origin != TEECHAN_ORIGIN_TA)
			return -EINVAL;
		/* First of all, so that no answer is ever given twice. */
		if (put_user(0, &user->reply_id))
			return -EFAULT;
		ret = tc_delivery_reply(ta, &rr);
		if (ret)
			return ret;
	}
	return tc_delivery_receive(ta, &rr, user, nonblock);
}

static int tc_ioctl_cancelled(struct tc_ta *ta, void __user *arg)
{
	struct teechan_cancelled query;
	int ret;

	if (copy_from_user(&query, arg, sizeof(query)))
		return -EFAULT;
	if (query.reserved0 || query.reserved)
		return -EINVAL;
	ret = tc_delivery_cancelled(ta, query.id);
	if (ret < 0)
		return ret;
	query.cancelled = ret;
	return copy_to_user(arg, &query, sizeof(query)) ? -EFAULT : 0;
}

static long tc_ta_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tc_ta *ta = file->private_data;
	void __user *user = (void __user *)arg;

	if (!tc_owner_is_current(&ta->owner))
		return -EPERM;
	switch (cmd) {
	case TEECHAN_REPLY_RECV:
		return tc_ioctl_reply_recv(ta, user, file->f_flags & O_NONBLOCK);
	case TEECHAN_CANCELLED:
		return tc_ioctl_cancelled(ta, user);
	case TEECHAN_BIND:
		return tc_ioctl_bind(ta, user);
	case TEECHAN_VERSION:
		return tc_ioctl_version(user);
	default:
		return -ENOTTY;
	}
}

const struct file_operations tc_ta_fops = {
	.owner = THIS_MODULE,
	.open = tc_ta_open,
	.flush = tc_ta_flush,
	.release = tc_ta_file_release,
	.mmap = tc_ta_mmap,
	.poll = tc_ta_poll,
	.unlocked_ioctl = tc_ta_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
