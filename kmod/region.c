// SPDX-License-Identifier: GPL-2.0-only
#include "region.h"

#include <linux/err.h>
#include <linux/file.h>
#include <linux/freezer.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "client.h"
#include "compat.h"
#include "limits.h"
#include "mapping.h"
#include "ta.h"
#include "trace.h"

static void tch_region_free_pages(struct tch_region *region)
{
	unsigned int i;

	for (i = 0; i < region->pages && region->leaves[i].page; i++) {
		clear_highpage(region->leaves[i].page);
		__free_page(region->leaves[i].page);
	}
}

static void tch_grant_release(struct kref *ref)
{
	struct tch_grant *grant = container_of(ref, struct tch_grant, ref);

	tch_ta_put(grant->ta);
	kfree(grant);
}

static void tch_grant_drop(struct tch_grant *grant)
{
	list_del(&grant->on_region);
	tch_place_del(&grant->ta->window, &grant->place);
	kref_put(&grant->ref, tch_grant_release);
}

/* May run under the mmap lock: the last reference can be a VMA's. */
static void tch_region_release(struct kref *ref)
{
	struct tch_region *region = container_of(ref, struct tch_region, ref);
	struct tch_client *client = region->client;
	struct tch_grant *grant, *next;

	list_for_each_entry_safe(grant, next, &region->grants, on_region)
		tch_grant_drop(grant);
	tch_space_del(&client->space, &region->range);
	tch_region_free_pages(region);
	tch_charge_give(&region->charge);
	kvfree(region);
	tch_client_put(client);
}

void tch_region_put(struct tch_region *region)
{
	kref_put(&region->ref, tch_region_release);
}

/**
 * tch_region_alloc() - make a region and give it a place in its client's file
 * @client: whose
 * @size: bytes, whole pages
 * @out: the region, with the caller's reference; it has no id yet
 *
 * Return: 0; -EINVAL for no size or one over the limit; -EDQUOT and -ENOMEM as
 * tch_charge_take(); -ENOSPC when the file's address space is full.
 */
int tch_region_alloc(struct tch_client *client, u64 size, struct tch_region **out)
{
	const unsigned int pages = size >> PAGE_SHIFT;
	struct tch_region *region;
	unsigned int i;
	int ret;

	if (!size || size > TCH_REGION_SIZE_MAX || !PAGE_ALIGNED(size))
		return -EINVAL;
	region = kvzalloc(struct_size(region, leaves, pages), GFP_KERNEL_ACCOUNT);
	if (!region)
		return -ENOMEM;
	kref_init(&region->ref);
	region->client = client;
	region->pages = pages;
	init_rwsem(&region->lock);
	init_waitqueue_head(&region->wait);
	INIT_LIST_HEAD(&region->grants);

	ret = tch_charge_take(&region->charge, client->user, client->owner.mm,
			      TCH_KIND_REGION, size);
	if (ret)
		goto free_region;
	ret = -ENOMEM;
	for (i = 0; i < pages; i++) {
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);

		if (!page)
			goto free_pages;
		region->leaves[i].page = page;
	}
	ret = tch_space_add(&client->space, &region->range, pages);
	if (ret)
		goto free_pages;
	tch_client_get(client);
	*out = region;
	return 0;

free_pages:
	tch_region_free_pages(region);
	tch_charge_give(&region->charge);
free_region:
	kvfree(region);
	return ret;
}

/* ---- the client's mappings ---- */

static void tch_region_vm_open(struct vm_area_struct *vma)
{
	struct tch_region *region = vma->vm_private_data;

	kref_get(&region->ref);
	atomic_inc(&region->mappings);
}

static void tch_region_vm_close(struct vm_area_struct *vma)
{
	struct tch_region *region = vma->vm_private_data;

	atomic_dec(&region->mappings);
	tch_region_put(region);
}

/* The page at this offset if it is the client's; region->lock is held. */
static struct page *tch_region_own_page(void *data, unsigned long pgoff)
{
	struct tch_region *region = data;
	struct tch_leaf *leaf = &region->leaves[pgoff - region->range.first];

	return leaf->ta ? NULL : leaf->page;
}

/*
 * A thread touched a lent page: it waits until the page is back, and then
 * faults again. It waits without the mmap lock, for a TA may take its time, and
 * interruptibly, so that it can be killed, stopped and frozen. Only a fault
 * from user mode may wait: the kernel may hold any lock while it copies for
 * a system call, which gets EFAULT instead.
 */
static vm_fault_t tch_region_wait(struct vm_fault *vmf, struct tch_region *region,
				  const struct tch_leaf *leaf)
{
	const unsigned long page = leaf - region->leaves;
	struct file *file = vmf->vma->vm_file;
	u64 since;
	int ret;

	if (!(vmf->flags & FAULT_FLAG_USER) ||
	    !(vmf->flags & FAULT_FLAG_ALLOW_RETRY))
		return VM_FAULT_SIGBUS;
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;

	/*
	 * Without the lock the VMA may go at any time, and with it the file;
	 * the reference to the file keeps its release() from running here.
	 */
	get_file(file);
	kref_get(&region->ref);
	release_fault_lock(vmf);

	trace_tch_fault_wait(region, page);
	since = tch_clock();
	ret = wait_event_freezable(region->wait, !READ_ONCE(leaf->ta));
	trace_tch_fault_waited(region, page, ret, since);

	tch_region_put(region);
	fput(file);
	return VM_FAULT_RETRY;
}

