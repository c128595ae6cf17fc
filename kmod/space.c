// SPDX-License-Identifier: GPL-2.0-only
#include "space.h"

#include <linux/errno.h>
#include <linux/lockdep.h>

/*
 * Pages left free behind every range, so that a program that runs over the end
 * of one object meets a fault and not the next object.
 */
#define TCH_SPACE_GUARD 1

void tch_space_init(struct tch_space *space, unsigned long limit)
{
	spin_lock_init(&space->lock);
	space->root = RB_ROOT;
	space->limit = limit;
}

/**
 * tch_space_add() - give a range out
 * @space: where
 * @range: gets its place; its object must be complete, since others can find
 *	it as soon as this returns
 * @count: pages wanted, not 0
 *
 * First fit: there are as many ranges as sessions and regions, which the limits
 * of users bound, and nothing on the path of a call comes here.
 *
 * Return: 0, or -ENOSPC when no gap is large enough.
 */
int tch_space_add(struct tch_space *space, struct tch_range *range,
		  unsigned long count)
{
	struct rb_node **link = &space->root.rb_node;
	struct rb_node *parent = NULL, *node;
	unsigned long at = 0;
	int ret = -ENOSPC;

	spin_lock(&space->lock);
	for (node = rb_first(&space->root); node; node = rb_next(node)) {
		struct tch_range *next = rb_entry(node, struct tch_range, node);

		if (next->first - at >= count + TCH_SPACE_GUARD)
			break;
		at = next->first + next->count + TCH_SPACE_GUARD;
	}
	if (!node && (at > space->limit || space->limit - at < count))
		goto out;

	range->first = at;
	range->count = count;
	while (*link) {
		struct tch_range *it = rb_entry(*link, struct tch_range, node);

		parent = *link;
		link = at < it->first ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&range->node, parent, link);
	rb_insert_color(&range->node, &space->root);
	ret = 0;
out:
	spin_unlock(&space->lock);
	return ret;
}

void tch_space_del(struct tch_space *space, struct tch_range *range)
{
	spin_lock(&space->lock);
	rb_erase(&range->node, &space->root);
	range->count = 0;
	spin_unlock(&space->lock);
}

/**
 * tch_space_find() - the range that holds a page
 * @space: its lock is held, so that the caller can take a reference
 * @page: page number
 *
 * Return: the range, or NULL.
 */
struct tch_range *tch_space_find(struct tch_space *space, unsigned long page)
{
	struct rb_node *node = space->root.rb_node;

	lockdep_assert_held(&space->lock);
	while (node) {
		struct tch_range *it = rb_entry(node, struct tch_range, node);

		if (page < it->first)
			node = node->rb_left;
		else if (page - it->first >= it->count)
			node = node->rb_right;
		else
			return it;
	}
	return NULL;
}
