// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/inproc_params.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define INBOX_ALIGN 16u

/* All lists of types are IN, OUT, INOUT: 1, 2, 3 in the low bits. */
static bool is_in(uint32_t type)
{
	return type & 1;
}

static bool is_out(uint32_t type)
{
	return type & 2;
}

static bool is_memory(uint32_t type)
{
	return type >= TEECHAN_MEM_IN;
}

static bool is_region(uint32_t type)
{
	return type >= TEECHAN_REGION_IN;
}

/* A temporary reference: copied into the inbox now, shown to the trusted side like a loan. */
static int copy_in(struct inproc_params *params, unsigned int i, struct inproc_window *window,
		   struct inproc_block *inbox, uint64_t *used)
{
	const struct teechan_param *from = &params->client[i];

	if (!from->a)
		return -EINVAL;
	if (from->b > INPROC_INBOX_SIZE - *used)
		return -E2BIG;
	params->inbox_at[i] = *used;
	memset(inbox->home + *used, 0, from->b);
	if (is_in(from->type))
		memcpy(inbox->home + *used, (const void *)(uintptr_t)from->a, from->b);
	*used += (from->b + INBOX_ALIGN - 1) / INBOX_ALIGN * INBOX_ALIGN;
	return inproc_loan_make(&params->loans[i], window, inbox, params->inbox_at[i], from->b, is_out(from->type), false,
				&params->ta[i].a);
}

static int lend(struct inproc_params *params, unsigned int i, struct inproc_window *window,
		struct inproc_region *region)
{
	const struct teechan_param *from = &params->client[i];

	while (region && region->id != from->c)
		region = region->next;
	if (!region)
		return -ENXIO;
	return inproc_loan_make(&params->loans[i], window, &region->block, from->a, from->b, is_out(from->type), true,
				&params->ta[i].a);
}

int inproc_params_take(struct inproc_params *params, struct inproc_window *window, struct inproc_block *inbox,
		       struct inproc_region *regions)
{
	uint64_t used = 0;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < params->count; i++) {
		const struct teechan_param *from = &params->client[i];
		struct teechan_param *to = &params->ta[i];

		*to = (struct teechan_param){ .type = from->type, .a = from->a, .b = from->b };
		if (from->flags)
			err = -EINVAL;
		if (err || !is_memory(from->type))
			continue;
		to->a = 0;
		to->type = TEECHAN_MEM_IN - 1 + (from->type & 3);
		to->flags = !from->b ? TEECHAN_PARAM_NULL : is_out(from->type) ? 0 : TEECHAN_PARAM_RO;
		if (from->b)
			err = is_region(from->type) ? lend(params, i, window, regions)
						    : copy_in(params, i, window, inbox, &used);
	}
	if (err)
		inproc_params_return(params, window);
	return err;
}

void inproc_params_return(struct inproc_params *params, struct inproc_window *window)
{
	unsigned int i;

	for (i = 0; i < params->count; i++)
		inproc_loan_return(&params->loans[i], window);
}

void inproc_params_answer(struct inproc_params *params, const struct teechan_param *answer, uint32_t count)
{
	unsigned int i;

	for (i = 0; i < params->count; i++) {
		if (!is_out(params->ta[i].type))
			continue;
		params->ta[i].a = i < count ? answer[i].a : 0;
		params->ta[i].b = i < count ? answer[i].b : 0;
	}
}

void inproc_params_give(struct inproc_params *params, const struct inproc_block *inbox)
{
	unsigned int i;

	for (i = 0; i < params->count; i++) {
		struct teechan_param *to = &params->client[i];
		const struct teechan_param *from = &params->ta[i];
		uint64_t offered = to->b;

		if (!is_out(to->type))
			continue;
		to->b = from->b;
		if (!is_memory(to->type))
			to->a = from->a;
		else if (!is_region(to->type) && offered)
			memcpy((void *)(uintptr_t)to->a, inbox->home + params->inbox_at[i],
			       from->b < offered ? from->b : offered);
	}
}
