// SPDX-License-Identifier: GPL-2.0-only
#include "ta.h"

#include <linux/compat.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "copy.h"
#include "delivery.h"
#include "ioctl.h"
#include "message.h"
#include "netlink.h"
#include "policy.h"
#include "session.h"
#include "stats.h"

/* Bound and alive, newest last; taken for BIND, OPEN_SESSION and the monitor. */
static DEFINE_MUTEX(tch_ta_list_lock);
static LIST_HEAD(tch_ta_list);
static u64 tch_ta_serial;

static struct workqueue_struct *tch_ta_wq;

int tch_ta_init(void)
{
	tch_ta_wq = alloc_workqueue("teechan_ta", WQ_UNBOUND, 0);
	return tch_ta_wq ? 0 : -ENOMEM;
}

void tch_ta_exit(void)
{
	destroy_workqueue(tch_ta_wq);
}

static void tch_ta_release(struct kref *ref)
{
	struct tch_ta *ta = container_of(ref, struct tch_ta, ref);

	WARN_ON(!xa_empty(&ta->sessions));
	xa_destroy(&ta->sessions);
	tch_window_fini(&ta->window);
	tch_owner_fini(&ta->owner);
	kfree(ta);
}

void tch_ta_put(struct tch_ta *ta)
{
	kref_put(&ta->ref, tch_ta_release);
}

/**
 * tch_ta_find() - the TA that a new session to a UUID goes to
 * @uuid: 16 octets
 *
 * Of several instances one without a session, if there is one.
 *
 * Return: the TA with a reference, or NULL.
 */
struct tch_ta *tch_ta_find(const u8 *uuid)
{
	struct tch_ta *ta, *found = NULL;

	mutex_lock(&tch_ta_list_lock);
	list_for_each_entry(ta, &tch_ta_list, on_list) {
		if (memcmp(ta->uuid, uuid, sizeof(ta->uuid)))
			continue;
		found = ta;
		if (!READ_ONCE(ta->live))
			break;
	}
	if (found)
		tch_ta_get(found);
	mutex_unlock(&tch_ta_list_lock);
	return found;
}

/**
 * tch_ta_uuid_of() - as which TA a process may speak to others
 * @owner: of its client's file
 * @uuid: 16 octets, set
 *
 * The process that is bound and alive is the TA, whichever of its files it uses.
 *
 * Return: 0, or -EACCES if it is bound to none, or to several.
 */
int tch_ta_uuid_of(const struct tch_owner *owner, u8 *uuid)
{
	const struct tch_ta *ta, *found = NULL;
	int ret = -EACCES;

	mutex_lock(&tch_ta_list_lock);
	list_for_each_entry(ta, &tch_ta_list, on_list) {
		if (ta->owner.mm != owner->mm)
			continue;
		ret = found ? -EACCES : 0;
		found = ta;
	}
	if (!ret)
		memcpy(uuid, found->uuid, sizeof(found->uuid));
	mutex_unlock(&tch_ta_list_lock);
	return ret;
}

/* TEECHAN_TA_INFO: the TA of a client's open session, which may have died. */
int tch_ta_info(struct tch_client *client, void __user *arg)
{
	struct tch_session *session;
	struct teechan_ta_info info;
	int ret = -ENOENT;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	if (memchr_inv(info.reserved, 0, sizeof(info.reserved)))
		return -EINVAL;
	session = tch_session_of_client(client, info.session);
	if (!session)
		return -ENOENT;
	/* What is still opening is no session yet. */
	if (READ_ONCE(session->life) != TCH_OPENING) {
		info.uid = tch_owner_uid(&session->ta->owner);
		memcpy(info.uuid, session->ta->uuid, sizeof(info.uuid));
		memcpy(info.digest, session->ta->digest, sizeof(info.digest));
		ret = copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
	}
	tch_session_put(session);
	return ret;
}

/* For the monitor: call @fn for every TA, in a fixed order, until it returns not 0. */
int tch_ta_each(int (*fn)(struct tch_ta *ta, void *data), void *data)
{
	struct tch_ta *ta;
	int ret = 0;

	mutex_lock(&tch_ta_list_lock);
	list_for_each_entry(ta, &tch_ta_list, on_list) {
		ret = fn(ta, data);
		if (ret)
			break;
	}
	mutex_unlock(&tch_ta_list_lock);
	return ret;
}

