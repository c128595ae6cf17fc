// SPDX-License-Identifier: BSD-2-Clause
#include <jansson.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "issuer_world.h"
#include "temp_dir.h"
#include "tools/payissuer/accounts.h"
#include "tools/payissuer/lost.h"
#include "tools/payissuer/terminals.h"

/* --- receipts --- */

static int64_t canteen;

static int find_canteen(const char *name, int64_t balance, void *arg)
{
	(void)arg;
	if (strcmp(name, "Canteen") == 0)
		canteen = balance;
	return 0;
}

static int64_t merchant(void)
{
	assert_int_equal(store_merchant_each(w.is.store, find_canteen, NULL), 0);
	return canteen;
}

static void a_receipt_settles_once(void **state)
{
	struct receipt_claimed r, by_card;

	(void)state;
	load(&w.alice, 1000);
	r = pay(&w.alice, 450);
	/* Long after the terminal's certificate has ended. */
	w.time += 30 * 86400;
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	assert_int_equal(merchant(), 450);
	assert_int_equal(shadow(&w.alice), 550);
	assert_int_equal(receipts_settle(&w.is, &r), 1);
	/* The card brings the same one, without the certificate. */
	by_card = r;
	by_card.cert.len = 0;
	memcpy(by_card.tid, w.cert.tid, TID_LEN);
	assert_int_equal(receipts_settle(&w.is, &by_card), 1);
	assert_int_equal(merchant(), 450);
	assert_int_equal(alarms(), 0);
	r = pay(&w.alice, 50);
	by_card = r;
	by_card.cert.len = 0;
	memcpy(by_card.tid, w.cert.tid, TID_LEN);
	assert_int_equal(receipts_settle(&w.is, &by_card), 0);
	assert_int_equal(receipts_settle(&w.is, &r), 1);
	assert_int_equal(merchant(), 500);
}

/* Settled before the card's ack of the top-up arrived. */
static void receipts_may_come_before_answers(void **state)
{
	struct store_message m = topup(&w.alice, 1000);
	uint8_t reply[CARD_REPLY_LEN];
	struct receipt_claimed r;
	enum reply_status status;

	(void)state;
	paper_card_message(&w.alice, m.bytes, m.len, reply);
	r = pay(&w.alice, 450);
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	assert_int_equal(shadow(&w.alice), -450);
	balanced();
	assert_int_equal(book(&w.alice, reply, &status), 0);
	assert_int_equal(shadow(&w.alice), 550);
	assert_int_equal(alarms(), 0);
}

static void forged_receipts(void **state)
{
	static const struct {
		const char *name;
		enum { R_P, R_CTR, R_RSIG, R_EBAL, R_CID, R_TCERT, R_FOREIGN, R_NO_TID, R_CTR_0, R_CURRENCY, R_FINE } what;
		int want;
	} rows[] = {
		{ "another amount", R_P, ISSUER_ERR_FORBIDDEN }, { "another counter", R_CTR, ISSUER_ERR_FORBIDDEN },
		{ "another signature", R_RSIG, ISSUER_ERR_FORBIDDEN }, { "another balance", R_EBAL, ISSUER_ERR_FORBIDDEN },
		{ "another card", R_CID, ISSUER_ERR_FORBIDDEN }, { "a changed certificate", R_TCERT, ISSUER_ERR_FORBIDDEN },
		{ "certificate of another issuer", R_FOREIGN, ISSUER_ERR_FORBIDDEN }, { "a terminal of nobody", R_NO_TID, ISSUER_ERR_NOT_FOUND },
		{ "counter 0", R_CTR_0, ISSUER_ERR_INPUT }, { "another currency", R_CURRENCY, ISSUER_ERR_INPUT }, { "untouched", R_FINE, 0 },
	};
	EVP_PKEY *foreign = openssl_ed25519_generate();
	struct receipt_claimed good;

	(void)state;
	load(&w.alice, 1000);
	good = pay(&w.alice, 450);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct receipt_claimed r = good;
		uint8_t cert[TCERT_MAX];
		int got;

		memcpy(cert, w.tcert, w.tcert_len);
		r.cert.p = cert;
		if (rows[i].what == R_P)
			r.p[7] ^= 1;
		if (rows[i].what == R_CTR)
			r.ctr++;
		if (rows[i].what == R_RSIG)
			r.receipt.rsig[0] ^= 1;
		if (rows[i].what == R_EBAL)
			r.receipt.ebal[7] ^= 1;
		if (rows[i].what == R_CID)
			memcpy(r.cid, w.bob.cid, CID_LEN);
		if (rows[i].what == R_TCERT)
			cert[8] ^= 1;
		if (rows[i].what == R_FOREIGN) {
			struct tcert t = w.cert;

			assert_int_equal(tcert_sign(&t, OPS, foreign, cert, &r.cert.len), 0);
		}
		if (rows[i].what == R_NO_TID)
			r.cert.len = 0;
		if (rows[i].what == R_CTR_0)
			r.ctr = 0;
		if (rows[i].what == R_CURRENCY)
			r.p[8] ^= 1;
		got = receipts_settle(&w.is, &r);
		if (got != rows[i].want)
			fail_msg("%s: %d, %s", rows[i].name, got, w.is.error);
		assert_int_equal(merchant(), rows[i].want == 0 ? 450 : 0);
	}
	assert_int_equal(alarms(), 0);
	EVP_PKEY_free(foreign);
}

