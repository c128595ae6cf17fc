// SPDX-License-Identifier: BSD-2-Clause
/*
 * pay's operations between a card and an issuer that keep books, as the real ones do, and at every call of either something goes wrong: pay is killed
 * before it or behind it, or the answer is lost.  Then pay runs again.  The money must have moved once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/hex.h"
#include "tools/pay/operation.h"

#define MESSAGES	16
#define RECORDS		400

/* Both books.  In shared memory: what pay's death does not undo. */
struct books {
	/* the issuer */
	unsigned int messages;
	struct {
		char key[33];
		uint8_t kind;
		uint64_t amount;
		bool acknowledged;
	} message[MESSAGES + 1];		/* by sequence number, from 1 */
	unsigned int keys_twice;		/* requests with a key that was there already */
	int refuse;				/* HTTP status for every new top-up, 0 = none */
	const char *hint;			/* with it */
	bool challenged;
	unsigned int issued;
	/* the card */
	uint64_t sequence, balance;
	uint32_t ctr;
	struct purse_record record[RECORDS];
	bool applied, active, blocked, decline;
	/* what goes wrong: at the n-th call, before or behind it */
	int calls, kill_before, kill_behind, lose_answer;
};

static struct books *books;
static char folder[64];

static const uint8_t card_id[CID_LEN] = { 0xCA, 0xFE, 0, 0, 0, 0, 0, 1 };

/* --- the two parties --- */

static void before_call(void)
{
	if (++books->calls == books->kill_before)
		raise(SIGKILL);
}

/* True: the call was done and nobody hears of it. */
static bool behind_call(void)
{
	if (books->calls == books->kill_behind)
		raise(SIGKILL);
	return books->calls == books->lose_answer;
}

static int issuer_message(const json_t *body, uint8_t kind, json_t **answer)
{
	const char *key = json_string_value(json_object_get(body, "key"));
	unsigned int seq;

	assert_non_null(key);
	assert_int_equal(strlen(key), 32);
	for (seq = 1; seq <= books->messages; seq++)
		if (strcmp(books->message[seq].key, key) == 0)
			break;
	if (seq <= books->messages) {
		books->keys_twice++;
	} else if (books->refuse) {
		*answer = json_pack("{s:s, s:s}", "error", "above the maximum", "hint", books->hint ? books->hint : "load less");
		return books->refuse;
	} else {
		assert_true(seq <= MESSAGES);
		books->messages = seq;
		memcpy(books->message[seq].key, key, 33);
		books->message[seq].kind = kind;
		books->message[seq].amount = (uint64_t)json_integer_value(json_object_get(body, "amount"));
	}
	*answer = json_pack("{s:i, s:s}", "seq", (int)seq, "message", "00");
	return 200;
}

static int issuer_list(json_t **answer)
{
	json_t *list = json_array();

	for (unsigned int seq = 1; seq <= books->messages; seq++) {
		uint8_t text[2] = { (uint8_t)seq, books->message[seq].kind };
		char hex[5];

		if (!books->message[seq].acknowledged)
			json_array_append_new(list, json_pack("{s:i, s:s}", "seq", (int)seq, "message", hex_encode(text, 2, hex)));
	}
	*answer = json_pack("{s:o}", "messages", list);
	return 200;
}

static int issuer_reply(const json_t *body, json_t **answer)
{
	uint8_t reply[CARD_REPLY_LEN];

	assert_int_equal(hex_decode(json_string_value(json_object_get(body, "reply")), reply, sizeof(reply)), 0);
	assert_in_range(reply[0], 1, books->messages);
	books->message[reply[0]].acknowledged = true;
	*answer = json_pack("{s:s}", "status", "applied");
	return 200;
}

static int issuer_card(const json_t *body, json_t **answer)
{
	char hex[HEX_TEXT(ISSUE_LEN)];
	uint8_t issue[ISSUE_LEN] = { 0x15 };

	if (!books->challenged) {
		*answer = json_pack("{s:s}", "error", "the challenge is too old");
		return 403;
	}
	assert_non_null(json_object_get(body, "application"));
	books->issued = 1;
	*answer = json_pack("{s:s, s:s}", "issue", hex_encode(issue, sizeof(issue), hex), "cid", "cafe000000000001");
	return 200;
}

