// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "mutate.h"
#include "payta_card.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))

static struct world world;
static struct payta_card card;

static int setup(void **state)
{
	(void)state;
	world_make(&world, 3, (uint16_t)(time(NULL) / 86400));
	payta_start(&card, &world);
	payta_issue(&card);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	payta_end(&card);
	world_free(&world);
	return 0;
}

static struct payta_status status(void)
{
	struct payta_status s;

	payta_status(&s);
	return s;
}

static void check_reply(const struct card_reply *r)
{
	struct payta_status s = status();

	assert_int_equal(card_reply_verify(r, &world.ops, s.card_pk), 0);
	assert_memory_equal(r->cid, s.cid, CID_LEN);
}

static void a_credit(void **state)
{
	struct imsg m = { .kind = IMSG_CREDIT, .amount = 5000, .source = IMSG_TOPUP };
	struct purse_record rec;
	struct card_reply r;
	uint8_t clear[EBAL_LEN];

	(void)state;
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	check_reply(&r);
	assert_int_equal(r.kind, CARD_ACK);
	assert_true(r.seq == 1 && r.ctr == 1);
	assert_int_equal(ebal_apply(&world.ops, world.k_ic, r.cid, r.ctr, r.ebal, clear), 0);
	assert_memory_equal(clear, "\0\0\0\0\0\0\x13\x88", 8);
	assert_int_equal(purse_record_decode((struct bytes){ card.record, card.record_len }, &rec), 0);
	assert_int_equal(rec.kind, PURSE_CREDIT);
	assert_int_equal(rec.source, IMSG_TOPUP);
	assert_true(rec.amount == 5000 && rec.balance == 5000 && rec.seq == 1 && rec.ctr == 1);
	assert_true(status().balance == 5000);
}

/* Makes message @seq of @kind for the card, signed by @key. */
static size_t make(uint64_t seq, uint8_t kind, uint64_t amount, EVP_PKEY *key, uint8_t out[IMSG_MAX])
{
	struct payta_status s = status();
	struct imsg m = { .seq = seq, .kind = kind, .amount = amount, .currency = WORLD_CURRENCY, .source = IMSG_TOPUP };
	size_t len;

	memcpy(m.kid, world.money_kid, KID_LEN);
	memcpy(m.cid, s.cid, CID_LEN);
	assert_int_equal(imsg_sign(&m, &world.ops, key, out, IMSG_MAX, &len), 0);
	return len;
}

static void the_sequence(void **state)
{
	static const struct {
		const char *name;
		uint64_t seq, amount;
		TEE_Result res;
		uint64_t balance;
	} rows[] = {
		{ "not the first", 2, 10, TEE_ERROR_BAD_STATE, 0 },
		{ "far ahead", UINT64_MAX, 10, TEE_ERROR_BAD_STATE, 0 },
		{ "first", 1, 10, TEE_SUCCESS, 10 },
		{ "first again", 1, 10, TEE_SUCCESS, 10 },
		{ "first with another content", 1, 11, TEE_ERROR_SECURITY, 10 },
		{ "third", 3, 10, TEE_ERROR_BAD_STATE, 10 },
		{ "second", 2, 20, TEE_SUCCESS, 30 },
		{ "first once more", 1, 10, TEE_ERROR_BAD_STATE, 30 },
		{ "second again", 2, 20, TEE_SUCCESS, 30 },
		{ "third now", 3, 5, TEE_SUCCESS, 35 },
	};
	struct card_reply last = { 0 };

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		bool moved = status().balance != rows[i].balance;
		struct card_reply r = { 0 };
		uint8_t m[IMSG_MAX];
		size_t len = make(rows[i].seq, IMSG_CREDIT, rows[i].amount, world.money, m);
		TEE_Result res = payta_message(&card, m, len, &r);

		if (res != rows[i].res || status().balance != rows[i].balance)
			fail_msg("%s: %08X, balance %lu", rows[i].name, res, status().balance);
		if ((card.record_len != 0) != moved)
			fail_msg("%s: %zu bytes of record", rows[i].name, card.record_len);
		/* A repeat gets the old reply, word for word, also after a restart. */
		if (res == TEE_SUCCESS && !moved && memcmp(&r, &last, sizeof(r)) != 0)
			fail_msg("%s: another reply", rows[i].name);
		last = res == TEE_SUCCESS ? r : last;
		payta_restart(&card);
	}
}

