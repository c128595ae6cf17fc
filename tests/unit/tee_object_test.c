// SPDX-License-Identifier: BSD-2-Clause
/* Objects: transient ones, persistent ones and their data, and what of them panics. */
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

/* --- transient --- */

static void sizes_and_types(void **state)
{
	static const struct {
		const char *name;
		uint32_t type, bits;
		TEE_Result result;
	} rows[] = {
		{ "AES 128", TEE_TYPE_AES, 128, TEE_SUCCESS },
		{ "AES 192", TEE_TYPE_AES, 192, TEE_SUCCESS },
		{ "AES 256", TEE_TYPE_AES, 256, TEE_SUCCESS },
		{ "AES 160", TEE_TYPE_AES, 160, TEE_ERROR_NOT_SUPPORTED },
		{ "AES 0", TEE_TYPE_AES, 0, TEE_ERROR_NOT_SUPPORTED },
		{ "HMAC 256", TEE_TYPE_HMAC_SHA256, 256, TEE_SUCCESS },
		{ "HMAC 257", TEE_TYPE_HMAC_SHA256, 257, TEE_ERROR_NOT_SUPPORTED },
		{ "secret 4096", TEE_TYPE_GENERIC_SECRET, 4096, TEE_SUCCESS },
		{ "secret 4104", TEE_TYPE_GENERIC_SECRET, 4104, TEE_ERROR_NOT_SUPPORTED },
		{ "Ed25519", TEE_TYPE_ED25519_KEYPAIR, 256, TEE_SUCCESS },
		{ "Ed25519 255", TEE_TYPE_ED25519_KEYPAIR, 255, TEE_ERROR_NOT_SUPPORTED },
		{ "data", TEE_TYPE_DATA, 0, TEE_ERROR_NOT_SUPPORTED },
		{ "RSA", TEE_TYPE_RSA_KEYPAIR, 2048, TEE_ERROR_NOT_SUPPORTED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle object;

		if (TEE_AllocateTransientObject(rows[i].type, rows[i].bits, &object) != rows[i].result)
			fail_msg("%s", rows[i].name);
		TEE_FreeTransientObject(object);
	}
}

static void generated_keys_differ_and_fit(void **state)
{
	static const struct {
		uint32_t type, bits, secret, public;
	} rows[] = {
		{ TEE_TYPE_AES, 192, TEE_ATTR_SECRET_VALUE, 0 },
		{ TEE_TYPE_HMAC_SHA256, 512, TEE_ATTR_SECRET_VALUE, 0 },
		{ TEE_TYPE_GENERIC_SECRET, 128, TEE_ATTR_SECRET_VALUE, 0 },
		{ TEE_TYPE_ED25519_KEYPAIR, 256, TEE_ATTR_ED25519_PRIVATE_VALUE, TEE_ATTR_ED25519_PUBLIC_VALUE },
		{ TEE_TYPE_X25519_KEYPAIR, 256, TEE_ATTR_X25519_PRIVATE_VALUE, TEE_ATTR_X25519_PUBLIC_VALUE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle one = generated(rows[i].type, rows[i].bits);
		TEE_ObjectHandle two = generated(rows[i].type, rows[i].bits);
		TEE_ObjectHandle copy = TEE_HANDLE_NULL;
		uint8_t a[512];
		uint8_t b[512];
		size_t size = attribute(one, rows[i].secret, a, sizeof(a));
		TEE_ObjectInfo info;

		assert_int_equal(size, rows[i].bits / 8);
		assert_int_equal(attribute(two, rows[i].secret, b, sizeof(b)), size);
		assert_memory_not_equal(a, b, size);
		assert_int_equal(TEE_GetObjectInfo1(one, &info), TEE_SUCCESS);
		assert_int_equal(info.objectType, rows[i].type);
		assert_int_equal(info.objectSize, rows[i].bits);
		assert_int_equal(info.objectUsage, UINT32_MAX);
		assert_int_equal(info.handleFlags, TEE_HANDLE_FLAG_INITIALIZED);

		assert_int_equal(TEE_AllocateTransientObject(rows[i].type, rows[i].bits, &copy), TEE_SUCCESS);
		assert_int_equal(TEE_CopyObjectAttributes1(copy, one), TEE_SUCCESS);
		assert_int_equal(attribute(copy, rows[i].secret, b, sizeof(b)), size);
		assert_memory_equal(a, b, size);
		if (rows[i].public) {
			assert_int_equal(attribute(one, rows[i].public, a, sizeof(a)), 32);
			assert_int_equal(attribute(copy, rows[i].public, b, sizeof(b)), 32);
			assert_memory_equal(a, b, 32);
		}
		TEE_FreeTransientObject(copy);
		TEE_FreeTransientObject(two);
		TEE_FreeTransientObject(one);
	}
}

/* A public value of another key would give the private key away at the first two signatures. */
static void halves_that_do_not_fit_are_refused(void **state)
{
	TEE_ObjectHandle one = generated(TEE_TYPE_ED25519_KEYPAIR, 256);
	TEE_ObjectHandle two = generated(TEE_TYPE_ED25519_KEYPAIR, 256);
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t private[32];
	uint8_t public[32];
	TEE_Attribute attrs[2];
	TEE_ObjectInfo info;

	(void)state;
	attribute(one, TEE_ATTR_ED25519_PRIVATE_VALUE, private, 32);
	attribute(two, TEE_ATTR_ED25519_PUBLIC_VALUE, public, 32);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_ED25519_KEYPAIR, 256, &object), TEE_SUCCESS);
	TEE_InitRefAttribute(&attrs[0], TEE_ATTR_ED25519_PRIVATE_VALUE, private, 32);
	TEE_InitRefAttribute(&attrs[1], TEE_ATTR_ED25519_PUBLIC_VALUE, public, 32);
	assert_int_equal(TEE_PopulateTransientObject(object, attrs, 2), TEE_ERROR_BAD_PARAMETERS);
	TEE_InitRefAttribute(&attrs[1], TEE_ATTR_ED25519_PUBLIC_VALUE, public, 31);
	assert_int_equal(TEE_PopulateTransientObject(object, attrs, 2), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	assert_int_equal(info.handleFlags, 0);
	TEE_FreeTransientObject(object);
	TEE_FreeTransientObject(one);
	TEE_FreeTransientObject(two);
}

static void short_buffer_and_missing_attribute(void **state)
{
	TEE_ObjectHandle key = generated(TEE_TYPE_AES, 256);
	uint8_t bytes[32];
	size_t size = 31;

	(void)state;
	assert_int_equal(TEE_GetObjectBufferAttribute(key, TEE_ATTR_SECRET_VALUE, bytes, &size), TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(size, 32);
	assert_int_equal(TEE_GetObjectBufferAttribute(key, TEE_ATTR_X25519_PUBLIC_VALUE, bytes, &size),
			 TEE_ERROR_ITEM_NOT_FOUND);
	TEE_FreeTransientObject(key);
}

/* --- persistent --- */

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
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "key", 3, 0, pair, "data", 4, NULL), TEE_SUCCESS);
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

