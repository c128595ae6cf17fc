// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "common/hex.h"
#include "common/openssl_crypto.h"
#include "proto/err.h"
#include "proto/hpke.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))

/* RFC 9180 appendix A.1.1: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. */
static const char info_hex[] = "4f6465206f6e2061204772656369616e2055726e";
static const char sk_e_hex[] = "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736";
static const char sk_r_hex[] = "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8";
static const char pk_r_hex[] = "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d";
static const char enc_hex[] = "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431";
static const char shared_secret_hex[] = "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc";
static const char context_hex[] = "00725611c9d98c07c03f60095cd32d400d8347d45ed67097bbad50fc56da742d07cb6cffde367bb0565ba28bb02c90744a20f5ef37f30523526106f637abb05449";
static const char secret_hex[] = "12fff91991e93b48de37e7daddb52981084bd8aa64289c3788471d9a9712f397";
static const char key_hex[] = "4531685d41d65f03dc48f6b8302c05b0";
static const char base_nonce_hex[] = "56d890e5accaaf011cff4b7d";
static const char exporter_secret_hex[] = "45ff1c2e220db587171952c0592d5f5ebe103f1561a2614e38f2ffd47e99e3f8";

static const struct {
	uint64_t seq;
	const char *aad, *nonce, *pt, *ct;
} encryptions[] = {
	{ 0, "436f756e742d30",
	  "56d890e5accaaf011cff4b7d", "4265617574792069732074727574682c20747275746820626561757479",
	  "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a" },
	{ 1, "436f756e742d31",
	  "56d890e5accaaf011cff4b7c", "4265617574792069732074727574682c20747275746820626561757479",
	  "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab251c03d0c22a56b8ca42c2063b84" },
	{ 2, "436f756e742d32",
	  "56d890e5accaaf011cff4b7f", "4265617574792069732074727574682c20747275746820626561757479",
	  "498dfcabd92e8acedc281e85af1cb4e3e31c7dc394a1ca20e173cb72516491588d96a19ad4a683518973dcc180" },
	{ 4, "436f756e742d34",
	  "56d890e5accaaf011cff4b79", "4265617574792069732074727574682c20747275746820626561757479",
	  "583bd32bc67a5994bb8ceaca813d369bca7b2a42408cddef5e22f880b631215a09fc0012bc69fccaa251c0246d" },
	{ 255, "436f756e742d323535",
	  "56d890e5accaaf011cff4b82", "4265617574792069732074727574682c20747275746820626561757479",
	  "7175db9717964058640a3a11fb9007941a5d1757fda1a6935c805c21af32505bf106deefec4a49ac38d71c9e0a" },
	{ 256, "436f756e742d323536",
	  "56d890e5accaaf011cff4a7d", "4265617574792069732074727574682c20747275746820626561757479",
	  "957f9800542b0b8891badb026d79cc54597cb2d225b54c00c5238c25d05c30e3fbeda97d2e0e1aba483a2df9f2" },
};

static const struct {
	const char *context, *value;
} exports[] = {
	{ "", "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee" },
	{ "00", "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5" },
	{ "54657374436f6e74657874", "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931" },
};

/* What HMAC was asked, to look at the values that the key schedule passes on its way. */
static struct {
	size_t n;
	uint8_t out[32][SHA256_LEN];
	uint8_t message[32][256];
	size_t len[32];
} seen;

static int spying_hmac(struct bytes key, const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN])
{
	int err = openssl_crypto.hmac_sha256(key, parts, n, out);

	assert_true(seen.n < ROWS(seen.out));
	memcpy(seen.out[seen.n], out, SHA256_LEN);
	for (size_t i = 0; i < n; i++) {
		assert_true(parts[i].len <= sizeof(seen.message[0]) - seen.len[seen.n]);
		if (parts[i].len > 0)
			memcpy(seen.message[seen.n] + seen.len[seen.n], parts[i].p, parts[i].len);
		seen.len[seen.n] += parts[i].len;
	}
	seen.n++;
	return err;
}

static struct crypto_ops ops;

struct unhexed {
	uint8_t p[128];
	size_t len;
};

static struct unhexed unhex(const char *hex)
{
	struct unhexed u = { .len = 0 };

	assert_int_equal(hex_decode_any(hex, u.p, sizeof(u.p), &u.len), 0);
	return u;
}

static struct bytes view(const struct unhexed *u)
{
	return (struct bytes){ u->p, u->len };
}

static void assert_hex(const void *got, size_t len, const char *want)
{
	struct unhexed u = unhex(want);

	assert_int_equal(len, u.len);
	assert_memory_equal(got, u.p, len);
}

