/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of a call from this trusted application to another one, on their way there and back.
 *
 * The other side gets copies, and this one's memory gets the outputs back, when the call is over: what the application
 * refers to is its own or a client's that lent it here, and neither can be lent on. What fits the inbox of a session the
 * kernel copies; more goes through a region that is made for the call.
 */
#ifndef LIBTEE_INTERNAL_CROSSING_H
#define LIBTEE_INTERNAL_CROSSING_H

#include <stdbool.h>

#include <tee_api_types.h>
#include <tee_api_defines.h>

#include "libtee/channel.h"

struct tee_crossing {
	struct channel *chan;
	uint32_t types;
	TEE_Param *params;
	struct teechan_region_alloc region;	/* id 0: none */
	uint8_t *mapping;
	uint8_t *copies[TEE_NUM_PARAMS];	/* instead of the application's memory; in the region, if there is one */
};

/*
 * Fills in out, which is zero. Panics for function if the application may not do with its memory what it asks for (GP
 * Core 1.3 §4.9.4). TEE_ERROR_OUT_OF_MEMORY, TEE_ERROR_EXCESS_DATA: there is nothing to finish then.
 */
TEE_Result tee_crossing_begin(struct tee_crossing *crossing, const char *function, struct channel *chan, uint32_t types,
			      TEE_Param params[TEE_NUM_PARAMS], struct teechan_param out[TEECHAN_PARAMS]);

/* Gives the outputs to the application if the call was answered. */
void tee_crossing_end(struct tee_crossing *crossing, const struct teechan_param answer[TEECHAN_PARAMS], bool answered);

#endif
