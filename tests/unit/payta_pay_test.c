// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "common/openssl_crypto.h"
#include "mutate.h"
#include "daemon/payta/limits.h"
#include "payta_card.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define RIGHT_P1P2	0x0101

static struct world world;
static struct payta_card card;

static int setup(void **state)
{
	(void)state;
	world_make(&world, 1, (uint16_t)(time(NULL) / 86400));
	payta_start(&card, &world);
	payta_issue(&card);
	payta_top_up(&card, 5000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	payta_end(&card);
	world_free(&world);
	return 0;
}

static void expect(uint64_t balance, uint32_t ctr)
{
	struct payta_status s;

	payta_status(&s);
	if (s.balance != balance || s.ctr != ctr)
		fail_msg("balance %lu, counter %u; expected %lu, %u", s.balance, s.ctr, balance, ctr);
}

/* What the issuer sees in a receipt. */
static uint64_t opened_balance(const struct visit *v, uint32_t ctr, const struct receipt *r)
{
	uint8_t clear[EBAL_LEN];
	struct reader rd;

	assert_int_equal(ebal_apply(&world.ops, world.k_ic, v->cid, ctr, r->ebal, clear), 0);
	reader_init(&rd, clear, sizeof(clear));
	return reader_u64(&rd);
}

static void a_whole_payment(void **state)
{
	struct purse_record r;
	struct answer a;
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	assert_int_equal(v.clear.ctr, 1);
	assert_int_equal(v.clear.flags, 0);
	assert_int_equal(payta_buy(&card, &v, 450, &a), SW_OK);
	assert_true(a.has_receipt);
	assert_true(opened_balance(&v, 2, &a.receipt) == 4550);
	expect(4550, 2);
	assert_int_equal(card.record_len, PURSE_RECORD_LEN);
	assert_int_equal(purse_record_decode((struct bytes){ card.record, card.record_len }, &r), 0);
	assert_int_equal(r.kind, PURSE_PAYMENT);
	assert_int_equal(r.ctr, 2);
	assert_true(r.amount == 450 && r.balance == 4550 && r.seq == 1);
	assert_string_equal(r.name, WORLD_MERCHANT);
	assert_memory_equal(r.peer, world.terminal_is.tid, TID_LEN);
	assert_memory_equal(&r.receipt, &a.receipt, sizeof(a.receipt));
}

static void each_counter_is_one_payment(void **state)
{
	struct answer a;
	struct visit v;

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		payta_visit(&card, &v);
		assert_int_equal(v.clear.ctr, 1 + i);
		assert_int_equal(payta_buy(&card, &v, 100, &a), SW_OK);
	}
	expect(4500, 6);
}

static void the_same_pay_again_gives_the_same_receipt(void **state)
{
	struct payta_answer again;
	struct answer a, b;
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	assert_int_equal(payta_buy(&card, &v, 450, &a), SW_OK);
	again = payta_buy_raw(&card, &v);
	assert_int_equal(again.sw, SW_OK);
	assert_int_equal(visit_answer(&world, &v, 2, again.sw, (struct bytes){ again.data, again.len }, &b), 0);
	assert_memory_equal(&a.receipt, &b.receipt, sizeof(a.receipt));
	assert_int_equal(card.record_len, 0);
	expect(4550, 2);
}

static void the_same_pay_in_a_later_session_debits_nothing(void **state)
{
	struct visit first, v;
	struct payta_answer again;
	struct answer a, b;

	(void)state;
	payta_visit(&card, &first);
	assert_int_equal(payta_buy(&card, &first, 450, &a), SW_OK);
	payta_visit(&card, &v);
	v.pay = first.pay;
	again = payta_buy_raw(&card, &v);
	assert_int_equal(again.sw, SW_OK);
	assert_int_equal(visit_answer(&world, &v, 2, again.sw, (struct bytes){ again.data, again.len }, &b), 0);
	assert_memory_equal(&a.receipt, &b.receipt, sizeof(a.receipt));
	expect(4550, 2);
}

static void a_ttn_used_for_another_payment(void **state)
{
	static const struct {
		const char *name;
		uint64_t amount, time;
		bool other_session;
	} rows[] = {
		{ "other amount", 1, 0, false },
		{ "other time", 0, 1, false },
		{ "other amount, later", 1, 0, true },
		{ "other time, later", 0, 1, true },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct payta_status before, after;
		struct payta_answer again;
		struct visit v, w;
		struct answer a;

		payta_visit(&card, &v);
		assert_int_equal(payta_buy(&card, &v, 10, &a), SW_OK);
		payta_status(&before);
		w = v;
		if (rows[i].other_session) {
			payta_visit(&card, &w);
			w.pay = v.pay;
		}
		w.pay.amount += rows[i].amount;
		w.pay.time += rows[i].time;
		again = payta_buy_raw(&card, &w);
		if (again.sw != SW_CONDITIONS || again.len != 0)
			fail_msg("%s: %04X", rows[i].name, again.sw);
		payta_status(&after);
		assert_memory_equal(&before, &after, sizeof(before));
	}
}

