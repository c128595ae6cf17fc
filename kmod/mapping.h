/* SPDX-License-Identifier: GPL-2.0-only */
/* Address spaces of open files, and the page-table entries in them. */
#ifndef TCH_MAPPING_H
#define TCH_MAPPING_H

#include <linux/mm.h>

struct inode;

/**
 * typedef tch_page_fn - which page may now be mapped at a place
 * @data: the caller's
 * @pgoff: page offset in the file
 *
 * Called under a page-table lock: must not sleep.
 *
 * Return: the page, or NULL to leave the place empty.
 */
typedef struct page *(*tch_page_fn)(void *data, unsigned long pgoff);

int tch_mapping_init(void);
void tch_mapping_exit(void);
struct inode *tch_mapping_new(void);
int tch_mapping_check(struct vm_area_struct *vma);
vm_fault_t tch_mapping_fill(struct vm_fault *vmf, unsigned long first,
			    unsigned long count, tch_page_fn fn, void *data);
void tch_mapping_unmap(struct inode *inode, unsigned long first,
		       unsigned long count);

#endif /* TCH_MAPPING_H */
