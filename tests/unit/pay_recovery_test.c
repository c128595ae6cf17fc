// SPDX-License-Identifier: BSD-2-Clause
/* The way back from a lost card, between a wallet and an issuer that keep books: each step, and each step again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "temp_dir.h"
#include "tools/pay/bring.h"
#include "tools/pay/recovery.h"

#define OLD	"0ld0000000000001"
#define OLD_HEX	"0dd0000000000001"
#define NEW_HEX	"0ee0000000000002"
#define NOW	1772386259
#define WEEK	(7 * 86400)

static struct {
	struct wallet_state wallet;
	bool blocked, refunded, away;
	unsigned int receipts;			/* that came in, each (card, counter) once */
	unsigned int applied, refunds, requests;
	uint64_t held, balance;
} w;

static struct pending_store *store;

static int fake_receipts(const json_t *body, json_t **answer)
{
	size_t n = json_array_size(json_object_get(body, "receipts")), fresh;

	assert_in_range(n, 1, 16);
	assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(body, "receipts"), 0), "cid")), OLD_HEX);
	fresh = w.receipts == 0 ? n : 0;
	w.requests++;
	w.receipts += (unsigned int)fresh;
	w.held -= fresh * 100;
	*answer = json_pack("{s:I, s:I, s:[]}", "accepted", (json_int_t)fresh, "known", (json_int_t)(n - fresh), "refused");
	return 200;
}

static int fake_issuer(void *ctx, const char *path, const json_t *body, json_t **answer, struct pay_error *e)
{
	(void)ctx;
	*answer = NULL;
	if (w.away)
		return -pay_fail(e, PAY_UNREACHABLE, "the issuer is away");
	if (strcmp(path, "/v1/cards/" OLD_HEX "/lost") == 0) {
		w.blocked = true;
		*answer = json_pack("{s:s, s:I, s:I}", "state", "blocked", "refund_after", (json_int_t)(NOW + WEEK), "held", (json_int_t)w.held);
		return 200;
	}
	if (strcmp(path, "/v1/cards/" OLD_HEX "/refunds") == 0) {
		assert_string_equal(json_string_value(json_object_get(body, "to")), NEW_HEX);
		w.refunds++;
		*answer = json_pack("{s:I, s:I}", "seq", (json_int_t)1, "amount", (json_int_t)w.held);
		w.balance += w.held;
		w.held = 0;
		return 201;
	}
	if (strcmp(path, "/v1/receipts") == 0)
		return fake_receipts(body, answer);
	if (strcmp(path, "/v1/cards/" NEW_HEX "/messages") == 0) {
		*answer = json_pack("{s:[]}", "messages");
		return 200;
	}
	if (strcmp(path, "/v1/challenges") == 0) {
		char hex[2 * CHALLENGE_LEN + 1];

		memset(hex, 'c', sizeof(hex) - 1);
		hex[sizeof(hex) - 1] = '\0';
		*answer = json_pack("{s:s}", "challenge", hex);
		return 201;
	}
	if (strcmp(path, "/v1/cards") == 0) {
		char hex[2 * ISSUE_LEN + 1];

		memset(hex, 'a', sizeof(hex) - 1);
		hex[sizeof(hex) - 1] = '\0';
		*answer = json_pack("{s:s, s:s}", "issue", hex, "cid", NEW_HEX);
		return 201;
	}
	fail_msg("%s", path);
	return 500;
}

static int fake_state(void *ctx, struct wallet_state *s, struct pay_error *e)
{
	(void)ctx;
	(void)e;
	*s = w.wallet;
	return PAY_DONE;
}

static int fake_apply(void *ctx, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN], struct pay_error *e)
{
	(void)ctx;
	(void)challenge;
	(void)e;
	memset(application, 0xAA, APPLICATION_LEN);
	return PAY_DONE;
}

static int fake_take(void *ctx, const uint8_t issue[ISSUE_LEN], struct pay_error *e)
{
	(void)ctx;
	(void)issue;
	(void)e;
	w.applied++;
	strcpy(w.wallet.state, "active");
	strcpy(w.wallet.cid, NEW_HEX);
	return PAY_DONE;
}

/* Twenty payments and the empty purse: two pages. */
static int fake_history(void *ctx, uint32_t offset, struct purse_record *records, size_t room, size_t *n, struct pay_error *e)
{
	(void)ctx;
	(void)e;
	for (*n = 0; *n < room && offset + *n < 21; ++*n)
		records[*n] = (struct purse_record){ .ctr = (uint32_t)(20 - offset - *n), .kind = offset + *n < 20 ? PURSE_PAYMENT : PURSE_ISSUED, .amount = 100 };
	return PAY_DONE;
}

static const struct link link_to_fakes = { .issuer = fake_issuer, .state = fake_state, .apply = fake_apply, .take_card = fake_take, .history = fake_history };

static int set_up(void **state)
{
	struct pay_error e;

	(void)state;
	memset(&w, 0, sizeof(w));
	w.held = 5000;
	strcpy(w.wallet.state, "blocked");
	strcpy(w.wallet.cid, OLD_HEX);
	strcpy(w.wallet.trouble, "the trusted application is behind the purse");
	return temp_dir_make() == 0 && pending_open(&store, temp_dir_path("."), &e) == PAY_DONE ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	pending_close(&store);
	return temp_dir_remove();
}