/* A TTN is one terminal's own: another may have the same one. */
static void the_same_ttn_at_another_terminal(void **state)
{
	struct visit first, v;
	struct answer a;

	(void)state;
	payta_visit(&card, &first);
	assert_int_equal(payta_buy(&card, &first, 450, &a), SW_OK);
	world.terminal_is.tid[0] ^= 1;
	world_certify(&world);
	payta_visit(&card, &v);
	v.pay = first.pay;
	assert_int_equal(payta_buy_raw(&card, &v).sw, SW_OK);
	expect(4100, 3);
}

static void a_second_payment_in_one_session(void **state)
{
	struct payta_answer second;
	struct answer a;
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	assert_int_equal(payta_buy(&card, &v, 450, &a), SW_OK);
	v.pay.ttn[7] ^= 1;
	second = payta_buy_raw(&card, &v);
	assert_int_equal(second.sw, SW_CONDITIONS);
	expect(4550, 2);
}

static void wrong_mac_debits_nothing_and_ends_the_session(void **state)
{
	struct payta_answer answer;
	struct visit v = { 0 };
	uint8_t data[255];
	size_t len;

	(void)state;
	payta_visit(&card, &v);
	v.pay.amount = 450;
	v.pay.currency = WORLD_CURRENCY;
	visit_pay(&world, &v, data, &len);
	data[len - 1] ^= 1;
	answer = payta_pay(&card, RIGHT_P1P2, data, len);
	assert_int_equal(answer.sw, SW_SECURITY_STATUS);
	assert_int_equal(answer.len, 0);
	data[len - 1] ^= 1;
	answer = payta_pay(&card, RIGHT_P1P2, data, len);
	assert_int_equal(answer.sw, SW_CONDITIONS);
	expect(5000, 1);
}

static bool pay_taken(const uint8_t *msg, size_t len)
{
	struct payta_answer answer = payta_pay(&card, RIGHT_P1P2, msg, len);

	return answer.res == TEE_SUCCESS && answer.sw == SW_OK;
}

static void every_changed_pay_is_refused(void **state)
{
	struct payta_status before, after;
	uint8_t data[255];
	struct visit v;
	size_t len;

	(void)state;
	payta_status(&before);
	for (size_t bit = 0; bit < 8 * 46; bit++) {
		payta_visit(&card, &v);
		v.pay = (struct pay_fields){ .amount = 450, .currency = WORLD_CURRENCY };
		visit_pay(&world, &v, data, &len);
		assert_int_equal(len, 46);
		data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (pay_taken(data, len))
			fail_msg("taken with bit %zu changed", bit);
	}
	for (size_t n = 0; n < 46; n++)
		assert_false(pay_taken(data, n));
	payta_status(&after);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void malformed_commands(void **state)
{
	static const struct {
		const char *name;
		uint16_t p1p2, sw;
		size_t cut, add;
	} rows[] = {
		{ "wrong version", 0x0201, SW_WRONG_P1P2, 0, 0 },
		{ "wrong suite", 0x0102, SW_WRONG_P1P2, 0, 0 },
		{ "a byte missing", 0x0101, SW_WRONG_DATA, 1, 0 },
		{ "a byte too many", 0x0101, SW_WRONG_DATA, 0, 1 },
		{ "no data", 0x0101, SW_WRONG_DATA, 46, 0 },
	};
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	v.pay = (struct pay_fields){ .amount = 450, .currency = WORLD_CURRENCY };
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint8_t data[255] = { 0 };
		struct payta_answer answer;
		size_t len;

		visit_pay(&world, &v, data, &len);
		answer = payta_pay(&card, rows[i].p1p2, data, len - rows[i].cut + rows[i].add);
		if (answer.sw != rows[i].sw || answer.len != 0)
			fail_msg("%s: %04X", rows[i].name, answer.sw);
	}
	/* None of them ended the session. */
	assert_int_equal(payta_buy_raw(&card, &v).sw, SW_OK);
	expect(4550, 2);
}

