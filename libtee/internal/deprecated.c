// SPDX-License-Identifier: BSD-2-Clause
/*
 * Functions of version 1.0 that 1.3 keeps for old applications, although they cannot say what went wrong: GP Core 1.3
 * annex A. Each is the newer one of the same name with a 1.
 */
#include <tee_internal_api.h>

#include "libtee/internal/memory.h"

/* An object that cannot be read is told apart by its type. */
void TEE_GetObjectInfo(TEE_ObjectHandle object, TEE_ObjectInfo *objectInfo)
{
	TEE_OUT(objectInfo, sizeof(*objectInfo));
	if (TEE_GetObjectInfo1(object, objectInfo))
		*objectInfo = (TEE_ObjectInfo){ .objectType = TEE_TYPE_CORRUPTED_OBJECT };
}

void TEE_RestrictObjectUsage(TEE_ObjectHandle object, uint32_t objectUsage)
{
	(void)!TEE_RestrictObjectUsage1(object, objectUsage);
}

/* Whether there is a key in it now is in destObject's handleFlags. */
void TEE_CopyObjectAttributes(TEE_ObjectHandle destObject, TEE_ObjectHandle srcObject)
{
	(void)!TEE_CopyObjectAttributes1(destObject, srcObject);
}

void TEE_CloseAndDeletePersistentObject(TEE_ObjectHandle object)
{
	(void)!TEE_CloseAndDeletePersistentObject1(object);
}
