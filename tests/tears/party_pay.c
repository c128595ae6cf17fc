// SPDX-License-Identifier: BSD-2-Clause
/* pay: its operations over a link whose every call is a question to the harness. */
#include "party.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/pay/operation.h"

static int harness;
static struct message m;

static int to_issuer(void *ctx, const char *path, const json_t *body, json_t **answer, struct pay_error *e)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	int n;

	(void)ctx;
	*answer = NULL;
	if (body && !text)
		return -pay_fail(e, PAY_UNREACHABLE, "out of memory");
	n = snprintf((char *)m.data, sizeof(m.data), "%s%c%s%c%s", body ? "POST" : "GET", 0, path, 0, text ? text : "");
	free(text);
	wire_back(harness, BACK_CALL, m.data, (size_t)n, &m);
	if (m.result < 0)
		return -pay_fail(e, PAY_UNREACHABLE, "the issuer is away");
	*answer = json_loads((const char *)shared->mail, 0, NULL);
	return m.result;
}

static int to_state(void *ctx, struct wallet_state *s, struct pay_error *e)
{
	struct wallet_view v;

	(void)ctx;
	wire_back(harness, BACK_WALLET, NULL, 0, &m);
	if (m.result < 0)
		return pay_fail(e, PAY_UNREACHABLE, "walletd is away");
	memcpy(&v, m.data, sizeof(v));
	*s = (struct wallet_state){ .balance = v.balance, .sequence = v.sequence, .counter = v.counter, .currency = v.currency };
	strcpy(s->state, v.state);
	strcpy(s->cid, v.cid);
	strcpy(s->card_key, v.card_key);
	strcpy(s->issuer, v.issuer);
	return PAY_DONE;
}

static int ask(enum ask what, const void *in, size_t len, void *out, size_t want, struct pay_error *e)
{
	wire_back(harness, what, in, len, &m);
	if (m.result != 0 || m.len != want)
		return pay_fail(e, PAY_FAILED, "walletd: %d", m.result);
	if (want > 0)
		memcpy(out, m.data, want);
	return PAY_DONE;
}

static int to_apply(void *ctx, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN], struct pay_error *e)
{
	(void)ctx;
	return ask(BACK_APPLY, challenge, CHALLENGE_LEN, application, APPLICATION_LEN, e);
}

static int to_take(void *ctx, const uint8_t issue[ISSUE_LEN], struct pay_error *e)
{
	(void)ctx;
	return ask(BACK_TAKE, issue, ISSUE_LEN, NULL, 0, e);
}

static int to_message(void *ctx, struct bytes message, uint8_t reply[CARD_REPLY_LEN], struct pay_error *e)
{
	(void)ctx;
	return ask(BACK_MESSAGE, message.p, message.len, reply, CARD_REPLY_LEN, e);
}

static int to_history(void *ctx, uint32_t offset, struct purse_record *records, size_t room, size_t *n, struct pay_error *e)
{
	(void)ctx;
	(void)offset;
	wire_back(harness, BACK_HISTORY, NULL, 0, &m);
	if (m.result < 0)
		return pay_fail(e, PAY_UNREACHABLE, "walletd is away");
	for (*n = 0; *n < room && *n < (size_t)m.result; ++*n)
		if (purse_record_decode((struct bytes){ shared->mail + *n * PURSE_RECORD_LEN, PURSE_RECORD_LEN }, &records[*n]) != 0)
			return pay_fail(e, PAY_FAILED, "a damaged record");
	return PAY_DONE;
}

static const struct link parties = {
	.issuer = to_issuer, .state = to_state, .apply = to_apply, .take_card = to_take, .message = to_message, .history = to_history,
};

/* As one run of the tool: the pending operation is read from the disk each time. */
static int run(const struct message *order, const char *dir, struct pay_error *e)
{
	struct pending wanted = { .kind = PENDING_TOPUP };
	struct operation_result before, result;
	struct pending_store *store = NULL;
	struct wallet_state s;
	bool resumed;
	unsigned int n;
	int r = pending_open(&store, dir, e);

	if (r == PAY_DONE && order->what == ASK_PAY_APPLY)
		r = operation_apply(&parties, store, "holder", &resumed, e);
	else if (r == PAY_DONE && order->what == ASK_PAY_TOPUP) {
		memcpy(&wanted.amount, order->data, sizeof(wanted.amount));
		r = operation_run(&parties, store, &wanted, &before, &result, e);
	} else if (r == PAY_DONE) {
		r = to_state(NULL, &s, e);
		if (r == PAY_DONE)
			r = operation_sync(&parties, s.cid, &n, e);
	}
	pending_close(&store);
	return r;
}

void party_pay(int fd, const char *dir)
{
	static struct message order;
	char path[128], said[TTN_LEN + sizeof(((struct pay_error *)0)->text)];	/* as pos says it */

	harness = fd;
	snprintf(path, sizeof(path), "%s/pay", dir);
	wire_answer(fd, 0, NULL, 0);
	while (wire_receive(fd, &order, NULL) == 0) {
		struct pay_error e = { "" };
		int r = run(&order, path, &e);

		memset(said, 0, TTN_LEN);
		snprintf(said + TTN_LEN, sizeof(said) - TTN_LEN, "%s", e.text);
		wire_answer(fd, r, said, TTN_LEN + strlen(e.text) + 1);
	}
	_exit(0);
}
