// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "mutate.h"
#include "libtee/internal/call.h"
#include "payta_card.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define IN		TEE_PARAM_TYPE_MEMREF_INPUT
#define OUT		TEE_PARAM_TYPE_MEMREF_OUTPUT
#define INOUT		TEE_PARAM_TYPE_VALUE_INOUT

static struct world world;
static struct payta_card card;
static const uint8_t challenge[CHALLENGE_LEN] = "what the issuer asks this time.";

static int setup(void **state)
{
	(void)state;
	world_make(&world, 4, (uint16_t)(time(NULL) / 86400));
	payta_start(&card, &world);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	payta_end(&card);
	world_free(&world);
	return 0;
}

static int state_now(void)
{
	struct payta_status s;

	payta_status(&s);
	return s.state;
}

/* Issues with the world's terms, changed by the caller's @c. */
static void seal_card(const struct application *a, const struct issued_card *c, uint8_t issue[ISSUE_LEN])
{
	assert_int_equal(issued_card_seal(c, &world.ops, world.issuer, a, challenge, issue), 0);
}

static void issue_with(struct issued_card *terms)
{
	struct application a;
	struct issued_card c;
	uint8_t issue[ISSUE_LEN];

	assert_int_equal(payta_apply(challenge, &a), TEE_SUCCESS);
	world_issue(&world, &a, &c);
	c.limit_payment = terms->limit_payment;
	c.limit_sum = terms->limit_sum;
	c.limit_count = terms->limit_count;
	c.limit_hard = terms->limit_hard;
	seal_card(&a, &c, issue);
	assert_int_equal(payta_take(&card, issue), TEE_SUCCESS);
	assert_int_equal(payta_take(&card, issue), TEE_SUCCESS);
}

static void cap(void)
{
	TEE_Param params[TEE_NUM_PARAMS] = { { .memref = { card.cap, sizeof(card.cap) } } };

	assert_int_equal(payta_call(PAYTA_CMD_CAP, TEE_PARAM_TYPES(OUT, 0, 0, 0), params), TEE_SUCCESS);
	card.cap_len = params[0].memref.size;
}

static void an_empty_card(void **state)
{
	TEE_Param params[TEE_NUM_PARAMS] = { { .memref = { card.cap, sizeof(card.cap) } } };
	struct payta_status s;
	struct card_reply r;

	(void)state;
	payta_status(&s);
	assert_int_equal(s.state, PAYTA_EMPTY);
	assert_true(s.balance == 0 && s.ctr == 0 && s.seq == 0);
	assert_int_equal(payta_get_vcn(&card, 0x0101, NULL, 0).sw, SW_CONDITIONS);
	assert_int_equal(payta_pay(&card, 0x0101, NULL, 0).sw, SW_CONDITIONS);
	assert_int_equal(payta_message(&card, "m", 1, &r), TEE_ERROR_BAD_STATE);
	assert_int_equal(payta_call(PAYTA_CMD_CAP, TEE_PARAM_TYPES(OUT, 0, 0, 0), params), TEE_ERROR_BAD_STATE);
}

static void applying_shows_keys_and_proves_them(void **state)
{
	struct application a, b;
	uint8_t other[CHALLENGE_LEN] = "another one";

	(void)state;
	assert_int_equal(payta_apply(challenge, &a), TEE_SUCCESS);
	assert_int_equal(application_verify(&a, &world.ops, challenge), 0);
	assert_int_not_equal(application_verify(&a, &world.ops, other), 0);
	assert_int_equal(state_now(), PAYTA_APPLIED);
	/* Applying again keeps the keys, also over a restart. */
	payta_restart(&card);
	assert_int_equal(payta_apply(other, &b), TEE_SUCCESS);
	assert_memory_equal(a.card_pk, b.card_pk, ED25519_PK_LEN);
	assert_memory_equal(a.ta_pk, b.ta_pk, X25519_LEN);
	assert_int_equal(application_verify(&b, &world.ops, other), 0);
}

static void a_card_comes_to_life(void **state)
{
	struct purse_record rec;
	struct payta_status s;
	struct application a;

	(void)state;
	payta_issue(&card);
	payta_status(&s);
	assert_int_equal(s.state, PAYTA_ACTIVE);
	assert_int_equal(s.currency, WORLD_CURRENCY);
	assert_memory_equal(s.kid, world.kid, KID_LEN);
	assert_true(s.ctr == 0 && s.balance == 0 && s.generation == 1);
	assert_int_equal(s.card_end, world.today + 1000);
	assert_int_equal(purse_record_decode((struct bytes){ card.record, card.record_len }, &rec), 0);
	assert_true(rec.kind == PURSE_ISSUED && rec.ctr == 0 && rec.balance == 0);
	assert_int_equal(card.cap_len, 8);
	assert_memory_equal(card.cap, "\x01\x09\x78", 3);
	assert_memory_equal(card.cap + 3, world.kid, KID_LEN);
	assert_int_equal(card.cap[7], PAYMENT_SUITE_1);
	assert_int_equal(payta_apply(challenge, &a), TEE_ERROR_BAD_STATE);
}