static struct recovery run(const char *cid, uint64_t now)
{
	struct pay_error e = { "" };
	struct recovery r;

	if (recovery_run(&link_to_fakes, store, cid, "holder", now, &r, &e) != PAY_DONE)
		fail_msg("%s", e.text);
	return r;
}

static void storage_is_put_aside(void)
{
	strcpy(w.wallet.state, "empty");
	w.wallet.cid[0] = w.wallet.trouble[0] = '\0';
}

static void the_whole_way(void **state)
{
	struct recovery r = run(NULL, NOW);

	(void)state;
	assert_int_equal(r.step, RECOVERY_STORAGE);
	assert_string_equal(r.lost, OLD_HEX);
	assert_true(w.blocked);
	/* Receipts that no terminal had brought: they are not refunded. */
	assert_int_equal(r.receipts, 16);
	assert_int_equal(r.held, 5000 - 1600);
	assert_int_equal(w.applied, 0);
	/* Again, before anybody did anything. */
	assert_int_equal(run(NULL, NOW).step, RECOVERY_STORAGE);

	storage_is_put_aside();
	r = run(NULL, NOW + 1);
	assert_int_equal(r.step, RECOVERY_WAITS);
	assert_true(r.applied);
	assert_string_equal(r.fresh, NEW_HEX);
	assert_int_equal(r.refund_after, NOW + WEEK);
	r = run(NULL, NOW + WEEK - 1);
	assert_int_equal(r.step, RECOVERY_WAITS);
	assert_false(r.applied);
	assert_int_equal(w.refunds, 0);

	r = run(NULL, NOW + WEEK);
	assert_int_equal(r.step, RECOVERY_DONE);
	assert_int_equal(r.refunded, 3400);
	assert_int_equal(w.balance, 3400);
	/* Forgotten: the new card is in order. */
	assert_int_equal(run(NULL, NOW + WEEK).step, RECOVERY_NOTHING);
	assert_int_equal(w.applied, 1);
	assert_int_equal(w.refunds, 1);
}

/* The trusted application's storage is gone at once: only the user knows which card it was. */
static void storage_is_lost(void **state)
{
	struct recovery r;

	(void)state;
	storage_is_put_aside();
	assert_int_equal(run(NULL, NOW).step, RECOVERY_NOTHING);
	assert_false(w.blocked);
	r = run("0DD0000000000001", NOW);
	assert_int_equal(r.step, RECOVERY_WAITS);
	assert_int_equal(w.applied, 1);
	assert_int_equal(run(NULL, NOW + WEEK).step, RECOVERY_DONE);
}

/* The answer to the refund was lost: nothing is held any more, the message waits, and it is over. */
static void refunded_and_not_heard(void **state)
{
	(void)state;
	storage_is_put_aside();
	assert_int_equal(run(OLD_HEX, NOW).step, RECOVERY_WAITS);
	w.held = 0;
	assert_int_equal(run(NULL, NOW + WEEK).step, RECOVERY_DONE);
	assert_int_equal(w.refunds, 0);
}

static void what_is_refused(void **state)
{
	struct pay_error e = { "" };
	struct recovery r;

	(void)state;
	assert_int_equal(recovery_run(&link_to_fakes, store, OLD, "holder", NOW, &r, &e), PAY_USAGE);
	/* A card that works is not thrown away. */
	strcpy(w.wallet.state, "active");
	w.wallet.trouble[0] = '\0';
	assert_int_equal(recovery_run(&link_to_fakes, store, OLD_HEX, "holder", NOW, &r, &e), PAY_FAILED);
	assert_non_null(strstr(e.text, "in order"));
	assert_false(w.blocked);
	strcpy(w.wallet.state, "unavailable");
	assert_int_equal(recovery_run(&link_to_fakes, store, NULL, "holder", NOW, &r, &e), PAY_UNREACHABLE);
}

/* For terminals that never settle (rule 12): no more requests than there is news. */
static void receipts_that_are_known(void **state)
{
	struct pay_error e = { "" };
	unsigned int fresh;

	(void)state;
	assert_int_equal(bring_receipts(&link_to_fakes, OLD_HEX, false, &fresh, &e), PAY_DONE);
	assert_int_equal(fresh, 16);
	assert_int_equal(w.requests, 2);
	assert_int_equal(bring_receipts(&link_to_fakes, OLD_HEX, false, &fresh, &e), PAY_DONE);
	assert_int_equal(fresh, 0);
	assert_int_equal(w.requests, 3);
}

/* Without the issuer nothing is done, and nothing forgotten. */
static void issuer_is_away(void **state)
{
	struct pay_error e = { "" };
	struct recovery r;

	(void)state;
	w.away = true;
	assert_int_equal(recovery_run(&link_to_fakes, store, NULL, "holder", NOW, &r, &e), PAY_UNREACHABLE);
	w.away = false;
	storage_is_put_aside();
	assert_int_equal(run(NULL, NOW).step, RECOVERY_WAITS);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = { T(the_whole_way), T(storage_is_lost), T(refunded_and_not_heard), T(what_is_refused), T(issuer_is_away), T(receipts_that_are_known) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
