// SPDX-License-Identifier: BSD-2-Clause
/* Enumeration of persistent objects: GP Core 1.3 §5.8. */
#include <string.h>

#include <openssl/crypto.h>
#include <tee_internal_api.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/panic.h"

struct __TEE_ObjectEnumHandle {
	struct __TEE_ObjectEnumHandle *next;
	struct tee_store_cursor cursor;
};

static TEE_ObjectEnumHandle living;

static void check(const char *function, TEE_ObjectEnumHandle enumerator)
{
	TEE_ObjectEnumHandle at;

	for (at = living; at; at = at->next)
		if (at == enumerator)
			return;
	tee_panic_misuse(function, "not an enumerator");
}

static void enumerator_free(TEE_ObjectEnumHandle enumerator)
{
	TEE_ObjectEnumHandle *at = &living;

	while (*at != enumerator)
		at = &(*at)->next;
	*at = enumerator->next;
	tee_store_cursor_stop(&enumerator->cursor);
	OPENSSL_free(enumerator);
}

void tee_enumerator_free_all(void)
{
	while (living)
		enumerator_free(living);
}

/* §5.8.1 */
TEE_Result TEE_AllocatePersistentObjectEnumerator(TEE_ObjectEnumHandle *objectEnumerator)
{
	TEE_ObjectEnumHandle fresh;

	TEE_OUT(objectEnumerator, sizeof(TEE_ObjectEnumHandle));
	*objectEnumerator = TEE_HANDLE_NULL;
	fresh = OPENSSL_zalloc(sizeof(*fresh));
	if (!fresh)
		return TEE_ERROR_OUT_OF_MEMORY;
	fresh->next = living;
	living = fresh;
	*objectEnumerator = fresh;
	return TEE_SUCCESS;
}

/* §5.8.2 */
void TEE_FreePersistentObjectEnumerator(TEE_ObjectEnumHandle objectEnumerator)
{
	if (objectEnumerator == TEE_HANDLE_NULL)
		return;
	check(__func__, objectEnumerator);
	enumerator_free(objectEnumerator);
}

/* §5.8.3 */
void TEE_ResetPersistentObjectEnumerator(TEE_ObjectEnumHandle objectEnumerator)
{
	if (objectEnumerator == TEE_HANDLE_NULL)
		return;
	check(__func__, objectEnumerator);
	tee_store_cursor_stop(&objectEnumerator->cursor);
}

/* The next object that is the application's, and not libtee's own. */
static struct tee_stored *next_object(struct tee_store_cursor *cursor)
{
	struct tee_stored *stored;

	do
		stored = tee_store_cursor_next(cursor);
	while (stored && stored->id_size > TEE_OBJECT_ID_MAX_LEN);
	return stored;
}

/* §5.8.4: an enumeration that is under way begins anew. */
TEE_Result TEE_StartPersistentObjectEnumerator(TEE_ObjectEnumHandle objectEnumerator, uint32_t storageID)
{
	TEE_STORAGE_GUARD();
	TEE_Result result;

	check(__func__, objectEnumerator);
	tee_store_cursor_stop(&objectEnumerator->cursor);
	result = tee_store_available(storageID);
	if (result)
		return result;
	tee_store_cursor_start(&objectEnumerator->cursor);
	/* "or if there are no objects in it" */
	result = next_object(&objectEnumerator->cursor) ? TEE_SUCCESS : TEE_ERROR_ITEM_NOT_FOUND;
	tee_store_cursor_stop(&objectEnumerator->cursor);
	if (!result)
		tee_store_cursor_start(&objectEnumerator->cursor);
	return result;
}

/* The size in bits of a stored key; false: it is none that can be used. */
static bool key_bits(const struct tee_stored *stored, uint32_t *bits)
{
	struct tee_key key = { .type = tee_key_type(stored->meta.type) };

	*bits = 0;
	if (!key.type || (stored->key_size && !tee_key_decode(&key, stored->key, stored->key_size)))
		return false;
	if (stored->key_size)
		*bits = tee_key_bits(&key);
	tee_key_clear(&key);
	return true;
}

/* §5.8.5: ITEM_NOT_FOUND at the end, and if nothing was started. An object that is corrupt is given with its id. */
TEE_Result TEE_GetNextPersistentObject(TEE_ObjectEnumHandle objectEnumerator, TEE_ObjectInfo *objectInfo, void *objectID,
				       size_t *objectIDLen)
{
	TEE_STORAGE_GUARD();
	const struct tee_stored *stored;
	uint32_t bits;

	check(__func__, objectEnumerator);
	if (objectInfo)
		TEE_OUT(objectInfo, sizeof(*objectInfo));
	TEE_OUT(objectID, TEE_OBJECT_ID_MAX_LEN);
	TEE_OUT(objectIDLen, sizeof(*objectIDLen));
	stored = next_object(&objectEnumerator->cursor);
	if (!stored)
		return TEE_ERROR_ITEM_NOT_FOUND;
	if (stored->id_size)
		memcpy(objectID, stored->id, stored->id_size);
	*objectIDLen = stored->id_size;
	if (!key_bits(stored, &bits))
		return TEE_ERROR_CORRUPT_OBJECT;
	if (objectInfo)
		*objectInfo = (TEE_ObjectInfo){
			.objectType = stored->meta.type,
			.objectSize = bits,
			.maxObjectSize = stored->meta.max_size,
			.objectUsage = stored->meta.usage,
			.dataSize = stored->size,
			.handleFlags = TEE_HANDLE_FLAG_PERSISTENT | TEE_HANDLE_FLAG_INITIALIZED,
		};
	return TEE_SUCCESS;
}
