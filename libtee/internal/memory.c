// SPDX-License-Identifier: BSD-2-Clause
/* Memory: GP Core 1.3 §4.11. */
#include "libtee/internal/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <tee_internal_api.h>
#include <user_ta_header.h>

#include "libtee/internal/call.h"
#include "libtee/internal/mapping.h"
#include "libtee/internal/panic.h"

/* Before each block: its neighbours, its size, for wiping, and a mark that a wrong pointer does not have. */
struct block {
	struct block *before;
	struct block *after;
	size_t size;
	uint64_t mark;
	_Alignas(max_align_t) uint8_t data[];
};

#define BLOCK_MARK 0x7465652d68656170u
#define BLOCK_FREED 0x7465652d66726565u

static void *instance_data;

/* What the application has of its heap. */
static struct {
	struct block *first;
	size_t used;
} heap;

size_t tee_memory_in_use(void)
{
	return heap.used;
}

void tee_memory_own(const char *function, const void *buffer, size_t size)
{
	tee_memory_any(function, buffer, size);
	if (tee_call_is_client_memory(buffer, size))
		tee_panic_misuse(function, "a buffer that must be the application's own is a client's");
}

void tee_memory_any(const char *function, const void *buffer, size_t size)
{
	if (!buffer && size)
		tee_panic_misuse(function, "a buffer is NULL");
}

/* Client memory is accessible as far as this call refers to it, and no further. */
static bool client_memory_ok(uint32_t flags, const void *buffer, size_t size)
{
	const struct tee_call *call = tee_call_current();
	uintptr_t start = (uintptr_t)buffer;
	unsigned int i;

	if (!call || !(flags & TEE_MEMORY_ACCESS_ANY_OWNER))
		return false;
	for (i = 0; i < call->memory_count; i++) {
		const struct tee_call_memory *memory = &call->memory[i];
		uintptr_t base = (uintptr_t)memory->base;

		if (start >= base && start - base <= memory->size && size <= memory->size - (start - base))
			return memory->writable || !(flags & TEE_MEMORY_ACCESS_WRITE);
	}
	return false;
}

/* §4.11.1 */
TEE_Result TEE_CheckMemoryAccessRights(uint32_t accessFlags, const void *buffer, size_t size)
{
	bool ok;

	if (!size)
		return TEE_SUCCESS;
	if (tee_call_is_client_memory(buffer, size))
		ok = client_memory_ok(accessFlags, buffer, size);
	else
		ok = tee_mapping_allows(buffer, size, accessFlags & TEE_MEMORY_ACCESS_READ,
					accessFlags & TEE_MEMORY_ACCESS_WRITE);
	return ok ? TEE_SUCCESS : TEE_ERROR_ACCESS_DENIED;
}

/* §4.11.2, §4.11.3 */
void TEE_SetInstanceData(void *instanceData)
{
	instance_data = instanceData;
}

void *TEE_GetInstanceData(void)
{
	return instance_data;
}

static void block_link(struct block *block)
{
	block->after = heap.first;
	if (heap.first)
		heap.first->before = block;
	heap.first = block;
	heap.used += block->size;
}

static void block_unlink(struct block *block)
{
	if (block->before)
		block->before->after = block->after;
	else
		heap.first = block->after;
	if (block->after)
		block->after->before = block->before;
	heap.used -= block->size;
}

/* What the application had in it is gone before anybody else gets the memory. */
static void block_free(struct block *block)
{
	block_unlink(block);
	OPENSSL_cleanse(block->data, block->size);
	block->mark = BLOCK_FREED;
	free(block);
}

void tee_memory_free_all(void)
{
	while (heap.first)
		block_free(heap.first);
}

static void *allocate(size_t size, bool zero)
{
	struct block *block;

	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	block = zero ? calloc(1, sizeof(*block) + size) : malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	block->before = NULL;
	block->size = size;
	block->mark = BLOCK_MARK;
	block_link(block);
	return block->data;
}

/*
 * §4.11.4. A size of 0 gives a pointer of its own that must not be followed. The heap has the size that the application
 * asked for (TA_DATA_SIZE), so that one that goes wild takes no more.
 */
void *TEE_Malloc(size_t size, uint32_t hint)
{
	if (heap.used > ta_head.data_size || size > ta_head.data_size - heap.used)
		return NULL;
	/* All hints but this one ask for zeros, and giving zeros is always allowed; no memory here is ever shared. */
	return allocate(size, hint != TEE_MALLOC_NO_FILL);
}

static struct block *block_of(const char *function, void *buffer)
{
	struct block *block = (struct block *)((uint8_t *)buffer - offsetof(struct block, data));

	if (block->mark != BLOCK_MARK)
		tee_panic_misuse(function, "not a block of TEE_Malloc, or freed before");
	return block;
}

/* §4.11.5: on failure the old block stays as it was. */
void *TEE_Realloc(void *buffer, size_t newSize)
{
	size_t keep;
	void *fresh;

	if (!buffer)
		return TEE_Malloc(newSize, TEE_MALLOC_FILL_ZERO);
	keep = block_of(__func__, buffer)->size;
	/* The old block and the new one are there together for a moment: only the new one counts. */
	if (newSize > keep && newSize - keep > ta_head.data_size - heap.used)
		return NULL;
	fresh = allocate(newSize, true);
	if (!fresh)
		return NULL;
	memcpy(fresh, buffer, keep < newSize ? keep : newSize);
	TEE_Free(buffer);
	return fresh;
}

/* §4.11.6 */
void TEE_Free(void *buffer)
{
	if (buffer)
		block_free(block_of(__func__, buffer));
}

/* §4.11.7 */
void TEE_MemMove(void *dest, const void *src, size_t size)
{
	if (size)
		memmove(dest, src, size);
}

/*
 * §4.11.8: the result is the first difference, and the time does not tell where it is: all bytes are looked at, last
 * one first, and a difference replaces what was found before by a mask, not by a branch.
 */
int32_t TEE_MemCompare(const void *buffer1, const void *buffer2, size_t size)
{
	const volatile uint8_t *a = buffer1;
	const volatile uint8_t *b = buffer2;
	uint32_t result = 0;

	while (size--) {
		uint32_t diff = (uint32_t)a[size] - b[size];
		uint32_t mask = 0u - ((diff | (0u - diff)) >> 31);

		result = (result & ~mask) | (diff & mask);
	}
	return (int32_t)result;
}

/* §4.11.9: never optimised away, since applications wipe with it. */
void TEE_MemFill(void *buffer, uint32_t x, size_t size)
{
	if (!size)
		return;
	memset(buffer, (int)(x & 0xff), size);
	__asm__ volatile("" : : "r"(buffer) : "memory");
}
