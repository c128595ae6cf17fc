// SPDX-License-Identifier: BSD-2-Clause
/* Message authentication codes against published vectors and OpenSSL, in pieces of all sizes, and what panics. */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define TEXT_MAX 256
/* OP-TEE's number. */
#define OPTEE_ALG_DES3_CMAC 0xF0000613

/* RFC 2202 §2, §3; RFC 4231 §4; NIST SP 800-38B appendix D. */
static const struct row {
	const char *name;
	uint32_t algorithm, type;
	const char *key, *message, *mac;
} rows[] = {
	{ "HMAC-MD5 (RFC 2202), case 1", TEE_ALG_HMAC_MD5, TEE_TYPE_HMAC_MD5, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	  "4869205468657265", "9294727a3638bb1c13f48ef8158bfc9d" },
	{ "HMAC-MD5 (RFC 2202), case 2", TEE_ALG_HMAC_MD5, TEE_TYPE_HMAC_MD5, "4a656665",
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f", "750c783e6ab0b503eaa86e310a5db738" },
	{ "HMAC-MD5 (RFC 2202), case 6", TEE_ALG_HMAC_MD5, TEE_TYPE_HMAC_MD5,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
	  "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
	{ "HMAC-SHA1 (RFC 2202), case 1", TEE_ALG_HMAC_SHA1, TEE_TYPE_HMAC_SHA1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	  "4869205468657265", "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ "HMAC-SHA1 (RFC 2202), case 2", TEE_ALG_HMAC_SHA1, TEE_TYPE_HMAC_SHA1, "4a656665",
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ "HMAC-SHA1 (RFC 2202), case 6", TEE_ALG_HMAC_SHA1, TEE_TYPE_HMAC_SHA1,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
	  "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
	{ "HMAC-SHA224 (RFC 4231), case 1", TEE_ALG_HMAC_SHA224, TEE_TYPE_HMAC_SHA224,
	  "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22" },
	{ "HMAC-SHA224 (RFC 4231), case 2", TEE_ALG_HMAC_SHA224, TEE_TYPE_HMAC_SHA224, "4a656665",
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44" },
	{ "HMAC-SHA224 (RFC 4231), case 6", TEE_ALG_HMAC_SHA224, TEE_TYPE_HMAC_SHA224,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e6420"
	  "61206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173"
	  "686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
	  "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1" },
	{ "HMAC-SHA256 (RFC 4231), case 1", TEE_ALG_HMAC_SHA256, TEE_TYPE_HMAC_SHA256,
	  "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "HMAC-SHA256 (RFC 4231), case 2", TEE_ALG_HMAC_SHA256, TEE_TYPE_HMAC_SHA256, "4a656665",
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "HMAC-SHA256 (RFC 4231), case 6", TEE_ALG_HMAC_SHA256, TEE_TYPE_HMAC_SHA256,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e6420"
	  "61206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173"
	  "686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
	  "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
	{ "HMAC-SHA384 (RFC 4231), case 1", TEE_ALG_HMAC_SHA384, TEE_TYPE_HMAC_SHA384,
	  "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6" },
	{ "HMAC-SHA384 (RFC 4231), case 2", TEE_ALG_HMAC_SHA384, TEE_TYPE_HMAC_SHA384, "4a656665",
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649" },
	{ "HMAC-SHA384 (RFC 4231), case 6", TEE_ALG_HMAC_SHA384, TEE_TYPE_HMAC_SHA384,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e6420"
	  "61206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173"
	  "686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
	  "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e" },
	{ "HMAC-SHA512 (RFC 4231), case 1", TEE_ALG_HMAC_SHA512, TEE_TYPE_HMAC_SHA512,
	  "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61"
	  "f1702e696c203a126854" },
	{ "HMAC-SHA512 (RFC 4231), case 2", TEE_ALG_HMAC_SHA512, TEE_TYPE_HMAC_SHA512, "4a656665",
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a"
	  "6b4b636e070a38bce737" },
	{ "HMAC-SHA512 (RFC 4231), case 6", TEE_ALG_HMAC_SHA512, TEE_TYPE_HMAC_SHA512,
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e6420"
	  "61206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173"
	  "686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
	  "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0"
	  "446065c97440fa8c6a58" },
	{ "AES-128-CMAC, 0 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES, "2b7e151628aed2a6abf7158809cf4f3c", "",
	  "bb1d6929e95937287fa37d129b756746" },
	{ "AES-128-CMAC, 16 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES, "2b7e151628aed2a6abf7158809cf4f3c",
	  "6bc1bee22e409f96e93d7e117393172a", "070a16b46b4d4144f79bdd9dd04a287c" },
	{ "AES-128-CMAC, 40 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES, "2b7e151628aed2a6abf7158809cf4f3c",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
	  "dfa66747de9ae63030ca32611497c827" },
	{ "AES-128-CMAC, 64 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES, "2b7e151628aed2a6abf7158809cf4f3c",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f"
	  "9b17ad2b417be66c3710", "51f0bebf7e3b9d92fc49741779363cfe" },
	{ "AES-192-CMAC, 0 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "",
	  "d17ddf46adaacde531cac483de7a9367" },
	{ "AES-192-CMAC, 16 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
	  "6bc1bee22e409f96e93d7e117393172a", "9e99a7bf31e710900662f65e617c5184" },
	{ "AES-192-CMAC, 40 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
	  "8a1de5be2eb31aad089a82e6ee908b0e" },
	{ "AES-192-CMAC, 64 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f"
	  "9b17ad2b417be66c3710", "a1d5df0eed790f794d77589659f39a11" },
	{ "AES-256-CMAC, 0 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES,
	  "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "", "028962f61b7bf89efc6b551f4667d983" },
	{ "AES-256-CMAC, 16 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES,
	  "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "6bc1bee22e409f96e93d7e117393172a",
	  "28a7023f452e8f82bd4bf28d8c37c35c" },
	{ "AES-256-CMAC, 40 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES,
	  "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
	  "aaf3d8f1de5640c232f5b169b9c911e6" },
	{ "AES-256-CMAC, 64 bytes", TEE_ALG_AES_CMAC, TEE_TYPE_AES,
	  "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f"
	  "9b17ad2b417be66c3710", "e1992190549f6ed5696a2c056c315410" },
	{ "DES3-CMAC, 3 keys, 0 bytes", OPTEE_ALG_DES3_CMAC, TEE_TYPE_DES3,
	  "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5", "", "b7a688e122ffaf95" },
	{ "DES3-CMAC, 3 keys, 8 bytes", OPTEE_ALG_DES3_CMAC, TEE_TYPE_DES3,
	  "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5", "6bc1bee22e409f96", "8e8f293136283797" },
	{ "DES3-CMAC, 3 keys, 20 bytes", OPTEE_ALG_DES3_CMAC, TEE_TYPE_DES3,
	  "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5", "6bc1bee22e409f96e93d7e117393172aae2d8a57",
	  "743ddbe0ce2dc2ed" },
	{ "DES3-CMAC, 3 keys, 32 bytes", OPTEE_ALG_DES3_CMAC, TEE_TYPE_DES3,
	  "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51", "33e6b1092400eae5" },
	{ "DES3-CMAC, 2 keys, 0 bytes", OPTEE_ALG_DES3_CMAC, TEE_TYPE_DES3, "4cf15134a2850dd58a3d10ba80570d38", "",
	  "bd2ebf9a3ba00361" },
	{ "DES3-CMAC, 2 keys, 8 bytes", OPTEE_ALG_DES3_CMAC, TEE_TYPE_DES3, "4cf15134a2850dd58a3d10ba80570d38",
	  "6bc1bee22e409f96", "4ff2ab813c53ce83" },
	{ "DES3-CMAC, 2 keys, 20 bytes", OPTEE_ALG_DES3_CMAC, TEE_TYPE_DES3, "4cf15134a2850dd58a3d10ba80570d38",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a57", "62dd1b471902bd4e" },
	{ "DES3-CMAC, 2 keys, 32 bytes", OPTEE_ALG_DES3_CMAC, TEE_TYPE_DES3, "4cf15134a2850dd58a3d10ba80570d38",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51", "31b1e431dabc4eb8" },
};

static TEE_OperationHandle mac_new(uint32_t algorithm, uint32_t type, const char *key_hex)
{
	TEE_ObjectHandle key = crypto_secret(type, key_hex);
	TEE_OperationHandle op = crypto_operation(algorithm, TEE_MODE_MAC, (uint32_t)strlen(key_hex) * 4, key);

	TEE_FreeTransientObject(key);
	return op;
}

/* Computed and compared with the same operation, once for each split; a MAC that is wrong or short is told. */
static void check_splits(const char *name, TEE_OperationHandle op, const uint8_t *message, size_t size,
			 const uint8_t *mac, size_t mac_size)
{
	uint8_t wrong[64];
	uint8_t out[64];
	size_t split;

	memcpy(wrong, mac, mac_size);
	wrong[mac_size - 1] ^= 1;
	for (split = 0; split <= size; split++) {
		size_t n = mac_size - 1;

		TEE_MACInit(op, NULL, 0);
		TEE_MACUpdate(op, message, split);
		assert_int_equal(TEE_MACComputeFinal(op, message + split, size - split, out, &n),
				 TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(n, mac_size);
		assert_int_equal(TEE_MACComputeFinal(op, message + split, size - split, out, &n), TEE_SUCCESS);
		if (n != mac_size || memcmp(out, mac, n))
			fail_msg("%s: split at %zu", name, split);
		TEE_MACInit(op, NULL, 0);
		TEE_MACUpdate(op, message, split);
		assert_int_equal(TEE_MACCompareFinal(op, message + split, size - split, mac, mac_size), TEE_SUCCESS);
	}
	TEE_MACInit(op, NULL, 0);
	assert_int_equal(TEE_MACCompareFinal(op, message, size, wrong, mac_size), TEE_ERROR_MAC_INVALID);
	TEE_MACInit(op, NULL, 0);
	assert_int_equal(TEE_MACCompareFinal(op, message, size, mac, mac_size - 1), TEE_ERROR_MAC_INVALID);
}

static void vectors_at_every_split(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_OperationHandle op = mac_new(rows[i].algorithm, rows[i].type, rows[i].key);
		struct crypto_bytes message = crypto_bytes(rows[i].message);
		struct crypto_bytes mac = crypto_bytes(rows[i].mac);

		check_splits(rows[i].name, op, message.at, message.size, mac.at, mac.size);
		free(mac.at);
		free(message.at);
		TEE_FreeOperation(op);
	}
}

static void hmac_of_every_digest_against_openssl(void **state)
{
	static const struct {
		const char *name;
		uint32_t algorithm, type;
	} digests[] = {
		{ "MD5", TEE_ALG_HMAC_MD5, TEE_TYPE_HMAC_MD5 },
		{ "SHA1", TEE_ALG_HMAC_SHA1, TEE_TYPE_HMAC_SHA1 },
		{ "SHA224", TEE_ALG_HMAC_SHA224, TEE_TYPE_HMAC_SHA224 },
		{ "SHA256", TEE_ALG_HMAC_SHA256, TEE_TYPE_HMAC_SHA256 },
		{ "SHA384", TEE_ALG_HMAC_SHA384, TEE_TYPE_HMAC_SHA384 },
		{ "SHA512", TEE_ALG_HMAC_SHA512, TEE_TYPE_HMAC_SHA512 },
		{ "SHA3-224", TEE_ALG_HMAC_SHA3_224, TEE_TYPE_HMAC_SHA3_224 },
		{ "SHA3-256", TEE_ALG_HMAC_SHA3_256, TEE_TYPE_HMAC_SHA3_256 },
		{ "SHA3-384", TEE_ALG_HMAC_SHA3_384, TEE_TYPE_HMAC_SHA3_384 },
		{ "SHA3-512", TEE_ALG_HMAC_SHA3_512, TEE_TYPE_HMAC_SHA3_512 },
		{ "SM3", TEE_ALG_HMAC_SM3, TEE_TYPE_HMAC_SM3 },
	};
	static const char key_hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627";
	uint8_t message[150];
	uint8_t key[40];
	size_t i;

	(void)state;
	fixture_hex(key_hex, key);
	memset(message, 0x5a, sizeof(message));
	for (i = 0; i < ROWS(digests); i++) {
		TEE_OperationHandle op = mac_new(digests[i].algorithm, digests[i].type, key_hex);
		uint8_t expected[EVP_MAX_MD_SIZE];
		unsigned int size = 0;

		assert_non_null(HMAC(EVP_get_digestbyname(digests[i].name), key, sizeof(key), message, sizeof(message),
				     expected, &size));
		check_splits(digests[i].name, op, message, sizeof(message), expected, size);
		TEE_FreeOperation(op);
	}
}

/* The last block of OpenSSL's CBC encryption with an initial value of zeros. Single DES is DES-EDE3 with three equal keys. */
static void cbc_mac_against_openssl(void **state)
{
	static const struct {
		const char *name, *cipher, *key, *openssl_key;
		uint32_t algorithm, type;
		size_t block;
		bool pads;
	} ciphers[] = {
		{ "AES-128", "AES-128-CBC", "000102030405060708090a0b0c0d0e0f", NULL, TEE_ALG_AES_CBC_MAC_NOPAD, TEE_TYPE_AES, 16, false },
		{ "AES-128 padded", "AES-128-CBC", "000102030405060708090a0b0c0d0e0f", NULL, TEE_ALG_AES_CBC_MAC_PKCS5,
		  TEE_TYPE_AES, 16, true },
		{ "AES-256", "AES-256-CBC", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL,
		  TEE_ALG_AES_CBC_MAC_NOPAD, TEE_TYPE_AES, 16, false },
		{ "DES", "DES-EDE3-CBC", "0123456789abcdef", "0123456789abcdef0123456789abcdef0123456789abcdef",
		  TEE_ALG_DES_CBC_MAC_NOPAD, TEE_TYPE_DES, 8, false },
		{ "DES padded", "DES-EDE3-CBC", "0123456789abcdef", "0123456789abcdef0123456789abcdef0123456789abcdef",
		  TEE_ALG_DES_CBC_MAC_PKCS5, TEE_TYPE_DES, 8, true },
		{ "DES3", "DES-EDE3-CBC", "0123456789abcdef23456789abcdef01456789abcdef0123", NULL, TEE_ALG_DES3_CBC_MAC_NOPAD,
		  TEE_TYPE_DES3, 8, false },
		{ "DES3 with two keys, padded", "DES-EDE3-CBC", "0123456789abcdef23456789abcdef01",
		  "0123456789abcdef23456789abcdef010123456789abcdef", TEE_ALG_DES3_CBC_MAC_PKCS5, TEE_TYPE_DES3, 8, true },
	};
	static const uint8_t zeros[16];
	uint8_t message[64];
	size_t i;

	(void)state;
	memset(message, 0x5a, sizeof(message));
	for (i = 0; i < ROWS(ciphers); i++) {
		size_t size = ciphers[i].pads ? 45 : 48;
		TEE_OperationHandle op = mac_new(ciphers[i].algorithm, ciphers[i].type, ciphers[i].key);
		EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, ciphers[i].cipher, NULL);
		EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
		uint8_t key[32];
		uint8_t out[TEXT_MAX];
		int n;
		int last;

		fixture_hex(ciphers[i].openssl_key ? ciphers[i].openssl_key : ciphers[i].key, key);
		assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, key, zeros, NULL), 1);
		EVP_CIPHER_CTX_set_padding(ctx, ciphers[i].pads);
		assert_int_equal(EVP_EncryptUpdate(ctx, out, &n, message, (int)size), 1);
		assert_int_equal(EVP_EncryptFinal_ex(ctx, out + n, &last), 1);
		check_splits(ciphers[i].name, op, message, size, out + n + last - ciphers[i].block, ciphers[i].block);
		EVP_CIPHER_CTX_free(ctx);
		EVP_CIPHER_free(cipher);
		TEE_FreeOperation(op);
	}
}

/* The copy goes on, also when the original is used for something else meanwhile. */
static void a_copy_goes_on_by_itself(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_OperationHandle op = mac_new(rows[i].algorithm, rows[i].type, rows[i].key);
		TEE_OperationHandle copy = crypto_operation(rows[i].algorithm, TEE_MODE_MAC,
							    (uint32_t)strlen(rows[i].key) * 4, TEE_HANDLE_NULL);
		struct crypto_bytes message = crypto_bytes(rows[i].message);
		struct crypto_bytes mac = crypto_bytes(rows[i].mac);
		size_t half = message.size / 2;

		/* A copy of what has no key yet has none either. */
		TEE_CopyOperation(copy, op);
		TEE_MACInit(op, NULL, 0);
		TEE_MACUpdate(op, message.at, half);
		TEE_CopyOperation(copy, op);
		TEE_MACUpdate(op, "noise", 5);
		TEE_FreeOperation(op);
		if (TEE_MACCompareFinal(copy, message.at + half, message.size - half, mac.at, mac.size))
			fail_msg("%s", rows[i].name);
		free(mac.at);
		free(message.at);
		TEE_FreeOperation(copy);
	}
}

/* GP Core 1.3 §6.5.1: TEE_MACInit gives up what was begun. */
static void init_starts_again(void **state)
{
	TEE_OperationHandle op = mac_new(rows[0].algorithm, rows[0].type, rows[0].key);
	struct crypto_bytes message = crypto_bytes(rows[0].message);
	struct crypto_bytes mac = crypto_bytes(rows[0].mac);

	(void)state;
	TEE_MACInit(op, NULL, 0);
	TEE_MACUpdate(op, "noise", 5);
	TEE_MACInit(op, NULL, 0);
	assert_int_equal(TEE_MACCompareFinal(op, message.at, message.size, mac.at, mac.size), TEE_SUCCESS);
	free(mac.at);
	free(message.at);
	TEE_FreeOperation(op);
}

/* --- what panics --- */

#define AES_KEY "000102030405060708090a0b0c0d0e0f"

static void panic_part_of_a_block(void *arg)
{
	TEE_OperationHandle op = mac_new(TEE_ALG_AES_CBC_MAC_NOPAD, TEE_TYPE_AES, AES_KEY);
	uint8_t mac[16];
	size_t size = sizeof(mac);

	(void)arg;
	TEE_MACInit(op, NULL, 0);
	(void)!TEE_MACComputeFinal(op, "abc", 3, mac, &size);
}

static void panic_compare_part_of_a_block(void *arg)
{
	TEE_OperationHandle op = mac_new(TEE_ALG_AES_CBC_MAC_NOPAD, TEE_TYPE_AES, AES_KEY);
	uint8_t mac[16] = { 0 };

	(void)arg;
	TEE_MACInit(op, NULL, 0);
	(void)!TEE_MACCompareFinal(op, "abc", 3, mac, sizeof(mac));
}

static void panic_after_the_end(void *arg)
{
	TEE_OperationHandle op = mac_new(TEE_ALG_AES_CMAC, TEE_TYPE_AES, AES_KEY);
	uint8_t mac[16];
	size_t size = sizeof(mac);

	(void)arg;
	TEE_MACInit(op, NULL, 0);
	(void)!TEE_MACComputeFinal(op, "abc", 3, mac, &size);
	TEE_MACUpdate(op, "abc", 3);
}

static void panic_hmac_key_of_another_digest(void *arg)
{
	(void)arg;
	crypto_operation(TEE_ALG_HMAC_SHA512, TEE_MODE_MAC, 256, crypto_secret(TEE_TYPE_HMAC_SHA256, AES_KEY AES_KEY));
}

static void panic_null_message(void *arg)
{
	TEE_OperationHandle op = mac_new(TEE_ALG_AES_CMAC, TEE_TYPE_AES, AES_KEY);

	(void)arg;
	TEE_MACInit(op, NULL, 0);
	TEE_MACUpdate(op, NULL, 3);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} panics[] = {
		{ "message that is no whole blocks", panic_part_of_a_block },
		{ "compared message that is no whole blocks", panic_compare_part_of_a_block },
		{ "update after the end", panic_after_the_end },
		{ "key of another digest's HMAC", panic_hmac_key_of_another_digest },
		{ "message without memory", panic_null_message },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(panics); i++)
		fixture_panics(panics[i].name, panics[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_at_every_split),
		cmocka_unit_test(hmac_of_every_digest_against_openssl),
		cmocka_unit_test(cbc_mac_against_openssl),
		cmocka_unit_test(a_copy_goes_on_by_itself),
		cmocka_unit_test(init_starts_again),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
