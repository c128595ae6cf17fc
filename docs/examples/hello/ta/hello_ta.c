// SPDX-License-Identifier: BSD-2-Clause
/* The smallest trusted application: five entry points, a session without state, a command, a property of its own. */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include <hello_ta.h>

TEE_Result TA_CreateEntryPoint(void)
{
	DMSG("an instance begins");
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
	DMSG("an instance ends");
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[TEE_NUM_PARAMS], void **session)
{
	char greeting[16];
	size_t size = sizeof(greeting);

	(void)params;
	*session = NULL;
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	if (TEE_GetPropertyAsString(TEE_PROPSET_CURRENT_TA, "org.example.hello.greeting", greeting, &size))
		return TEE_ERROR_GENERIC;
	IMSG("%s", greeting);
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session)
{
	(void)session;
	IMSG("goodbye");
}

static TEE_Result increment(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint32_t step;
	TEE_Result result;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INOUT, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	result = TEE_GetPropertyAsU32(TEE_PROPSET_CURRENT_TA, "org.example.hello.step", &step);
	if (result)
		return result;
	DMSG("got %u", params[0].value.a);
	params[0].value.a += step;
	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	(void)session;
	switch (command) {
	case TA_HELLO_CMD_INCREMENT:
		return increment(types, params);
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
