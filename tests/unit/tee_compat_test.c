// SPDX-License-Identifier: BSD-2-Clause
/* A trusted application that asks for the signatures of version 1.1 (32-bit sizes) gets the right answers in them. */
#define __OPTEE_CORE_API_COMPAT_1_1 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tee_fixture.h"

/* What stands behind each size must stay: a 64-bit store would overwrite it. */
struct size {
	uint32_t size;
	uint32_t behind;
};

#define SIZE(n) { (n), 0x600df00d }
#define check_size(s, n) \
	do { \
		assert_int_equal((s).size, n); \
		assert_int_equal((s).behind, 0x600df00d); \
	} while (0)

static void digest(void **state)
{
	static const char want[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	TEE_OperationHandle operation;
	struct size size = SIZE(64);
	struct size small = SIZE(31);
	uint8_t hash[64];
	uint8_t known[32];

	(void)state;
	fixture_hex(want, known);
	assert_int_equal(TEE_AllocateOperation(&operation, TEE_ALG_SHA256, TEE_MODE_DIGEST, 0), TEE_SUCCESS);
	assert_int_equal(TEE_DigestDoFinal(operation, "abc", 3, hash, &small.size), TEE_ERROR_SHORT_BUFFER);
	check_size(small, 32);
	assert_int_equal(TEE_DigestDoFinal(operation, "abc", 3, hash, &size.size), TEE_SUCCESS);
	check_size(size, 32);
	assert_memory_equal(hash, known, 32);
	TEE_FreeOperation(operation);
}

static void cipher(void **state)
{
	/* NIST SP 800-38A F.5.1, the first block. */
	static const char want[] = "874d6191b620e3261bef6864990db6ce";
	TEE_OperationHandle operation;
	TEE_ObjectHandle key;
	TEE_Attribute secret;
	union {
		TEE_OperationInfoMultiple head;
		uint8_t bytes[sizeof(TEE_OperationInfoMultiple) + sizeof(TEE_OperationInfoKey)];
	} info;
	struct size size = SIZE(16);
	struct size rest = SIZE(7);
	struct size info_size = SIZE(1);
	uint8_t bytes[16], counter[16], text[16], out[16], known[16];

	(void)state;
	fixture_hex("2b7e151628aed2a6abf7158809cf4f3c", bytes);
	fixture_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", counter);
	fixture_hex("6bc1bee22e409f96e93d7e117393172a", text);
	fixture_hex(want, known);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_AES, 128, &key), TEE_SUCCESS);
	TEE_InitRefAttribute(&secret, TEE_ATTR_SECRET_VALUE, bytes, 16);
	assert_int_equal(TEE_PopulateTransientObject(key, &secret, 1), TEE_SUCCESS);
	assert_int_equal(TEE_AllocateOperation(&operation, TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, 128), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(operation, key), TEE_SUCCESS);
	assert_int_equal(TEE_GetOperationInfoMultiple(operation, &info.head, &info_size.size), TEE_ERROR_SHORT_BUFFER);
	check_size(info_size, sizeof(info));
	assert_int_equal(TEE_GetOperationInfoMultiple(operation, &info.head, &info_size.size), TEE_SUCCESS);
	assert_int_equal(info.head.keyInformation[0].keySize, 128);
	TEE_CipherInit(operation, counter, 16);
	assert_int_equal(TEE_CipherUpdate(operation, text, 8, out, &size.size), TEE_SUCCESS);
	check_size(size, 8);
	assert_int_equal(TEE_CipherDoFinal(operation, text + 8, 8, out + 8, &rest.size), TEE_ERROR_SHORT_BUFFER);
	check_size(rest, 8);
	assert_int_equal(TEE_CipherDoFinal(operation, text + 8, 8, out + 8, &rest.size), TEE_SUCCESS);
	check_size(rest, 8);
	assert_memory_equal(out, known, 16);
	TEE_CipherInit(operation, counter, 16);
	assert_int_equal(TEE_CipherDoFinal(operation, NULL, 0, NULL, NULL), TEE_SUCCESS);
	TEE_FreeOperation(operation);
	TEE_FreeTransientObject(key);
}

