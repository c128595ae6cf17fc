// SPDX-License-Identifier: GPL-2.0-only
#include "space.h"

#include <linux/errno.h>
#include <linux/lockdep.h>

/*
 * Pages left free behind every range, so that a program that runs over the end
 * of one object meets a fault and not the next object.
 */
#define TC_SPACE_GUARD 1

void tc_space_init(struct tc_space *space, unsigned long limit)
{
	spin_lock_init(&space->lock);
	space->root = RB_ROOT;
	space->limit = limit;
}

/**
 * tc_space_add() - give a range out
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
int tc_space_add(struct tc_space *space, struct tc_range *range,
		 unsigned long count)
{
	struct rb_node **link = &space->root.rb_node;
	struct rb_node *parent = NULL, *node;
	unsigned long at = 0;
	int ret = -ENOSPC;

	spin_lock(&space->lock);
	for (node = rb_first(&space->root); node; node = rb_next(node)) {
		struct tc_range *next = rb_entry(node, struct tc_range, node);

		if (next->first - at >= count + TC_SPACE_GUARD)
			break;
		at = next->first + next->count + TC_SPACE_GUARD;
	}
	if (!node && (at > space->limit || space->limit - at < count))
		goto out;

	range->first = at;
	range->count = count;
	while (*link) {
		struct tc_range *it = rb_entry(*link, struct tc_range, node);

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

void tc_space_del(struct tc_space *space, struct tc_range *range)
{
	spin_lock(&space->lock);
	rb_erase(&range->node, &space->root);
	range->count = 0;
	spin_unlock(&space->lock);
}

/**
 * tc_space_find() - the range that holds a page
 * @space: its lock is held, so that the caller can take a reference
 * @page: page number
 *
 * Return: the range, or NULL.
 */
struct tc_range *tc_space_find(struct tc_space *space, unsigned long page)
{
	struct rb_node *node = space->root.rb_node;

	lockdep_assert_held(&space->lock);
	while (node) {
		struct tc_range *it = rb_entry(node, struct tc_range, node);

		if (page < it->first)
			node = node->rb_left;
		else if (page - it->first >= it->count)
			node = node->rb_right;
		else
			return it;
	}
	return NULL;
}
