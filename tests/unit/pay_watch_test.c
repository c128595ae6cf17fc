// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/pay/watch.h"

#define EUR	0x0978

static const struct wallet_state active = { .state = "active", .cid = "cafe000000000001", .balance = 1550, .currency = EUR, .ready = true,
					    .front_end_state = "in the virtual reader" };

static void lines(void **state)
{
	static const struct {
		struct watch_event e;
		const char *text, *title;	/* NULL: no notification */
	} rows[] = {
		{ { WATCH_TAP, "Canteen", { 0 } }, "tap at Canteen", NULL },
		{ { WATCH_RECORD, "", { .kind = PURSE_PAYMENT, .amount = 450, .balance = 1100, .name = "Canteen" } },
		  "payment -4.50 EUR, Canteen, balance 11.00 EUR", "Paid" },
		{ { WATCH_RECORD, "", { .kind = PURSE_CREDIT, .amount = 2000, .balance = 3100 } }, "top-up 20.00 EUR, balance 31.00 EUR", "Money came in" },
		{ { WATCH_RECORD, "", { .kind = PURSE_TRANSFER_OUT, .amount = 300, .balance = 800, .name = "bob" } },
		  "transfer-out -3.00 EUR, bob, balance 8.00 EUR", "Money went out" },
		{ { WATCH_RECORD, "", { .kind = PURSE_ISSUED } }, "issued 0.00 EUR, balance 0.00 EUR", NULL },
		{ { WATCH_ASKED, "verify", { .amount = 5001, .currency = EUR } },
		  "a payment of 50.01 EUR asks for your PIN: run pay verify, then tap again", "Your card asks for its PIN" },
		{ { WATCH_CHANGED, "", { 0 } }, "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[WATCH_TEXT];
		const char *title = NULL;

		assert_string_equal(watch_text(&rows[i].e, &active, text), rows[i].text);
		assert_int_equal(watch_notifies(&rows[i].e, &title), rows[i].title != NULL);
		if (rows[i].title)
			assert_string_equal(title, rows[i].title);
	}
}

static void changes(void **state)
{
	struct wallet_state now = active, none = { .state = "empty" };
	char text[WATCH_TEXT];

	(void)state;
	assert_string_equal(watch_changes(NULL, &active, text), "card active; balance 15.50 EUR; ready to pay; front end: in the virtual reader");
	assert_string_equal(watch_changes(&active, &now, text), "");
	/* A payment's own line says the balance. */
	now.balance = 1;
	assert_string_equal(watch_changes(&active, &now, text), "");
	now.ready = false;
	assert_string_equal(watch_changes(&active, &now, text), "not ready to pay (pay ready)");
	strcpy(now.state, "blocked");
	assert_string_equal(watch_changes(&active, &now, text), "card blocked; not ready to pay (pay ready)");
	assert_string_equal(watch_changes(&none, &active, text), "card active; balance 15.50 EUR; ready to pay; front end: in the virtual reader");
}

static void objects(void **state)
{
	const struct watch_event paid = { WATCH_RECORD, "", { .ctr = 8, .kind = PURSE_PAYMENT, .amount = 450, .balance = 1100, .name = "Canteen" } };
	const struct watch_event changed = { WATCH_CHANGED, "", { 0 } };
	json_t *j = watch_json(&paid, &active);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(j, "event")), "record");
	assert_int_equal(json_integer_value(json_object_get(j, "amount")), -450);
	assert_string_equal(json_string_value(json_object_get(j, "currency")), "EUR");
	json_decref(j);
	assert_null(watch_json(&changed, &active));
	j = watch_state_json(&active);
	assert_string_equal(json_string_value(json_object_get(j, "state")), "active");
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines), cmocka_unit_test(changes), cmocka_unit_test(objects) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
