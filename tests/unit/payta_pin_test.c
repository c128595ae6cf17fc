// SPDX-License-Identifier: BSD-2-Clause
/* The PIN: set, changed, asked for and guessed at, on a trusted screen whose user is the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/payta/pin.h"
#include "payta_card.h"
#include "tui_user.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define WILL(acts)	tui_user_will(acts, ROWS(acts))
#define ABOVE		5001	/* minor units: above the limit of one payment */

void __real_TEE_GetSystemTime(TEE_Time *time);
void __wrap_TEE_GetSystemTime(TEE_Time *time);
void __real_TEE_MACInit(TEE_OperationHandle operation, const void *IV, size_t IVLen);
void __wrap_TEE_MACInit(TEE_OperationHandle operation, const void *IV, size_t IVLen);

static struct world world;
static struct payta_card card;
static uint32_t clock_is;		/* seconds since the machine started */
static bool power_fails;		/* in the middle of the next comparison */
static jmp_buf power;

void __wrap_TEE_GetSystemTime(TEE_Time *now)
{
	*now = (TEE_Time){ .seconds = clock_is };
}

void __wrap_TEE_MACInit(TEE_OperationHandle operation, const void *IV, size_t IVLen)
{
	if (power_fails) {
		power_fails = false;
		longjmp(power, 1);
	}
	__real_TEE_MACInit(operation, IV, IVLen);
}

static int setup(void **state)
{
	(void)state;
	clock_is = 1000;
	world_make(&world, 4, (uint16_t)(time(NULL) / 86400));
	payta_start(&card, &world);
	card.limits = (struct payta_limits){ .payment = 5000 };
	payta_issue(&card);
	payta_top_up(&card, 50000);
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

/* A command on the screen, and how it must end. */
static uint32_t ends(uint32_t command, uint32_t verdict)
{
	uint32_t got, seconds;
	TEE_Result res = payta_screen(command, NULL, &got, &seconds);

	if (res != TEE_SUCCESS || got != verdict)
		fail_msg("command %u: %08X, verdict %u instead of %u", command, res, got, verdict);
	tui_user_is_done();
	return seconds;
}

static void choose(void)
{
	static const struct tui_act acts[] = { { .says = { "Choose a PIN" }, .types = { "blue heron", "1234", "1234" }, .button = TUI_VALIDATE } };

	WILL(acts);
	ends(PAYTA_CMD_PIN, PAYTA_VERDICT_DONE);
}

/* A tap for @amount at the world's terminal. */
static uint16_t tap(uint64_t amount)
{
	struct answer a;
	struct visit v;

	payta_visit(&card, &v);
	return payta_buy(&card, &v, amount, &a);
}

static void approve(void)
{
	static const struct tui_act acts[] = { { .types = { "1234" }, .button = TUI_VALIDATE } };

	WILL(acts);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_DONE);
}

static void a_pin_is_chosen_on_the_screen(void **state)
{
	(void)state;
	assert_int_equal(status().pin, PAYTA_PIN_NONE);
	choose();
	assert_int_equal(tui_user_saw()->nfields, 3);
	assert_int_equal(tui_user_saw()->fields[1].mode, TUI_HIDDEN);
	assert_int_equal(tui_user_saw()->fields[1].type, TUI_NUMERICAL);
	assert_int_equal(tui_user_saw()->fields[2].mode, TUI_HIDDEN);
	assert_int_equal(status().pin, PAYTA_PIN_SET);
	assert_int_equal(status().pin_tries, PIN_TRIES);
	payta_restart(&card);
	assert_int_equal(status().pin, PAYTA_PIN_SET);
	assert_string_equal(pin_phrase(), "blue heron");
}

static void two_pins_that_differ_are_asked_for_again(void **state)
{
	static const struct tui_act acts[] = {
		{ .types = { "", "1234", "1235" }, .button = TUI_VALIDATE },
		{ .says = { "not the same" }, .types = { "", "1234", "1234" }, .button = TUI_VALIDATE },
	};

	(void)state;
	WILL(acts);
	ends(PAYTA_CMD_PIN, PAYTA_VERDICT_DONE);
	assert_int_equal(status().pin, PAYTA_PIN_SET);
}

