// SPDX-License-Identifier: BSD-2-Clause
/* AES in counter mode: a session keeps an operation with its key from one command to the next. */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include <aes_ta.h>

struct session {
	TEE_OperationHandle operation;		/* TEE_HANDLE_NULL until it is prepared */
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

/* The operation has its own copy of the key: the object is not needed any longer. */
static TEE_Result key_set(TEE_OperationHandle operation, void *bytes, size_t size)
{
	TEE_ObjectHandle key;
	TEE_Attribute attribute;
	TEE_Result result = TEE_AllocateTransientObject(TEE_TYPE_AES, (uint32_t)size * 8, &key);

	if (result)
		return result;
	TEE_InitRefAttribute(&attribute, TEE_ATTR_SECRET_VALUE, bytes, size);
	result = TEE_PopulateTransientObject(key, &attribute, 1);
	if (!result)
		result = TEE_SetOperationKey(operation, key);
	TEE_FreeTransientObject(key);
	return result;
}

static TEE_Result prepare(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	TEE_OperationHandle operation;
	TEE_Result result;
	uint32_t mode;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INPUT, TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	if (params[1].memref.size != 16 && params[1].memref.size != 24 && params[1].memref.size != 32)
		return TEE_ERROR_BAD_PARAMETERS;
	if (params[2].memref.size != 16)
		return TEE_ERROR_BAD_PARAMETERS;
	mode = params[0].value.a ? TEE_MODE_ENCRYPT : TEE_MODE_DECRYPT;
	result = TEE_AllocateOperation(&operation, TEE_ALG_AES_CTR, mode, (uint32_t)params[1].memref.size * 8);
	if (result)
		return result;
	result = key_set(operation, params[1].memref.buffer, params[1].memref.size);
	if (result) {
		TEE_FreeOperation(operation);
		return result;
	}
	TEE_CipherInit(operation, params[2].memref.buffer, params[2].memref.size);
	TEE_FreeOperation(session->operation);
	session->operation = operation;
	return TEE_SUCCESS;
}

static TEE_Result cipher(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	if (!session->operation)
		return TEE_ERROR_BAD_STATE;
	return TEE_CipherUpdate(session->operation, params[0].memref.buffer, params[0].memref.size, params[1].memref.buffer,
				&params[1].memref.size);
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case TA_AES_CMD_PREPARE:
		return prepare(context, types, params);
	case TA_AES_CMD_CIPHER:
		return cipher(context, types, params);
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