static void taking_twice_gives_the_number_again(void **state)
{
	struct issued_card terms = { 0 };
	uint8_t first[PURSE_RECORD_LEN];
	struct visit v;

	(void)state;
	issue_with(&terms);
	assert_int_equal(card.record_len, PURSE_RECORD_LEN);
	memcpy(first, card.record, sizeof(first));
	cap();
	payta_visit(&card, &v);
	payta_restart(&card);
	payta_visit(&card, &v);
	assert_int_equal(v.clear.ctr, 0);
}

/* What an issuer, or somebody who plays one, can get wrong. */
static void bad_issues(void **state)
{
	static const struct {
		const char *name;
		int what;
	} rows[] = {
		{ "number fails Luhn", 0 },
		{ "no currency", 1 },
		{ "money key is the certificate key", 2 },
		{ "money key of small order", 3 },
		{ "another card's certificate", 4 },
		{ "expired certificate", 5 },
		{ "certificate of another issuer", 6 },
	};
	struct application a;

	(void)state;
	assert_int_equal(payta_apply(challenge, &a), TEE_SUCCESS);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct ccert cert = { .end = (uint16_t)(world.today + 1) };
		struct issued_card c;
		uint8_t issue[ISSUE_LEN];

		world_issue(&world, &a, &c);
		memcpy(cert.pk, a.card_pk, ED25519_PK_LEN);
		c.vcn += rows[i].what == 0;
		c.currency = rows[i].what == 1 ? 0x09A8 : c.currency;
		if (rows[i].what == 2)
			memcpy(c.money_pk, c.issuer_pk, ED25519_PK_LEN);
		if (rows[i].what == 3)
			memset(c.money_pk, 0, ED25519_PK_LEN);
		cert.pk[0] ^= rows[i].what == 4;
		if (rows[i].what == 5)
			cert.end = (uint16_t)(world.today - 1);
		if (rows[i].what >= 4)
			assert_int_equal(ccert_sign(&cert, &world.ops, rows[i].what == 6 ? world.money : world.issuer, world.kid, c.ccert), 0);
		seal_card(&a, &c, issue);
		if (payta_take(&card, issue) != TEE_ERROR_SECURITY || state_now() != PAYTA_APPLIED)
			fail_msg("%s", rows[i].name);
		payta_restart(&card);
	}
	payta_issue(&card);
}

static bool issue_taken(void *ctx, const uint8_t *msg, size_t len)
{
	(void)ctx;
	return len == ISSUE_LEN && payta_take(&card, msg) == TEE_SUCCESS;
}

