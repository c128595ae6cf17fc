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

#define RIGHT_P1P2	0x0101

static struct world world;
static struct payta_card card;

static int setup(void **state)
{
	(void)state;
	world_make(&world, 2, (uint16_t)(time(NULL) / 86400));
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

/* A visit whose PAY is made ready and held back. */
static void prepare(struct visit *v, uint8_t pay[255], size_t *len)
{
	payta_visit(&card, v);
	v->pay = (struct pay_fields){ .amount = 450, .currency = WORLD_CURRENCY, .time = 1 };
	assert_int_equal(world.ops.random(v->pay.ttn, TTN_LEN), 0);
	visit_pay(&world, v, pay, len);
}

static void a_payment_whose_answer_was_lost(void **state)
{
	struct visit lost, v;
	struct answer paid, a;

	(void)state;
	payta_visit(&card, &lost);
	assert_int_equal(payta_buy(&card, &lost, 450, &paid), SW_OK);
	payta_visit(&card, &v);
	assert_int_equal(v.clear.ctr, lost.clear.ctr + 1);
	assert_int_equal(payta_ask(&card, &v, &lost, NULL, 0, &a), SW_OK);
	assert_memory_equal(&a.receipt, &paid.receipt, sizeof(a.receipt));
}

static void a_payment_that_survives_a_restart(void **state)
{
	struct visit lost, v;
	struct answer paid, a;

	(void)state;
	payta_visit(&card, &lost);
	assert_int_equal(payta_buy(&card, &lost, 450, &paid), SW_OK);
	payta_restart(&card);
	payta_visit(&card, &v);
	assert_int_equal(payta_ask(&card, &v, &lost, NULL, 0, &a), SW_OK);
	assert_memory_equal(&a.receipt, &paid.receipt, sizeof(a.receipt));
}

/* Rule 2: after a signed "never" the held-back PAY must not be made, in whatever order things arrive. */
static void never_is_for_ever(void **state)
{
	struct payta_answer late;
	struct visit lost, v;
	struct payta_status s;
	struct answer a;
	uint8_t pay[255];
	size_t len;

	(void)state;
	prepare(&lost, pay, &len);
	payta_visit(&card, &v);
	assert_int_equal(payta_ask(&card, &v, &lost, NULL, 0, &a), SW_WARN_NEVER);
	assert_true(a.has_never);
	assert_int_equal(a.ctr_now, 1);
	late = payta_pay(&card, RIGHT_P1P2, pay, len);
	assert_int_equal(late.sw, SW_SECURITY_STATUS);
	payta_status(&s);
	assert_true(s.balance == 5000 && s.ctr == 1);
}

/* A terminal that asks in the very session of its PAY, against the rules, still gets a "never" that holds. */
static void never_in_the_same_session(void **state)
{
	struct payta_answer late;
	struct visit lost;
	struct answer a;
	uint8_t pay[255];
	size_t len;

	(void)state;
	prepare(&lost, pay, &len);
	assert_int_equal(payta_ask(&card, &lost, &lost, NULL, 0, &a), SW_WARN_NEVER);
	late = payta_pay(&card, RIGHT_P1P2, pay, len);
	assert_int_equal(late.sw, SW_CONDITIONS);
	lost.pay.ttn[0] ^= 1;
	assert_int_equal(payta_buy_raw(&card, &lost).sw, SW_OK);
}

static void more_nevers_than_a_session_remembers(void **state)
{
	struct visit v, about;
	struct answer a;

	(void)state;
	payta_visit(&card, &v);
	about = v;
	for (uint8_t i = 0; i < 8; i++) {
		about.pay.ttn[0] = i;
		assert_int_equal(payta_ask(&card, &v, &about, NULL, 0, &a), SW_WARN_NEVER);
	}
	assert_int_equal(payta_buy(&card, &v, 1, &a), SW_OK);
	payta_visit(&card, &v);
	about = v;
	for (uint8_t i = 0; i < 9; i++) {
		about.pay.ttn[0] = i;
		assert_int_equal(payta_ask(&card, &v, &about, NULL, 0, &a), SW_WARN_NEVER);
	}
	v.pay = (struct pay_fields){ .amount = 1, .currency = WORLD_CURRENCY, .ttn = "new one" };
	assert_int_equal(payta_buy_raw(&card, &v).sw, SW_CONDITIONS);
}

static void recover_then_pay_in_one_session(void **state)
{
	struct visit lost, v;
	struct answer a;
	uint8_t pay[255];
	size_t len;

	(void)state;
	prepare(&lost, pay, &len);
	payta_visit(&card, &v);
	assert_int_equal(payta_ask(&card, &v, &lost, NULL, 0, &a), SW_WARN_NEVER);
	assert_int_equal(payta_buy(&card, &v, 450, &a), SW_OK);
}

static void another_record_took_the_place(void **state)
{
	struct visit lost, v;
	struct answer a;
	uint8_t pay[255];
	size_t len;

	(void)state;
	prepare(&lost, pay, &len);
	payta_top_up(&card, 100);
	payta_visit(&card, &v);
	assert_int_equal(payta_ask(&card, &v, &lost, NULL, 0, &a), SW_WARN_NEVER);
	assert_int_equal(a.ctr_now, 2);

	prepare(&lost, pay, &len);
	payta_visit(&card, &v);
	assert_int_equal(payta_buy(&card, &v, 1, &a), SW_OK);
	payta_visit(&card, &v);
	assert_int_equal(payta_ask(&card, &v, &lost, NULL, 0, &a), SW_WARN_NEVER);
	assert_int_equal(a.ctr_now, 3);
}

/* The same TTN at another terminal is another payment. */
static void another_terminals_payment(void **state)
{
	struct visit paid, v;
	struct answer a;

	(void)state;
	payta_visit(&card, &paid);
	assert_int_equal(payta_buy(&card, &paid, 450, &a), SW_OK);
	world.terminal_is.tid[0] ^= 1;
	world_certify(&world);
	payta_visit(&card, &v);
	assert_int_equal(payta_ask(&card, &v, &paid, NULL, 0, &a), SW_WARN_NEVER);
}

/* A counter that the card has not reached was shown before its storage was rolled back: nobody may say "never" then. */
static void a_counter_from_the_future(void **state)
{
	static const uint32_t ahead[] = { 1, 2, UINT32_MAX - 2, UINT32_MAX - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
		struct visit v, about;
		struct answer a;

		payta_visit(&card, &v);
		about = v;
		about.clear.ctr += ahead[i];
		assert_int_equal(payta_ask(&card, &v, &about, NULL, 0, &a), SW_WARN_UNKNOWN);
		assert_false(a.has_never || a.has_receipt);
	}
}

struct old_payment {
	struct visit v;
	struct answer a;
	uint8_t record[PURSE_RECORD_LEN];
};

static void pay_forty(struct old_payment p[40])
{
	for (int i = 0; i < 40; i++) {
		payta_visit(&card, &p[i].v);
		assert_int_equal(payta_buy(&card, &p[i].v, 10, &p[i].a), SW_OK);
		memcpy(p[i].record, card.record, PURSE_RECORD_LEN);
	}
}

static void old_payments_come_from_walletd(void **state)
{
	static struct old_payment p[40];
	struct visit v;
	struct answer a;

	(void)state;
	pay_forty(p);
	payta_restart(&card);
	for (int i = 0; i < 40; i++) {
		bool old = i < 8;	/* records 2 to 9 of 41: the TA keeps 10 to 41 */

		payta_visit(&card, &v);
		assert_int_equal(payta_ask(&card, &v, &p[i].v, NULL, 0, &a), old ? SW_WARN_UNKNOWN : SW_OK);
		assert_int_equal(payta_ask(&card, &v, &p[i].v, p[i].record, PURSE_RECORD_LEN, &a), SW_OK);
		assert_memory_equal(&a.receipt, &p[i].a.receipt, sizeof(a.receipt));
	}
}

static struct old_payment *asked;
static struct visit asking;

static bool record_taken(void *ctx, const uint8_t *msg, size_t len)
{
	struct answer a;

	(void)ctx;
	if (len > PURSE_RECORD_LEN)
		return false;
	return payta_ask(&card, &asking, &asked->v, msg, len, &a) != SW_WARN_UNKNOWN;
}

static void a_changed_old_record_is_refused(void **state)
{
	static struct old_payment p[40];
	struct answer a;

	(void)state;
	pay_forty(p);
	payta_visit(&card, &asking);
	asked = &p[0];
	mutate_none_taken("purse record", p[0].record, PURSE_RECORD_LEN, record_taken, NULL);
	/* A genuine record of another counter proves nothing. */
	assert_int_equal(payta_ask(&card, &asking, &p[0].v, p[1].record, PURSE_RECORD_LEN, &a), SW_WARN_UNKNOWN);
	/* And a genuine one of that counter proves that another payment never was. */
	p[0].v.pay.ttn[3] ^= 1;
	assert_int_equal(payta_ask(&card, &asking, &p[0].v, p[0].record, PURSE_RECORD_LEN, &a), SW_WARN_NEVER);
}

static void every_changed_recover_is_refused(void **state)
{
	struct visit paid, v;
	struct answer a;
	uint8_t data[255];
	size_t len;

	(void)state;
	payta_visit(&card, &paid);
	assert_int_equal(payta_buy(&card, &paid, 450, &a), SW_OK);
	for (size_t bit = 0; bit < 8 * 32; bit++) {
		struct payta_answer answer;

		payta_visit(&card, &v);
		memcpy(v.recover.ttn, paid.pay.ttn, TTN_LEN);
		v.recover.ctr = paid.clear.ctr;
		visit_recover(&world, &v, data, &len);
		assert_int_equal(len, 32);
		data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		answer = payta_recover(&card, RIGHT_P1P2, data, len, NULL, 0);
		if ((answer.sw != SW_SECURITY_STATUS && answer.sw != SW_WRONG_DATA) || answer.len != 0)
			fail_msg("bit %zu: %04X", bit, answer.sw);
	}
}

struct read_answer {
	struct visit *v;
	uint16_t sw;
};

static bool answer_taken(void *ctx, const uint8_t *msg, size_t len)
{
	const struct read_answer *r = ctx;
	struct answer a;

	return visit_answer(&world, r->v, 2, r->sw, (struct bytes){ msg, len }, &a) == 0;
}

/* The terminal's side of rule 1: whatever a relay makes of an answer, it is no answer. */
static void every_changed_answer_is_refused(void **state)
{
	static const uint16_t words[] = { SW_OK, SW_WARN_NO_MONEY, SW_WARN_VERIFY, SW_WARN_LIMIT, SW_WARN_BLOCKED, SW_WARN_NEVER, SW_WARN_UNKNOWN,
					  SW_CONDITIONS, SW_UNKNOWN };
	struct payta_answer raw[3];
	struct visit v[3];
	struct answer a;
	uint8_t data[255];
	size_t len;

	(void)state;
	payta_visit(&card, &v[0]);
	assert_int_equal(payta_buy(&card, &v[0], 6000, &a), SW_WARN_NO_MONEY);
	raw[0] = payta_buy_raw(&card, &v[0]);
	payta_visit(&card, &v[1]);
	memcpy(v[1].recover.ttn, "no such ", TTN_LEN);
	v[1].recover.ctr = 1;
	visit_recover(&world, &v[1], data, &len);
	raw[1] = payta_recover(&card, RIGHT_P1P2, data, len, NULL, 0);
	payta_visit(&card, &v[2]);
	assert_int_equal(payta_buy(&card, &v[2], 450, &a), SW_OK);
	raw[2] = payta_buy_raw(&card, &v[2]);
	for (int i = 0; i < 3; i++) {
		struct read_answer r = { &v[i], raw[i].sw };

		mutate_none_taken("answer", raw[i].data, raw[i].len, answer_taken, &r);
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
			r.sw = words[w];
			assert_int_equal(answer_taken(&r, raw[i].data, raw[i].len), words[w] == raw[i].sw);
			assert_false(answer_taken(&r, NULL, 0));
		}
	}
}

