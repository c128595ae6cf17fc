// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "common/openssl_crypto.h"
#include "mutate.h"
#include "proto/err.h"
#include "world.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define TODAY		20780

static struct world world;
static EVP_PKEY *card_key, *ta_key;
static struct application app;
static uint8_t challenge[CHALLENGE_LEN] = "what the issuer asks this time.";

static int setup(void **state)
{
	(void)state;
	world_make(&world, 7, TODAY);
	card_key = openssl_ed25519_generate();
	ta_key = openssl_x25519_generate();
	memset(&app, 0, sizeof(app));
	assert_int_equal(openssl_key_public(card_key, app.card_pk), 0);
	assert_int_equal(openssl_key_public(ta_key, app.ta_pk), 0);
	memset(app.ta_digest, 0xD1, SHA256_LEN);
	assert_int_equal(application_sign(&app, &world.ops, card_key, challenge), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(card_key);
	EVP_PKEY_free(ta_key);
	world_free(&world);
	return 0;
}

/* --- applications --- */

static bool application_taken(void *ctx, const uint8_t *msg, size_t len)
{
	struct application a;

	(void)ctx;
	return application_decode((struct bytes){ msg, len }, &a) == 0 && application_verify(&a, &world.ops, challenge) == 0;
}

static void applications(void **state)
{
	uint8_t bytes[APPLICATION_LEN];

	(void)state;
	assert_int_equal(application_encode(&app, bytes), 0);
	mutate_none_taken("application", bytes, sizeof(bytes), application_taken, NULL);
	challenge[0] ^= 1;
	assert_false(application_taken(NULL, bytes, sizeof(bytes)));
	challenge[0] ^= 1;
}

/* A key of small order signs anything for anybody: S = 0 and R the neutral element hold for many messages. */
static void application_of_a_small_order_key(void **state)
{
	struct application a = app;

	(void)state;
	memset(a.card_pk, 0, ED25519_PK_LEN);
	a.card_pk[0] = 1;
	memset(a.sig, 0, ED25519_SIG_LEN);
	a.sig[0] = 1;
	assert_int_equal(application_verify(&a, &world.ops, challenge), PROTO_ERR_SIGNATURE);
	a = app;
	memset(a.ta_pk, 0, X25519_LEN);
	assert_int_equal(application_sign(&a, &world.ops, card_key, challenge), 0);
	assert_int_equal(application_verify(&a, &world.ops, challenge), PROTO_ERR_SIGNATURE);
}

/* --- issued cards --- */

static int open_issue(const uint8_t *msg, size_t len, struct issued_card *c)
{
	return issued_card_open((struct bytes){ msg, len }, &world.ops, ta_key, app.ta_pk, app.card_pk, challenge, c);
}

static bool issue_taken(void *ctx, const uint8_t *msg, size_t len)
{
	static const struct issued_card none;
	struct issued_card c;
	int err = open_issue(msg, len, &c);

	(void)ctx;
	if (err)
		assert_memory_equal(&c, &none, sizeof(c));
	return err == 0;
}

static void issued_cards(void **state)
{
	struct issued_card c = { 0 }, got;
	uint8_t issue[ISSUE_LEN];

	(void)state;
	world_issue(&world, &app, &c);
	c.limit_payment = 1;
	c.limit_sum = 2;
	c.limit_count = 3;
	c.limit_hard = 4;
	c.oldest_start = 5;
	assert_int_equal(issued_card_seal(&c, &world.ops, world.issuer, &app, challenge, issue), 0);
	assert_int_equal(open_issue(issue, sizeof(issue), &got), 0);
	assert_memory_equal(got.ccert, c.ccert, CCERT_LEN);
	assert_memory_equal(got.issuer_pk, c.issuer_pk, ED25519_PK_LEN);
	assert_memory_equal(got.money_pk, c.money_pk, ED25519_PK_LEN);
	assert_memory_equal(got.k_ic, c.k_ic, SHA256_LEN);
	assert_true(got.vcn == c.vcn && got.currency == c.currency && got.time == c.time && got.max_balance == c.max_balance);
	assert_true(got.limit_payment == 1 && got.limit_sum == 2 && got.limit_count == 3 && got.limit_hard == 4 && got.oldest_start == 5);
	mutate_none_taken("ISSUE", issue, sizeof(issue), issue_taken, NULL);
}

/* The content is for one card, one TA and one application. */
static void an_issue_is_for_one_card(void **state)
{
	EVP_PKEY *other = openssl_x25519_generate();
	struct issued_card c, got;
	uint8_t issue[ISSUE_LEN], pk[X25519_LEN];

	(void)state;
	world_issue(&world, &app, &c);
	assert_int_equal(issued_card_seal(&c, &world.ops, world.issuer, &app, challenge, issue), 0);
	assert_int_equal(openssl_key_public(other, pk), 0);
	assert_int_equal(issued_card_open((struct bytes){ issue, ISSUE_LEN }, &world.ops, other, pk, app.card_pk, challenge, &got), PROTO_ERR_SIGNATURE);
	assert_int_equal(issued_card_open((struct bytes){ issue, ISSUE_LEN }, &world.ops, ta_key, app.ta_pk, world.money_pk, challenge, &got),
			 PROTO_ERR_SIGNATURE);
	challenge[0] ^= 1;
	assert_int_equal(open_issue(issue, ISSUE_LEN, &got), PROTO_ERR_SIGNATURE);
	challenge[0] ^= 1;
	EVP_PKEY_free(other);
}

/* Who passes the card on sees neither number nor keys. */
static void an_issue_shows_nothing(void **state)
{
	struct issued_card c;
	uint8_t issue[ISSUE_LEN], number[8];
	struct writer w;
	size_t len;

	(void)state;
	world_issue(&world, &app, &c);
	assert_int_equal(issued_card_seal(&c, &world.ops, world.issuer, &app, challenge, issue), 0);
	writer_init(&w, number, sizeof(number));
	writer_u64(&w, c.vcn);
	assert_int_equal(writer_end(&w, &len), 0);
	assert_null(memmem(issue, sizeof(issue), number, sizeof(number)));
	assert_null(memmem(issue, sizeof(issue), c.k_ic, 8));
	assert_null(memmem(issue, sizeof(issue), c.money_pk, 8));
}

/* --- issuer messages --- */

static const struct imsg good[] = {
	{ .kind = IMSG_CREDIT, .seq = 1, .time = 5, .oldest_start = 6, .amount = 5000, .currency = 0x0978, .source = IMSG_TOPUP },
	{ .kind = IMSG_CREDIT, .seq = UINT64_MAX, .time = UINT64_MAX, .amount = UINT64_MAX, .currency = 0, .source = IMSG_REFUND },
	{ .kind = IMSG_TRANSFER, .seq = 2, .amount = 1, .currency = 0x0978, .payee = "payee id", .payee_name = "" },
	{ .kind = IMSG_TRANSFER, .seq = 3, .amount = 1, .currency = 0x0978, .payee = "payee id", .payee_name = "A name of 20 bytes.." },
	{ .kind = IMSG_CLOCK, .seq = 4, .time = 7, .oldest_start = 8 },
	{ .kind = IMSG_BLOCK, .seq = 5 },
};

static bool imsg_taken(void *ctx, const uint8_t *msg, size_t len)
{
	struct imsg m;

	(void)ctx;
	return imsg_verify((struct bytes){ msg, len }, &world.ops, world.money_pk, &m) == 0;
}

static void issuer_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(good); i++) {
		struct imsg m = good[i], got;
		uint8_t bytes[IMSG_MAX];
		size_t len;

		memcpy(m.kid, world.money_kid, KID_LEN);
		memcpy(m.cid, "card id.", CID_LEN);
		assert_int_equal(imsg_sign(&m, &world.ops, world.money, bytes, sizeof(bytes), &len), 0);
		assert_int_equal(imsg_verify((struct bytes){ bytes, len }, &world.ops, world.money_pk, &got), 0);
		assert_memory_equal(&m, &got, sizeof(m));
		mutate_none_taken("issuer message", bytes, len, imsg_taken, NULL);
		assert_int_equal(imsg_verify((struct bytes){ bytes, len }, &world.ops, world.issuer_pk, &got), PROTO_ERR_FOREIGN);
		assert_int_equal(imsg_sign(&m, &world.ops, world.money, bytes, len - 1, &len), PROTO_ERR_NO_ROOM);
	}
}

