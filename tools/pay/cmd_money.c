// SPDX-License-Identifier: BSD-2-Clause
/* Money between issuer and card: topup, transfer, sync. */
#include "cmd.h"

#include <string.h>

#include "bring.h"
#include "common/money.h"
#include "operation.h"

static int amount_of(const char *text, const struct wallet_state *s, uint64_t *amount, struct pay_error *e)
{
	char room[5];

	if (money_parse(text, s->currency, amount) == 0 && *amount > 0)
		return PAY_DONE;
	return pay_fail(e, PAY_USAGE, "'%s' is no amount of %s; give one such as 4.50", text, money_code(s->currency, room));
}

/* What was cut off earlier and is over now, one way or the other. */
static void tell_before(const struct operation_result *b, const struct wallet_state *s)
{
	char text[MONEY_TEXT_LEN];

	if (b->done.kind == PENDING_NONE)
		return;
	money_format(b->done.amount, s->currency, text);
	if (b->code == PAY_DONE)
		fprintf(stderr, "pay: first finished the %s of %s that was cut off earlier\n", pending_name(b->done.kind), text);
	else
		fprintf(stderr, "pay: the %s of %s that was cut off earlier: %s\n", pending_name(b->done.kind), text, b->error.text);
}

static json_t *result_json(const struct operation_result *r, const struct wallet_state *s)
{
	char room[5];

	return json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:b, s:s}", "operation", pending_name(r->done.kind), "amount", (json_int_t)r->done.amount,
			 "currency", money_code(s->currency, room), "balance", (json_int_t)r->record.balance, "counter",
			 (json_int_t)r->record.ctr, "sequence", (json_int_t)r->record.seq, "resumed", r->resumed, "name", r->record.name);
}

static void print_result(const struct operation_result *r, const struct wallet_state *s)
{
	char amount[MONEY_TEXT_LEN], balance[MONEY_TEXT_LEN];

	if (r->resumed)
		puts("This was begun earlier and cut off; it is finished now, and was not done twice.");
	money_format(r->record.amount, s->currency, amount);
	money_format(r->record.balance, s->currency, balance);
	if (r->done.kind == PENDING_TOPUP)
		printf("Loaded %s. Balance %s.\n", amount, balance);
	else
		printf("Sent %s to %s. Balance %s.\n", amount, *r->record.name ? r->record.name : r->done.payee, balance);
}

static int run(const struct cmd *c, struct pending *wanted, const char *amount, struct pay_error *e)
{
	struct pending_store *store = NULL;
	struct operation_result before = { 0 }, result = { 0 };
	struct wallet_state s;
	int r = cmd_need_card(c, &s, e);

	if (r == PAY_DONE)
		r = amount_of(amount, &s, &wanted->amount, e);
	if (r == PAY_DONE)
		r = pending_open(&store, c->state_dir, e);
	if (r == PAY_DONE) {
		r = operation_run(c->link, store, wanted, &before, &result, e);
		/* What failed on the way and ended everything is said by the caller. */
		if (before.code == PAY_DONE || result.done.kind != PENDING_NONE)
			tell_before(&before, &s);
	}
	pending_close(&store);
	if (r != PAY_DONE)
		return r;
	if (c->json)
		return cmd_print_json(result_json(&result, &s), e);
	print_result(&result, &s);
	return PAY_DONE;
}

int cmd_topup(const struct cmd *c, struct pay_error *e)
{
	struct pending wanted = { .kind = PENDING_TOPUP };

	return run(c, &wanted, c->argv[0], e);
}

int cmd_transfer(const struct cmd *c, struct pay_error *e)
{
	struct pending wanted = { .kind = PENDING_TRANSFER };

	if (!*c->argv[0] || (size_t)snprintf(wanted.payee, sizeof(wanted.payee), "%s", c->argv[0]) >= sizeof(wanted.payee))
		return pay_fail(e, PAY_USAGE, "'%s' is no payee; give a card's id or its holder's name as the issuer knows it", c->argv[0]);
	return run(c, &wanted, c->argv[1], e);
}

int cmd_sync(const struct cmd *c, struct pay_error *e)
{
	struct wallet_state s;
	char text[MONEY_TEXT_LEN];
	unsigned int n = 0, receipts = 0;
	int r = cmd_need_card(c, &s, e);

	if (r == PAY_DONE)
		r = operation_sync(c->link, s.cid, &n, e);
	if (r == PAY_DONE)
		r = bring_receipts(c->link, s.cid, false, &receipts, e);
	if (r == PAY_DONE)
		r = cmd_need_card(c, &s, e);
	if (r != PAY_DONE)
		return r;
	if (c->json)
		return cmd_print_json(json_pack("{s:i, s:i, s:I}", "messages", (int)n, "receipts", (int)receipts, "balance", (json_int_t)s.balance), e);
	if (n == 0)
		printf("Nothing new from the issuer. Balance %s.\n", money_format(s.balance, s.currency, text));
	else
		printf("%u message%s from the issuer taken. Balance %s.\n", n, n == 1 ? "" : "s", money_format(s.balance, s.currency, text));
	if (receipts > 0)
		printf("The issuer got %u receipt%s that no terminal had settled yet.\n", receipts, receipts == 1 ? "" : "s");
	return PAY_DONE;
}
