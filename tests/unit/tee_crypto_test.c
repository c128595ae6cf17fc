// SPDX-License-Identifier: BSD-2-Clause
/* Operations as such, and Ed25519 and X25519 against their published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tee_fixture.h"

static TEE_ObjectHandle secret_new(uint32_t type, const uint8_t *bytes, size_t size)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_Attribute attr;

	assert_int_equal(TEE_AllocateTransientObject(type, (uint32_t)size * 8, &object), TEE_SUCCESS);
	TEE_InitRefAttribute(&attr, TEE_ATTR_SECRET_VALUE, bytes, size);
	assert_int_equal(TEE_PopulateTransientObject(object, &attr, 1), TEE_SUCCESS);
	return object;
}

static TEE_OperationHandle operation_new(uint32_t algorithm, uint32_t mode, uint32_t bits, TEE_ObjectHandle key)
{
	TEE_OperationHandle op = TEE_HANDLE_NULL;

	assert_int_equal(TEE_AllocateOperation(&op, algorithm, mode, bits), TEE_SUCCESS);
	if (key)
		assert_int_equal(TEE_SetOperationKey(op, key), TEE_SUCCESS);
	return op;
}

static TEE_ObjectHandle pair_new(uint32_t type, const char *private, const char *public)
{
	bool ed = type == TEE_TYPE_ED25519_KEYPAIR;
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t sk[32];
	uint8_t pk[32];
	TEE_Attribute attrs[2];

	fixture_hex(private, sk);
	fixture_hex(public, pk);
	assert_int_equal(TEE_AllocateTransientObject(type, 256, &object), TEE_SUCCESS);
	TEE_InitRefAttribute(&attrs[0], ed ? TEE_ATTR_ED25519_PRIVATE_VALUE : TEE_ATTR_X25519_PRIVATE_VALUE, sk, 32);
	TEE_InitRefAttribute(&attrs[1], ed ? TEE_ATTR_ED25519_PUBLIC_VALUE : TEE_ATTR_X25519_PUBLIC_VALUE, pk, 32);
	assert_int_equal(TEE_PopulateTransientObject(object, attrs, 2), TEE_SUCCESS);
	return object;
}

/* RFC 8032 §7.1 */
static const struct {
	const char *name;
	const char *private;
	const char *public;
	const char *message;
	const char *signature;
} ed_rows[] = {
	{ "TEST 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
	  "24655141438e7a100b" },
	{ "TEST 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
	  "eeb00d291612bb0c00" },
	{ "TEST 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
	  "8dc027beceea1ec40a" },
};

static void ed25519(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(ed_rows); i++) {
		TEE_ObjectHandle pair = pair_new(TEE_TYPE_ED25519_KEYPAIR, ed_rows[i].private, ed_rows[i].public);
		TEE_OperationHandle sign = operation_new(TEE_ALG_ED25519, TEE_MODE_SIGN, 256, pair);
		TEE_ObjectHandle public = TEE_HANDLE_NULL;
		TEE_OperationHandle verify;
		uint8_t message[8];
		uint8_t expected[64];
		uint8_t signature[64];
		size_t size = fixture_hex(ed_rows[i].message, message);
		size_t signature_size = 63;

		fixture_hex(ed_rows[i].signature, expected);
		assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, message, size, signature, &signature_size),
				 TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(signature_size, 64);
		assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, message, size, signature, &signature_size),
				 TEE_SUCCESS);
		if (memcmp(signature, expected, 64))
			fail_msg("%s: signature", ed_rows[i].name);

		/* With the public half only, as whoever verifies has it. */
		assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_ED25519_PUBLIC_KEY, 256, &public), TEE_SUCCESS);
		assert_int_equal(TEE_CopyObjectAttributes1(public, pair), TEE_SUCCESS);
		verify = operation_new(TEE_ALG_ED25519, TEE_MODE_VERIFY, 256, public);
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, message, size, expected, 64), TEE_SUCCESS);
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, message, size, expected, 63),
				 TEE_ERROR_SIGNATURE_INVALID);
		message[size] = 0;
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, message, size + 1, expected, 64),
				 TEE_ERROR_SIGNATURE_INVALID);
		expected[40] ^= 4;
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, message, size, expected, 64),
				 TEE_ERROR_SIGNATURE_INVALID);
		TEE_FreeOperation(verify);
		TEE_FreeOperation(sign);
		TEE_FreeTransientObject(public);
		TEE_FreeTransientObject(pair);
	}
}