static void panic_freed(void *arg)
{
	TEE_ObjectHandle key = generated(TEE_TYPE_AES, 128);
	TEE_ObjectInfo info;

	(void)arg;
	TEE_FreeTransientObject(key);
	(void)!TEE_GetObjectInfo1(key, &info);
}

static void panic_extract(void *arg)
{
	TEE_ObjectHandle key = generated(TEE_TYPE_AES, 128);
	uint8_t bytes[16];
	size_t size = sizeof(bytes);

	(void)arg;
	(void)!TEE_RestrictObjectUsage1(key, TEE_USAGE_ENCRYPT);
	(void)!TEE_GetObjectBufferAttribute(key, TEE_ATTR_SECRET_VALUE, bytes, &size);
}

static void panic_generate_twice(void *arg)
{
	(void)arg;
	(void)!TEE_GenerateKey(generated(TEE_TYPE_AES, 128), 128, NULL, 0);
}

static void panic_half_a_pair(void *arg)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[32] = { 0 };
	TEE_Attribute attr;

	(void)arg;
	(void)!TEE_AllocateTransientObject(TEE_TYPE_X25519_KEYPAIR, 256, &object);
	TEE_InitRefAttribute(&attr, TEE_ATTR_X25519_PRIVATE_VALUE, bytes, 32);
	(void)!TEE_PopulateTransientObject(object, &attr, 1);
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

static void panic_free_of_a_part(void *arg)
{
	uint8_t *p = TEE_Malloc(64, 0);

	(void)arg;
	TEE_Free(p + 32);
}

static void panic_bad_property_set(void *arg)
{
	bool value;

	(void)arg;
	(void)!TEE_GetPropertyAsBool(NULL, "x", &value);
}

/* Hazard: an [out] buffer in client memory. A window stands for the clients' memory. */
static uint8_t *client_window(void)
{
	static struct channel_window window;
	void *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	window = (struct channel_window){ .rw = pages, .ro = NULL, .size = 8192 };
	tee_call_channel(NULL, &window);
	return pages;
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

static void panic_random_into_client(void *arg)
{
	(void)arg;
	TEE_GenerateRandom(client_window() - 1, 2);
}

static void panic_id_in_client(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, client_window(), 1, RW, &object);
}

static void panic_handle_in_client(void *arg)
{
	(void)arg;
	(void)!TEE_AllocateTransientObject(TEE_TYPE_AES, 128, (TEE_ObjectHandle *)(void *)client_window());
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} rows[] = {
		{ "handle freed before", panic_freed },
		{ "extracting what may not be extracted", panic_extract },
		{ "generating over a key", panic_generate_twice },
		{ "mandatory attribute missing", panic_half_a_pair },
		{ "writing without the right", panic_read_only },
		{ "deleting without the right", panic_delete },
		{ "id too long", panic_long_id },
		{ "freeing what is no block", panic_free_of_a_part },
		{ "unknown property set", panic_bad_property_set },
		{ "reading an object into client memory", panic_read_into_client },
		{ "count in client memory", panic_count_in_client },
		{ "random numbers into client memory", panic_random_into_client },
		{ "object id in client memory", panic_id_in_client },
		{ "handle in client memory", panic_handle_in_client },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		fixture_panics(rows[i].name, rows[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sizes_and_types, setup, teardown),
		cmocka_unit_test_setup_teardown(generated_keys_differ_and_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(halves_that_do_not_fit_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(short_buffer_and_missing_attribute, setup, teardown),
		cmocka_unit_test_setup_teardown(data_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_are_kept_with_their_usage, setup, teardown),
		cmocka_unit_test_setup_teardown(overwriting, setup, teardown),
		cmocka_unit_test_setup_teardown(sharing, setup, teardown),
		cmocka_unit_test_setup_teardown(other_storages_and_ids, setup, teardown),
		cmocka_unit_test_setup_teardown(object_that_is_too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(failed_sync_ends_the_process, setup, teardown),
		cmocka_unit_test_setup_teardown(misuse_panics, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
