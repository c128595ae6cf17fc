/* SPDX-License-Identifier: GPL-2.0-only */
/* The two windows through which a TA sees inboxes and lent pages. */
#ifndef TCH_WINDOW_H
#define TCH_WINDOW_H

#include <linux/mm.h>
#include <linux/sizes.h>

#include "space.h"

struct tch_place;
struct tch_ta;

#define TCH_WINDOW_SIZE_MAX	((u64)SZ_1G * 64)
#define TCH_WINDOW_SIZE_DEFAULT	((u64)SZ_1G)
#define TCH_WINDOW_SIZE_COMPAT	((u64)SZ_256M)

/**
 * struct tch_place_ops - an object in the windows
 * @get: take a reference, unless the last is gone; under the space's lock
 * @put: give it back; may sleep
 * @fill: handle a fault on page @page of the place, in the read-only window if
 *	@ro; @base is the page offset at which the place begins in that window
 */
struct tch_place_ops {
	bool (*get)(struct tch_place *place);
	void (*put)(struct tch_place *place);
	vm_fault_t (*fill)(struct tch_place *place, struct vm_fault *vmf,
			   unsigned long base, bool ro);
};

/**
 * struct tch_place - where an object is, at the same offset in both windows
 * @range: in the window's space
 * @ops: the object's
 */
struct tch_place {
	struct tch_range range;
	const struct tch_place_ops *ops;
};

/**
 * struct tch_window - a TA's two windows
 * @space: what is where
 * @inode: their address space
 * @mappings: VMAs of each: [0] read-write, [1] read-only
 */
struct tch_window {
	struct tch_space space;
	struct inode *inode;
	atomic_t mappings[2];
};

int tch_window_init(struct tch_window *window);
void tch_window_fini(struct tch_window *window);
u64 tch_window_offset(bool ro);
int tch_window_mmap(struct tch_ta *ta, struct vm_area_struct *vma);

int tch_place_add(struct tch_window *window, struct tch_place *place,
		  const struct tch_place_ops *ops, unsigned long pages);
void tch_place_del(struct tch_window *window, struct tch_place *place);
void tch_place_unmap(struct tch_window *window, const struct tch_place *place,
		     unsigned long first, unsigned long count, bool ro);

#endif /* TCH_WINDOW_H */
