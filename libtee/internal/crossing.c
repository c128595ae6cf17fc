// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/crossing.h"

#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>
#include <tee_internal_api.h>

#include "libtee/internal/call.h"
#include "libtee/internal/panic.h"

/* What a reference takes of an inbox, and of a region: whole pages are lent, and none may serve two references. */
#define INBOX_ALIGN 16u
#define PAGE 4096u

static bool is_memory(uint32_t type)
{
	return type >= TEE_PARAM_TYPE_MEMREF_INPUT;
}

static bool is_in(uint32_t type)
{
	return type & 1;
}

static bool is_out(uint32_t type)
{
	return type & 2;
}

static uint64_t round_up(uint64_t size, uint64_t to)
{
	return (size + to - 1) / to * to;
}

static void check(const char *function, uint32_t types, const TEE_Param *params)
{
	unsigned int i;

	if (types >> (4 * TEE_NUM_PARAMS))
		tee_panic_misuse(function, "there are no more than four parameters");
	if (types && !params)
		tee_panic_misuse(function, "there are no parameters");
	for (i = 0; i < TEE_NUM_PARAMS; i++) {
		uint32_t type = TEE_PARAM_TYPE_GET(types, i);
		uint32_t rights = TEE_MEMORY_ACCESS_ANY_OWNER;

		if (type == 4 || type > TEE_PARAM_TYPE_MEMREF_INOUT)
			tee_panic_misuse(function, "there is no such type of parameter");
		if (!is_memory(type))
			continue;
		rights |= is_in(type) ? TEE_MEMORY_ACCESS_READ : 0;
		rights |= is_out(type) ? TEE_MEMORY_ACCESS_WRITE : 0;
		/* A null reference is one to nothing. */
		if (params[i].memref.buffer &&
		    TEE_CheckMemoryAccessRights(rights, params[i].memref.buffer, params[i].memref.size))
			tee_panic_misuse(function, "the application has no right to the memory that it refers to");
		if (!params[i].memref.buffer && params[i].memref.size && is_in(type))
			tee_panic_misuse(function, "an input is NULL");
	}
}

static size_t size_of(const struct tee_crossing *crossing, unsigned int i)
{
	const TEE_Param *param = &crossing->params[i];

	return is_memory(TEE_PARAM_TYPE_GET(crossing->types, i)) && param->memref.buffer ? param->memref.size : 0;
}

/* How much all references take, each rounded up. False: more than any address space has. */
static bool sum(const struct tee_crossing *crossing, uint64_t align, uint64_t *total)
{
	unsigned int i;

	*total = 0;
	for (i = 0; i < TEE_NUM_PARAMS; i++) {
		if (size_of(crossing, i) > SIZE_MAX / 8)
			return false;
		*total += round_up(size_of(crossing, i), align);
	}
	return true;
}

/* One region for all references. */
static TEE_Result region_make(struct tee_crossing *crossing, uint64_t total)
{
	void *mapping = NULL;
	uint8_t *at;
	unsigned int i;
	int err;

	crossing->region.size = total;
	err = channel_region_alloc(crossing->chan, &crossing->region, &mapping);
	if (err) {
		crossing->region.id = 0;
		return err == -EINVAL ? TEE_ERROR_EXCESS_DATA : TEE_ERROR_OUT_OF_MEMORY;
	}
	crossing->mapping = at = mapping;
	for (i = 0; i < TEE_NUM_PARAMS; i++) {
		if (!size_of(crossing, i))
			continue;
		crossing->copies[i] = at;
		at += round_up(size_of(crossing, i), PAGE);
	}
	return TEE_SUCCESS;
}

static void crossing_free(struct tee_crossing *crossing)
{
	unsigned int i;

	if (crossing->region.id) {
		channel_region_free(crossing->chan, &crossing->region, crossing->mapping);
		return;
	}
	for (i = 0; i < TEE_NUM_PARAMS; i++)
		OPENSSL_clear_free(crossing->copies[i], size_of(crossing, i));
}