static void bad_issuer_messages(void **state)
{
	static const struct {
		const char *name;
		struct imsg m;
	} rows[] = {
		{ "sequence 0", { .kind = IMSG_CLOCK, .seq = 0 } },
		{ "no kind", { .kind = 0, .seq = 1 } },
		{ "unknown kind", { .kind = 5, .seq = 1 } },
		{ "nothing to credit", { .kind = IMSG_CREDIT, .seq = 1, .currency = 0x0978, .source = IMSG_TOPUP } },
		{ "no source", { .kind = IMSG_CREDIT, .seq = 1, .amount = 1, .currency = 0x0978, .source = 0 } },
		{ "unknown source", { .kind = IMSG_CREDIT, .seq = 1, .amount = 1, .currency = 0x0978, .source = 4 } },
		{ "currency is no BCD", { .kind = IMSG_CREDIT, .seq = 1, .amount = 1, .currency = 0x0A78, .source = IMSG_TOPUP } },
		{ "nothing to transfer", { .kind = IMSG_TRANSFER, .seq = 1, .currency = 0x0978 } },
		{ "payee with a newline", { .kind = IMSG_TRANSFER, .seq = 1, .amount = 1, .currency = 0x0978, .payee_name = "a\nb" } },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint8_t bytes[IMSG_MAX];
		size_t len;

		if (imsg_sign(&rows[i].m, &world.ops, world.money, bytes, sizeof(bytes), &len) != PROTO_ERR_FORMAT)
			fail_msg("%s", rows[i].name);
	}
}

