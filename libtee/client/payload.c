// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/client/payload.h"

#include <string.h>

#include "libtee/client/errno_result.h"
#include "libtee/client/shared_memory.h"

_Static_assert(TEECHAN_PARAMS == TEEC_CONFIG_PAYLOAD_REF_COUNT, "an operation fits in a message");
_Static_assert(TEEC_NONE == 0 && TEEC_VALUE_OUTPUT == 2 && TEEC_VALUE_INOUT == (TEEC_VALUE_INPUT | TEEC_VALUE_OUTPUT),
	       "a value's type says its direction");
_Static_assert(TEECHAN_VALUE_INOUT == TEEC_VALUE_INOUT && TEECHAN_MEM_IN == TEEC_MEMREF_TEMP_INPUT &&
	       TEECHAN_REGION_IN == TEEC_MEMREF_PARTIAL_INPUT, "the kernel's types are the API's");

/* The low two bits of all memory types but WHOLE say the direction. */
static uint32_t type_direction(uint32_t type)
{
	return type & (TEEC_MEM_INPUT | TEEC_MEM_OUTPUT);
}

/* Without a table: that would be one more page for a call to touch. */
static bool type_is_memory(uint32_t type)
{
	return (type >= TEEC_MEMREF_TEMP_INPUT && type <= TEEC_MEMREF_TEMP_INOUT) ||
	       (type >= TEEC_MEMREF_WHOLE && type <= TEEC_MEMREF_PARTIAL_INOUT);
}

/* GP Client 1.0 §4.3.6 */
static TEEC_Result temp_take(struct payload_memory *memory, uint32_t type, const TEEC_TempMemoryReference *ref)
{
	memory->direction = type_direction(type);
	memory->buffer = ref->buffer;
	/* A null reference has no bytes: with a size it only makes sense for asking how long an output would be. */
	if (!ref->buffer && ref->size && type != TEEC_MEMREF_TEMP_OUTPUT)
		return TEEC_ERROR_BAD_PARAMETERS;
	memory->size = ref->buffer ? ref->size : 0;
	return TEEC_SUCCESS;
}

/* GP Client 1.0 §4.3.7 */
static TEEC_Result registered_take(struct payload *payload, struct payload_memory *memory, uint32_t type,
				   const TEEC_RegisteredMemoryReference *ref)
{
	const TEEC_SharedMemory *parent = ref->parent;
	const struct shared_memory *shared = parent ? parent->imp : NULL;
	bool whole = type == TEEC_MEMREF_WHOLE;
	size_t offset = whole ? 0 : ref->offset;

	if (!shared || shared->ctx != payload->ctx)
		return TEEC_ERROR_BAD_PARAMETERS;
	memory->direction = whole ? parent->flags : type_direction(type);
	memory->size = whole ? parent->size : ref->size;
	if (offset > parent->size || memory->size > parent->size - offset || (memory->direction & ~parent->flags))
		return TEEC_ERROR_BAD_PARAMETERS;
	memory->buffer = (uint8_t *)parent->buffer + offset;
	memory->region = shared->region.id;
	memory->offset = offset;
	return TEEC_SUCCESS;
}

static __attribute__((noinline)) TEEC_Result memory_take(struct payload *payload, unsigned int i)
{
	const TEEC_Parameter *from = &payload->operation->params[i];
	uint32_t type = TEEC_PARAM_TYPE_GET(payload->operation->paramTypes, i);
	struct payload_memory *memory;

	if (!type_is_memory(type))
		return TEEC_ERROR_BAD_PARAMETERS;
	memory = &payload->memory[payload->count++];
	*memory = (struct payload_memory){ .index = i };
	return type <= TEEC_MEMREF_TEMP_INOUT ? temp_take(memory, type, &from->tmpref) :
						registered_take(payload, memory, type, &from->memref);
}

static bool is_copied(const struct payload_memory *memory)
{
	return memory->direction && !memory->region;
}

static uint64_t inbox_share(const struct payload_memory *memory)
{
	return (memory->size + CONTEXT_INBOX_ALIGN - 1) / CONTEXT_INBOX_ALIGN * CONTEXT_INBOX_ALIGN;
}

/* The largest of the copied ones, if they do not fit the inbox together; else NULL. */
static struct payload_memory *too_large(struct payload *payload)
{
	struct payload_memory *largest = NULL;
	uint64_t left = payload->ctx->inbox_size;
	bool fits = true;
	unsigned int i;

	for (i = 0; i < payload->count; i++) {
		struct payload_memory *memory = &payload->memory[i];

		if (!is_copied(memory))
			continue;
		if (!largest || memory->size > largest->size)
			largest = memory;
		if (memory->size > left || inbox_share(memory) > left)
			fits = false;
		else
			left -= inbox_share(memory);
	}
	return fits ? NULL : largest;
}

