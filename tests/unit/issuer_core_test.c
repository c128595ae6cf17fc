// SPDX-License-Identifier: BSD-2-Clause
#include <jansson.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "common/openssl_crypto.h"
#include "paper_card.h"
#include "proto/vcn.h"
#include "temp_dir.h"
#include "tools/payissuer/accounts.h"
#include "tools/payissuer/ledger.h"
#include "tools/payissuer/lost.h"
#include "tools/payissuer/receipts.h"
#include "tools/payissuer/reply.h"
#include "tools/payissuer/terminals.h"

#define OPS		(&openssl_crypto)
#define EUR		0x0978
#define START_TIME	1750000000ULL
#define MAX_BALANCE	100000
#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))

static struct world {
	struct issuer is;
	uint64_t time;
	struct paper_card alice, bob;
	struct tcert cert;
	uint8_t tcert[TCERT_MAX];
	size_t tcert_len;
	uint8_t next_key, next_ttn;
} w;

static uint64_t test_now(void)
{
	return w.time;
}

static const struct store_issuer conf = {
	.currency = EUR, .vcn_prefix = "977700", .max_balance = MAX_BALANCE, .limit_payment = 5000,
};

static void issue_card(struct paper_card *c, const char *holder)
{
	uint8_t challenge[CHALLENGE_LEN], application[APPLICATION_LEN], issue[ISSUE_LEN], cid[CID_LEN];

	paper_card_make(c);
	assert_int_equal(issuer_challenge(&w.is, challenge), 0);
	paper_card_apply(c, challenge, application);
	assert_int_equal(issuer_card_issue(&w.is, challenge, (struct bytes){ application, sizeof(application) }, holder, issue, cid), 0);
	assert_memory_equal(cid, c->cid, CID_LEN);
	assert_int_equal(paper_card_take(c, challenge, issue), 0);
}

/* The certificate of a terminal whose file payissuer wrote. */
static void read_terminal(const char *path)
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

static void open_issuer(void)
{
	assert_int_equal(issuer_open(&w.is, temp_dir_path("issuer.db")), 0);
	w.is.now = test_now;
}

static int set_up(void **state)
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

static void balanced(void)
{
	struct store_sums s;

	assert_int_equal(store_sums_get(w.is.store, &s), 0);
	assert_int_equal(s.shadow + s.merchants + s.credits_open + s.transfers_held, s.loaded);
}

static int tear_down(void **state)
{
	(void)state;
	balanced();
	paper_card_free(&w.alice);
	paper_card_free(&w.bob);
	issuer_close(&w.is);
	return temp_dir_remove();
}

static void fresh_key(uint8_t key[ISSUER_KEY_LEN])
{
	memset(key, 0, ISSUER_KEY_LEN);
	key[0] = ++w.next_key;
}

static struct store_message topup(const struct paper_card *c, uint64_t amount)
{
	struct store_message m;
	uint8_t key[ISSUER_KEY_LEN];

	fresh_key(key);
	if (ledger_topup(&w.is, c->cid, key, amount, &m) != 0)
		fail_msg("top-up: %s", w.is.error);
	return m;
}

static int try_topup(const struct paper_card *c, uint64_t amount)
{
	struct store_message m;
	uint8_t key[ISSUER_KEY_LEN];

	fresh_key(key);
	return ledger_topup(&w.is, c->cid, key, amount, &m);
}

static int book(const struct paper_card *c, const uint8_t reply[CARD_REPLY_LEN], enum reply_status *status)
{
	return reply_book(&w.is, c->cid, (struct bytes){ reply, CARD_REPLY_LEN }, status);
}

/* The card takes @m, and its answer arrives. */
static enum reply_status deliver(struct paper_card *c, const struct store_message *m)
{
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	paper_card_message(c, m->bytes, m->len, reply);
	if (book(c, reply, &status) != 0)
		fail_msg("reply: %s", w.is.error);
	return status;
}

static void load(struct paper_card *c, uint64_t amount)
{
	struct store_message m = topup(c, amount);

	assert_int_equal(deliver(c, &m), REPLY_APPLIED);
}

static int64_t shadow(const struct paper_card *c)
{
	struct store_card card;

	assert_int_equal(store_card_get(w.is.store, c->cid, &card), 1);
	return card.balance;
}

static bool blocked(const struct paper_card *c)
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

static int alarms(void)
{
	int n = 0;

	assert_int_equal(store_alarm_each(w.is.store, count_alarm, &n), 0);
	return n;
}

