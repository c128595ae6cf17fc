// SPDX-License-Identifier: GPL-2.0-only
#include "window.h"

#include <linux/err.h>
#include <linux/fs.h>

#include "compat.h"
#include "mapping.h"
#include "ta.h"

/* The read-only window begins where the largest read-write window ends. */
#define TCH_WINDOW_PAGES_MAX	(TCH_WINDOW_SIZE_MAX >> PAGE_SHIFT)

int tch_window_init(struct tch_window *window)
{
	struct inode *inode = tch_mapping_new();

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	window->inode = inode;
	tch_space_init(&window->space, 0);
	return 0;
}

void tch_window_fini(struct tch_window *window)
{
	WARN_ON(!RB_EMPTY_ROOT(&window->space.root));
	iput(window->inode);
}

u64 tch_window_offset(bool ro)
{
	return ro ? TCH_WINDOW_SIZE_MAX : 0;
}

static unsigned long tch_window_base(bool ro)
{
	return ro ? TCH_WINDOW_PAGES_MAX : 0;
}

static bool tch_vma_ro(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff >= TCH_WINDOW_PAGES_MAX;
}

static struct tch_place *tch_place_get(struct tch_window *window, unsigned long page)
{
	struct tch_place *place = NULL;
	struct tch_range *range;

	spin_lock(&window->space.lock);
	range = tch_space_find(&window->space, page);
	if (range)
		place = container_of(range, struct tch_place, range);
	if (place && !place->ops->get(place))
		place = NULL;
	spin_unlock(&window->space.lock);
	return place;
}

static vm_fault_t tch_window_fault(struct vm_fault *vmf)
{
	struct tch_ta *ta = vmf->vma->vm_private_data;
	const bool ro = tch_vma_ro(vmf->vma);
	const unsigned long base = tch_window_base(ro);
	struct tch_place *place;
	vm_fault_t ret;

	place = tch_place_get(&ta->window, vmf->pgoff - base);
	if (!place)
		return VM_FAULT_SIGBUS;
	ret = place->ops->fill(place, vmf, base + place->range.first, ro);
	place->ops->put(place);
	return ret;
}

static void tch_window_open(struct vm_area_struct *vma)
{
	struct tch_ta *ta = vma->vm_private_data;

	atomic_inc(&ta->window.mappings[tch_vma_ro(vma)]);
}

/* A TA that lost its windows, by munmap or exec, cannot serve any more. */
static void tch_window_close(struct vm_area_struct *vma)
{
	struct tch_ta *ta = vma->vm_private_data;

	if (atomic_dec_and_test(&ta->window.mappings[tch_vma_ro(vma)]))
		tch_ta_die_later(ta);
}

static int tch_window_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

static const struct vm_operations_struct tch_window_vm_ops = {
	.open = tch_window_open,
	.close = tch_window_close,
	.may_split = tch_window_may_split,
	.fault = tch_window_fault,
};

/**
 * tch_window_mmap() - map one of the windows
 * @ta: bound
 * @vma: must be one window, whole
 *
 * Return: 0; -ENXIO for another place or size than a window's; -EBUSY when that
 * window is mapped already; -EPERM for a writable map of the read-only window,
 * or an executable one; -EINVAL for a private one.
 */
int tch_window_mmap(struct tch_ta *ta, struct vm_area_struct *vma)
{
	const bool ro = tch_vma_ro(vma);
	int ret;

	if (vma->vm_pgoff != tch_window_base(ro) ||
	    vma_pages(vma) != ta->window.space.limit)
		return -ENXIO;
	if (ro && (vma->vm_flags & VM_WRITE))
		return -EPERM;
	ret = tch_mapping_check(vma);
	if (ret)
		return ret;
	if (atomic_cmpxchg(&ta->window.mappings[ro], 0, 1))
		return -EBUSY;
	if (ro)
		vm_flags_mod(vma, 0, VM_MAYWRITE);
	vma->vm_private_data = ta;
	vma->vm_ops = &tch_window_vm_ops;
	return 0;
}

/**
 * tch_place_add() - put an object into the windows
 * @window: the TA's
 * @place: embedded in the object, which must be complete
 * @ops: how faults get at it
 * @pages: its size
 *
 * Return: 0, or -ENOSPC when the windows are full.
 */
int tch_place_add(struct tch_window *window, struct tch_place *place,
		  const struct tch_place_ops *ops, unsigned long pages)
{
	place->ops = ops;
	return tch_space_add(&window->space, &place->range, pages);
}

/* Nobody finds the object any more; what is mapped of it must be gone. */
void tch_place_del(struct tch_window *window, struct tch_place *place)
{
	tch_space_del(&window->space, &place->range);
}

/**
 * tch_place_unmap() - take pages of an object out of one window
 * @window: the TA's
 * @place: the object's
 * @first: first page in the object
 * @count: pages, not 0
 * @ro: which window
 */
void tch_place_unmap(struct tch_window *window, const struct tch_place *place,
		     unsigned long first, unsigned long count, bool ro)
{
	tch_mapping_unmap(window->inode,
			  tch_window_base(ro) + place->range.first + first, count);
}