static void setup_sender(struct hpke *h)
{
	struct unhexed info = unhex(info_hex), pk_r = unhex(pk_r_hex), enc = unhex(enc_hex);
	EVP_PKEY *sk_e = openssl_x25519_load(unhex(sk_e_hex).p);
	const struct bytes part = view(&info);

	assert_non_null(sk_e);
	assert_int_equal(hpke_setup_sender_with(h, &ops, pk_r.p, &part, 1, sk_e, enc.p), 0);
	EVP_PKEY_free(sk_e);
}

static void setup_receiver(struct hpke *h)
{
	struct unhexed info = unhex(info_hex), pk_r = unhex(pk_r_hex), enc = unhex(enc_hex);
	EVP_PKEY *sk_r = openssl_x25519_load(unhex(sk_r_hex).p);
	const struct bytes part = view(&info);

	assert_non_null(sk_r);
	assert_int_equal(hpke_setup_receiver(h, &ops, sk_r, pk_r.p, &part, 1, enc.p), 0);
	EVP_PKEY_free(sk_r);
}

static int reset(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	ops = openssl_crypto;
	ops.hmac_sha256 = spying_hmac;
	return 0;
}

static bool hmac_gave(const char *hex)
{
	struct unhexed u = unhex(hex);

	for (size_t i = 0; i < seen.n; i++)
		if (u.len == SHA256_LEN && memcmp(seen.out[i], u.p, SHA256_LEN) == 0)
			return true;
	return false;
}

static bool hmac_took(const char *hex)
{
	struct unhexed u = unhex(hex);

	for (size_t i = 0; i < seen.n; i++)
		if (memmem(seen.message[i], seen.len[i], u.p, u.len))
			return true;
	return false;
}

static void check_key_schedule(const struct hpke *h)
{
	assert_true(hmac_gave(shared_secret_hex));
	assert_true(hmac_took(context_hex));
	assert_true(hmac_gave(secret_hex));
	assert_hex(h->key, sizeof(h->key), key_hex);
	assert_hex(h->base_nonce, sizeof(h->base_nonce), base_nonce_hex);
	assert_hex(h->exporter_secret, sizeof(h->exporter_secret), exporter_secret_hex);
	assert_true(h->seq == 0);
}

static void key_schedule_of_the_sender(void **state)
{
	struct hpke h;

	(void)state;
	setup_sender(&h);
	check_key_schedule(&h);
	hpke_free(&h);
}

static void key_schedule_of_the_receiver(void **state)
{
	struct hpke h;

	(void)state;
	setup_receiver(&h);
	check_key_schedule(&h);
	hpke_free(&h);
}

static uint8_t nonce_used[GCM_NONCE_LEN];

static int noting_seal(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad, struct bytes in,
		       uint8_t *out)
{
	memcpy(nonce_used, nonce, GCM_NONCE_LEN);
	return openssl_crypto.gcm_seal(key, nonce, aad, naad, in, out);
}

static void all_encryptions(void **state)
{
	struct hpke s, r;

	(void)state;
	ops.gcm_seal = noting_seal;
	setup_sender(&s);
	setup_receiver(&r);
	for (size_t i = 0; i < ROWS(encryptions); i++) {
		struct unhexed aad = unhex(encryptions[i].aad), pt = unhex(encryptions[i].pt), ct = unhex(encryptions[i].ct);
		const struct bytes part = view(&aad);
		uint8_t out[128];

		s.seq = r.seq = encryptions[i].seq;
		assert_int_equal(hpke_seal(&s, &part, 1, view(&pt), out), 0);
		assert_memory_equal(out, ct.p, ct.len);
		assert_int_equal(ct.len, pt.len + GCM_TAG_LEN);
		assert_hex(nonce_used, sizeof(nonce_used), encryptions[i].nonce);
		assert_int_equal(hpke_open(&r, &part, 1, view(&ct), out), 0);
		assert_memory_equal(out, pt.p, pt.len);
		assert_true(s.seq == encryptions[i].seq + 1 && r.seq == s.seq);
	}
	hpke_free(&s);
	hpke_free(&r);
}

static void all_exports(void **state)
{
	struct hpke s, r;

	(void)state;
	setup_sender(&s);
	setup_receiver(&r);
	for (size_t i = 0; i < ROWS(exports); i++) {
		struct unhexed context = unhex(exports[i].context);
		const struct bytes part = view(&context);
		uint8_t out[SHA256_LEN];

		assert_int_equal(hpke_export(&s, &part, 1, out), 0);
		assert_hex(out, sizeof(out), exports[i].value);
		assert_int_equal(hpke_export(&r, &part, 1, out), 0);
		assert_hex(out, sizeof(out), exports[i].value);
	}
	hpke_free(&s);
	hpke_free(&r);
}

