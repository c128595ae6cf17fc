// SPDX-License-Identifier: BSD-2-Clause
/* HKDF, X448 and Ed448 against published vectors, and what is refused or panics. */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

static bool is_initialized(TEE_ObjectHandle object)
{
	TEE_ObjectInfo info;

	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	return info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED;
}

static TEE_ObjectHandle secret_new(uint32_t type, uint32_t bits)
{
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;

	assert_int_equal(TEE_AllocateTransientObject(type, bits, &secret), TEE_SUCCESS);
	return secret;
}

/* --- HKDF --- */

static const struct hkdf_row {
	const char *name;
	uint32_t hash;
	const char *key, *salt, *info, *derived;
} hkdf_rows[] = {
	{ "RFC 5869 §A.1", TEE_ALG_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
	  "f0f1f2f3f4f5f6f7f8f9",
	  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
	{ "RFC 5869 §A.2", TEE_ALG_SHA256,
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435"
	  "363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
	  "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495"
	  "969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
	  "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5"
	  "e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	  "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f"
	  "09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" },
	{ "RFC 5869 §A.3", TEE_ALG_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
	  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
	{ "RFC 5869 §A.4", TEE_ALG_SHA1, "0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
	  "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896" },
	{ "RFC 5869 §A.5", TEE_ALG_SHA1,
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435"
	  "363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
	  "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495"
	  "969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
	  "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5"
	  "e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	  "0bd770a74d1160f7c9f12cd5912a06ebff6adcae899d92191fe4305673ba2ffe8fa3f1a4e5ad79f3f334b3b202b2173c486ea37ce3d3"
	  "97ed034c7f9dfeb15c5e927336d0441f4c4300e2cff0d0900b52d3b4" },
	{ "RFC 5869 §A.6", TEE_ALG_SHA1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
	  "0ac1af7002b3d761d1e55298da9d0506b9ae52057220a306e07b6b87e8df21d0ea00033de03984d34918" },
	{ "RFC 5869 §A.7", TEE_ALG_SHA1, "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "", "",
	  "2c91117204d745f3500d636a62f64f0ab3bae548aa53d423b0d1f27ebba6f5e5673a081d70cce7acfc48" },
};

/* Parameters of HKDF; absent ones are left out if so wanted, which is the same as empty ones (RFC 5869 §2.2, §2.3). */
static void hkdf_derive(const struct hkdf_row *row, TEE_ObjectHandle key, bool leave_out, size_t size,
			TEE_ObjectHandle secret)
{
	TEE_OperationHandle op = crypto_operation(TEE_ALG_HKDF, TEE_MODE_DERIVE, 4096, key);
	struct crypto_bytes salt = crypto_bytes(row->salt);
	struct crypto_bytes info = crypto_bytes(row->info);
	TEE_Attribute params[4];
	uint32_t n = 0;

	TEE_InitValueAttribute(&params[n++], TEE_ATTR_HKDF_HASH_ALGORITHM, row->hash, 0);
	TEE_InitValueAttribute(&params[n++], TEE_ATTR_KDF_KEY_SIZE, (uint32_t)size, 0);
	if (salt.size || !leave_out)
		TEE_InitRefAttribute(&params[n++], TEE_ATTR_HKDF_SALT, salt.at, salt.size);
	if (info.size || !leave_out)
		TEE_InitRefAttribute(&params[n++], TEE_ATTR_HKDF_INFO, info.at, info.size);
	TEE_DeriveKey(op, params, n, secret);
	free(info.at);
	free(salt.at);
	TEE_FreeOperation(op);
}

static void hkdf_vectors(void **state)
{
	size_t i;
	int leave_out;

	(void)state;
	for (i = 0; i < ROWS(hkdf_rows); i++)
		for (leave_out = 0; leave_out < 2; leave_out++) {
			TEE_ObjectHandle key = crypto_secret(TEE_TYPE_HKDF, hkdf_rows[i].key);
			TEE_ObjectHandle secret = secret_new(TEE_TYPE_GENERIC_SECRET, 1024);
			uint8_t bytes[128];

			hkdf_derive(&hkdf_rows[i], key, leave_out, strlen(hkdf_rows[i].derived) / 2, secret);
			crypto_assert_bytes(hkdf_rows[i].name, bytes,
					    crypto_attribute(secret, TEE_ATTR_SECRET_VALUE, bytes, sizeof(bytes)),
					    hkdf_rows[i].derived);
			TEE_FreeTransientObject(secret);
			TEE_FreeTransientObject(key);
		}
}

/* --- X448: RFC 7748 §6.2 --- */

#define ALICE_PRIVATE "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b"
#define ALICE_PUBLIC "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0"
#define BOB_PRIVATE "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d"
#define BOB_PUBLIC "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609"
#define SHARED "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d"

static TEE_ObjectHandle x448_pair(const char *private, const char *public)
{
	const struct crypto_part parts[] = {
		{ TEE_ATTR_X448_PRIVATE_VALUE, private, 0 },
		{ TEE_ATTR_X448_PUBLIC_VALUE, public, 0 },
		{ 0 },
	};

	return crypto_object(TEE_TYPE_X448_KEYPAIR, 448, parts);
}

static void x448_derive(TEE_ObjectHandle pair, const char *peer_hex, TEE_ObjectHandle secret)
{
	TEE_OperationHandle op = crypto_operation(TEE_ALG_X448, TEE_MODE_DERIVE, 448, pair);
	struct crypto_bytes peer = crypto_bytes(peer_hex);
	TEE_Attribute attr;

	TEE_InitRefAttribute(&attr, TEE_ATTR_X448_PUBLIC_VALUE, peer.at, peer.size);
	TEE_DeriveKey(op, &attr, 1, secret);
	free(peer.at);
	TEE_FreeOperation(op);
}

static void x448(void **state)
{
	static const struct {
		const char *name, *private, *public, *peer;
	} rows[] = {
		{ "Alice", ALICE_PRIVATE, ALICE_PUBLIC, BOB_PUBLIC },
		{ "Bob", BOB_PRIVATE, BOB_PUBLIC, ALICE_PUBLIC },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle pair = x448_pair(rows[i].private, rows[i].public);
		TEE_ObjectHandle secret = secret_new(TEE_TYPE_GENERIC_SECRET, 448);
		uint8_t bytes[56];

		x448_derive(pair, rows[i].peer, secret);
		crypto_assert_bytes(rows[i].name, bytes,
				    crypto_attribute(secret, TEE_ATTR_SECRET_VALUE, bytes, sizeof(bytes)), SHARED);
		TEE_FreeTransientObject(secret);
		/* The point 0 has small order. */
		secret = secret_new(TEE_TYPE_GENERIC_SECRET, 448);
		x448_derive(pair, "00000000000000000000000000000000000000000000000000000000"
				  "00000000000000000000000000000000000000000000000000000000", secret);
		assert_false(is_initialized(secret));
		TEE_FreeTransientObject(secret);
		TEE_FreeTransientObject(pair);
	}
}

/* An agreed secret goes on to HKDF without leaving its object: even one that may not be extracted. */
static void an_agreed_secret_goes_on_to_hkdf(void **state)
{
	static const struct hkdf_row row = { "", TEE_ALG_SHA512, "", "", "", "" };
	TEE_ObjectHandle pair = x448_pair(ALICE_PRIVATE, ALICE_PUBLIC);
	TEE_ObjectHandle secret = secret_new(TEE_TYPE_HKDF, 448);
	TEE_ObjectHandle direct = crypto_secret(TEE_TYPE_HKDF, SHARED);
	TEE_ObjectHandle a = secret_new(TEE_TYPE_GENERIC_SECRET, 256);
	TEE_ObjectHandle b = secret_new(TEE_TYPE_GENERIC_SECRET, 256);
	uint8_t bytes_a[32];
	uint8_t bytes_b[32];

	(void)state;
	x448_derive(pair, BOB_PUBLIC, secret);
	assert_int_equal(TEE_RestrictObjectUsage1(secret, TEE_USAGE_DERIVE), TEE_SUCCESS);
	hkdf_derive(&row, secret, true, 32, a);
	hkdf_derive(&row, direct, true, 32, b);
	assert_int_equal(crypto_attribute(a, TEE_ATTR_SECRET_VALUE, bytes_a, 32), 32);
	assert_int_equal(crypto_attribute(b, TEE_ATTR_SECRET_VALUE, bytes_b, 32), 32);
	assert_memory_equal(bytes_a, bytes_b, 32);
	TEE_FreeTransientObject(b);
	TEE_FreeTransientObject(a);
	TEE_FreeTransientObject(direct);
	TEE_FreeTransientObject(secret);
	TEE_FreeTransientObject(pair);
}

/* --- Ed448 --- */

static const struct ed448_row {
	const char *name;
	const char *private, *public, *message, *signature;
} ed448_rows[] = {
	{ "RFC 8032 §7.4, 0 bytes",
	  "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f032e7549a200"
	  "98f95b",
	  "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8"
	  "256180", "",
	  "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d7828c59bd0a21b"
	  "fd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d958"
	  "08ff2e652600" },
	{ "RFC 8032 §7.4, 1 bytes",
	  "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659949ef8021e954e0a"
	  "12274e",
	  "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c"
	  "3a9480", "03",
	  "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037ab7c"
	  "d779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d23444"
	  "1cf807c03a00" },
	{ "RFC 8032 §7.4, 11 bytes",
	  "cd23d24f714274e744343237b93290f511f6425f98e64459ff203e8985083ffdf60500553abc0e05cd02184bdb89c4ccd67e18795126"
	  "7eb328",
	  "dcea9e78f35a1bf3499a831b10b86c90aac01cd84b67a0109b55a36e9328b1e365fce161d71ce7131a543ea4cb5f7e9f1d8b00696447"
	  "001400", "0c3e544074ec63b0265e0c",
	  "1f0a8888ce25e8d458a21130879b840a9089d999aaba039eaf3e3afa090a09d389dba82c4ff2ae8ac5cdfb7c55e94d5d961a29fe0109"
	  "941e00b8dbdeea6d3b051068df7254c0cdc129cbe62db2dc957dbb47b51fd3f213fb8698f064774250a5028961c9bf8ffd973fe5d5c2"
	  "06492b140e00" },
	{ "RFC 8032 §7.4, 12 bytes",
	  "258cdd4ada32ed9c9ff54e63756ae582fb8fab2ac721f2c8e676a72768513d939f63dddb55609133f29adf86ec9929dccb52c1c5fd2f"
	  "f7e21b",
	  "3ba16da0c6f2cc1f30187740756f5e798d6bc5fc015d7c63cc9510ee3fd44adc24d8e968b6e46e6f94d19b945361726bd75e149ef098"
	  "17f580", "64a65f3cdedcdd66811e2915",
	  "7eeeab7c4e50fb799b418ee5e3197ff6bf15d43a14c34389b59dd1a7b1b85b4ae90438aca634bea45e3a2695f1270f07fdcdf7c62b8e"
	  "feaf00b45c2c96ba457eb1a8bf075a3db28e5c24f6b923ed4ad747c3c9e03c7079efb87cb110d3a99861e72003cbae6d6b8b827e4e6c"
	  "143064ff3c00" },
	{ "RFC 8032 §7.4, 13 bytes",
	  "7ef4e84544236752fbb56b8f31a23a10e42814f5f55ca037cdcc11c64c9a3b2949c1bb60700314611732a6c2fea98eebc0266a11a939"
	  "70100e",
	  "b3da079b0aa493a5772029f0467baebee5a8112d9d3a22532361da294f7bb3815c5dc59e176b4d9f381ca0938e13c6c07b174be65dfa"
	  "578e80", "64a65f3cdedcdd66811e2915e7",
	  "6a12066f55331b6c22acd5d5bfc5d71228fbda80ae8dec26bdd306743c5027cb4890810c162c027468675ecf645a83176c0d7323a2cc"
	  "de2d80efe5a1268e8aca1d6fbc194d3f77c44986eb4ab4177919ad8bec33eb47bbb5fc6e28196fd1caf56b4e7e0ba5519234d047155a"
	  "c727a1053100" },
	{ "RFC 8032 §7.4, 64 bytes",
	  "d65df341ad13e008567688baedda8e9dcdc17dc024974ea5b4227b6530e339bff21f99e68ca6968f3cca6dfe0fb9f4fab4fa135d5542"
	  "ea3f01",
	  "df9705f58edbab802c7f8363cfe5560ab1c6132c20a9f1dd163483a26f8ac53a39d6808bf4a1dfbd261b099bb03b3fb50906cb28bd8a"
	  "081f00",
	  "bd0f6a3747cd561bdddf4640a332461a4a30a12a434cd0bf40d766d9c6d458e5512204a30c17d1f50b5079631f64eb3112182da30058"
	  "35461113718d1a5ef944",
	  "554bc2480860b49eab8532d2a533b7d578ef473eeb58c98bb2d0e1ce488a98b18dfde9b9b90775e67f47d4a1c3482058efc9f40d2ca0"
	  "33a0801b63d45b3b722ef552bad3b4ccb667da350192b61c508cf7b6b5adadc2c8d9a446ef003fb05cba5f30e88e36ec2703b349ca22"
	  "9c2670833900" },
};

static TEE_ObjectHandle ed448_pair(const struct ed448_row *row)
{
	const struct crypto_part parts[] = {
		{ TEE_ATTR_ED448_PRIVATE_VALUE, row->private, 0 },
		{ TEE_ATTR_ED448_PUBLIC_VALUE, row->public, 0 },
		{ 0 },
	};

	return crypto_object(TEE_TYPE_ED448_KEYPAIR, 448, parts);
}

static void ed448(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(ed448_rows); i++) {
		const struct ed448_row *row = &ed448_rows[i];
		TEE_ObjectHandle pair = ed448_pair(row);
		TEE_ObjectHandle public = crypto_public(pair, TEE_TYPE_ED448_PUBLIC_KEY);
		TEE_OperationHandle sign = crypto_operation(TEE_ALG_ED448, TEE_MODE_SIGN, 448, pair);
		TEE_OperationHandle verify = crypto_operation(TEE_ALG_ED448, TEE_MODE_VERIFY, 448, public);
		struct crypto_bytes message = crypto_bytes(row->message);
		uint8_t signature[114];
		size_t size = 113;

		assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, message.at, message.size, signature, &size),
				 TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(size, 114);
		assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, message.at, message.size, signature, &size),
				 TEE_SUCCESS);
		crypto_assert_bytes(row->name, signature, size, row->signature);
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, message.at, message.size, signature, size),
				 TEE_SUCCESS);
		assert_int_equal(
			TEE_AsymmetricVerifyDigest(verify, NULL, 0, message.at, message.size, signature, size - 1),
			TEE_ERROR_SIGNATURE_INVALID);
		signature[60] ^= 1;
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, message.at, message.size, signature, size),
				 TEE_ERROR_SIGNATURE_INVALID);
		free(message.at);
		TEE_FreeOperation(verify);
		TEE_FreeOperation(sign);
		TEE_FreeTransientObject(public);
		TEE_FreeTransientObject(pair);
	}
}

