// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every type of key: made, taken apart into attributes and put together again, copied, stored and loaded, and its public
 * half alone. Generating is what gives the attributes, so no vectors are needed: the algorithms' tests have them.
 */
#include "tests/unit/tee_crypto_fixture.h"

#include <string.h>

#define PARTS 8
#define PART_MAX 512

/* RFC 5114 §2.1: a group for DSA and Diffie-Hellman. */
#define GROUP_P \
	"b10b8f96a080e01dde92de5eae5d54ec52c99fbcfb06a3c69a6a9dca52d23b616073e28675a23d189838ef1e2ee652c013ecb4aea9061123" \
	"24975c3cd49b83bfaccbdd7d90c4bd7098488e9c219a73724effd6fae5644738faa31a4ff55bccc0a151af5f0dc8b4bd45bf37df365c1a65" \
	"e68cfda76d4da708df1fb2bc2e4a4371"
#define GROUP_G \
	"a4d1cbd5c3fd34126765a442efb99905f8104dd258ac507fd6406cff14266d31266fea1e5c41564b777e690f5504f213160217b4b01b886a" \
	"5e91547f9e2749f4d7fbd7d3b9a92ee1909d0d2263f80a76a6a24c087a091f531dbf0a0169b6a28ad662a4d18e73afa32d779d5918d08bc8" \
	"858f4dcef97c2a24855e6eeb22b3b2e5"
#define GROUP_Q "f518aa8781a8df278aba4e7d64b7cb9d49462353"

static const struct crypto_part no_params[] = { { 0 } };
static const struct crypto_part dsa_params[] = {
	{ TEE_ATTR_DSA_PRIME, GROUP_P, 0 },
	{ TEE_ATTR_DSA_SUBPRIME, GROUP_Q, 0 },
	{ TEE_ATTR_DSA_BASE, GROUP_G, 0 },
	{ 0 },
};
static const struct crypto_part dh_params[] = {
	{ TEE_ATTR_DH_PRIME, GROUP_P, 0 }, { TEE_ATTR_DH_BASE, GROUP_G, 0 }, { TEE_ATTR_DH_SUBPRIME, GROUP_Q, 0 },
	{ TEE_ATTR_DH_X_BITS, NULL, 160 }, { 0 },
};
static const struct crypto_part p521_params[] = { { TEE_ATTR_ECC_CURVE, NULL, TEE_ECC_CURVE_NIST_P521 }, { 0 } };
static const struct crypto_part p160_params[] = { { TEE_ATTR_ECC_CURVE, NULL, TEE_ECC_CURVE_BSI_P160r1 }, { 0 } };

#define SECRET_ROW(t, bits) { #t, TEE_TYPE_##t, 0, bits, no_params, { TEE_ATTR_SECRET_VALUE } }
#define SM2_ATTRIBUTES { TEE_ATTR_ECC_PUBLIC_VALUE_X, TEE_ATTR_ECC_PUBLIC_VALUE_Y, TEE_ATTR_ECC_PRIVATE_VALUE }
#define EC_ATTRIBUTES { TEE_ATTR_ECC_PUBLIC_VALUE_X, TEE_ATTR_ECC_PUBLIC_VALUE_Y, TEE_ATTR_ECC_CURVE, TEE_ATTR_ECC_PRIVATE_VALUE }

