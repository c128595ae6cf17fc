// SPDX-License-Identifier: BSD-2-Clause
/* The types of keys, their sizes and attributes: GP Core 1.3 tables 5-9 to 5-12; curves: table 6-14. */
#include "libtee/internal/key.h"

#include <openssl/core_names.h>
#include <tee_api_defines.h>

#define PAIR 0x01000000u	/* what tells a pair's type from its public half's */

static const struct tee_key_part_type secret_parts[] = {
	{ TEE_ATTR_SECRET_VALUE, NULL, 0 },
};

static const struct tee_key_part_type rsa_parts[] = {
	{ TEE_ATTR_RSA_MODULUS, OSSL_PKEY_PARAM_RSA_N, 0 },
	{ TEE_ATTR_RSA_PUBLIC_EXPONENT, OSSL_PKEY_PARAM_RSA_E, TEE_KEY_GENERATE_MAY },
	{ TEE_ATTR_RSA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D, 0 },
	{ TEE_ATTR_RSA_PRIME1, OSSL_PKEY_PARAM_RSA_FACTOR1, TEE_KEY_OPTIONAL },
	{ TEE_ATTR_RSA_PRIME2, OSSL_PKEY_PARAM_RSA_FACTOR2, TEE_KEY_OPTIONAL },
	{ TEE_ATTR_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT1, TEE_KEY_OPTIONAL },
	{ TEE_ATTR_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_EXPONENT2, TEE_KEY_OPTIONAL },
	{ TEE_ATTR_RSA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, TEE_KEY_OPTIONAL },
};

static const struct tee_key_part_type dsa_parts[] = {
	{ TEE_ATTR_DSA_PRIME, OSSL_PKEY_PARAM_FFC_P, TEE_KEY_GENERATE_MUST },
	{ TEE_ATTR_DSA_SUBPRIME, OSSL_PKEY_PARAM_FFC_Q, TEE_KEY_GENERATE_MUST },
	{ TEE_ATTR_DSA_BASE, OSSL_PKEY_PARAM_FFC_G, TEE_KEY_GENERATE_MUST },
	{ TEE_ATTR_DSA_PUBLIC_VALUE, OSSL_PKEY_PARAM_PUB_KEY, 0 },
	{ TEE_ATTR_DSA_PRIVATE_VALUE, OSSL_PKEY_PARAM_PRIV_KEY, 0 },
};

static const struct tee_key_part_type dh_parts[] = {
	{ TEE_ATTR_DH_PRIME, OSSL_PKEY_PARAM_FFC_P, TEE_KEY_GENERATE_MUST },
	{ TEE_ATTR_DH_SUBPRIME, OSSL_PKEY_PARAM_FFC_Q, TEE_KEY_OPTIONAL | TEE_KEY_GENERATE_MAY },
	{ TEE_ATTR_DH_BASE, OSSL_PKEY_PARAM_FFC_G, TEE_KEY_GENERATE_MUST },
	{ TEE_ATTR_DH_X_BITS, NULL, TEE_KEY_OPTIONAL | TEE_KEY_GENERATE_MAY },
	{ TEE_ATTR_DH_PUBLIC_VALUE, OSSL_PKEY_PARAM_PUB_KEY, 0 },
	{ TEE_ATTR_DH_PRIVATE_VALUE, OSSL_PKEY_PARAM_PRIV_KEY, 0 },
};

/* The public half is one point for OpenSSL, and two numbers here. */
static const struct tee_key_part_type ec_parts[] = {
	{ TEE_ATTR_ECC_PUBLIC_VALUE_X, NULL, 0 },
	{ TEE_ATTR_ECC_PUBLIC_VALUE_Y, NULL, 0 },
	{ TEE_ATTR_ECC_CURVE, NULL, TEE_KEY_GENERATE_MUST },
	{ TEE_ATTR_ECC_PRIVATE_VALUE, OSSL_PKEY_PARAM_PRIV_KEY, 0 },
};

static const struct tee_key_part_type sm2_parts[] = {
	{ TEE_ATTR_ECC_PUBLIC_VALUE_X, NULL, 0 },
	{ TEE_ATTR_ECC_PUBLIC_VALUE_Y, NULL, 0 },
	{ TEE_ATTR_ECC_PRIVATE_VALUE, OSSL_PKEY_PARAM_PRIV_KEY, 0 },
};

