// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/log.h"
#include "issuer_world.h"

static void a_transfer_moves_once(void **state)
{
	struct store_message order, credit;
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	(void)state;
	load(&w.alice, 1000);
	assert_int_equal(transfer(&w.alice, "Bob", 300, &order), 0);
	paper_card_message(&w.alice, order.bytes, order.len, reply);
	balanced();
	assert_int_equal(book(&w.alice, reply, &status), 0);
	assert_int_equal(status, REPLY_APPLIED);
	assert_int_equal(shadow(&w.alice), 700);
	credit = newest_message(&w.bob);
	assert_true(credit.kind == IMSG_CREDIT && credit.source == IMSG_TRANSFER_IN && credit.amount == 300);
	balanced();
	/* The answer again: no second credit. */
	assert_int_equal(book(&w.alice, reply, &status), 0);
	assert_int_equal(status, REPLY_KNOWN);
	assert_int_equal(newest_message(&w.bob).seq, credit.seq);
	assert_int_equal(deliver(&w.bob, &credit), REPLY_APPLIED);
	assert_int_equal(shadow(&w.bob), 300);
	assert_int_equal(w.bob.balance, 300);
}

static void a_refused_order_moves_nothing(void **state)
{
	struct store_message order;

	(void)state;
	load(&w.alice, 1000);
	/* It pays in the shop, the terminal has not settled: the issuer still thinks there is enough. */
	pay(&w.alice, 900);
	assert_int_equal(transfer(&w.alice, "Bob", 300, &order), 0);
	assert_int_equal(deliver(&w.alice, &order), REPLY_REFUSED);
	assert_int_equal(shadow(&w.alice), 1000);
	assert_int_equal(newest_message(&w.alice).state, MESSAGE_REFUSED);
	/* Closed: the next message may be signed. */
	load(&w.alice, 5);
	assert_int_equal(alarms(), 0);
}

static void who_may_be_paid(void **state)
{
	struct store_message m;
	struct paper_card other_bob;
	char cid[17];

	(void)state;
	load(&w.alice, 1000);
	for (int i = 0; i < 8; i++)
		snprintf(cid + 2 * i, 3, "%02x", w.alice.cid[i]);
	assert_int_equal(transfer(&w.alice, cid, 1, &m), ISSUER_ERR_INPUT);
	assert_int_equal(transfer(&w.alice, "Nobody", 1, &m), ISSUER_ERR_NOT_FOUND);
	assert_int_equal(transfer(&w.alice, "0011223344556677", 1, &m), ISSUER_ERR_NOT_FOUND);
	assert_int_equal(transfer(&w.alice, "Bob", 1001, &m), ISSUER_ERR_LIMIT);
	assert_int_equal(transfer(&w.alice, "Bob", 0, &m), ISSUER_ERR_INPUT);
	issue_card(&other_bob, "Bob");
	assert_int_equal(transfer(&w.alice, "Bob", 1, &m), ISSUER_ERR_CONFLICT);
	assert_int_equal(issuer_card_block(&w.is, other_bob.cid, "test"), 0);
	assert_int_equal(transfer(&w.alice, "Bob", 1, &m), 0);
	paper_card_free(&other_bob);
}

/* Behind an open order nothing is signed, or its answer could be lost for ever. */
static void nothing_behind_an_open_order(void **state)
{
	struct store_message order, back;

	(void)state;
	load(&w.alice, 1000);
	load(&w.bob, 1000);
	assert_int_equal(transfer(&w.alice, "Bob", 300, &order), 0);
	assert_int_equal(try_topup(&w.alice, 1), ISSUER_ERR_CONFLICT);
	assert_int_equal(transfer(&w.alice, "Bob", 1, &back), ISSUER_ERR_CONFLICT);
	/* Money for Alice waits meanwhile, and is kept in the books. */
	assert_int_equal(transfer(&w.bob, "Alice", 200, &back), 0);
	assert_int_equal(deliver(&w.bob, &back), REPLY_APPLIED);
	assert_int_equal(newest_message(&w.alice).seq, order.seq);
	balanced();
	assert_int_equal(deliver(&w.alice, &order), REPLY_APPLIED);
	assert_int_equal(newest_message(&w.alice).amount, 200);
	balanced();
	order = newest_message(&w.alice);
	back = newest_message(&w.bob);
	assert_int_equal(deliver(&w.alice, &order), REPLY_APPLIED);
	assert_int_equal(deliver(&w.bob, &back), REPLY_APPLIED);
	assert_int_equal(w.alice.balance, 900);
	assert_int_equal(w.bob.balance, 1100);
}

