// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "call.h"
#include "copy.h"
#include "ioctl.h"
#include "limits.h"
#include "mapping.h"
#include "netlink.h"
#include "region.h"
#include "session.h"
#include "stats.h"
#include "ta.h"

/*
 * Pages of address space for the regions of one file: what mmap2() of 32-bit
 * programs can still tell, and far more than any limit of a user.
 */
#define TCH_CLIENT_PAGES	(1UL << 24)

/* For the monitor alone. */
static DEFINE_MUTEX(tch_client_list_lock);
static LIST_HEAD(tch_client_list);
static u64 tch_client_serial;

static void tch_client_release(struct kref *ref)
{
	struct tch_client *client = container_of(ref, struct tch_client, ref);

	WARN_ON(!RB_EMPTY_ROOT(&client->space.root));
	xa_destroy(&client->sessions);
	xa_destroy(&client->regions);
	iput(client->inode);
	tch_user_put(client->user);
	tch_owner_fini(&client->owner);
	kfree(client);
}

void tch_client_put(struct tch_client *client)
{
	kref_put(&client->ref, tch_client_release);
}

/**
 * tch_client_region() - a client's region by its id
 * @client: whose
 * @id: as given when it was allocated
 *
 * Return: the region with a reference, or NULL.
 */
struct tch_region *tch_client_region(struct tch_client *client, u32 id)
{
	struct tch_region *region;

	xa_lock(&client->regions);
	region = xa_load(&client->regions, id);
	if (region)
		kref_get(&region->ref);
	xa_unlock(&client->regions);
	return region;
}

/* The id goes, and the table's reference with it. Return: false if no such id. */
static bool tch_client_drop_region(struct tch_client *client, u32 id)
{
	struct tch_region *region = xa_erase(&client->regions, id);

	if (!region)
		return false;
	tch_region_put(region);
	return true;
}

/* For the monitor: call @fn for every region, in a fixed order, until it returns not 0. */
int tch_client_each_region(int (*fn)(struct tch_region *region, void *data),
			   void *data)
{
	struct tch_client *client;
	int ret = 0;

	mutex_lock(&tch_client_list_lock);
	list_for_each_entry(client, &tch_client_list, on_list) {
		unsigned long id = 0;
		struct tch_region *region;

		while (!ret && xa_find_after(&client->regions, &id, U32_MAX, XA_PRESENT)) {
			region = tch_client_region(client, id);
			if (!region)
				continue;
			ret = fn(region, data);
			tch_region_put(region);
		}
		if (ret)
			break;
	}
	mutex_unlock(&tch_client_list_lock);
	return ret;
}

/* The owner is gone, or the last holder of the file: nobody waits any more. */
static void tch_client_die(struct tch_client *client)
{
	struct tch_session *session;
	unsigned long id;

	WRITE_ONCE(client->dead, true);
	for (id = 0; xa_find_after(&client->sessions, &id, U32_MAX, XA_PRESENT);) {
		session = tch_session_of_client(client, id);
		if (!session)
			continue;
		tch_session_leave(session);
		tch_session_put(session);
	}
	for (id = 0; xa_find_after(&client->regions, &id, U32_MAX, XA_PRESENT);)
		tch_client_drop_region(client, id);
}

/* ---- the file ---- */

static int tch_client_open(struct inode *inode, struct file *file)
{
	struct tch_client *client = kzalloc(sizeof(*client), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!client)
		return -ENOMEM;
	ret = tch_owner_init(&client->owner, file);
	if (ret)
		goto free_client;
	ret = -ENOMEM;
	client->user = tch_user_get(client->owner.cred);
	if (!client->user)
		goto fini_owner;
	client->inode = tch_mapping_new();
	if (IS_ERR(client->inode)) {
		ret = PTR_ERR(client->inode);
		goto put_user;
	}
	kref_init(&client->ref);
	tch_space_init(&client->space, TCH_CLIENT_PAGES);
	xa_init_flags(&client->sessions, XA_FLAGS_ALLOC1);
	xa_init_flags(&client->regions, XA_FLAGS_ALLOC1);

	mutex_lock(&tch_client_list_lock);
	client->serial = ++tch_client_serial;
	list_add_tail(&client->on_list, &tch_client_list);
	mutex_unlock(&tch_client_list_lock);

	file->f_mapping = client->inode->i_mapping;
	file->private_data = client;
	return nonseekable_open(inode, file);

put_user:
	tch_user_put(client->user);
fini_owner:
	tch_owner_fini(&client->owner);
free_client:
	kfree(client);
	return ret;
}