static void asymmetric_encryption(void **state)
{
	TEE_OperationHandle encrypt, decrypt;
	TEE_ObjectHandle pair;
	TEE_Attribute label;
	struct size size = SIZE(95);
	struct size back = SIZE(96);
	char text[] = "label";
	uint8_t sealed[96], plain[96];

	(void)state;
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_RSA_KEYPAIR, 768, &pair), TEE_SUCCESS);
	assert_int_equal(TEE_GenerateKey(pair, 768, NULL, 0), TEE_SUCCESS);
	assert_int_equal(TEE_AllocateOperation(&encrypt, TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA1, TEE_MODE_ENCRYPT, 768),
			 TEE_SUCCESS);
	assert_int_equal(TEE_AllocateOperation(&decrypt, TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA1, TEE_MODE_DECRYPT, 768),
			 TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(encrypt, pair), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(decrypt, pair), TEE_SUCCESS);
	TEE_InitRefAttribute(&label, TEE_ATTR_RSA_OAEP_LABEL, text, 5);
	assert_int_equal(TEE_AsymmetricEncrypt(encrypt, &label, 1, "abc", 3, sealed, &size.size), TEE_ERROR_SHORT_BUFFER);
	check_size(size, 96);
	assert_int_equal(TEE_AsymmetricEncrypt(encrypt, &label, 1, "abc", 3, sealed, &size.size), TEE_SUCCESS);
	check_size(size, 96);
	assert_int_equal(TEE_AsymmetricDecrypt(decrypt, &label, 1, sealed, 96, plain, &back.size), TEE_SUCCESS);
	check_size(back, 3);
	assert_memory_equal(plain, "abc", 3);
	TEE_FreeOperation(decrypt);
	TEE_FreeOperation(encrypt);
	TEE_FreeTransientObject(pair);
}

static void mac(void **state)
{
	/* RFC 4231 §4.3, test case 2 */
	static const char want[] = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
	TEE_OperationHandle operation;
	TEE_ObjectHandle key;
	TEE_Attribute secret;
	TEE_ObjectInfo info;
	struct size size = SIZE(32);
	uint8_t code[32];
	uint8_t known[32];
	char name[] = "Jefe";

	(void)state;
	fixture_hex(want, known);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_HMAC_SHA256, 192, &key), TEE_SUCCESS);
	TEE_InitRefAttribute(&secret, TEE_ATTR_SECRET_VALUE, name, 4);
	assert_ptr_equal(secret.content.ref.buffer, name);
	assert_int_equal(secret.content.ref.length, 4);
	assert_int_equal(TEE_PopulateTransientObject(key, &secret, 1), TEE_SUCCESS);
	assert_int_equal(TEE_GetObjectInfo1(key, &info), TEE_SUCCESS);
	assert_int_equal(info.objectType, TEE_TYPE_HMAC_SHA256);
	assert_int_equal(info.keySize, 32);
	assert_int_equal(info.maxKeySize, 192);
	assert_int_equal(TEE_AllocateOperation(&operation, TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, 192), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(operation, key), TEE_SUCCESS);
	TEE_MACInit(operation, NULL, 0);
	assert_int_equal(TEE_MACComputeFinal(operation, "what do ya want for nothing?", 28, code, &size.size), TEE_SUCCESS);
	check_size(size, 32);
	assert_memory_equal(code, known, 32);
	size.size = 3;
	assert_int_equal(TEE_GetObjectBufferAttribute(key, TEE_ATTR_SECRET_VALUE, code, &size.size), TEE_ERROR_SHORT_BUFFER);
	check_size(size, 4);
	TEE_FreeOperation(operation);
	TEE_FreeTransientObject(key);
}

