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

#define PIECE (KEY / 2)

/* What is searched for: a key made from a seed, or a number that is only kept masked. */
struct wanted {
	uint8_t seed;
	const uint8_t *masked;		/* NULL: the seed's key */
	size_t size;
};

#define MASK 0xa7

static uint8_t wanted_byte(const struct wanted *wanted, size_t i)
{
	return wanted->masked ? wanted->masked[i] ^ MASK : key_byte(wanted->seed, i);
}

/* Half a key is a find as well: an expanded AES-256 key begins with the key itself. */
static bool has_piece(const uint8_t *at, const struct wanted *wanted, size_t from)
{
	size_t i;

	for (i = 0; i < PIECE; i++)
		if (at[i] != wanted_byte(wanted, from + i))
			return false;
	return true;
}

/* OpenSSL's numbers have the other byte order. */
static bool has_piece_backwards(const uint8_t *at, const struct wanted *wanted, size_t from)
{
	size_t i;

	for (i = 0; i < PIECE; i++)
		if (at[i] != wanted_byte(wanted, from + PIECE - 1 - i))
			return false;
	return true;
}

static bool has_any(const uint8_t *at, const struct wanted *wanted)
{
	size_t last = wanted->size - PIECE;

	return has_piece(at, wanted, 0) || has_piece(at, wanted, last) || has_piece_backwards(at, wanted, 0) ||
	       has_piece_backwards(at, wanted, last);
}

static size_t search_range(int mem, uintptr_t start, uintptr_t end, const struct wanted *wanted)
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
		for (i = 0; i + PIECE <= n && i < 65536; i++)
			if (has_any(chunk + i, wanted))
				found++;
	}
	OPENSSL_cleanse(chunk, sizeof(chunk));
	return found;
}

static size_t search_for(const struct wanted *wanted)
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
			found += search_range(mem, start, end, wanted);
	}
	close(mem);
	fclose(maps);
	return found;
}

static size_t search_memory(uint8_t seed)
{
	return search_for(&(struct wanted){ .seed = seed, .size = KEY });
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

static void use_gcm(TEE_OperationHandle op)
{
	uint8_t out[16];
	uint8_t tag[16];
	size_t size = sizeof(out);
	size_t tag_size = sizeof(tag);

	assert_int_equal(TEE_AEInit(op, "nonce-nonce-", 12, 128, 0, 0), TEE_SUCCESS);
	assert_int_equal(TEE_AEEncryptFinal(op, "message", 7, out, &size, tag, &tag_size), TEE_SUCCESS);
}

static void use_mac(TEE_OperationHandle op)
{
	uint8_t out[64];
	size_t size = sizeof(out);

	TEE_MACInit(op, NULL, 0);
	assert_int_equal(TEE_MACComputeFinal(op, "message-message-", 16, out, &size), TEE_SUCCESS);
}

static void use_ccm(TEE_OperationHandle op)
{
	uint8_t out[16];
	uint8_t tag[16];
	size_t size = sizeof(out);
	size_t tag_size = sizeof(tag);

	assert_int_equal(TEE_AEInit(op, "nonce-nonce-", 12, 128, 3, 7), TEE_SUCCESS);
	TEE_AEUpdateAAD(op, "aad", 3);
	assert_int_equal(TEE_AEEncryptFinal(op, "message", 7, out, &size, tag, &tag_size), TEE_SUCCESS);
}

static void use_cipher(TEE_OperationHandle op)
{
	uint8_t out[64];
	size_t first = sizeof(out);
	size_t rest = 16;

	TEE_CipherInit(op, "sixteen-bytes-iv", 16);
	assert_int_equal(TEE_CipherUpdate(op, "message-message-message-message-", 32, out, &first), TEE_SUCCESS);
	rest = sizeof(out) - first;
	assert_int_equal(TEE_CipherDoFinal(op, "message-message-", 16, out + first, &rest), TEE_SUCCESS);
}

static void use_hkdf(TEE_OperationHandle op)
{
	TEE_ObjectHandle derived = TEE_HANDLE_NULL;
	TEE_Attribute params[2];

	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 256, &derived), TEE_SUCCESS);
	TEE_InitValueAttribute(&params[0], TEE_ATTR_HKDF_HASH_ALGORITHM, TEE_ALG_SHA256, 0);
	TEE_InitValueAttribute(&params[1], TEE_ATTR_KDF_KEY_SIZE, 32, 0);
	TEE_DeriveKey(op, params, 2, derived);
	TEE_FreeTransientObject(derived);
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
		{ "HMAC", TEE_TYPE_HMAC_SHA256, TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, use_mac },
		{ "HMAC-SHA3", TEE_TYPE_HMAC_SHA3_512, TEE_ALG_HMAC_SHA3_512, TEE_MODE_MAC, use_mac },
		{ "CMAC", TEE_TYPE_AES, TEE_ALG_AES_CMAC, TEE_MODE_MAC, use_mac },
		{ "CBC-MAC", TEE_TYPE_AES, TEE_ALG_AES_CBC_MAC_NOPAD, TEE_MODE_MAC, use_mac },
		{ "AES-GCM", TEE_TYPE_AES, TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, use_gcm },
		{ "AES-CCM", TEE_TYPE_AES, TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, use_ccm },
		{ "AES-CBC", TEE_TYPE_AES, TEE_ALG_AES_CBC_NOPAD, TEE_MODE_DECRYPT, use_cipher },
		{ "AES-CTR", TEE_TYPE_AES, TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, use_cipher },
		{ "AES-CTS", TEE_TYPE_AES, TEE_ALG_AES_CTS, TEE_MODE_DECRYPT, use_cipher },
		{ "HKDF", TEE_TYPE_HKDF, TEE_ALG_HKDF, TEE_MODE_DERIVE, use_hkdf },
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