static int tch_client_flush(struct file *file, fl_owner_t id)
{
	struct tch_client *client = file->private_data;

	if (tch_owner_leaves(&client->owner))
		tch_client_die(client);
	return 0;
}

static int tch_client_file_release(struct inode *inode, struct file *file)
{
	struct tch_client *client = file->private_data;

	mutex_lock(&tch_client_list_lock);
	list_del(&client->on_list);
	mutex_unlock(&tch_client_list_lock);
	tch_client_die(client);
	tch_client_put(client);
	return 0;
}

static bool tch_client_is_refused(const struct tch_client *client)
{
	return !tch_owner_is_current(&client->owner) || READ_ONCE(client->dead);
}

static int tch_client_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct tch_client *client = file->private_data;

	if (tch_client_is_refused(client))
		return -EPERM;
	return tch_region_mmap(client, vma);
}

/* ---- ioctls ---- */

/* How often an opening looks for an instance with room: others may be faster. */
#define TCH_OPEN_TRIES 16

static int tch_open_refuse(struct tch_call *call, u32 result)
{
	call->ret = result;
	call->origin = TEECHAN_ORIGIN_TEE;
	return TCH_OVER;
}

/* Turn an identity that cannot be had into the specification's result. */
static int tch_identity_error(struct tch_call *call, int error)
{
	return error == -EACCES ? tch_open_refuse(call, TEECHAN_ERROR_ACCESS_DENIED) : error;
}

/* Return: as tch_open_send(); -EAGAIN when the TA has no room, or not any more. */
static int tch_open_once(struct tch_client *client, const struct teechan_open *open,
			 const struct teechan_identity *who, struct tch_call *call,
			 struct tch_session **out)
{
	struct tch_session *session;
	struct tch_ta *ta;
	int ret;

	ta = tch_ta_find(open->uuid);
	if (!ta)
		return tch_open_refuse(call, TEECHAN_ERROR_ITEM_NOT_FOUND);
	session = tch_ta_has_room(ta) ? tch_session_new(client, ta, who) : ERR_PTR(-EAGAIN);
	tch_ta_put(ta);
	if (IS_ERR(session))
		return PTR_ERR(session);
	ret = tch_call_begin(session, call) ?: tch_call_send(session, call);
	if (ret) {
		tch_session_leave(session);
		tch_session_put(session);
		return ret;
	}
	*out = session;
	return 0;
}

/* A new session whose message is on its way. Return: 0, TCH_OVER, or -errno. */
static int tch_open_send(struct tch_client *client, const struct teechan_open *open,
			 struct tch_call *call, struct tch_session **out)
{
	struct teechan_identity who;
	int ret, tries;

	ret = tch_identity_make(&who, &client->owner, open->login, open->gid);
	if (ret)
		return tch_identity_error(call, ret);
	for (tries = 0; tries < TCH_OPEN_TRIES; tries++) {
		ret = tch_open_once(client, open, &who, call, out);
		if (ret != -EAGAIN)
			return ret;
	}
	return tch_open_refuse(call, TEECHAN_ERROR_BUSY);
}

static int tch_open_check(const struct teechan_open *open)
{
	if (open->count > TEECHAN_PARAMS || open->deadline_ns > KTIME_MAX ||
	    memchr_inv(open->reserved, 0, sizeof(open->reserved)))
		return -EINVAL;
	return tch_params_check(open->params, open->count);
}

/* Tell the monitor of what the kernel refused; a lost id is no such thing. */
static void tch_open_tell(const struct tch_client *client,
			  const struct teechan_open *open,
			  const struct tch_call *call, int ret)
{
	if (ret == -ERESTARTSYS || ret == -ENOENT || ret == -EBUSY || !ret)
		return;
	if (ret == TCH_OVER && call->origin != TEECHAN_ORIGIN_TEE)
		return;
	tch_stat_inc(TCH_STAT_REFUSALS);
	tch_event_refusal(client, open->uuid, ret < 0 ? -ret : 0,
			  ret < 0 ? 0 : call->ret);
}