static void every_changed_issue_is_refused(void **state)
{
	struct application a;
	struct issued_card c;
	uint8_t issue[ISSUE_LEN];

	(void)state;
	assert_int_equal(payta_apply(challenge, &a), TEE_SUCCESS);
	world_issue(&world, &a, &c);
	seal_card(&a, &c, issue);
	for (size_t bit = 0; bit < 8 * ISSUE_LEN; bit++) {
		issue[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (payta_take(&card, issue) != TEE_ERROR_SECURITY)
			fail_msg("taken with bit %zu changed", bit);
		issue[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	assert_int_equal(state_now(), PAYTA_APPLIED);
	mutate_none_taken("issue", issue, ISSUE_LEN, issue_taken, NULL);
}

/* An ISSUE answers one application: with a newer challenge the older one is dead. */
static void an_old_issue(void **state)
{
	uint8_t other[CHALLENGE_LEN] = "another one", issue[ISSUE_LEN];
	struct application a, b;
	struct issued_card c;

	(void)state;
	assert_int_equal(payta_apply(challenge, &a), TEE_SUCCESS);
	world_issue(&world, &a, &c);
	seal_card(&a, &c, issue);
	assert_int_equal(payta_apply(other, &b), TEE_SUCCESS);
	assert_int_equal(payta_take(&card, issue), TEE_ERROR_SECURITY);
	payta_issue(&card);
	assert_int_equal(payta_take(&card, issue), TEE_ERROR_BAD_STATE);
}

/* One row is one card: payments that are tried one after the other, and what each is told. */
static void limits(void **state)
{
	static const struct {
		const char *name;
		struct issued_card terms;
		struct { uint64_t amount; uint16_t sw; } pay[4];
	} rows[] = {
		{ "none", { .vcn = 0 }, { { 1000, SW_OK }, { 1000, SW_OK }, { 3001, SW_WARN_NO_MONEY }, { 3000, SW_OK } } },
		{ "of a payment", { .limit_payment = 500 }, { { 501, SW_WARN_VERIFY }, { 500, SW_OK }, { 500, SW_OK }, { 501, SW_WARN_VERIFY } } },
		{ "of the sum", { .limit_sum = 1000 }, { { 400, SW_OK }, { 601, SW_WARN_VERIFY }, { 600, SW_OK }, { 1, SW_WARN_VERIFY } } },
		{ "of the count", { .limit_count = 2 }, { { 1, SW_OK }, { 1, SW_OK }, { 1, SW_WARN_VERIFY }, { 1, SW_WARN_VERIFY } } },
		{ "hard", { .limit_hard = 500, .limit_payment = 100 },
		  { { 501, SW_WARN_LIMIT }, { 500, SW_WARN_VERIFY }, { 100, SW_OK }, { 5000, SW_WARN_NO_MONEY } } },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct issued_card terms = rows[i].terms;

		issue_with(&terms);
		cap();
		payta_top_up(&card, 5000);
		for (size_t k = 0; k < ROWS(rows[i].pay); k++) {
			struct answer a;
			struct visit v;
			uint16_t sw;

			payta_restart(&card);
			payta_visit(&card, &v);
			sw = payta_buy(&card, &v, rows[i].pay[k].amount, &a);
			if (sw != rows[i].pay[k].sw)
				fail_msg("%s, payment %zu: %04X", rows[i].name, k, sw);
		}
		teardown(state);
		setup(state);
	}
}

static void records_by_counter(void **state)
{
	uint8_t record[PURSE_RECORD_LEN];
	struct purse_record r;

	(void)state;
	payta_issue(&card);
	for (int i = 0; i < 40; i++)
		payta_top_up(&card, 1);
	payta_restart(&card);
	for (uint32_t ctr = 0; ctr < 45; ctr++) {
		TEE_Param params[TEE_NUM_PARAMS] = { { .value = { ctr, 0 } }, { .memref = { record, sizeof(record) } } };
		TEE_Result res = payta_call(PAYTA_CMD_RECORD, TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INPUT, OUT, 0, 0), params);

		assert_int_equal(res, ctr >= 9 && ctr <= 40 ? TEE_SUCCESS : TEE_ERROR_ITEM_NOT_FOUND);
		if (res == TEE_SUCCESS) {
			assert_int_equal(purse_record_decode((struct bytes){ record, params[1].memref.size }, &r), 0);
			assert_true(r.ctr == ctr && r.balance == ctr);
		}
	}
}

/* Types and sizes are checked before anything is done. */
static void parameters(void **state)
{
	static uint8_t buf[512];
	static const struct {
		const char *name;
		uint32_t command, types;
		size_t size[TEE_NUM_PARAMS];
		TEE_Result res;
	} rows[] = {
		{ "no such command", 99, 0, { 0 }, TEE_ERROR_NOT_SUPPORTED },
		{ "command 0", 0, 0, { 0 }, TEE_ERROR_NOT_SUPPORTED },
		{ "huge command", UINT32_MAX, 0, { 0 }, TEE_ERROR_NOT_SUPPORTED },
		{ "no parameters", PAYTA_CMD_STATUS, 0, { 0 }, TEE_ERROR_BAD_PARAMETERS },
		{ "wrong type", PAYTA_CMD_STATUS, TEE_PARAM_TYPES(IN, 0, 0, 0), { 512 }, TEE_ERROR_BAD_PARAMETERS },
		{ "one too many", PAYTA_CMD_STATUS, TEE_PARAM_TYPES(OUT, OUT, 0, 0), { 512, 512 }, TEE_ERROR_BAD_PARAMETERS },
		{ "reserved type bits", PAYTA_CMD_STATUS, TEE_PARAM_TYPES(OUT, 0, 0, 0) | 0x10000, { 512 }, TEE_ERROR_BAD_PARAMETERS },
		{ "no room", PAYTA_CMD_STATUS, TEE_PARAM_TYPES(OUT, 0, 0, 0), { PAYTA_STATUS_LEN - 1 }, TEE_ERROR_SHORT_BUFFER },
		{ "short challenge", PAYTA_CMD_APPLY, TEE_PARAM_TYPES(IN, OUT, 0, 0), { 31, 512 }, TEE_ERROR_BAD_PARAMETERS },
		{ "long challenge", PAYTA_CMD_APPLY, TEE_PARAM_TYPES(IN, OUT, 0, 0), { 33, 512 }, TEE_ERROR_BAD_PARAMETERS },
		{ "no room for PAY's record", PAYTA_CMD_PAY, TEE_PARAM_TYPES(INOUT, IN, OUT, OUT), { 0, 46, 512, 183 }, TEE_ERROR_SHORT_BUFFER },
		{ "no room for PAY's answer", PAYTA_CMD_PAY, TEE_PARAM_TYPES(INOUT, IN, OUT, OUT), { 0, 46, 247, 184 }, TEE_ERROR_SHORT_BUFFER },
		{ "too much data", PAYTA_CMD_PAY, TEE_PARAM_TYPES(INOUT, IN, OUT, OUT), { 0, 256, 512, 184 }, TEE_ERROR_BAD_PARAMETERS },
		{ "too large a record", PAYTA_CMD_RECOVER, TEE_PARAM_TYPES(INOUT, IN, OUT, IN), { 0, 32, 512, 185 }, TEE_ERROR_BAD_PARAMETERS },
		{ "empty message", PAYTA_CMD_MESSAGE, TEE_PARAM_TYPES(IN, OUT, OUT, 0), { 0, 512, 512 }, TEE_ERROR_BAD_PARAMETERS },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		TEE_Param params[TEE_NUM_PARAMS] = { 0 };
		TEE_Result res;

		for (unsigned int k = 0; k < TEE_NUM_PARAMS; k++) {
			if (TEE_PARAM_TYPE_GET(rows[i].types, k) < IN)
				continue;
			params[k].memref.buffer = buf;
			params[k].memref.size = rows[i].size[k];
		}
		res = payta_call(rows[i].command, rows[i].types, params);
		if (res != rows[i].res)
			fail_msg("%s: %08X", rows[i].name, res);
	}
	assert_int_equal(state_now(), PAYTA_EMPTY);
}

static TEE_Result session_of(uint32_t login, uint32_t uid, uint32_t types)
{
	struct tee_call call = { .client = { .login = login, .uid = uid } };
	TEE_Param params[TEE_NUM_PARAMS] = { 0 };
	void *context = &world;
	TEE_Result res;

	tee_call_begin(&call);
	res = TA_OpenSessionEntryPoint(types, params, &context);
	tee_call_end();
	assert_null(context);
	if (res == TEE_SUCCESS)
		TA_CloseSessionEntryPoint(context);
	return res;
}

static void sessions_take_no_parameters(void **state)
{
	(void)state;
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 0, TEE_PARAM_TYPES(IN, 0, 0, 0)), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 0, 0), TEE_SUCCESS);
}

