// SPDX-License-Identifier: GPL-2.0-only
#include "mapping.h"

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>

#include "compat.h"

/*
 * Pages mapped by one fault. A page-table entry costs far less than a fault,
 * but entries that nobody uses cost on every unmapping.
 */
#define TCH_FILL_MIN 16UL
#define TCH_FILL_MAX 64UL

#define TCH_FS_MAGIC 0x74656563	/* "teec" */

static struct vfsmount *tch_mount;

static int tch_fs_init_context(struct fs_context *fc)
{
	return init_pseudo(fc, TCH_FS_MAGIC) ? 0 : -ENOMEM;
}

/* No owner: our own mount would keep the module for ever. */
static struct file_system_type tch_fs = {
	.name = "teechan",
	.init_fs_context = tch_fs_init_context,
	.kill_sb = kill_anon_super,
};

/**
 * tch_mapping_init() - mount the file system behind tch_mapping_new()
 *
 * It is not registered: nobody else can mount it.
 *
 * Return: 0 or -errno.
 */
int tch_mapping_init(void)
{
	tch_mount = kern_mount(&tch_fs);
	return PTR_ERR_OR_ZERO(tch_mount);
}

void tch_mapping_exit(void)
{
	kern_unmount(tch_mount);
}

/**
 * tch_mapping_new() - a new address space for one open file
 *
 * Every node of a device has an inode of its own, and so an address space of
 * its own: unmapping by the one would leave mappings made through the other.
 * With an anonymous inode per open file there is exactly one, whatever node was
 * opened, and two files have no lock in common.
 *
 * Return: an inode to iput(), or ERR_PTR(-ENOMEM).
 */
struct inode *tch_mapping_new(void)
{
	return alloc_anon_inode(tch_mount->mnt_sb);
}

/**
 * tch_mapping_check() - refuse every kind of mapping but the one that is safe
 * @vma: as mmap was called
 *
 * Copy-on-write of a special entry is a kernel BUG, so private mappings are
 * refused. VM_PFNMAP keeps get_user_pages() and ptrace out and makes munmap
 * flush the TLB before it returns; no vm_ops->access, no fork, no core dump.
 *
 * Return: 0, or -EINVAL for a private mapping, -EPERM for an executable one.
 */
int tch_mapping_check(struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTCOPY |
		     VM_DONTDUMP, VM_MAYEXEC);
	return 0;
}

/*
 * How many pages to map for a fault in the block that begins here: the more, the
 * rounder the place is. Who touches one page of an object maps few for it; who
 * goes through all of it faults at ever rounder places, and so seldom.
 */
static unsigned long tch_fill_pages(unsigned long block)
{
	return block ? clamp(block & -block, TCH_FILL_MIN, TCH_FILL_MAX) : TCH_FILL_MIN;
}

struct tch_fill {
	struct vm_area_struct *vma;
	tch_page_fn fn;
	void *data;
};

/* Called by apply_to_page_range() with the page-table lock held. */
static int tch_fill_one(pte_t *pte, unsigned long addr, void *data)
{
	struct tch_fill *fill = data;
	struct vm_area_struct *vma = fill->vma;
	struct page *page;

	if (!pte_none(ptep_get(pte)))
		return 0;
	page = fill->fn(fill->data, linear_page_index(vma, addr));
	if (page)
		set_pte_at(vma->vm_mm, addr, pte,
			   pte_mkspecial(mk_pte(page, vma->vm_page_prot)));
	return 0;
}

/**
 * tch_mapping_fill() - map the page of a fault and some around it
 * @vmf: the fault; its own page must be allowed
 * @first: first page offset of the object that the fault hit
 * @count: its pages
 * @fn: tells which pages are allowed; the caller holds the lock under which the
 *	answer stays true until this returns
 * @data: for @fn
 *
 * Only small entries: get_user_pages_fast() of 6.1 follows a huge one, though
 * it is special.
 *
 * Return: VM_FAULT_NOPAGE, or VM_FAULT_OOM.
 */
vm_fault_t tch_mapping_fill(struct vm_fault *vmf, unsigned long first,
			    unsigned long count, tch_page_fn fn, void *data)
{
	struct vm_area_struct *vma = vmf->vma;
	struct tch_fill fill = { .vma = vma, .fn = fn, .data = data };
	const unsigned long block = round_down(vmf->pgoff - first, TCH_FILL_MIN);
	unsigned long lo = max(first + block, vma->vm_pgoff);
	unsigned long hi = min3(first + count, vma->vm_pgoff + vma_pages(vma),
				first + block + tch_fill_pages(block));
	unsigned long addr = vma->vm_start + ((lo - vma->vm_pgoff) << PAGE_SHIFT);

	if (apply_to_page_range(vma->vm_mm, addr, (hi - lo) << PAGE_SHIFT,
				tch_fill_one, &fill))
		return VM_FAULT_OOM;
	return VM_FAULT_NOPAGE;
}

/**
 * tch_mapping_unmap() - take pages out of every mapping of a file
 * @inode: of tch_mapping_new()
 * @first: first page offset
 * @count: pages, not 0: for unmap_mapping_range() 0 means all there are
 */
void tch_mapping_unmap(struct inode *inode, unsigned long first,
		       unsigned long count)
{
	unmap_mapping_range(inode->i_mapping, (loff_t)first << PAGE_SHIFT,
			    (loff_t)count << PAGE_SHIFT, 1);
}
