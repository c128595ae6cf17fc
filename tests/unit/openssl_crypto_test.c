// SPDX-License-Identifier: BSD-2-Clause
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/hex.h"
#include "common/openssl_crypto.h"
#include "proto/err.h"

#define OPS (&openssl_crypto)

static struct bytes text(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static void check(const uint8_t *got, size_t len, const char *want)
{
	char hex[HEX_TEXT(160)];

	assert_string_equal(hex_encode(got, len, hex), want);
}

/* FIPS 180-4's "abc", in one part, in three, and with empty ones between. */
static void sha256_of_parts(void **state)
{
	const struct bytes one[] = { text("abc") }, five[] = { text("a"), text(""), text("b"), { NULL, 0 }, text("c") };
	uint8_t out[SHA256_LEN];

	(void)state;
	assert_int_equal(OPS->sha256(one, 1, out), 0);
	check(out, sizeof(out), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(OPS->sha256(five, 5, out), 0);
	check(out, sizeof(out), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231 §4.3, and an empty key over an empty message (what HKDF-Extract without a salt needs). */
static void hmac_of_parts(void **state)
{
	const struct bytes parts[] = { text("what do ya want "), text("for nothing?") };
	uint8_t out[SHA256_LEN];

	(void)state;
	assert_int_equal(OPS->hmac_sha256(text("Jefe"), parts, 2, out), 0);
	check(out, sizeof(out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_int_equal(OPS->hmac_sha256((struct bytes){ NULL, 0 }, NULL, 0, out), 0);
	check(out, sizeof(out), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* RFC 8032 §7.1, test 3. */
static void ed25519_signs_and_verifies(void **state)
{
	uint8_t raw[32], pk[32], sig[ED25519_SIG_LEN];
	const uint8_t message[] = { 0xAF, 0x82 };
	const struct bytes parts[] = { { message, 1 }, { message + 1, 1 } }, wrong[] = { { message, 1 } };
	static const uint8_t order[32] = { 0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
					   [31] = 0x10 };
	unsigned int carry = 0;
	EVP_PKEY *key;

	(void)state;
	assert_int_equal(hex_decode("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", raw, 32), 0);
	key = openssl_ed25519_load(raw);
	assert_non_null(key);
	assert_int_equal(openssl_key_public(key, pk), 0);
	check(pk, 32, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
	assert_int_equal(OPS->ed25519_sign(key, parts, 2, sig), 0);
	check(sig, sizeof(sig), "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
	assert_int_equal(OPS->ed25519_verify(pk, parts, 2, sig), 0);
	assert_int_equal(OPS->ed25519_verify(pk, wrong, 1, sig), PROTO_ERR_SIGNATURE);
	for (size_t i = 0; i < sizeof(sig); i++) {
		sig[i] ^= 0x01;
		if (OPS->ed25519_verify(pk, parts, 2, sig) != PROTO_ERR_SIGNATURE)
			fail_msg("byte %zu changed, still accepted", i);
		sig[i] ^= 0x01;
	}
	/* RFC 8032 §8.4: S + L names the same signature; taking it would make signatures malleable. */
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned int)sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(OPS->ed25519_verify(pk, parts, 2, sig), PROTO_ERR_SIGNATURE);
	EVP_PKEY_free(key);
}

static void a_message_has_a_limit(void **state)
{
	static uint8_t big[CRYPTO_MESSAGE_MAX];
	const struct bytes fits[] = { { big, sizeof(big) } }, over[] = { { big, sizeof(big) }, { big, 1 } };
	EVP_PKEY *key = openssl_ed25519_generate();
	uint8_t sig[ED25519_SIG_LEN], pk[32];

	(void)state;
	assert_int_equal(openssl_key_public(key, pk), 0);
	assert_int_equal(OPS->ed25519_sign(key, fits, 1, sig), 0);
	assert_int_equal(OPS->ed25519_verify(pk, fits, 1, sig), 0);
	assert_int_equal(OPS->ed25519_sign(key, over, 2, sig), PROTO_ERR_CRYPTO);
	EVP_PKEY_free(key);
}

/* RFC 7748 §5.2, first vector. */
static void x25519_exchanges(void **state)
{
	uint8_t raw[32], peer[32], shared[32];
	EVP_PKEY *key;

	(void)state;
	assert_int_equal(hex_decode("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", raw, 32), 0);
	assert_int_equal(hex_decode("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", peer, 32), 0);
	key = openssl_x25519_load(raw);
	assert_non_null(key);
	assert_int_equal(OPS->x25519(key, peer, shared), 0);
	check(shared, 32, "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
	/* A point of small order gives zero with every key (RFC 7748 §6.1). */
	for (uint8_t order = 0; order < 2; order++) {
		memset(peer, 0, sizeof(peer));
		peer[0] = order;
		assert_int_equal(OPS->x25519(key, peer, shared), PROTO_ERR_CRYPTO);
	}
	EVP_PKEY_free(key);
}

static void x25519_pairs_agree(void **state)
{
	uint8_t pk_a[32], pk_b[32], ab[32], ba[32];
	void *a = NULL, *b = NULL;

	(void)state;
	assert_int_equal(OPS->x25519_generate(&a, pk_a), 0);
	assert_int_equal(OPS->x25519_generate(&b, pk_b), 0);
	assert_int_equal(OPS->x25519(a, pk_b, ab), 0);
	assert_int_equal(OPS->x25519(b, pk_a, ba), 0);
	assert_memory_equal(ab, ba, 32);
	OPS->x25519_free(&a);
	OPS->x25519_free(&b);
	assert_null(a);
}

/* The values of AES-GCM are checked by the HPKE vectors; here: every changed byte, and every part of the associated data, counts. */
static void gcm_opens_only_what_was_sealed(void **state)
{
	const uint8_t key[AES128_KEY_LEN] = { 1 }, nonce[GCM_NONCE_LEN] = { 2 };
	const struct bytes aad[] = { text("teepay"), text("test") }, other[] = { text("teepay"), text("tset") };
	uint8_t ct[5 + GCM_TAG_LEN], pt[5];

	(void)state;
	assert_int_equal(OPS->gcm_seal(key, nonce, aad, 2, text("hello"), ct), 0);
	assert_int_equal(OPS->gcm_open(key, nonce, aad, 2, (struct bytes){ ct, sizeof(ct) }, pt), 0);
	assert_memory_equal(pt, "hello", 5);
	assert_int_equal(OPS->gcm_open(key, nonce, other, 2, (struct bytes){ ct, sizeof(ct) }, pt), PROTO_ERR_SIGNATURE);
	assert_int_equal(OPS->gcm_open(key, nonce, aad, 2, (struct bytes){ ct, GCM_TAG_LEN - 1 }, pt), PROTO_ERR_SIGNATURE);
	for (size_t i = 0; i < sizeof(ct); i++) {
		const uint8_t zero[5] = { 0 };

		ct[i] ^= 0x80;
		memset(pt, 0xAA, sizeof(pt));
		if (OPS->gcm_open(key, nonce, aad, 2, (struct bytes){ ct, sizeof(ct) }, pt) != PROTO_ERR_SIGNATURE)
			fail_msg("byte %zu changed, still opened", i);
		assert_memory_equal(pt, zero, sizeof(pt));
		ct[i] ^= 0x80;
	}
}

static void raw_keys_come_back(void **state)
{
	uint8_t raw[RAW_KEY_LEN], again[RAW_KEY_LEN], pk[RAW_KEY_LEN], pk_again[RAW_KEY_LEN];
	EVP_PKEY *key = openssl_ed25519_generate(), *copy;

	(void)state;
	assert_int_equal(openssl_key_private(key, raw), 0);
	assert_int_equal(openssl_key_public(key, pk), 0);
	copy = openssl_ed25519_load(raw);
	assert_int_equal(openssl_key_private(copy, again), 0);
	assert_int_equal(openssl_key_public(copy, pk_again), 0);
	assert_memory_equal(raw, again, sizeof(raw));
	assert_memory_equal(pk, pk_again, sizeof(pk));
	EVP_PKEY_free(key);
	EVP_PKEY_free(copy);
}

/* Rule 5: what the issuer must not certify. */
static void weak_keys_are_unsound(void **state)
{
	static const struct {
		const char *name, *hex;
		bool ed, x;
	} rows[] = {
		{ "zero", "0000000000000000000000000000000000000000000000000000000000000000", false, false },
		{ "one", "0100000000000000000000000000000000000000000000000000000000000000", false, false },
		{ "one, sign set", "0100000000000000000000000000000000000000000000000000000000000080", false, false },
		{ "p - 1", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false, false },
		{ "p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false, false },
		{ "p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false, false },
		{ "p + 3, else fine", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false, false },
		{ "Ed25519 order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", false, true },
		{ "Ed25519 order 8, other", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", false, false },
		{ "X25519 order 8", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", true, false },
		{ "a good key", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t pk[32];

		assert_int_equal(hex_decode(rows[i].hex, pk, sizeof(pk)), 0);
		if (ed25519_pk_sound(pk) != rows[i].ed || x25519_pk_sound(pk) != rows[i].x)
			fail_msg("%s", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_parts), cmocka_unit_test(hmac_of_parts), cmocka_unit_test(ed25519_signs_and_verifies),
		cmocka_unit_test(a_message_has_a_limit), cmocka_unit_test(x25519_exchanges), cmocka_unit_test(x25519_pairs_agree),
		cmocka_unit_test(gcm_opens_only_what_was_sealed), cmocka_unit_test(raw_keys_come_back), cmocka_unit_test(weak_keys_are_unsound),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