static void a_pin_is_changed_with_the_old_one_first(void **state)
{
	static const struct tui_act acts[] = {
		{ .says = { "First the PIN as it is", "blue heron" }, .types = { "1234" }, .button = TUI_VALIDATE },
		{ .says = { "Change the PIN" }, .types = { "", "987654", "987654" }, .button = TUI_VALIDATE },
	};
	bool right;

	(void)state;
	choose();
	WILL(acts);
	ends(PAYTA_CMD_PIN, PAYTA_VERDICT_DONE);
	assert_int_equal(pin_try("1234", &right), TEE_SUCCESS);
	assert_false(right);
	assert_int_equal(pin_try("987654", &right), TEE_SUCCESS);
	assert_true(right);
	assert_string_equal(pin_phrase(), "blue heron");
}

static void without_the_old_one_it_stays(void **state)
{
	static const struct tui_act cancelled[] = { { .button = TUI_CANCEL } };
	static const struct tui_act guessed[] = {
		{ .types = { "1111" }, .button = TUI_VALIDATE },
		{ .says = { "Wrong PIN. Tries left: 9" }, .button = TUI_CANCEL },
	};
	static const struct tui_act half[] = { { .types = { "1234" }, .button = TUI_VALIDATE }, { .button = TUI_CANCEL } };
	bool right;

	(void)state;
	choose();
	WILL(cancelled);
	ends(PAYTA_CMD_PIN, PAYTA_VERDICT_CANCELLED);
	WILL(guessed);
	ends(PAYTA_CMD_PIN, PAYTA_VERDICT_CANCELLED);
	WILL(half);
	ends(PAYTA_CMD_PIN, PAYTA_VERDICT_CANCELLED);
	assert_int_equal(pin_try("1234", &right), TEE_SUCCESS);
	assert_true(right);
}

static void what_is_no_pin(void **state)
{
	static const char *const rows[] = { "", "123", "1234567890123", "12a4", "12 4", "-123" };

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (pin_set(rows[i], "") != TEE_ERROR_BAD_PARAMETERS)
			fail_msg("'%s' was taken", rows[i]);
	assert_false(pin_is_set());
}

/* Rule 8: the second tap pays that amount to that terminal, once. */
static void above_the_limit_the_second_tap_pays(void **state)
{
	static const struct tui_act acts[] = {
		{ .says = { "Pay to", WORLD_MERCHANT, "# 50.01 EUR", "blue heron" }, .types = { "1234" }, .button = TUI_VALIDATE },
	};

	(void)state;
	choose();
	assert_int_equal(tap(4999), SW_OK);
	assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
	assert_int_equal(status().asked, 1);
	WILL(acts);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_DONE);
	assert_int_equal(status().asked, 0);
	assert_true(status().spent_sum == 4999 && status().spent_count == 1);
	assert_int_equal(tap(ABOVE), SW_OK);
	/* The debit's record alone resets what is counted since the last PIN. */
	assert_true(status().spent_sum == 0 && status().spent_count == 0);
	assert_true(status().balance == 50000 - 4999 - ABOVE);
	assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
}

static void nothing_else_is_approved(void **state)
{
	static const struct {
		const char *name;
		uint64_t amount;
		uint32_t later;		/* seconds */
		bool restart, elsewhere;
		uint16_t sw;
	} rows[] = {
		{ "just that", ABOVE, 0, false, false, SW_OK },
		{ "in its last second", ABOVE, 59, false, false, SW_OK },
		{ "a cent more", ABOVE + 1, 0, false, false, SW_WARN_VERIFY },
		{ "after its minute", ABOVE, 60, false, false, SW_WARN_VERIFY },
		{ "after a restart", ABOVE, 0, true, false, SW_WARN_VERIFY },
		{ "at another terminal", ABOVE, 0, false, true, SW_WARN_VERIFY },
	};

	(void)state;
	choose();
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint16_t sw;

		clock_is += 1000;
		assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
		approve();
		clock_is += rows[i].later;
		if (rows[i].restart)
			payta_restart(&card);
		if (rows[i].elsewhere) {
			world.terminal_is.tid[0] ^= 1;
			world_certify(&world);
		}
		sw = tap(rows[i].amount);
		if (sw != rows[i].sw)
			fail_msg("%s: %04X", rows[i].name, sw);
	}
}

static void what_may_be_paid_without_uses_no_approval(void **state)
{
	(void)state;
	choose();
	assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
	approve();
	assert_int_equal(tap(100), SW_OK);
	assert_true(status().spent_count == 1);
	assert_int_equal(tap(ABOVE), SW_OK);
}