static vm_fault_t tch_region_fault(struct vm_fault *vmf)
{
	struct tch_region *region = vmf->vma->vm_private_data;
	const unsigned long first = region->range.first;
	struct tch_leaf *leaf;
	vm_fault_t ret;

	if (vmf->pgoff < first || vmf->pgoff - first >= region->pages)
		return VM_FAULT_SIGBUS;
	leaf = &region->leaves[vmf->pgoff - first];

	down_read(&region->lock);
	if (!leaf->ta) {
		ret = tch_mapping_fill(vmf, first, region->pages,
				       tch_region_own_page, region);
		up_read(&region->lock);
		return ret;
	}
	up_read(&region->lock);
	return tch_region_wait(vmf, region, leaf);
}

static const struct vm_operations_struct tch_region_vm_ops = {
	.open = tch_region_vm_open,
	.close = tch_region_vm_close,
	.fault = tch_region_fault,
};

static struct tch_region *tch_region_at(struct tch_client *client, unsigned long page)
{
	struct tch_region *region = NULL;
	struct tch_range *range;

	spin_lock(&client->space.lock);
	range = tch_space_find(&client->space, page);
	if (range)
		region = container_of(range, struct tch_region, range);
	if (region && !kref_get_unless_zero(&region->ref))
		region = NULL;
	spin_unlock(&client->space.lock);
	return region;
}

/**
 * tch_region_mmap() - map a region or a part of it
 * @client: whose file it is; only its own regions have a place there
 * @vma: where
 *
 * Return: 0; -ENXIO when no region, or not enough of it, is at the offset; or
 * an error of tch_mapping_check().
 */
int tch_region_mmap(struct tch_client *client, struct vm_area_struct *vma)
{
	struct tch_region *region = tch_region_at(client, vma->vm_pgoff);
	unsigned long end;
	int ret = -ENXIO;

	if (!region)
		return -ENXIO;
	if (check_add_overflow(vma->vm_pgoff, vma_pages(vma), &end) ||
	    end > region->range.first + region->pages)
		goto put;
	ret = tch_mapping_check(vma);
	if (ret)
		goto put;
	atomic_inc(&region->mappings);
	vma->vm_private_data = region;
	vma->vm_ops = &tch_region_vm_ops;
	return 0;
put:
	tch_region_put(region);
	return ret;
}

/* Bytes of a region that are now lent, for the monitor. */
u64 tch_region_lent(struct tch_region *region)
{
	unsigned int i, lent = 0;

	down_read(&region->lock);
	for (i = 0; i < region->pages; i++)
		lent += !!region->leaves[i].ta;
	up_read(&region->lock);
	return (u64)lent << PAGE_SHIFT;
}

/* ---- lending ---- */

static struct tch_grant *tch_grant_of(struct tch_place *place)
{
	return container_of(place, struct tch_grant, place);
}

/* The place is still in the space, so the list's reference is still there. */
static bool tch_grant_get(struct tch_place *place)
{
	struct tch_grant *grant = tch_grant_of(place);

	if (!kref_get_unless_zero(&grant->region->ref))
		return false;
	kref_get(&grant->ref);
	return true;
}

static void tch_grant_put(struct tch_place *place)
{
	struct tch_grant *grant = tch_grant_of(place);
	struct tch_region *region = grant->region;

	kref_put(&grant->ref, tch_grant_release);
	tch_region_put(region);
}

struct tch_grant_view {
	const struct tch_grant *grant;
	unsigned long base;
	bool ro;
};

/* The page at this offset if the TA may see it; region->lock is held. */
static struct page *tch_grant_page(void *data, unsigned long pgoff)
{
	const struct tch_grant_view *view = data;
	const struct tch_leaf *leaf =
		&view->grant->region->leaves[pgoff - view->base];

	if (leaf->ta != view->grant->ta)
		return NULL;
	return (view->ro ? leaf->readers : leaf->writers) ? leaf->page : NULL;
}

static vm_fault_t tch_grant_fill(struct tch_place *place, struct vm_fault *vmf,
				 unsigned long base, bool ro)
{
	struct tch_grant_view view = {
		.grant = tch_grant_of(place), .base = base, .ro = ro,
	};
	struct tch_region *region = view.grant->region;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	down_read(&region->lock);
	if (tch_grant_page(&view, vmf->pgoff))
		ret = tch_mapping_fill(vmf, base, region->pages, tch_grant_page, &view);
	up_read(&region->lock);
	return ret;
}

static const struct tch_place_ops tch_grant_ops = {
	.get = tch_grant_get,
	.put = tch_grant_put,
	.fill = tch_grant_fill,
};

static struct tch_grant *tch_grant_find(struct tch_region *region,
					const struct tch_ta *ta)
{
	struct tch_grant *grant;

	lockdep_assert_held_write(&region->lock);
	list_for_each_entry(grant, &region->grants, on_region)
		if (grant->ta == ta)
			return grant;
	return NULL;
}