static const struct row {
	const char *name;
	uint32_t type, public_type;	/* public_type 0: there is none */
	uint32_t bits;
	const struct crypto_part *params;
	uint32_t attributes[PARTS];
} rows[] = {
	SECRET_ROW(AES, 192),
	SECRET_ROW(DES, 64),
	SECRET_ROW(DES3, 128),
	SECRET_ROW(DES3, 192),
	SECRET_ROW(SM4, 128),
	SECRET_ROW(HMAC_MD5, 512),
	SECRET_ROW(HMAC_SHA1, 80),
	SECRET_ROW(HMAC_SHA224, 112),
	SECRET_ROW(HMAC_SHA256, 192),
	SECRET_ROW(HMAC_SHA384, 1024),
	SECRET_ROW(HMAC_SHA512, 1024),
	SECRET_ROW(HMAC_SM3, 80),
	SECRET_ROW(HMAC_SHA3_224, 192),
	SECRET_ROW(HMAC_SHA3_256, 256),
	SECRET_ROW(HMAC_SHA3_384, 256),
	SECRET_ROW(HMAC_SHA3_512, 256),
	SECRET_ROW(GENERIC_SECRET, 4096),
	SECRET_ROW(HKDF, 8),
	{ "RSA", TEE_TYPE_RSA_KEYPAIR, TEE_TYPE_RSA_PUBLIC_KEY, 1024, no_params,
	  { TEE_ATTR_RSA_MODULUS, TEE_ATTR_RSA_PUBLIC_EXPONENT, TEE_ATTR_RSA_PRIVATE_EXPONENT, TEE_ATTR_RSA_PRIME1,
	    TEE_ATTR_RSA_PRIME2, TEE_ATTR_RSA_EXPONENT1, TEE_ATTR_RSA_EXPONENT2, TEE_ATTR_RSA_COEFFICIENT } },
	{ "DSA", TEE_TYPE_DSA_KEYPAIR, TEE_TYPE_DSA_PUBLIC_KEY, 1024, dsa_params,
	  { TEE_ATTR_DSA_PRIME, TEE_ATTR_DSA_SUBPRIME, TEE_ATTR_DSA_BASE, TEE_ATTR_DSA_PUBLIC_VALUE,
	    TEE_ATTR_DSA_PRIVATE_VALUE } },
	{ "DH", TEE_TYPE_DH_KEYPAIR, 0, 1024, dh_params,
	  { TEE_ATTR_DH_PRIME, TEE_ATTR_DH_SUBPRIME, TEE_ATTR_DH_BASE, TEE_ATTR_DH_X_BITS, TEE_ATTR_DH_PUBLIC_VALUE,
	    TEE_ATTR_DH_PRIVATE_VALUE } },
	{ "ECDSA P-521", TEE_TYPE_ECDSA_KEYPAIR, TEE_TYPE_ECDSA_PUBLIC_KEY, 521, p521_params, EC_ATTRIBUTES },
	{ "ECDH brainpoolP160r1", TEE_TYPE_ECDH_KEYPAIR, TEE_TYPE_ECDH_PUBLIC_KEY, 160, p160_params, EC_ATTRIBUTES },
	{ "SM2 DSA", TEE_TYPE_SM2_DSA_KEYPAIR, TEE_TYPE_SM2_DSA_PUBLIC_KEY, 256, no_params, SM2_ATTRIBUTES },
	{ "SM2 KEP", TEE_TYPE_SM2_KEP_KEYPAIR, TEE_TYPE_SM2_KEP_PUBLIC_KEY, 256, no_params, SM2_ATTRIBUTES },
	{ "SM2 PKE", TEE_TYPE_SM2_PKE_KEYPAIR, TEE_TYPE_SM2_PKE_PUBLIC_KEY, 256, no_params, SM2_ATTRIBUTES },
	{ "Ed25519", TEE_TYPE_ED25519_KEYPAIR, TEE_TYPE_ED25519_PUBLIC_KEY, 256, no_params,
	  { TEE_ATTR_ED25519_PRIVATE_VALUE, TEE_ATTR_ED25519_PUBLIC_VALUE } },
	{ "X25519", TEE_TYPE_X25519_KEYPAIR, TEE_TYPE_X25519_PUBLIC_KEY, 256, no_params,
	  { TEE_ATTR_X25519_PRIVATE_VALUE, TEE_ATTR_X25519_PUBLIC_VALUE } },
	{ "Ed448", TEE_TYPE_ED448_KEYPAIR, TEE_TYPE_ED448_PUBLIC_KEY, 448, no_params,
	  { TEE_ATTR_ED448_PRIVATE_VALUE, TEE_ATTR_ED448_PUBLIC_VALUE } },
	{ "X448", TEE_TYPE_X448_KEYPAIR, TEE_TYPE_X448_PUBLIC_KEY, 448, no_params,
	  { TEE_ATTR_X448_PRIVATE_VALUE, TEE_ATTR_X448_PUBLIC_VALUE } },
};