/* Commands answered by any TA: a call counts in its TA, which is at hand, until that is dead. */
u64 tch_ta_calls(void)
{
	struct tch_ta *ta;
	u64 sum;

	mutex_lock(&tch_ta_list_lock);
	sum = tch_stat_sum(TCH_STAT_CALLS);
	list_for_each_entry(ta, &tch_ta_list, on_list) {
		spin_lock(&ta->lock);
		sum += ta->calls;
		spin_unlock(&ta->lock);
	}
	mutex_unlock(&tch_ta_list_lock);
	return sum;
}

/* ---- death ---- */

/* Any session of the TA, with a reference, or NULL. */
static struct tch_session *tch_ta_any_session(struct tch_ta *ta)
{
	struct tch_session *session;
	unsigned long id = 0;

	spin_lock(&ta->lock);
	session = xa_find(&ta->sessions, &id, ULONG_MAX, XA_PRESENT);
	if (session)
		kref_get(&session->ref);
	spin_unlock(&ta->lock);
	return session;
}

static void tch_ta_wake_all(struct tch_ta *ta)
{
	struct tch_sleeper *sleeper;

	spin_lock(&ta->lock);
	hlist_for_each_entry(sleeper, &ta->sleepers, on_ta)
		wake_up_process(sleeper->task);
	spin_unlock(&ta->lock);
}

/*
 * The TA cannot answer any more: its callers hear of it at once, and what was
 * lent to it goes home. May be called more than once, and again for sessions
 * that were made meanwhile: those end by themselves, since @dead is set.
 */
static void tch_ta_die(struct tch_ta *ta)
{
	struct tch_session *session;
	bool was;

	mutex_lock(&tch_ta_list_lock);
	if (ta->bound)
		list_del_init(&ta->on_list);
	spin_lock(&ta->lock);
	was = ta->dead;
	WRITE_ONCE(ta->dead, true);
	if (!was)
		tch_stat_add(TCH_STAT_CALLS, ta->calls);
	spin_unlock(&ta->lock);
	mutex_unlock(&tch_ta_list_lock);
	if (was)
		return;

	while ((session = tch_ta_any_session(ta))) {
		tch_message_kill(session);
		tch_session_unlist(session);
		tch_session_put(session);
	}
	tch_ta_wake_all(ta);
	wake_up_interruptible_poll(&ta->polled, EPOLLHUP | EPOLLERR);
	if (ta->bound) {
		tch_stat_inc(TCH_STAT_DEATHS);
		tch_event_ta(TEECHAN_EVENT_DEATH, ta);
	}
}

static void tch_ta_death_work(struct work_struct *work)
{
	struct tch_ta *ta = container_of(work, struct tch_ta, death);

	tch_ta_die(ta);
	tch_ta_put(ta);
}

/* For where the mmap lock is held. */
void tch_ta_die_later(struct tch_ta *ta)
{
	tch_ta_get(ta);
	if (!queue_work(tch_ta_wq, &ta->death))
		tch_ta_put(ta);
}

/* ---- the file ---- */

static int tch_ta_open(struct inode *inode, struct file *file)
{
	struct tch_ta *ta = kzalloc(sizeof(*ta), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!ta)
		return -ENOMEM;
	ret = tch_owner_init(&ta->owner, file);
	if (ret)
		goto free_ta;
	ret = tch_window_init(&ta->window);
	if (ret)
		goto fini_owner;
	kref_init(&ta->ref);
	INIT_LIST_HEAD(&ta->on_list);
	INIT_WORK(&ta->death, tch_ta_death_work);
	INIT_LIST_HEAD(&ta->queue);
	xa_init_flags(&ta->sessions, XA_FLAGS_ALLOC1);
	init_waitqueue_head(&ta->polled);
	spin_lock_init(&ta->lock);
	INIT_HLIST_HEAD(&ta->sleepers);

	file->f_mapping = ta->window.inode->i_mapping;
	file->private_data = ta;
	return nonseekable_open(inode, file);

fini_owner:
	tch_owner_fini(&ta->owner);
free_ta:
	kfree(ta);
	return ret;
}

static int tch_ta_flush(struct file *file, fl_owner_t id)
{
	struct tch_ta *ta = file->private_data;

	if (tch_owner_leaves(&ta->owner))
		tch_ta_die(ta);
	return 0;
}

static int tch_ta_file_release(struct inode *inode, struct file *file)
{
	struct tch_ta *ta = file->private_data;

	tch_ta_die(ta);
	tch_ta_put(ta);
	return 0;
}

