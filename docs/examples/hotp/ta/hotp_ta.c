// SPDX-License-Identifier: BSD-2-Clause
/* One-time passwords from a counter: RFC 4226. A session has a secret and its counter. */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>
#include <utee_defines.h>

#include <hotp_ta.h>

#define SECRET_MIN 16		/* RFC 4226 §4, R6 */
#define SECRET_MAX 64
#define MODULUS 1000000		/* six digits */

struct session {
	TEE_OperationHandle operation;		/* HMAC-SHA-1 with the secret; TEE_HANDLE_NULL before there is one */
	uint64_t counter;
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

static TEE_Result secret_set(TEE_OperationHandle operation, void *bytes, size_t size)
{
	TEE_ObjectHandle key;
	TEE_Attribute attribute;
	TEE_Result result = TEE_AllocateTransientObject(TEE_TYPE_HMAC_SHA1, SECRET_MAX * 8, &key);

	if (result)
		return result;
	TEE_InitRefAttribute(&attribute, TEE_ATTR_SECRET_VALUE, bytes, size);
	result = TEE_PopulateTransientObject(key, &attribute, 1);
	if (!result)
		result = TEE_SetOperationKey(operation, key);
	TEE_FreeTransientObject(key);
	return result;
}

static TEE_Result register_secret(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	TEE_OperationHandle operation;
	TEE_Result result;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	if (params[0].memref.size < SECRET_MIN || params[0].memref.size > SECRET_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	result = TEE_AllocateOperation(&operation, TEE_ALG_HMAC_SHA1, TEE_MODE_MAC, SECRET_MAX * 8);
	if (result)
		return result;
	result = secret_set(operation, params[0].memref.buffer, params[0].memref.size);
	if (result) {
		TEE_FreeOperation(operation);
		return result;
	}
	TEE_FreeOperation(session->operation);
	session->operation = operation;
	session->counter = 0;
	return TEE_SUCCESS;
}

/* RFC 4226 §5.3: four bytes from where the last one says, without the sign. */
static uint32_t truncate(const uint8_t code[TEE_SHA1_HASH_SIZE])
{
	const uint8_t *at = code + (code[TEE_SHA1_HASH_SIZE - 1] & 0xf);

	return ((uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]) % MODULUS;
}

static TEE_Result next_password(struct session *session, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint64_t counter = TEE_U64_TO_BIG_ENDIAN(session->counter);
	uint8_t code[TEE_SHA1_HASH_SIZE];
	size_t size = sizeof(code);
	TEE_Result result;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_OUTPUT, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	if (!session->operation)
		return TEE_ERROR_BAD_STATE;
	TEE_MACInit(session->operation, NULL, 0);
	result = TEE_MACComputeFinal(session->operation, &counter, sizeof(counter), code, &size);
	if (result)
		return result;
	session->counter++;
	params[0].value.a = truncate(code);
	params[0].value.b = 0;
	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	switch (command) {
	case TA_HOTP_CMD_REGISTER:
		return register_secret(context, types, params);
	case TA_HOTP_CMD_NEXT:
		return next_password(context, types, params);
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
