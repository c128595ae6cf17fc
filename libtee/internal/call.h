/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The call that is being served: who asks, and which memory he lent. One at a time, on the thread that serves; outside
 * a call (tests that call an entry point themselves, start and end of an instance) there is no client.
 */
#ifndef LIBTEE_INTERNAL_CALL_H
#define LIBTEE_INTERNAL_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libtee/channel.h"

#define TEE_CALL_MEMORY_MAX 4

struct tee_call_memory {
	const void *base;
	size_t size;			/* bytes */
	bool writable;
};

struct tee_call {
	uint64_t message;		/* id in the channel, 0: none */
	struct teechan_identity client;
	bool cancel_masked;		/* GP Core 1.3 §4.10: masked when an entry point starts */
	unsigned int memory_count;
	struct tee_call_memory memory[TEE_CALL_MEMORY_MAX];
};

/* Tells once over which channel calls come; NULL, NULL to forget it. */
void tee_call_channel(struct channel *chan, const struct channel_window *window);

/* Of the functions below only. */
extern struct tee_call *tee_call_now;

/* Starts and ends a call. The structure is the caller's and must live until the end. */
static inline void tee_call_begin(struct tee_call *call)
{
	call->cancel_masked = true;
	tee_call_now = call;
}

static inline void tee_call_end(void)
{
	tee_call_now = NULL;
}

/* The running call, or NULL. */
static inline struct tee_call *tee_call_current(void)
{
	return tee_call_now;
}

/* Whether the running call's client has cancelled it, or is gone. */
bool tee_call_cancelled(void);

/* Whether any byte of the buffer belongs to clients, lent now or not. */
bool tee_call_is_client_memory(const void *buffer, size_t size);

#endif