static void a_session_from_before_the_screen_is_dead(void **state)
{
	struct visit v;

	(void)state;
	payta_visit(&card, &v);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_NOTHING);
	v.pay = (struct pay_fields){ .amount = 1, .currency = WORLD_CURRENCY };
	assert_int_equal(payta_buy_raw(&card, &v).sw, SW_CONDITIONS);
}

static void without_something_to_ask(void **state)
{
	(void)state;
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_NOTHING);
	assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_NO_PIN);
	choose();
	clock_is += 300;
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_NOTHING);
}

/* Screens that end without a PIN approve nothing, and give the screen back. */
static void other_ends(void **state)
{
	static const struct {
		const char *name;
		struct tui_act act;
		uint32_t verdict;
		uint8_t still_asked;
	} rows[] = {
		{ "cancelled", { .button = TUI_CANCEL, .types = { "1234" } }, PAYTA_VERDICT_CANCELLED, 0 },
		{ "no answer in time", { .status = TUI_TIMED_OUT }, PAYTA_VERDICT_TIMED_OUT, 1 },
		{ "trustuid was killed", { .instead = TEE_ERROR_COMMUNICATION }, PAYTA_VERDICT_TIMED_OUT, 1 },
		{ "walletd gave up", { .instead = TEE_ERROR_CANCEL }, PAYTA_VERDICT_TIMED_OUT, 1 },
	};

	(void)state;
	choose();
	for (size_t i = 0; i < ROWS(rows); i++) {
		assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
		tui_user_will(&rows[i].act, 1);
		ends(PAYTA_CMD_VERIFY, rows[i].verdict);
		if (status().asked != rows[i].still_asked)
			fail_msg("%s: asked %u", rows[i].name, status().asked);
		if (tap(ABOVE) != SW_WARN_VERIFY)
			fail_msg("%s: it was paid", rows[i].name);
		assert_int_equal(status().pin_tries, PIN_TRIES);
	}
}

static void no_screen(void **state)
{
	static const enum tui_status rows[] = { TUI_NO_SCREEN, TUI_STATE, TUI_VERB_UNKNOWN };

	(void)state;
	choose();
	assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
	for (size_t i = 0; i < ROWS(rows); i++) {
		tui_user_is_away(rows[i]);
		ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_NO_SCREEN);
	}
	approve();
}

static void who_asks_is_told_to_the_screen(void **state)
{
	static const uint8_t uuid[TUI_UUID_LEN] = { 0x7e, 0xe9, 0xa1, 0x00, 0x0c, 0x1d, 0x4f, 0x0e, 0x9b, 0x5a, 0x74, 0x65, 0x65, 0x70, 0x61, 0x79 };
	static const uint8_t none[TUI_DIGEST_LEN];

	(void)state;
	choose();
	assert_memory_equal(tui_user_was_asked_by()->uuid, uuid, sizeof(uuid));
	assert_memory_not_equal(tui_user_was_asked_by()->digest, none, sizeof(none));
	assert_string_equal(tui_user_was_asked_by()->name, "teepay: the payment card");
}

/* A payment that needs the PIN, to a merchant of this name. */
static void tap_at(const char *merchant)
{
	choose();
	assert_true(strlen(merchant) < sizeof(world.terminal_is.merchant));
	strcpy(world.terminal_is.merchant, merchant);
	world_certify(&world);
	assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
}

/* A merchant's name has no way to look like another part of the screen. */
static void a_strange_name_stays_a_name(void **state)
{
	static const struct tui_act acts[] = {
		{ .says = { "Pay to\nCaf\xC3\xA9 ? # 1\n# 50.01 EUR\n" }, .types = { "1234" }, .button = TUI_VALIDATE },
	};

	(void)state;
	tap_at("Caf\xC3\xA9 \xE2\x82\xAC # 1");
	WILL(acts);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_DONE);
}

/* Large type is for amounts. */
static void a_name_is_no_amount(void **state)
{
	static const struct tui_act acts[] = {
		{ .says = { "Pay to\n # 1.00 EUR\n# 50.01 EUR\n" }, .types = { "1234" }, .button = TUI_VALIDATE },
	};

	(void)state;
	tap_at("# 1.00 EUR");
	WILL(acts);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_DONE);
}

/* --- guessing --- */