static int fake_issuer(void *ctx, const char *path, const json_t *body, json_t **answer, struct pay_error *e)
{
	static const char card[] = "/v1/cards/cafe000000000001/";
	char hex[HEX_TEXT(CHALLENGE_LEN)];
	uint8_t challenge[CHALLENGE_LEN] = { 0xC4 };
	const char *what = strncmp(path, card, sizeof(card) - 1) == 0 ? path + sizeof(card) - 1 : path;
	int status = 404;

	(void)ctx;
	*answer = NULL;
	before_call();
	if (strcmp(what, "topups") == 0)
		status = issuer_message(body, IMSG_CREDIT, answer);
	else if (strcmp(what, "transfers") == 0)
		status = issuer_message(body, IMSG_TRANSFER, answer);
	else if (strcmp(what, "messages") == 0)
		status = issuer_list(answer);
	else if (strcmp(what, "replies") == 0)
		status = issuer_reply(body, answer);
	else if (strcmp(what, "/v1/cards") == 0)
		status = issuer_card(body, answer);
	else if (strcmp(what, "/v1/challenges") == 0) {
		books->challenged = true;
		*answer = json_pack("{s:s}", "challenge", hex_encode(challenge, sizeof(challenge), hex));
		status = 200;
	}
	if (!behind_call())
		return status;
	json_decref(*answer);
	*answer = NULL;
	return -pay_fail(e, PAY_UNREACHABLE, "no whole answer");
}

static int fake_state(void *ctx, struct wallet_state *s, struct pay_error *e)
{
	(void)ctx;
	(void)e;
	before_call();
	*s = (struct wallet_state){ .balance = books->balance, .sequence = books->sequence, .counter = books->ctr, .currency = 0x0978 };
	strcpy(s->state, books->blocked ? "blocked" : books->active ? "active" : books->applied ? "applied" : "empty");
	if (books->active)
		hex_encode(card_id, CID_LEN, s->cid);
	return behind_call() ? pay_fail(e, PAY_UNREACHABLE, "lost") : PAY_DONE;
}

static int fake_apply(void *ctx, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN], struct pay_error *e)
{
	(void)ctx;
	before_call();
	assert_int_equal(challenge[0], 0xC4);
	books->applied = true;
	memset(application, 0xA9, APPLICATION_LEN);
	return behind_call() ? pay_fail(e, PAY_UNREACHABLE, "lost") : PAY_DONE;
}

static int fake_take_card(void *ctx, const uint8_t issue[ISSUE_LEN], struct pay_error *e)
{
	(void)ctx;
	before_call();
	assert_int_equal(issue[0], 0x15);
	if (books->active)
		return pay_fail(e, PAY_FAILED, "there is a card already");
	books->active = true;
	return behind_call() ? pay_fail(e, PAY_UNREACHABLE, "lost") : PAY_DONE;
}

static void card_moves(uint8_t kind, uint64_t amount, uint64_t seq)
{
	if (kind == IMSG_TRANSFER && (books->decline || amount > books->balance))
		return;
	books->balance = kind == IMSG_CREDIT ? books->balance + amount : books->balance - amount;
	books->ctr++;
	books->record[books->ctr] = (struct purse_record){
		.ctr = books->ctr, .kind = kind == IMSG_CREDIT ? PURSE_CREDIT : PURSE_TRANSFER_OUT, .amount = amount, .balance = books->balance, .seq = seq,
	};
}

/* The trusted application's rule: the next one is applied, the last one is answered again, any other is refused. */
static int fake_message(void *ctx, struct bytes message, uint8_t reply[CARD_REPLY_LEN], struct pay_error *e)
{
	uint64_t seq = message.p[0];

	(void)ctx;
	before_call();
	if (seq == books->sequence + 1) {
		books->sequence = seq;
		card_moves(message.p[1], books->message[seq].amount, seq);
	} else if (seq != books->sequence) {
		return pay_fail(e, PAY_FAILED, "not the next message");
	}
	memset(reply, 0, CARD_REPLY_LEN);
	reply[0] = (uint8_t)seq;
	return behind_call() ? pay_fail(e, PAY_UNREACHABLE, "lost") : PAY_DONE;
}

static int fake_history(void *ctx, uint32_t offset, struct purse_record *records, size_t room, size_t *n, struct pay_error *e)
{
	(void)ctx;
	before_call();
	*n = 0;
	for (uint32_t c = books->ctr; c > offset && *n < room; c--)
		records[(*n)++] = books->record[c - offset];
	return behind_call() ? pay_fail(e, PAY_UNREACHABLE, "lost") : PAY_DONE;
}

static const struct link link_to_fakes = {
	.issuer = fake_issuer, .state = fake_state, .apply = fake_apply, .take_card = fake_take_card, .message = fake_message, .history = fake_history,
};

/* --- runs of pay --- */