/* The same counter value spent twice: a cloned card.  The first merchant is paid, the second is not, and the card is stopped. */
static void a_clone_is_an_alarm(void **state)
{
	struct paper_card clone;
	struct receipt_claimed one, two;

	(void)state;
	load(&w.alice, 1000);
	clone = w.alice;
	one = pay(&w.alice, 450);
	two = pay(&clone, 999);
	assert_int_equal(one.ctr, two.ctr);
	assert_int_equal(receipts_settle(&w.is, &one), 0);
	assert_int_equal(receipts_settle(&w.is, &two), ISSUER_ERR_CONFLICT);
	assert_int_equal(alarms(), 1);
	assert_true(blocked(&w.alice));
	assert_int_equal(merchant(), 450);
	/* Kept over a restart. */
	issuer_close(&w.is);
	open_issuer();
	assert_int_equal(alarms(), 1);
	assert_true(blocked(&w.alice));
}

/* A card that mints money: each receipt is fine by itself, and the balances tell. */
static void balances_that_do_not_follow(void **state)
{
	struct receipt_claimed r;

	(void)state;
	load(&w.alice, 1000);
	r = pay(&w.alice, 450);
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	assert_int_equal(alarms(), 0);
	w.alice.balance += 5000;
	r = pay(&w.alice, 100);
	/* The merchant has the card's signature and is paid. */
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	assert_int_equal(merchant(), 550);
	assert_int_equal(alarms(), 1);
	assert_true(blocked(&w.alice));
}

/* Whoever owns a card's keys signs any receipt; counters left out have no neighbours to compare it with. */
static void money_that_no_card_had(void **state)
{
	struct receipt_claimed r;

	(void)state;
	load(&w.alice, 1000);
	w.alice.ctr += 4;
	w.alice.balance = 1001;
	r = pay(&w.alice, 1001);
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	assert_int_equal(merchant(), 1001);
	assert_int_equal(alarms(), 1);
	assert_true(blocked(&w.alice));
	/* More than any card may hold, even if as much was credited. */
	w.bob.ctr += 4;
	load(&w.bob, MAX_BALANCE);
	w.bob.ctr += 4;
	w.bob.balance = MAX_BALANCE + 1;
	r = pay(&w.bob, 2);
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	assert_int_equal(alarms(), 2);
	assert_true(blocked(&w.bob));
}

static void receipts_in_any_order(void **state)
{
	struct receipt_claimed r[4];

	(void)state;
	load(&w.alice, 1000);
	for (size_t i = 0; i < 4; i++)
		r[i] = pay(&w.alice, 10 * (i + 1));
	assert_int_equal(receipts_settle(&w.is, &r[3]), 0);
	assert_int_equal(receipts_settle(&w.is, &r[1]), 0);
	assert_int_equal(receipts_settle(&w.is, &r[0]), 0);
	assert_int_equal(receipts_settle(&w.is, &r[2]), 0);
	assert_int_equal(alarms(), 0);
	assert_int_equal(merchant(), 100);
}

/* --- blocking, refund, terminals, accounts --- */