static void wrong_pins_meet_waits_and_then_a_block(void **state)
{
	static const uint32_t waits[] = { 30, 60, 120, 240, 480 };
	bool right;

	(void)state;
	choose();
	for (unsigned int i = 1; i <= PIN_TRIES; i++) {
		assert_int_equal(pin_try("0000", &right), TEE_SUCCESS);
		assert_false(right);
		assert_int_equal(pin_tries_left(), PIN_TRIES - i);
		if (i < PIN_FREE_TRIES) {
			assert_int_equal(pin_wait(), 0);
			continue;
		}
		if (i == PIN_TRIES)
			break;
		assert_int_equal(pin_wait(), waits[i - PIN_FREE_TRIES]);
		/* Not even the right one, and it is not counted. */
		assert_int_equal(pin_try("1234", &right), TEE_ERROR_BAD_STATE);
		assert_int_equal(pin_tries_left(), PIN_TRIES - i);
		clock_is += waits[i - PIN_FREE_TRIES] - 1;
		assert_int_equal(pin_wait(), 1);
		/* A restart begins the wait again, and so does a new clock. */
		payta_restart(&card);
		assert_int_equal(pin_wait(), waits[i - PIN_FREE_TRIES]);
		clock_is = i;
		payta_restart(&card);
		assert_int_equal(pin_wait(), waits[i - PIN_FREE_TRIES]);
		clock_is += waits[i - PIN_FREE_TRIES];
	}
	assert_int_equal(status().pin, PAYTA_PIN_BLOCKED);
	payta_restart(&card);
	clock_is += 100000;
	assert_int_equal(pin_try("1234", &right), TEE_ERROR_BAD_STATE);
	assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_PIN_BLOCKED);
}

static void the_screen_tells_of_wait_and_block(void **state)
{
	static const struct tui_act acts[] = {
		{ .types = { "0000" }, .button = TUI_VALIDATE }, { .says = { "Tries left: 9" }, .types = { "0001" }, .button = TUI_VALIDATE },
		{ .types = { "0002" }, .button = TUI_VALIDATE }, { .types = { "0003" }, .button = TUI_VALIDATE },
		{ .says = { "Tries left: 6" }, .types = { "0004" }, .button = TUI_VALIDATE },
		{ .says = { "Too many wrong PINs", "in 30 seconds" }, .button = TUI_VALIDATE },
	};
	static const struct tui_act sixth[] = {
		{ .types = { "0005" }, .button = TUI_VALIDATE }, { .says = { "in 60 seconds" }, .button = TUI_VALIDATE },
	};

	(void)state;
	choose();
	assert_int_equal(tap(ABOVE), SW_WARN_VERIFY);
	WILL(acts);
	assert_int_equal(ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_WAIT), 30);
	tui_user_will(NULL, 0);
	clock_is += 20;
	assert_int_equal(ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_WAIT), 10);
	assert_int_equal(status().pin_wait, 10);
	clock_is += 10;
	WILL(sixth);
	assert_int_equal(ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_WAIT), 60);
	clock_is += 60;
	approve();
	assert_int_equal(status().pin_tries, PIN_TRIES);
}

/* Hazard: a try that no power cut makes free. */
static void a_try_is_counted_before_it_is_compared(void **state)
{
	bool right;

	(void)state;
	choose();
	for (unsigned int i = 1; i <= 3; i++) {
		power_fails = true;
		if (setjmp(power) == 0)
			fail_msg("the power did not fail: %08X", pin_try("0000", &right));
		payta_restart(&card);
		assert_int_equal(pin_tries_left(), PIN_TRIES - i);
	}
	assert_int_equal(pin_try("1234", &right), TEE_SUCCESS);
	assert_true(right);
	payta_restart(&card);
	assert_int_equal(pin_tries_left(), PIN_TRIES);
}

static void use_up(unsigned int tries)
{
	bool right;

	while (tries-- > 0) {
		clock_is += 1000;
		assert_int_equal(pin_try("0000", &right), TEE_SUCCESS);
	}
	clock_is += 1000;
}

static void the_issuer_unblocks(void **state)
{
	struct imsg m = { .kind = IMSG_PIN, .source = IMSG_PIN_UNBLOCK };
	struct card_reply r;
	bool right;

	(void)state;
	choose();
	use_up(PIN_TRIES);
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	assert_int_equal(r.kind, CARD_ACK);
	assert_int_equal(card.record_len, 0);
	payta_restart(&card);
	assert_int_equal(status().pin_tries, PIN_TRIES);
	assert_int_equal(pin_try("1234", &right), TEE_SUCCESS);
	assert_true(right);
	m.source = IMSG_PIN_FORGET;
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	payta_restart(&card);
	assert_int_equal(status().pin, PAYTA_PIN_NONE);
	assert_string_equal(pin_phrase(), "");
	choose();
}