/* Copies through a region. What the client changes meanwhile changes nothing any more. */
static int region_make(struct payload *payload, struct payload_memory *memory)
{
	int err = staging_get(payload->ctx, memory->size, &memory->staging);

	if (err)
		return err;
	memory->own = true;
	memory->region = memory->staging.region.id;
	if (memory->direction & TEEC_MEM_INPUT)
		memcpy(memory->staging.mapping, memory->buffer, memory->size);
	return 0;
}

static void memory_put(const struct payload_memory *memory, struct teechan_param *param)
{
	if (!memory->direction)
		return;
	param->b = memory->size;
	if (memory->region) {
		param->type = TEECHAN_REGION_IN - TEEC_MEM_INPUT + memory->direction;
		param->a = memory->offset;
		param->c = memory->region;
	} else {
		param->type = TEECHAN_MEM_IN - TEEC_MEM_INPUT + memory->direction;
		param->a = (uintptr_t)memory->buffer;
	}
}

/* All memory is known: how it goes. */
static __attribute__((noinline)) TEEC_Result memory_begin(struct payload *payload, struct teechan_param params[TEECHAN_PARAMS])
{
	struct payload_memory *memory;
	unsigned int i;

	while ((memory = too_large(payload))) {
		int err = region_make(payload, memory);

		if (err) {
			payload_end(payload, params, false);
			return errno_result(err);
		}
	}
	for (i = 0; i < payload->count; i++)
		memory_put(&payload->memory[i], &params[payload->memory[i].index]);
	return TEEC_SUCCESS;
}

/* Up to the last that is not TEEC_NONE. Types beyond the four are not looked at. */
CHANNEL_HOT TEEC_Result payload_begin(struct payload *payload, struct context *ctx, TEEC_Operation *operation,
			  struct teechan_param params[TEECHAN_PARAMS])
{
	uint32_t types = operation ? operation->paramTypes & 0xffff : 0;
	unsigned int i;

	payload->ctx = ctx;
	payload->operation = operation;
	payload->count = 0;
	for (i = 0; types; types >>= 4, i++) {
		uint32_t type = types & 0xf;

		params[i] = (struct teechan_param){ 0 };
		if (type > TEEC_VALUE_INOUT) {
			TEEC_Result result = memory_take(payload, i);

			if (result)
				return result;
			continue;
		}
		params[i].type = type;
		if (type & TEEC_VALUE_INPUT) {
			params[i].a = operation->params[i].value.a;
			params[i].b = operation->params[i].value.b;
		}
	}
	payload->used = i;
	return payload->count ? memory_begin(payload, params) : TEEC_SUCCESS;
}

/* The size that the trusted application tells; it may be more than there was room for (GP Client 1.0 §3.2.3). */
static __attribute__((noinline)) void memory_give(TEEC_Operation *operation, unsigned int i, uint64_t size)
{
	uint32_t type = TEEC_PARAM_TYPE_GET(operation->paramTypes, i);
	TEEC_Parameter *to = &operation->params[i];

	if (type == TEEC_MEMREF_TEMP_OUTPUT || type == TEEC_MEMREF_TEMP_INOUT)
		to->tmpref.size = size;
	else if (type == TEEC_MEMREF_PARTIAL_OUTPUT || type == TEEC_MEMREF_PARTIAL_INOUT ||
		 (type == TEEC_MEMREF_WHOLE && (to->memref.parent->flags & TEEC_MEM_OUTPUT)))
		to->memref.size = size;
}

static __attribute__((noinline)) void memory_end(struct payload *payload, const struct teechan_param params[TEECHAN_PARAMS],
						 bool answered)
{
	unsigned int i;

	for (i = 0; i < payload->count; i++) {
		struct payload_memory *memory = &payload->memory[i];
		const uint64_t used = params[memory->index].b;

		if (!memory->own)
			continue;
		if (answered && (memory->direction & TEEC_MEM_OUTPUT))
			memcpy(memory->buffer, memory->staging.mapping, used < memory->size ? used : memory->size);
		staging_put(payload->ctx, &memory->staging, answered);
	}
}

CHANNEL_HOT void payload_end(struct payload *payload, const struct teechan_param params[TEECHAN_PARAMS], bool answered)
{
	unsigned int i;

	if (payload->count)
		memory_end(payload, params, answered);
	for (i = 0; answered && i < payload->used; i++) {
		uint32_t type = TEEC_PARAM_TYPE_GET(payload->operation->paramTypes, i);

		if (type > TEEC_VALUE_INOUT) {
			memory_give(payload->operation, i, params[i].b);
		} else if (type & TEEC_VALUE_OUTPUT) {
			payload->operation->params[i].value.a = (uint32_t)params[i].a;
			payload->operation->params[i].value.b = (uint32_t)params[i].b;
		}
	}
}
