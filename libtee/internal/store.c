// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "libtee/internal/bytes.h"

/*
 * Records: kind 1 ‖ length1 id ‖ and then
 *	PUT	type 4 ‖ usage 4 ‖ max size 4 ‖ length4 key ‖ data
 *	WRITE	offset 4 ‖ data
 *	RESIZE	size 4
 *	USAGE	usage 4
 *	DELETE	nothing
 */
enum record_kind {
	RECORD_PUT = 1,
	RECORD_WRITE = 2,
	RECORD_RESIZE = 3,
	RECORD_USAGE = 4,
	RECORD_DELETE = 5,
};

#define RECORD_FIXED_MAX (2 + TEE_STORE_ID_MAX + 4 * 4)
_Static_assert(RECORD_FIXED_MAX + TEE_STORE_KEY_MAX + TEE_STORE_DATA_MAX <= TEE_STORE_RECORD_MAX,
	       "the largest object fits in one record");

static struct {
	struct tee_store_log *log;
	struct tee_stored *objects;
} store;

/* --- the objects in memory --- */

static void stored_free(struct tee_stored *object)
{
	OPENSSL_secure_clear_free(object->key, object->key_size);
	OPENSSL_clear_free(object->data, object->capacity);
	OPENSSL_clear_free(object, sizeof(*object));
}

static void stored_unlink(struct tee_stored *object)
{
	struct tee_stored **at = &store.objects;

	while (*at != object)
		at = &(*at)->next;
	*at = object->next;
	stored_free(object);
}

struct tee_stored *tee_store_find(const void *id, size_t id_size)
{
	struct tee_stored *object;

	for (object = store.objects; object; object = object->next)
		if (object->id_size == id_size && (!id_size || !memcmp(object->id, id, id_size)))
			return object;
	return NULL;
}

static struct tee_stored *stored_new(const void *id, size_t id_size, const struct tee_stored_content *content)
{
	struct tee_stored *object = OPENSSL_zalloc(sizeof(*object));

	if (!object)
		return NULL;
	if (id_size)
		memcpy(object->id, id, id_size);
	object->id_size = id_size;
	object->meta = content->meta;
	if (content->key_size) {
		object->key = OPENSSL_secure_malloc(content->key_size);
		object->key_size = object->key ? content->key_size : 0;
	}
	if (content->size) {
		object->data = OPENSSL_malloc(content->size);
		object->capacity = object->data ? content->size : 0;
		object->size = object->capacity;
	}
	if (object->key_size != content->key_size || object->size != content->size) {
		stored_free(object);
		return NULL;
	}
	if (object->key_size)
		memcpy(object->key, content->key, content->key_size);
	if (object->size)
		memcpy(object->data, content->data, content->size);
	return object;
}

/* Puts the object at the head of the list, in the place of one with the same id. */
static void stored_link(struct tee_stored *object)
{
	struct tee_stored *old = tee_store_find(object->id, object->id_size);

	if (old)
		stored_unlink(old);
	object->next = store.objects;
	store.objects = object;
}

/* Room for size bytes, the new ones zero. Doubling keeps a stream of small writes from copying all each time. */
static bool stored_reserve(struct tee_stored *object, size_t size)
{
	size_t capacity = object->capacity ? object->capacity : 64;
	uint8_t *data;

	if (size <= object->capacity)
		return true;
	while (capacity < size)
		capacity *= 2;
	data = OPENSSL_zalloc(capacity);
	if (!data)
		return false;
	if (object->size)
		memcpy(data, object->data, object->size);
	OPENSSL_clear_free(object->data, object->capacity);
	object->data = data;
	object->capacity = capacity;
	return true;
}

static void stored_resize(struct tee_stored *object, size_t size)
{
	if (size < object->size)
		OPENSSL_cleanse(object->data + size, object->size - size);
	object->size = size;
}