/* What a key was taken apart into. */
struct parts {
	TEE_Attribute attrs[PARTS];
	uint8_t bytes[PARTS][PART_MAX];
	uint32_t count;
};

/* Attributes that the object does not have are left out only if the public half is asked. */
static void parts_read(const struct row *row, TEE_ObjectHandle object, bool public, struct parts *parts)
{
	size_t i;

	parts->count = 0;
	for (i = 0; i < PARTS && row->attributes[i]; i++) {
		uint32_t id = row->attributes[i];
		TEE_Attribute *attr = &parts->attrs[parts->count];
		uint8_t *bytes = parts->bytes[parts->count];
		size_t size = PART_MAX;
		uint32_t a = 0;
		uint32_t b = 0;
		TEE_Result result;

		if (id & TEE_ATTR_FLAG_VALUE)
			result = TEE_GetObjectValueAttribute(object, id, &a, &b);
		else
			result = TEE_GetObjectBufferAttribute(object, id, bytes, &size);
		if (result != (public && !(id & TEE_ATTR_FLAG_PUBLIC) ? TEE_ERROR_ITEM_NOT_FOUND : TEE_SUCCESS))
			fail_msg("%s: attribute %zu: 0x%08x", row->name, i, result);
		if (result)
			continue;
		if (id & TEE_ATTR_FLAG_VALUE)
			TEE_InitValueAttribute(attr, id, a, b);
		else
			TEE_InitRefAttribute(attr, id, bytes, size);
		parts->count++;
	}
}

static void parts_assert_same(const char *name, const struct parts *a, const struct parts *b)
{
	uint32_t i;

	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++) {
		const TEE_Attribute *x = &a->attrs[i];
		const TEE_Attribute *y = &b->attrs[i];
		bool same = x->attributeID == y->attributeID;

		if (x->attributeID & TEE_ATTR_FLAG_VALUE)
			same = same && x->content.value.a == y->content.value.a &&
			       x->content.value.b == y->content.value.b;
		else
			same = same && x->content.ref.length == y->content.ref.length &&
			       !memcmp(x->content.ref.buffer, y->content.ref.buffer, x->content.ref.length);
		if (!same)
			fail_msg("%s: attribute 0x%08x", name, x->attributeID);
	}
}

static TEE_ObjectHandle empty(uint32_t type, uint32_t bits)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;

	assert_int_equal(TEE_AllocateTransientObject(type, bits, &object), TEE_SUCCESS);
	return object;
}

static void assert_info(const struct row *row, TEE_ObjectHandle object, uint32_t type)
{
	TEE_ObjectInfo info;

	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	assert_int_equal(info.objectType, type);
	assert_true(info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED);
	if (info.objectSize != row->bits)
		fail_msg("%s: %u bits", row->name, info.objectSize);
}

static void taken_apart_and_put_together(void **state)
{
	static struct parts one, two;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle object = crypto_generated(rows[i].type, rows[i].bits, rows[i].params);
		TEE_ObjectHandle other = empty(rows[i].type, rows[i].bits);

		assert_info(&rows[i], object, rows[i].type);
		parts_read(&rows[i], object, false, &one);
		if (TEE_PopulateTransientObject(other, one.attrs, one.count))
			fail_msg("%s: its own attributes are not taken", rows[i].name);
		assert_info(&rows[i], other, rows[i].type);
		parts_read(&rows[i], other, false, &two);
		parts_assert_same(rows[i].name, &one, &two);
		TEE_ResetTransientObject(other);
		assert_int_equal(TEE_CopyObjectAttributes1(other, object), TEE_SUCCESS);
		parts_read(&rows[i], other, false, &two);
		parts_assert_same(rows[i].name, &one, &two);
		TEE_FreeTransientObject(other);
		TEE_FreeTransientObject(object);
	}
}

