// SPDX-License-Identifier: BSD-2-Clause
/*
 * A trusted application with a mistake for debuggers to find, in the place of the example hello: its client calls it.
 * It traces at each level, and reads one byte more than it has asked for if that is how many it is told to read.
 */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include <hello_ta.h>

#define BLOCK 8

TEE_Result TA_CreateEntryPoint(void)
{
	TEE_Wait(0);
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
	EMSG("an error");
	IMSG("an information");
	DMSG("a debug message");
	FMSG("a flow message");
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session)
{
	(void)session;
}

/* Not inlined, so that a debugger can name it. */
static __attribute__((noinline)) uint32_t careless_sum(const volatile uint8_t *bytes, uint32_t count)
{
	uint32_t sum = 0;
	uint32_t i;

	for (i = 0; i < count; i++)
		sum += bytes[i];
	return sum;
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint8_t *block;

	(void)session;
	if (command != TA_HELLO_CMD_INCREMENT ||
	    types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INOUT, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE) ||
	    params[0].value.a > BLOCK + 1)
		return TEE_ERROR_BAD_PARAMETERS;
	block = TEE_Malloc(BLOCK, TEE_MALLOC_FILL_ZERO);
	if (!block)
		return TEE_ERROR_OUT_OF_MEMORY;
	TEE_MemFill(block, 1, BLOCK);
	params[0].value.a = careless_sum(block, params[0].value.a);
	TEE_Free(block);
	return TEE_SUCCESS;
}