/* The kernel copies from the application's own memory by itself, but takes nothing out of a window. */
static TEE_Result copies_make(struct tee_crossing *crossing)
{
	unsigned int i;

	for (i = 0; i < TEE_NUM_PARAMS; i++) {
		size_t size = size_of(crossing, i);

		if (!size || !tee_call_is_client_memory(crossing->params[i].memref.buffer, size))
			continue;
		crossing->copies[i] = OPENSSL_malloc(size);
		if (crossing->copies[i])
			continue;
		crossing_free(crossing);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	return TEE_SUCCESS;
}

static void memory_put(struct tee_crossing *crossing, unsigned int i, struct teechan_param *out)
{
	uint32_t type = TEE_PARAM_TYPE_GET(crossing->types, i);
	const TEE_Param *param = &crossing->params[i];
	uint8_t *copy = crossing->copies[i];
	size_t size = size_of(crossing, i);

	out->type = type;
	out->b = size;
	if (copy && is_in(type))
		memcpy(copy, param->memref.buffer, size);
	if (copy && crossing->region.id) {
		out->type = TEECHAN_REGION_IN - TEECHAN_MEM_IN + type;
		out->a = (uint64_t)(copy - crossing->mapping);
		out->c = crossing->region.id;
	} else if (size) {
		out->a = (uintptr_t)(copy ? copy : param->memref.buffer);
	}
}

TEE_Result tee_crossing_begin(struct tee_crossing *crossing, const char *function, struct channel *chan, uint32_t types,
			      TEE_Param params[TEE_NUM_PARAMS], struct teechan_param out[TEECHAN_PARAMS])
{
	struct teechan_version version = { 0 };
	TEE_Result result;
	uint64_t total;
	unsigned int i;

	check(function, types, params);
	*crossing = (struct tee_crossing){ .chan = chan, .types = types, .params = params };
	if (!sum(crossing, INBOX_ALIGN, &total))
		return TEE_ERROR_EXCESS_DATA;
	if (total && channel_version(chan, &version))
		return TEE_ERROR_COMMUNICATION;
	if (total > version.inbox_size) {
		(void)sum(crossing, PAGE, &total);
		result = region_make(crossing, total);
	} else {
		result = copies_make(crossing);
	}
	if (result)
		return result;
	for (i = 0; i < TEE_NUM_PARAMS; i++) {
		uint32_t type = TEE_PARAM_TYPE_GET(types, i);

		if (is_memory(type)) {
			memory_put(crossing, i, &out[i]);
			continue;
		}
		out[i].type = type;
		if (is_in(type)) {
			out[i].a = params[i].value.a;
			out[i].b = params[i].value.b;
		}
	}
	return TEE_SUCCESS;
}

void tee_crossing_end(struct tee_crossing *crossing, const struct teechan_param answer[TEECHAN_PARAMS], bool answered)
{
	TEE_Param outputs[TEE_NUM_PARAMS];
	unsigned int i;

	for (i = 0; i < TEE_NUM_PARAMS; i++) {
		uint32_t type = TEE_PARAM_TYPE_GET(crossing->types, i);
		size_t size = size_of(crossing, i);

		if (!answered || !is_out(type))
			continue;
		outputs[i] = crossing->params[i];
		if (!is_memory(type)) {
			outputs[i].value.a = (uint32_t)answer[i].a;
			outputs[i].value.b = (uint32_t)answer[i].b;
			continue;
		}
		/* It may be more than there was room for: the size that is needed. */
		outputs[i].memref.size = answer[i].b;
		if (crossing->copies[i])
			memcpy(outputs[i].memref.buffer, crossing->copies[i], answer[i].b < size ? answer[i].b : size);
	}
	/* Sizes are still those that were sent. */
	crossing_free(crossing);
	for (i = 0; answered && i < TEE_NUM_PARAMS; i++)
		if (is_out(TEE_PARAM_TYPE_GET(crossing->types, i)))
			crossing->params[i] = outputs[i];
}
