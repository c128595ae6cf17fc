/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations that are under way, for TEEC_RequestCancellation(). */
#ifndef LIBTEE_CLIENT_RUNNING_H
#define LIBTEE_CLIENT_RUNNING_H

#include <stdint.h>

#include <tee_client_api.h>

#include "libtee/client/context.h"

struct running {
	struct running *next;
	struct context *ctx;
	TEEC_Operation *operation;
	uint64_t cancel_id;		/* for the channel */
};

/*
 * Enters the operation (NULL: nothing to enter, which succeeds) until running_end().
 * TEEC_ERROR_CANCEL: it was cancelled before it began.
 */
TEEC_Result running_begin(struct running *running, struct context *ctx, TEEC_Operation *operation);
void running_end(struct running *running);

#endif
