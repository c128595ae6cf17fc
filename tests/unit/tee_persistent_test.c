// SPDX-License-Identifier: BSD-2-Clause
/* Persistent objects through the API: streams, keys, sharing, names, enumeration, and what panics. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/call.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/store.h"
#include "tests/unit/tee_fixture.h"

#define RW (TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE)
#define META TEE_DATA_FLAG_ACCESS_WRITE_META

static char *dir;

static int setup(void **state)
{
	(void)state;
	dir = fixture_dir();
	fixture_host(dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tee_host_stop();
	fixture_dir_remove(&dir);
	return 0;
}

static void restart(void)
{
	tee_host_stop();
	fixture_host(dir);
}

static TEE_ObjectHandle generated(uint32_t type, uint32_t bits)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;

	assert_int_equal(TEE_AllocateTransientObject(type, bits, &object), TEE_SUCCESS);
	assert_int_equal(TEE_GenerateKey(object, bits, NULL, 0), TEE_SUCCESS);
	return object;
}

static size_t attribute(TEE_ObjectHandle object, uint32_t id, uint8_t *bytes, size_t room)
{
	assert_int_equal(TEE_GetObjectBufferAttribute(object, id, bytes, &room), TEE_SUCCESS);
	return room;
}

static TEE_Result create(const char *id, uint32_t flags, const char *data, TEE_ObjectHandle *object)
{
	return TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), flags, TEE_HANDLE_NULL, data, strlen(data),
					  object);
}

static TEE_Result open_object(const char *id, uint32_t flags, TEE_ObjectHandle *object)
{
	return TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), flags, object);
}

static void expect_data(const char *id, const void *data, size_t size)
{
	TEE_ObjectHandle object;
	uint8_t bytes[256];
	size_t count;

	assert_int_equal(open_object(id, TEE_DATA_FLAG_ACCESS_READ, &object), TEE_SUCCESS);
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
	assert_int_equal(create("one", RW, "first", &object), TEE_SUCCESS);
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
	assert_int_equal(open_object("one", RW, &object), TEE_SUCCESS);
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
	TEE_ObjectHandle pair = generated(TEE_TYPE_ED25519_KEYPAIR, 256);
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
	assert_int_equal(open_object("key", META, &object), TEE_SUCCESS);
	assert_int_equal(attribute(object, TEE_ATTR_ED25519_PUBLIC_VALUE, after, 32), 32);
	assert_memory_equal(before, after, 32);
	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	assert_int_equal(info.objectUsage, TEE_USAGE_SIGN | TEE_USAGE_VERIFY);
	assert_int_equal(info.dataSize, 4);
	assert_int_equal(info.objectSize, 256);
	assert_int_equal(TEE_RestrictObjectUsage1(object, TEE_USAGE_SIGN), TEE_SUCCESS);
	TEE_CloseObject(object);
	restart();
	assert_int_equal(open_object("key", META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	assert_int_equal(info.objectUsage, TEE_USAGE_SIGN);
	assert_int_equal(TEE_CloseAndDeletePersistentObject1(object), TEE_SUCCESS);
	assert_int_equal(open_object("key", META, &object), TEE_ERROR_ITEM_NOT_FOUND);
	restart();
	assert_int_equal(open_object("key", META, &object), TEE_ERROR_ITEM_NOT_FOUND);
}

static void overwriting(void **state)
{
	TEE_ObjectHandle object;

	(void)state;
	assert_int_equal(create("one", 0, "old", NULL), TEE_SUCCESS);
	assert_int_equal(create("one", 0, "new", NULL), TEE_ERROR_ACCESS_CONFLICT);
	expect_data("one", "old", 3);
	assert_int_equal(open_object("one", TEE_DATA_FLAG_ACCESS_READ, &object), TEE_SUCCESS);
	assert_int_equal(create("one", TEE_DATA_FLAG_OVERWRITE, "new", NULL), TEE_ERROR_ACCESS_CONFLICT);
	TEE_CloseObject(object);
	assert_int_equal(create("one", TEE_DATA_FLAG_OVERWRITE, "new", NULL), TEE_SUCCESS);
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
	assert_int_equal(create("one", 0, "x", NULL), TEE_SUCCESS);
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle first;
		TEE_ObjectHandle second;

		assert_int_equal(open_object("one", rows[i].first, &first), TEE_SUCCESS);
		if (open_object("one", rows[i].second, &second) !=
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
	assert_int_equal(open_object("none", RW, &object), TEE_ERROR_ITEM_NOT_FOUND);
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
	assert_int_equal(open_object("x", RW, &object), TEE_SUCCESS);
	TEE_CloseObject(object);
}

/* --- renaming --- */

