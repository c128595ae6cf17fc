// SPDX-License-Identifier: BSD-2-Clause
/* The other side of the benchmarks: as little as a trusted application can do. */
#include <tee_internal_api.h>

#include "tests/bench/ta/bench_ta.h"

TEE_Result TA_CreateEntryPoint(void)
{
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[TEE_NUM_PARAMS], void **session)
{
	(void)types;
	(void)params;
	*session = NULL;
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session)
{
	(void)session;
}

static uint32_t sum(const uint64_t *words, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += words[i];
	return (uint32_t)sum;
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command, uint32_t types,
				      TEE_Param params[TEE_NUM_PARAMS])
{
	(void)session;
	switch (command) {
	case BENCH_VALUE:
		if (TEE_PARAM_TYPE_GET(types, 0) != TEE_PARAM_TYPE_VALUE_INOUT)
			break;
		params[0].value.a++;
		return TEE_SUCCESS;
	case BENCH_TOUCH:
		if (TEE_PARAM_TYPE_GET(types, 0) != TEE_PARAM_TYPE_MEMREF_INOUT || !params[0].memref.size)
			break;
		++*(uint8_t *)params[0].memref.buffer;
		return TEE_SUCCESS;
	case BENCH_READ:
		if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INOUT, TEE_PARAM_TYPE_VALUE_OUTPUT, 0, 0))
			break;
		params[1].value.a = sum(params[0].memref.buffer, params[0].memref.size / sizeof(uint64_t));
		return TEE_SUCCESS;
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
	return TEE_ERROR_BAD_PARAMETERS;
}