/* Ed448ph and contexts are refused, not ignored; an empty context is plain Ed448 (RFC 8032 §5.2). */
static void ed448_parameters(void **state)
{
	static const struct {
		const char *name;
		uint32_t id, value;
		size_t size;
		TEE_Result result;
	} rows[] = {
		{ "context", TEE_ATTR_EDDSA_CTX, 0, 3, TEE_ERROR_NOT_SUPPORTED },
		{ "empty context", TEE_ATTR_EDDSA_CTX, 0, 0, TEE_SUCCESS },
		{ "prehash", TEE_ATTR_EDDSA_PREHASH, 1, 0, TEE_ERROR_NOT_SUPPORTED },
		{ "no prehash", TEE_ATTR_EDDSA_PREHASH, 0, 0, TEE_SUCCESS },
		{ "of another algorithm", TEE_ATTR_RSA_PSS_SALT_LENGTH, 0, 0, TEE_ERROR_BAD_PARAMETERS },
	};
	TEE_ObjectHandle pair = ed448_pair(&ed448_rows[0]);
	TEE_OperationHandle sign = crypto_operation(TEE_ALG_ED448, TEE_MODE_SIGN, 448, pair);
	TEE_OperationHandle verify = crypto_operation(TEE_ALG_ED448, TEE_MODE_VERIFY, 448, pair);
	struct crypto_bytes expected = crypto_bytes(ed448_rows[0].signature);
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		uint8_t signature[114] = { 0 };
		size_t size = sizeof(signature);
		TEE_Attribute attr;

		if (rows[i].id & TEE_ATTR_FLAG_VALUE)
			TEE_InitValueAttribute(&attr, rows[i].id, rows[i].value, 0);
		else
			TEE_InitRefAttribute(&attr, rows[i].id, "foo", rows[i].size);
		if (TEE_AsymmetricSignDigest(sign, &attr, 1, NULL, 0, signature, &size) != rows[i].result ||
		    TEE_AsymmetricVerifyDigest(verify, &attr, 1, NULL, 0, expected.at, expected.size) != rows[i].result)
			fail_msg("%s", rows[i].name);
		if (!rows[i].result)
			assert_memory_equal(signature, expected.at, expected.size);
	}
	free(expected.at);
	TEE_FreeOperation(verify);
	TEE_FreeOperation(sign);
	TEE_FreeTransientObject(pair);
}