/*
 * The region's place in a TA's windows: made by the first call that lends some
 * of it to this TA, and kept for the next ones. Places in the windows of TAs
 * that died are given up on the way.
 */
static struct tch_grant *tch_grant_make(struct tch_region *region, struct tch_ta *ta)
{
	struct tch_grant *grant, *next;
	int ret;

	lockdep_assert_held_write(&region->lock);
	list_for_each_entry_safe(grant, next, &region->grants, on_region) {
		if (READ_ONCE(grant->ta->dead) && !grant->loans)
			tch_grant_drop(grant);
	}
	grant = kzalloc(sizeof(*grant), GFP_KERNEL_ACCOUNT);
	if (!grant)
		return ERR_PTR(-ENOMEM);
	kref_init(&grant->ref);
	grant->region = region;
	grant->ta = ta;
	tch_ta_get(ta);
	ret = tch_place_add(&ta->window, &grant->place, &tch_grant_ops, region->pages);
	if (ret) {
		kref_put(&grant->ref, tch_grant_release);
		return ERR_PTR(ret);
	}
	list_add(&grant->on_region, &region->grants);
	return grant;
}

static bool tch_region_is_free_for(const struct tch_region *region,
				   const struct tch_ta *ta,
				   unsigned int first, unsigned int count)
{
	unsigned int i;

	for (i = first; i < first + count; i++)
		if (region->leaves[i].ta && region->leaves[i].ta != ta)
			return false;
	return true;
}

/**
 * tch_loan_make() - lend the pages that hold part of a region
 * @loan: filled on success
 * @region: its client's; the loan takes a reference of its own
 * @ta: to whom
 * @offset: bytes
 * @size: bytes; 0 lends nothing
 * @write: the TA may write too
 *
 * When it returns, no mapping of the client shows the pages any more.
 *
 * Return: 0; -EINVAL when the part is not inside the region; -EBUSY when another
 * TA has one of the pages; -ENOSPC when the TA's windows are full; -ESHUTDOWN when
 * the TA counts as dead; -ENOMEM.
 */
int tch_loan_make(struct tch_loan *loan, struct tch_region *region,
		  struct tch_ta *ta, u64 offset, u64 size, bool write)
{
	struct tch_grant *grant;
	unsigned int i, first, count;
	u64 end;
	int ret = 0;

	if (check_add_overflow(offset, size, &end) ||
	    end > (u64)region->pages << PAGE_SHIFT)
		return -EINVAL;
	if (!size)
		return 0;
	first = offset >> PAGE_SHIFT;
	count = (PAGE_ALIGN(end) >> PAGE_SHIFT) - first;

	down_write(&region->lock);
	/* Places in a dead TA's windows may be gone: what is lent now might not come home. */
	if (READ_ONCE(ta->dead)) {
		ret = -ESHUTDOWN;
		goto out;
	}
	if (!tch_region_is_free_for(region, ta, first, count)) {
		ret = -EBUSY;
		goto out;
	}
	grant = tch_grant_find(region, ta) ?: tch_grant_make(region, ta);
	if (IS_ERR(grant)) {
		ret = PTR_ERR(grant);
		goto out;
	}
	for (i = first; i < first + count; i++) {
		WRITE_ONCE(region->leaves[i].ta, ta);
		if (write)
			region->leaves[i].writers++;
		else
			region->leaves[i].readers++;
	}
	tch_mapping_unmap(region->client->inode, region->range.first + first, count);
	grant->loans++;
	kref_get(&region->ref);
	*loan = (struct tch_loan) { region, grant, first, count, write };
	trace_tch_lend(loan);
out:
	up_write(&region->lock);
	return ret;
}

/* Where the TA sees the byte at @offset of the region, in either window. */
u64 tch_loan_at(const struct tch_loan *loan, u64 offset)
{
	return ((u64)loan->grant->place.range.first << PAGE_SHIFT) + offset;
}

/**
 * tch_loan_return() - the pages go home
 * @loan: of tch_loan_make(), or all zero; all zero afterwards
 *
 * The TA's mapping goes before the client can fault the pages in: both under
 * the region's lock.
 */
void tch_loan_return(struct tch_loan *loan)
{
	struct tch_region *region = loan->region;
	struct tch_grant *grant = loan->grant;
	unsigned int i;

	if (!region)
		return;
	down_write(&region->lock);
	trace_tch_return(loan);
	tch_place_unmap(&grant->ta->window, &grant->place, loan->first,
			loan->count, !loan->write);
	for (i = loan->first; i < loan->first + loan->count; i++) {
		struct tch_leaf *leaf = &region->leaves[i];

		if (loan->write)
			leaf->writers--;
		else
			leaf->readers--;
		if (!leaf->readers && !leaf->writers)
			WRITE_ONCE(leaf->ta, NULL);
	}
	grant->loans--;
	up_write(&region->lock);
	wake_up_interruptible_all(&region->wait);
	tch_region_put(region);
	memset(loan, 0, sizeof(*loan));
}
