/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Regions for what is too large to be copied as a temporary reference. To make one and to map it costs several calls, so
 * a context keeps the last for the next call that needs one.
 */
#ifndef LIBTEE_CLIENT_STAGING_H
#define LIBTEE_CLIENT_STAGING_H

#include <stdbool.h>
#include <stddef.h>

#include "libtee/client/context.h"

struct staging {
	struct teechan_region_alloc region;
	void *mapping;
};

/*
 * At least size bytes; the pages that hold them are zero. Returns 0 or a negative errno value of the channel. It is the
 * caller's until staging_put().
 */
int staging_get(struct context *ctx, size_t size, struct staging *out);
/* home: the trusted application has surely given it back, so that it can serve again. */
void staging_put(struct context *ctx, struct staging *staging, bool home);
/* Before the context goes. */
void staging_drop(struct context *ctx);

#endif