/* XTS has two keys; neither stays, nor does a copy of the operation in the middle of a text. */
static void no_key_stays_after_xts(void **state)
{
	TEE_ObjectHandle first = object_make(TEE_TYPE_AES, 90);
	TEE_ObjectHandle second = object_make(TEE_TYPE_AES, 91);
	TEE_OperationHandle ops[2] = { TEE_HANDLE_NULL };
	uint8_t out[64];
	size_t size = sizeof(out);
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		assert_int_equal(TEE_AllocateOperation(&ops[i], TEE_ALG_AES_XTS, TEE_MODE_ENCRYPT, 2 * KEY * 8),
				 TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey2(ops[0], first, second), TEE_SUCCESS);
	use_cipher(ops[0]);
	TEE_CipherInit(ops[0], "sixteen-bytes-iv", 16);
	assert_int_equal(TEE_CipherUpdate(ops[0], "message-message-message-message-message", 39, out, &size),
			 TEE_SUCCESS);
	TEE_CopyOperation(ops[1], ops[0]);
	TEE_FreeTransientObject(second);
	TEE_FreeTransientObject(first);
	TEE_FreeOperation(ops[0]);
	assert_true(search_memory(90) > 0);
	TEE_FreeOperation(ops[1]);
	assert_int_equal(search_memory(90), 0);
	assert_int_equal(search_memory(91), 0);
}

static const struct pair_row {
	const char *name;
	uint32_t type, bits;
	uint32_t param, value;		/* of TEE_GenerateKey; 0: none */
	uint32_t algorithm, mode;
	uint32_t secrets[2];		/* attributes to search for */
} pair_rows[] = {
	{ "RSA", TEE_TYPE_RSA_KEYPAIR, 1024, 0, 0, TEE_ALG_RSASSA_PKCS1_V1_5_SHA256, TEE_MODE_SIGN,
	  { TEE_ATTR_RSA_PRIVATE_EXPONENT, TEE_ATTR_RSA_PRIME1 } },
	{ "RSA, CRT parts", TEE_TYPE_RSA_KEYPAIR, 1024, 0, 0, TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA256, TEE_MODE_SIGN,
	  { TEE_ATTR_RSA_EXPONENT1, TEE_ATTR_RSA_COEFFICIENT } },
	{ "ECDSA", TEE_TYPE_ECDSA_KEYPAIR, 384, TEE_ATTR_ECC_CURVE, TEE_ECC_CURVE_NIST_P384, TEE_ALG_ECDSA_SHA256, TEE_MODE_SIGN,
	  { TEE_ATTR_ECC_PRIVATE_VALUE } },
	{ "ECDSA on another curve", TEE_TYPE_ECDSA_KEYPAIR, 256, TEE_ATTR_ECC_CURVE, TEE_ECC_CURVE_BSI_P256t1,
	  TEE_ALG_ECDSA_SHA256, TEE_MODE_SIGN, { TEE_ATTR_ECC_PRIVATE_VALUE } },
	{ "SM2", TEE_TYPE_SM2_DSA_KEYPAIR, 256, 0, 0, TEE_ALG_SM2_DSA_SM3, TEE_MODE_SIGN, { TEE_ATTR_ECC_PRIVATE_VALUE } },
	{ "Ed448", TEE_TYPE_ED448_KEYPAIR, 448, 0, 0, TEE_ALG_ED448, TEE_MODE_SIGN, { TEE_ATTR_ED448_PRIVATE_VALUE } },
};