static void sessions_show_user_and_executable(void **state)
{
	static const uint32_t others[] = { TEE_LOGIN_PUBLIC, TEE_LOGIN_USER, TEE_LOGIN_GROUP, TEE_LOGIN_APPLICATION, TEE_LOGIN_APPLICATION_GROUP };

	(void)state;
	for (size_t i = 0; i < ROWS(others); i++)
		assert_int_equal(session_of(others[i], 0, 0), TEE_ERROR_ACCESS_DENIED);
	/* The calls of these tests come from user 0, and so the card is his. */
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 5, 0), TEE_SUCCESS);
	payta_issue(&card);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 5, 0), TEE_ERROR_ACCESS_DENIED);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 0, 0), TEE_SUCCESS);
	payta_restart(&card);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 5, 0), TEE_ERROR_ACCESS_DENIED);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 0, 0), TEE_SUCCESS);
}

/* A card of an earlier version has no owner; whom it serves first after the upgrade is it. */
static void a_card_without_an_owner_gets_one(void **state)
{
	TEE_ObjectHandle object;

	(void)state;
	payta_issue(&card);
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "owner", 5, TEE_DATA_FLAG_ACCESS_WRITE_META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_CloseAndDeletePersistentObject1(object), TEE_SUCCESS);
	payta_restart(&card);
	assert_int_equal(session_of(TEE_LOGIN_PUBLIC, 4, 0), TEE_ERROR_ACCESS_DENIED);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 5, 0), TEE_SUCCESS);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 0, 0), TEE_ERROR_ACCESS_DENIED);
	payta_restart(&card);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 0, 0), TEE_ERROR_ACCESS_DENIED);
	assert_int_equal(session_of(TEE_LOGIN_APPLICATION_USER, 5, 0), TEE_SUCCESS);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_card),
		TEST(applying_shows_keys_and_proves_them),
		TEST(a_card_comes_to_life),
		TEST(taking_twice_gives_the_number_again),
		TEST(bad_issues),
		TEST(every_changed_issue_is_refused),
		TEST(an_old_issue),
		TEST(limits),
		TEST(records_by_counter),
		TEST(parameters),
		TEST(sessions_take_no_parameters),
		TEST(sessions_show_user_and_executable),
		TEST(a_card_without_an_owner_gets_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
