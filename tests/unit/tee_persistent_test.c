// SPDX-License-Identifier: BSD-2-Clause
/* Persistent objects through the API: streams, keys, sharing, names, and what a restart finds. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/panic.h"
#include "libtee/internal/store.h"
#include "tests/unit/persistent_fixture.h"
#include "tests/unit/tee_fixture.h"

static void restart(void)
{
	tee_host_stop();
	fixture_host(persistent_dir());
}

static size_t attribute(TEE_ObjectHandle object, uint32_t id, uint8_t *bytes, size_t room)
{
	assert_int_equal(TEE_GetObjectBufferAttribute(object, id, bytes, &room), TEE_SUCCESS);
	return room;
}

static void expect_data(const char *id, const void *data, size_t size)
{
	TEE_ObjectHandle object;
	uint8_t bytes[256];
	size_t count;

	assert_int_equal(persistent_open(id, TEE_DATA_FLAG_ACCESS_READ, &object), TEE_SUCCESS);
	assert_int_equal(TEE_ReadObjectData(object, bytes, sizeof(bytes), &count), TEE_SUCCESS);
	assert_int_equal(count, size);
	assert_memory_equal(bytes, data, size);
	assert_int_equal(TEE_ReadObjectData(object, bytes, sizeof(bytes), &count), TEE_SUCCESS);
	assert_int_equal(count, 0);
	TEE_CloseObject(object);
}

static void data_stream(void **state)
{
	TEE_ObjectHandle object;
	TEE_ObjectInfo info;

	(void)state;
	assert_int_equal(persistent_create("one", RW, "first", &object), TEE_SUCCESS);
	assert_int_equal(TEE_SeekObjectData(object, 2, TEE_DATA_SEEK_SET), TEE_SUCCESS);
	assert_int_equal(TEE_WriteObjectData(object, "XYZ12", 5), TEE_SUCCESS);
	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	assert_int_equal(info.dataPosition, 7);
	assert_int_equal(info.dataSize, 7);
	assert_int_equal(info.objectType, TEE_TYPE_DATA);
	/* Beyond the end: zeros between. */
	assert_int_equal(TEE_SeekObjectData(object, 3, TEE_DATA_SEEK_END), TEE_SUCCESS);
	assert_int_equal(TEE_WriteObjectData(object, "!", 1), TEE_SUCCESS);
	assert_int_equal(TEE_SeekObjectData(object, -100, TEE_DATA_SEEK_CUR), TEE_SUCCESS);
	assert_int_equal(TEE_WriteObjectData(object, "F", 1), TEE_SUCCESS);
	TEE_CloseObject(object);
	expect_data("one", "FiXYZ12\0\0\0!", 11);
	restart();
	expect_data("one", "FiXYZ12\0\0\0!", 11);
	assert_int_equal(persistent_open("one", RW, &object), TEE_SUCCESS);
	assert_int_equal(TEE_TruncateObjectData(object, 4), TEE_SUCCESS);
	assert_int_equal(TEE_TruncateObjectData(object, 6), TEE_SUCCESS);
	assert_int_equal(TEE_SeekObjectData(object, INTMAX_MAX, TEE_DATA_SEEK_CUR), TEE_ERROR_OVERFLOW);
	assert_int_equal(TEE_SeekObjectData(object, TEE_DATA_MAX_POSITION, TEE_DATA_SEEK_SET), TEE_SUCCESS);
	assert_int_equal(TEE_WriteObjectData(object, "x", 1), TEE_ERROR_OVERFLOW);
	TEE_CloseObject(object);
	restart();
	expect_data("one", "FiXY\0\0", 6);
}