static void a_blocked_card_gets_nothing_and_is_told(void **state)
{
	struct store_message m;

	(void)state;
	load(&w.alice, 1000);
	assert_int_equal(ledger_block(&w.is, w.alice.cid, "lost"), 0);
	assert_true(blocked(&w.alice));
	assert_int_equal(try_topup(&w.alice, 1), ISSUER_ERR_FORBIDDEN);
	assert_int_equal(transfer(&w.alice, "Bob", 1, &m), ISSUER_ERR_FORBIDDEN);
	m = newest_message(&w.alice);
	assert_int_equal(m.kind, IMSG_BLOCK);
	assert_int_equal(ledger_block(&w.is, w.alice.cid, "again"), 0);
	assert_int_equal(newest_message(&w.alice).seq, m.seq);
	assert_int_equal(deliver(&w.alice, &m), REPLY_APPLIED);
	assert_int_equal(ledger_block(&w.is, (const uint8_t *)"no card!", "x"), ISSUER_ERR_NOT_FOUND);
}

/* A reason goes into JSON and onto screens. */
static void a_reason_is_text(void **state)
{
	static const char *const bad[] = { "\033[2J", "Caf\xE9", "a\nb", "0123456789012345678901234567890123456789012345678901234567890123" };

	(void)state;
	for (size_t i = 0; i < ROWS(bad); i++)
		assert_int_equal(ledger_block(&w.is, w.alice.cid, bad[i]), ISSUER_ERR_INPUT);
	assert_false(blocked(&w.alice));
	assert_int_equal(ledger_block(&w.is, w.alice.cid, bad[3] + 1), 0);
}

/* Nothing is signed behind an open order, and a block neither: its turn comes when the order is closed. */
static void a_block_waits_for_an_open_order(void **state)
{
	struct store_message order, m;

	(void)state;
	load(&w.alice, 1000);
	assert_int_equal(transfer(&w.alice, "Bob", 300, &order), 0);
	assert_int_equal(ledger_block(&w.is, w.alice.cid, "lost"), 0);
	assert_int_equal(newest_message(&w.alice).seq, order.seq);
	assert_int_equal(deliver(&w.alice, &order), REPLY_APPLIED);
	m = newest_message(&w.alice);
	assert_int_equal(m.kind, IMSG_BLOCK);
	assert_int_equal(deliver(&w.alice, &m), REPLY_APPLIED);
	assert_int_equal(newest_message(&w.alice).seq, m.seq);
}

/* Who copied a card is stopped by its original too, as soon as that one synchronises. */
static void an_alarm_tells_the_card(void **state)
{
	struct paper_card clone;
	struct receipt_claimed one, two;

	(void)state;
	load(&w.alice, 1000);
	clone = w.alice;
	one = pay(&w.alice, 450);
	two = pay(&clone, 999);
	assert_int_equal(receipts_settle(&w.is, &one), 0);
	assert_int_equal(receipts_settle(&w.is, &two), ISSUER_ERR_CONFLICT);
	assert_int_equal(newest_message(&w.alice).kind, IMSG_BLOCK);
}

/* Rule 9: money that a blocked payee can no longer get is not lost; it goes where the rest of that card goes. */
static void a_refund_takes_what_was_on_its_way(void **state)
{
	struct store_message order, m;
	struct paper_card carol;

	(void)state;
	issue_card(&carol, "Carol");
	load(&w.alice, 1000);
	load(&w.bob, 50);
	assert_int_equal(transfer(&w.alice, "Bob", 300, &order), 0);
	assert_int_equal(ledger_block(&w.is, w.bob.cid, "lost"), 0);
	assert_int_equal(deliver(&w.alice, &order), REPLY_APPLIED);
	balanced();
	w.time += 7 * 86400;
	assert_int_equal(ledger_refund(&w.is, w.bob.cid, carol.cid, &m), 0);
	assert_true(m.amount == 350);
	balanced();
	assert_int_equal(deliver(&carol, &m), REPLY_APPLIED);
	assert_int_equal(shadow(&carol), 350);
	assert_int_equal(ledger_refund(&w.is, w.bob.cid, carol.cid, &m), ISSUER_ERR_CONFLICT);
	paper_card_free(&carol);
}

