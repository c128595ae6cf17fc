// SPDX-License-Identifier: BSD-2-Clause
/* What the purse remembers: history, receipt. */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "common/money.h"
#include "common/openssl_crypto.h"
#include "filter.h"
#include "listing.h"

#define HISTORY_LIMIT	20
#define HISTORY_MAX	1000000
#define PAGE		256u	/* records at a time */

/* Where matching records go, one way or another. */
struct output {
	const struct cmd *cmd;
	json_t *list;			/* of --json */
	uint32_t left;			/* to be shown */
};

static void show(struct output *o, const struct purse_record *r)
{
	o->left--;
	if (o->cmd->json)
		json_array_append_new(o->list, listing_json(r));
	else if (o->cmd->csv)
		listing_csv(stdout, r);
	else
		listing_row(stdout, r);
}

/* Walks through the purse, newest first, as far as there can be something to show. */
static int walk(const struct cmd *c, const struct filter *f, struct output *o, struct pay_error *e)
{
	struct purse_record *page = calloc(PAGE, sizeof(*page));
	size_t n = PAGE;
	int r = page ? PAY_DONE : pay_fail(e, PAY_FAILED, "out of memory");

	for (uint32_t offset = 0; r == PAY_DONE && o->left > 0 && n == PAGE; offset += PAGE) {
		r = c->link->history(c->link->ctx, offset, page, PAGE, &n, e);
		for (size_t i = 0; r == PAY_DONE && i < n && o->left > 0; i++) {
			if (filter_passes(f, &page[i]))
				show(o, &page[i]);
			if (filter_over(f, &page[i]))
				n = 0;
		}
	}
	free(page);
	return r;
}

static int bound(const char *text, const char *option, uint16_t currency, uint64_t *amount, struct pay_error *e)
{
	char room[5];

	if (!text || (money_parse(text, currency, amount) == 0 && *amount > 0))
		return PAY_DONE;
	return pay_fail(e, PAY_USAGE, "%s '%s' is no amount of %s; give one such as 4.50", option, text, money_code(currency, room));
}

static int make_filter(const struct cmd *c, struct filter *f, struct pay_error *e)
{
	struct wallet_state s;
	int r = PAY_DONE;

	*f = (struct filter){ .name = c->merchant };
	if (c->since && filter_time(c->since, false, &f->since) < 0)
		return pay_fail(e, PAY_USAGE, "--since '%s' is no time; give one such as 2026-03-01 or '2026-03-01 18:30'", c->since);
	if (c->until && filter_time(c->until, true, &f->until) < 0)
		return pay_fail(e, PAY_USAGE, "--until '%s' is no time; give one such as 2026-03-01 or '2026-03-01 18:30'", c->until);
	if (c->kind && filter_kinds(c->kind, &f->kinds) < 0)
		return pay_fail(e, PAY_USAGE, "--kind '%s': kinds are payment, top-up, transfer-in, transfer-out, refund, issued; with commas between", c->kind);
	if (c->json && c->csv)
		return pay_fail(e, PAY_USAGE, "either --json or --csv");
	if (c->limit > HISTORY_MAX)
		return pay_fail(e, PAY_USAGE, "--limit is at most %d", HISTORY_MAX);
	/* Amounts are read in the card's currency. */
	if (c->min || c->max)
		r = cmd_need_card(c, &s, e);
	if (r == PAY_DONE)
		r = bound(c->min, "--min", s.currency, &f->min, e);
	return r == PAY_DONE ? bound(c->max, "--max", s.currency, &f->max, e) : r;
}

int cmd_history(const struct cmd *c, struct pay_error *e)
{
	struct output o = { .cmd = c, .left = c->limit ? c->limit : HISTORY_LIMIT };
	struct filter f;
	int r = make_filter(c, &f, e);

	if (r != PAY_DONE)
		return r;
	if (c->json)
		o.list = json_array();
	else if (c->csv)
		listing_csv_head(stdout);
	else
		listing_head(stdout);
	r = walk(c, &f, &o, e);
	if (r == PAY_DONE && c->json)
		return cmd_print_json(o.list, e);
	json_decref(o.list);
	if (r == PAY_DONE && fflush(stdout) == EOF)
		return pay_fail(e, PAY_FAILED, "cannot write the result");
	return r;
}

/* Does the card's signature over the receipt hold?  Only payments have one. */
static const char *check_receipt(const struct wallet_state *s, const struct purse_record *p)
{
	struct receipt_claim claim = { .ctr = p->ctr };
	uint8_t key[ED25519_PK_LEN];

	if (p->kind != PURSE_PAYMENT)
		return "none (only payments are signed)";
	if (hex_decode(s->card_key, key, sizeof(key)) != 0 || hex_decode(s->issuer, claim.kid, KID_LEN) != 0 ||
	    hex_decode(s->cid, claim.cid, CID_LEN) != 0)
		return "cannot be checked: the wallet does not tell the card's key";
	memcpy(claim.tid, p->peer, TID_LEN);
	memcpy(claim.p, p->p, P_LEN);
	return receipt_verify(&openssl_crypto, key, &claim, &p->receipt) == 0 ? "good" : "BAD";
}

int cmd_receipt(const struct cmd *c, struct pay_error *e)
{
	uint8_t record[PURSE_RECORD_LEN];
	char text[MONEY_TEXT_LEN], time_text[LISTING_TIME_LEN], hex[HEX_TEXT(ED25519_SIG_LEN)];
	struct wallet_state s;
	struct purse_record p;
	const char *good;
	uint32_t ctr;
	int r;

	if (!cmd_number(c->argv[0], UINT32_MAX, &ctr))
		return pay_fail(e, PAY_USAGE, "'%s' is no record's number; pay history lists them", c->argv[0]);
	r = cmd_need_card(c, &s, e);
	if (r == PAY_DONE)
		r = c->link->receipt(c->link->ctx, ctr, record, e);
	if (r != PAY_DONE)
		return r;
	if (purse_record_decode((struct bytes){ record, sizeof(record) }, &p) != 0)
		return pay_fail(e, PAY_FAILED, "record %u is damaged; the issuer has the settled payments", ctr);
	good = check_receipt(&s, &p);
	if (c->json) {
		json_t *o = listing_json(&p);

		json_object_set_new(o, "signature", json_string(good));
		json_object_set_new(o, "ttn", json_string(hex_encode(p.p + P_LEN - TTN_LEN, TTN_LEN, hex)));
		return cmd_print_json(o, e);
	}
	printf("%-12s%u, %s\n%-12s%s\n", "Record", p.ctr, record_kind_name(record_kind(&p)), "Time", listing_time(p.time, time_text));
	printf("%-12s%s\n", "Amount", money_format_signed(listing_change(&p), p.currency, text));
	printf("%-12s%s\n", "Balance", money_format(p.balance, p.currency, text));
	if (*p.name)
		printf("%-12s%s (%s)\n", "With", p.name, hex_encode(p.peer, sizeof(p.peer), hex));
	if (p.kind == PURSE_PAYMENT)
		printf("%-12s%s\n", "Transaction", hex_encode(p.p + P_LEN - TTN_LEN, TTN_LEN, hex));
	printf("%-12s%s\n", "Signature", good);
	if (p.kind == PURSE_PAYMENT)
		printf("%-12s%s\n", "", hex_encode(p.receipt.rsig, ED25519_SIG_LEN, hex));
	return strcmp(good, "BAD") == 0 ? pay_fail(e, PAY_FAILED, "the card's signature on record %u does not hold; ask the issuer", ctr) : PAY_DONE;
}