static void keys_are_kept_with_their_usage(void **state)
{
	TEE_ObjectHandle pair = persistent_key(TEE_TYPE_ED25519_KEYPAIR, 256);
	TEE_ObjectHandle object;
	uint8_t before[32];
	uint8_t after[32];
	TEE_ObjectInfo info;

	(void)state;
	attribute(pair, TEE_ATTR_ED25519_PUBLIC_VALUE, before, 32);
	assert_int_equal(TEE_RestrictObjectUsage1(pair, TEE_USAGE_SIGN | TEE_USAGE_VERIFY), TEE_SUCCESS);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "key", 3, 0, pair, "data", 4, &object),
			 TEE_SUCCESS);
	TEE_CloseObject(object);
	TEE_FreeTransientObject(pair);
	restart();
	assert_int_equal(persistent_open("key", META, &object), TEE_SUCCESS);
	assert_int_equal(attribute(object, TEE_ATTR_ED25519_PUBLIC_VALUE, after, 32), 32);
	assert_memory_equal(before, after, 32);
	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	assert_int_equal(info.objectUsage, TEE_USAGE_SIGN | TEE_USAGE_VERIFY);
	assert_int_equal(info.dataSize, 4);
	assert_int_equal(info.objectSize, 256);
	assert_int_equal(TEE_RestrictObjectUsage1(object, TEE_USAGE_SIGN), TEE_SUCCESS);
	TEE_CloseObject(object);
	restart();
	assert_int_equal(persistent_open("key", META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	assert_int_equal(info.objectUsage, TEE_USAGE_SIGN);
	assert_int_equal(TEE_CloseAndDeletePersistentObject1(object), TEE_SUCCESS);
	assert_int_equal(persistent_open("key", META, &object), TEE_ERROR_ITEM_NOT_FOUND);
	restart();
	assert_int_equal(persistent_open("key", META, &object), TEE_ERROR_ITEM_NOT_FOUND);
}

static void overwriting(void **state)
{
	TEE_ObjectHandle object;

	(void)state;
	assert_int_equal(persistent_create("one", 0, "old", NULL), TEE_SUCCESS);
	assert_int_equal(persistent_create("one", 0, "new", NULL), TEE_ERROR_ACCESS_CONFLICT);
	expect_data("one", "old", 3);
	assert_int_equal(persistent_open("one", TEE_DATA_FLAG_ACCESS_READ, &object), TEE_SUCCESS);
	assert_int_equal(persistent_create("one", TEE_DATA_FLAG_OVERWRITE, "new", NULL), TEE_ERROR_ACCESS_CONFLICT);
	TEE_CloseObject(object);
	assert_int_equal(persistent_create("one", TEE_DATA_FLAG_OVERWRITE, "new", NULL), TEE_SUCCESS);
	expect_data("one", "new", 3);
	restart();
	expect_data("one", "new", 3);
}

/* GP Core 1.3 §5.7.1, the rules of sharing. */
static void sharing(void **state)
{
	enum {
		R = TEE_DATA_FLAG_ACCESS_READ,
		W = TEE_DATA_FLAG_ACCESS_WRITE,
		M = TEE_DATA_FLAG_ACCESS_WRITE_META,
		SR = TEE_DATA_FLAG_SHARE_READ,
		SW = TEE_DATA_FLAG_SHARE_WRITE,
	};
	static const struct {
		const char *name;
		uint32_t first, second;
		bool together;
	} rows[] = {
		{ "two readers that share", R | SR, R | SR, true },
		{ "two readers, the first does not share", R, R | SR, false },
		{ "two readers, the second does not share", R | SR, R, false },
		{ "two writers that share", W | SW, W | SW, true },
		{ "writer that does not share", W, W | SW, false },
		{ "reader lets read, writer comes", R | SR, W | SR | SW, false },
		{ "reader lets all, writer lets all", R | SR | SW, W | SR | SW, true },
		{ "metadata is always alone", M | SR | SW, R | SR | SW, false },
		{ "metadata comes second", R | SR | SW, M | SR | SW, false },
		{ "no access at all", 0, 0, true },
		{ "a reader that does not share, and one without access that would", R, SR | SW, false },
		{ "one without access that does not share, and a reader that does", 0, R | SR, false },
		{ "one without access that shares reading, and a reader that does", SR, R | SR, true },
		{ "the same with a writer", SR, W | SW, false },
		{ "reader and writer, only writing shared", R | SW, W | SW, false },
		{ "metadata and no access", M, 0, false },
	};
	size_t i;

	(void)state;
	assert_int_equal(persistent_create("one", 0, "x", NULL), TEE_SUCCESS);
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle first;
		TEE_ObjectHandle second;

		assert_int_equal(persistent_open("one", rows[i].first, &first), TEE_SUCCESS);
		if (persistent_open("one", rows[i].second, &second) !=
		    (rows[i].together ? TEE_SUCCESS : TEE_ERROR_ACCESS_CONFLICT))
			fail_msg("%s", rows[i].name);
		TEE_CloseObject(second);
		TEE_CloseObject(first);
	}
}

static void other_storages_and_ids(void **state)
{
	TEE_ObjectHandle object;
	char id[TEE_OBJECT_ID_MAX_LEN];

	(void)state;
	memset(id, 'i', sizeof(id));
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PERSO, "x", 1, RW, &object), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(persistent_open("none", RW, &object), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, id, sizeof(id), 0, TEE_HANDLE_NULL, "a", 1, NULL),
			 TEE_SUCCESS);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, id, 0, 0, TEE_HANDLE_NULL, "b", 1, NULL),
			 TEE_SUCCESS);
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, sizeof(id) - 1, RW, &object),
			 TEE_ERROR_ITEM_NOT_FOUND);
	restart();
	expect_data("", "b", 1);
}