/* Rule 11: what a holder can do about a lost card by himself. */
static void a_lost_card(void **state)
{
	struct store_message waiting, m;
	struct receipt_claimed r;
	struct paper_card fresh;
	struct lost_card l;

	(void)state;
	issue_card(&fresh, "Alice");
	load(&w.alice, 1000);
	waiting = topup(&w.alice, 200);
	assert_true(waiting.amount == 200);
	r = pay(&w.alice, 450);
	assert_int_equal(lost_report(&w.is, w.alice.cid, &l), 0);
	assert_true(l.held == 1200 && l.refund_after == w.time + 7 * 86400);
	w.time += 100;
	/* Again: nothing begins anew.  Meanwhile a receipt came in. */
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	assert_int_equal(lost_report(&w.is, w.alice.cid, &l), 0);
	assert_true(l.held == 750 && l.refund_after == w.time - 100 + 7 * 86400);
	assert_int_equal(lost_refund(&w.is, w.alice.cid, fresh.cid, &m), ISSUER_ERR_CONFLICT);
	w.time = l.refund_after;
	assert_int_equal(lost_refund(&w.is, w.alice.cid, w.bob.cid, &m), ISSUER_ERR_FORBIDDEN);
	assert_int_equal(lost_refund(&w.is, w.alice.cid, fresh.cid, &m), 0);
	assert_true(m.amount == 750);
	balanced();
	assert_int_equal(lost_report(&w.is, w.alice.cid, &l), 0);
	assert_true(l.held == 0);
	assert_int_equal(lost_refund(&w.is, w.alice.cid, fresh.cid, &m), ISSUER_ERR_CONFLICT);
	paper_card_free(&fresh);
}

static void a_refund_after_the_deadline(void **state)
{
	struct store_message waiting, m, late;
	struct receipt_claimed r;
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	(void)state;
	load(&w.alice, 1000);
	waiting = topup(&w.alice, 200);
	r = pay(&w.alice, 450);
	assert_int_equal(ledger_refund(&w.is, w.alice.cid, w.bob.cid, &m), ISSUER_ERR_CONFLICT);
	assert_int_equal(issuer_card_block(&w.is, w.alice.cid, "lost"), 0);
	w.time += 7 * 86400 - 1;
	assert_int_equal(ledger_refund(&w.is, w.alice.cid, w.bob.cid, &m), ISSUER_ERR_CONFLICT);
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	w.time += 1;
	assert_int_equal(ledger_refund(&w.is, w.alice.cid, w.alice.cid, &m), ISSUER_ERR_FORBIDDEN);
	balanced();
	assert_int_equal(ledger_refund(&w.is, w.alice.cid, w.bob.cid, &m), 0);
	assert_true(m.source == IMSG_REFUND && m.amount == 750);
	balanced();
	assert_int_equal(deliver(&w.bob, &m), REPLY_APPLIED);
	assert_int_equal(shadow(&w.bob), 750);
	assert_int_equal(ledger_refund(&w.is, w.alice.cid, w.bob.cid, &m), ISSUER_ERR_CONFLICT);
	/* The lost card comes back and has taken the money that was voided. */
	late = waiting;
	paper_card_message(&w.alice, late.bytes, late.len, reply);
	assert_int_equal(book(&w.alice, reply, &status), 0);
	assert_int_equal(alarms(), 1);
}

