// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/algorithm.h"

#include <stdio.h>

#include <tee_internal_api.h>

#include "libtee/internal/key.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* OP-TEE's number: GlobalPlatform has none for it. */
#define OPTEE_ALG_DES3_CMAC 0xF0000613

/* GP Core 1.3 table 6-4: modes, and the usage of a key that each wants. */
static const struct tee_algorithm_mode digest_modes[] = { { TEE_MODE_DIGEST, 0, false } };
static const struct tee_algorithm_mode mac_modes[] = { { TEE_MODE_MAC, TEE_USAGE_MAC, false } };
static const struct tee_algorithm_mode derive_modes[] = { { TEE_MODE_DERIVE, TEE_USAGE_DERIVE, true } };
static const struct tee_algorithm_mode cipher_modes[] = {
	{ TEE_MODE_ENCRYPT, TEE_USAGE_ENCRYPT, false },
	{ TEE_MODE_DECRYPT, TEE_USAGE_DECRYPT, false },
};
static const struct tee_algorithm_mode asymmetric_modes[] = {
	{ TEE_MODE_ENCRYPT, TEE_USAGE_ENCRYPT, false },
	{ TEE_MODE_DECRYPT, TEE_USAGE_DECRYPT, true },
};
static const struct tee_algorithm_mode signature_modes[] = {
	{ TEE_MODE_SIGN, TEE_USAGE_SIGN, true },
	{ TEE_MODE_VERIFY, TEE_USAGE_VERIFY, false },
};
/* Without padding the primitives serve for both. */
static const struct tee_algorithm_mode nopad_modes[] = {
	{ TEE_MODE_ENCRYPT, TEE_USAGE_ENCRYPT | TEE_USAGE_VERIFY, false },
	{ TEE_MODE_DECRYPT, TEE_USAGE_DECRYPT | TEE_USAGE_SIGN, true },
};

#define MODES(m) .modes = (m), .mode_count = COUNT(m)
#define HEAD(i, c, s, n) .id = (i), .class = TEE_OPERATION_##c, .scheme = TEE_SCHEME_##s, .name = (n)

#define DIGEST(i, n, size) { HEAD(i, DIGEST, HASH, n), .digest_size = (size), MODES(digest_modes) }
#define XOF(i, n) { HEAD(i, DIGEST, XOF, n), MODES(digest_modes) }
#define CIPHER(i, s, n, b, type) { HEAD(i, CIPHER, s, n), .block = (b), .key_types = { type }, MODES(cipher_modes) }
#define PADDED(i, s, n, b, type) \
	{ HEAD(i, CIPHER, s, n), .block = (b), .pads = true, .key_types = { type }, MODES(cipher_modes) }
#define XTS(i, n, b, type) \
	{ HEAD(i, CIPHER, XTS, n), .block = (b), .two_keys = true, .key_types = { type }, MODES(cipher_modes) }
#define MAC(i, s, n, size, type) \
	{ HEAD(i, MAC, s, n), .digest_size = (size), .block = (size), .key_types = { type }, MODES(mac_modes) }
#define PADDED_MAC(i, n, size, type) \
	{ HEAD(i, MAC, CBC_MAC, n), .digest_size = (size), .block = (size), .pads = true, .key_types = { type }, \
	  MODES(mac_modes) }
#define HMAC(alg, n, size) MAC(TEE_ALG_##alg, HMAC, n, size, TEE_TYPE_##alg)
#define AE(i, s, n, b, type) { HEAD(i, AE, s, n), .block = (b), .key_types = { type }, MODES(cipher_modes) }
#define PAIR(type) { TEE_TYPE_##type##_KEYPAIR, TEE_TYPE_##type##_PUBLIC_KEY }
#define ASYMMETRIC(i, s, n, e, type, m) \
	{ HEAD(i, ASYMMETRIC_CIPHER, s, n), .element = (e), .key_types = PAIR(type), MODES(m) }
