/* SPDX-License-Identifier: GPL-2.0-only */
/* The two windows through which a TA sees inboxes and lent pages. */
#ifndef TC_WINDOW_H
#define TC_WINDOW_H

#include <linux/mm.h>
#include <linux/sizes.h>

#include "space.h"

struct tc_place;
struct tc_ta;

#define TC_WINDOW_SIZE_MAX	((u64)SZ_1G * 64)
#define TC_WINDOW_SIZE_DEFAULT	((u64)SZ_1G)
#define TC_WINDOW_SIZE_COMPAT	((u64)SZ_256M)

/**
 * struct tc_place_ops - an object in the windows
 * @get: take a reference, unless the last is gone; under the space's lock
 * @put: give it back; may sleep
 * @fill: handle a fault on page @page of the place, in the read-only window if
 *	@ro; @base is the page offset at which the place begins in that window
 */
struct tc_place_ops {
	bool (*get)(struct tc_place *place);
	void (*put)(struct tc_place *place);
	vm_fault_t (*fill)(struct tc_place *place, struct vm_fault *vmf,
			   unsigned long base, bool ro);
};

/**
 * struct tc_place - where an object is, at the same offset in both windows
 * @range: in the window's space
 * @ops: the object's
 */
struct tc_place {
	struct tc_range range;
	const struct tc_place_ops *ops;
};

/**
 * struct tc_window - a TA's two windows
 * @space: what is where
 * @inode: their address space
 * @mappings: VMAs of each: [0] read-write, [1] read-only
 */
struct tc_window {
	struct tc_space space;
	struct inode *inode;
	atomic_t mappings[2];
};

int tc_window_init(struct tc_window *window);
void tc_window_fini(struct tc_window *window);
u64 tc_window_offset(bool ro);
int tc_window_mmap(struct tc_ta *ta, struct vm_area_struct *vma);

int tc_place_add(struct tc_window *window, struct tc_place *place,
		 const struct tc_place_ops *ops, unsigned long pages);
void tc_place_del(struct tc_window *window, struct tc_place *place);
void tc_place_unmap(struct tc_window *window, const struct tc_place *place,
		    unsigned long first, unsigned long count, bool ro);

#endif /* TC_WINDOW_H */