static void parts_are_joined(void **state)
{
	struct unhexed pk_r = unhex(pk_r_hex), enc = unhex(enc_hex), info = unhex(info_hex);
	const struct bytes parts[3] = { { info.p, 4 }, { info.p + 4, 0 }, { info.p + 4, info.len - 4 } };
	EVP_PKEY *sk_r = openssl_x25519_load(unhex(sk_r_hex).p);
	struct bytes many[9] = { { NULL, 0 } };
	struct hpke h;

	(void)state;
	assert_int_equal(hpke_setup_receiver(&h, &ops, sk_r, pk_r.p, parts, 3, enc.p), 0);
	assert_hex(h.key, sizeof(h.key), key_hex);
	hpke_free(&h);
	assert_int_equal(hpke_setup_receiver(&h, &ops, sk_r, pk_r.p, many, ROWS(many), enc.p), PROTO_ERR_FORMAT);
	EVP_PKEY_free(sk_r);
}

static void a_failed_open_changes_nothing(void **state)
{
	struct unhexed aad = unhex(encryptions[0].aad), ct = unhex(encryptions[0].ct);
	const struct bytes part = view(&aad);
	uint8_t out[128];
	struct hpke r;

	(void)state;
	setup_receiver(&r);
	for (size_t bit = 0; bit < 8 * ct.len; bit++) {
		ct.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(hpke_open(&r, &part, 1, view(&ct), out), PROTO_ERR_SIGNATURE);
		ct.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	for (size_t len = 0; len < ct.len; len++)
		assert_int_not_equal(hpke_open(&r, &part, 1, (struct bytes){ ct.p, len }, out), 0);
	aad.p[0] ^= 1;
	assert_int_equal(hpke_open(&r, &part, 1, view(&ct), out), PROTO_ERR_SIGNATURE);
	aad.p[0] ^= 1;
	assert_true(r.seq == 0);
	assert_int_equal(hpke_open(&r, &part, 1, view(&ct), out), 0);
	hpke_free(&r);
}

/* RFC 9180 §5.2: a nonce is never used twice, not even after 2^64 messages. */
static void the_sequence_ends_before_it_repeats(void **state)
{
	uint8_t out[32];
	struct hpke s;

	(void)state;
	setup_sender(&s);
	s.seq = UINT64_MAX;
	assert_int_equal(hpke_seal(&s, NULL, 0, (struct bytes){ out, 4 }, out + 8), PROTO_ERR_CRYPTO);
	hpke_free(&s);
}

/* RFC 9180 §7.1.4: an all-zero secret is refused. */
static void small_order_points_give_no_context(void **state)
{
	static const uint8_t points[][X25519_LEN] = { { 0 }, { 1 } };
	EVP_PKEY *sk_r = openssl_x25519_load(unhex(sk_r_hex).p);
	struct unhexed pk_r = unhex(pk_r_hex);

	(void)state;
	for (size_t i = 0; i < ROWS(points); i++) {
		static const struct hpke none;
		uint8_t enc[X25519_LEN];
		struct hpke h;

		assert_int_equal(hpke_setup_receiver(&h, &ops, sk_r, pk_r.p, NULL, 0, points[i]), PROTO_ERR_CRYPTO);
		assert_memory_equal(&h, &none, sizeof(h));
		assert_int_equal(hpke_setup_sender(&h, &ops, points[i], NULL, 0, enc), PROTO_ERR_CRYPTO);
		assert_memory_equal(&h, &none, sizeof(h));
	}
	EVP_PKEY_free(sk_r);
}

static void fresh_keys_every_time(void **state)
{
	struct unhexed pk_r = unhex(pk_r_hex);
	uint8_t enc1[X25519_LEN], enc2[X25519_LEN];
	static const struct hpke none;
	struct hpke a, b;

	(void)state;
	assert_int_equal(hpke_setup_sender(&a, &ops, pk_r.p, NULL, 0, enc1), 0);
	assert_int_equal(hpke_setup_sender(&b, &ops, pk_r.p, NULL, 0, enc2), 0);
	assert_memory_not_equal(enc1, enc2, X25519_LEN);
	assert_memory_not_equal(a.key, b.key, sizeof(a.key));
	hpke_free(&a);
	hpke_free(&b);
	assert_memory_equal(&a, &none, sizeof(a));
	hpke_free(&a);
	assert_int_equal(hpke_seal(&a, NULL, 0, (struct bytes){ enc1, 1 }, enc2), PROTO_ERR_CRYPTO);
	assert_int_equal(hpke_export(&a, NULL, 0, enc2), PROTO_ERR_CRYPTO);
}

#define TEST(f)	cmocka_unit_test_setup(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(key_schedule_of_the_sender),
		TEST(key_schedule_of_the_receiver),
		TEST(all_encryptions),
		TEST(all_exports),
		TEST(parts_are_joined),
		TEST(a_failed_open_changes_nothing),
		TEST(the_sequence_ends_before_it_repeats),
		TEST(small_order_points_give_no_context),
		TEST(fresh_keys_every_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