static void terminals_are_renewed(void **state)
{
	uint8_t tid[TID_LEN], pk[X25519_LEN];
	char path[512];
	struct stat st;

	(void)state;
	memcpy(tid, w.cert.tid, TID_LEN);
	memcpy(pk, w.cert.pk, sizeof(pk));
	assert_int_equal(stat(temp_dir_path("terminal.json"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(w.cert.end - w.cert.start, 6);
	assert_int_equal(terminals_certify(&w.is, "Canteen", 0, temp_dir_path(""), path, sizeof(path)), ISSUER_ERR_INPUT);
	assert_int_equal(terminals_certify(&w.is, "Canteen", 8, temp_dir_path(""), path, sizeof(path)), ISSUER_ERR_INPUT);
	assert_int_equal(terminals_certify(&w.is, "", 1, temp_dir_path(""), path, sizeof(path)), ISSUER_ERR_INPUT);
	assert_int_equal(terminals_certify(&w.is, "a name of 21 letters.", 1, temp_dir_path(""), path, sizeof(path)), ISSUER_ERR_INPUT);
	assert_int_equal(terminals_certify(&w.is, "Canteen", 1, "/nonexistent", path, sizeof(path)), ISSUER_ERR_INPUT);
	/* Another merchant's file is not overwritten. */
	assert_int_equal(terminals_certify(&w.is, "Kiosk", 1, temp_dir_path(""), path, sizeof(path)), ISSUER_ERR_CONFLICT);
	/* Nor gets a merchant a terminal id that the books know as another's, whatever the file says. */
	{
		const char *merchant = "Kiosk";
		json_error_t error;
		json_t *j = json_load_file(temp_dir_path("terminal.json"), 0, &error);

		assert_int_equal(mkdir(temp_dir_path("kiosk"), 0700), 0);
		assert_int_equal(json_object_set_new(j, "merchant", json_string(merchant)), 0);
		assert_int_equal(json_dump_file(j, temp_dir_path("kiosk/terminal.json"), 0), 0);
		json_decref(j);
		assert_int_equal(terminals_certify(&w.is, merchant, 1, temp_dir_path("kiosk"), path, sizeof(path)), ISSUER_ERR_CONFLICT);
		assert_int_equal(unlink(temp_dir_path("kiosk/terminal.json")), 0);
		/* A FIFO in its place is no file, and nothing waits for it. */
		assert_int_equal(mkfifo(temp_dir_path("kiosk/terminal.json"), 0600), 0);
		assert_int_equal(terminals_certify(&w.is, merchant, 1, temp_dir_path("kiosk"), path, sizeof(path)), ISSUER_ERR_CONFLICT);
		assert_int_equal(unlink(temp_dir_path("kiosk/terminal.json")), 0);
		assert_int_equal(rmdir(temp_dir_path("kiosk")), 0);
	}
	w.time += 6 * 86400;
	assert_int_equal(terminals_certify(&w.is, "Canteen", 1, temp_dir_path(""), path, sizeof(path)), 0);
	read_terminal(path);
	assert_memory_equal(tid, w.cert.tid, TID_LEN);
	assert_memory_not_equal(pk, w.cert.pk, sizeof(pk));
	assert_int_equal(w.cert.end, w.cert.start);
}

static void accounts_tell_everything(void **state)
{
	static const char *const lists[] = { "cards", "messages", "transfers", "receipts", "merchants", "alarms" };
	struct receipt_claimed r;
	struct store_message order;
	json_t *j;

	(void)state;
	load(&w.alice, 1000);
	topup(&w.bob, 70);
	r = pay(&w.alice, 450);
	assert_int_equal(receipts_settle(&w.is, &r), 0);
	assert_int_equal(transfer(&w.alice, "Bob", 100, &order), 0);
	j = accounts_json(&w.is);
	assert_non_null(j);
	assert_true(json_is_true(json_object_get(j, "balanced")));
	assert_int_equal(json_integer_value(json_object_get(j, "loaded")), 1070);
	assert_int_equal(json_integer_value(json_object_get(j, "shadow")), 550);
	assert_int_equal(json_integer_value(json_object_get(j, "merchants_total")), 450);
	assert_int_equal(json_integer_value(json_object_get(j, "credits_open")), 70);
	for (size_t i = 0; i < ROWS(lists); i++)
		assert_true(json_is_array(json_object_get(j, lists[i])));
	assert_int_equal(json_array_size(json_object_get(j, "messages")), 3);
	assert_int_equal(json_array_size(json_object_get(j, "receipts")), 1);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_receipt_settles_once), T(receipts_may_come_before_answers), T(forged_receipts), T(a_clone_is_an_alarm),
		T(balances_that_do_not_follow), T(money_that_no_card_had), T(receipts_in_any_order), T(a_blocked_card_gets_nothing_and_is_told), T(a_reason_is_text),
		T(a_block_waits_for_an_open_order), T(an_alarm_tells_the_card), T(a_refund_takes_what_was_on_its_way), T(a_lost_card),
		T(a_refund_after_the_deadline), T(terminals_are_renewed), T(accounts_tell_everything),
	};

	log_init("issuer_receipts_test", LOG_EMERG);	/* alarms are what some tests want */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