/* Of a pair the private one is first. */
static const struct tee_key_part_type ed25519_parts[] = {
	{ TEE_ATTR_ED25519_PRIVATE_VALUE, NULL, 0 },
	{ TEE_ATTR_ED25519_PUBLIC_VALUE, NULL, 0 },
};

static const struct tee_key_part_type x25519_parts[] = {
	{ TEE_ATTR_X25519_PRIVATE_VALUE, NULL, 0 },
	{ TEE_ATTR_X25519_PUBLIC_VALUE, NULL, 0 },
};

static const struct tee_key_part_type ed448_parts[] = {
	{ TEE_ATTR_ED448_PRIVATE_VALUE, NULL, 0 },
	{ TEE_ATTR_ED448_PUBLIC_VALUE, NULL, 0 },
};

static const struct tee_key_part_type x448_parts[] = {
	{ TEE_ATTR_X448_PRIVATE_VALUE, NULL, 0 },
	{ TEE_ATTR_X448_PUBLIC_VALUE, NULL, 0 },
};

#define SECRET(id, min, max, step) { id, TEE_KEY_SECRET, NULL, min, max, step, secret_parts, 1, 0 }
/*
 * HMAC keys: RFC 2104 takes any length, and so do the published test vectors; GP Core 1.3 asks for ranges within this
 * one (64 to 1024 bits) at least.
 */
#define HMAC(id) SECRET(id, 8, 8192, 8)
#define RAW(id, name, bits, octets, parts, first, count) \
	{ id, TEE_KEY_RAW, name, bits, bits, 1, (parts) + (first), count, octets }
