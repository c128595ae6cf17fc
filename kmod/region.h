/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of a client that is lent, never shared. */
#ifndef TCH_REGION_H
#define TCH_REGION_H

#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/sizes.h>
#include <linux/wait.h>

#include "limits.h"
#include "space.h"
#include "window.h"

struct tch_client;
struct tch_ta;

#define TCH_REGION_SIZE_MAX	((u64)SZ_16M)

/**
 * struct tch_leaf - one page of a region
 * @page: the memory
 * @ta: to which TA it is lent; NULL: it is the client's
 * @readers: input-only references to it in messages under way
 * @writers: other references
 */
struct tch_leaf {
	struct page *page;
	const struct tch_ta *ta;
	unsigned int readers;
	unsigned int writers;
};

/**
 * struct tch_grant - a region's place in the windows of one TA
 * @ref: the region's list, and faults under way
 * @place: where
 * @region: whose; faults hold a reference to it too
 * @ta: a reference
 * @on_region: in region->grants
 * @loans: parts now lent through it; region->lock
 */
struct tch_grant {
	struct kref ref;
	struct tch_place place;
	struct tch_region *region;
	struct tch_ta *ta;
	struct list_head on_region;
	unsigned int loans;
};

/**
 * struct tch_region - pages of one client
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
struct tch_region {
	struct kref ref;
	struct tch_range range;
	struct tch_client *client;
	struct tch_charge charge;
	u32 id;
	unsigned int pages;
	atomic_t mappings;
	struct rw_semaphore lock;
	wait_queue_head_t wait;
	struct list_head grants;
	struct tch_leaf leaves[];
};

/**
 * struct tch_loan - part of a region in a message; all zero for none
 * @region: a reference
 * @grant: where the TA sees it
 * @first: first page
 * @count: pages
 * @write: the TA may write
 */
struct tch_loan {
	struct tch_region *region;
	struct tch_grant *grant;
	unsigned int first;
	unsigned int count;
	bool write;
};

int tch_region_alloc(struct tch_client *client, u64 size, struct tch_region **out);
void tch_region_put(struct tch_region *region);
int tch_region_mmap(struct tch_client *client, struct vm_area_struct *vma);
u64 tch_region_lent(struct tch_region *region);

int tch_loan_make(struct tch_loan *loan, struct tch_region *region,
		  struct tch_ta *ta, u64 offset, u64 size, bool write);
u64 tch_loan_at(const struct tch_loan *loan, u64 offset);
void tch_loan_return(struct tch_loan *loan);

#endif /* TCH_REGION_H */