static void a_payee_keeps_room_for_it(void **state)
{
	struct store_message order, other;

	(void)state;
	load(&w.alice, 50000);
	load(&w.bob, MAX_BALANCE - 1000);
	assert_int_equal(transfer(&w.alice, "Bob", 1001, &order), ISSUER_ERR_LIMIT);
	assert_int_equal(transfer(&w.alice, "Bob", 900, &order), 0);
	/* The room is reserved from the order on. */
	assert_int_equal(try_topup(&w.bob, 101), ISSUER_ERR_LIMIT);
	load(&w.bob, 100);
	assert_int_equal(deliver(&w.alice, &order), REPLY_APPLIED);
	other = newest_message(&w.bob);
	assert_int_equal(deliver(&w.bob, &other), REPLY_APPLIED);
	assert_int_equal(shadow(&w.bob), MAX_BALANCE);
}

static void an_answer_to_another_order(void **state)
{
	struct store_message order;
	struct card_reply r = { .kind = CARD_XFER, .seq = 2, .ctr = 2, .amount = 300 };
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	(void)state;
	load(&w.alice, 1000);
	assert_int_equal(transfer(&w.alice, "Bob", 300, &order), 0);
	memset(r.order, 9, sizeof(r.order));
	paper_card_reply(&w.alice, &r, reply);
	assert_int_equal(book(&w.alice, reply, &status), ISSUER_ERR_FORBIDDEN);
	assert_int_equal(imsg_digest((struct bytes){ order.bytes, order.len }, OPS, r.order), 0);
	r.amount = 299;
	paper_card_reply(&w.alice, &r, reply);
	assert_int_equal(book(&w.alice, reply, &status), ISSUER_ERR_FORBIDDEN);
	assert_int_equal(shadow(&w.alice), 1000);
	assert_int_equal(deliver(&w.alice, &order), REPLY_APPLIED);
}

/* An xfer's number is not signed: one that somebody changed is refused, and says nothing of the card. */
static void an_answer_with_another_number(void **state)
{
	struct store_message order;
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	(void)state;
	load(&w.alice, 1000);
	assert_int_equal(transfer(&w.alice, "Bob", 300, &order), 0);
	paper_card_message(&w.alice, order.bytes, order.len, reply);
	reply[16] = 1;	/* the top-up's, which has its answer */
	assert_int_equal(book(&w.alice, reply, &status), ISSUER_ERR_FORBIDDEN);
	assert_int_equal(alarms(), 0);
	assert_false(blocked(&w.alice));
	reply[16] = 2;
	assert_int_equal(book(&w.alice, reply, &status), 0);
}

/* The client's first answer was lost, and the payee's card is blocked since, or has a namesake: the same request gets the same order. */
static void a_transfer_by_name_asked_again(void **state)
{
	const uint8_t key[ISSUER_KEY_LEN] = { 0xBB };
	struct store_message first, again;
	struct paper_card namesake;

	(void)state;
	load(&w.alice, 1000);
	assert_int_equal(ledger_transfer(&w.is, w.alice.cid, key, "Bob", 300, &first), 0);
	assert_int_equal(ledger_block(&w.is, w.bob.cid, "lost"), 0);
	for (int i = 0; i < 2; i++) {
		memset(&again, 0, sizeof(again));
		assert_int_equal(ledger_transfer(&w.is, w.alice.cid, key, "Bob", 300, &again), 0);
		assert_int_equal(again.seq, first.seq);
		assert_memory_equal(again.bytes, first.bytes, first.len);
		if (i == 0)
			issue_card(&namesake, "Bob");
	}
	assert_int_equal(ledger_transfer(&w.is, w.alice.cid, key, "Bob", 301, &again), ISSUER_ERR_CONFLICT);
	assert_int_equal(ledger_transfer(&w.is, w.alice.cid, key, "Alice", 300, &again), ISSUER_ERR_CONFLICT);
	assert_int_equal(ledger_transfer(&w.is, w.bob.cid, key, "Bob", 300, &again), ISSUER_ERR_CONFLICT);
	paper_card_free(&namesake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_transfer_moves_once), T(a_refused_order_moves_nothing), T(who_may_be_paid), T(nothing_behind_an_open_order),
		T(a_payee_keeps_room_for_it), T(an_answer_to_another_order), T(an_answer_with_another_number),
		T(a_transfer_by_name_asked_again),
	};

	log_init("issuer_transfer_test", LOG_EMERG);	/* alarms are what some tests want */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