static void object_that_is_too_large(void **state)
{
	TEE_ObjectHandle object;
	static uint8_t large[TEE_STORE_DATA_MAX + 1];

	(void)state;
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "x", 1, RW, TEE_HANDLE_NULL, large, sizeof(large),
						    &object), TEE_ERROR_STORAGE_NO_SPACE);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "x", 1, RW, TEE_HANDLE_NULL, large,
						    sizeof(large) - 1, &object), TEE_SUCCESS);
	assert_int_equal(TEE_SeekObjectData(object, 0, TEE_DATA_SEEK_END), TEE_SUCCESS);
	assert_int_equal(TEE_WriteObjectData(object, "y", 1), TEE_ERROR_STORAGE_NO_SPACE);
	TEE_CloseObject(object);
	restart();
	assert_int_equal(persistent_open("x", RW, &object), TEE_SUCCESS);
	TEE_CloseObject(object);
}

/* --- renaming --- */

static void renaming(void **state)
{
	TEE_ObjectHandle object;
	TEE_ObjectHandle other;

	(void)state;
	assert_int_equal(persistent_create("old", 0, "data", NULL), TEE_SUCCESS);
	assert_int_equal(persistent_create("taken", 0, "other", NULL), TEE_SUCCESS);
	assert_int_equal(persistent_open("old", META | RW, &object), TEE_SUCCESS);
	assert_int_equal(TEE_RenamePersistentObject(object, "taken", 5), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(TEE_RenamePersistentObject(object, "old", 3), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(TEE_RenamePersistentObject(object, "new", 3), TEE_SUCCESS);
	/* The handle is one of the renamed object. */
	assert_int_equal(TEE_WriteObjectData(object, "D", 1), TEE_SUCCESS);
	assert_int_equal(persistent_open("old", RW, &other), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(persistent_open("new", RW, &other), TEE_ERROR_ACCESS_CONFLICT);
	TEE_CloseObject(object);
	restart();
	expect_data("new", "Data", 4);
	expect_data("taken", "other", 5);
	assert_int_equal(persistent_open("old", RW, &object), TEE_ERROR_ITEM_NOT_FOUND);
	/* The longest name and the empty one. */
	assert_int_equal(persistent_open("new", META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_RenamePersistentObject(object, NULL, 0), TEE_SUCCESS);
	TEE_CloseObject(object);
	restart();
	expect_data("", "Data", 4);
	assert_int_equal(persistent_open("", META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_RenamePersistentObject(object, "1234567812345678123456781234567812345678123456781234567812345678", 64),
			 TEE_SUCCESS);
	TEE_CloseObject(object);
	restart();
	expect_data("1234567812345678123456781234567812345678123456781234567812345678", "Data", 4);
}

/* --- making --- */

/* GP Core 1.3 §5.7.2: without a place for a handle the transient object becomes the persistent one. */
static void transient_becomes_persistent(void **state)
{
	TEE_ObjectHandle key = persistent_key(TEE_TYPE_AES, 128);
	TEE_ObjectHandle other;
	uint8_t before[16];
	uint8_t after[16];
	uint8_t data[4];
	TEE_ObjectInfo info;
	size_t count;

	(void)state;
	attribute(key, TEE_ATTR_SECRET_VALUE, before, 16);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "k", 1, RW | META, key, "data", 4, NULL), TEE_SUCCESS);
	assert_int_equal(TEE_GetObjectInfo1(key, &info), TEE_SUCCESS);
	assert_int_equal(info.handleFlags, TEE_HANDLE_FLAG_PERSISTENT | TEE_HANDLE_FLAG_INITIALIZED | RW | META);
	assert_int_equal(info.dataSize, 4);
	assert_int_equal(TEE_ReadObjectData(key, data, 4, &count), TEE_SUCCESS);
	assert_memory_equal(data, "data", 4);
	assert_int_equal(persistent_open("k", TEE_DATA_FLAG_ACCESS_READ, &other), TEE_ERROR_ACCESS_CONFLICT);
	TEE_CloseObject(key);
	restart();
	assert_int_equal(persistent_open("k", META, &key), TEE_SUCCESS);
	attribute(key, TEE_ATTR_SECRET_VALUE, after, 16);
	assert_memory_equal(before, after, 16);
	TEE_CloseObject(key);
}

/* A transient object whose conversion fails stays what it was. */
static void transient_stays_when_the_id_is_taken(void **state)
{
	TEE_ObjectHandle key = persistent_key(TEE_TYPE_AES, 128);
	TEE_ObjectInfo info;

	(void)state;
	assert_int_equal(persistent_create("k", 0, "x", NULL), TEE_SUCCESS);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "k", 1, RW, key, NULL, 0, NULL),
			 TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(TEE_GetObjectInfo1(key, &info), TEE_SUCCESS);
	assert_int_equal(info.handleFlags, TEE_HANDLE_FLAG_INITIALIZED);
	TEE_FreeTransientObject(key);
}

/* Attributes can come from a persistent object; its usage comes along and its data does not. */
static void attributes_of_a_persistent_object(void **state)
{
	TEE_ObjectHandle key = persistent_key(TEE_TYPE_HMAC_SHA256, 256);
	TEE_ObjectHandle copy;
	TEE_ObjectInfo info;

	(void)state;
	assert_int_equal(TEE_RestrictObjectUsage1(key, TEE_USAGE_MAC), TEE_SUCCESS);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "a", 1, META, key, "data", 4, NULL), TEE_SUCCESS);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "b", 1, 0, key, NULL, 0, &copy), TEE_SUCCESS);
	assert_int_equal(TEE_GetObjectInfo1(copy, &info), TEE_SUCCESS);
	assert_int_equal(info.objectUsage, TEE_USAGE_MAC);
	assert_int_equal(info.objectType, TEE_TYPE_HMAC_SHA256);
	assert_int_equal(info.dataSize, 0);
	TEE_CloseObject(copy);
	/* Still open, and with NULL instead of a handle only made. */
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "c", 1, 0, key, NULL, 0, NULL), TEE_SUCCESS);
	TEE_CloseObject(key);
	restart();
	assert_int_equal(persistent_open("c", 0, &copy), TEE_SUCCESS);
	TEE_CloseObject(copy);
}

