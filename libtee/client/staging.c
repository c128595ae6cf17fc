// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/client/staging.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A larger one is not kept: it counts against the user's memory. */
#define KEPT_MAX ((size_t)1 << 20)

/* Takes what is kept, so that no other thread has it. */
static struct staging *kept_take(struct context *ctx)
{
	return __atomic_exchange_n(&ctx->staging, NULL, __ATOMIC_ACQ_REL);
}

static void staging_free(struct context *ctx, struct staging *staging)
{
	channel_region_free(ctx->chan, &staging->region, staging->mapping);
}

int staging_get(struct context *ctx, size_t size, struct staging *out)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct staging *kept = kept_take(ctx);

	if (kept && kept->region.size >= size) {
		*out = *kept;
		free(kept);
		/* Whole pages are lent: none may carry what an earlier call left there. */
		memset(out->mapping, 0, (size + page - 1) / page * page);
		return 0;
	}
	if (kept) {
		staging_free(ctx, kept);
		free(kept);
	}
	*out = (struct staging){ .region.size = size };
	return channel_region_alloc(ctx->chan, &out->region, &out->mapping);
}

void staging_put(struct context *ctx, struct staging *staging, bool home)
{
	struct staging *kept = home && staging->region.size <= KEPT_MAX ? malloc(sizeof(*kept)) : NULL;
	struct staging *none = NULL;

	if (kept) {
		*kept = *staging;
		if (__atomic_compare_exchange_n(&ctx->staging, &none, kept, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return;
		free(kept);
	}
	staging_free(ctx, staging);
}

void staging_drop(struct context *ctx)
{
	struct staging *kept = kept_take(ctx);

	if (!kept)
		return;
	staging_free(ctx, kept);
	free(kept);
}
