// SPDX-License-Identifier: BSD-2-Clause
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/pos/print.h"

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

static const struct terminal terminal = { .cert.merchant = "Campus Canteen No. 1" };

/* What somebody reads: the caller frees it. */
static char *printed(const struct purchase_result *res, bool json, bool colour)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	if (json)
		assert_int_equal(print_result_json(f, &terminal, res), 0);
	else
		print_result(f, &terminal, res, colour);
	assert_int_equal(fclose(f), 0);
	return text;
}

static struct purchase_result result(enum purchase_outcome o)
{
	struct purchase_result r = { .outcome = o, .has_intent = true, .apdus = 4, .bytes = 672 };

	r.intent = (struct intent){ .ctr = 3, .amount = 450, .currency = 0x0978, .time = 1750000000, .masked = "977700******7899", .ref = "till 1",
				    .state = INTENT_PAID, .ttn = { 0xDE, 0xAD, 0xBE, 0xEF, 0, 0, 0, 7 }, .cid = { 0xAB } };
	if (o != PURCHASE_PAID)
		strcpy(r.reason, "something happened; do something");
	return r;
}

static void people_read(void **state)
{
	static const struct {
		enum purchase_outcome outcome;
		const char *words[4];
	} rows[] = {
		{ PURCHASE_PAID, { "Campus Canteen No. 1", "4.50 EUR", "977700******7899", "PAID" } },
		{ PURCHASE_REFUSED, { "REFUSED", "something happened", "nothing was debited", "4.50 EUR" } },
		{ PURCHASE_DOUBT, { "IN DOUBT", "something happened", "deadbeef00000007", "4.50 EUR" } },
		{ PURCHASE_UNKNOWN, { "IN DOUBT", "something happened", "record 4", "till 1" } },
		{ PURCHASE_FAILED, { "NOT PAID", "something happened", "do something", "" } },
		{ PURCHASE_NO_READER, { "NOT PAID", "something happened", "do something", "" } },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct purchase_result r = result(rows[i].outcome);
		char *plain = printed(&r, false, false), *colour = printed(&r, false, true);

		for (size_t k = 0; k < ROWS(rows[i].words); k++)
			if (!strstr(plain, rows[i].words[k]))
				fail_msg("\"%s\" is not in: %s", rows[i].words[k], plain);
		/* Only a paid one may look like it. */
		if (rows[i].outcome != PURCHASE_PAID)
			assert_null(strstr(strstr(plain, "NOT PAID") ? strstr(plain, "NOT PAID") + 8 : plain, "PAID"));
		assert_null(strchr(plain, '\033'));
		assert_non_null(strstr(colour, "\033["));
		free(plain);
		free(colour);
	}
}

static void tills_read(void **state)
{
	static const struct {
		enum purchase_outcome outcome;
		const char *result;
	} rows[] = {
		{ PURCHASE_PAID, "paid" }, { PURCHASE_REFUSED, "refused" }, { PURCHASE_DOUBT, "in doubt" }, { PURCHASE_UNKNOWN, "unknown" },
		{ PURCHASE_FAILED, "failed" }, { PURCHASE_NO_READER, "failed" }, { PURCHASE_SETTLED, "settled" },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct purchase_result r = result(rows[i].outcome);
		const json_t *payment, *recovered;
		json_error_t error;
		char *text;
		json_t *j;

		r.n_recovered = 1;
		r.recovered[0] = r.intent;
		r.recovered[0].state = INTENT_NEVER;
		text = printed(&r, true, false);
		j = json_loads(text, JSON_REJECT_DUPLICATES, &error);
		assert_non_null(j);
		assert_string_equal(json_string_value(json_object_get(j, "result")), rows[i].result);
		assert_string_equal(json_string_value(json_object_get(j, "merchant")), "Campus Canteen No. 1");
		assert_int_equal(json_integer_value(json_object_get(j, "bytes")), 672);
		payment = json_object_get(j, "payment");
		assert_int_equal(json_integer_value(json_object_get(payment, "amount")), 450);
		assert_int_equal(json_integer_value(json_object_get(payment, "ctr")), 4);
		assert_string_equal(json_string_value(json_object_get(payment, "currency")), "EUR");
		assert_string_equal(json_string_value(json_object_get(payment, "ttn")), "deadbeef00000007");
		assert_string_equal(json_string_value(json_object_get(payment, "cid")), "ab00000000000000");
		recovered = json_object_get(j, "recovered");
		assert_int_equal(json_array_size(recovered), 1);
		assert_string_equal(json_string_value(json_object_get(json_array_get(recovered, 0), "state")), "never");
		json_decref(j);
		free(text);
	}
}

static void no_payment_is_null(void **state)
{
	struct purchase_result r = result(PURCHASE_FAILED);
	char *text;

	(void)state;
	r.has_intent = false;
	text = printed(&r, true, false);
	assert_non_null(strstr(text, "\"payment\": null"));
	assert_null(strstr(text, "977700"));
	free(text);
}

static void a_check_is_a_line(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	print_check(f, "the signature over the ciphertext holds");
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, "  check       the signature over the ciphertext holds\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(people_read), cmocka_unit_test(tills_read), cmocka_unit_test(no_payment_is_null),
					    cmocka_unit_test(a_check_is_a_line) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
