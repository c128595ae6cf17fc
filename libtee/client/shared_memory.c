// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/client/shared_memory.h"

#include <stdlib.h>

#include <tee_client_api.h>

#include "libtee/client/errno_result.h"

#define DIRECTIONS ((uint32_t)(TEEC_MEM_INPUT | TEEC_MEM_OUTPUT))

static TEEC_Result block_new(TEEC_Context *context, TEEC_SharedMemory *block, struct shared_memory **out)
{
	if (!context || !context->imp || !block)
		return TEEC_ERROR_BAD_PARAMETERS;
	/* GP Client 1.0 §4.3.4: one direction at least, and nothing else. */
	if (!block->flags || (block->flags & ~DIRECTIONS))
		return TEEC_ERROR_BAD_PARAMETERS;
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return TEEC_ERROR_OUT_OF_MEMORY;
	(*out)->ctx = context->imp;
	return TEEC_SUCCESS;
}

/* GP Client 1.0 §4.5.4 */
TEEC_Result TEEC_RegisterSharedMemory(TEEC_Context *context, TEEC_SharedMemory *sharedMem)
{
	struct shared_memory *memory = NULL;
	TEEC_Result result;

	if (!sharedMem || !sharedMem->buffer)
		return TEEC_ERROR_BAD_PARAMETERS;
	result = block_new(context, sharedMem, &memory);
	if (!result)
		sharedMem->imp = memory;
	return result;
}

/* GP Client 1.0 §4.5.5. A block of no bytes has an address all the same, which must not be followed. */
TEEC_Result TEEC_AllocateSharedMemory(TEEC_Context *context, TEEC_SharedMemory *sharedMem)
{
	static uint8_t nothing;
	struct shared_memory *memory = NULL;
	TEEC_Result result = block_new(context, sharedMem, &memory);
	void *buffer = &nothing;
	int err = 0;

	if (result)
		return result;
	if (sharedMem->size) {
		memory->region.size = sharedMem->size;
		err = channel_region_alloc(memory->ctx->chan, &memory->region, &buffer);
	}
	if (err) {
		free(memory);
		sharedMem->buffer = NULL;
		sharedMem->imp = NULL;
		return errno_result(err);
	}
	sharedMem->buffer = buffer;
	sharedMem->imp = memory;
	return TEEC_SUCCESS;
}

/* GP Client 1.0 §4.5.6 */
void TEEC_ReleaseSharedMemory(TEEC_SharedMemory *sharedMem)
{
	struct shared_memory *memory = sharedMem ? sharedMem->imp : NULL;

	if (!memory)
		return;
	if (memory->region.id) {
		channel_region_free(memory->ctx->chan, &memory->region, sharedMem->buffer);
		sharedMem->buffer = NULL;
		sharedMem->size = 0;
	}
	free(memory);
	sharedMem->imp = NULL;
}