static void pay_without_a_session(void **state)
{
	struct payta_answer answer;
	uint8_t data[46] = { 0 };

	(void)state;
	answer = payta_pay(&card, RIGHT_P1P2, data, sizeof(data));
	assert_int_equal(answer.sw, SW_CONDITIONS);
	answer = payta_recover(&card, RIGHT_P1P2, data, 32, NULL, 0);
	assert_int_equal(answer.sw, SW_CONDITIONS);
	expect(5000, 1);
}

static void wrong_currency_and_nothing_to_pay(void **state)
{
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	v.pay = (struct pay_fields){ .amount = 1, .currency = 0x0840 };
	assert_int_equal(payta_buy_raw(&card, &v).sw, SW_WRONG_DATA);
	v.pay = (struct pay_fields){ .amount = 0, .currency = WORLD_CURRENCY };
	assert_int_equal(payta_buy_raw(&card, &v).sw, SW_WRONG_DATA);
	expect(5000, 1);
}

static void too_little_money(void **state)
{
	static const uint64_t amounts[] = { 5001, UINT64_MAX, 1ULL << 63 };
	struct answer a;
	struct visit v;

	(void)state;
	for (size_t i = 0; i < ROWS(amounts); i++) {
		payta_visit(&card, &v);
		assert_int_equal(payta_buy(&card, &v, amounts[i], &a), SW_WARN_NO_MONEY);
		assert_false(a.has_receipt || a.has_never);
		assert_int_equal(card.record_len, 0);
	}
	expect(5000, 1);
	payta_visit(&card, &v);
	assert_int_equal(payta_buy(&card, &v, 5000, &a), SW_OK);
	expect(0, 2);
}

/* Rule 12: what a terminal has been told is refused must stay refused, whatever happens to the purse meanwhile. */
static void a_refusal_is_final(void **state)
{
	struct payta_answer again;
	struct answer a, b;
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	assert_int_equal(payta_buy(&card, &v, 6000, &a), SW_WARN_NO_MONEY);
	again = payta_buy_raw(&card, &v);
	assert_int_equal(again.sw, SW_WARN_NO_MONEY);
	assert_int_equal(visit_answer(&world, &v, 2, again.sw, (struct bytes){ again.data, again.len }, &b), 0);
	payta_top_up(&card, 5000);
	again = payta_buy_raw(&card, &v);
	assert_int_equal(again.sw, SW_WARN_NO_MONEY);
	v.pay.ttn[0] ^= 1;
	v.pay.amount = 1;
	again = payta_buy_raw(&card, &v);
	assert_int_equal(again.sw, SW_CONDITIONS);
	expect(10000, 2);
}

static void money_that_came_in_between_ends_the_session(void **state)
{
	struct payta_answer answer;
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	payta_top_up(&card, 1);
	v.pay = (struct pay_fields){ .amount = 450, .currency = WORLD_CURRENCY };
	answer = payta_buy_raw(&card, &v);
	assert_int_equal(answer.sw, SW_CONDITIONS);
	expect(5001, 2);
}

static void a_held_back_pay_dies_with_its_session(void **state)
{
	struct visit old, fresh;
	struct payta_answer answer;
	uint8_t data[255];
	size_t len;

	(void)state;
	payta_visit(&card, &old);
	old.pay = (struct pay_fields){ .amount = 450, .currency = WORLD_CURRENCY };
	visit_pay(&world, &old, data, &len);
	payta_visit(&card, &fresh);
	answer = payta_pay(&card, RIGHT_P1P2, data, len);
	assert_int_equal(answer.sw, SW_SECURITY_STATUS);
	expect(5000, 1);
}

static void a_restart_ends_the_session(void **state)
{
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	payta_restart(&card);
	v.pay = (struct pay_fields){ .amount = 450, .currency = WORLD_CURRENCY };
	assert_int_equal(payta_buy_raw(&card, &v).sw, SW_CONDITIONS);
	expect(5000, 1);
}

