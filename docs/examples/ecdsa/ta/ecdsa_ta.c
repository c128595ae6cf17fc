// SPDX-License-Identifier: BSD-2-Clause
/* Signatures on the curve P-256, with a key pair that is the session's. */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>
#include <utee_defines.h>

#include <ecdsa_ta.h>

struct session {
	TEE_ObjectHandle key;		/* TEE_HANDLE_NULL before it is generated */
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

static TEE_Result generate(struct session *session, uint32_t types)
{
	TEE_ObjectHandle key;
	TEE_Attribute curve;
	TEE_Result result;

	if (types)
		return TEE_ERROR_BAD_PARAMETERS;
	result = TEE_AllocateTransientObject(TEE_TYPE_ECDSA_KEYPAIR, 256, &key);
	if (result)
		return result;
	TEE_InitValueAttribute(&curve, TEE_ATTR_ECC_CURVE, TEE_ECC_CURVE_NIST_P256, 0);
	result = TEE_GenerateKey(key, 256, &curve, 1);
	if (result) {
		TEE_FreeTransientObject(key);
		return result;
	}
	TEE_FreeTransientObject(session->key);
	session->key = key;
	return TEE_SUCCESS;
}

/* An operation with the session's key. */
static TEE_Result operation_new(struct session *session, uint32_t algorithm, uint32_t mode, TEE_OperationHandle *operation)
{
	TEE_ObjectInfo info;
	TEE_Result result;

	if (!session->key)
		return TEE_ERROR_BAD_STATE;
	result = TEE_GetObjectInfo1(session->key, &info);
	if (!result)
		result = TEE_AllocateOperation(operation, algorithm, mode, info.maxObjectSize);
	if (result)
		return result;
	result = TEE_SetOperationKey(*operation, session->key);
	if (result)
		TEE_FreeOperation(*operation);
	return result;
}

static TEE_Result digest(const TEE_Param *text, uint8_t hash[TEE_SHA256_HASH_SIZE])
{
	size_t size = TEE_SHA256_HASH_SIZE;
	TEE_OperationHandle operation;
	TEE_Result result = TEE_AllocateOperation(&operation, TEE_ALG_SHA256, TEE_MODE_DIGEST, 0);

	if (result)
		return result;
	result = TEE_DigestDoFinal(operation, text->memref.buffer, text->memref.size, hash, &size);
	TEE_FreeOperation(operation);
	return result;
}

static TEE_Result sign(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint8_t hash[TEE_SHA256_HASH_SIZE];
	TEE_OperationHandle operation;
	TEE_Result result;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	result = digest(&params[0], hash);
	if (!result)
		result = operation_new(session, TEE_ALG_ECDSA_SHA256, TEE_MODE_SIGN, &operation);
	if (result)
		return result;
	result = TEE_AsymmetricSignDigest(operation, NULL, 0, hash, sizeof(hash), params[1].memref.buffer,
					  &params[1].memref.size);
	TEE_FreeOperation(operation);
	return result;
}

static TEE_Result verify(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint8_t hash[TEE_SHA256_HASH_SIZE];
	TEE_OperationHandle operation;
	TEE_Result result;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	result = digest(&params[0], hash);
	if (!result)
		result = operation_new(session, TEE_ALG_ECDSA_SHA256, TEE_MODE_VERIFY, &operation);
	if (result)
		return result;
	result = TEE_AsymmetricVerifyDigest(operation, NULL, 0, hash, sizeof(hash), params[1].memref.buffer,
					    params[1].memref.size);
	TEE_FreeOperation(operation);
	return result;
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case TA_ECDSA_CMD_GENERATE:
		return generate(context, types);
	case TA_ECDSA_CMD_SIGN:
		return sign(context, types, params);
	case TA_ECDSA_CMD_VERIFY:
		return verify(context, types, params);
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