static int tch_ta_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct tch_ta *ta = file->private_data;

	if (!tch_owner_is_current(&ta->owner))
		return -EPERM;
	return tch_window_mmap(ta, vma);
}

static __poll_t tch_ta_poll(struct file *file, poll_table *table)
{
	struct tch_ta *ta = file->private_data;
	__poll_t ready = 0;

	/* It cannot say EPERM. */
	if (!tch_owner_is_current(&ta->owner))
		return EPOLLERR;
	poll_wait(file, &ta->polled, table);
	/* Who queues a message looks under this lock whether anybody polls. */
	spin_lock(&ta->lock);
	if (ta->dead)
		ready = EPOLLHUP | EPOLLERR;
	else if (ta->queued)
		ready = EPOLLIN | EPOLLRDNORM;
	spin_unlock(&ta->lock);
	return ready;
}

/* ---- ioctls ---- */

/*
 * A UUID has one TA, unless all that are bound to it are of the kind that has
 * several instances, and of one user.
 */
static bool tch_uuid_is_free(const struct tch_ta *ta, const struct teechan_bind *bind)
{
	const struct tch_ta *it;

	lockdep_assert_held(&tch_ta_list_lock);
	list_for_each_entry(it, &tch_ta_list, on_list) {
		if (memcmp(it->uuid, bind->uuid, sizeof(it->uuid)))
			continue;
		if ((bind->flags | it->flags) & TEECHAN_TA_SINGLE_INSTANCE)
			return false;
		if (!uid_eq(it->owner.cred->euid, ta->owner.cred->euid))
			return false;
	}
	return true;
}

static int tch_bind_check(const struct teechan_bind *bind)
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
	if (bind->window_size > TCH_WINDOW_SIZE_MAX)
		return -EINVAL;
	return 0;
}

/* What cannot be vouched for may bind all the same, without a digest. */
static int tch_ta_measure(struct tch_ta *ta, u8 *digest)
{
	int ret = tch_digest_take(&ta->owner.digest, digest);

	if (ret != -EACCES)
		return ret;
	memset(digest, 0, TEECHAN_DIGEST_LEN);
	return 0;
}

/* Into the list, and seen from then on. */
static int tch_ta_bind(struct tch_ta *ta, const struct teechan_bind *bind,
		       const u8 *digest)
{
	int ret = 0;

	mutex_lock(&tch_ta_list_lock);
	if (ta->bound || ta->dead) {
		ret = -EALREADY;
	} else if (!tch_uuid_is_free(ta, bind)) {
		ret = -EADDRINUSE;
	} else {
		memcpy(ta->uuid, bind->uuid, sizeof(ta->uuid));
		ta->flags = bind->flags;
		memcpy(ta->digest, digest, sizeof(ta->digest));
		WRITE_ONCE(ta->window.space.limit, bind->window_size >> PAGE_SHIFT);
		ta->serial = ++tch_ta_serial;
		WRITE_ONCE(ta->bound, true);
		list_add_tail(&ta->on_list, &tch_ta_list);
	}
	mutex_unlock(&tch_ta_list_lock);
	return ret;
}

static int tch_ioctl_bind(struct tch_ta *ta, void __user *arg)
{
	u8 digest[TEECHAN_DIGEST_LEN];
	struct teechan_bind bind;
	bool refused;
	int ret;

	if (copy_from_user(&bind, arg, sizeof(bind)))
		return -EFAULT;
	ret = tch_bind_check(&bind) ?: tch_ta_measure(ta, digest);
	if (ret)
		return ret;
	if (!bind.window_size)
		bind.window_size = in_compat_syscall() ? TCH_WINDOW_SIZE_COMPAT :
							 TCH_WINDOW_SIZE_DEFAULT;
	bind.window_size = PAGE_ALIGN(bind.window_size);
	bind.rw_offset = tch_window_offset(false);
	bind.ro_offset = tch_window_offset(true);
	/* Before it is bound: a TA that cannot know where to map must not be. */
	if (copy_to_user(arg, &bind, sizeof(bind)))
		return -EFAULT;

	tch_policy_hold();
	ret = tch_policy_check(ta, bind.uuid, digest);
	refused = ret;
	if (!ret)
		ret = tch_ta_bind(ta, &bind, digest);
	tch_policy_release();
	if (!ret)
		tch_event_ta(TEECHAN_EVENT_BIND, ta);
	if (refused) {
		tch_stat_inc(TCH_STAT_REFUSALS);
		tch_event_bind_refusal(ta, bind.uuid, digest, -ret);
	}
	return ret;
}