static int tch_ioctl_open(struct tch_client *client, void __user *arg)
{
	struct teechan_open __user *user = arg;
	struct tch_session *session = NULL;
	struct teechan_open open;
	struct tch_call call;
	int ret;

	if (copy_from_user(&open, user, sizeof(open)))
		return -EFAULT;
	call = (struct tch_call) {
		.user_id = &user->id, .id = open.id, .deadline = open.deadline_ns,
		.cancel_id = open.cancel_id, .kind = TEECHAN_KIND_OPEN,
		.params = open.params, .count = open.count,
	};
	if (call.id) {
		session = tch_session_of_client(client, (u32)call.id);
		ret = session ? 0 : -ENOENT;
	} else {
		ret = tch_open_check(&open) ?:
		      tch_open_send(client, &open, &call, &session);
	}
	if (!ret)
		ret = tch_call_wait(session, &call);
	/* With -ENOENT and -EBUSY it was no message of this call, or is another's affair. */
	if (session && ret != -ERESTARTSYS && ret != -ENOENT && ret != -EBUSY) {
		if (ret || call.ret != TEECHAN_SUCCESS)
			tch_session_leave(session);
		else
			open.session = session->client_id;
	}
	tch_open_tell(client, &open, &call, ret);
	if (ret >= 0) {
		open.id = 0;
		open.ret = call.ret;
		open.origin = call.origin;
		ret = 0;
	}
	if (!ret && copy_to_user(user, &open, sizeof(open))) {
		/* A session that its client does not know of must not stay. */
		if (session)
			tch_session_leave(session);
		ret = -EFAULT;
	}
	if (session)
		tch_session_put(session);
	return ret;
}

/*
 * One copy of what a call says: the head, and as many parameters as it tells. A
 * call with an id says no more than which message it waits for.
 */
static __always_inline int tch_invoke_take(struct teechan_invoke __user *user,
					   struct tch_call *call)
{
	const struct teechan_param __user *from = user->params;
	struct teechan_param *to = call->params;
	u32 reserved0;
	u64 reserved;

	call->user_id = &user->id;
	call->kind = TEECHAN_KIND_INVOKE;
	call->written = 0;
	if (!tch_read_begin(user, sizeof(*user)))
		return -EFAULT;
	unsafe_get_user(call->id, &user->id, fault);
	unsafe_get_user(call->deadline, &user->deadline_ns, fault);
	unsafe_get_user(call->cancel_id, &user->cancel_id, fault);
	unsafe_get_user(call->session, &user->session, fault);
	unsafe_get_user(call->cmd, &user->cmd, fault);
	unsafe_get_user(call->count, &user->count, fault);
	unsafe_get_user(reserved0, &user->reserved0, fault);
	unsafe_get_user(reserved, &user->reserved, fault);
	if (call->id)
		call->count = 0;
	else if (call->count > TEECHAN_PARAMS || reserved0 || reserved ||
		 call->deadline > KTIME_MAX)
		goto invalid;
	for (; to < call->params + call->count; to++, from++)
		if (!tch_param_read(to, from))
			goto fault;
	user_read_access_end();
	return 0;
fault:
	user_read_access_end();
	return -EFAULT;
invalid:
	user_read_access_end();
	return -EINVAL;
}

