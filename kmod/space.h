/* SPDX-License-Identifier: GPL-2.0-only */
/* A space of page numbers, from which ranges are given out and found again. */
#ifndef TC_SPACE_H
#define TC_SPACE_H

#include <linux/rbtree.h>
#include <linux/spinlock.h>

/**
 * struct tc_range - pages [first, first + count) of a space; embed it
 * @node: in the space, by @first; space->lock
 * @first: first page
 * @count: pages, never 0 while in a space
 */
struct tc_range {
	struct rb_node node;
	unsigned long first;
	unsigned long count;
};

/**
 * struct tc_space - pages [0, limit)
 * @lock: protects @root and the ranges in it; taken innermost
 * @root: ranges by their first page
 * @limit: pages in all
 */
struct tc_space {
	spinlock_t lock;
	struct rb_root root;
	unsigned long limit;
};

void tc_space_init(struct tc_space *space, unsigned long limit);
int tc_space_add(struct tc_space *space, struct tc_range *range,
		 unsigned long count);
void tc_space_del(struct tc_space *space, struct tc_range *range);
struct tc_range *tc_space_find(struct tc_space *space, unsigned long page);

#endif /* TC_SPACE_H */
