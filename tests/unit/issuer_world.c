// SPDX-License-Identifier: BSD-2-Clause
#include "issuer_world.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "temp_dir.h"
#include "tools/payissuer/terminals.h"

struct issuer_world w;

static uint64_t test_now(void)
{
	return w.time;
}

const struct store_issuer conf = {
	.currency = EUR, .vcn_prefix = "977700", .max_balance = MAX_BALANCE, .limit_payment = 5000,
};

void issue_card(struct paper_card *c, const char *holder)
{
	uint8_t challenge[CHALLENGE_LEN], application[APPLICATION_LEN], issue[ISSUE_LEN], cid[CID_LEN];

	paper_card_make(c);
	assert_int_equal(issuer_challenge(&w.is, challenge), 0);
	paper_card_apply(c, challenge, application);
	assert_int_equal(issuer_card_issue(&w.is, challenge, (struct bytes){ application, sizeof(application) }, holder, issue, cid), 0);
	assert_memory_equal(cid, c->cid, CID_LEN);
	assert_int_equal(paper_card_take(c, challenge, issue), 0);
}

void read_terminal(const char *path)
{
	json_error_t error;
	json_t *j = json_load_file(path, 0, &error);
	const char *hex = json_string_value(json_object_get(j, "tcert"));
	unsigned int byte;

	assert_non_null(hex);
	for (w.tcert_len = 0; sscanf(hex + 2 * w.tcert_len, "%2x", &byte) == 1; w.tcert_len++)
		w.tcert[w.tcert_len] = (uint8_t)byte;
	json_decref(j);
	assert_int_equal(tcert_verify((struct bytes){ w.tcert, w.tcert_len }, OPS, w.is.root_pk, issuer_day(w.time), 0, &w.cert), 0);
}

void open_issuer(void)
{
	assert_int_equal(issuer_open(&w.is, temp_dir_path("issuer.db")), 0);
	w.is.now = test_now;
}

int set_up(void **state)
{
	char path[512];

	(void)state;
	memset(&w, 0, sizeof(w));
	w.time = START_TIME;
	if (temp_dir_make() < 0 || issuer_create(&w.is, temp_dir_path("issuer.db"), &conf) < 0)
		return -1;
	issuer_close(&w.is);
	open_issuer();
	if (terminals_certify(&w.is, "Canteen", 7, temp_dir_path(""), path, sizeof(path)) < 0)
		return -1;
	read_terminal(path);
	issue_card(&w.alice, "Alice");
	issue_card(&w.bob, "Bob");
	return 0;
}

void balanced(void)
{
	struct store_sums s;

	assert_int_equal(store_sums_get(w.is.store, &s), 0);
	assert_int_equal(s.shadow + s.merchants + s.credits_open + s.transfers_held, s.loaded);
}

int tear_down(void **state)
{
	(void)state;
	balanced();
	paper_card_free(&w.alice);
	paper_card_free(&w.bob);
	issuer_close(&w.is);
	return temp_dir_remove();
}

void fresh_key(uint8_t key[ISSUER_KEY_LEN])
{
	memset(key, 0, ISSUER_KEY_LEN);
	key[0] = ++w.next_key;
}

struct store_message topup(const struct paper_card *c, uint64_t amount)
{
	struct store_message m;
	uint8_t key[ISSUER_KEY_LEN];

	fresh_key(key);
	if (ledger_topup(&w.is, c->cid, key, amount, &m) != 0)
		fail_msg("top-up: %s", w.is.error);
	return m;
}

int try_topup(const struct paper_card *c, uint64_t amount)
{
	struct store_message m;
	uint8_t key[ISSUER_KEY_LEN];

	fresh_key(key);
	return ledger_topup(&w.is, c->cid, key, amount, &m);
}

int book(const struct paper_card *c, const uint8_t reply[CARD_REPLY_LEN], enum reply_status *status)
{
	return reply_book(&w.is, c->cid, (struct bytes){ reply, CARD_REPLY_LEN }, status);
}

/* The card takes @m, and its answer arrives. */
enum reply_status deliver(struct paper_card *c, const struct store_message *m)
{
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	paper_card_message(c, m->bytes, m->len, reply);
	if (book(c, reply, &status) != 0)
		fail_msg("reply: %s", w.is.error);
	return status;
}

void load(struct paper_card *c, uint64_t amount)
{
	struct store_message m = topup(c, amount);

	assert_int_equal(deliver(c, &m), REPLY_APPLIED);
}

int64_t shadow(const struct paper_card *c)
{
	struct store_card card;

	assert_int_equal(store_card_get(w.is.store, c->cid, &card), 1);
	return card.balance;
}

bool blocked(const struct paper_card *c)
{
	struct store_card card;

	assert_int_equal(store_card_get(w.is.store, c->cid, &card), 1);
	return card.state == CARD_BLOCKED;
}

static int count_alarm(uint64_t time, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what, void *arg)
{
	(void)time;
	(void)cid;
	(void)ctr;
	(void)what;
	++*(int *)arg;
	return 0;
}

int alarms(void)
{
	int n = 0;

	assert_int_equal(store_alarm_each(w.is.store, count_alarm, &n), 0);
	return n;
}

/* A payment at our terminal: the claim that it will settle. */
struct receipt_claimed pay(struct paper_card *c, uint64_t amount)
{
	struct receipt_claimed r = { .cert = { w.tcert, w.tcert_len } };
	struct pay_fields f = { .amount = amount, .currency = EUR, .time = w.time, .ttn = { 1, 2, 3, 4, 0, 0, 0, ++w.next_ttn } };

	assert_int_equal(pay_fields_encode(&f, r.p), 0);
	paper_card_pay(c, w.is.kid, w.cert.tid, r.p, &r.receipt);
	r.ctr = c->ctr;
	memcpy(r.cid, c->cid, CID_LEN);
	return r;
}

int transfer(const struct paper_card *from, const char *to, uint64_t amount, struct store_message *m)
{
	uint8_t key[ISSUER_KEY_LEN];

	fresh_key(key);
	return ledger_transfer(&w.is, from->cid, key, to, amount, m);
}

struct store_message newest_message(const struct paper_card *c)
{
	struct store_card card;
	struct store_message m;

	assert_int_equal(store_card_get(w.is.store, c->cid, &card), 1);
	assert_int_equal(store_message_get(w.is.store, c->cid, card.seq, &m), 1);
	return m;
}