static bool message_taken(void *ctx, const uint8_t *msg, size_t len)
{
	struct card_reply r;

	(void)ctx;
	return payta_message(&card, msg, len, &r) == TEE_SUCCESS;
}

/* The first call applies it; from then on the original is a repeat, and everything else must be refused. */
static void every_changed_message_is_refused(void **state)
{
	uint8_t m[IMSG_MAX];
	size_t len = make(1, IMSG_CREDIT, 10, world.money, m);

	(void)state;
	mutate_none_taken("credit", m, len, message_taken, NULL);
	assert_true(status().balance == 10 && status().ctr == 1 && status().seq == 1);
}

static void who_may_send(void **state)
{
	struct payta_status s = status();
	struct imsg m = { .seq = 1, .kind = IMSG_CREDIT, .amount = 10, .currency = WORLD_CURRENCY, .source = IMSG_TOPUP };
	uint8_t bytes[IMSG_MAX];
	struct card_reply r;
	size_t len;

	(void)state;
	/* The certificate key is not the money key. */
	len = make(1, IMSG_CREDIT, 10, world.issuer, bytes);
	assert_int_equal(payta_message(&card, bytes, len, &r), TEE_ERROR_SECURITY);
	memcpy(m.kid, world.kid, KID_LEN);
	memcpy(m.cid, s.cid, CID_LEN);
	assert_int_equal(imsg_sign(&m, &world.ops, world.issuer, bytes, sizeof(bytes), &len), 0);
	assert_int_equal(payta_message(&card, bytes, len, &r), TEE_ERROR_SECURITY);
	/* Another card's message. */
	memcpy(m.kid, world.money_kid, KID_LEN);
	m.cid[0] ^= 1;
	assert_int_equal(imsg_sign(&m, &world.ops, world.money, bytes, sizeof(bytes), &len), 0);
	assert_int_equal(payta_message(&card, bytes, len, &r), TEE_ERROR_SECURITY);
	assert_true(status().balance == 0 && status().seq == 0);
}

static void a_credit_that_does_not_fit(void **state)
{
	struct imsg m = { .kind = IMSG_CREDIT, .amount = 99999, .source = IMSG_TOPUP };
	struct imsg much = { .kind = IMSG_CREDIT, .source = IMSG_REFUND };
	static const uint64_t amounts[] = { 2, 100001, UINT64_MAX, UINT64_MAX - 99998 };
	struct card_reply r;

	(void)state;
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	for (size_t i = 0; i < ROWS(amounts); i++) {
		much.amount = amounts[i];
		assert_int_equal(payta_send(&card, &much, &r), TEE_ERROR_OVERFLOW);
		assert_int_equal(card.record_len, 0);
	}
	much.amount = 1;
	assert_int_equal(payta_send(&card, &much, &r), TEE_SUCCESS);
	assert_true(status().balance == 100000 && status().seq == 2);
	much.currency = 0x0840;
	assert_int_equal(payta_send(&card, &much, &r), TEE_ERROR_BAD_PARAMETERS);
	assert_true(status().seq == 2);
}

static void a_transfer(void **state)
{
	struct imsg m = { .kind = IMSG_TRANSFER, .amount = 700, .payee = "payee id", .payee_name = "Bob" };
	struct purse_record rec;
	struct card_reply r;

	(void)state;
	payta_top_up(&card, 1000);
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	check_reply(&r);
	assert_int_equal(r.kind, CARD_XFER);
	assert_true(r.amount == 700 && r.ctr == 2 && r.seq == 2);
	assert_int_equal(purse_record_decode((struct bytes){ card.record, card.record_len }, &rec), 0);
	assert_int_equal(rec.kind, PURSE_TRANSFER_OUT);
	assert_string_equal(rec.name, "Bob");
	assert_memory_equal(rec.peer, "payee id", 8);
	assert_true(rec.amount == 700 && rec.balance == 300 && status().balance == 300);
}

