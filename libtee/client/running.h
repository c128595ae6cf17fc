/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations that are under way, for TEEC_RequestCancellation(). */
#ifndef LIBTEE_CLIENT_RUNNING_H
#define LIBTEE_CLIENT_RUNNING_H

#include <stdint.h>

#include <tee_client_api.h>

#include "libtee/client/context.h"

/* A context that lives: only its calls can be cancelled. */
void running_context_add(struct context *ctx);
void running_context_remove(struct context *ctx);

/*
 * Enters the operation (NULL: nothing to enter) until running_end(). Takes no lock: a call costs none for being one that
 * could be cancelled. TEEC_ERROR_CANCEL: it was cancelled before it began.
 */
TEEC_Result running_begin(struct context *ctx, TEEC_Operation *operation);
void running_end(TEEC_Operation *operation);

/* By which the channel knows the operation's call; 0 for NULL. */
static inline uint64_t running_cancel_id(const TEEC_Operation *operation)
{
	return (uintptr_t)operation;
}

#endif
