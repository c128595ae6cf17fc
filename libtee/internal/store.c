// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/crypto.h>

#include "libtee/internal/bytes.h"
#include "libtee/internal/log.h"
#include "libtee/internal/store_share.h"
#include "libtee/internal/store_table.h"

/*
 * Records: kind 1 ‖ length1 id ‖ and then
 *	PUT	type 4 ‖ usage 4 ‖ max size 4 ‖ length4 key ‖ data
 *	WRITE	offset 4 ‖ data
 *	RESIZE	size 4
 *	USAGE	usage 4
 *	DELETE	nothing
 *	RENAME	length1 new id
 */
enum record_kind {
	RECORD_PUT = 1,
	RECORD_WRITE = 2,
	RECORD_RESIZE = 3,
	RECORD_USAGE = 4,
	RECORD_DELETE = 5,
	RECORD_RENAME = 6,
};

/* The largest id twice: RENAME. */
#define RECORD_FIXED_MAX (2 + 2 * (TEE_STORE_ID_MAX + 1) + 4 * 4)
_Static_assert(RECORD_FIXED_MAX + TEE_STORE_KEY_MAX + TEE_STORE_DATA_MAX <= TEE_STORE_RECORD_MAX,
	       "the largest object fits in one record");

static struct {
	struct tee_store_log *log;
	uint64_t limit;			/* bytes of the log that the objects may take together */
	uint64_t live;			/* that they take */
} store;

struct tee_stored *tee_store_find(const void *id, size_t id_size)
{
	return tee_table_find(id, id_size);
}

/* What an object takes in a log that was just compacted. */
static uint64_t cost(size_t id_size, size_t key_size, size_t size)
{
	return tee_store_log_cost(2 + id_size + 4 * 4 + key_size + size);
}

static uint64_t cost_of(const struct tee_stored *object)
{
	return cost(object->id_size, object->key_size, object->size);
}