static void two_new_keys_differ(void **state)
{
	static struct parts one, two;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle a = crypto_generated(rows[i].type, rows[i].bits, rows[i].params);
		TEE_ObjectHandle b = crypto_generated(rows[i].type, rows[i].bits, rows[i].params);
		uint32_t n;
		bool secret_seen = false;

		parts_read(&rows[i], a, false, &one);
		parts_read(&rows[i], b, false, &two);
		for (n = 0; n < one.count; n++) {
			const TEE_Attribute *x = &one.attrs[n];

			/* One byte of a secret can be the same in both. */
			if (x->attributeID & TEE_ATTR_FLAG_PUBLIC || x->content.ref.length < 8)
				continue;
			secret_seen = true;
			assert_memory_not_equal(x->content.ref.buffer, two.attrs[n].content.ref.buffer, 8);
		}
		assert_true(secret_seen || rows[i].bits < 64);
		TEE_FreeTransientObject(b);
		TEE_FreeTransientObject(a);
	}
}

static void public_halves(void **state)
{
	static struct parts one, two;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle pair;
		TEE_ObjectHandle public;
		TEE_ObjectHandle other;

		if (!rows[i].public_type)
			continue;
		pair = crypto_generated(rows[i].type, rows[i].bits, rows[i].params);
		public = crypto_public(pair, rows[i].public_type);
		other = empty(rows[i].public_type, rows[i].bits);
		assert_info(&rows[i], public, rows[i].public_type);
		parts_read(&rows[i], public, true, &one);
		assert_true(one.count > 0);
		assert_int_equal(TEE_PopulateTransientObject(other, one.attrs, one.count), TEE_SUCCESS);
		parts_read(&rows[i], other, true, &two);
		parts_assert_same(rows[i].name, &one, &two);
		TEE_FreeTransientObject(other);
		TEE_FreeTransientObject(public);
		TEE_FreeTransientObject(pair);
	}
}

/* --- public keys come from outside --- */

