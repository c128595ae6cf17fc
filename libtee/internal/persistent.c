// SPDX-License-Identifier: BSD-2-Clause
/* Persistent objects: GP Core 1.3 §5.7. */
#include <string.h>

#include <openssl/crypto.h>
#include <tee_internal_api.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/store_share.h"

#define ACCESS_FLAGS (TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE | TEE_DATA_FLAG_ACCESS_WRITE_META)
#define SHARE_FLAGS (TEE_DATA_FLAG_SHARE_READ | TEE_DATA_FLAG_SHARE_WRITE)

_Static_assert(TEE_OBJECT_ID_MAX_LEN < TEE_STORE_ID_MAX, "ids fit");

TEE_Result tee_store_result(enum tee_store_err err)
{
	switch (err) {
	case TEE_STORE_OK:
		return TEE_SUCCESS;
	case TEE_STORE_NO_SPACE:
		return TEE_ERROR_STORAGE_NO_SPACE;
	case TEE_STORE_NO_MEMORY:
		return TEE_ERROR_OUT_OF_MEMORY;
	case TEE_STORE_ACCESS:
		return TEE_ERROR_STORAGE_NOT_AVAILABLE;
	default:
		/* Whether the change is on the disk is not known: going on could answer for what never happened. */
		tee_panic_storage(tee_store_strerror(err));
	}
}

TEE_Result tee_store_available(uint32_t storage)
{
	if (storage != TEE_STORAGE_PRIVATE)
		return TEE_ERROR_ITEM_NOT_FOUND;
	return tee_store_dir() < 0 ? TEE_ERROR_STORAGE_NOT_AVAILABLE : TEE_SUCCESS;
}

/* For the functions that the specification gives no other result for a change that cannot be made now. */
static TEE_Result change_result(enum tee_store_err err)
{
	TEE_Result result = tee_store_result(err);

	return result ? TEE_ERROR_STORAGE_NOT_AVAILABLE : TEE_SUCCESS;
}

static bool is_open(const struct tee_stored *stored)
{
	uint32_t access;
	uint32_t shared;

	return tee_object_next_of(stored, NULL) || tee_share_others(stored->id, stored->id_size, &access, &shared);
}

/*
 * §5.7.3: if any of several handles reads, all of them must share reading, the one that reads too; the same with
 * writing; and who may write the metadata is alone.
 */
static bool may_open(const struct tee_stored *stored, uint32_t flags)
{
	TEE_ObjectHandle other = tee_object_next_of(stored, NULL);
	uint32_t access;
	uint32_t shared;

	if (!tee_share_others(stored->id, stored->id_size, &access, &shared) && !other)
		return true;
	access |= flags;
	shared &= flags;
	for (; other; other = tee_object_next_of(stored, other)) {
		access |= other->access;
		shared &= other->access;
	}
	if (access & TEE_DATA_FLAG_ACCESS_WRITE_META)
		return false;
	if ((access & TEE_DATA_FLAG_ACCESS_READ) && !(shared & TEE_DATA_FLAG_SHARE_READ))
		return false;
	return !(access & TEE_DATA_FLAG_ACCESS_WRITE) || (shared & TEE_DATA_FLAG_SHARE_WRITE);
}

static void handle_id(TEE_ObjectHandle object, const void *id, size_t id_size)
{
	object->id.size = (uint8_t)id_size;
	if (id_size)
		memcpy(object->id.bytes, id, id_size);
}

/* Tells the other processes, if there are any, before anything is changed. False: there are too many handles. */
static bool handle_share(TEE_ObjectHandle object, const void *id, size_t id_size, uint32_t flags)
{
	object->share = tee_share_open(id, id_size, flags & (ACCESS_FLAGS | SHARE_FLAGS));
	return object->share >= 0 || !tee_share_is_on();
}

static void handle_unshare(TEE_ObjectHandle object)
{
	tee_share_close(object->share);
	object->share = -1;
}