/* The terminal's certificate decides who sees the number. */
static void terminal_certificates(void **state)
{
	const uint16_t today = world.today;
	static const struct {
		const char *name;
		int start, end;
		bool foreign, forged;
		uint16_t sw;
	} rows[] = {
		{ "valid", 0, 7, false, false, SW_OK },
		{ "last day", -7, 0, false, false, SW_OK },
		{ "expired yesterday", -7, -1, false, false, SW_SECURITY_STATUS },
		{ "not yet", 1, 3, false, false, SW_SECURITY_STATUS },
		{ "another issuer's", 0, 7, true, false, SW_SECURITY_STATUS },
		{ "forged", 0, 7, false, true, SW_SECURITY_STATUS },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		EVP_PKEY *issuer = world.issuer, *stranger = openssl_ed25519_generate();
		struct payta_answer answer;
		uint8_t data[255], pk[ED25519_PK_LEN];
		struct visit v;
		size_t len;

		assert_int_equal(openssl_key_public(stranger, pk), 0);
		if (rows[i].foreign)
			assert_int_equal(cert_kid(&world.ops, pk, world.terminal_is.kid), 0);
		else
			memcpy(world.terminal_is.kid, world.kid, KID_LEN);
		if (rows[i].foreign || rows[i].forged)
			world.issuer = stranger;
		world.terminal_is.start = (uint16_t)(today + rows[i].start);
		world.terminal_is.end = (uint16_t)(today + rows[i].end);
		world_certify(&world);
		world.issuer = issuer;
		EVP_PKEY_free(stranger);
		visit_get_vcn(&world, &v, data, &len);
		answer = payta_get_vcn(&card, RIGHT_P1P2, data, len);
		if (answer.res != TEE_SUCCESS || answer.sw != rows[i].sw)
			fail_msg("%s: %04X", rows[i].name, answer.sw);
		if ((answer.len != 0) != (rows[i].sw == SW_OK))
			fail_msg("%s: %zu bytes", rows[i].name, answer.len);
	}
}

static bool get_vcn_taken(void *ctx, const uint8_t *msg, size_t len)
{
	struct visit *v = ctx;
	struct payta_answer answer;

	if (len > 255)
		return false;
	answer = payta_get_vcn(&card, RIGHT_P1P2, msg, len);
	if (answer.res != TEE_SUCCESS || answer.sw != SW_OK)
		return false;
	/* A changed nonce may be answered, but never in a way that the terminal takes. */
	return visit_got_vcn(&world, v, (struct bytes){ card.cap, card.cap_len }, (struct bytes){ answer.data, answer.len }) == 0;
}

static void every_changed_get_vcn_is_refused(void **state)
{
	uint8_t data[255];
	struct visit v;
	size_t len;

	(void)state;
	visit_get_vcn(&world, &v, data, &len);
	mutate_none_taken("GET VCN", data, len, get_vcn_taken, &v);
}

static bool got_vcn_taken(void *ctx, const uint8_t *msg, size_t len)
{
	return visit_got_vcn(&world, ctx, (struct bytes){ card.cap, card.cap_len }, (struct bytes){ msg, len }) == 0;
}

static void every_changed_answer_is_refused(void **state)
{
	struct payta_answer answer;
	uint8_t data[255];
	struct visit v;
	size_t len;

	(void)state;
	visit_get_vcn(&world, &v, data, &len);
	answer = payta_get_vcn(&card, RIGHT_P1P2, data, len);
	assert_int_equal(answer.len, 243);
	mutate_none_taken("answer to GET VCN", answer.data, answer.len, got_vcn_taken, &v);
}