/* --- corrupt objects --- */

static void store_raw(const char *id, uint32_t type, const void *key, size_t key_size)
{
	const struct tee_stored_content content = { .meta.type = type, .key = key, .key_size = key_size };
	struct tee_stored *stored;

	assert_int_equal(tee_store_put(id, strlen(id), &content, &stored), TEE_STORE_OK);
}

/* What the seal vouches for, and is no key all the same: of a type of a later version, or cut off. */
static void objects_that_make_no_sense_are_corrupt(void **state)
{
	static const uint8_t short_key[] = { 0, 0, 0, 16, 1, 2, 3 };
	TEE_ObjectEnumHandle enumerator;
	TEE_ObjectHandle object;
	char id[TEE_OBJECT_ID_MAX_LEN];
	size_t size;

	(void)state;
	store_raw("type", 0xa0ffffff, NULL, 0);
	store_raw("cut", TEE_TYPE_AES, short_key, sizeof(short_key));
	assert_int_equal(persistent_create("good", 0, "x", NULL), TEE_SUCCESS);
	restart();
	assert_int_equal(persistent_open("type", RW, &object), TEE_ERROR_CORRUPT_OBJECT);
	assert_null(object);
	assert_int_equal(persistent_open("cut", RW, &object), TEE_ERROR_CORRUPT_OBJECT);
	assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&enumerator), TEE_SUCCESS);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_ERROR_CORRUPT_OBJECT);
	assert_memory_equal(id, "type", size);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_ERROR_CORRUPT_OBJECT);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_SUCCESS);
	TEE_FreePersistentObjectEnumerator(enumerator);
	expect_data("good", "x", 1);
	/* It can be replaced. */
	assert_int_equal(persistent_create("cut", TEE_DATA_FLAG_OVERWRITE, "mended", NULL), TEE_SUCCESS);
	expect_data("cut", "mended", 6);
}

/* --- streams --- */