/* The same, well signed by somebody who does not use imsg_sign(). */
static void content_lengths(void **state)
{
	static const struct {
		const char *name;
		uint8_t kind;
		size_t content;
		int err;
	} rows[] = {
		{ "clock", IMSG_CLOCK, 0, 0 },
		{ "clock with content", IMSG_CLOCK, 1, PROTO_ERR_TRAILING },
		{ "credit cut", IMSG_CREDIT, 10, PROTO_ERR_SHORT },
		{ "credit", IMSG_CREDIT, 11, 0 },
		{ "credit and more", IMSG_CREDIT, 12, PROTO_ERR_TRAILING },
		{ "transfer without its name", IMSG_TRANSFER, 18, PROTO_ERR_SHORT },
		{ "no kind", 0, 0, PROTO_ERR_FORMAT },
		{ "unknown kind", 9, 0, PROTO_ERR_FORMAT },
	};
	static const uint8_t content[12] = { 0, 0, 0, 0, 0, 0, 0, 1, 0x09, 0x78, 1 };

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint8_t bytes[200], more[20] = { 0 }, sig[ED25519_SIG_LEN];
		struct bytes parts[2] = { CRYPTO_CONTEXT("teepay1 imsg"), { bytes, 0 } };
		struct writer w;
		struct imsg m;
		size_t len;
		int err;

		memcpy(more, content, sizeof(content));
		writer_init(&w, bytes, sizeof(bytes));
		writer_copy(&w, world.money_kid, KID_LEN);
		writer_copy(&w, "card id.", CID_LEN);
		writer_u64(&w, 1);
		writer_u8(&w, rows[i].kind);
		writer_u64(&w, 0);
		writer_u16(&w, 0);
		writer_u16(&w, (uint16_t)rows[i].content);
		writer_copy(&w, more, rows[i].content);
		parts[1].len = w.len;
		assert_int_equal(world.ops.ed25519_sign(world.money, parts, 2, sig), 0);
		writer_copy(&w, sig, sizeof(sig));
		assert_int_equal(writer_end(&w, &len), 0);
		err = imsg_verify((struct bytes){ bytes, len }, &world.ops, world.money_pk, &m);
		if (err != rows[i].err)
			fail_msg("%s: %d", rows[i].name, err);
	}
}

/* --- the card's replies --- */

static bool reply_taken(void *ctx, const uint8_t *msg, size_t len)
{
	const struct card_reply *original = ctx;
	struct card_reply r;

	if (card_reply_decode((struct bytes){ msg, len }, &r) || card_reply_verify(&r, &world.ops, app.card_pk))
		return false;
	/* What an xfer signs names its message by hash, not by number: who changed that only is found by H(order). */
	return r.kind != CARD_XFER || r.seq == original->seq;
}

static void replies(void **state)
{
	struct card_reply ack = { .kind = CARD_ACK, .cid = "card id.", .seq = 3, .ctr = 4, .ebal = "ebalebal" };
	struct card_reply xfer = { .kind = CARD_XFER, .cid = "card id.", .seq = 3, .ctr = 4, .order = "order", .amount = 5 };
	struct card_reply *both[] = { &ack, &xfer };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint8_t bytes[CARD_REPLY_LEN];
		struct card_reply got;

		assert_int_equal(card_reply_sign(both[i], &world.ops, card_key), 0);
		assert_int_equal(card_reply_encode(both[i], bytes), 0);
		assert_int_equal(card_reply_decode((struct bytes){ bytes, sizeof(bytes) }, &got), 0);
		assert_memory_equal(&got, both[i], sizeof(got));
		mutate_none_taken("reply", bytes, sizeof(bytes), reply_taken, both[i]);
	}
	ack.kind = 3;
	assert_int_equal(card_reply_sign(&ack, &world.ops, card_key), PROTO_ERR_FORMAT);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(applications),
		TEST(application_of_a_small_order_key),
		TEST(issued_cards),
		TEST(an_issue_is_for_one_card),
		TEST(an_issue_shows_nothing),
		TEST(issuer_messages),
		TEST(bad_issuer_messages),
		TEST(content_lengths),
		TEST(replies),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