static void renaming(void **state)
{
	TEE_ObjectHandle object;
	TEE_ObjectHandle other;

	(void)state;
	assert_int_equal(create("old", 0, "data", NULL), TEE_SUCCESS);
	assert_int_equal(create("taken", 0, "other", NULL), TEE_SUCCESS);
	assert_int_equal(open_object("old", META | RW, &object), TEE_SUCCESS);
	assert_int_equal(TEE_RenamePersistentObject(object, "taken", 5), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(TEE_RenamePersistentObject(object, "old", 3), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(TEE_RenamePersistentObject(object, "new", 3), TEE_SUCCESS);
	/* The handle is one of the renamed object. */
	assert_int_equal(TEE_WriteObjectData(object, "D", 1), TEE_SUCCESS);
	assert_int_equal(open_object("old", RW, &other), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(open_object("new", RW, &other), TEE_ERROR_ACCESS_CONFLICT);
	TEE_CloseObject(object);
	restart();
	expect_data("new", "Data", 4);
	expect_data("taken", "other", 5);
	assert_int_equal(open_object("old", RW, &object), TEE_ERROR_ITEM_NOT_FOUND);
	/* The longest name and the empty one. */
	assert_int_equal(open_object("new", META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_RenamePersistentObject(object, NULL, 0), TEE_SUCCESS);
	TEE_CloseObject(object);
	restart();
	expect_data("", "Data", 4);
	assert_int_equal(open_object("", META, &object), TEE_SUCCESS);
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
	TEE_ObjectHandle key = generated(TEE_TYPE_AES, 128);
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
	assert_int_equal(open_object("k", TEE_DATA_FLAG_ACCESS_READ, &other), TEE_ERROR_ACCESS_CONFLICT);
	TEE_CloseObject(key);
	restart();
	assert_int_equal(open_object("k", META, &key), TEE_SUCCESS);
	attribute(key, TEE_ATTR_SECRET_VALUE, after, 16);
	assert_memory_equal(before, after, 16);
	TEE_CloseObject(key);
}

/* A transient object whose conversion fails stays what it was. */
static void transient_stays_when_the_id_is_taken(void **state)
{
	TEE_ObjectHandle key = generated(TEE_TYPE_AES, 128);
	TEE_ObjectInfo info;

	(void)state;
	assert_int_equal(create("k", 0, "x", NULL), TEE_SUCCESS);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "k", 1, RW, key, NULL, 0, NULL),
			 TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(TEE_GetObjectInfo1(key, &info), TEE_SUCCESS);
	assert_int_equal(info.handleFlags, TEE_HANDLE_FLAG_INITIALIZED);
	TEE_FreeTransientObject(key);
}

/* Attributes can come from a persistent object; its usage comes along and its data does not. */
static void attributes_of_a_persistent_object(void **state)
{
	TEE_ObjectHandle key = generated(TEE_TYPE_HMAC_SHA256, 256);
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
	assert_int_equal(open_object("c", 0, &copy), TEE_SUCCESS);
	TEE_CloseObject(copy);
}

/* --- enumeration --- */

/* Gives "a b c" for what is left. */
static const char *rest(TEE_ObjectEnumHandle enumerator)
{
	static char text[512];
	char id[TEE_OBJECT_ID_MAX_LEN];
	size_t size;

	text[0] = '\0';
	while (!TEE_GetNextPersistentObject(enumerator, NULL, id, &size))
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s", text[0] ? " " : "", (int)size, id);
	return text;
}

static void delete_object(const char *id)
{
	TEE_ObjectHandle object;

	assert_int_equal(open_object(id, META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_CloseAndDeletePersistentObject1(object), TEE_SUCCESS);
}

static void enumeration(void **state)
{
	TEE_ObjectEnumHandle enumerator;
	TEE_ObjectHandle key = generated(TEE_TYPE_AES, 192);
	char id[TEE_OBJECT_ID_MAX_LEN];
	TEE_ObjectInfo info;
	size_t size;

	(void)state;
	assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&enumerator), TEE_SUCCESS);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(create("a", 0, "12345", NULL), TEE_SUCCESS);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PERSO), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_RestrictObjectUsage1(key, TEE_USAGE_ENCRYPT), TEE_SUCCESS);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "key", 3, 0, key, NULL, 0, NULL), TEE_SUCCESS);
	TEE_CloseObject(key);

	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_SUCCESS);
	assert_int_equal(size, 1);
	assert_int_equal(info.objectType, TEE_TYPE_DATA);
	assert_int_equal(info.dataSize, 5);
	assert_int_equal(info.handleFlags, TEE_HANDLE_FLAG_PERSISTENT | TEE_HANDLE_FLAG_INITIALIZED);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_SUCCESS);
	assert_memory_equal(id, "key", 3);
	assert_int_equal(info.objectType, TEE_TYPE_AES);
	assert_int_equal(info.objectSize, 192);
	assert_int_equal(info.maxObjectSize, 192);
	assert_int_equal(info.objectUsage, TEE_USAGE_ENCRYPT);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_ERROR_ITEM_NOT_FOUND);

	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
	TEE_ResetPersistentObjectEnumerator(enumerator);
	assert_string_equal(rest(enumerator), "");
	TEE_FreePersistentObjectEnumerator(enumerator);
	TEE_FreePersistentObjectEnumerator(TEE_HANDLE_NULL);
}

