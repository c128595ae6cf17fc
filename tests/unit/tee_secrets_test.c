// SPDX-License-Identifier: BSD-2-Clause
/*
 * Hazard: secrets in OpenSSL's copies. A key is used and freed; then all memory that this process can write is searched
 * for it. The key is made from a seed, so that the test itself never holds it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "tests/unit/tee_fixture.h"

#define KEY 32
/* AddressSanitizer maps very much for its shadow, which holds no program's data. */
#define RANGE_MAX ((uintptr_t)64 << 20)

/* Byte i of the key that a seed stands for. */
static uint8_t key_byte(uint8_t seed, size_t i)
{
	return (uint8_t)((seed + i * 37) ^ (i * i * 11) ^ 0x5c);
}

static void key_make(uint8_t seed, uint8_t key[KEY])
{
	size_t i;

	for (i = 0; i < KEY; i++)
		key[i] = key_byte(seed, i);
}

/* Half a key is a find as well: an expanded AES-256 key begins with the key itself. */
static bool has_half(const uint8_t *at, uint8_t seed, size_t half)
{
	size_t i;

	for (i = 0; i < KEY / 2; i++)
		if (at[i] != key_byte(seed, half * KEY / 2 + i))
			return false;
	return true;
}

static size_t search_range(int mem, uintptr_t start, uintptr_t end, uint8_t seed)
{
	static uint8_t chunk[65536 + KEY];
	size_t found = 0;
	uintptr_t at;

	for (at = start; at < end; at += 65536) {
		uintptr_t skip_from = (uintptr_t)chunk;
		ssize_t n;
		ssize_t i;

		/* Not in what it has just read there. */
		if (at + sizeof(chunk) > skip_from && at < skip_from + sizeof(chunk))
			continue;
		n = pread(mem, chunk, end - at < sizeof(chunk) ? end - at : sizeof(chunk), (off_t)at);
		for (i = 0; i + KEY / 2 <= n && i < 65536; i++)
			if (has_half(chunk + i, seed, 0) || has_half(chunk + i, seed, 1))
				found++;
	}
	OPENSSL_cleanse(chunk, sizeof(chunk));
	return found;
}

static size_t search_memory(uint8_t seed)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	size_t found = 0;
	char line[512];

	assert_non_null(maps);
	assert_true(mem >= 0);
	while (fgets(line, sizeof(line), maps)) {
		uintptr_t start;
		uintptr_t end;
		char r;
		char w;

		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %c%c", &start, &end, &r, &w) == 4 && r == 'r' && w == 'w' &&
		    end - start <= RANGE_MAX)
			found += search_range(mem, start, end, seed);
	}
	close(mem);
	fclose(maps);
	return found;
}

static TEE_ObjectHandle object_make(uint32_t type, uint8_t seed)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_Attribute attr;
	uint8_t key[KEY];

	key_make(seed, key);
	assert_int_equal(TEE_AllocateTransientObject(type, KEY * 8, &object), TEE_SUCCESS);
	TEE_InitRefAttribute(&attr, TEE_ATTR_SECRET_VALUE, key, sizeof(key));
	assert_int_equal(TEE_PopulateTransientObject(object, &attr, 1), TEE_SUCCESS);
	OPENSSL_cleanse(key, sizeof(key));
	return object;
}

static void use_hmac(TEE_OperationHandle op)
{
	uint8_t out[32];
	size_t size = sizeof(out);

	TEE_MACInit(op, NULL, 0);
	assert_int_equal(TEE_MACComputeFinal(op, "message", 7, out, &size), TEE_SUCCESS);
}

static void use_gcm(TEE_OperationHandle op)
{
	uint8_t out[16];
	uint8_t tag[16];
	size_t size = sizeof(out);
	size_t tag_size = sizeof(tag);

	assert_int_equal(TEE_AEInit(op, "nonce-nonce-", 12, 128, 0, 0), TEE_SUCCESS);
	assert_int_equal(TEE_AEEncryptFinal(op, "message", 7, out, &size, tag, &tag_size), TEE_SUCCESS);
}

/* Without this, a search that finds nothing would prove nothing. */
static void the_search_finds_a_living_key(void **state)
{
	TEE_ObjectHandle object = object_make(TEE_TYPE_AES, 1);

	(void)state;
	assert_true(search_memory(1) > 0);
	TEE_FreeTransientObject(object);
	assert_int_equal(search_memory(1), 0);
}