/* --- what panics --- */

static void hkdf_with(uint32_t hash, uint32_t size, uint32_t count)
{
	TEE_OperationHandle op = crypto_operation(TEE_ALG_HKDF, TEE_MODE_DERIVE, 128,
						  crypto_secret(TEE_TYPE_HKDF, "000102030405060708090a0b0c0d0e0f"));
	TEE_Attribute params[2];

	TEE_InitValueAttribute(&params[0], TEE_ATTR_HKDF_HASH_ALGORITHM, hash, 0);
	TEE_InitValueAttribute(&params[1], TEE_ATTR_KDF_KEY_SIZE, size, 0);
	TEE_DeriveKey(op, params, count, secret_new(TEE_TYPE_GENERIC_SECRET, 256));
}

static void panic_hkdf_hash(void *arg)
{
	(void)arg;
	hkdf_with(TEE_ALG_SHAKE128, 32, 2);
}

static void panic_hkdf_no_size(void *arg)
{
	(void)arg;
	hkdf_with(TEE_ALG_SHA256, 32, 1);
}

static void panic_hkdf_too_much(void *arg)
{
	(void)arg;
	hkdf_with(TEE_ALG_SHA256, 33, 2);
}

static void panic_hkdf_nothing(void *arg)
{
	(void)arg;
	hkdf_with(TEE_ALG_SHA256, 0, 2);
}