/* Contexts and prehashes are other schemes: OpenSSL 3.0 would ignore them, so they are refused. */
static void ed25519_parameters_are_refused(void **state)
{
	TEE_ObjectHandle pair = pair_new(TEE_TYPE_ED25519_KEYPAIR, ed_rows[0].private, ed_rows[0].public);
	TEE_OperationHandle sign = operation_new(TEE_ALG_ED25519, TEE_MODE_SIGN, 256, pair);
	TEE_Attribute context;
	uint8_t signature[64];
	size_t size = sizeof(signature);

	(void)state;
	TEE_InitRefAttribute(&context, TEE_ATTR_EDDSA_CTX, "c", 1);
	assert_int_equal(TEE_AsymmetricSignDigest(sign, &context, 1, "m", 1, signature, &size), TEE_ERROR_NOT_SUPPORTED);
	TEE_FreeOperation(sign);
	TEE_FreeTransientObject(pair);
}

/* RFC 7748 §6.1 */
#define ALICE_PRIVATE "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
#define ALICE_PUBLIC "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
#define BOB_PRIVATE "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
#define BOB_PUBLIC "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
#define SHARED "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"

static TEE_ObjectHandle derive(const char *private, const char *public, const char *peer)
{
	TEE_ObjectHandle pair = pair_new(TEE_TYPE_X25519_KEYPAIR, private, public);
	TEE_OperationHandle op = operation_new(TEE_ALG_X25519, TEE_MODE_DERIVE, 256, pair);
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;
	TEE_Attribute attr;
	uint8_t bytes[32];

	fixture_hex(peer, bytes);
	TEE_InitRefAttribute(&attr, TEE_ATTR_X25519_PUBLIC_VALUE, bytes, 32);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 256, &secret), TEE_SUCCESS);
	TEE_DeriveKey(op, &attr, 1, secret);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(pair);
	return secret;
}

static void x25519(void **state)
{
	static const struct {
		const char *private, *public, *peer;
	} rows[] = { { ALICE_PRIVATE, ALICE_PUBLIC, BOB_PUBLIC }, { BOB_PRIVATE, BOB_PUBLIC, ALICE_PUBLIC } };
	uint8_t expected[32];
	size_t i;

	(void)state;
	fixture_hex(SHARED, expected);
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle secret = derive(rows[i].private, rows[i].public, rows[i].peer);
		uint8_t bytes[32];
		size_t size = sizeof(bytes);

		assert_int_equal(TEE_GetObjectBufferAttribute(secret, TEE_ATTR_SECRET_VALUE, bytes, &size), TEE_SUCCESS);
		assert_int_equal(size, 32);
		assert_memory_equal(bytes, expected, 32);
		TEE_FreeTransientObject(secret);
	}
}

/* RFC 7748 §6.1, last paragraph: values that make the secret all zeros. */
static void x25519_small_order_gives_no_key(void **state)
{
	static const char *const peers[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(peers); i++) {
		TEE_ObjectHandle secret = derive(ALICE_PRIVATE, ALICE_PUBLIC, peers[i]);
		TEE_ObjectInfo info;

		assert_int_equal(TEE_GetObjectInfo1(secret, &info), TEE_SUCCESS);
		if (info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED)
			fail_msg("%s gave a key", peers[i]);
		TEE_FreeTransientObject(secret);
	}
}

static void operation_info(void **state)
{
	static const uint8_t bytes[32];
	TEE_ObjectHandle key = secret_new(TEE_TYPE_AES, bytes, 32);
	TEE_OperationHandle op = operation_new(TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, 256, TEE_HANDLE_NULL);
	TEE_OperationInfo info;

	(void)state;
	TEE_GetOperationInfo(op, &info);
	assert_int_equal(info.handleState, 0);
	assert_int_equal(info.keySize, 0);
	assert_int_equal(TEE_SetOperationKey(op, key), TEE_SUCCESS);
	assert_int_equal(TEE_AEInit(op, bytes, 12, 96, 0, 0), TEE_SUCCESS);
	TEE_GetOperationInfo(op, &info);
	assert_int_equal(info.algorithm, TEE_ALG_AES_GCM);
	assert_int_equal(info.operationClass, TEE_OPERATION_AE);
	assert_int_equal(info.mode, TEE_MODE_ENCRYPT);
	assert_int_equal(info.digestLength, 12);
	assert_int_equal(info.maxKeySize, 256);
	assert_int_equal(info.keySize, 256);
	assert_int_equal(info.requiredKeyUsage, TEE_USAGE_ENCRYPT);
	assert_int_equal(info.handleState, TEE_HANDLE_FLAG_KEY_SET | TEE_HANDLE_FLAG_INITIALIZED);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(key);
}

static uint32_t state_of(TEE_OperationHandle op)
{
	TEE_OperationInfo info;

	TEE_GetOperationInfo(op, &info);
	return info.handleState;
}

static void cipher_start(TEE_OperationHandle op)
{
	TEE_CipherInit(op, "sixteen-bytes-iv", 16);
}