static void authenticated_encryption(void **state)
{
	TEE_OperationHandle operation;
	TEE_ObjectHandle key;
	struct size size = SIZE(8);
	struct size tag_size = SIZE(16);
	uint8_t text[8];
	uint8_t tag[16];
	uint8_t nonce[12] = { 1 };

	(void)state;
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_AES, 128, &key), TEE_SUCCESS);
	assert_int_equal(TEE_GenerateKey(key, 128, NULL, 0), TEE_SUCCESS);
	assert_int_equal(TEE_AllocateOperation(&operation, TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, 128), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(operation, key), TEE_SUCCESS);
	assert_int_equal(TEE_AEInit(operation, nonce, sizeof(nonce), 128, 0, 0), TEE_SUCCESS);
	assert_int_equal(TEE_AEUpdate(operation, "1234", 4, text, &size.size), TEE_SUCCESS);
	check_size(size, 4);
	assert_int_equal(TEE_AEEncryptFinal(operation, "5678", 4, text + 4, &size.size, tag, &tag_size.size), TEE_SUCCESS);
	check_size(size, 4);
	check_size(tag_size, 16);
	TEE_FreeOperation(operation);
	assert_int_equal(TEE_AllocateOperation(&operation, TEE_ALG_AES_GCM, TEE_MODE_DECRYPT, 128), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(operation, key), TEE_SUCCESS);
	assert_int_equal(TEE_AEInit(operation, nonce, sizeof(nonce), 128, 0, 0), TEE_SUCCESS);
	size.size = 8;
	assert_int_equal(TEE_AEDecryptFinal(operation, text, 8, text, &size.size, tag, 16), TEE_SUCCESS);
	check_size(size, 8);
	assert_memory_equal(text, "12345678", 8);
	TEE_FreeOperation(operation);
	TEE_FreeTransientObject(key);
}

static void signature(void **state)
{
	TEE_OperationHandle operation;
	TEE_ObjectHandle key;
	struct size size = SIZE(64);
	uint8_t bytes[64];

	(void)state;
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_ED25519_KEYPAIR, 256, &key), TEE_SUCCESS);
	assert_int_equal(TEE_GenerateKey(key, 256, NULL, 0), TEE_SUCCESS);
	assert_int_equal(TEE_AllocateOperation(&operation, TEE_ALG_ED25519, TEE_MODE_SIGN, 256), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(operation, key), TEE_SUCCESS);
	assert_int_equal(TEE_AsymmetricSignDigest(operation, NULL, 0, "text", 4, bytes, &size.size), TEE_SUCCESS);
	check_size(size, 64);
	TEE_FreeOperation(operation);
	assert_int_equal(TEE_AllocateOperation(&operation, TEE_ALG_ED25519, TEE_MODE_VERIFY, 256), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(operation, key), TEE_SUCCESS);
	assert_int_equal(TEE_AsymmetricVerifyDigest(operation, NULL, 0, "text", 4, bytes, size.size), TEE_SUCCESS);
	assert_int_equal(TEE_AsymmetricVerifyDigest(operation, NULL, 0, "test", 4, bytes, size.size), TEE_ERROR_SIGNATURE_INVALID);
	TEE_FreeOperation(operation);
	TEE_FreeTransientObject(key);
}

static void stored(void **state)
{
	TEE_ObjectHandle object;
	TEE_ObjectInfo info;
	struct size count = SIZE(99);
	char text[8];

	(void)state;
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "id", 2, TEE_DATA_FLAG_ACCESS_READ |
						    TEE_DATA_FLAG_ACCESS_WRITE_META, TEE_HANDLE_NULL, "hello", 5, &object), TEE_SUCCESS);
	assert_int_equal(TEE_ReadObjectData(object, text, 4, &count.size), TEE_SUCCESS);
	check_size(count, 4);
	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	assert_int_equal(info.dataSize, 5);
	assert_int_equal(info.dataPosition, 4);
	TEE_GetObjectInfo(object, &info);
	assert_int_equal(info.dataSize, 5);
	assert_int_equal(TEE_CloseAndDeletePersistentObject1(object), TEE_SUCCESS);
}