static bool tch_origin_is_sound(u32 origin)
{
	return !origin || origin == TEECHAN_ORIGIN_TEE || origin == TEECHAN_ORIGIN_TA;
}

/*
 * One copy of what is said with a REPLY_RECV: of the parameters what can be an
 * output. Clears the id of an answer, first of all, so that none is ever given
 * twice.
 */
static __always_inline int tch_reply_take(struct teechan_reply_recv __user *user,
					  struct tch_answer *answer, u64 *deadline)
{
	u64 reserved[2];
	int i;

	if (!tch_access_begin(user, sizeof(*user)))
		return -EFAULT;
	unsafe_get_user(answer->id, &user->reply_id, fault);
	unsafe_get_user(answer->ret, &user->ret, fault);
	unsafe_get_user(answer->origin, &user->origin, fault);
	unsafe_get_user(*deadline, &user->deadline_ns, fault);
	unsafe_get_user(answer->count, &user->count, fault);
	unsafe_get_user(reserved[0], &user->reserved[0], fault);
	unsafe_get_user(reserved[1], &user->reserved[1], fault);
	if (answer->count > TEECHAN_PARAMS || *deadline > KTIME_MAX ||
	    reserved[0] || reserved[1])
		goto invalid;
	if (answer->id) {
		if (!tch_origin_is_sound(answer->origin))
			goto invalid;
		for (i = 0; i < answer->count; i++) {
			unsafe_get_user(answer->params[i].a, &user->params[i].a, fault);
			unsafe_get_user(answer->params[i].b, &user->params[i].b, fault);
		}
		unsafe_put_user(0, &user->reply_id, fault);
	}
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
invalid:
	user_access_end();
	return -EINVAL;
}

static __tch_hot_ta int tch_ioctl_reply_recv(struct tch_ta *ta, void __user *arg, bool nonblock)
{
	/* tch_reply_take() says which part of it is valid. */
	struct tch_answer answer __tch_uninit;
	struct teechan_reply_recv __user *user = arg;
	u64 deadline;
	int ret;

	if (!READ_ONCE(ta->bound))
		return -ENOTCONN;
	ret = tch_reply_take(user, &answer, &deadline);
	if (ret)
		return ret;
	if (answer.id) {
		ret = tch_delivery_reply(ta, &answer);
		if (ret)
			return ret;
	}
	return tch_delivery_receive(ta, user, deadline, nonblock);
}

static int tch_ioctl_cancelled(struct tch_ta *ta, void __user *arg)
{
	struct teechan_cancelled query;
	int ret;

	if (copy_from_user(&query, arg, sizeof(query)))
		return -EFAULT;
	if (query.reserved0 || query.reserved)
		return -EINVAL;
	ret = tch_delivery_cancelled(ta, query.id);
	if (ret < 0)
		return ret;
	query.cancelled = ret;
	return copy_to_user(arg, &query, sizeof(query)) ? -EFAULT : 0;
}

static noinline long tch_ta_manage(struct tch_ta *ta, unsigned int cmd, void __user *user)
{
	switch (cmd) {
	case TEECHAN_CANCELLED:
		return tch_ioctl_cancelled(ta, user);
	case TEECHAN_BIND:
		return tch_ioctl_bind(ta, user);
	case TEECHAN_VERSION:
		return tch_ioctl_version(user);
	default:
		return -ENOTTY;
	}
}

static __tch_hot_page __tch_hot_ta long tch_ta_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tch_ta *ta = file->private_data;
	void __user *user = (void __user *)arg;

	if (!tch_owner_is_current(&ta->owner))
		return -EPERM;
	if (cmd == TEECHAN_REPLY_RECV)
		return tch_ioctl_reply_recv(ta, user, file->f_flags & O_NONBLOCK);
	return tch_ta_manage(ta, cmd, user);
}

const struct file_operations tch_ta_fops = {
	.owner = THIS_MODULE,
	.open = tch_ta_open,
	.flush = tch_ta_flush,
	.release = tch_ta_file_release,
	.mmap = tch_ta_mmap,
	.poll = tch_ta_poll,
	.unlocked_ioctl = tch_ta_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