#define OAEP(digest, n) \
	ASYMMETRIC(TEE_ALG_RSAES_PKCS1_OAEP_MGF1_##digest, RSAES_OAEP, n, TEE_CRYPTO_ELEMENT_NONE, RSA, asymmetric_modes)
#define SIGNATURE(i, s, n, size, e, type) \
	{ HEAD(i, ASYMMETRIC_SIGNATURE, s, n), .digest_size = (size), .element = (e), .key_types = PAIR(type), \
	  MODES(signature_modes) }
#define RSASSA(digest, n, size) \
	SIGNATURE(TEE_ALG_RSASSA_PKCS1_V1_5_##digest, RSASSA_PKCS1, n, size, TEE_CRYPTO_ELEMENT_NONE, RSA)
#define PSS(digest, n, size) \
	SIGNATURE(TEE_ALG_RSASSA_PKCS1_PSS_MGF1_##digest, RSASSA_PSS, n, size, TEE_CRYPTO_ELEMENT_NONE, RSA)
#define DSA(digest, size) SIGNATURE(TEE_ALG_DSA_##digest, DSA, NULL, size, TEE_CRYPTO_ELEMENT_NONE, DSA)
#define ECDSA(digest, size) SIGNATURE(TEE_ALG_ECDSA_##digest, DSA, NULL, size, TEE_ELEMENT_ANY_CURVE, ECDSA)
#define DERIVE(i, s, e, type) \
	{ HEAD(i, KEY_DERIVATION, s, NULL), .element = (e), .key_types = { type }, MODES(derive_modes) }

static const struct tee_algorithm algorithms[] = {
	DIGEST(TEE_ALG_MD5, "MD5", 16),
	DIGEST(TEE_ALG_SHA1, "SHA1", 20),
	DIGEST(TEE_ALG_SHA224, "SHA2-224", 28),
	DIGEST(TEE_ALG_SHA256, "SHA2-256", 32),
	DIGEST(TEE_ALG_SHA384, "SHA2-384", 48),
	DIGEST(TEE_ALG_SHA512, "SHA2-512", 64),
	DIGEST(TEE_ALG_SHA3_224, "SHA3-224", 28),
	DIGEST(TEE_ALG_SHA3_256, "SHA3-256", 32),
	DIGEST(TEE_ALG_SHA3_384, "SHA3-384", 48),
	DIGEST(TEE_ALG_SHA3_512, "SHA3-512", 64),
	DIGEST(TEE_ALG_SM3, "SM3", 32),
	XOF(TEE_ALG_SHAKE128, "SHAKE-128"),
	XOF(TEE_ALG_SHAKE256, "SHAKE-256"),

	CIPHER(TEE_ALG_AES_ECB_NOPAD, ECB, "AES", 16, TEE_TYPE_AES),
	CIPHER(TEE_ALG_AES_CBC_NOPAD, CBC, "AES", 16, TEE_TYPE_AES),
	CIPHER(TEE_ALG_AES_CTR, CTR, "AES", 16, TEE_TYPE_AES),
	CIPHER(TEE_ALG_AES_CTS, CTS, "AES", 16, TEE_TYPE_AES),
	XTS(TEE_ALG_AES_XTS, "AES", 16, TEE_TYPE_AES),
	CIPHER(TEE_ALG_DES_ECB_NOPAD, ECB, "DES-EDE3", 8, TEE_TYPE_DES),
	CIPHER(TEE_ALG_DES_CBC_NOPAD, CBC, "DES-EDE3", 8, TEE_TYPE_DES),
	CIPHER(TEE_ALG_DES3_ECB_NOPAD, ECB, "DES-EDE3", 8, TEE_TYPE_DES3),
	CIPHER(TEE_ALG_DES3_CBC_NOPAD, CBC, "DES-EDE3", 8, TEE_TYPE_DES3),
	CIPHER(TEE_ALG_SM4_ECB_NOPAD, ECB, "SM4", 16, TEE_TYPE_SM4),
	PADDED(TEE_ALG_SM4_ECB_PKCS5, ECB, "SM4", 16, TEE_TYPE_SM4),
	CIPHER(TEE_ALG_SM4_CBC_NOPAD, CBC, "SM4", 16, TEE_TYPE_SM4),
	PADDED(TEE_ALG_SM4_CBC_PKCS5, CBC, "SM4", 16, TEE_TYPE_SM4),
	CIPHER(TEE_ALG_SM4_CTR, CTR, "SM4", 16, TEE_TYPE_SM4),

	HMAC(HMAC_MD5, "MD5", 16),
	HMAC(HMAC_SHA1, "SHA1", 20),
	HMAC(HMAC_SHA224, "SHA2-224", 28),
	HMAC(HMAC_SHA256, "SHA2-256", 32),
	HMAC(HMAC_SHA384, "SHA2-384", 48),
	HMAC(HMAC_SHA512, "SHA2-512", 64),
	HMAC(HMAC_SHA3_224, "SHA3-224", 28),
	HMAC(HMAC_SHA3_256, "SHA3-256", 32),
	HMAC(HMAC_SHA3_384, "SHA3-384", 48),
	HMAC(HMAC_SHA3_512, "SHA3-512", 64),
	HMAC(HMAC_SM3, "SM3", 32),
	MAC(TEE_ALG_AES_CMAC, CMAC, "AES", 16, TEE_TYPE_AES),
	MAC(OPTEE_ALG_DES3_CMAC, CMAC, "DES-EDE3", 8, TEE_TYPE_DES3),
	MAC(TEE_ALG_AES_CBC_MAC_NOPAD, CBC_MAC, "AES", 16, TEE_TYPE_AES),
	PADDED_MAC(TEE_ALG_AES_CBC_MAC_PKCS5, "AES", 16, TEE_TYPE_AES),
	MAC(TEE_ALG_DES_CBC_MAC_NOPAD, CBC_MAC, "DES-EDE3", 8, TEE_TYPE_DES),
	PADDED_MAC(TEE_ALG_DES_CBC_MAC_PKCS5, "DES-EDE3", 8, TEE_TYPE_DES),
	MAC(TEE_ALG_DES3_CBC_MAC_NOPAD, CBC_MAC, "DES-EDE3", 8, TEE_TYPE_DES3),
	PADDED_MAC(TEE_ALG_DES3_CBC_MAC_PKCS5, "DES-EDE3", 8, TEE_TYPE_DES3),

	AE(TEE_ALG_AES_GCM, GCM, "AES", 16, TEE_TYPE_AES),
	AE(TEE_ALG_AES_CCM, CCM, "AES", 16, TEE_TYPE_AES),

	ASYMMETRIC(TEE_ALG_RSA_NOPAD, RSA_NOPAD, NULL, TEE_CRYPTO_ELEMENT_NONE, RSA, nopad_modes),
	ASYMMETRIC(TEE_ALG_RSAES_PKCS1_V1_5, RSAES_PKCS1, NULL, TEE_CRYPTO_ELEMENT_NONE, RSA, asymmetric_modes),
	OAEP(SHA1, "SHA1"),
	OAEP(SHA224, "SHA2-224"),
	OAEP(SHA256, "SHA2-256"),
	OAEP(SHA384, "SHA2-384"),
	OAEP(SHA512, "SHA2-512"),
	OAEP(SHA3_224, "SHA3-224"),
	OAEP(SHA3_256, "SHA3-256"),
	OAEP(SHA3_384, "SHA3-384"),
	OAEP(SHA3_512, "SHA3-512"),
	ASYMMETRIC(TEE_ALG_SM2_PKE, SM2_PKE, "SM3", TEE_ECC_CURVE_SM2, SM2_PKE, asymmetric_modes),

	RSASSA(MD5, "MD5", 16),
	RSASSA(SHA1, "SHA1", 20),
	RSASSA(SHA224, "SHA2-224", 28),
	RSASSA(SHA256, "SHA2-256", 32),
	RSASSA(SHA384, "SHA2-384", 48),
	RSASSA(SHA512, "SHA2-512", 64),
	RSASSA(SHA3_224, "SHA3-224", 28),
	RSASSA(SHA3_256, "SHA3-256", 32),
	RSASSA(SHA3_384, "SHA3-384", 48),
	RSASSA(SHA3_512, "SHA3-512", 64),
	PSS(SHA1, "SHA1", 20),
	PSS(SHA224, "SHA2-224", 28),
	PSS(SHA256, "SHA2-256", 32),
	PSS(SHA384, "SHA2-384", 48),
	PSS(SHA512, "SHA2-512", 64),
	PSS(SHA3_224, "SHA3-224", 28),
	PSS(SHA3_256, "SHA3-256", 32),
	PSS(SHA3_384, "SHA3-384", 48),
	PSS(SHA3_512, "SHA3-512", 64),
	DSA(SHA1, 20),
	DSA(SHA224, 28),
	DSA(SHA256, 32),
	DSA(SHA3_224, 28),
	DSA(SHA3_256, 32),
	DSA(SHA3_384, 48),
	DSA(SHA3_512, 64),
	ECDSA(SHA1, 20),
	ECDSA(SHA224, 28),
	ECDSA(SHA256, 32),
	ECDSA(SHA384, 48),
	ECDSA(SHA512, 64),
	ECDSA(SHA3_224, 28),
	ECDSA(SHA3_256, 32),
	ECDSA(SHA3_384, 48),
	ECDSA(SHA3_512, 64),
	SIGNATURE(TEE_ALG_SM2_DSA_SM3, DSA, "SM3", 32, TEE_ECC_CURVE_SM2, SM2_DSA),
	SIGNATURE(TEE_ALG_ED25519, EDDSA, NULL, 0, TEE_ECC_CURVE_25519, ED25519),
	SIGNATURE(TEE_ALG_ED448, EDDSA, NULL, 0, TEE_ECC_CURVE_448, ED448),

	DERIVE(TEE_ALG_DH_DERIVE_SHARED_SECRET, AGREEMENT, TEE_CRYPTO_ELEMENT_NONE, TEE_TYPE_DH_KEYPAIR),
	DERIVE(TEE_ALG_ECDH_DERIVE_SHARED_SECRET, AGREEMENT, TEE_ELEMENT_ANY_CURVE, TEE_TYPE_ECDH_KEYPAIR),
	DERIVE(TEE_ALG_X25519, AGREEMENT, TEE_ECC_CURVE_25519, TEE_TYPE_X25519_KEYPAIR),
	DERIVE(TEE_ALG_X448, AGREEMENT, TEE_ECC_CURVE_448, TEE_TYPE_X448_KEYPAIR),
	DERIVE(TEE_ALG_HKDF, HKDF, TEE_CRYPTO_ELEMENT_NONE, TEE_TYPE_HKDF),
};

/* OpenSSL's mode that a scheme is built on. */
static const char *const cipher_mode[] = {
	[TEE_SCHEME_ECB] = "ECB", [TEE_SCHEME_CBC] = "CBC", [TEE_SCHEME_CTR] = "CTR", [TEE_SCHEME_CTS] = "CBC",
	[TEE_SCHEME_XTS] = "XTS", [TEE_SCHEME_CMAC] = "CBC", [TEE_SCHEME_CBC_MAC] = "CBC", [TEE_SCHEME_GCM] = "GCM",
	[TEE_SCHEME_CCM] = "CTR",
};

static bool digest_there(const char *name)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);

	EVP_MD_free(md);
	return md;
}

/* A build of OpenSSL may lack SM3, SM4 or MD5. */
static bool there(const struct tee_algorithm *algorithm)
{
	EVP_CIPHER *cipher;

	if (!algorithm->name)
		return true;
	if (!algorithm->block || algorithm->scheme == TEE_SCHEME_HMAC)
		return digest_there(algorithm->name);
	cipher = tee_algorithm_cipher(algorithm, 128);
	EVP_CIPHER_free(cipher);
	return cipher;
}

const struct tee_algorithm *tee_algorithm(uint32_t id)
{
	size_t i;

	for (i = 0; i < COUNT(algorithms); i++)
		if (algorithms[i].id == id)
			return there(&algorithms[i]) ? &algorithms[i] : NULL;
	return NULL;
}

int tee_algorithm_mode(const struct tee_algorithm *algorithm, uint32_t mode)
{
	unsigned int i;

	for (i = 0; i < algorithm->mode_count; i++)
		if (algorithm->modes[i].mode == mode)
			return (int)i;
	return -1;
}

bool tee_algorithm_has_bits(const struct tee_algorithm *algorithm, uint32_t bits)
{
	uint32_t each = algorithm->two_keys ? bits / 2 : bits;

	/* §6.2.1: a digest takes no key, and its size is not looked at. */
	if (!algorithm->key_types[0])
		return true;
	/* IEEE 1619 has AES-128 and AES-256 only. */
	if (algorithm->two_keys && (bits % 2 || each == 192))
		return false;
	return tee_key_type_has_bits(tee_key_type(algorithm->key_types[0]), each);
}

bool tee_algorithm_has_element(const struct tee_algorithm *algorithm, uint32_t element)
{
	if (algorithm->element == TEE_ELEMENT_ANY_CURVE)
		return element != TEE_ECC_CURVE_SM2 && tee_curve(element);
	return algorithm->element == element;
}

EVP_CIPHER *tee_algorithm_cipher(const struct tee_algorithm *algorithm, uint32_t bits)
{
	const char *mode = cipher_mode[algorithm->scheme];
	char name[32];

	/* Only AES has keys of several sizes. */
	if (algorithm->key_types[0] == TEE_TYPE_AES)
		snprintf(name, sizeof(name), "%s-%u-%s", algorithm->name, bits, mode);
	else
		snprintf(name, sizeof(name), "%s-%s", algorithm->name, mode);
	return EVP_CIPHER_fetch(NULL, name, NULL);
}

const char *tee_algorithm_digest_name(uint32_t id)
{
	const struct tee_algorithm *algorithm = tee_algorithm(id);

	return algorithm && algorithm->scheme == TEE_SCHEME_HASH ? algorithm->name : NULL;
}
