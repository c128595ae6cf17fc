// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random bytes. Written for version 1.1 of the API (see ta/Makefile), where sizes have 32 bits: params[0].memref.size is a
 * uint32_t here.
 */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include <random_ta.h>

TEE_Result TA_CreateEntryPoint(void)
{
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[TEE_NUM_PARAMS], void **context)
{
	(void)params;
	*context = NULL;
	return types ? TEE_ERROR_BAD_PARAMETERS : TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *context)
{
	(void)context;
}

/* TEE_GenerateRandom() wants memory of the application's own: a client could watch its own being filled. */
static TEE_Result generate(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint32_t size;
	void *bytes;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	size = params[0].memref.size;
	if (size > TA_RANDOM_MAX)
		return TEE_ERROR_EXCESS_DATA;
	bytes = TEE_Malloc(size, TEE_MALLOC_FILL_ZERO);
	if (!bytes)
		return TEE_ERROR_OUT_OF_MEMORY;
	DMSG("%u bytes", size);
	TEE_GenerateRandom(bytes, size);
	TEE_MemMove(params[0].memref.buffer, bytes, size);
	TEE_Free(bytes);
	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	(void)context;
	switch (command) {
	case TA_RANDOM_CMD_GENERATE:
		return generate(types, params);
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
