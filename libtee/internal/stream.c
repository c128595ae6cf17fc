// SPDX-License-Identifier: BSD-2-Clause
/* Data streams of persistent objects: GP Core 1.3 §5.9. */
#include <string.h>

#include <tee_internal_api.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/panic.h"

/* §5.9.1: [out] buffer. Data is read from memory; it was authenticated when it was loaded. */
TEE_Result TEE_ReadObjectData(TEE_ObjectHandle object, void *buffer, size_t size, size_t *count)
{
	TEE_STORAGE_GUARD();
	size_t left;

	tee_object_check_persistent(__func__, object);
	TEE_OUT(buffer, size);
	TEE_OUT(count, sizeof(*count));
	TEE_MISUSE_IF(!(object->access & TEE_DATA_FLAG_ACCESS_READ), "the object was not opened to read");
	left = object->position < object->stored->size ? object->stored->size - object->position : 0;
	*count = size < left ? size : left;
	if (*count)
		memcpy(buffer, object->stored->data + object->position, *count);
	object->position += *count;
	return TEE_SUCCESS;
}

static void check_writable(const char *function, TEE_ObjectHandle object)
{
	tee_object_check_persistent(function, object);
	if (!(object->access & TEE_DATA_FLAG_ACCESS_WRITE))
		tee_panic_misuse(function, "the object was not opened to write");
}

/* §5.9.2 */
TEE_Result TEE_WriteObjectData(TEE_ObjectHandle object, const void *buffer, size_t size)
{
	TEE_STORAGE_GUARD();
	TEE_Result result;

	check_writable(__func__, object);
	TEE_INBUF(buffer, size);
	if (size > TEE_DATA_MAX_POSITION || object->position > TEE_DATA_MAX_POSITION - size)
		return TEE_ERROR_OVERFLOW;
	result = tee_store_result(tee_store_write(object->stored, object->position, buffer, size));
	if (!result)
		object->position += size;
	return result;
}

/* §5.9.3: the position stays, even beyond the end. */
TEE_Result TEE_TruncateObjectData(TEE_ObjectHandle object, size_t size)
{
	TEE_STORAGE_GUARD();

	check_writable(__func__, object);
	return tee_store_result(tee_store_resize(object->stored, size));
}

/* §5.9.4 */
TEE_Result TEE_SeekObjectData(TEE_ObjectHandle object, intmax_t offset, TEE_Whence whence)
{
	TEE_STORAGE_GUARD();
	intmax_t position;
	size_t base;

	tee_object_check_persistent(__func__, object);
	TEE_MISUSE_IF(whence > TEE_DATA_SEEK_END, "there is no such whence");
	base = whence == TEE_DATA_SEEK_SET ? 0 : whence == TEE_DATA_SEEK_CUR ? object->position : object->stored->size;
	if (__builtin_add_overflow((intmax_t)base, offset, &position) || position > TEE_DATA_MAX_POSITION)
		return TEE_ERROR_OVERFLOW;
	object->position = position < 0 ? 0 : (size_t)position;
	return TEE_SUCCESS;
}