static void stream_positions(void **state)
{
	enum { SET = TEE_DATA_SEEK_SET, CUR = TEE_DATA_SEEK_CUR, END = TEE_DATA_SEEK_END };
	static const struct {
		const char *name;
		size_t from;
		intmax_t offset;
		TEE_Whence whence;
		TEE_Result result;
		size_t position;
	} rows[] = {
		{ "start", 3, 0, SET, TEE_SUCCESS, 0 },
		{ "end", 3, 0, END, TEE_SUCCESS, 10 },
		{ "before the start is the start", 3, -4, CUR, TEE_SUCCESS, 0 },
		{ "before the start from the end", 3, -11, END, TEE_SUCCESS, 0 },
		{ "negative from the start", 3, -1, SET, TEE_SUCCESS, 0 },
		{ "beyond the end", 3, 90, END, TEE_SUCCESS, 100 },
		{ "last position", 3, TEE_DATA_MAX_POSITION, SET, TEE_SUCCESS, TEE_DATA_MAX_POSITION },
		{ "beyond the last position", 3, (intmax_t)TEE_DATA_MAX_POSITION + 1, SET, TEE_ERROR_OVERFLOW, 3 },
		{ "beyond it from here", 3, TEE_DATA_MAX_POSITION - 2, CUR, TEE_ERROR_OVERFLOW, 3 },
		{ "beyond it from the end", 3, TEE_DATA_MAX_POSITION - 9, END, TEE_ERROR_OVERFLOW, 3 },
		{ "the largest offset", 3, INTMAX_MAX, CUR, TEE_ERROR_OVERFLOW, 3 },
		{ "the smallest offset", 3, INTMAX_MIN, CUR, TEE_SUCCESS, 0 },
	};
	TEE_ObjectHandle object;
	size_t i;

	(void)state;
	assert_int_equal(persistent_create("s", RW, "0123456789", &object), TEE_SUCCESS);
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectInfo info;

		assert_int_equal(TEE_SeekObjectData(object, (intmax_t)rows[i].from, SET), TEE_SUCCESS);
		if (TEE_SeekObjectData(object, rows[i].offset, rows[i].whence) != rows[i].result)
			fail_msg("%s: result", rows[i].name);
		assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
		if (info.dataPosition != rows[i].position)
			fail_msg("%s: position %zu", rows[i].name, info.dataPosition);
	}
	TEE_CloseObject(object);
}

/* Each handle has its position; what one writes or cuts off the other sees. */
static void two_handles_one_stream(void **state)
{
	const uint32_t shared = RW | TEE_DATA_FLAG_SHARE_READ | TEE_DATA_FLAG_SHARE_WRITE;
	TEE_ObjectHandle one;
	TEE_ObjectHandle two;
	uint8_t bytes[16];
	size_t count;

	(void)state;
	assert_int_equal(persistent_create("s", shared, "0123456789", &one), TEE_SUCCESS);
	assert_int_equal(persistent_open("s", shared, &two), TEE_SUCCESS);
	assert_int_equal(TEE_ReadObjectData(one, bytes, 6, &count), TEE_SUCCESS);
	assert_int_equal(TEE_WriteObjectData(two, "abcdefgh", 8), TEE_SUCCESS);
	assert_int_equal(TEE_ReadObjectData(one, bytes, 16, &count), TEE_SUCCESS);
	assert_int_equal(count, 4);
	assert_memory_equal(bytes, "gh89", 4);
	assert_int_equal(TEE_TruncateObjectData(two, 3), TEE_SUCCESS);
	/* Behind the end now: nothing to read; a write fills the hole with zeros. */
	assert_int_equal(TEE_ReadObjectData(one, bytes, 16, &count), TEE_SUCCESS);
	assert_int_equal(count, 0);
	assert_int_equal(TEE_WriteObjectData(one, "!", 1), TEE_SUCCESS);
	TEE_CloseObject(one);
	TEE_CloseObject(two);
	restart();
	expect_data("s", "abc\0\0\0\0\0\0\0!", 11);
}

/* --- a failing disk: the process ends, with its own exit code --- */

static int failing_sync(int fd)
{
	(void)fd;
	errno = EIO;
	return -1;
}

static void write_with_failing_sync(void *arg)
{
	static struct tee_store_io io;
	static struct tee_host_config config;

	(void)arg;
	io = tee_store_io_file;
	io.sync = failing_sync;
	config = (struct tee_host_config){ .state_dir = persistent_dir(), .device_key = fixture_key, .io = &io };
	if (tee_host_start(&config))
		_exit(99);
	(void)!persistent_create("one", 0, "x", NULL);
}

static void failed_sync_ends_the_process(void **state)
{
	(void)state;
	/* A log that is there, so that the start itself writes nothing. */
	tee_host_stop();
	assert_int_equal(fixture_exit_code(write_with_failing_sync, NULL), TEE_EXIT_STORAGE_FAILED);
	fixture_host(persistent_dir());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(data_stream, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(stream_positions, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(two_handles_one_stream, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(keys_are_kept_with_their_usage, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(overwriting, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(transient_becomes_persistent, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(transient_stays_when_the_id_is_taken, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(attributes_of_a_persistent_object, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(sharing, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(other_storages_and_ids, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(renaming, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(object_that_is_too_large, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(objects_that_make_no_sense_are_corrupt, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(failed_sync_ends_the_process, persistent_setup, persistent_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