#define RAW_PAIR(id, name, bits, octets, parts) \
	RAW(id##_KEYPAIR, name, bits, octets, parts, 0, 2), RAW(id##_PUBLIC_KEY, name, bits, octets, parts, 1, 1)
/* OpenSSL makes no RSA or DH key of fewer than 512 bits; GP Core 1.3 would begin with 256. */
#define RSA(id, count) { id, TEE_KEY_RSA, "RSA", 512, 4096, 1, rsa_parts, count, 0 }
#define DSA(id, count) { id, TEE_KEY_DSA, "DSA", 512, 3072, 64, dsa_parts, count, 0 }
#define EC(id, count) { id, TEE_KEY_EC, "EC", 160, 521, 1, ec_parts, count, 0 }
#define SM2(id, count) { id, TEE_KEY_EC, "SM2", 256, 256, 1, sm2_parts, count, 0 }

static const struct tee_key_type types[] = {
	SECRET(TEE_TYPE_AES, 128, 256, 64),
	SECRET(TEE_TYPE_DES, 64, 64, 64),
	SECRET(TEE_TYPE_DES3, 128, 192, 64),
	SECRET(TEE_TYPE_SM4, 128, 128, 128),
	HMAC(TEE_TYPE_HMAC_MD5),
	HMAC(TEE_TYPE_HMAC_SHA1),
	HMAC(TEE_TYPE_HMAC_SHA224),
	HMAC(TEE_TYPE_HMAC_SHA256),
	HMAC(TEE_TYPE_HMAC_SHA384),
	HMAC(TEE_TYPE_HMAC_SHA512),
	HMAC(TEE_TYPE_HMAC_SM3),
	HMAC(TEE_TYPE_HMAC_SHA3_224),
	HMAC(TEE_TYPE_HMAC_SHA3_256),
	HMAC(TEE_TYPE_HMAC_SHA3_384),
	HMAC(TEE_TYPE_HMAC_SHA3_512),
	SECRET(TEE_TYPE_GENERIC_SECRET, 8, 4096, 8),
	SECRET(TEE_TYPE_HKDF, 8, 4096, 8),
	RSA(TEE_TYPE_RSA_KEYPAIR, 8),
	RSA(TEE_TYPE_RSA_PUBLIC_KEY, 2),
	DSA(TEE_TYPE_DSA_KEYPAIR, 5),
	DSA(TEE_TYPE_DSA_PUBLIC_KEY, 4),
	{ TEE_TYPE_DH_KEYPAIR, TEE_KEY_DH, "DH", 512, 4096, 8, dh_parts, 6, 0 },
	EC(TEE_TYPE_ECDSA_KEYPAIR, 4),
	EC(TEE_TYPE_ECDSA_PUBLIC_KEY, 3),
	EC(TEE_TYPE_ECDH_KEYPAIR, 4),
	EC(TEE_TYPE_ECDH_PUBLIC_KEY, 3),
	SM2(TEE_TYPE_SM2_DSA_KEYPAIR, 3),
	SM2(TEE_TYPE_SM2_DSA_PUBLIC_KEY, 2),
	SM2(TEE_TYPE_SM2_KEP_KEYPAIR, 3),
	SM2(TEE_TYPE_SM2_KEP_PUBLIC_KEY, 2),
	SM2(TEE_TYPE_SM2_PKE_KEYPAIR, 3),
	SM2(TEE_TYPE_SM2_PKE_PUBLIC_KEY, 2),
	RAW_PAIR(TEE_TYPE_ED25519, "ED25519", 256, 32, ed25519_parts),
	RAW_PAIR(TEE_TYPE_X25519, "X25519", 256, 32, x25519_parts),
	RAW_PAIR(TEE_TYPE_ED448, "ED448", 448, 57, ed448_parts),
	RAW_PAIR(TEE_TYPE_X448, "X448", 448, 56, x448_parts),
	{ TEE_TYPE_DATA, TEE_KEY_NONE, NULL, 0, 0, 1, NULL, 0, 0 },
};

static const struct tee_curve curves[] = {
	{ TEE_ECC_CURVE_NIST_P192, "prime192v1", 192 },
	{ TEE_ECC_CURVE_NIST_P224, "secp224r1", 224 },
	{ TEE_ECC_CURVE_NIST_P256, "prime256v1", 256 },
	{ TEE_ECC_CURVE_NIST_P384, "secp384r1", 384 },
	{ TEE_ECC_CURVE_NIST_P521, "secp521r1", 521 },
	{ TEE_ECC_CURVE_BSI_P160r1, "brainpoolP160r1", 160 },
	{ TEE_ECC_CURVE_BSI_P192r1, "brainpoolP192r1", 192 },
	{ TEE_ECC_CURVE_BSI_P224r1, "brainpoolP224r1", 224 },
	{ TEE_ECC_CURVE_BSI_P256r1, "brainpoolP256r1", 256 },
	{ TEE_ECC_CURVE_BSI_P320r1, "brainpoolP320r1", 320 },
	{ TEE_ECC_CURVE_BSI_P384r1, "brainpoolP384r1", 384 },
	{ TEE_ECC_CURVE_BSI_P512r1, "brainpoolP512r1", 512 },
	{ TEE_ECC_CURVE_BSI_P160t1, "brainpoolP160t1", 160 },
	{ TEE_ECC_CURVE_BSI_P192t1, "brainpoolP192t1", 192 },
	{ TEE_ECC_CURVE_BSI_P224t1, "brainpoolP224t1", 224 },
	{ TEE_ECC_CURVE_BSI_P256t1, "brainpoolP256t1", 256 },
	{ TEE_ECC_CURVE_BSI_P320t1, "brainpoolP320t1", 320 },
	{ TEE_ECC_CURVE_BSI_P384t1, "brainpoolP384t1", 384 },
	{ TEE_ECC_CURVE_BSI_P512t1, "brainpoolP512t1", 512 },
	{ TEE_ECC_CURVE_SM2, "SM2", 256 },
};

const struct tee_key_type *tee_key_type(uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

const struct tee_curve *tee_curve(uint32_t id)
{
	size_t i;

	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (curves[i].id == id)
			return &curves[i];
	return NULL;
}

static bool curve_has_bits(uint32_t bits)
{
	size_t i;

	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (curves[i].bits == bits)
			return true;
	return false;
}

bool tee_key_type_has_bits(const struct tee_key_type *type, uint32_t bits)
{
	if (bits < type->min_bits || bits > type->max_bits || (bits - type->min_bits) % type->step_bits)
		return false;
	switch (type->family) {
	case TEE_KEY_EC:
		return curve_has_bits(bits);
	case TEE_KEY_DSA:
		return bits <= 1024 || bits == 2048 || bits == 3072;
	default:
		return true;
	}
}

bool tee_key_type_is_pair(const struct tee_key_type *type)
{
	return type->type & PAIR;
}

int tee_key_part(const struct tee_key_type *type, uint32_t attribute)
{
	int i;

	for (i = 0; i < type->part_count; i++)
		if (type->parts[i].attribute == attribute)
			return i;
	return -1;
}

bool tee_key_can_copy(const struct tee_key_type *dst, const struct tee_key_type *src)
{
	/* GP Core 1.3 §5.6.7: the same type, or the public half of a pair. */
	return dst == src || (tee_key_type_is_pair(src) && dst->type == (src->type & ~PAIR));
}