static void make_abcde(void)
{
	static const char *const ids[] = { "a", "b", "c", "d", "e" };
	size_t i;

	for (i = 0; i < ROWS(ids); i++)
		assert_int_equal(create(ids[i], 0, ids[i], NULL), TEE_SUCCESS);
}

static void change_delete_next(void)
{
	delete_object("b");
}

static void change_delete_given(void)
{
	delete_object("a");
}

static void change_delete_rest(void)
{
	delete_object("b");
	delete_object("c");
	delete_object("d");
	delete_object("e");
}

static void change_create(void)
{
	assert_int_equal(create("f", 0, "f", NULL), TEE_SUCCESS);
}

static void change_replace(void)
{
	assert_int_equal(create("a", TEE_DATA_FLAG_OVERWRITE, "A", NULL), TEE_SUCCESS);
	assert_int_equal(create("b", TEE_DATA_FLAG_OVERWRITE, "B", NULL), TEE_SUCCESS);
}

static void change_rename(void)
{
	TEE_ObjectHandle object;

	assert_int_equal(open_object("b", META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_RenamePersistentObject(object, "z", 1), TEE_SUCCESS);
	TEE_CloseObject(object);
}

static void change_delete_and_make_again(void)
{
	delete_object("c");
	assert_int_equal(create("c", 0, "c", NULL), TEE_SUCCESS);
}

/* After the first of a b c d e was given something changes; what is given then. */
static void enumeration_while_objects_change(void **state)
{
	static const struct {
		const char *name;
		void (*change)(void);
		const char *rest;
	} rows[] = {
		{ "the next one is deleted", change_delete_next, "c d e" },
		{ "the one that was given is deleted", change_delete_given, "b c d e" },
		{ "all that are left are deleted", change_delete_rest, "" },
		{ "another one is made", change_create, "b c d e" },
		{ "the given one and the next one are replaced", change_replace, "b c d e" },
		{ "the next one is renamed", change_rename, "z c d e" },
		{ "one is deleted and made again", change_delete_and_make_again, "b d e" },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectEnumHandle enumerator;
		TEE_ObjectEnumHandle other;
		char id[TEE_OBJECT_ID_MAX_LEN];
		size_t size;

		make_abcde();
		assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&enumerator), TEE_SUCCESS);
		assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&other), TEE_SUCCESS);
		assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
		assert_int_equal(TEE_StartPersistentObjectEnumerator(other, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
		assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_SUCCESS);
		rows[i].change();
		if (strcmp(rest(enumerator), rows[i].rest))
			fail_msg("%s: \"%s\" was given", rows[i].name, rest(enumerator));
		TEE_FreePersistentObjectEnumerator(other);
		TEE_FreePersistentObjectEnumerator(enumerator);
		teardown(state);
		setup(state);
	}
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
	assert_int_equal(create("good", 0, "x", NULL), TEE_SUCCESS);
	restart();
	assert_int_equal(open_object("type", RW, &object), TEE_ERROR_CORRUPT_OBJECT);
	assert_null(object);
	assert_int_equal(open_object("cut", RW, &object), TEE_ERROR_CORRUPT_OBJECT);
	assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&enumerator), TEE_SUCCESS);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_ERROR_CORRUPT_OBJECT);
	assert_memory_equal(id, "type", size);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_ERROR_CORRUPT_OBJECT);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_SUCCESS);
	TEE_FreePersistentObjectEnumerator(enumerator);
	expect_data("good", "x", 1);
	/* It can be replaced. */
	assert_int_equal(create("cut", TEE_DATA_FLAG_OVERWRITE, "mended", NULL), TEE_SUCCESS);
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
	assert_int_equal(create("s", RW, "0123456789", &object), TEE_SUCCESS);
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
	assert_int_equal(create("s", shared, "0123456789", &one), TEE_SUCCESS);
	assert_int_equal(open_object("s", shared, &two), TEE_SUCCESS);
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
	config = (struct tee_host_config){ .state_dir = dir, .device_key = fixture_key, .io = &io };
	if (tee_host_start(&config))
		_exit(99);
	(void)!create("one", 0, "x", NULL);
}

