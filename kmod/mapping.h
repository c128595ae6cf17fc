/* SPDX-License-Identifier: GPL-2.0-only */
/* Address spaces of open files, and the page-table entries in them. */
#ifndef TC_MAPPING_H
#define TC_MAPPING_H

#include <linux/mm.h>

struct inode;

/**
 * typedef tc_page_fn - which page may now be mapped at a place
 * @data: the caller's
 * @pgoff: page offset in the file
 *
 * Called under a page-table lock: must not sleep.
 *
 * Return: the page, or NULL to leave the place empty.
 */
typedef struct page *(*tc_page_fn)(void *data, unsigned long pgoff);

int tc_mapping_init(void);
void tc_mapping_exit(void);
struct inode *tc_mapping_new(void);
int tc_mapping_check(struct vm_area_struct *vma);
vm_fault_t tc_mapping_fill(struct vm_fault *vmf, unsigned long first,
			   unsigned long count, tc_page_fn fn, void *data);
void tc_mapping_unmap(struct inode *inode, unsigned long first,
		      unsigned long count);

#endif /* TC_MAPPING_H */