static void recover_needs_version_and_suite(void **state)
{
	struct visit v;
	uint8_t data[255];
	size_t len;

	(void)state;
	payta_visit(&card, &v);
	visit_recover(&world, &v, data, &len);
	assert_int_equal(payta_recover(&card, 0x0201, data, len, NULL, 0).sw, SW_WRONG_P1P2);
	assert_int_equal(payta_recover(&card, 0x0100, data, len, NULL, 0).sw, SW_WRONG_P1P2);
	assert_int_equal(payta_recover(&card, RIGHT_P1P2, data, len - 1, NULL, 0).sw, SW_WRONG_DATA);
	assert_int_equal(payta_recover(&card, RIGHT_P1P2, data, len, NULL, 0).sw, SW_WARN_NEVER);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_payment_whose_answer_was_lost),
		TEST(a_payment_that_survives_a_restart),
		TEST(never_is_for_ever),
		TEST(never_in_the_same_session),
		TEST(more_nevers_than_a_session_remembers),
		TEST(recover_then_pay_in_one_session),
		TEST(another_record_took_the_place),
		TEST(another_terminals_payment),
		TEST(a_counter_from_the_future),
		TEST(old_payments_come_from_walletd),
		TEST(a_changed_old_record_is_refused),
		TEST(every_changed_recover_is_refused),
		TEST(every_changed_answer_is_refused),
		TEST(recover_needs_version_and_suite),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