static int setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/pay-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	books = mmap(NULL, sizeof(*books), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(books != MAP_FAILED);
	books->active = true;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "pending.json", "pending.json.new" };
	char name[128];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s/%s", folder, names[i]);
		unlink(name);
	}
	rmdir(folder);
	munmap(books, sizeof(*books));
	return 0;
}

static void again(void **state)
{
	teardown(state);
	setup(state);
}

static bool nothing_pending(void)
{
	char name[128];

	snprintf(name, sizeof(name), "%s/pending.json", folder);
	return access(name, F_OK) < 0 && errno == ENOENT;
}

struct run {
	int code;
	struct operation_result before, result;
	struct pay_error e;
};

static struct run run_pay(enum pending_kind kind, uint64_t amount, const char *payee)
{
	struct pending wanted = { .kind = kind, .amount = amount };
	struct pending_store *store;
	struct run r = { 0 };
	bool resumed;

	snprintf(wanted.payee, sizeof(wanted.payee), "%s", payee);
	r.code = pending_open(&store, folder, &r.e);
	if (r.code != PAY_DONE)
		return r;
	if (kind == PENDING_APPLY)
		r.code = operation_apply(&link_to_fakes, store, "Ada", &resumed, &r.e);
	else
		r.code = operation_run(&link_to_fakes, store, &wanted, &r.before, &r.result, &r.e);
	pending_close(&store);
	return r;
}

/* In a process of its own, which may be killed; true when it was. */
static bool run_killed(enum pending_kind kind, uint64_t amount, const char *payee)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(run_pay(kind, amount, payee).code);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void tops_up(void **unused)
{
	struct run r = run_pay(PENDING_TOPUP, 2000, "");

	(void)unused;
	assert_int_equal(r.code, PAY_DONE);
	assert_int_equal(books->balance, 2000);
	assert_int_equal(r.result.record.balance, 2000);
	assert_false(r.result.resumed);
	assert_true(books->message[1].acknowledged);
	assert_true(nothing_pending());
	/* Another one of the same amount is another one. */
	assert_int_equal(run_pay(PENDING_TOPUP, 2000, "").code, PAY_DONE);
	assert_int_equal(books->balance, 4000);
	assert_int_equal(books->keys_twice, 0);
}

static int *trouble(int how)
{
	return how == 0 ? &books->kill_before : how == 1 ? &books->kill_behind : &books->lose_answer;
}

/* Every operation, with pay cut off at its n-th call, before it and behind it, and with the answer lost; then the same command again. */
static void counts_once_wherever_it_is_cut(void **state)
{
	static const struct {
		const char *name;
		enum pending_kind kind;
		uint64_t amount;
		const char *payee;
		uint64_t start, end;
	} rows[] = {
		{ "top-up", PENDING_TOPUP, 2000, "", 0, 2000 },
		{ "transfer", PENDING_TRANSFER, 700, "Ben", 1000, 300 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int how = 0; how < 3; how++) {
			unsigned int cuts = 0;

			for (int at = 1; ; at++) {
				bool cut;

				again(state);
				books->balance = rows[i].start;
				*trouble(how) = at;
				cut = run_killed(rows[i].kind, rows[i].amount, rows[i].payee) || (how == 2 && books->calls >= at);
				*trouble(how) = 0;
				if (!cut)
					break;
				cuts++;
				/* The run that was cut may have been done with all but the last file; whoever runs it again then means it. */
				if (nothing_pending() && books->balance == rows[i].end)
					continue;
				if (run_pay(rows[i].kind, rows[i].amount, rows[i].payee).code != PAY_DONE || books->balance != rows[i].end)
					fail_msg("%s, cut %d at call %d: balance %llu", rows[i].name, how, at, (unsigned long long)books->balance);
				assert_int_equal(books->messages, 1);
				assert_true(books->message[1].acknowledged);
				assert_true(nothing_pending());
			}
			/* state, state, request, list, message, reply, list, state, history */
			assert_in_range(cuts, 7, 12);
		}
	}
}

static void another_amount_finishes_the_first(void **unused)
{
	struct run r;

	(void)unused;
	books->kill_behind = 2;		/* the issuer has signed, pay does not know it */
	assert_true(run_killed(PENDING_TOPUP, 2000, ""));
	books->kill_behind = 0;
	assert_int_equal(books->messages, 1);
	assert_int_equal(books->balance, 0);
	r = run_pay(PENDING_TOPUP, 500, "");
	assert_int_equal(r.code, PAY_DONE);
	assert_int_equal(r.before.done.amount, 2000);
	assert_int_equal(r.before.record.amount, 2000);
	assert_false(r.result.resumed);
	assert_int_equal(books->balance, 2500);
}

