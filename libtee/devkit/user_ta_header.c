// SPDX-License-Identifier: BSD-2-Clause
/* Compiled into each trusted application, with the folder of its user_ta_header_defines.h on the include path. */
#include <tee_internal_api_extensions.h>
#include <user_ta_header.h>
#include <util.h>

#include <user_ta_header_defines.h>

#ifndef TA_VERSION
#define TA_VERSION "undefined"
#endif
#ifndef TA_DESCRIPTION
#define TA_DESCRIPTION "undefined"
#endif
#ifndef TA_CURRENT_TA_EXT_PROPERTIES
#define TA_CURRENT_TA_EXT_PROPERTIES
#endif

/* The application's own come last, since they may or may not end in a comma; the first is there in case there are none. */
static const struct user_ta_property properties[] = {
	{ .name = NULL },
	TA_CURRENT_TA_EXT_PROPERTIES
};

const struct ta_head ta_head = {
	.uuid = TA_UUID,
	.flags = TA_FLAGS,
	.stack_size = TA_STACK_SIZE,
	.data_size = TA_DATA_SIZE,
	.version = TA_VERSION,
	.description = TA_DESCRIPTION,
	.props = properties + 1,
	.num_props = sizeof(properties) / sizeof(properties[0]) - 1,
};

#if defined(__OPTEE_CORE_API_COMPAT_1_1) && __OPTEE_CORE_API_COMPAT_1_1
#undef TEE_Param
#undef TA_OpenSessionEntryPoint
#undef TA_InvokeCommandEntryPoint

TEE_Result TA_OpenSessionEntryPoint(uint32_t paramTypes, TEE_Param params[TEE_NUM_PARAMS], void **sessionContext)
{
	TEE11_Param old[TEE_NUM_PARAMS];
	TEE_Result result = TEE11_ParamsTo(paramTypes, params, old);

	if (result)
		return result;
	result = TEE11_TA_OpenSessionEntryPoint(paramTypes, old, sessionContext);
	TEE11_ParamsFrom(paramTypes, old, params);
	return result;
}

TEE_Result TA_InvokeCommandEntryPoint(void *sessionContext, uint32_t commandID, uint32_t paramTypes,
				      TEE_Param params[TEE_NUM_PARAMS])
{
	TEE11_Param old[TEE_NUM_PARAMS];
	TEE_Result result = TEE11_ParamsTo(paramTypes, params, old);

	if (result)
		return result;
	result = TEE11_TA_InvokeCommandEntryPoint(sessionContext, commandID, paramTypes, old);
	TEE11_ParamsFrom(paramTypes, old, params);
	return result;
}
#endif