/* A payment at our terminal: the claim that it will settle. */
static struct receipt_claimed pay(struct paper_card *c, uint64_t amount)
{
	struct receipt_claimed r = { .cert = { w.tcert, w.tcert_len } };
	struct pay_fields f = { .amount = amount, .currency = EUR, .time = w.time, .ttn = { 1, 2, 3, 4, 0, 0, 0, ++w.next_ttn } };

	assert_int_equal(pay_fields_encode(&f, r.p), 0);
	paper_card_pay(c, w.is.kid, w.cert.tid, r.p, &r.receipt);
	r.ctr = c->ctr;
	memcpy(r.cid, c->cid, CID_LEN);
	return r;
}

/* --- the issuer and its cards --- */

static void keeps_its_keys(void **state)
{
	uint8_t root[32], money[32];
	struct issuer second;
	struct stat st;

	(void)state;
	memcpy(root, w.is.root_pk, 32);
	memcpy(money, w.is.money_pk, 32);
	assert_memory_not_equal(root, money, 32);
	issuer_close(&w.is);
	open_issuer();
	assert_memory_equal(root, w.is.root_pk, 32);
	assert_memory_equal(money, w.is.money_pk, 32);
	assert_int_equal(stat(temp_dir_path("issuer.db"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(issuer_create(&second, temp_dir_path("issuer.db"), &conf), ISSUER_ERR_CONFLICT);
	issuer_close(&second);
	assert_int_equal(issuer_open(&second, temp_dir_path("none.db")), ISSUER_ERR_STORAGE);
	assert_non_null(strstr(second.hint, "payissuer init"));
	issuer_close(&second);
}

static void a_card_fits_its_issuer(void **state)
{
	const struct issued_card *a = &w.alice.issued, *b = &w.bob.issued;
	struct ccert cert;

	(void)state;
	assert_memory_equal(a->issuer_pk, w.is.root_pk, 32);
	assert_memory_equal(a->money_pk, w.is.money_pk, 32);
	assert_int_equal(ccert_verify((struct bytes){ a->ccert, CCERT_LEN }, OPS, w.is.root_pk, issuer_day(w.time), &cert), 0);
	assert_memory_equal(cert.pk, w.alice.pk, 32);
	assert_true(vcn_valid(a->vcn) && vcn_valid(b->vcn));
	assert_int_equal(a->vcn / 10000000000ULL, 977700);
	assert_true(a->vcn != b->vcn);
	assert_memory_not_equal(a->k_ic, b->k_ic, sizeof(a->k_ic));
	assert_int_equal(a->currency, EUR);
	assert_true(a->max_balance == MAX_BALANCE && a->limit_payment == 5000);
}

/* A lost answer: the same request gives the same bytes; with a new challenge it is the same card sealed anew; used once, it is over. */
static void applying_again(void **state)
{
	uint8_t challenge[2][CHALLENGE_LEN], app[2][APPLICATION_LEN], issue[3][ISSUE_LEN], cid[CID_LEN];
	const struct bytes in[2] = { { app[0], APPLICATION_LEN }, { app[1], APPLICATION_LEN } };
	struct paper_card c;
	uint64_t vcn;

	(void)state;
	paper_card_make(&c);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(issuer_challenge(&w.is, challenge[i]), 0);
		paper_card_apply(&c, challenge[i], app[i]);
	}
	assert_int_equal(issuer_card_issue(&w.is, challenge[0], in[0], "Carol", issue[0], cid), 0);
	assert_int_equal(issuer_card_issue(&w.is, challenge[0], in[0], "Carol", issue[1], cid), 0);
	assert_memory_equal(issue[0], issue[1], ISSUE_LEN);
	assert_int_equal(paper_card_take(&c, challenge[0], issue[0]), 0);
	vcn = c.issued.vcn;
	assert_int_equal(issuer_card_issue(&w.is, challenge[1], in[1], "Carol", issue[2], cid), 0);
	assert_memory_not_equal(issue[0], issue[2], ISSUE_LEN);
	assert_true(paper_card_take(&c, challenge[0], issue[2]) < 0);
	assert_int_equal(paper_card_take(&c, challenge[1], issue[2]), 0);
	assert_true(c.issued.vcn == vcn);
	load(&c, 100);
	assert_int_equal(issuer_challenge(&w.is, challenge[0]), 0);
	paper_card_apply(&c, challenge[0], app[0]);
	assert_int_equal(issuer_card_issue(&w.is, challenge[0], in[0], "Carol", issue[1], cid), ISSUER_ERR_CONFLICT);
	paper_card_free(&c);
}

/* What an issuer must not certify. */
static void bad_applications(void **state)
{
	static const struct {
		const char *name;
		enum { A_BYTE, A_CHALLENGE, A_OLD, A_USED, A_LOW_CARD, A_LOW_TA, A_SHORT, A_NO_NAME, A_LONG_NAME, A_CONTROL, A_FINE } what;
		int want;
	} rows[] = {
		{ "a byte changed", A_BYTE, ISSUER_ERR_FORBIDDEN }, { "a challenge of nobody", A_CHALLENGE, ISSUER_ERR_FORBIDDEN },
		{ "a challenge too old", A_OLD, ISSUER_ERR_FORBIDDEN }, { "another's challenge", A_USED, ISSUER_ERR_CONFLICT },
		{ "a card key of small order", A_LOW_CARD, ISSUER_ERR_FORBIDDEN }, { "a TA key of small order", A_LOW_TA, ISSUER_ERR_FORBIDDEN },
		{ "a byte short", A_SHORT, ISSUER_ERR_INPUT }, { "no name", A_NO_NAME, ISSUER_ERR_INPUT },
		{ "21 bytes of name", A_LONG_NAME, ISSUER_ERR_INPUT }, { "a name that moves the cursor", A_CONTROL, ISSUER_ERR_INPUT },
		{ "the same, untouched", A_FINE, 0 },
	};
	uint8_t used[CHALLENGE_LEN], app[APPLICATION_LEN], issue[ISSUE_LEN], cid[CID_LEN];
	struct paper_card other;

	(void)state;
	paper_card_make(&other);
	assert_int_equal(issuer_challenge(&w.is, used), 0);
	paper_card_apply(&other, used, app);
	assert_int_equal(issuer_card_issue(&w.is, used, (struct bytes){ app, sizeof(app) }, "Other", issue, cid), 0);
	paper_card_free(&other);
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint8_t challenge[CHALLENGE_LEN];
		const char *name = "Dora";
		size_t len = sizeof(app);
		struct paper_card c;
		int r;

		paper_card_make(&c);
		assert_int_equal(issuer_challenge(&w.is, challenge), 0);
		if (rows[i].what == A_CHALLENGE)
			memset(challenge, 7, sizeof(challenge));
		if (rows[i].what == A_USED)
			memcpy(challenge, used, sizeof(challenge));
		if (rows[i].what == A_LOW_CARD)
			memset(c.pk, 0, sizeof(c.pk));
		if (rows[i].what == A_LOW_TA)
			memset(c.ta_pk, 0, sizeof(c.ta_pk));
		paper_card_apply(&c, challenge, app);
		if (rows[i].what == A_BYTE)
			app[70] ^= 1;
		if (rows[i].what == A_OLD)
			w.time += ISSUER_CHALLENGE_SECONDS + 1;
		if (rows[i].what == A_SHORT)
			len--;
		if (rows[i].what == A_NO_NAME)
			name = "";
		if (rows[i].what == A_LONG_NAME)
			name = "a name of 21 letters.";
		if (rows[i].what == A_CONTROL)
			name = "Do\033[2Jra";
		r = issuer_card_issue(&w.is, challenge, (struct bytes){ app, len }, name, issue, cid);
		if (r != rows[i].want)
			fail_msg("%s: %d, %s", rows[i].name, r, w.is.error);
		paper_card_free(&c);
	}
}

/* --- messages --- */

static void a_topup_counts_once(void **state)
{
	const uint8_t key[ISSUER_KEY_LEN] = { 0xAA };
	struct store_message first, again;
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	(void)state;
	assert_int_equal(ledger_topup(&w.is, w.alice.cid, key, 2000, &first), 0);
	assert_int_equal(ledger_topup(&w.is, w.alice.cid, key, 2000, &again), 0);
	assert_int_equal(first.seq, again.seq);
	assert_memory_equal(first.bytes, again.bytes, first.len);
	assert_int_equal(ledger_topup(&w.is, w.alice.cid, key, 2001, &again), ISSUER_ERR_CONFLICT);
	assert_int_equal(ledger_topup(&w.is, w.bob.cid, key, 2000, &again), ISSUER_ERR_CONFLICT);
	assert_int_equal(shadow(&w.alice), 0);
	paper_card_message(&w.alice, first.bytes, first.len, reply);
	assert_int_equal(book(&w.alice, reply, &status), 0);
	assert_int_equal(status, REPLY_APPLIED);
	assert_int_equal(shadow(&w.alice), 2000);
	assert_int_equal(book(&w.alice, reply, &status), 0);
	assert_int_equal(status, REPLY_KNOWN);
	assert_int_equal(shadow(&w.alice), 2000);
	/* The key still names it, long after. */
	assert_int_equal(ledger_topup(&w.is, w.alice.cid, key, 2000, &again), 0);
	assert_int_equal(again.seq, first.seq);
	assert_int_equal(again.state, MESSAGE_APPLIED);
}

static int collect(const struct store_message *m, void *arg)
{
	uint64_t **next = arg;

	*(*next)++ = m->seq;
	return 0;
}

static void resends_in_order_until_answered(void **state)
{
	struct store_message m[3];
	uint64_t seqs[8], *next = seqs;

	(void)state;
	for (int i = 0; i < 3; i++)
		m[i] = topup(&w.alice, 100);
	assert_int_equal(store_message_each(w.is.store, w.alice.cid, true, collect, &next), 0);
	assert_int_equal(next - seqs, 3);
	assert_true(seqs[0] == 1 && seqs[1] == 2 && seqs[2] == 3);
	assert_int_equal(deliver(&w.alice, &m[0]), REPLY_APPLIED);
	next = seqs;
	assert_int_equal(store_message_each(w.is.store, w.alice.cid, true, collect, &next), 0);
	assert_true(next - seqs == 2 && seqs[0] == 2);
}

/* The answer to 1 got lost; the one to 2 proves both. */
static void a_later_answer_proves_earlier_ones(void **state)
{
	struct store_message one = topup(&w.alice, 100), two = topup(&w.alice, 50);
	uint8_t lost[CARD_REPLY_LEN];
	enum reply_status status;

	(void)state;
	paper_card_message(&w.alice, one.bytes, one.len, lost);
	assert_int_equal(deliver(&w.alice, &two), REPLY_APPLIED);
	assert_int_equal(shadow(&w.alice), 150);
	assert_int_equal(book(&w.alice, lost, &status), 0);
	assert_int_equal(status, REPLY_KNOWN);
	assert_int_equal(shadow(&w.alice), 150);
	assert_int_equal(alarms(), 0);
}

static void maximum_balance(void **state)
{
	struct store_message m;

	(void)state;
	assert_int_equal(try_topup(&w.alice, MAX_BALANCE + 1), ISSUER_ERR_LIMIT);
	assert_int_equal(try_topup(&w.alice, 0), ISSUER_ERR_INPUT);
	assert_int_equal(try_topup(&w.alice, UINT64_MAX), ISSUER_ERR_INPUT);
	m = topup(&w.alice, MAX_BALANCE - 10);
	/* Signed and not answered counts as held. */
	assert_int_equal(try_topup(&w.alice, 11), ISSUER_ERR_LIMIT);
	assert_int_equal(deliver(&w.alice, &m), REPLY_APPLIED);
	assert_int_equal(try_topup(&w.alice, 11), ISSUER_ERR_LIMIT);
	load(&w.alice, 10);
	assert_int_equal(try_topup(&w.alice, 1), ISSUER_ERR_LIMIT);
	/* Spent and settled: room again. */
	{
		struct receipt_claimed r = pay(&w.alice, 500);

		assert_int_equal(receipts_settle(&w.is, &r), 0);
	}
	load(&w.alice, 500);
}

static void bad_answers(void **state)
{
	struct store_message m = topup(&w.alice, 100);
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	(void)state;
	paper_card_message(&w.alice, m.bytes, m.len, reply);
	assert_int_equal(book(&w.bob, reply, &status), ISSUER_ERR_INPUT);
	for (size_t at = 0; at < sizeof(reply); at++) {
		reply[at] ^= 1;
		if (book(&w.alice, reply, &status) == 0)
			fail_msg("byte %zu changed, still booked", at);
		reply[at] ^= 1;
	}
	assert_int_equal(reply_book(&w.is, w.alice.cid, (struct bytes){ reply, sizeof(reply) - 1 }, &status), ISSUER_ERR_INPUT);
	assert_int_equal(shadow(&w.alice), 0);
	assert_int_equal(alarms(), 0);
	assert_int_equal(book(&w.alice, reply, &status), 0);
	/* An answer to a message that never was. */
	{
		struct card_reply r = { .kind = CARD_ACK, .seq = 99, .ctr = 1 };

		paper_card_reply(&w.alice, &r, reply);
		assert_int_equal(book(&w.alice, reply, &status), ISSUER_ERR_NOT_FOUND);
	}
}

/* One message, two different answers under the card's own key: somebody copied it. */
static void two_answers_are_an_alarm(void **state)
{
	struct store_message m = topup(&w.alice, 100);
	struct card_reply other = { .kind = CARD_ACK, .seq = m.seq, .ctr = 7 };
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status;

	(void)state;
	assert_int_equal(deliver(&w.alice, &m), REPLY_APPLIED);
	paper_card_ebal(&w.alice, 7, 100, other.ebal);
	paper_card_reply(&w.alice, &other, reply);
	assert_int_equal(book(&w.alice, reply, &status), ISSUER_ERR_CONFLICT);
	assert_int_equal(alarms(), 1);
	assert_true(blocked(&w.alice));
	assert_int_equal(shadow(&w.alice), 100);
	assert_int_equal(try_topup(&w.alice, 1), ISSUER_ERR_FORBIDDEN);
}

/* --- transfers --- */

static int transfer(const struct paper_card *from, const char *to, uint64_t amount, struct store_message *m)
{
	uint8_t key[ISSUER_KEY_LEN];

	fresh_key(key);
	return ledger_transfer(&w.is, from->cid, key, to, amount, m);
}

static struct store_message newest_message(const struct paper_card *c)
{
	struct store_card card;
	struct store_message m;

	assert_int_equal(store_card_get(w.is.store, c->cid, &card), 1);
	assert_int_equal(store_message_get(w.is.store, c->cid, card.seq, &m), 1);
	return m;
}

static void a_revocation_goes_with_every_message(void **state)
{
	const uint16_t today = issuer_day(START_TIME);
	struct store_message m;
	struct imsg msg;

	(void)state;
	assert_int_equal(ledger_clock(&w.is, w.alice.cid, &m), 0);
	assert_int_equal(imsg_verify((struct bytes){ m.bytes, m.len }, OPS, w.is.money_pk, &msg), 0);
	assert_int_equal(msg.oldest_start, 0);
	assert_int_equal(terminals_revoke(&w.is), 0);
	assert_int_equal(ledger_clock(&w.is, w.bob.cid, &m), 0);
	assert_int_equal(imsg_verify((struct bytes){ m.bytes, m.len }, OPS, w.is.money_pk, &msg), 0);
	assert_int_equal(msg.oldest_start, today);
	/* A clock that went back does not bring certificates back. */
	w.time -= 10 * 86400;
	assert_int_equal(terminals_revoke(&w.is), 0);
	assert_int_equal(ledger_clock(&w.is, w.alice.cid, &m), 0);
	assert_int_equal(imsg_verify((struct bytes){ m.bytes, m.len }, OPS, w.is.money_pk, &msg), 0);
	assert_int_equal(msg.oldest_start, today);
}

/* The message says what the card is to do, and closes like any that moves nothing. */
static void a_pin_is_unblocked(void **state)
{
	static const uint8_t sources[] = { IMSG_PIN_UNBLOCK, IMSG_PIN_FORGET };
	struct store_message m;
	struct imsg msg;

	(void)state;
	for (size_t i = 0; i < sizeof(sources); i++) {
		assert_int_equal(ledger_pin(&w.is, w.alice.cid, sources[i] == IMSG_PIN_FORGET, &m), 0);
		assert_int_equal(imsg_verify((struct bytes){ m.bytes, m.len }, OPS, w.is.money_pk, &msg), 0);
		assert_int_equal(msg.kind, IMSG_PIN);
		assert_int_equal(msg.source, sources[i]);
	}
}

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

#define T(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(keeps_its_keys), T(a_card_fits_its_issuer), T(applying_again), T(bad_applications), T(a_topup_counts_once),
		T(resends_in_order_until_answered), T(a_later_answer_proves_earlier_ones), T(maximum_balance), T(bad_answers),
		T(two_answers_are_an_alarm), T(a_revocation_goes_with_every_message), T(a_pin_is_unblocked), T(a_transfer_moves_once), T(a_refused_order_moves_nothing), T(who_may_be_paid),
		T(nothing_behind_an_open_order), T(a_payee_keeps_room_for_it), T(an_answer_to_another_order), T(an_answer_with_another_number),
		T(a_transfer_by_name_asked_again), T(a_receipt_settles_once),
		T(receipts_may_come_before_answers), T(forged_receipts), T(a_clone_is_an_alarm), T(balances_that_do_not_follow),
		T(receipts_in_any_order), T(a_blocked_card_gets_nothing_and_is_told), T(a_reason_is_text), T(a_block_waits_for_an_open_order),
		T(an_alarm_tells_the_card), T(a_refund_takes_what_was_on_its_way), T(a_lost_card), T(a_refund_after_the_deadline), T(terminals_are_renewed),
		T(accounts_tell_everything),
	};

	log_init("issuer_core_test", LOG_EMERG);	/* alarms are what some tests want */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
