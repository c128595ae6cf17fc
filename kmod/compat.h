/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that teechan builds on: 6.1 to 6.12. */
#ifndef TCH_COMPAT_H
#define TCH_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, unsigned long set,
				unsigned long clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

/* Before the per-VMA lock a fault always came with the lock of the whole mm. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
static inline void release_fault_lock(struct vm_fault *vmf)
{
	mmap_read_unlock(vmf->vma->vm_mm);
}
#endif

#endif /* TCH_COMPAT_H */