/* Whether there is room for what takes so many bytes instead of what took the others. */
static bool fits(uint64_t was, uint64_t becomes)
{
	return becomes <= was || store.live - was + becomes <= store.limit;
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

static void record_put(struct record *record, const struct tee_stored_content *content)
{
	record_be32(record, content->meta.type);
	record_be32(record, content->meta.usage);
	record_be32(record, content->meta.max_size);
	record_be32(record, (uint32_t)content->key_size);
	record_bytes(record, content->key, content->key_size);
	record_bytes(record, content->data, content->size);
}

/* Every object as it is now, as one record of a log that begins. */
static enum tee_store_err snapshot(struct tee_store_log *fresh)
{
	enum tee_store_err err = TEE_STORE_OK;
	struct tee_stored *object;

	for (object = tee_table_first(); !err && object; object = object->after) {
		const struct tee_stored_content content = {
			.meta = object->meta,
			.key = object->key,
			.key_size = object->key_size,
			.data = object->data,
			.size = object->size,
		};
		struct record record;

		if (!record_begin(&record, RECORD_PUT, object->id, object->id_size, object->key_size + object->size))
			return TEE_STORE_NO_MEMORY;
		record_put(&record, &content);
		err = tee_store_log_append(fresh, record.bytes, record.size);
		OPENSSL_clear_free(record.bytes, record.capacity);
	}
	return err;
}

/* A log whose past is less than this is not worth it: to grow is as cheap. */
#define WORTH (TEE_STORE_STEP / 2)

/* Compacts if the record would make the file grow, and at least half of it is of the past. */
static enum tee_store_err compact_if_due(size_t size)
{
	uint64_t used = store.log ? tee_store_log_used(store.log) : 0;
	enum tee_store_err err;

	if (used < WORTH || tee_store_log_has_room(store.log, size) || store.live > used / 2)
		return TEE_STORE_OK;
	err = tee_store_log_compact(store.log, snapshot);
	if (!err || err == TEE_STORE_FAILED)
		return err;
	/* The record may still fit. */
	tee_log(TEE_LOG_WARNING, "storage: cannot be compacted: %s", tee_store_strerror(err));
	return TEE_STORE_OK;
}

static enum tee_store_err record_commit(struct record *record)
{
	enum tee_store_err err = store.log ? compact_if_due(record->size) : TEE_STORE_ACCESS;

	if (!err)
		err = tee_store_log_append(store.log, record->bytes, record->size);
	/* The log may not grow any more: what is of the past can make room, however little it is. */
	if (err == TEE_STORE_NO_SPACE) {
		err = tee_store_log_compact(store.log, snapshot);
		if (!err)
			err = tee_store_log_append(store.log, record->bytes, record->size);
		else if (err != TEE_STORE_FAILED)
			err = TEE_STORE_NO_SPACE;
	}
	OPENSSL_clear_free(record->bytes, record->capacity);
	tee_share_changed();
	return err;
}

/* Into the table, and counted. */
static void put(struct tee_stored *object)
{
	const struct tee_stored *old = tee_table_find(object->id, object->id_size);

	store.live += cost_of(object) - (old ? cost_of(old) : 0);
	tee_table_put(object);
}

static void remove_object(struct tee_stored *object)
{
	store.live -= cost_of(object);
	tee_table_remove(object);
}

static void resize(struct tee_stored *object, size_t size)
{
	store.live -= cost_of(object);
	tee_table_resize(object, size);
	store.live += cost_of(object);
}

static void write_at(struct tee_stored *object, size_t offset, const void *data, size_t size)
{
	if (offset + size > object->size)
		resize(object, offset + size);
	tee_table_write(object, offset, data, size);
}

static void rename_object(struct tee_stored *object, const void *id, size_t id_size)
{
	store.live -= cost_of(object);
	tee_table_rename(object, id, id_size);
	store.live += cost_of(object);
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
	object = tee_table_new(id, id_size, &content);
	if (!object)
		return TEE_STORE_NO_MEMORY;
	put(object);
	return TEE_STORE_OK;
}

static enum tee_store_err replay_data(struct tee_stored *object, enum record_kind kind, struct tee_reader *r)
{
	size_t at = tee_read_be32(r);
	size_t size = kind == RECORD_WRITE ? r->left : 0;
	const uint8_t *data = tee_read(r, size);

	if (r->bad || r->left || at > TEE_STORE_DATA_MAX || size > TEE_STORE_DATA_MAX - at)
		return TEE_STORE_CORRUPT;
	if (!tee_table_reserve(object, at + size))
		return TEE_STORE_NO_MEMORY;
	if (kind == RECORD_RESIZE)
		resize(object, at);
	else
		write_at(object, at, data, size);
	return TEE_STORE_OK;
}

static enum tee_store_err replay_rename(struct tee_stored *object, struct tee_reader *r)
{
	size_t id_size = tee_read_u8(r);
	const uint8_t *id = tee_read(r, id_size);

	if (r->bad || r->left || id_size > TEE_STORE_ID_MAX || tee_table_find(id, id_size))
		return TEE_STORE_CORRUPT;
	rename_object(object, id, id_size);
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
	case RECORD_RENAME:
		return replay_rename(object, &r);
	case RECORD_DELETE:
		remove_object(object);
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
	store.limit = config->size_max / 2;
	err = tee_store_log_open(&store.log, config, replay, NULL, position);
	if (err)
		tee_store_stop();
	return err;
}

void tee_store_stop(void)
{
	tee_table_clear();
	store.live = 0;
	tee_store_log_close(&store.log);
}

enum tee_store_err tee_store_enter(bool *anew)
{
	enum tee_store_err err;

	*anew = tee_share_lock() && store.log;
	if (!*anew)
		return TEE_STORE_OK;
	tee_table_clear();
	store.live = 0;
	err = tee_store_log_reload(store.log, replay, NULL);
	tee_share_read();
	return err;
}

void tee_store_leave(void)
{
	tee_share_unlock();
}

int tee_store_dir(void)
{
	return store.log ? tee_store_log_dir(store.log) : -1;
}

enum tee_store_err tee_store_put(const void *id, size_t id_size, const struct tee_stored_content *content,
				 struct tee_stored **out)
{
	const struct tee_stored *old = tee_table_find(id, id_size);
	struct record record;
	struct tee_stored *object;
	enum tee_store_err err;

	if (id_size > TEE_STORE_ID_MAX || content->size > TEE_STORE_DATA_MAX || content->key_size > TEE_STORE_KEY_MAX ||
	    !fits(old ? cost_of(old) : 0, cost(id_size, content->key_size, content->size)))
		return TEE_STORE_NO_SPACE;
	object = tee_table_new(id, id_size, content);
	if (!object)
		return TEE_STORE_NO_MEMORY;
	if (!record_begin(&record, RECORD_PUT, id, id_size, content->key_size + content->size)) {
		tee_table_free(object);
		return TEE_STORE_NO_MEMORY;
	}
	record_put(&record, content);
	err = record_commit(&record);
	if (err) {
		tee_table_free(object);
		return err;
	}
	put(object);
	*out = object;
	return TEE_STORE_OK;
}

/* Whether the object may have so many bytes of data. */
static bool data_fits(const struct tee_stored *object, size_t size)
{
	return fits(cost_of(object), cost(object->id_size, object->key_size, size));
}

enum tee_store_err tee_store_write(struct tee_stored *object, size_t offset, const void *data, size_t size)
{
	struct record record;
	enum tee_store_err err;

	if (!size)
		return TEE_STORE_OK;
	if (offset > TEE_STORE_DATA_MAX || size > TEE_STORE_DATA_MAX - offset ||
	    (offset + size > object->size && !data_fits(object, offset + size)))
		return TEE_STORE_NO_SPACE;
	if (!tee_table_reserve(object, offset + size) ||
	    !record_begin(&record, RECORD_WRITE, object->id, object->id_size, size))
		return TEE_STORE_NO_MEMORY;
	record_be32(&record, (uint32_t)offset);
	record_bytes(&record, data, size);
	err = record_commit(&record);
	if (!err)
		write_at(object, offset, data, size);
	return err;
}

enum tee_store_err tee_store_resize(struct tee_stored *object, size_t size)
{
	struct record record;
	enum tee_store_err err;

	if (size > TEE_STORE_DATA_MAX || !data_fits(object, size))
		return TEE_STORE_NO_SPACE;
	if (!tee_table_reserve(object, size) ||
	    !record_begin(&record, RECORD_RESIZE, object->id, object->id_size, 0))
		return TEE_STORE_NO_MEMORY;
	record_be32(&record, (uint32_t)size);
	err = record_commit(&record);
	if (!err)
		resize(object, size);
	return err;
}

enum tee_store_err tee_store_rename(struct tee_stored *object, const void *id, size_t id_size)
{
	const uint8_t length = (uint8_t)id_size;
	struct record record;
	enum tee_store_err err;

	if (id_size > TEE_STORE_ID_MAX || !fits(cost_of(object), cost(id_size, object->key_size, object->size)))
		return TEE_STORE_NO_SPACE;
	if (!record_begin(&record, RECORD_RENAME, object->id, object->id_size, 0))
		return TEE_STORE_NO_MEMORY;
	record_bytes(&record, &length, 1);
	record_bytes(&record, id, id_size);
	err = record_commit(&record);
	if (!err)
		rename_object(object, id, id_size);
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
		remove_object(object);
	return err;
}
