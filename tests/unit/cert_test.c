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
#include "mutate.h"
#include "proto/err.h"
#include "world.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define TODAY		20780

static struct world world;

static int setup(void **state)
{
	(void)state;
	world_make(&world, 6, TODAY);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_free(&world);
	return 0;
}

static int verify(uint16_t today, uint16_t oldest, struct tcert *c)
{
	return tcert_verify((struct bytes){ world.tcert, world.tcert_len }, &world.ops, world.issuer_pk, today, oldest, c);
}

static void a_terminals_certificate(void **state)
{
	struct tcert c;

	(void)state;
	assert_int_equal(world.tcert_len, TCERT_MAX);
	assert_int_equal(verify(TODAY, 0, &c), 0);
	assert_memory_equal(&c, &world.terminal_is, sizeof(c));
	world.terminal_is.merchant[0] = '\0';
	memset(world.terminal_is.merchant, 0, sizeof(world.terminal_is.merchant));
	world_certify(&world);
	assert_int_equal(world.tcert_len, TCERT_MIN);
	assert_int_equal(verify(TODAY, 0, &c), 0);
	assert_int_equal(tcert_decode((struct bytes){ world.tcert, world.tcert_len }, &c), 0);
	assert_string_equal(c.merchant, "");
}

static void days(void **state)
{
	static const struct {
		const char *name;
		uint16_t start, end, today, oldest;
		int err;
	} rows[] = {
		{ "first day", 100, 107, 100, 0, 0 },
		{ "last day", 100, 107, 107, 0, 0 },
		{ "day before", 100, 107, 99, 0, PROTO_ERR_EXPIRED },
		{ "day after", 100, 107, 108, 0, PROTO_ERR_EXPIRED },
		{ "one day only", 100, 100, 100, 0, 0 },
		{ "just new enough", 100, 107, 100, 100, 0 },
		{ "too old a start", 100, 107, 100, 101, PROTO_ERR_EXPIRED },
		{ "first of all days", 0, 7, 0, 0, 0 },
		{ "last of all days", 65528, 65535, 65535, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct tcert c;

		world.terminal_is.start = rows[i].start;
		world.terminal_is.end = rows[i].end;
		world_certify(&world);
		if (verify(rows[i].today, rows[i].oldest, &c) != rows[i].err)
			fail_msg("%s: %d", rows[i].name, verify(rows[i].today, rows[i].oldest, &c));
	}
}

/* TB by hand, for what tcert_sign() refuses to make. */
static int verify_handmade(uint16_t start, uint16_t end, uint8_t type, uint8_t version, const char *name, size_t name_len)
{
	static const struct bytes context = CRYPTO_CONTEXT("teepay1 tcert");
	uint8_t buf[TCERT_MAX + 8], sig[ED25519_SIG_LEN];
	struct bytes parts[2] = { context, { buf, 0 } };
	struct writer w;
	struct tcert c;
	size_t len;

	writer_init(&w, buf, sizeof(buf));
	writer_u8(&w, type);
	writer_u8(&w, version);
	writer_copy(&w, world.kid, KID_LEN);
	writer_copy(&w, "terminal", TID_LEN);
	writer_u16(&w, start);
	writer_u16(&w, end);
	writer_copy(&w, world.terminal_is.pk, X25519_LEN);
	writer_u8(&w, (uint8_t)name_len);
	writer_copy(&w, name, name_len);
	parts[1].len = w.len;
	assert_int_equal(world.ops.ed25519_sign(world.issuer, parts, 2, sig), 0);
	writer_copy(&w, sig, sizeof(sig));
	assert_int_equal(writer_end(&w, &len), 0);
	return tcert_verify((struct bytes){ buf, len }, &world.ops, world.issuer_pk, TODAY, 0, &c);
}

static void well_signed_and_still_wrong(void **state)
{
	static const struct {
		const char *name;
		uint16_t start, end;
		uint8_t type, version;
		const char *text;
		size_t text_len;
		int err;
	} rows[] = {
		{ "right", TODAY, TODAY + 7, 0x12, 1, "Shop", 4, 0 },
		{ "lives too long", TODAY, TODAY + 8, 0x12, 1, "Shop", 4, PROTO_ERR_EXPIRED },
		{ "lives for ever", 0, 65535, 0x12, 1, "Shop", 4, PROTO_ERR_EXPIRED },
		{ "ends before it starts", TODAY + 1, TODAY, 0x12, 1, "Shop", 4, PROTO_ERR_EXPIRED },
		{ "a card's type", TODAY, TODAY + 7, 0x11, 1, "Shop", 4, PROTO_ERR_FORMAT },
		{ "another version", TODAY, TODAY + 7, 0x12, 2, "Shop", 4, PROTO_ERR_VERSION },
		{ "name of 21 bytes", TODAY, TODAY + 7, 0x12, 1, "Campus Canteen No. 11", 21, PROTO_ERR_FORMAT },
		{ "escape sequence", TODAY, TODAY + 7, 0x12, 1, "\x1B[2J", 4, PROTO_ERR_FORMAT },
		{ "zero byte", TODAY, TODAY + 7, 0x12, 1, "Sh\0p", 4, PROTO_ERR_FORMAT },
		{ "no UTF-8", TODAY, TODAY + 7, 0x12, 1, "Caf\xE9", 4, PROTO_ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		int err = verify_handmade(rows[i].start, rows[i].end, rows[i].type, rows[i].version, rows[i].text, rows[i].text_len);

		if (err != rows[i].err)
			fail_msg("%s: %d", rows[i].name, err);
	}
}

static void what_is_not_signed(void **state)
{
	struct tcert c = world.terminal_is;
	uint8_t out[TCERT_MAX];
	size_t len;

	(void)state;
	c.end = (uint16_t)(c.start + 8);
	assert_int_equal(tcert_sign(&c, &world.ops, world.issuer, out, &len), PROTO_ERR_FORMAT);
	c.end = (uint16_t)(c.start - 1);
	assert_int_equal(tcert_sign(&c, &world.ops, world.issuer, out, &len), PROTO_ERR_FORMAT);
	c = world.terminal_is;
	c.merchant[0] = '\n';
	assert_int_equal(tcert_sign(&c, &world.ops, world.issuer, out, &len), PROTO_ERR_FORMAT);
}

static void another_issuers(void **state)
{
	struct tcert c;
	struct ccert card = { .end = TODAY };
	uint8_t out[CCERT_LEN];

	(void)state;
	assert_int_equal(tcert_verify((struct bytes){ world.tcert, world.tcert_len }, &world.ops, world.money_pk, TODAY, 0, &c), PROTO_ERR_FOREIGN);
	/* Our name, their signature. */
	assert_int_equal(tcert_sign(&world.terminal_is, &world.ops, world.money, world.tcert, &world.tcert_len), 0);
	assert_int_equal(verify(TODAY, 0, &c), PROTO_ERR_SIGNATURE);
	assert_int_equal(ccert_sign(&card, &world.ops, world.issuer, world.kid, out), 0);
	assert_int_equal(ccert_verify((struct bytes){ out, sizeof(out) }, &world.ops, world.issuer_pk, TODAY, &card), 0);
	assert_int_equal(ccert_verify((struct bytes){ out, sizeof(out) }, &world.ops, world.money_pk, TODAY, &card), PROTO_ERR_SIGNATURE);
	assert_int_equal(ccert_sign(&card, &world.ops, world.issuer, world.money_kid, out), 0);
	assert_int_equal(ccert_verify((struct bytes){ out, sizeof(out) }, &world.ops, world.issuer_pk, TODAY, &card), PROTO_ERR_SIGNATURE);
}

static void a_cards_certificate(void **state)
{
	struct ccert c = { .end = TODAY }, got;
	uint8_t out[CCERT_LEN];

	(void)state;
	memset(c.pk, 0x5C, sizeof(c.pk));
	assert_int_equal(ccert_sign(&c, &world.ops, world.issuer, world.kid, out), 0);
	assert_int_equal(ccert_verify((struct bytes){ out, sizeof(out) }, &world.ops, world.issuer_pk, TODAY, &got), 0);
	assert_memory_equal(&c, &got, sizeof(c));
	assert_int_equal(ccert_verify((struct bytes){ out, sizeof(out) }, &world.ops, world.issuer_pk, TODAY + 1, &got), PROTO_ERR_EXPIRED);
	assert_memory_not_equal(&c, &got, sizeof(c));
}

static bool tcert_taken(void *ctx, const uint8_t *msg, size_t len)
{
	static const struct tcert none;
	struct tcert c;
	int err;

	(void)ctx;
	memset(&c, 0x5A, sizeof(c));
	err = tcert_verify((struct bytes){ msg, len }, &world.ops, world.issuer_pk, TODAY, 0, &c);
	if (err)
		assert_memory_equal(&c, &none, sizeof(c));
	return err == 0;
}

static bool ccert_taken(void *ctx, const uint8_t *msg, size_t len)
{
	struct ccert c;

	(void)ctx;
	return ccert_verify((struct bytes){ msg, len }, &world.ops, world.issuer_pk, TODAY, &c) == 0;
}

static void every_changed_certificate_is_refused(void **state)
{
	struct ccert c = { .end = TODAY };
	uint8_t out[CCERT_LEN];

	(void)state;
	mutate_none_taken("TCERT", world.tcert, world.tcert_len, tcert_taken, NULL);
	assert_int_equal(ccert_sign(&c, &world.ops, world.issuer, world.kid, out), 0);
	mutate_none_taken("CCERT", out, sizeof(out), ccert_taken, NULL);
}

/* Points whose order divides 8, and encodings that are not the shortest form of their point. */
static const char *const bad_ed25519[] = {
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static const char *const bad_x25519[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
	"f2ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0900000000000000000000000000000000000000000000000000000000000080",
};

static void keys_that_nobody_honest_has(void **state)
{
	uint8_t pk[32], shared[32];

	(void)state;
	for (size_t i = 0; i < ROWS(bad_ed25519); i++) {
		assert_int_equal(hex_decode(bad_ed25519[i], pk, sizeof(pk)), 0);
		if (ed25519_pk_sound(pk))
			fail_msg("Ed25519 %s", bad_ed25519[i]);
	}
	for (size_t i = 0; i < ROWS(bad_x25519); i++) {
		assert_int_equal(hex_decode(bad_x25519[i], pk, sizeof(pk)), 0);
		if (x25519_pk_sound(pk))
			fail_msg("X25519 %s", bad_x25519[i]);
		/* The first eight are of small order, which OpenSSL sees in the result. */
		if (i < 8)
			assert_int_equal(openssl_crypto.x25519(world.terminal, pk, shared), PROTO_ERR_CRYPTO);
	}
}

static void keys_that_people_have(void **state)
{
	uint8_t pk[32];

	(void)state;
	for (int i = 0; i < 50; i++) {
		EVP_PKEY *e = openssl_ed25519_generate(), *x = openssl_x25519_generate();

		assert_int_equal(openssl_key_public(e, pk), 0);
		assert_true(ed25519_pk_sound(pk));
		assert_int_equal(openssl_key_public(x, pk), 0);
		assert_true(x25519_pk_sound(pk));
		EVP_PKEY_free(e);
		EVP_PKEY_free(x);
	}
}

static void comparing(void **state)
{
	(void)state;
	assert_true(crypto_equal("abc", "abc", 3));
	assert_true(crypto_equal("abc", "abd", 2));
	assert_true(crypto_equal("x", "y", 0));
	assert_false(crypto_equal("abc", "abd", 3));
	assert_false(crypto_equal("\x80", "\x00", 1));
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_terminals_certificate),
		TEST(days),
		TEST(well_signed_and_still_wrong),
		TEST(what_is_not_signed),
		TEST(another_issuers),
		TEST(a_cards_certificate),
		TEST(every_changed_certificate_is_refused),
		TEST(keys_that_nobody_honest_has),
		TEST(keys_that_people_have),
		TEST(comparing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