static void no_key_stays_after_its_use(void **state)
{
	static const struct {
		const char *name;
		uint32_t type, algorithm, mode;
		void (*use)(TEE_OperationHandle op);
	} rows[] = {
		{ "HMAC", TEE_TYPE_HMAC_SHA256, TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, use_hmac },
		{ "AES-GCM", TEE_TYPE_AES, TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, use_gcm },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		uint8_t seed = (uint8_t)(20 + i);
		TEE_ObjectHandle object = object_make(rows[i].type, seed);
		TEE_OperationHandle op = TEE_HANDLE_NULL;

		assert_int_equal(TEE_AllocateOperation(&op, rows[i].algorithm, rows[i].mode, KEY * 8), TEE_SUCCESS);
		assert_int_equal(TEE_SetOperationKey(op, object), TEE_SUCCESS);
		rows[i].use(op);
		TEE_FreeOperation(op);
		TEE_FreeTransientObject(object);
		if (search_memory(seed))
			fail_msg("%s: the key is still there", rows[i].name);
	}
}

/* Private keys of pairs, whose public half must be asked for first. */
static void no_private_key_stays_after_signing(void **state)
{
	uint8_t seed = 40;
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	TEE_Attribute attrs[2];
	uint8_t private[KEY];
	uint8_t public[KEY];
	uint8_t signature[64];
	size_t size = sizeof(signature);
	EVP_PKEY *pkey;
	size_t public_size = sizeof(public);

	(void)state;
	key_make(seed, private);
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private, sizeof(private));
	assert_int_equal(EVP_PKEY_get_raw_public_key(pkey, public, &public_size), 1);
	EVP_PKEY_free(pkey);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_ED25519_KEYPAIR, 256, &object), TEE_SUCCESS);
	TEE_InitRefAttribute(&attrs[0], TEE_ATTR_ED25519_PRIVATE_VALUE, private, sizeof(private));
	TEE_InitRefAttribute(&attrs[1], TEE_ATTR_ED25519_PUBLIC_VALUE, public, sizeof(public));
	assert_int_equal(TEE_PopulateTransientObject(object, attrs, 2), TEE_SUCCESS);
	OPENSSL_cleanse(private, sizeof(private));
	assert_int_equal(TEE_AllocateOperation(&op, TEE_ALG_ED25519, TEE_MODE_SIGN, 256), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(op, object), TEE_SUCCESS);
	assert_int_equal(TEE_AsymmetricSignDigest(op, NULL, 0, "m", 1, signature, &size), TEE_SUCCESS);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(object);
	assert_int_equal(search_memory(seed), 0);
}

/* Stored, loaded, used, deleted. */
static void no_key_stays_after_the_storage_forgot_it(void **state)
{
	uint8_t seed = 60;
	char *dir = fixture_dir();
	TEE_ObjectHandle object;
	TEE_ObjectHandle stored;

	(void)state;
	fixture_host(dir);
	object = object_make(TEE_TYPE_AES, seed);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "k", 1, 0, object, NULL, 0, NULL), TEE_SUCCESS);
	TEE_CloseObject(object);
	tee_host_stop();
	assert_int_equal(search_memory(seed), 0);
	fixture_host(dir);
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "k", 1, TEE_DATA_FLAG_ACCESS_WRITE_META, &stored),
			 TEE_SUCCESS);
	assert_true(search_memory(seed) > 0);
	assert_int_equal(TEE_CloseAndDeletePersistentObject1(stored), TEE_SUCCESS);
	assert_int_equal(search_memory(seed), 0);
	tee_host_stop();
	fixture_dir_remove(&dir);
}

static void no_secret_stays_in_a_freed_block(void **state)
{
	uint8_t *block = TEE_Malloc(KEY, TEE_MALLOC_FILL_ZERO);

	(void)state;
	key_make(80, block);
	assert_true(search_memory(80) > 0);
	block = TEE_Realloc(block, 3 * KEY);
	TEE_Free(block);
	assert_int_equal(search_memory(80), 0);
}

static int group_setup(void **state)
{
	(void)state;
	return !CRYPTO_secure_malloc_init(65536, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_search_finds_a_living_key),
		cmocka_unit_test(no_key_stays_after_its_use),
		cmocka_unit_test(no_private_key_stays_after_signing),
		cmocka_unit_test(no_key_stays_after_the_storage_forgot_it),
		cmocka_unit_test(no_secret_stays_in_a_freed_block),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, group_setup, NULL);
}
