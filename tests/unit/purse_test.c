// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/err.h"
#include "proto/payta_cmd.h"
#include "proto/purse.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))

static void records_survive(void **state)
{
	struct purse_record r = { .ctr = 0x01020304, .kind = PURSE_PAYMENT, .currency = 0x0978, .amount = 450, .balance = UINT64_MAX, .time = 9, .seq = 7,
				  .peer = "terminal", .name = "Campus Canteen No. 1" };
	static const char *const names[] = { "", "A", "Campus Canteen No. 1" };
	uint8_t bytes[PURSE_RECORD_LEN] = { 0 };
	struct purse_record got;

	(void)state;
	memset(r.p, 0xA1, sizeof(r.p));
	memset(&r.receipt, 0xB2, sizeof(r.receipt));
	for (size_t i = 0; i < ROWS(names); i++) {
		memset(r.name, 0, sizeof(r.name));
		memcpy(r.name, names[i], strlen(names[i]));
		assert_int_equal(purse_record_encode(&r, bytes), 0);
		assert_int_equal(purse_record_decode((struct bytes){ bytes, sizeof(bytes) }, &got), 0);
		assert_memory_equal(&r, &got, sizeof(r));
	}
}

/* Places of the layout: docs/PROTOCOL.apdu.md. */
static void bad_records(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t value;
		int err;
	} rows[] = {
		{ "as it was", 0, 0, 0 },
		{ "kind 0", 4, 0, PROTO_ERR_FORMAT },
		{ "unknown kind", 4, 5, PROTO_ERR_FORMAT },
		{ "name of 21 bytes", 48, 21, PROTO_ERR_FORMAT },
		{ "byte behind the name", 52, 'x', PROTO_ERR_FORMAT },
		{ "last byte behind the name", 68, 'x', PROTO_ERR_FORMAT },
		{ "control character in the name", 49, 0x07, PROTO_ERR_FORMAT },
		{ "reserved byte", 167, 1, PROTO_ERR_FORMAT },
		{ "seal, which is not looked at", 183, 1, 0 },
	};
	const struct purse_record r = { .kind = PURSE_CREDIT, .name = "ABC" };

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint8_t bytes[PURSE_RECORD_LEN] = { 0 };
		struct purse_record got;
		int err;

		assert_int_equal(purse_record_encode(&r, bytes), 0);
		bytes[rows[i].at] = rows[i].value;
		err = purse_record_decode((struct bytes){ bytes, sizeof(bytes) }, &got);
		if (err != rows[i].err)
			fail_msg("%s: %d", rows[i].name, err);
	}
}

static void records_of_another_length(void **state)
{
	static uint8_t bytes[PURSE_RECORD_LEN + 1];
	const struct purse_record r = { .kind = PURSE_CREDIT };
	struct purse_record got;

	(void)state;
	assert_int_equal(purse_record_encode(&r, bytes), 0);
	for (size_t len = 0; len <= sizeof(bytes); len++)
		assert_int_equal(purse_record_decode((struct bytes){ bytes, len }, &got) == 0, len == PURSE_RECORD_LEN);
}

static void a_name_that_no_record_has(void **state)
{
	struct purse_record r = { .kind = PURSE_CREDIT, .name = "\x1B[2J" };
	uint8_t bytes[PURSE_SEALED_LEN];

	(void)state;
	assert_int_equal(purse_record_encode(&r, bytes), PROTO_ERR_FORMAT);
	memset(r.name, 'x', sizeof(r.name));	/* not closed */
	assert_int_equal(purse_record_encode(&r, bytes), PROTO_ERR_FORMAT);
}

static void the_status_survives(void **state)
{
	struct payta_status s = { .state = PAYTA_ACTIVE, .cid = "card id.", .kid = "kid_", .currency = 0x0978, .ctr = 5, .balance = 6, .seq = 7,
				  .generation = 8, .limits = { 9, 10, 11 }, .issued = { 15, 16, 17 }, .spent_sum = 12,
				  .spent_count = 13, .card_end = 14, .pin = PAYTA_PIN_BLOCKED, .pin_tries = 18, .pin_wait = 19, .asked = 1 };
	uint8_t bytes[PAYTA_STATUS_LEN + 1] = { 0 };
	struct payta_status got;

	(void)state;
	memset(s.card_pk, 0xC3, sizeof(s.card_pk));
	assert_int_equal(payta_status_encode(&s, bytes), 0);
	assert_int_equal(payta_status_decode((struct bytes){ bytes, PAYTA_STATUS_LEN }, &got), 0);
	assert_memory_equal(&s, &got, sizeof(s));
	for (size_t len = 0; len < sizeof(bytes) + 1; len++)
		if (len != PAYTA_STATUS_LEN && len <= sizeof(bytes))
			assert_int_not_equal(payta_status_decode((struct bytes){ bytes, len }, &got), 0);
	bytes[0] = PAYTA_BLOCKED + 1;
	assert_int_equal(payta_status_decode((struct bytes){ bytes, PAYTA_STATUS_LEN }, &got), PROTO_ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_survive),
		cmocka_unit_test(bad_records),
		cmocka_unit_test(records_of_another_length),
		cmocka_unit_test(a_name_that_no_record_has),
		cmocka_unit_test(the_status_survives),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