static void property(void **state)
{
	TEE_PropSetHandle enumerator;
	struct size name_size = SIZE(16);
	char name[16];
	struct size size = SIZE(8);
	char text[8];

	(void)state;
	assert_int_equal(TEE_GetPropertyAsString(TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.apiversion", text, &size.size), TEE_SUCCESS);
	check_size(size, 4);
	assert_string_equal(text, "1.3");
	assert_int_equal(TEE_AllocatePropertyEnumerator(&enumerator), TEE_SUCCESS);
	TEE_StartPropertyEnumerator(enumerator, TEE_PROPSET_CURRENT_TA);
	assert_int_equal(TEE_GetPropertyName(enumerator, name, &name_size.size), TEE_SUCCESS);
	check_size(name_size, 13);
	TEE_FreePropertyEnumerator(enumerator);
}

static void key_agreement(void **state)
{
	TEE_OperationHandle operation;
	TEE_ObjectHandle pair;
	TEE_ObjectHandle secret;
	TEE_Attribute public_value;
	struct size size = SIZE(32);
	uint8_t bytes[32];

	(void)state;
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_X25519_KEYPAIR, 256, &pair), TEE_SUCCESS);
	assert_int_equal(TEE_GenerateKey(pair, 256, NULL, 0), TEE_SUCCESS);
	assert_int_equal(TEE_GetObjectBufferAttribute(pair, TEE_ATTR_X25519_PUBLIC_VALUE, bytes, &size.size), TEE_SUCCESS);
	check_size(size, 32);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 256, &secret), TEE_SUCCESS);
	assert_int_equal(TEE_AllocateOperation(&operation, TEE_ALG_X25519, TEE_MODE_DERIVE, 256), TEE_SUCCESS);
	assert_int_equal(TEE_SetOperationKey(operation, pair), TEE_SUCCESS);
	TEE_InitRefAttribute(&public_value, TEE_ATTR_X25519_PUBLIC_VALUE, bytes, size.size);
	TEE_DeriveKey(operation, &public_value, 1, secret);
	assert_int_equal(TEE_GetObjectBufferAttribute(secret, TEE_ATTR_SECRET_VALUE, bytes, &size.size), TEE_SUCCESS);
	check_size(size, 32);
	TEE_FreeOperation(operation);
	TEE_FreeTransientObject(pair);
	TEE_FreeTransientObject(secret);
}

static void big_integer(void **state)
{
	TEE_BigInt number[TEE_BigIntSizeInU32(64)];
	struct size size = SIZE(4);
	uint8_t octets[4];

	(void)state;
	TEE_BigIntInit(number, ROWS(number));
	TEE_BigIntConvertFromS32(number, 0x1234);
	assert_int_equal(TEE_BigIntConvertToOctetString(octets, &size.size, number), TEE_SUCCESS);
	check_size(size, 2);
	assert_memory_equal(octets, "\x12\x34", 2);
}

static void too_many_attributes(void *key)
{
	TEE_Attribute attributes[33] = { { 0 } };

	(void)!TEE_PopulateTransientObject(key, attributes, 33);
}

static void misuse(void **state)
{
	TEE_ObjectHandle key;

	(void)state;
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_AES, 128, &key), TEE_SUCCESS);
	fixture_panics("more attributes than any type has", too_many_attributes, key);
	TEE_FreeTransientObject(key);
}

#undef TEE_Param

/* The entry points' parameters, there and back. */
static void parameters(void **state)
{
	uint32_t types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INOUT, TEE_PARAM_TYPE_MEMREF_INOUT, TEE_PARAM_TYPE_NONE,
					 TEE_PARAM_TYPE_MEMREF_INPUT);
	char text[] = "text";
	TEE_Param now[TEE_NUM_PARAMS] = {
		{ .value = { 1, 2 } }, { .memref = { text, 4 } }, { .value = { 0, 0 } }, { .memref = { NULL, 0 } },
	};
	TEE11_Param old[TEE_NUM_PARAMS];

	(void)state;
	memset(old, 0xff, sizeof(old));
	assert_int_equal(TEE11_ParamsTo(types, now, old), TEE_SUCCESS);
	assert_true(old[0].value.a == 1 && old[0].value.b == 2);
	assert_true(old[1].memref.buffer == text && old[1].memref.size == 4);
	assert_true(old[3].memref.buffer == NULL && old[3].memref.size == 0);
	old[0].value.b = 3;
	old[1].memref.size = 5;
	TEE11_ParamsFrom(types, old, now);
	assert_true(now[0].value.a == 1 && now[0].value.b == 3);
	assert_true(now[1].memref.buffer == text && now[1].memref.size == 5);
	now[1].memref.size = UINT32_MAX + (size_t)1;
	assert_int_equal(TEE11_ParamsTo(types, now, old), TEE_ERROR_EXCESS_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest),
		cmocka_unit_test(cipher),
		cmocka_unit_test(asymmetric_encryption),
		cmocka_unit_test(mac),
		cmocka_unit_test(authenticated_encryption),
		cmocka_unit_test(signature),
		cmocka_unit_test(stored),
		cmocka_unit_test(property),
		cmocka_unit_test(key_agreement),
		cmocka_unit_test(big_integer),
		cmocka_unit_test(misuse),
		cmocka_unit_test(parameters),
	};
	char *dir = fixture_dir();
	int failed;

	fixture_host(dir);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	tee_host_stop();
	fixture_dir_remove(&dir);
	return failed;
}
