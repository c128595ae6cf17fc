/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of a client that is lent, never shared. */
#ifndef TC_REGION_H
#define TC_REGION_H

#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/sizes.h>
#include <linux/wait.h>

#include "space.h"
#include "window.h"

struct tc_charge;
struct tc_client;
struct tc_ta;

#define TC_REGION_SIZE_MAX	((u64)SZ_16M)

/**
 * struct tc_leaf - one page of a region
 * @page: the memory
 * @ta: to which TA it is lent; NULL: it is the client's
 * @readers: input-only references to it in messages under way
 * @writers: other references
 */
struct tc_leaf {
	struct page *page;
	const struct tc_ta *ta;
	unsigned int readers;
	unsigned int writers;
};

/**
 * struct tc_grant - a region's place in the windows of one TA
 * @ref: the region's list, and faults under way
 * @place: where
 * @region: whose; faults hold a reference to it too
 * @ta: a reference
 * @on_region: in region->grants
 * @loans: parts now lent through it; region->lock
 */
struct tc_grant {
	struct kref ref;
	struct tc_place place;
	struct tc_region *region;
	struct tc_ta *ta;
	struct list_head on_region;
	unsigned int loans;
};

/**
 * struct tc_region - pages of one client
 * @ref: the client's table, every VMA, every message that lends some of it
 * @range: where the pages are in the address space of the client's file
 * @client: a reference
 * @charge: to its user
 * @id: in the client's table
 * @pages: how many
 * @mappings: VMAs of it
 * @lock: protects @grants and the leaves. A fault holds it shared over both the
 *	check and the insertion; lending and returning hold it exclusively over
 *	both the change and the unmapping. So what is lent is nowhere mapped for
 *	the client, at any time
 * @wait: client threads that touched a lent page
 * @grants: places in TAs' windows
 * @leaves: the pages
 */
struct tc_region {
	struct kref ref;
	struct tc_range range;
	struct tc_client *client;
	struct tc_charge *charge;
	u32 id;
	unsigned int pages;
	atomic_t mappings;
	struct rw_semaphore lock;
	wait_queue_head_t wait;
	struct list_head grants;
	struct tc_leaf leaves[];
};

/**
 * struct tc_loan - part of a region in a message; all zero for none
 * @region: a reference
 * @grant: where the TA sees it
 * @first: first page
 * @count: pages
 * @write: the TA may write
 */
struct tc_loan {
	struct tc_region *region;
	struct tc_grant *grant;
	unsigned int first;
	unsigned int count;
	bool write;
};

int tc_region_alloc(struct tc_client *client, u64 size, struct tc_region **out);
void tc_region_put(struct tc_region *region);
int tc_region_mmap(struct tc_client *client, struct vm_area_struct *vma);
u64 tc_region_lent(struct tc_region *region);

int tc_loan_make(struct tc_loan *loan, struct tc_region *region,
		 struct tc_ta *ta, u64 offset, u64 size, bool write);
u64 tc_loan_at(const struct tc_loan *loan, u64 offset);
void tc_loan_return(struct tc_loan *loan);

#endif /* TC_REGION_H */