static void handle_open(TEE_ObjectHandle object, struct tee_stored *stored, uint32_t flags)
{
	object->stored = stored;
	handle_id(object, stored->id, stored->id_size);
	object->max_bits = stored->meta.max_size;
	object->initialized = true;
	object->access = flags & (ACCESS_FLAGS | SHARE_FLAGS);
}

/* A handle on a stored object, with its key. */
static TEE_Result handle_new(struct tee_stored *stored, uint32_t flags, TEE_ObjectHandle *out)
{
	const struct tee_key_type *type = tee_key_type(stored->meta.type);
	TEE_ObjectHandle object;

	if (!type)
		return TEE_ERROR_CORRUPT_OBJECT;
	object = tee_object_new(type);
	if (!object)
		return TEE_ERROR_OUT_OF_MEMORY;
	if (stored->key_size && !tee_key_decode(&object->key, stored->key, stored->key_size)) {
		tee_object_free(object);
		return TEE_ERROR_CORRUPT_OBJECT;
	}
	if (!handle_share(object, stored->id, stored->id_size, flags)) {
		tee_object_free(object);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	handle_open(object, stored, flags);
	*out = object;
	return TEE_SUCCESS;
}

/* A handle with the attributes' key, for an object that is still to be stored. */
static TEE_ObjectHandle handle_for(TEE_ObjectHandle attributes)
{
	TEE_ObjectHandle object = tee_object_new(attributes ? attributes->key.type : tee_key_type(TEE_TYPE_DATA));

	if (object && attributes && !tee_key_copy(&object->key, &attributes->key)) {
		tee_object_free(object);
		return NULL;
	}
	return object;
}

static void check_id(const char *function, const void *id, size_t size)
{
	/* [in(objectIDLen)]: a client could otherwise choose another object in the middle of the call. */
	tee_memory_own(function, id, size);
	if (size > TEE_OBJECT_ID_MAX_LEN)
		tee_panic_misuse(function, "the object id is too long");
}

/* §5.7.1 */
TEE_Result TEE_OpenPersistentObject(uint32_t storageID, const void *objectID, size_t objectIDLen, uint32_t flags,
				    TEE_ObjectHandle *object)
{
	TEE_STORAGE_GUARD();
	struct tee_stored *stored;
	TEE_Result result;

	check_id(__func__, objectID, objectIDLen);
	TEE_OUT(object, sizeof(TEE_ObjectHandle));
	TEE_MISUSE_IF(flags & ~(uint32_t)(ACCESS_FLAGS | SHARE_FLAGS), "there are no such flags");
	*object = TEE_HANDLE_NULL;
	result = tee_store_available(storageID);
	if (result)
		return result;
	stored = tee_store_find(objectID, objectIDLen);
	if (!stored)
		return TEE_ERROR_ITEM_NOT_FOUND;
	if (!may_open(stored, flags))
		return TEE_ERROR_ACCESS_CONFLICT;
	return handle_new(stored, flags, object);
}

/* The key of the attributes object, encoded; NULL and no size without one. */
static bool key_encode(TEE_ObjectHandle attributes, uint8_t **key, size_t *size)
{
	*key = NULL;
	*size = attributes ? tee_key_encoded_size(&attributes->key) : 0;
	if (!*size)
		return true;
	*key = OPENSSL_secure_malloc(*size);
	if (*key)
		tee_key_encode(&attributes->key, *key);
	return *key;
}

static TEE_Result stored_put(const void *id, size_t id_size, TEE_ObjectHandle attributes, const void *data, size_t size,
			     struct tee_stored **stored)
{
	struct tee_stored_content content = {
		.meta.type = attributes ? attributes->key.type->type : TEE_TYPE_DATA,
		.meta.usage = attributes ? tee_object_usage(attributes) : UINT32_MAX,
		.meta.max_size = attributes ? attributes->max_bits : 0,
		.data = data,
		.size = size,
	};
	TEE_Result result;
	uint8_t *key;

	if (!key_encode(attributes, &key, &content.key_size))
		return TEE_ERROR_OUT_OF_MEMORY;
	content.key = key;
	result = tee_store_result(tee_store_put(id, id_size, &content, stored));
	OPENSSL_secure_clear_free(key, content.key_size);
	return result;
}

/* The handle that the new object gets, made before it: nothing may fail any more once the object is there. */
static bool handle_prepare(TEE_ObjectHandle attributes, bool wanted, TEE_ObjectHandle *fresh)
{
	*fresh = TEE_HANDLE_NULL;
	/* Without a place for a new handle a transient object becomes the persistent one itself. */
	if (!wanted && attributes && !attributes->stored)
		*fresh = attributes;
	else if (wanted)
		*fresh = handle_for(attributes);
	return *fresh || !wanted;
}

/* §5.7.2: an existing object is replaced as a whole and at once. */
TEE_Result TEE_CreatePersistentObject(uint32_t storageID, const void *objectID, size_t objectIDLen, uint32_t flags,
				      TEE_ObjectHandle attributes, const void *initialData, size_t initialDataLen,
				      TEE_ObjectHandle *object)
{
	TEE_STORAGE_GUARD();
	TEE_ObjectHandle fresh;
	struct tee_stored *stored;
	TEE_Result result;

	check_id(__func__, objectID, objectIDLen);
	TEE_INBUF(initialData, initialDataLen);
	TEE_MISUSE_IF(flags & ~(uint32_t)(ACCESS_FLAGS | SHARE_FLAGS | TEE_DATA_FLAG_OVERWRITE), "there are no such flags");
	if (object) {
		TEE_OUT(object, sizeof(TEE_ObjectHandle));
		*object = TEE_HANDLE_NULL;
	}
	if (attributes != TEE_HANDLE_NULL) {
		tee_object_check(__func__, attributes);
		TEE_MISUSE_IF(!attributes->initialized, "the attributes object has no key");
	}
	result = tee_store_available(storageID);
	if (result)
		return result;
	stored = tee_store_find(objectID, objectIDLen);
	if (stored && (!(flags & TEE_DATA_FLAG_OVERWRITE) || is_open(stored)))
		return TEE_ERROR_ACCESS_CONFLICT;
	if (!handle_prepare(attributes, object, &fresh))
		return TEE_ERROR_OUT_OF_MEMORY;
	result = TEE_ERROR_OUT_OF_MEMORY;
	if (!fresh || handle_share(fresh, objectID, objectIDLen, flags))
		result = stored_put(objectID, objectIDLen, attributes, initialData, initialDataLen, &stored);
	if (!result && fresh)
		handle_open(fresh, stored, flags);
	else if (fresh)
		handle_unshare(fresh);
	if (result && fresh && fresh != attributes)
		tee_object_free(fresh);
	if (!result && object)
		*object = fresh;
	return result;
}

static void check_meta(const char *function, TEE_ObjectHandle object)
{
	tee_object_check_persistent(function, object);
	if (!(object->access & TEE_DATA_FLAG_ACCESS_WRITE_META))
		tee_panic_misuse(function, "the object was not opened to write its metadata");
}

/* §5.7.4 */
TEE_Result TEE_CloseAndDeletePersistentObject1(TEE_ObjectHandle object)
{
	TEE_STORAGE_GUARD();
	struct tee_stored *stored;

	if (object == TEE_HANDLE_NULL)
		return TEE_SUCCESS;
	check_meta(__func__, object);
	stored = object->stored;
	tee_object_free(object);
	return change_result(tee_store_delete(stored));
}

/* §5.7.5 */
TEE_Result TEE_RenamePersistentObject(TEE_ObjectHandle object, const void *newObjectID, size_t newObjectIDLen)
{
	TEE_STORAGE_GUARD();
	TEE_Result result;

	check_meta(__func__, object);
	check_id(__func__, newObjectID, newObjectIDLen);
	if (tee_store_find(newObjectID, newObjectIDLen))
		return TEE_ERROR_ACCESS_CONFLICT;
	result = change_result(tee_store_rename(object->stored, newObjectID, newObjectIDLen));
	if (result)
		return result;
	handle_id(object, newObjectID, newObjectIDLen);
	tee_share_rename(object->share, newObjectID, newObjectIDLen);
	return TEE_SUCCESS;
}