/* A secret part of the object, masked; the test keeps nothing else of it. */
static size_t masked_read(TEE_ObjectHandle object, uint32_t attribute, uint8_t masked[128])
{
	size_t size = 128;
	size_t i;

	assert_int_equal(TEE_GetObjectBufferAttribute(object, attribute, masked, &size), TEE_SUCCESS);
	for (i = 0; i < size; i++)
		masked[i] ^= MASK;
	return size;
}

static void sign_once(const struct pair_row *row, TEE_ObjectHandle pair)
{
	static const uint8_t digest[32] = { 1 };
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	uint8_t signature[128];
	size_t size = sizeof(signature);

	assert_int_equal(TEE_AllocateOperation(&op, row->algorithm, row->mode, row->bits), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(op, pair), TEE_SUCCESS);
	assert_int_equal(TEE_AsymmetricSignDigest(op, NULL, 0, digest, sizeof(digest), signature, &size), TEE_SUCCESS);
	TEE_FreeOperation(op);
}

/* Made, copied, used and freed: OpenSSL's numbers of it are gone too. */
static void no_private_number_stays(void **state)
{
	size_t i;
	size_t n;

	(void)state;
	for (i = 0; i < sizeof(pair_rows) / sizeof(pair_rows[0]); i++) {
		const struct pair_row *row = &pair_rows[i];
		TEE_ObjectHandle pair = TEE_HANDLE_NULL;
		TEE_ObjectHandle copy = TEE_HANDLE_NULL;
		uint8_t masked[2][128];
		size_t sizes[2] = { 0 };
		TEE_Attribute param;

		assert_int_equal(TEE_AllocateTransientObject(row->type, row->bits, &pair), TEE_SUCCESS);
		assert_int_equal(TEE_AllocateTransientObject(row->type, row->bits, &copy), TEE_SUCCESS);
		if (row->param)
			TEE_InitValueAttribute(&param, row->param, row->value, 0);
		assert_int_equal(TEE_GenerateKey(pair, row->bits, &param, row->param ? 1 : 0), TEE_SUCCESS);
		assert_int_equal(TEE_CopyObjectAttributes1(copy, pair), TEE_SUCCESS);
		for (n = 0; n < 2 && row->secrets[n]; n++)
			sizes[n] = masked_read(pair, row->secrets[n], masked[n]);
		sign_once(row, copy);
		for (n = 0; n < 2 && row->secrets[n]; n++)
			assert_true(search_for(&(struct wanted){ .masked = masked[n], .size = sizes[n] }) > 0);
		TEE_FreeTransientObject(copy);
		TEE_FreeTransientObject(pair);
		for (n = 0; n < 2 && row->secrets[n]; n++)
			if (search_for(&(struct wanted){ .masked = masked[n], .size = sizes[n] }))
				fail_msg("%s: secret %zu is still there", row->name, n);
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
		cmocka_unit_test(no_key_stays_after_xts),
		cmocka_unit_test(no_private_number_stays),
		cmocka_unit_test(no_private_key_stays_after_signing),
		cmocka_unit_test(no_key_stays_after_the_storage_forgot_it),
		cmocka_unit_test(no_secret_stays_in_a_freed_block),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, group_setup, NULL);
}
