// SPDX-License-Identifier: BSD-2-Clause
/* Limits of payments without the PIN: the issuer's and the holder's, and what lifts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/payta/limits.h"
#include "payta_card.h"
#include "tui_user.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))

static struct world world;
static struct payta_card card;

static int setup(void **state)
{
	(void)state;
	world_make(&world, 5, (uint16_t)(time(NULL) / 86400));
	payta_start(&card, &world);
	card.limits = (struct payta_limits){ .payment = 5000, .sum = 15000, .count = 7 };
	payta_issue(&card);
	payta_top_up(&card, 90000);
	tui_user_will(NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tui_user_leaves();
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

static uint16_t tap(uint64_t amount)
{
	struct answer a;
	struct visit v;

	payta_visit(&card, &v);
	return payta_buy(&card, &v, amount, &a);
}

static void the_screen(uint32_t command, const struct payta_limits *limits, const struct tui_act *acts, size_t n, uint32_t verdict)
{
	uint32_t got, seconds;

	tui_user_will(acts, n);
	assert_int_equal(payta_screen(command, limits, &got, &seconds), TEE_SUCCESS);
	assert_int_equal(got, verdict);
	tui_user_is_done();
}

static void choose_pin(void)
{
	static const struct tui_act acts[] = { { .types = { "", "1234", "1234" }, .button = TUI_VALIDATE } };

	the_screen(PAYTA_CMD_PIN, NULL, acts, 1, PAYTA_VERDICT_DONE);
}

static const struct tui_act right_pin[] = { { .types = { "1234" }, .button = TUI_VALIDATE } };

static void tighter_and_looser(void **state)
{
	static const struct {
		const char *name;
		struct payta_limits a, b, tighter;
		bool looser;		/* is a? */
	} rows[] = {
		{ "none and none", { 0, 0, 0 }, { 0, 0, 0 }, { 0, 0, 0 }, false },
		{ "some and none", { 5, 6, 7 }, { 0, 0, 0 }, { 5, 6, 7 }, false },
		{ "none and some", { 0, 0, 0 }, { 5, 6, 7 }, { 5, 6, 7 }, true },
		{ "the same", { 5, 6, 7 }, { 5, 6, 7 }, { 5, 6, 7 }, false },
		{ "less", { 4, 5, 6 }, { 5, 6, 7 }, { 4, 5, 6 }, false },
		{ "more in one", { 4, 5, 8 }, { 5, 6, 7 }, { 4, 5, 7 }, true },
		{ "none in one", { 4, 0, 6 }, { 5, 6, 7 }, { 4, 6, 6 }, true },
		{ "the highest", { UINT64_MAX, UINT64_MAX, UINT16_MAX }, { 1, 1, 1 }, { 1, 1, 1 }, true },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct payta_limits t = limits_tighter(&rows[i].a, &rows[i].b);

		if (t.payment != rows[i].tighter.payment || t.sum != rows[i].tighter.sum || t.count != rows[i].tighter.count)
			fail_msg("%s: %lu, %lu, %u", rows[i].name, t.payment, t.sum, t.count);
		if (limits_looser(&rows[i].a, &rows[i].b) != rows[i].looser)
			fail_msg("%s: looser?", rows[i].name);
	}
}

static void the_eighth_payment_asks(void **state)
{
	(void)state;
	choose_pin();
	for (int i = 0; i < 7; i++)
		assert_int_equal(tap(100), SW_OK);
	assert_int_equal(tap(100), SW_WARN_VERIFY);
	payta_restart(&card);
	assert_int_equal(tap(100), SW_WARN_VERIFY);
	the_screen(PAYTA_CMD_VERIFY, NULL, right_pin, 1, PAYTA_VERDICT_DONE);
	assert_int_equal(tap(100), SW_OK);
	payta_restart(&card);
	/* Counted anew: seven more. */
	for (int i = 0; i < 7; i++)
		assert_int_equal(tap(100), SW_OK);
	assert_int_equal(tap(100), SW_WARN_VERIFY);
}

static void the_sum_asks(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(tap(5000), SW_OK);
	assert_int_equal(tap(1), SW_WARN_VERIFY);
}