static void cipher_end(TEE_OperationHandle op)
{
	uint8_t out[16];
	size_t size = sizeof(out);

	assert_int_equal(TEE_CipherDoFinal(op, "sixteen bytes...", 16, out, &size), TEE_SUCCESS);
}

static void mac_start(TEE_OperationHandle op)
{
	TEE_MACInit(op, NULL, 0);
}

static void mac_end(TEE_OperationHandle op)
{
	uint8_t out[16];
	size_t size = sizeof(out);

	assert_int_equal(TEE_MACComputeFinal(op, "m", 1, out, &size), TEE_SUCCESS);
}

static void ae_start(TEE_OperationHandle op)
{
	assert_int_equal(TEE_AEInit(op, "nonce-nonce-", 12, 128, 0, 1), TEE_SUCCESS);
}

static void ae_end(TEE_OperationHandle op)
{
	uint8_t out[1];
	uint8_t tag[16];
	size_t size = sizeof(out);
	size_t tag_size = sizeof(tag);

	assert_int_equal(TEE_AEEncryptFinal(op, "m", 1, out, &size, tag, &tag_size), TEE_SUCCESS);
}

/* GP Core 1.3 §6.1: initial, active, and initial again after the end or a reset, when a key may be set. */
static void states(void **state)
{
	static const struct {
		const char *name;
		uint32_t algorithm, mode;
		void (*start)(TEE_OperationHandle op);
		void (*end)(TEE_OperationHandle op);
	} rows[] = {
		{ "CTR", TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, cipher_start, cipher_end },
		{ "CTS", TEE_ALG_AES_CTS, TEE_MODE_ENCRYPT, cipher_start, cipher_end },
		{ "CMAC", TEE_ALG_AES_CMAC, TEE_MODE_MAC, mac_start, mac_end },
		{ "CBC-MAC", TEE_ALG_AES_CBC_MAC_PKCS5, TEE_MODE_MAC, mac_start, mac_end },
		{ "GCM", TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, ae_start, ae_end },
		{ "CCM", TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, ae_start, ae_end },
	};
	static const uint8_t bytes[16];
	TEE_ObjectHandle key = secret_new(TEE_TYPE_AES, bytes, sizeof(bytes));
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_OperationHandle op = operation_new(rows[i].algorithm, rows[i].mode, 128, TEE_HANDLE_NULL);
		bool reset;

		for (reset = false;; reset = true) {
			assert_int_equal(state_of(op), 0);
			assert_int_equal(TEE_SetOperationKey(op, key), TEE_SUCCESS);
			assert_int_equal(state_of(op), TEE_HANDLE_FLAG_KEY_SET);
			rows[i].start(op);
			assert_int_equal(state_of(op), TEE_HANDLE_FLAG_KEY_SET | TEE_HANDLE_FLAG_INITIALIZED);
			if (reset)
				TEE_ResetOperation(op);
			else
				rows[i].end(op);
			if (state_of(op) != TEE_HANDLE_FLAG_KEY_SET)
				fail_msg("%s", rows[i].name);
			assert_int_equal(TEE_SetOperationKey(op, TEE_HANDLE_NULL), TEE_SUCCESS);
			if (reset)
				break;
		}
		TEE_FreeOperation(op);
	}
	TEE_FreeTransientObject(key);
}

static void what_is_not_there_is_refused(void **state)
{
	static const struct {
		uint32_t algorithm, mode, bits;
	} rows[] = {
		{ TEE_ALG_SM2_KEP, TEE_MODE_DERIVE, 512 },
		{ TEE_ALG_SHA512, TEE_MODE_MAC, 0 },
		{ TEE_ALG_AES_XTS, TEE_MODE_ENCRYPT, 128 },
		{ TEE_ALG_AES_XTS, TEE_MODE_ENCRYPT, 384 },
		{ TEE_ALG_DES3_CBC_NOPAD, TEE_MODE_ENCRYPT, 64 },
		{ TEE_ALG_ECDSA_SHA256, TEE_MODE_SIGN, 255 },
		{ TEE_ALG_DSA_SHA256, TEE_MODE_SIGN, 1536 },
		{ TEE_ALG_RSA_NOPAD, TEE_MODE_SIGN, 2048 },
		{ TEE_ALG_AES_GCM, TEE_MODE_SIGN, 128 },
		{ TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, 100 },
		{ TEE_ALG_ED25519, TEE_MODE_SIGN, 255 },
		{ TEE_ALG_ILLEGAL_VALUE, TEE_MODE_ENCRYPT, 128 },
	};
	TEE_OperationHandle op;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		assert_int_equal(TEE_AllocateOperation(&op, rows[i].algorithm, rows[i].mode, rows[i].bits),
				 TEE_ERROR_NOT_SUPPORTED);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_ED25519, TEE_ECC_CURVE_25519), TEE_SUCCESS);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_AES_GCM, TEE_CRYPTO_ELEMENT_NONE), TEE_SUCCESS);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_ED25519, TEE_CRYPTO_ELEMENT_NONE), TEE_ERROR_NOT_SUPPORTED);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_ECDSA_SHA3_384, TEE_ECC_CURVE_BSI_P512t1), TEE_SUCCESS);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_ECDSA_P521, TEE_ECC_CURVE_NIST_P521), TEE_SUCCESS);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_ECDH_P256, TEE_ECC_CURVE_NIST_P256), TEE_SUCCESS);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_ECDSA_SHA256, TEE_CRYPTO_ELEMENT_NONE),
			 TEE_ERROR_NOT_SUPPORTED);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_ECDSA_SHA256, TEE_ECC_CURVE_SM2), TEE_ERROR_NOT_SUPPORTED);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_SM2_DSA_SM3, TEE_ECC_CURVE_SM2), TEE_SUCCESS);
	assert_int_equal(TEE_IsAlgorithmSupported(TEE_ALG_SM2_KEP, TEE_ECC_CURVE_SM2), TEE_ERROR_NOT_SUPPORTED);
}

