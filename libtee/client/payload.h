/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parameters of one call on their way to the channel and back.
 *
 * Memory goes by one of three ways: regions are lent; anything else is copied by the kernel as a temporary reference;
 * and what does not fit the inbox of the session is copied here, into a region of the library's own: from that size on
 * lending is cheaper (make bench).
 */
#ifndef LIBTEE_CLIENT_PAYLOAD_H
#define LIBTEE_CLIENT_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include <tee_client_api.h>

#include "libtee/client/context.h"
#include "libtee/client/staging.h"

struct payload {
	struct context *ctx;
	TEEC_Operation *operation;		/* may be NULL */
	unsigned int used;			/* its parameters up to the last that is one: the message's count */
	unsigned int count;			/* of the memory references; the rest of the array is not initialised */
	struct payload_memory {
		unsigned int index;		/* of the parameter */
		void *buffer;			/* the client's; NULL: null reference */
		size_t size;
		uint32_t direction;		/* TEEC_MEM_* of the call; 0: a block that is neither input nor output */
		struct staging staging;		/* of this call, if own is true */
		uint32_t region;		/* that is lent, or of staging; 0: copied */
		size_t offset;			/* in the region */
		bool own;
	} memory[TEEC_CONFIG_PAYLOAD_REF_COUNT];
};

/* Fills in as many params as used says, and no more. On an error there is nothing to finish. */
TEEC_Result payload_begin(struct payload *payload, struct context *ctx, TEEC_Operation *operation,
			  struct teechan_param params[TEECHAN_PARAMS]);

/* Gives the answer's outputs to the operation if the call was answered, and frees what was made for the call. */
void payload_end(struct payload *payload, const struct teechan_param params[TEECHAN_PARAMS], bool answered);

#endif