static void stored_write(struct tee_stored *object, size_t offset, const void *data, size_t size)
{
	if (offset + size > object->size)
		stored_resize(object, offset + size);
	memcpy(object->data + offset, data, size);
}

/* --- records: written here, read below --- */

struct record {
	uint8_t *bytes;
	size_t size;
	size_t capacity;
};

static bool record_begin(struct record *record, enum record_kind kind, const void *id, size_t id_size, size_t room)
{
	record->capacity = RECORD_FIXED_MAX + room;
	record->size = 0;
	record->bytes = OPENSSL_malloc(record->capacity);
	if (!record->bytes)
		return false;
	record->bytes[record->size++] = (uint8_t)kind;
	record->bytes[record->size++] = (uint8_t)id_size;
	if (id_size)
		memcpy(record->bytes + record->size, id, id_size);
	record->size += id_size;
	return true;
}

static void record_be32(struct record *record, uint32_t value)
{
	tee_put_be32(record->bytes + record->size, value);
	record->size += 4;
}

static void record_bytes(struct record *record, const void *bytes, size_t size)
{
	if (size)
		memcpy(record->bytes + record->size, bytes, size);
	record->size += size;
}

static enum tee_store_err record_commit(struct record *record)
{
	enum tee_store_err err = store.log ? tee_store_log_append(store.log, record->bytes, record->size)
					   : TEE_STORE_ACCESS;

	OPENSSL_clear_free(record->bytes, record->capacity);
	return err;
}

static enum tee_store_err replay_put(const void *id, size_t id_size, struct tee_reader *r)
{
	struct tee_stored_content content = { 0 };
	struct tee_stored *object;

	content.meta.type = tee_read_be32(r);
	content.meta.usage = tee_read_be32(r);
	content.meta.max_size = tee_read_be32(r);
	content.key_size = tee_read_be32(r);
	content.key = tee_read(r, content.key_size);
	content.size = r->left;
	content.data = tee_read(r, content.size);
	if (r->bad || content.size > TEE_STORE_DATA_MAX || content.key_size > TEE_STORE_KEY_MAX)
		return TEE_STORE_CORRUPT;
	object = stored_new(id, id_size, &content);
	if (!object)
		return TEE_STORE_NO_MEMORY;
	stored_link(object);
	return TEE_STORE_OK;
}

static enum tee_store_err replay_data(struct tee_stored *object, enum record_kind kind, struct tee_reader *r)
{
	size_t at = tee_read_be32(r);
	size_t size = kind == RECORD_WRITE ? r->left : 0;
	const uint8_t *data = tee_read(r, size);

	if (r->bad || r->left || at > TEE_STORE_DATA_MAX || size > TEE_STORE_DATA_MAX - at)
		return TEE_STORE_CORRUPT;
	if (!stored_reserve(object, at + size))
		return TEE_STORE_NO_MEMORY;
	if (kind == RECORD_RESIZE)
		stored_resize(object, at);
	else
		stored_write(object, at, data, size);
	return TEE_STORE_OK;
}

static enum tee_store_err replay(void *arg, const uint8_t *bytes, size_t size)
{
	struct tee_reader r = { .at = bytes, .left = size };
	enum record_kind kind = tee_read_u8(&r);
	size_t id_size = tee_read_u8(&r);
	const uint8_t *id = tee_read(&r, id_size);
	struct tee_stored *object;

	(void)arg;
	if (r.bad || id_size > TEE_STORE_ID_MAX)
		return TEE_STORE_CORRUPT;
	if (kind == RECORD_PUT)
		return replay_put(id, id_size, &r);
	object = tee_store_find(id, id_size);
	if (!object)
		return TEE_STORE_CORRUPT;
	switch (kind) {
	case RECORD_WRITE:
	case RECORD_RESIZE:
		return replay_data(object, kind, &r);
	case RECORD_USAGE:
		object->meta.usage = tee_read_be32(&r);
		return r.bad || r.left ? TEE_STORE_CORRUPT : TEE_STORE_OK;
	case RECORD_DELETE:
		stored_unlink(object);
		return r.left ? TEE_STORE_CORRUPT : TEE_STORE_OK;
	default:
		return TEE_STORE_CORRUPT;
	}
}

