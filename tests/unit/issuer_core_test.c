// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/log.h"
#include "issuer_world.h"
#include "proto/vcn.h"
#include "temp_dir.h"
#include "tools/payissuer/terminals.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(keeps_its_keys), T(a_card_fits_its_issuer), T(applying_again), T(bad_applications), T(a_topup_counts_once),
		T(resends_in_order_until_answered), T(a_later_answer_proves_earlier_ones), T(maximum_balance), T(bad_answers),
		T(two_answers_are_an_alarm), T(a_revocation_goes_with_every_message), T(a_pin_is_unblocked),
	};

	log_init("issuer_core_test", LOG_EMERG);	/* alarms are what some tests want */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