static void an_approval_alone_resets_nothing(void **state)
{
	(void)state;
	choose_pin();
	for (int i = 0; i < 7; i++)
		assert_int_equal(tap(100), SW_OK);
	assert_int_equal(tap(100), SW_WARN_VERIFY);
	the_screen(PAYTA_CMD_VERIFY, NULL, right_pin, 1, PAYTA_VERDICT_DONE);
	assert_true(status().spent_count == 7 && status().spent_sum == 700);
	assert_int_equal(tap(101), SW_WARN_VERIFY);
}

static void lower_at_will(void **state)
{
	static const struct payta_limits lower = { .payment = 1000, .sum = 2000, .count = 3 };
	struct payta_status s;

	(void)state;
	/* No screen, and no PIN set. */
	tui_user_is_away(TUI_NO_SCREEN);
	the_screen(PAYTA_CMD_LIMITS, &lower, NULL, 0, PAYTA_VERDICT_DONE);
	payta_restart(&card);
	s = status();
	assert_true(s.limits.payment == 1000 && s.limits.sum == 2000 && s.limits.count == 3);
	assert_true(s.issued.payment == 5000 && s.issued.sum == 15000 && s.issued.count == 7);
	assert_int_equal(tap(1001), SW_WARN_VERIFY);
	assert_int_equal(tap(1000), SW_OK);
	assert_int_equal(tap(1000), SW_OK);
	assert_int_equal(tap(1), SW_WARN_VERIFY);
}

static void raised_only_with_the_pin(void **state)
{
	static const struct payta_limits lower = { .payment = 1000, .sum = 2000, .count = 3 }, more = { .payment = 1001, .sum = 2000, .count = 3 };
	static const struct tui_act no[] = { { .button = TUI_CANCEL } };
	static const struct tui_act yes[] = {
		{ .says = { "without the PIN", "10.01 EUR", "20.00 EUR" }, .types = { "1234" }, .button = TUI_VALIDATE },
	};

	(void)state;
	the_screen(PAYTA_CMD_LIMITS, &lower, NULL, 0, PAYTA_VERDICT_DONE);
	the_screen(PAYTA_CMD_LIMITS, &more, NULL, 0, PAYTA_VERDICT_NO_PIN);
	choose_pin();
	the_screen(PAYTA_CMD_LIMITS, &more, no, 1, PAYTA_VERDICT_CANCELLED);
	assert_true(status().limits.payment == 1000);
	the_screen(PAYTA_CMD_LIMITS, &more, yes, 1, PAYTA_VERDICT_DONE);
	assert_true(status().limits.payment == 1001);
}

static void never_beyond_the_issuers(void **state)
{
	static const struct payta_limits none = { 0 }, lower = { .payment = 1000, .sum = 2000, .count = 3 };
	static const struct tui_act yes[] = {
		{ .says = { "50.00 EUR", "150.00 EUR", "payments         7" }, .types = { "1234" }, .button = TUI_VALIDATE },
	};
	struct payta_status s;

	(void)state;
	choose_pin();
	/* As they are is no change, and asks nothing. */
	the_screen(PAYTA_CMD_LIMITS, &none, NULL, 0, PAYTA_VERDICT_DONE);
	the_screen(PAYTA_CMD_LIMITS, &lower, NULL, 0, PAYTA_VERDICT_DONE);
	the_screen(PAYTA_CMD_LIMITS, &none, yes, 1, PAYTA_VERDICT_DONE);
	payta_restart(&card);
	s = status();
	assert_true(s.limits.payment == s.issued.payment && s.limits.sum == s.issued.sum && s.limits.count == s.issued.count);
}

static void without_a_card(void **state)
{
	static const struct payta_limits lower = { .payment = 1 };
	uint32_t verdict, seconds;

	teardown(state);
	payta_start(&card, &world);
	world_make(&world, 5, (uint16_t)(time(NULL) / 86400));
	assert_int_equal(payta_screen(PAYTA_CMD_LIMITS, &lower, &verdict, &seconds), TEE_ERROR_BAD_STATE);
	assert_int_equal(payta_screen(PAYTA_CMD_PIN, NULL, &verdict, &seconds), TEE_ERROR_BAD_STATE);
	assert_int_equal(payta_screen(PAYTA_CMD_VERIFY, NULL, &verdict, &seconds), TEE_ERROR_BAD_STATE);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tighter_and_looser),
		TEST(the_eighth_payment_asks),
		TEST(the_sum_asks),
		TEST(an_approval_alone_resets_nothing),
		TEST(lower_at_will),
		TEST(raised_only_with_the_pin),
		TEST(never_beyond_the_issuers),
		TEST(without_a_card),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