static uint64_t dice(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Changes one attribute: a bit, some bytes, its length, or what kind of value it is. */
static void change(TEE_Attribute *attr, uint64_t *seed)
{
	uint8_t *bytes = attr->content.ref.buffer;
	size_t size = attr->content.ref.length;

	if (attr->attributeID & TEE_ATTR_FLAG_VALUE) {
		attr->content.value.a ^= 1u << dice(seed) % 12;
		return;
	}
	switch (dice(seed) % 4) {
	case 0:
		bytes[dice(seed) % size] ^= (uint8_t)(1u << dice(seed) % 8);
		break;
	case 1:
		memset(bytes, dice(seed) % 2 ? 0xff : 0, dice(seed) % size + 1);
		break;
	case 2:
		attr->content.ref.length = dice(seed) % size + 1;
		break;
	default:
		bytes[size - 1] ^= 1;
	}
}

static void use(TEE_ObjectHandle public, uint32_t algorithm, uint32_t mode, uint32_t bits, size_t digest_size)
{
	static const uint8_t zeros[32];
	static uint8_t signature[PART_MAX];
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	size_t size = sizeof(signature);

	assert_int_equal(TEE_AllocateOperation(&op, algorithm, mode, bits), TEE_SUCCESS);
	/* OpenSSL may still refuse to build a key of it. */
	if (!TEE_SetOperationKey(op, public)) {
		if (mode == TEE_MODE_ENCRYPT)
			(void)!TEE_AsymmetricEncrypt(op, NULL, 0, zeros, digest_size, signature, &size);
		else
			for (size = 1; size <= 256; size++)
				assert_int_not_equal(
					TEE_AsymmetricVerifyDigest(op, NULL, 0, zeros, digest_size, signature, size),
					TEE_SUCCESS);
	}
	TEE_FreeOperation(op);
}

/* A changed public key is refused, or is another public key; a seed that found something would be a row here. */
static void changed_public_keys_do_no_harm(void **state)
{
	static const struct {
		uint32_t type, algorithm, mode;
		size_t digest_size;
	} uses[] = {
		{ TEE_TYPE_RSA_PUBLIC_KEY, TEE_ALG_RSASSA_PKCS1_V1_5_SHA256, TEE_MODE_VERIFY, 32 },
		{ TEE_TYPE_RSA_PUBLIC_KEY, TEE_ALG_RSAES_PKCS1_V1_5, TEE_MODE_ENCRYPT, 32 },
		{ TEE_TYPE_DSA_PUBLIC_KEY, TEE_ALG_DSA_SHA256, TEE_MODE_VERIFY, 32 },
		{ TEE_TYPE_ECDSA_PUBLIC_KEY, TEE_ALG_ECDSA_SHA256, TEE_MODE_VERIFY, 32 },
		{ TEE_TYPE_SM2_DSA_PUBLIC_KEY, TEE_ALG_SM2_DSA_SM3, TEE_MODE_VERIFY, 32 },
		{ TEE_TYPE_SM2_PKE_PUBLIC_KEY, TEE_ALG_SM2_PKE, TEE_MODE_ENCRYPT, 32 },
		{ TEE_TYPE_ED25519_PUBLIC_KEY, TEE_ALG_ED25519, TEE_MODE_VERIFY, 32 },
		{ TEE_TYPE_ED448_PUBLIC_KEY, TEE_ALG_ED448, TEE_MODE_VERIFY, 32 },
	};
	static struct parts parts;
	uint64_t seed = 0x7465652d6b657973;
	size_t i;
	size_t u;
	int n;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		for (n = 0; n < 60 && rows[i].public_type; n++) {
			TEE_ObjectHandle pair = n ? TEE_HANDLE_NULL
						  : crypto_generated(rows[i].type, rows[i].bits, rows[i].params);
			TEE_ObjectHandle public = n ? TEE_HANDLE_NULL : crypto_public(pair, rows[i].public_type);
			TEE_ObjectHandle other = empty(rows[i].public_type, rows[i].bits);
			static struct parts original;
			TEE_Result result;
			uint32_t at;

			if (!n)
				parts_read(&rows[i], public, true, &original);
			parts = original;
			for (at = 0; at < parts.count; at++)
				if (!(parts.attrs[at].attributeID & TEE_ATTR_FLAG_VALUE))
					parts.attrs[at].content.ref.buffer = parts.bytes[at];
			change(&parts.attrs[dice(&seed) % parts.count], &seed);
			result = TEE_PopulateTransientObject(other, parts.attrs, parts.count);
			if (result && result != TEE_ERROR_BAD_PARAMETERS)
				fail_msg("%s, change %d: 0x%08x", rows[i].name, n, result);
			for (u = 0; u < ROWS(uses) && !result; u++)
				if (uses[u].type == rows[i].public_type)
					use(other, uses[u].algorithm, uses[u].mode, rows[i].bits, uses[u].digest_size);
			TEE_FreeTransientObject(other);
			TEE_FreeTransientObject(public);
			TEE_FreeTransientObject(pair);
		}
}

/* Through the storage's encoding and its check when it is loaded. */
static void stored_and_loaded(void **state)
{
	static struct parts one, two;
	char *dir = fixture_dir();
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle object;
		TEE_ObjectHandle stored = TEE_HANDLE_NULL;

		fixture_host(dir);
		object = crypto_generated(rows[i].type, rows[i].bits, rows[i].params);
		parts_read(&rows[i], object, false, &one);
		assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "k", 1, TEE_DATA_FLAG_OVERWRITE,
							    object, NULL, 0, NULL),
				 TEE_SUCCESS);
		tee_host_stop();
		fixture_host(dir);
		if (TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "k", 1, TEE_DATA_FLAG_ACCESS_READ, &stored))
			fail_msg("%s: not loaded", rows[i].name);
		assert_info(&rows[i], stored, rows[i].type);
		parts_read(&rows[i], stored, false, &two);
		parts_assert_same(rows[i].name, &one, &two);
		tee_host_stop();
	}
	fixture_dir_remove(&dir);
}