/* One that the card cannot do takes its number, moves nothing, and says so. */
static void a_transfer_without_the_money(void **state)
{
	struct imsg m = { .kind = IMSG_TRANSFER, .amount = 1001, .payee = "payee id" };
	struct card_reply r;

	(void)state;
	payta_top_up(&card, 1000);
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	check_reply(&r);
	assert_int_equal(r.kind, CARD_ACK);
	assert_true(r.ctr == 1 && r.seq == 2);
	assert_int_equal(card.record_len, 0);
	payta_restart(&card);
	assert_true(status().balance == 1000 && status().ctr == 1 && status().seq == 2);
}

static void the_clock_goes_forward_only(void **state)
{
	const uint64_t day = 86400;
	struct imsg m = { .kind = IMSG_CLOCK, .time = (world.today + 3) * day };
	uint8_t data[255];
	struct card_reply r;
	struct visit v;
	size_t len;

	(void)state;
	world.terminal_is.end = (uint16_t)(world.today + 2);
	world_certify(&world);
	payta_visit(&card, &v);
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	assert_int_equal(r.kind, CARD_ACK);
	assert_int_equal(r.ctr, 0);
	visit_get_vcn(&world, &v, data, &len);
	assert_int_equal(payta_get_vcn(&card, 0x0101, data, len).sw, SW_SECURITY_STATUS);
	m.time = 1;
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	payta_restart(&card);
	assert_int_equal(payta_get_vcn(&card, 0x0101, data, len).sw, SW_SECURITY_STATUS);
	world.terminal_is.end = (uint16_t)(world.today + 3);
	world_certify(&world);
	payta_visit(&card, &v);
}

/* Rule 7: the issuer can end all older terminal certificates, and cannot take that back. */
static void older_terminal_certificates_end(void **state)
{
	struct imsg m = { .kind = IMSG_CLOCK, .oldest_start = world.today };
	uint8_t data[255];
	struct card_reply r;
	struct visit v;
	size_t len;

	(void)state;
	world.terminal_is.start = (uint16_t)(world.today - 1);
	world.terminal_is.end = (uint16_t)(world.today + 1);
	world_certify(&world);
	payta_visit(&card, &v);
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	m.oldest_start = 0;
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	payta_restart(&card);
	visit_get_vcn(&world, &v, data, &len);
	assert_int_equal(payta_get_vcn(&card, 0x0101, data, len).sw, SW_SECURITY_STATUS);
	world.terminal_is.start = world.today;
	world_certify(&world);
	payta_visit(&card, &v);
}

static void a_blocked_card(void **state)
{
	struct imsg block = { .kind = IMSG_BLOCK }, credit = { .kind = IMSG_CREDIT, .amount = 5, .source = IMSG_REFUND };
	struct imsg transfer = { .kind = IMSG_TRANSFER, .amount = 5, .payee = "payee id" };
	struct visit paid, v;
	struct card_reply r;
	struct answer a;

	(void)state;
	payta_top_up(&card, 1000);
	payta_visit(&card, &paid);
	assert_int_equal(payta_buy(&card, &paid, 100, &a), SW_OK);
	assert_int_equal(payta_send(&card, &block, &r), TEE_SUCCESS);
	check_reply(&r);
	assert_int_equal(status().state, PAYTA_BLOCKED);
	payta_restart(&card);
	assert_int_equal(status().state, PAYTA_BLOCKED);
	/* It pays no more, and says so; what it paid can still be asked for. */
	payta_visit(&card, &v);
	assert_int_equal(payta_buy(&card, &v, 1, &a), SW_WARN_BLOCKED);
	payta_visit(&card, &v);
	assert_int_equal(payta_ask(&card, &v, &paid, NULL, 0, &a), SW_OK);
	assert_int_equal(payta_send(&card, &transfer, &r), TEE_SUCCESS);
	assert_int_equal(r.kind, CARD_ACK);
	assert_int_equal(payta_send(&card, &credit, &r), TEE_SUCCESS);
	assert_int_equal(payta_send(&card, &block, &r), TEE_SUCCESS);
	assert_true(status().balance == 905);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_credit),
		TEST(the_sequence),
		TEST(every_changed_message_is_refused),
		TEST(who_may_send),
		TEST(a_credit_that_does_not_fit),
		TEST(a_transfer),
		TEST(a_transfer_without_the_money),
		TEST(the_clock_goes_forward_only),
		TEST(older_terminal_certificates_end),
		TEST(a_blocked_card),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