static void failed_sync_ends_the_process(void **state)
{
	(void)state;
	/* A log that is there, so that the start itself writes nothing. */
	tee_host_stop();
	assert_int_equal(fixture_exit_code(write_with_failing_sync, NULL), TEE_EXIT_STORAGE_FAILED);
	fixture_host(dir);
}

/* --- misuse --- */

/* Hazard: an [out] buffer in client memory. A window stands for the clients' memory. */
static uint8_t *client_window(void)
{
	static struct channel_window window;
	void *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	window = (struct channel_window){ .rw = pages, .ro = NULL, .size = 8192 };
	tee_call_channel(NULL, &window);
	return pages;
}

static void panic_read_only(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!create("p", TEE_DATA_FLAG_ACCESS_READ, "x", &object);
	(void)!TEE_WriteObjectData(object, "y", 1);
}

static void panic_delete(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!create("p", RW, "x", &object);
	(void)!TEE_CloseAndDeletePersistentObject1(object);
}

static void panic_long_id(void *arg)
{
	static const char id[TEE_OBJECT_ID_MAX_LEN + 1];
	TEE_ObjectHandle object;

	(void)arg;
	(void)!TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, sizeof(id), RW, &object);
}

static void panic_read_into_client(void *arg)
{
	uint8_t *client = client_window();
	TEE_ObjectHandle object;
	size_t count;

	(void)arg;
	(void)!create("p", RW, "x", &object);
	(void)!TEE_ReadObjectData(object, client + 4096, 1, &count);
}

