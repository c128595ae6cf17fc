// SPDX-License-Identifier: BSD-2-Clause
/* Entry points, properties and objects with the signatures of version 1.1 of the TEE Internal Core API. */
#include "libtee/internal/compat.h"

#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

static uint32_t clamp(size_t size)
{
	return size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
}

size_t compat_size(const char *function, const uint32_t *size)
{
	tee_memory_own(function, size, sizeof(*size));
	return *size;
}

void compat_size_back(uint32_t *size, size_t now)
{
	*size = clamp(now);
}

static bool is_memref(uint32_t type)
{
	return type >= TEE_PARAM_TYPE_MEMREF_INPUT && type <= TEE_PARAM_TYPE_MEMREF_INOUT;
}

TEE_Result TEE11_ParamsTo(uint32_t paramTypes, const TEE_Param from[TEE_NUM_PARAMS], TEE11_Param to[TEE_NUM_PARAMS])
{
	unsigned int i;

	for (i = 0; i < TEE_NUM_PARAMS; i++) {
		to[i] = (TEE11_Param){ 0 };
		if (!is_memref(TEE_PARAM_TYPE_GET(paramTypes, i))) {
			to[i].value.a = from[i].value.a;
			to[i].value.b = from[i].value.b;
			continue;
		}
		if (from[i].memref.size > UINT32_MAX)
			return TEE_ERROR_EXCESS_DATA;
		to[i].memref.buffer = from[i].memref.buffer;
		to[i].memref.size = (uint32_t)from[i].memref.size;
	}
	return TEE_SUCCESS;
}

void TEE11_ParamsFrom(uint32_t paramTypes, const TEE11_Param from[TEE_NUM_PARAMS], TEE_Param to[TEE_NUM_PARAMS])
{
	unsigned int i;

	for (i = 0; i < TEE_NUM_PARAMS; i++) {
		if (is_memref(TEE_PARAM_TYPE_GET(paramTypes, i))) {
			to[i].memref.buffer = from[i].memref.buffer;
			to[i].memref.size = from[i].memref.size;
		} else {
			to[i].value.a = from[i].value.a;
			to[i].value.b = from[i].value.b;
		}
	}
}

TEE_Result TEE11_GetPropertyAsString(TEE_PropSetHandle propset, const char *name, char *valueBuffer,
				     uint32_t *valueBufferLen)
{
	size_t size = compat_size(__func__, valueBufferLen);
	TEE_Result result = TEE_GetPropertyAsString(propset, name, valueBuffer, &size);

	compat_size_back(valueBufferLen, size);
	return result;
}

TEE_Result TEE11_GetPropertyAsBinaryBlock(TEE_PropSetHandle propset, const char *name, void *valueBuffer,
					  uint32_t *valueBufferLen)
{
	size_t size = compat_size(__func__, valueBufferLen);
	TEE_Result result = TEE_GetPropertyAsBinaryBlock(propset, name, valueBuffer, &size);

	compat_size_back(valueBufferLen, size);
	return result;
}

TEE_Result TEE11_GetPropertyName(TEE_PropSetHandle enumerator, void *nameBuffer, uint32_t *nameBufferLen)
{
	size_t size = compat_size(__func__, nameBufferLen);
	TEE_Result result = TEE_GetPropertyName(enumerator, nameBuffer, &size);

	compat_size_back(nameBufferLen, size);
	return result;
}

void compat_attributes(const char *function, const TEE11_Attribute *from, uint32_t count,
		       TEE_Attribute to[COMPAT_ATTRIBUTES_MAX])
{
	uint32_t i;

	if (count > COMPAT_ATTRIBUTES_MAX)
		tee_panic_misuse(function, "too many attributes");
	tee_memory_own(function, from, count * sizeof(*from));
	for (i = 0; i < count; i++) {
		to[i] = (TEE_Attribute){ .attributeID = from[i].attributeID };
		if (from[i].attributeID & TEE_ATTR_FLAG_VALUE) {
			to[i].content.value.a = from[i].content.value.a;
			to[i].content.value.b = from[i].content.value.b;
		} else {
			to[i].content.ref.buffer = from[i].content.ref.buffer;
			to[i].content.ref.length = from[i].content.ref.length;
		}
	}
}