/* Killed behind the unblocking and in front of the sequence, the message comes again: that must not be ten more tries. */
static void one_message_unblocks_once(void **state)
{
	(void)state;
	choose();
	use_up(PIN_TRIES);
	assert_int_equal(pin_unblock(7, false), TEE_SUCCESS);
	assert_int_equal(pin_tries_left(), PIN_TRIES);
	use_up(3);
	payta_restart(&card);
	assert_int_equal(pin_unblock(7, false), TEE_SUCCESS);
	assert_int_equal(pin_unblock(6, true), TEE_SUCCESS);
	assert_int_equal(pin_tries_left(), PIN_TRIES - 3);
	assert_int_equal(pin_unblock(8, false), TEE_SUCCESS);
	assert_int_equal(pin_tries_left(), PIN_TRIES);
}

/* --- transfers, rule 9 --- */

static struct imsg an_order(void)
{
	struct imsg m = { .kind = IMSG_TRANSFER, .amount = 300, .payee = "payee-id", .payee_name = "Bob" };

	return m;
}

static void a_transfer_is_always_asked_for(void **state)
{
	static const struct tui_act acts[] = {
		{ .says = { "Send money to", "Bob", "# 3.00 EUR" }, .types = { "1234" }, .button = TUI_VALIDATE },
	};
	struct imsg m = an_order();
	struct card_reply r;

	(void)state;
	choose();
	assert_int_equal(payta_send(&card, &m, &r), TEE_ERROR_ACCESS_CONFLICT);
	assert_true(status().balance == 50000 && status().seq == 1);
	WILL(acts);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_DONE);
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	assert_int_equal(r.kind, CARD_XFER);
	assert_true(status().balance == 49700 && status().spent_count == 0);
	/* The next one is another. */
	assert_int_equal(payta_send(&card, &m, &r), TEE_ERROR_ACCESS_CONFLICT);
}

static void a_transfer_that_is_not_wanted_goes_back(void **state)
{
	static const struct tui_act no[] = { { .button = TUI_CANCEL } };
	struct imsg m = an_order();
	struct card_reply r;

	(void)state;
	choose();
	assert_int_equal(payta_send(&card, &m, &r), TEE_ERROR_ACCESS_CONFLICT);
	WILL(no);
	ends(PAYTA_CMD_VERIFY, PAYTA_VERDICT_CANCELLED);
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	assert_int_equal(r.kind, CARD_ACK);
	assert_true(status().balance == 50000 && status().seq == 2);
}

static void what_no_pin_allows_is_not_asked(void **state)
{
	struct imsg m = an_order();
	struct card_reply r;

	(void)state;
	choose();
	m.amount = 50001;
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	assert_int_equal(r.kind, CARD_ACK);
	use_up(PIN_TRIES);
	m.amount = 300;
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	assert_int_equal(r.kind, CARD_ACK);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pin_is_chosen_on_the_screen),
		TEST(two_pins_that_differ_are_asked_for_again),
		TEST(a_pin_is_changed_with_the_old_one_first),
		TEST(without_the_old_one_it_stays),
		TEST(what_is_no_pin),
		TEST(above_the_limit_the_second_tap_pays),
		TEST(nothing_else_is_approved),
		TEST(what_may_be_paid_without_uses_no_approval),
		TEST(a_session_from_before_the_screen_is_dead),
		TEST(without_something_to_ask),
		TEST(other_ends),
		TEST(no_screen),
		TEST(who_asks_is_told_to_the_screen),
		TEST(a_strange_name_stays_a_name),
		TEST(a_name_is_no_amount),
		TEST(wrong_pins_meet_waits_and_then_a_block),
		TEST(the_screen_tells_of_wait_and_block),
		TEST(a_try_is_counted_before_it_is_compared),
		TEST(the_issuer_unblocks),
		TEST(one_message_unblocks_once),
		TEST(a_transfer_is_always_asked_for),
		TEST(a_transfer_that_is_not_wanted_goes_back),
		TEST(what_no_pin_allows_is_not_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