static void panic_derived_twice(void *arg)
{
	TEE_ObjectHandle pair = x448_pair(ALICE_PRIVATE, ALICE_PUBLIC);
	TEE_ObjectHandle secret = secret_new(TEE_TYPE_GENERIC_SECRET, 448);

	(void)arg;
	x448_derive(pair, BOB_PUBLIC, secret);
	x448_derive(pair, BOB_PUBLIC, secret);
}

static void panic_peer_size(void *arg)
{
	(void)arg;
	x448_derive(x448_pair(ALICE_PRIVATE, ALICE_PUBLIC), "00", secret_new(TEE_TYPE_GENERIC_SECRET, 448));
}

static void panic_public_key_derives(void *arg)
{
	(void)arg;
	crypto_operation(TEE_ALG_X448, TEE_MODE_DERIVE, 448,
			 crypto_public(x448_pair(ALICE_PRIVATE, ALICE_PUBLIC), TEE_TYPE_X448_PUBLIC_KEY));
}

static void panic_operation_signs(void *arg)
{
	TEE_ObjectHandle pair = ed448_pair(&ed448_rows[0]);

	(void)arg;
	TEE_DeriveKey(crypto_operation(TEE_ALG_ED448, TEE_MODE_SIGN, 448, pair), NULL, 0,
		      secret_new(TEE_TYPE_GENERIC_SECRET, 448));
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} panics[] = {
		{ "HKDF with no digest of a fixed length", panic_hkdf_hash },
		{ "HKDF without the size of the key", panic_hkdf_no_size },
		{ "HKDF of more than the object takes", panic_hkdf_too_much },
		{ "HKDF of nothing", panic_hkdf_nothing },
		{ "a key derived over another", panic_derived_twice },
		{ "peer's value of another size", panic_peer_size },
		{ "public key for a derivation", panic_public_key_derives },
		{ "derivation by what signs", panic_operation_signs },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(panics); i++)
		fixture_panics(panics[i].name, panics[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hkdf_vectors),
		cmocka_unit_test(x448),
		cmocka_unit_test(an_agreed_secret_goes_on_to_hkdf),
		cmocka_unit_test(ed448),
		cmocka_unit_test(ed448_parameters),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