/* Optional attributes may all be missing; the key works as well. */
static void rsa_without_its_primes(void **state)
{
	static struct parts parts;
	const struct row *rsa = &rows[18];
	TEE_ObjectHandle full = crypto_generated(rsa->type, rsa->bits, no_params);
	TEE_ObjectHandle bare = empty(rsa->type, rsa->bits);
	uint8_t bytes[PART_MAX];
	size_t size = sizeof(bytes);

	(void)state;
	assert_string_equal(rsa->name, "RSA");
	parts_read(rsa, full, false, &parts);
	assert_int_equal(TEE_PopulateTransientObject(bare, parts.attrs, 3), TEE_SUCCESS);
	assert_int_equal(TEE_GetObjectBufferAttribute(bare, TEE_ATTR_RSA_PRIME1, bytes, &size),
			 TEE_ERROR_ITEM_NOT_FOUND);
	TEE_FreeTransientObject(bare);
	TEE_FreeTransientObject(full);
}

static void an_empty_attribute_is_refused(void **state)
{
	static const struct crypto_part parts[] = { { TEE_ATTR_SECRET_VALUE, "", 0 }, { 0 } };
	TEE_ObjectHandle object = TEE_HANDLE_NULL;

	(void)state;
	assert_int_equal(crypto_populate(TEE_TYPE_AES, 128, parts, &object), TEE_ERROR_BAD_PARAMETERS);
	TEE_FreeTransientObject(object);
	/* Nor is there such a size of the type. */
	object = empty(TEE_TYPE_AES, 256);
	assert_int_equal(TEE_PopulateTransientObject(object, &(TEE_Attribute){ TEE_ATTR_SECRET_VALUE, .content.ref = {
				(uint8_t[20]){ 0 }, 20 } }, 1), TEE_ERROR_BAD_PARAMETERS);
	TEE_FreeTransientObject(object);
}

/* --- what panics --- */

static void populate_aes(uint32_t bits, const struct crypto_part *parts)
{
	TEE_ObjectHandle object;

	(void)!crypto_populate(TEE_TYPE_AES, bits, parts, &object);
}

static void panic_too_large(void *arg)
{
	const struct crypto_part parts[] = {
		{ TEE_ATTR_SECRET_VALUE, "000102030405060708090a0b0c0d0e0f1011121314151617", 0 }, { 0 }
	};

	(void)arg;
	populate_aes(128, parts);
}

static void panic_twice(void *arg)
{
	const struct crypto_part parts[] = {
		{ TEE_ATTR_SECRET_VALUE, "000102030405060708090a0b0c0d0e0f", 0 },
		{ TEE_ATTR_SECRET_VALUE, "000102030405060708090a0b0c0d0e0f", 0 },
		{ 0 },
	};

	(void)arg;
	populate_aes(128, parts);
}

static void panic_other_attribute(void *arg)
{
	const struct crypto_part parts[] = { { TEE_ATTR_RSA_MODULUS, "000102030405060708090a0b0c0d0e0f", 0 }, { 0 } };

	(void)arg;
	populate_aes(128, parts);
}

static void panic_none(void *arg)
{
	(void)arg;
	populate_aes(128, no_params);
}