static void object_info(const TEE_ObjectInfo *from, TEE11_ObjectInfo *to)
{
	*to = (TEE11_ObjectInfo){
		.objectType = from->objectType,
		.objectSize = from->objectSize,
		.maxObjectSize = from->maxObjectSize,
		.objectUsage = from->objectUsage,
		.dataSize = clamp(from->dataSize),
		.dataPosition = clamp(from->dataPosition),
		.handleFlags = from->handleFlags,
	};
}

TEE_Result TEE11_GetObjectInfo1(TEE_ObjectHandle object, TEE11_ObjectInfo *objectInfo)
{
	TEE_ObjectInfo info;
	TEE_Result result = TEE_GetObjectInfo1(object, &info);

	TEE_OUT(objectInfo, sizeof(*objectInfo));
	if (!result)
		object_info(&info, objectInfo);
	return result;
}

void TEE11_GetObjectInfo(TEE_ObjectHandle object, TEE11_ObjectInfo *objectInfo)
{
	TEE_ObjectInfo info;

	TEE_GetObjectInfo(object, &info);
	TEE_OUT(objectInfo, sizeof(*objectInfo));
	object_info(&info, objectInfo);
}

TEE_Result TEE11_GetObjectBufferAttribute(TEE_ObjectHandle object, uint32_t attributeID, void *buffer, uint32_t *size)
{
	size_t room = compat_size(__func__, size);
	TEE_Result result = TEE_GetObjectBufferAttribute(object, attributeID, buffer, &room);

	compat_size_back(size, room);
	return result;
}

TEE_Result TEE11_PopulateTransientObject(TEE_ObjectHandle object, const TEE11_Attribute *attrs, uint32_t attrCount)
{
	TEE_Attribute now[COMPAT_ATTRIBUTES_MAX];

	compat_attributes(__func__, attrs, attrCount, now);
	return TEE_PopulateTransientObject(object, now, attrCount);
}

void TEE11_InitRefAttribute(TEE11_Attribute *attr, uint32_t attributeID, const void *buffer, uint32_t length)
{
	TEE_Attribute now;

	TEE_OUT(attr, sizeof(*attr));
	TEE_InitRefAttribute(&now, attributeID, buffer, length);
	*attr = (TEE11_Attribute){ .attributeID = attributeID };
	attr->content.ref.buffer = now.content.ref.buffer;
	attr->content.ref.length = length;
}

void TEE11_InitValueAttribute(TEE11_Attribute *attr, uint32_t attributeID, uint32_t a, uint32_t b)
{
	TEE_Attribute now;

	TEE_OUT(attr, sizeof(*attr));
	TEE_InitValueAttribute(&now, attributeID, a, b);
	*attr = (TEE11_Attribute){ .attributeID = attributeID };
	attr->content.value.a = a;
	attr->content.value.b = b;
}

TEE_Result TEE11_GenerateKey(TEE_ObjectHandle object, uint32_t keySize, const TEE11_Attribute *params, uint32_t paramCount)
{
	TEE_Attribute now[COMPAT_ATTRIBUTES_MAX];

	compat_attributes(__func__, params, paramCount, now);
	return TEE_GenerateKey(object, keySize, now, paramCount);
}

TEE_Result TEE11_ReadObjectData(TEE_ObjectHandle object, void *buffer, uint32_t size, uint32_t *count)
{
	size_t read = compat_size(__func__, count);
	TEE_Result result = TEE_ReadObjectData(object, buffer, size, &read);

	compat_size_back(count, read);
	return result;
}

TEE_Result TEE11_BigIntConvertToOctetString(uint8_t *buffer, uint32_t *bufferLen, const TEE_BigInt *bigInt)
{
	size_t size = compat_size(__func__, bufferLen);
	TEE_Result result = TEE_BigIntConvertToOctetString(buffer, &size, bigInt);

	compat_size_back(bufferLen, size);
	return result;
}
