// SPDX-License-Identifier: BSD-2-Clause
/* Texts that outlive the instance: persistent objects, encrypted and authenticated below the API. */
#include <tee_internal_api.h>
#include <tee_internal_api_extensions.h>

#include <storage_ta.h>

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

/*
 * The name in memory of the application's own, as the API wants it: a client could otherwise change it between a check and
 * its use.
 */
static TEE_Result name_take(const TEE_Param *param, char name[TEE_OBJECT_ID_MAX_LEN], size_t *size)
{
	if (!param->memref.size || param->memref.size > TEE_OBJECT_ID_MAX_LEN)
		return TEE_ERROR_BAD_PARAMETERS;
	*size = param->memref.size;
	TEE_MemMove(name, param->memref.buffer, *size);
	return TEE_SUCCESS;
}

/* A new object replaces an older one of the name as a whole and at once, whenever the power fails. */
static TEE_Result write_text(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	char name[TEE_OBJECT_ID_MAX_LEN];
	TEE_Result result;
	size_t size;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	result = name_take(&params[0], name, &size);
	if (result)
		return result;
	return TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, name, size, TEE_DATA_FLAG_OVERWRITE, TEE_HANDLE_NULL,
					  params[1].memref.buffer, params[1].memref.size, NULL);
}

/* Through memory of the application's own: TEE_ReadObjectData() wants that too. */
static TEE_Result text_read(TEE_ObjectHandle object, TEE_Param *to)
{
	TEE_ObjectInfo info;
	TEE_Result result = TEE_GetObjectInfo1(object, &info);
	size_t count;
	void *text;

	if (result)
		return result;
	if (info.dataSize > to->memref.size) {
		to->memref.size = info.dataSize;
		return TEE_ERROR_SHORT_BUFFER;
	}
	text = TEE_Malloc(info.dataSize, TEE_MALLOC_FILL_ZERO);
	if (!text)
		return TEE_ERROR_OUT_OF_MEMORY;
	result = TEE_ReadObjectData(object, text, info.dataSize, &count);
	if (!result) {
		TEE_MemMove(to->memref.buffer, text, count);
		to->memref.size = count;
	}
	TEE_Free(text);
	return result;
}

static TEE_Result read_text(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	char name[TEE_OBJECT_ID_MAX_LEN];
	TEE_ObjectHandle object;
	TEE_Result result;
	size_t size;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	result = name_take(&params[0], name, &size);
	if (!result)
		result = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, name, size, TEE_DATA_FLAG_ACCESS_READ, &object);
	if (result)
		return result;
	result = text_read(object, &params[1]);
	TEE_CloseObject(object);
	return result;
}

static TEE_Result delete_text(uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	char name[TEE_OBJECT_ID_MAX_LEN];
	TEE_ObjectHandle object;
	TEE_Result result;
	size_t size;

	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE,
				     TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	result = name_take(&params[0], name, &size);
	if (!result)
		result = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, name, size, TEE_DATA_FLAG_ACCESS_WRITE_META, &object);
	if (result)
		return result;
	return TEE_CloseAndDeletePersistentObject1(object);
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	(void)context;
	switch (command) {
	case TA_STORAGE_CMD_WRITE:
		return write_text(types, params);
	case TA_STORAGE_CMD_READ:
		return read_text(types, params);
	case TA_STORAGE_CMD_DELETE:
		return delete_text(types, params);
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}