static void unfinished_one_blocks_the_next(void **unused)
{
	struct run r;

	(void)unused;
	books->kill_before = 2;
	assert_true(run_killed(PENDING_TOPUP, 2000, ""));
	books->kill_before = 0;
	books->refuse = 503;		/* later: nobody knows */
	r = run_pay(PENDING_TOPUP, 500, "");
	assert_int_equal(r.code, PAY_FAILED);
	assert_false(nothing_pending());
	assert_int_equal(books->messages, 0);
	books->refuse = 0;
	r = run_pay(PENDING_TOPUP, 2000, "");
	assert_int_equal(r.code, PAY_DONE);
	assert_true(r.result.resumed);
	assert_int_equal(books->balance, 2000);
}

static void issuer_that_refuses(void **unused)
{
	struct run r;

	(void)unused;
	books->refuse = 409;
	r = run_pay(PENDING_TOPUP, 2000, "");
	assert_int_equal(r.code, PAY_FAILED);
	assert_non_null(strstr(r.e.text, "above the maximum; load less"));
	assert_true(nothing_pending());
	books->refuse = 429;
	assert_int_equal(run_pay(PENDING_TOPUP, 2000, "").code, PAY_FAILED);
	assert_false(nothing_pending());
}

/* What the issuer says is printed: it must not move the cursor or set the window's title. */
static void issuer_that_speaks_to_the_terminal(void **unused)
{
	struct run r;

	(void)unused;
	books->refuse = 409;
	books->hint = "a\x1b]0;x\x07\r\n\xC2\x9B" "2J \xC3\xA4 \x7F";
	r = run_pay(PENDING_TOPUP, 2000, "");
	assert_int_equal(r.code, PAY_FAILED);
	assert_non_null(strstr(r.e.text, "a?]0;x?????2J \xC3\xA4 ? (409)"));
}

static void blocked_card_asks_for_nothing(void **unused)
{
	struct run r;

	(void)unused;
	books->kill_behind = 2;		/* signed before the card was blocked: this is still brought to its end */
	assert_true(run_killed(PENDING_TOPUP, 2000, ""));
	books->kill_behind = 0;
	books->blocked = true;
	assert_int_equal(run_pay(PENDING_TOPUP, 2000, "").code, PAY_DONE);
	r = run_pay(PENDING_TOPUP, 2000, "");
	assert_int_equal(r.code, PAY_FAILED);
	assert_non_null(strstr(r.e.text, "blocked"));
	assert_int_equal(books->messages, 1);
	assert_true(nothing_pending());
}

/* The card took it; pay was killed, and hundreds of payments went by before it was run again. */
static void found_behind_many_payments(void **unused)
{
	struct run r;

	(void)unused;
	/* state, request, list, message, reply, list, state, history */
	books->kill_before = 8;
	assert_true(run_killed(PENDING_TOPUP, 2000, ""));
	books->kill_before = 0;
	assert_int_equal(books->balance, 2000);
	for (int i = 0; i < 300; i++) {
		books->ctr++;
		books->record[books->ctr] = (struct purse_record){ .ctr = books->ctr, .kind = PURSE_PAYMENT, .amount = 1, .seq = 1 };
	}
	r = run_pay(PENDING_TOPUP, 2000, "");
	assert_int_equal(r.code, PAY_DONE);
	assert_int_equal(r.result.record.amount, 2000);
	assert_int_equal(books->messages, 1);
}

static void transfer_that_the_card_declines(void **unused)
{
	struct run r;

	(void)unused;
	books->balance = 100;
	r = run_pay(PENDING_TRANSFER, 700, "Ben");
	assert_int_equal(r.code, PAY_FAILED);
	assert_non_null(strstr(r.e.text, "did not carry out"));
	assert_int_equal(books->balance, 100);
	assert_true(books->message[1].acknowledged);
	assert_true(nothing_pending());
}

static void collects_what_waits_first(void **unused)
{
	struct pay_error e;
	unsigned int n;

	(void)unused;
	/* Two credits of others wait before ours. */
	books->messages = 2;
	books->message[1].kind = books->message[2].kind = IMSG_CREDIT;
	books->message[1].amount = books->message[2].amount = 50;
	assert_int_equal(run_pay(PENDING_TOPUP, 1000, "").code, PAY_DONE);
	assert_int_equal(books->balance, 1100);
	assert_int_equal(operation_sync(&link_to_fakes, "cafe000000000001", &n, &e), PAY_DONE);
	assert_int_equal(n, 0);
}

