// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store_table.h"

#include <string.h>

#include <openssl/crypto.h>

/* A power of two. The log's size bounds the objects (store.c), so that chains stay short. */
#define BUCKETS 4096u

static struct {
	struct tee_stored *buckets[BUCKETS];
	struct tee_stored *first;
	struct tee_stored *last;
	uint64_t serial;			/* of the newest object */
	struct tee_store_cursor *cursors;
} table;

/* --- finding --- */

/* FNV-1a: the ids are the application's own, nobody gains by making them collide. */
static struct tee_stored **bucket_of(const void *id, size_t id_size)
{
	const uint8_t *bytes = id;
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = 0; i < id_size; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return &table.buckets[(hash ^ hash >> 16) % BUCKETS];
}

struct tee_stored *tee_table_find(const void *id, size_t id_size)
{
	struct tee_stored *object = *bucket_of(id, id_size);

	while (object && (object->id_size != id_size || (id_size && memcmp(object->id, id, id_size))))
		object = object->chain;
	return object;
}

static void bucket_add(struct tee_stored *object)
{
	struct tee_stored **bucket = bucket_of(object->id, object->id_size);

	object->chain = *bucket;
	*bucket = object;
}

static void bucket_remove(struct tee_stored *object)
{
	struct tee_stored **at = bucket_of(object->id, object->id_size);

	while (*at != object)
		at = &(*at)->chain;
	*at = object->chain;
}

/* --- life --- */

struct tee_stored *tee_table_new(const void *id, size_t id_size, const struct tee_stored_content *content)
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
		tee_table_free(object);
		return NULL;
	}
	if (object->key_size)
		memcpy(object->key, content->key, content->key_size);
	if (object->size)
		memcpy(object->data, content->data, content->size);
	return object;
}

void tee_table_free(struct tee_stored *object)
{
	OPENSSL_secure_clear_free(object->key, object->key_size);
	OPENSSL_clear_free(object->data, object->capacity);
	OPENSSL_clear_free(object, sizeof(*object));
}

/* Cursors that would give the object next give another (or none) instead. */
static void cursors_move(const struct tee_stored *from, struct tee_stored *to)
{
	struct tee_store_cursor *cursor;

	for (cursor = table.cursors; cursor; cursor = cursor->other)
		if (cursor->next == from)
			cursor->next = to;
}

static void list_append(struct tee_stored *object)
{
	object->serial = ++table.serial;
	object->before = table.last;
	if (table.last)
		table.last->after = object;
	else
		table.first = object;
	table.last = object;
}

/* What is replaced keeps its place, so that who goes through the objects meets it once. */
static void list_replace(struct tee_stored *old, struct tee_stored *object)
{
	object->serial = old->serial;
	object->before = old->before;
	object->after = old->after;
	*(old->before ? &old->before->after : &table.first) = object;
	*(old->after ? &old->after->before : &table.last) = object;
	cursors_move(old, object);
}

static void list_remove(struct tee_stored *object)
{
	*(object->before ? &object->before->after : &table.first) = object->after;
	*(object->after ? &object->after->before : &table.last) = object->before;
	cursors_move(object, object->after);
}

void tee_table_put(struct tee_stored *object)
{
	struct tee_stored *old = tee_table_find(object->id, object->id_size);

	if (old) {
		list_replace(old, object);
		bucket_remove(old);
		tee_table_free(old);
	} else {
		list_append(object);
	}
	bucket_add(object);
}

void tee_table_remove(struct tee_stored *object)
{
	list_remove(object);
	bucket_remove(object);
	tee_table_free(object);
}

void tee_table_rename(struct tee_stored *object, const void *id, size_t id_size)
{
	bucket_remove(object);
	if (id_size)
		memcpy(object->id, id, id_size);
	object->id_size = id_size;
	bucket_add(object);
}

struct tee_stored *tee_table_first(void)
{
	return table.first;
}

/* What a cursor has still to give, by the ids. Without memory it is at its end. */
static void cursor_keep(struct tee_store_cursor *cursor)
{
	const struct tee_stored *object;
	size_t count = 0;

	for (object = cursor->next; object && object->serial <= cursor->newest; object = object->after)
		count++;
	cursor->rest = count ? OPENSSL_zalloc(count * sizeof(*cursor->rest)) : NULL;
	cursor->left = cursor->rest ? count : 0;
	/* The last one first, so that giving is counting down. */
	for (object = cursor->next; cursor->rest && count; object = object->after) {
		struct tee_stored_id *id = &cursor->rest[--count];

		id->size = (uint8_t)object->id_size;
		memcpy(id->bytes, object->id, sizeof(id->bytes));
	}
}

void tee_table_clear(void)
{
	struct tee_store_cursor *cursor;

	for (cursor = table.cursors; cursor; cursor = cursor->other)
		if (!cursor->rest)
			cursor_keep(cursor);
	while (table.first)
		tee_table_remove(table.first);
}

/* --- data --- */

/* Doubling keeps a stream of small writes from copying all each time. */
bool tee_table_reserve(struct tee_stored *object, size_t size)
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

void tee_table_resize(struct tee_stored *object, size_t size)
{
	if (size < object->size)
		OPENSSL_cleanse(object->data + size, object->size - size);
	object->size = size;
}

void tee_table_write(struct tee_stored *object, size_t offset, const void *data, size_t size)
{
	if (offset + size > object->size)
		tee_table_resize(object, offset + size);
	memcpy(object->data + offset, data, size);
}

/* --- going through all --- */

void tee_store_cursor_start(struct tee_store_cursor *cursor)
{
	tee_store_cursor_stop(cursor);
	cursor->next = table.first;
	cursor->newest = table.serial;
	cursor->started = true;
	cursor->other = table.cursors;
	table.cursors = cursor;
}

static struct tee_stored *cursor_rest(struct tee_store_cursor *cursor)
{
	struct tee_stored *object = NULL;

	while (!object && cursor->left) {
		const struct tee_stored_id *id = &cursor->rest[--cursor->left];

		object = tee_table_find(id->bytes, id->size);
	}
	return object;
}

struct tee_stored *tee_store_cursor_next(struct tee_store_cursor *cursor)
{
	struct tee_stored *object = cursor->next;

	if (cursor->rest)
		return cursor_rest(cursor);

	/* What was made after the start is not part of it: otherwise who makes objects meanwhile never comes to an end. */
	if (!cursor->started || !object || object->serial > cursor->newest)
		return NULL;
	cursor->next = object->after;
	return object;
}

void tee_store_cursor_stop(struct tee_store_cursor *cursor)
{
	struct tee_store_cursor **at = &table.cursors;

	while (*at && *at != cursor)
		at = &(*at)->other;
	if (*at)
		*at = cursor->other;
	OPENSSL_free(cursor->rest);
	*cursor = (struct tee_store_cursor){ 0 };
}
