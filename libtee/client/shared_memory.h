/* SPDX-License-Identifier: BSD-2-Clause */
/* What TEEC_SharedMemory.imp points to. */
#ifndef LIBTEE_CLIENT_SHARED_MEMORY_H
#define LIBTEE_CLIENT_SHARED_MEMORY_H

#include "libtee/client/context.h"

struct shared_memory {
	struct context *ctx;
	struct teechan_region_alloc region;	/* id 0: memory of the client's own, which calls copy */
};

#endif
