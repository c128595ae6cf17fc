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
 * TEEC_Operation.started: 0 as the client sets it; RUNNING from the beginning of the call on; CANCELLED when the
 * cancellation came before the call. The last one is a number that memory nobody initialised will hardly have: only a
 * client that wants to cancel must set the field (GP Client 1.0 §4.3.8).
 */
#define RUNNING_STARTED 1u
#define RUNNING_CANCELLED 0x63616e63u

static inline void running_end(TEEC_Operation *operation)
{
	if (operation)
		__atomic_store_n(&operation->imp, NULL, __ATOMIC_RELEASE);
}

/*
 * Enters the operation (NULL: nothing to enter) until running_end(). Takes no lock: a call costs none for being one that
 * could be cancelled. TEEC_Operation.imp is the context while the call runs, and is set before started says that it does.
 * TEEC_ERROR_CANCEL: it was cancelled before it began.
 */
static inline TEEC_Result running_begin(struct context *ctx, TEEC_Operation *operation)
{
	if (!operation)
		return TEEC_SUCCESS;
	__atomic_store_n(&operation->imp, ctx, __ATOMIC_RELAXED);
	if (__atomic_exchange_n(&operation->started, RUNNING_STARTED, __ATOMIC_ACQ_REL) != RUNNING_CANCELLED)
		return TEEC_SUCCESS;
	running_end(operation);
	return TEEC_ERROR_CANCEL;
}

/* By which the channel knows the operation's call; 0 for NULL. */
static inline uint64_t running_cancel_id(const TEEC_Operation *operation)
{
	return (uintptr_t)operation;
}

#endif