/* --- what the API above uses --- */

enum tee_store_err tee_store_start(const struct tee_store_log_config *config, uint64_t *position)
{
	enum tee_store_err err;

	tee_store_stop();
	err = tee_store_log_open(&store.log, config, replay, NULL, position);
	if (err)
		tee_store_stop();
	return err;
}

void tee_store_stop(void)
{
	while (store.objects)
		stored_unlink(store.objects);
	tee_store_log_close(&store.log);
}

enum tee_store_err tee_store_put(const void *id, size_t id_size, const struct tee_stored_content *content,
				 struct tee_stored **out)
{
	struct record record;
	struct tee_stored *object;
	enum tee_store_err err;

	if (id_size > TEE_STORE_ID_MAX || content->size > TEE_STORE_DATA_MAX || content->key_size > TEE_STORE_KEY_MAX)
		return TEE_STORE_NO_SPACE;
	object = stored_new(id, id_size, content);
	if (!object)
		return TEE_STORE_NO_MEMORY;
	if (!record_begin(&record, RECORD_PUT, id, id_size, content->key_size + content->size)) {
		stored_free(object);
		return TEE_STORE_NO_MEMORY;
	}
	record_be32(&record, content->meta.type);
	record_be32(&record, content->meta.usage);
	record_be32(&record, content->meta.max_size);
	record_be32(&record, (uint32_t)content->key_size);
	record_bytes(&record, content->key, content->key_size);
	record_bytes(&record, content->data, content->size);
	err = record_commit(&record);
	if (err) {
		stored_free(object);
		return err;
	}
	stored_link(object);
	*out = object;
	return TEE_STORE_OK;
}

enum tee_store_err tee_store_write(struct tee_stored *object, size_t offset, const void *data, size_t size)
{
	struct record record;
	enum tee_store_err err;

	if (!size)
		return TEE_STORE_OK;
	if (offset > TEE_STORE_DATA_MAX || size > TEE_STORE_DATA_MAX - offset)
		return TEE_STORE_NO_SPACE;
	if (!stored_reserve(object, offset + size) ||
	    !record_begin(&record, RECORD_WRITE, object->id, object->id_size, size))
		return TEE_STORE_NO_MEMORY;
	record_be32(&record, (uint32_t)offset);
	record_bytes(&record, data, size);
	err = record_commit(&record);
	if (!err)
		stored_write(object, offset, data, size);
	return err;
}

enum tee_store_err tee_store_resize(struct tee_stored *object, size_t size)
{
	struct record record;
	enum tee_store_err err;

	if (size > TEE_STORE_DATA_MAX)
		return TEE_STORE_NO_SPACE;
	if (!stored_reserve(object, size) || !record_begin(&record, RECORD_RESIZE, object->id, object->id_size, 0))
		return TEE_STORE_NO_MEMORY;
	record_be32(&record, (uint32_t)size);
	err = record_commit(&record);
	if (!err)
		stored_resize(object, size);
	return err;
}

enum tee_store_err tee_store_set_usage(struct tee_stored *object, uint32_t usage)
{
	struct record record;
	enum tee_store_err err;

	if (!record_begin(&record, RECORD_USAGE, object->id, object->id_size, 0))
		return TEE_STORE_NO_MEMORY;
	record_be32(&record, usage);
	err = record_commit(&record);
	if (!err)
		object->meta.usage = usage;
	return err;
}

enum tee_store_err tee_store_delete(struct tee_stored *object)
{
	struct record record;
	enum tee_store_err err;

	if (!record_begin(&record, RECORD_DELETE, object->id, object->id_size, 0))
		return TEE_STORE_NO_MEMORY;
	err = record_commit(&record);
	if (!err)
		stored_unlink(object);
	return err;
}