/* --- what panics: GP Core 1.3 names these as programmer errors --- */

static void panic_key_usage(void *arg)
{
	static const uint8_t bytes[32];
	TEE_ObjectHandle key = secret_new(TEE_TYPE_HMAC_SHA256, bytes, 32);

	(void)arg;
	assert_int_equal(TEE_RestrictObjectUsage1(key, TEE_USAGE_SIGN), TEE_SUCCESS);
	operation_new(TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, 256, key);
}

static void panic_key_type(void *arg)
{
	static const uint8_t bytes[32];

	(void)arg;
	operation_new(TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, 256, secret_new(TEE_TYPE_AES, bytes, 32));
}

static void panic_key_too_large(void *arg)
{
	static const uint8_t bytes[32];

	(void)arg;
	operation_new(TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, 128, secret_new(TEE_TYPE_AES, bytes, 32));
}

static void panic_no_key(void *arg)
{
	(void)arg;
	TEE_MACInit(operation_new(TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, 256, TEE_HANDLE_NULL), NULL, 0);
}

static void panic_not_started(void *arg)
{
	static const uint8_t bytes[32];

	(void)arg;
	TEE_MACUpdate(operation_new(TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, 256, secret_new(TEE_TYPE_HMAC_SHA256, bytes, 32)),
		      bytes, 1);
}

static void panic_class(void *arg)
{
	(void)arg;
	TEE_AEUpdateAAD(operation_new(TEE_ALG_SHA256, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL), "", 0);
}

static void panic_freed_operation(void *arg)
{
	TEE_OperationHandle op = operation_new(TEE_ALG_SHA256, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL);

	(void)arg;
	TEE_FreeOperation(op);
	TEE_DigestUpdate(op, "", 0);
}

static void panic_sign_with_public(void *arg)
{
	TEE_ObjectHandle public = TEE_HANDLE_NULL;

	(void)arg;
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_ED25519_PUBLIC_KEY, 256, &public), TEE_SUCCESS);
	assert_int_equal(TEE_CopyObjectAttributes1(public, pair_new(TEE_TYPE_ED25519_KEYPAIR, ed_rows[0].private,
								    ed_rows[0].public)), TEE_SUCCESS);
	operation_new(TEE_ALG_ED25519, TEE_MODE_SIGN, 256, public);
}

static void panic_mode(void *arg)
{
	TEE_ObjectHandle pair = pair_new(TEE_TYPE_ED25519_KEYPAIR, ed_rows[0].private, ed_rows[0].public);

	(void)arg;
	(void)!TEE_AsymmetricVerifyDigest(operation_new(TEE_ALG_ED25519, TEE_MODE_SIGN, 256, pair), NULL, 0, "", 0, "",
					  0);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} rows[] = {
		{ "key without the usage", panic_key_usage },
		{ "key of another type", panic_key_type },
		{ "key larger than the operation", panic_key_too_large },
		{ "operation without a key", panic_no_key },
		{ "update before init", panic_not_started },
		{ "operation of another class", panic_class },
		{ "operation freed before", panic_freed_operation },
		{ "signing with a public key", panic_sign_with_public },
		{ "verifying with an operation that signs", panic_mode },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		fixture_panics(rows[i].name, rows[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ed25519),
		cmocka_unit_test(ed25519_parameters_are_refused),
		cmocka_unit_test(x25519),
		cmocka_unit_test(x25519_small_order_gives_no_key),
		cmocka_unit_test(operation_info),
		cmocka_unit_test(states),
		cmocka_unit_test(what_is_not_there_is_refused),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
