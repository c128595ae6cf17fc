// SPDX-License-Identifier: BSD-2-Clause
/*
 * A shared secret on the curve P-256. To be compared with what others publish, the application takes a key that is given, and
 * gives the secret away. A real one would generate the key and keep the secret.
 */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include <ecdh_ta.h>

struct session {
	TEE_ObjectHandle key;		/* TEE_HANDLE_NULL before it is set */
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

	TEE_FreeTransientObject(session->key);
	TEE_Free(session);
}

static bool sizes_ok(const TEE_Param params[TEE_NUM_PARAMS], unsigned int count)
{
	while (count--)
		if (params[count].memref.size != TA_ECDH_BYTES)
			return false;
	return true;
}

static TEE_Result set_key(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	TEE_Attribute parts[4];
	TEE_ObjectHandle key;
	TEE_Result result;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_NONE) || !sizes_ok(params, 3))
		return TEE_ERROR_BAD_PARAMETERS;
	result = TEE_AllocateTransientObject(TEE_TYPE_ECDH_KEYPAIR, 256, &key);
	if (result)
		return result;
	TEE_InitValueAttribute(&parts[0], TEE_ATTR_ECC_CURVE, TEE_ECC_CURVE_NIST_P256, 0);
	TEE_InitRefAttribute(&parts[1], TEE_ATTR_ECC_PRIVATE_VALUE, params[0].memref.buffer, TA_ECDH_BYTES);
	TEE_InitRefAttribute(&parts[2], TEE_ATTR_ECC_PUBLIC_VALUE_X, params[1].memref.buffer, TA_ECDH_BYTES);
	TEE_InitRefAttribute(&parts[3], TEE_ATTR_ECC_PUBLIC_VALUE_Y, params[2].memref.buffer, TA_ECDH_BYTES);
	result = TEE_PopulateTransientObject(key, parts, 4);
	if (result) {
		TEE_FreeTransientObject(key);
		return result;
	}
	TEE_FreeTransientObject(session->key);
	session->key = key;
	return TEE_SUCCESS;
}

/* The secret into an object of its own, as TEE_DeriveKey() gives it. */
static TEE_Result derive(struct session *session, TEE_Param peer[2], TEE_ObjectHandle secret)
{
	TEE_OperationHandle operation;
	TEE_Attribute parts[2];
	TEE_Result result = TEE_AllocateOperation(&operation, TEE_ALG_ECDH_DERIVE_SHARED_SECRET, TEE_MODE_DERIVE, 256);

	if (result)
		return result;
	result = TEE_SetOperationKey(operation, session->key);
	if (!result) {
		TEE_InitRefAttribute(&parts[0], TEE_ATTR_ECC_PUBLIC_VALUE_X, peer[0].memref.buffer, TA_ECDH_BYTES);
		TEE_InitRefAttribute(&parts[1], TEE_ATTR_ECC_PUBLIC_VALUE_Y, peer[1].memref.buffer, TA_ECDH_BYTES);
		TEE_DeriveKey(operation, parts, 2, secret);
	}
	TEE_FreeOperation(operation);
	return result;
}

static TEE_Result agree(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint8_t bytes[TA_ECDH_BYTES];
	size_t size = sizeof(bytes);
	TEE_ObjectHandle secret;
	TEE_Result result;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_NONE) || !sizes_ok(params, 3))
		return TEE_ERROR_BAD_PARAMETERS;
	if (!session->key)
		return TEE_ERROR_BAD_STATE;
	result = TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 256, &secret);
	if (result)
		return result;
	result = derive(session, params, secret);
	if (!result)
		result = TEE_GetObjectBufferAttribute(secret, TEE_ATTR_SECRET_VALUE, bytes, &size);
	if (!result) {
		TEE_MemMove(params[2].memref.buffer, bytes, size);
		params[2].memref.size = size;
	}
	TEE_FreeTransientObject(secret);
	return result;
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case TA_ECDH_CMD_SET_KEY:
		return set_key(context, types, params);
	case TA_ECDH_CMD_AGREE:
		return agree(context, types, params);
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