static void applies_once_wherever_it_is_cut(void **state)
{
	unsigned int cuts = 0;

	for (int how = 0; how < 3; how++) {
		for (int at = 1; ; at++) {
			bool cut;

			again(state);
			books->active = false;
			*trouble(how) = at;
			cut = run_killed(PENDING_APPLY, 0, "") || (how == 2 && books->calls >= at);
			*trouble(how) = 0;
			if (!cut)
				break;
			cuts++;
			/* Cut off by an issuer that forgets its challenges, too. */
			if (at % 2)
				books->challenged = false;
			if (run_pay(PENDING_APPLY, 0, "").code != PAY_DONE)
				fail_msg("apply, cut %d at call %d", how, at);
			assert_true(books->active);
			assert_true(nothing_pending());
		}
	}
	assert_int_equal(cuts, 3 * 5);
	/* A second card is refused. */
	assert_int_equal(run_pay(PENDING_APPLY, 0, "").code, PAY_FAILED);
}

static void no_card_no_money(void **unused)
{
	(void)unused;
	books->active = false;
	assert_int_equal(run_pay(PENDING_TOPUP, 100, "").code, PAY_FAILED);
	assert_true(nothing_pending());
	assert_int_equal(books->messages, 0);
}

static void one_pay_at_a_time(void **unused)
{
	struct pending_store *store;
	struct pay_error e;
	struct run r;

	(void)unused;
	assert_int_equal(pending_open(&store, folder, &e), PAY_DONE);
	r = run_pay(PENDING_TOPUP, 100, "");
	assert_int_equal(r.code, PAY_FAILED);
	assert_non_null(strstr(r.e.text, "another pay"));
	pending_close(&store);
	assert_int_equal(run_pay(PENDING_TOPUP, 100, "").code, PAY_DONE);
}

static void damaged_file_stops_everything(void **unused)
{
	static const char *const texts[] = {
		"", "{", "[]", "null", "{\"version\": 2}", "{\"version\": 1, \"kind\": \"gift\"}",
		"{\"version\": 1, \"kind\": \"top-up\", \"amount\": 5}",
	};
	char name[128];
	FILE *f;

	(void)unused;
	snprintf(name, sizeof(name), "%s/pending.json", folder);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		f = fopen(name, "w");
		assert_non_null(f);
		fputs(texts[i], f);
		fclose(f);
		assert_int_equal(run_pay(PENDING_TOPUP, 100, "").code, PAY_FAILED);
		assert_int_equal(books->messages, 0);
	}
}

static void file_round_trip(void **unused)
{
	struct pending in = { .kind = PENDING_TRANSFER, .created = 1700000000, .amount = 999999999999999, .payee = "J\xC3\xB6rg \"x\"", .cid = "cafe",
			      .holder = "h" };
	struct pending out;
	struct pending_store *store;
	struct pay_error e;

	(void)unused;
	memset(in.key, 'a', 32);
	memset(in.challenge, 'b', 2 * CHALLENGE_LEN);
	memset(in.application, 'c', 2 * APPLICATION_LEN);
	assert_int_equal(pending_open(&store, folder, &e), PAY_DONE);
	assert_int_equal(pending_load(store, &out, &e), PAY_DONE);
	assert_int_equal(out.kind, PENDING_NONE);
	assert_int_equal(pending_save(store, &in, &e), PAY_DONE);
	assert_int_equal(pending_load(store, &out, &e), PAY_DONE);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(pending_clear(store, &e), PAY_DONE);
	assert_int_equal(pending_clear(store, &e), PAY_DONE);
	pending_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tops_up, setup, teardown),
		cmocka_unit_test_setup_teardown(counts_once_wherever_it_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(another_amount_finishes_the_first, setup, teardown),
		cmocka_unit_test_setup_teardown(unfinished_one_blocks_the_next, setup, teardown),
		cmocka_unit_test_setup_teardown(issuer_that_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(issuer_that_speaks_to_the_terminal, setup, teardown),
		cmocka_unit_test_setup_teardown(blocked_card_asks_for_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(found_behind_many_payments, setup, teardown),
		cmocka_unit_test_setup_teardown(transfer_that_the_card_declines, setup, teardown),
		cmocka_unit_test_setup_teardown(collects_what_waits_first, setup, teardown),
		cmocka_unit_test_setup_teardown(applies_once_wherever_it_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(no_card_no_money, setup, teardown),
		cmocka_unit_test_setup_teardown(one_pay_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_file_stops_everything, setup, teardown),
		cmocka_unit_test_setup_teardown(file_round_trip, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pay operation", tests, NULL, NULL);
}