static void panic_public_generated(void *arg)
{
	(void)arg;
	crypto_generated(TEE_TYPE_RSA_PUBLIC_KEY, 1024, no_params);
}

static void panic_size_generated(void *arg)
{
	(void)arg;
	(void)!TEE_GenerateKey(empty(TEE_TYPE_AES, 256), 200, NULL, 0);
}

static void panic_larger_generated(void *arg)
{
	(void)arg;
	(void)!TEE_GenerateKey(empty(TEE_TYPE_AES, 128), 256, NULL, 0);
}

static void panic_copy_of_a_secret(void *arg)
{
	(void)arg;
	(void)!TEE_CopyObjectAttributes1(empty(TEE_TYPE_DES, 64),
					 crypto_generated(TEE_TYPE_GENERIC_SECRET, 64, no_params));
}

static void panic_copy_of_a_public_half(void *arg)
{
	TEE_ObjectHandle pair = crypto_generated(TEE_TYPE_ED25519_KEYPAIR, 256, no_params);

	(void)arg;
	(void)!TEE_CopyObjectAttributes1(empty(TEE_TYPE_ED25519_KEYPAIR, 256),
					 crypto_public(pair, TEE_TYPE_ED25519_PUBLIC_KEY));
}

static void panic_copy_into_small(void *arg)
{
	(void)arg;
	(void)!TEE_CopyObjectAttributes1(empty(TEE_TYPE_AES, 128), crypto_generated(TEE_TYPE_AES, 256, no_params));
}

static void panic_extract(void *arg)
{
	TEE_ObjectHandle pair = crypto_generated(TEE_TYPE_SM2_DSA_KEYPAIR, 256, no_params);
	uint8_t bytes[32];
	size_t size = sizeof(bytes);

	(void)arg;
	(void)!TEE_RestrictObjectUsage1(pair, ~(uint32_t)TEE_USAGE_EXTRACTABLE);
	(void)!TEE_GetObjectBufferAttribute(pair, TEE_ATTR_ECC_PUBLIC_VALUE_X, bytes, &size);
	(void)!TEE_GetObjectBufferAttribute(pair, TEE_ATTR_ECC_PRIVATE_VALUE, bytes, &size);
}

static void panic_value_of_empty(void *arg)
{
	uint32_t a;

	(void)arg;
	(void)!TEE_GetObjectValueAttribute(empty(TEE_TYPE_ECDSA_KEYPAIR, 256), TEE_ATTR_ECC_CURVE, &a, NULL);
}

static void panic_buffer_as_a_value(void *arg)
{
	uint32_t a;

	(void)arg;
	(void)!TEE_GetObjectValueAttribute(crypto_generated(TEE_TYPE_AES, 128, no_params), TEE_ATTR_SECRET_VALUE, &a,
					   NULL);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} panics[] = {
		{ "attribute larger than the object", panic_too_large },
		{ "attribute twice", panic_twice },
		{ "attribute of another type", panic_other_attribute },
		{ "no attribute", panic_none },
		{ "generating a public key", panic_public_generated },
		{ "generating a size that there is not", panic_size_generated },
		{ "generating more than the object takes", panic_larger_generated },
		{ "copying a secret into a key of another type", panic_copy_of_a_secret },
		{ "copying a public half into a pair", panic_copy_of_a_public_half },
		{ "copying into an object that is too small", panic_copy_into_small },
		{ "extracting a private part", panic_extract },
		{ "value of an object without a key", panic_value_of_empty },
		{ "buffer asked for as a value", panic_buffer_as_a_value },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(panics); i++)
		fixture_panics(panics[i].name, panics[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_apart_and_put_together),
		cmocka_unit_test(two_new_keys_differ),
		cmocka_unit_test(public_halves),
		cmocka_unit_test(changed_public_keys_do_no_harm),
		cmocka_unit_test(stored_and_loaded),
		cmocka_unit_test(rsa_without_its_primes),
		cmocka_unit_test(an_empty_attribute_is_refused),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
