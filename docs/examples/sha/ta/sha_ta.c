// SPDX-License-Identifier: BSD-2-Clause
/* Digests, in any number of pieces. */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include <sha_ta.h>

struct session {
	TEE_OperationHandle operation;		/* TEE_HANDLE_NULL before it begins */
};

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
	if (types)
		return TEE_ERROR_BAD_PARAMETERS;
	*context = TEE_Malloc(sizeof(struct session), TEE_MALLOC_FILL_ZERO);
	return *context ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

void TA_CloseSessionEntryPoint(void *context)
{
	struct session *session = context;

	TEE_FreeOperation(session->operation);
	TEE_Free(session);
}

static uint32_t algorithm_of(uint32_t name)
{
	switch (name) {
	case 1:
		return TEE_ALG_SHA1;
	case 224:
		return TEE_ALG_SHA224;
	case 256:
		return TEE_ALG_SHA256;
	case 384:
		return TEE_ALG_SHA384;
	case 512:
		return TEE_ALG_SHA512;
	default:
		return TEE_ALG_ILLEGAL_VALUE;
	}
}

static TEE_Result begin(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	TEE_OperationHandle operation;
	TEE_Result result;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INPUT, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	result = TEE_AllocateOperation(&operation, algorithm_of(params[0].value.a), TEE_MODE_DIGEST, 0);
	if (result)
		return result;
	TEE_FreeOperation(session->operation);
	session->operation = operation;
	return TEE_SUCCESS;
}

static TEE_Result update(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	if (!session->operation)
		return TEE_ERROR_BAD_STATE;
	TEE_DigestUpdate(session->operation, params[0].memref.buffer, params[0].memref.size);
	return TEE_SUCCESS;
}

static TEE_Result final(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	if (!session->operation)
		return TEE_ERROR_BAD_STATE;
	return TEE_DigestDoFinal(session->operation, params[0].memref.buffer, params[0].memref.size,
				 params[1].memref.buffer, &params[1].memref.size);
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case TA_SHA_CMD_BEGIN:
		return begin(context, types, params);
	case TA_SHA_CMD_UPDATE:
		return update(context, types, params);
	case TA_SHA_CMD_FINAL:
		return final(context, types, params);
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
