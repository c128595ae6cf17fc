// SPDX-License-Identifier: BSD-2-Clause
/* Generic object functions: GP Core 1.3 §5.5. */
#include "libtee/internal/object.h"

#include <string.h>

#include <openssl/crypto.h>

#include "libtee/internal/bytes.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/store_share.h"

static TEE_ObjectHandle living;

TEE_ObjectHandle tee_object_new(const struct tee_key_type *type)
{
	TEE_ObjectHandle object = OPENSSL_zalloc(sizeof(*object));

	if (!object)
		return NULL;
	object->key.type = type;
	object->usage = UINT32_MAX;
	object->share = -1;
	object->next = living;
	living = object;
	return object;
}

void tee_object_free(TEE_ObjectHandle object)
{
	TEE_ObjectHandle *at = &living;

	if (object->share >= 0) {
		TEE_STORAGE_GUARD();
		tee_share_close(object->share);
	}
	while (*at != object)
		at = &(*at)->next;
	*at = object->next;
	tee_key_clear(&object->key);
	OPENSSL_clear_free(object, sizeof(*object));
}

void tee_object_free_all(void)
{
	while (living)
		tee_object_free(living);
}

void tee_object_check(const char *function, TEE_ObjectHandle object)
{
	TEE_ObjectHandle at;

	for (at = living; at; at = at->next)
		if (at == object)
			return;
	tee_panic_misuse(function, "not an object handle");
}

void tee_object_check_persistent(const char *function, TEE_ObjectHandle object)
{
	tee_object_check(function, object);
	if (!object->stored)
		tee_panic_misuse(function, "not a persistent object");
}

int tee_object_storage_enter(void)
{
	TEE_ObjectHandle at;
	bool anew;
	enum tee_store_err err = tee_store_enter(&anew);

	if (err)
		tee_panic_storage(tee_store_strerror(err));
	for (at = living; anew && at; at = at->next) {
		if (!at->stored)
			continue;
		at->stored = tee_store_find(at->id.bytes, at->id.size);
		/* The rules of sharing keep what is open from being deleted. */
		if (!at->stored)
			tee_panic_storage("an object that is open has gone");
	}
	return 0;
}

void tee_object_storage_leave(const int *guard)
{
	(void)guard;
	tee_store_leave();
}

TEE_ObjectHandle tee_object_next_of(const struct tee_stored *stored, TEE_ObjectHandle after)
{
	TEE_ObjectHandle at = after ? after->next : living;

	while (at && at->stored != stored)
		at = at->next;
	return at;
}

uint32_t tee_object_usage(TEE_ObjectHandle object)
{
	return object->stored ? object->stored->meta.usage : object->usage;
}

/* §5.5.1 */
TEE_Result TEE_GetObjectInfo1(TEE_ObjectHandle object, TEE_ObjectInfo *objectInfo)
{
	uint32_t flags = 0;

	tee_object_check(__func__, object);
	TEE_OUT(objectInfo, sizeof(*objectInfo));
	if (object->initialized)
		flags |= TEE_HANDLE_FLAG_INITIALIZED;
	if (object->stored)
		flags |= TEE_HANDLE_FLAG_PERSISTENT | object->access;
	*objectInfo = (TEE_ObjectInfo){
		.objectType = object->key.type->type,
		.objectSize = tee_key_bits(&object->key),
		.maxObjectSize = object->max_bits,
		.objectUsage = tee_object_usage(object),
		.dataSize = object->stored ? object->stored->size : 0,
		.dataPosition = object->position,
		.handleFlags = flags,
	};
	return TEE_SUCCESS;
}

/* §5.5.2: usage only ever shrinks. */
TEE_Result TEE_RestrictObjectUsage1(TEE_ObjectHandle object, uint32_t objectUsage)
{
	TEE_Result result;

	tee_object_check(__func__, object);
	if (!object->stored) {
		object->usage &= objectUsage;
		return TEE_SUCCESS;
	}
	TEE_STORAGE_GUARD();
	result = tee_store_result(tee_store_set_usage(object->stored, object->stored->meta.usage & objectUsage));
	return result ? TEE_ERROR_STORAGE_NOT_AVAILABLE : TEE_SUCCESS;
}

/* §5.5.3, §5.5.4: the part of that name; NULL: the object has none. Secret ones need a right. */
static const struct tee_key_part *attribute_find(const char *function, TEE_ObjectHandle object, uint32_t attribute)
{
	int i;

	if (!object->initialized)
		tee_panic_misuse(function, "the object has no key");
	if (!(attribute & TEE_ATTR_FLAG_PUBLIC) && !(tee_object_usage(object) & TEE_USAGE_EXTRACTABLE))
		tee_panic_misuse(function, "the secret may not be extracted");
	i = tee_key_part(object->key.type, attribute);
	return i >= 0 && object->key.parts[i].size ? &object->key.parts[i] : NULL;
}

/* §5.5.3 */
TEE_Result TEE_GetObjectBufferAttribute(TEE_ObjectHandle object, uint32_t attributeID, void *buffer, size_t *size)
{
	const struct tee_key_part *part;
	size_t room;

	tee_object_check(__func__, object);
	TEE_OUT(size, sizeof(*size));
	TEE_MISUSE_IF(attributeID & TEE_ATTR_FLAG_VALUE, "the attribute is a value, not a buffer");
	room = *size;
	part = attribute_find(__func__, object, attributeID);
	if (!part)
		return TEE_ERROR_ITEM_NOT_FOUND;
	*size = part->size;
	if (!buffer || room < part->size)
		return TEE_ERROR_SHORT_BUFFER;
	memcpy(buffer, part->bytes, part->size);
	return TEE_SUCCESS;
}

/* §5.5.4: whoever needs but one half passes NULL for the other. */
TEE_Result TEE_GetObjectValueAttribute(TEE_ObjectHandle object, uint32_t attributeID, uint32_t *a, uint32_t *b)
{
	const struct tee_key_part *part;

	tee_object_check(__func__, object);
	TEE_MISUSE_IF(!(attributeID & TEE_ATTR_FLAG_VALUE), "the attribute is a buffer, not a value");
	TEE_OUT(a, a ? sizeof(*a) : 0);
	TEE_OUT(b, b ? sizeof(*b) : 0);
	part = attribute_find(__func__, object, attributeID);
	if (!part)
		return TEE_ERROR_ITEM_NOT_FOUND;
	if (a)
		*a = tee_get_be32(part->bytes);
	if (b)
		*b = tee_get_be32(part->bytes + 4);
	return TEE_SUCCESS;
}

/* §5.5.5 */
void TEE_CloseObject(TEE_ObjectHandle object)
{
	if (object == TEE_HANDLE_NULL)
		return;
	tee_object_check(__func__, object);
	tee_object_free(object);
}
