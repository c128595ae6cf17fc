/* SPDX-License-Identifier: GPL-2.0-only */
/* A space of page numbers, from which ranges are given out and found again. */
#ifndef TCH_SPACE_H
#define TCH_SPACE_H

#include <linux/rbtree.h>
#include <linux/spinlock.h>

/**
 * struct tch_range - pages [first, first + count) of a space; embed it
 * @node: in the space, by @first; space->lock
 * @first: first page
 * @count: pages, never 0 while in a space
 */
struct tch_range {
	struct rb_node node;
	unsigned long first;
	unsigned long count;
};

/**
 * struct tch_space - pages [0, limit)
 * @lock: protects @root and the ranges in it; taken innermost
 * @root: ranges by their first page
 * @limit: pages in all
 */
struct tch_space {
	spinlock_t lock;
	struct rb_root root;
	unsigned long limit;
};

void tch_space_init(struct tch_space *space, unsigned long limit);
int tch_space_add(struct tch_space *space, struct tch_range *range,
		  unsigned long count);
void tch_space_del(struct tch_space *space, struct tch_range *range);
struct tch_range *tch_space_find(struct tch_space *space, unsigned long page);

#endif /* TCH_SPACE_H */