/* Rule 6: a CAP changed on its way to the terminal fails the signature. */
static void a_changed_cap_is_noticed(void **state)
{
	struct payta_answer answer;
	uint8_t data[255], cap[CAP_MAX];
	struct visit v;
	size_t len;

	(void)state;
	visit_get_vcn(&world, &v, data, &len);
	answer = payta_get_vcn(&card, RIGHT_P1P2, data, len);
	for (size_t bit = 0; bit < 8 * card.cap_len; bit++) {
		memcpy(cap, card.cap, card.cap_len);
		cap[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_not_equal(visit_got_vcn(&world, &v, (struct bytes){ cap, card.cap_len }, (struct bytes){ answer.data, answer.len }), 0);
	}
	assert_int_equal(visit_got_vcn(&world, &v, (struct bytes){ card.cap, card.cap_len }, (struct bytes){ answer.data, answer.len }), 0);
}

/* walletd's side of the sealed number: altered, cut, absent. */
static void a_number_that_is_not_the_cards_own(void **state)
{
	uint8_t data[255], sealed[PAYTA_SEALED_VCN_LEN];
	struct payta_answer answer;
	struct visit v;
	size_t len;

	(void)state;
	memcpy(sealed, card.sealed, sizeof(sealed));
	visit_get_vcn(&world, &v, data, &len);
	for (size_t bit = 0; bit < 8 * sizeof(sealed); bit++) {
		card.sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
		answer = payta_get_vcn(&card, RIGHT_P1P2, data, len);
		assert_int_equal(answer.res, TEE_ERROR_SECURITY);
		assert_int_equal(answer.len, 0);
		card.sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	payta_visit(&card, &v);
}

static void a_failed_get_vcn_ends_the_session_too(void **state)
{
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	assert_int_equal(payta_get_vcn(&card, 0x0201, NULL, 0).sw, SW_WRONG_P1P2);
	v.pay = (struct pay_fields){ .amount = 450, .currency = WORLD_CURRENCY };
	assert_int_equal(payta_buy_raw(&card, &v).sw, SW_CONDITIONS);
	assert_int_equal(payta_get_vcn(&card, RIGHT_P1P2, "\xC1\x00", 2).sw, SW_WRONG_DATA);
}

/* Two visits share nothing that a listener could link: fresh keys, other ciphertext, other signature. */
static void answers_cannot_be_linked(void **state)
{
	struct payta_answer a, b;
	uint8_t data[255];
	struct visit v;
	size_t len;

	(void)state;
	visit_get_vcn(&world, &v, data, &len);
	a = payta_get_vcn(&card, RIGHT_P1P2, data, len);
	b = payta_get_vcn(&card, RIGHT_P1P2, data, len);
	assert_int_equal(a.len, b.len);
	for (size_t i = 3; i + 8 <= a.len; i++)
		assert_memory_not_equal(a.data + i, b.data + i, 8);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

/* What is counted since the last PIN: at its highest value it stays there, and only a card that has such a limit cares. */
static void counts_stay_at_their_end(void **state)
{
	static const struct {
		const char *name;
		uint64_t sum, limit_sum;
		uint16_t count, limit_count, sw;
	} rows[] = {
		{ "65535 payments, no limits", 100, 0, UINT16_MAX, 0, 0 },
		{ "65535 payments, limit 65535", 100, 0, UINT16_MAX, UINT16_MAX, SW_WARN_VERIFY },
		{ "one before it", 100, 0, UINT16_MAX - 1, UINT16_MAX, 0 },
		{ "all the money there is, no limits", UINT64_MAX, 0, 1, 0, 0 },
		{ "all the money there is, a limit", UINT64_MAX - 1, UINT64_MAX - 1, 1, 0, SW_WARN_VERIFY },
	};
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct card c = { .state = PAYTA_ACTIVE, .issued = { .limit_sum = rows[i].limit_sum, .limit_count = rows[i].limit_count } };
		struct ledger_state s = { .ctr = 7, .balance = 1000, .spent_sum = rows[i].sum, .spent_count = rows[i].count };
		uint16_t sw = limits_check(&c, &s, 450, false);

		if (sw != rows[i].sw)
			fail_msg("%s: %04X", rows[i].name, sw);
		if (sw)
			continue;
		limits_spend(&s, 450, false);
		assert_true(s.balance == 550 && s.ctr == 8);
		assert_true(s.spent_sum >= rows[i].sum && s.spent_count >= rows[i].count);
	}
}

/* ctr + 1 must exist wherever the protocol speaks of it, RECOVER of the last payment among them. */
static void the_last_counter_is_never_used(void **state)
{
	struct card c = { .state = PAYTA_ACTIVE };
	struct ledger_state s = { .ctr = UINT32_MAX - 2, .balance = 1000 };

	(void)state;
	assert_int_equal(limits_check(&c, &s, 1, false), 0);
	limits_spend(&s, 1, false);
	assert_int_equal(limits_check(&c, &s, 1, false), SW_WARN_BLOCKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_payment),
		TEST(each_counter_is_one_payment),
		TEST(the_same_pay_again_gives_the_same_receipt),
		TEST(the_same_pay_in_a_later_session_debits_nothing),
		TEST(a_ttn_used_for_another_payment),
		TEST(the_same_ttn_at_another_terminal),
		TEST(a_second_payment_in_one_session),
		TEST(wrong_mac_debits_nothing_and_ends_the_session),
		TEST(every_changed_pay_is_refused),
		TEST(malformed_commands),
		TEST(pay_without_a_session),
		TEST(wrong_currency_and_nothing_to_pay),
		TEST(too_little_money),
		TEST(a_refusal_is_final),
		TEST(money_that_came_in_between_ends_the_session),
		TEST(a_held_back_pay_dies_with_its_session),
		TEST(a_restart_ends_the_session),
		TEST(terminal_certificates),
		TEST(every_changed_get_vcn_is_refused),
		TEST(every_changed_answer_is_refused),
		TEST(a_changed_cap_is_noticed),
		TEST(a_number_that_is_not_the_cards_own),
		TEST(a_failed_get_vcn_ends_the_session_too),
		TEST(answers_cannot_be_linked),
		TEST(counts_stay_at_their_end),
		TEST(the_last_counter_is_never_used),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
