// SPDX-License-Identifier: BSD-2-Clause
/* Transient objects, memory and what of them panics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/tee_fixture.h"

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
		{ "RSA", TEE_TYPE_RSA_KEYPAIR, 2048, TEE_SUCCESS },
		{ "RSA 504", TEE_TYPE_RSA_KEYPAIR, 504, TEE_ERROR_NOT_SUPPORTED },
		{ "RSA 4097", TEE_TYPE_RSA_PUBLIC_KEY, 4097, TEE_ERROR_NOT_SUPPORTED },
		{ "DES", TEE_TYPE_DES, 64, TEE_SUCCESS },
		{ "DES without parity", TEE_TYPE_DES, 56, TEE_ERROR_NOT_SUPPORTED },
		{ "DES3 of two keys", TEE_TYPE_DES3, 128, TEE_SUCCESS },
		{ "DSA 1088", TEE_TYPE_DSA_KEYPAIR, 1088, TEE_ERROR_NOT_SUPPORTED },
		{ "DSA 3072", TEE_TYPE_DSA_KEYPAIR, 3072, TEE_SUCCESS },
		{ "ECDSA 521", TEE_TYPE_ECDSA_KEYPAIR, 521, TEE_SUCCESS },
		{ "ECDSA 520", TEE_TYPE_ECDSA_KEYPAIR, 520, TEE_ERROR_NOT_SUPPORTED },
		{ "Ed448", TEE_TYPE_ED448_KEYPAIR, 448, TEE_SUCCESS },
		{ "Ed448 456", TEE_TYPE_ED448_KEYPAIR, 456, TEE_ERROR_NOT_SUPPORTED },
		{ "no type", TEE_TYPE_ILLEGAL_VALUE, 256, TEE_ERROR_NOT_SUPPORTED },
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

static void panic_random_into_client(void *arg)
{
	(void)arg;
	TEE_GenerateRandom(fixture_client_window() - 1, 2);
}

static void panic_handle_in_client(void *arg)
{
	(void)arg;
	(void)!TEE_AllocateTransientObject(TEE_TYPE_AES, 128, (TEE_ObjectHandle *)(void *)fixture_client_window());
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
		{ "freeing what is no block", panic_free_of_a_part },
		{ "unknown property set", panic_bad_property_set },
		{ "random numbers into client memory", panic_random_into_client },
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
		cmocka_unit_test_setup_teardown(misuse_panics, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