/* What the answer changes in a call; the id is used up. */
static __always_inline int tch_invoke_give(struct teechan_invoke __user *user,
					   const struct tch_call *call)
{
	struct teechan_param __user *to = user->params;
	const struct teechan_param *from = call->params;
	u32 written;

	if (!tch_write_begin(user, sizeof(*user)))
		return -EFAULT;
	unsafe_put_user(0, &user->id, fault);
	unsafe_put_user(call->ret, &user->ret, fault);
	unsafe_put_user(call->origin, &user->origin, fault);
	for (written = call->written; written; written >>= 2, to++, from++) {
		if (written & TCH_NEW_A(0))
			unsafe_put_user(from->a, &to->a, fault);
		if (written & TCH_NEW_B(0))
			unsafe_put_user(from->b, &to->b, fault);
	}
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

static __tch_hot_page __tch_hot_client int tch_ioctl_invoke(struct tch_client *client, void __user *arg)
{
	/* Valid as far as call.count, and then as call.written says. */
	struct teechan_param params[TEECHAN_PARAMS] __tch_uninit;
	struct tch_call call __tch_uninit;
	struct teechan_invoke __user *user = arg;
	struct tch_session *session;
	int ret;

	call.params = params;
	ret = tch_invoke_take(user, &call);
	if (ret)
		return ret;
	session = tch_session_of_client(client, call.session);
	if (!session)
		return -ENOENT;
	if (call.id)
		ret = (u32)call.id == call.session ? 0 : -EINVAL;
	else
		ret = tch_params_check(params, call.count) ?:
		      tch_call_begin(session, &call) ?: tch_call_send(session, &call);
	if (!ret)
		ret = tch_call_wait(session, &call);
	tch_session_put(session);
	return ret < 0 ? ret : tch_invoke_give(user, &call);
}

static int tch_ioctl_cancel(struct tch_client *client, void __user *arg)
{
	struct teechan_cancel cancel;
	struct tch_session *session;
	unsigned long id = 0;
	bool found = false;

	if (copy_from_user(&cancel, arg, sizeof(cancel)))
		return -EFAULT;
	if (!cancel.cancel_id || cancel.deadline_ns > KTIME_MAX)
		return -EINVAL;
	while (xa_find_after(&client->sessions, &id, U32_MAX, XA_PRESENT)) {
		session = tch_session_of_client(client, id);
		if (!session)
			continue;
		if (tch_call_cancel(session, cancel.cancel_id, cancel.deadline_ns)) {
			tch_stat_inc(TCH_STAT_CANCELS);
			tch_event_cancel(session);
			found = true;
		}
		tch_session_put(session);
	}
	return found ? 0 : -ENOENT;
}

static int tch_ioctl_close(struct tch_client *client, void __user *arg)
{
	struct tch_session *session;
	struct teechan_close close;
	int ret = 0;

	if (copy_from_user(&close, arg, sizeof(close)))
		return -EFAULT;
	if (close.reserved0 || close.reserved)
		return -EINVAL;
	session = tch_session_of_client(client, close.session);
	if (!session)
		return -ENOENT;
	/* What is still opening is no session yet, but the opener's affair. */
	if (READ_ONCE(session->life) == TCH_OPENING)
		ret = -ENOENT;
	else
		tch_session_leave(session);
	tch_session_put(session);
	return ret;
}

static int tch_ioctl_region_alloc(struct tch_client *client, void __user *arg)
{
	struct teechan_region_alloc alloc;
	struct tch_region *region;
	int ret;

	if (copy_from_user(&alloc, arg, sizeof(alloc)))
		return -EFAULT;
	if (alloc.flags || alloc.reserved || !alloc.size ||
	    alloc.size > TCH_REGION_SIZE_MAX)
		return -EINVAL;
	alloc.size = PAGE_ALIGN(alloc.size);
	ret = tch_region_alloc(client, alloc.size, &region);
	if (ret)
		return ret;

	/* The table's reference; from here on another thread may free it. */
	kref_get(&region->ref);
	ret = xa_alloc_cyclic(&client->regions, &region->id, region,
			      XA_LIMIT(1, INT_MAX), &client->next_region,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0) {
		tch_region_put(region);
		goto put;
	}
	alloc.id = region->id;
	alloc.offset = (u64)region->range.first << PAGE_SHIFT;
	ret = 0;
	if (copy_to_user(arg, &alloc, sizeof(alloc))) {
		tch_client_drop_region(client, alloc.id);
		ret = -EFAULT;
	}
put:
	tch_region_put(region);
	return ret;
}

static int tch_ioctl_region_free(struct tch_client *client, void __user *arg)
{
	struct teechan_region_free it;

	if (copy_from_user(&it, arg, sizeof(it)))
		return -EFAULT;
	if (it.reserved0 || it.reserved)
		return -EINVAL;
	return tch_client_drop_region(client, it.id) ? 0 : -ENXIO;
}

static noinline long tch_client_manage(struct tch_client *client, unsigned int cmd,
				       void __user *user)
{
	switch (cmd) {
	case TEECHAN_OPEN_SESSION:
		return tch_ioctl_open(client, user);
	case TEECHAN_CANCEL:
		return tch_ioctl_cancel(client, user);
	case TEECHAN_CLOSE_SESSION:
		return tch_ioctl_close(client, user);
	case TEECHAN_REGION_ALLOC:
		return tch_ioctl_region_alloc(client, user);
	case TEECHAN_REGION_FREE:
		return tch_ioctl_region_free(client, user);
	case TEECHAN_TA_INFO:
		return tch_ta_info(client, user);
	case TEECHAN_VERSION:
		return tch_ioctl_version(user);
	default:
		return -ENOTTY;
	}
}

static __tch_hot_client long tch_client_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tch_client *client = file->private_data;
	void __user *user = (void __user *)arg;

	if (tch_client_is_refused(client))
		return -EPERM;
	if (cmd == TEECHAN_INVOKE)
		return tch_ioctl_invoke(client, user);
	return tch_client_manage(client, cmd, user);
}

const struct file_operations tch_client_fops = {
	.owner = THIS_MODULE,
	.open = tch_client_open,
	.flush = tch_client_flush,
	.release = tch_client_file_release,
	.mmap = tch_client_mmap,
	.unlocked_ioctl = tch_client_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