static void panic_count_in_client(void *arg)
{
	size_t *client = (size_t *)(void *)client_window();
	TEE_ObjectHandle object;
	uint8_t byte;

	(void)arg;
	(void)!create("p", RW, "x", &object);
	(void)!TEE_ReadObjectData(object, &byte, 1, client);
}

static void panic_id_in_client(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, client_window(), 1, RW, &object);
}

static void panic_rename(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!create("p", RW, "x", &object);
	(void)!TEE_RenamePersistentObject(object, "q", 1);
}

static void panic_rename_transient(void *arg)
{
	(void)arg;
	(void)!TEE_RenamePersistentObject(generated(TEE_TYPE_AES, 128), "q", 1);
}

static void panic_whence(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!create("p", RW, "x", &object);
	(void)!TEE_SeekObjectData(object, 0, 3);
}

static void panic_flags(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!open_object("p", TEE_DATA_FLAG_OVERWRITE, &object);
}

static void panic_enumerator_freed(void *arg)
{
	TEE_ObjectEnumHandle enumerator;

	(void)arg;
	(void)!TEE_AllocatePersistentObjectEnumerator(&enumerator);
	TEE_FreePersistentObjectEnumerator(enumerator);
	TEE_ResetPersistentObjectEnumerator(enumerator);
}

static void panic_enumerator_id(void *arg)
{
	TEE_ObjectEnumHandle enumerator;
	size_t size;

	(void)arg;
	(void)!create("p", RW, "x", NULL);
	(void)!TEE_AllocatePersistentObjectEnumerator(&enumerator);
	(void)!TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE);
	(void)!TEE_GetNextPersistentObject(enumerator, NULL, NULL, &size);
}

static void panic_no_key(void *arg)
{
	TEE_ObjectHandle key = TEE_HANDLE_NULL;

	(void)arg;
	(void)!TEE_AllocateTransientObject(TEE_TYPE_AES, 128, &key);
	(void)!TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "p", 1, 0, key, NULL, 0, NULL);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} rows[] = {
		{ "writing without the right", panic_read_only },
		{ "deleting without the right", panic_delete },
		{ "id too long", panic_long_id },
		{ "reading an object into client memory", panic_read_into_client },
		{ "count in client memory", panic_count_in_client },
		{ "object id in client memory", panic_id_in_client },
		{ "renaming without the right", panic_rename },
		{ "renaming a transient object", panic_rename_transient },
		{ "unknown whence", panic_whence },
		{ "flag that opening does not have", panic_flags },
		{ "enumerator freed before", panic_enumerator_freed },
		{ "no place for the id", panic_enumerator_id },
		{ "attributes without a key", panic_no_key },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		fixture_panics(rows[i].name, rows[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(data_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(stream_positions, setup, teardown),
		cmocka_unit_test_setup_teardown(two_handles_one_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_are_kept_with_their_usage, setup, teardown),
		cmocka_unit_test_setup_teardown(overwriting, setup, teardown),
		cmocka_unit_test_setup_teardown(transient_becomes_persistent, setup, teardown),
		cmocka_unit_test_setup_teardown(transient_stays_when_the_id_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(attributes_of_a_persistent_object, setup, teardown),
		cmocka_unit_test_setup_teardown(sharing, setup, teardown),
		cmocka_unit_test_setup_teardown(other_storages_and_ids, setup, teardown),
		cmocka_unit_test_setup_teardown(renaming, setup, teardown),
		cmocka_unit_test_setup_teardown(enumeration, setup, teardown),
		cmocka_unit_test_setup_teardown(enumeration_while_objects_change, setup, teardown),
		cmocka_unit_test_setup_teardown(object_that_is_too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(objects_that_make_no_sense_are_corrupt, setup, teardown),
		cmocka_unit_test_setup_teardown(failed_sync_ends_the_process, setup, teardown),
		cmocka_unit_test_setup_teardown(misuse_panics, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
