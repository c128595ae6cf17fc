// SPDX-License-Identifier: BSD-2-Clause
/* What the purse remembers: history, receipt. */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/hex.h"
#include "common/money.h"
#include "common/openssl_crypto.h"

#define HISTORY_LIMIT	20
#define HISTORY_MAX	4096
#define TIME_LEN	24

static const char *kind_name(const struct purse_record *p)
{
	switch (p->kind) {
	case PURSE_ISSUED:
		return "issued";
	case PURSE_PAYMENT:
		return "payment";
	case PURSE_CREDIT:
		return p->source == IMSG_TRANSFER_IN ? "transfer in" : p->source == IMSG_REFUND ? "refund" : "top-up";
	case PURSE_TRANSFER_OUT:
		return "transfer out";
	default:
		return "unknown";
	}
}

/* What the record did to the balance. */
static int64_t change(const struct purse_record *p)
{
	if (p->amount > MONEY_MAX)
		return 0;
	return p->kind == PURSE_CREDIT ? (int64_t)p->amount : p->kind == PURSE_ISSUED ? 0 : -(int64_t)p->amount;
}

static const char *when(uint64_t seconds, char out[TIME_LEN])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!localtime_r(&t, &tm) || strftime(out, TIME_LEN, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return "?";
	return out;
}

/* printf() pads by bytes; a name in UTF-8 has fewer columns. */
static int padding(const char *name, int width)
{
	for (; *name; name++)
		width += ((unsigned char)*name & 0xC0) == 0x80;
	return width;
}

static json_t *record_json(const struct purse_record *p)
{
	char room[5], peer[HEX_TEXT(sizeof(p->peer))];

	return json_pack("{s:I, s:s, s:I, s:I, s:s, s:I, s:s, s:s}", "counter", (json_int_t)p->ctr, "kind", kind_name(p), "amount",
			 (json_int_t)change(p), "balance", (json_int_t)p->balance, "currency", money_code(p->currency, room), "time",
			 (json_int_t)p->time, "name", p->name, "peer", hex_encode(p->peer, sizeof(p->peer), peer));
}

static void print_row(const struct purse_record *p)
{
	char amount[MONEY_TEXT_LEN], balance[MONEY_TEXT_LEN], time_text[TIME_LEN];

	/* A name has no control characters: purse_record_decode() lets none pass. */
	printf("%6u  %-19s  %-12s  %-*s  %14s  %14s\n", p->ctr, when(p->time, time_text), kind_name(p), padding(p->name, MERCHANT_MAX), p->name,
	       money_format_signed(change(p), p->currency, amount), money_format(p->balance, p->currency, balance));
}

int cmd_history(const struct cmd *c, struct pay_error *e)
{
	size_t room = c->limit ? c->limit : HISTORY_LIMIT, n = 0;
	struct purse_record *records;
	json_t *list;
	int r;

	if (room > HISTORY_MAX)
		return pay_fail(e, PAY_USAGE, "--limit is at most %d", HISTORY_MAX);
	records = calloc(room, sizeof(*records));
	if (!records)
		return pay_fail(e, PAY_FAILED, "out of memory");
	r = c->link->history(c->link->ctx, records, room, &n, e);
	if (r == PAY_DONE && c->json) {
		list = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append_new(list, record_json(&records[i]));
		r = cmd_print_json(list, e);
	} else if (r == PAY_DONE) {
		printf("%6s  %-19s  %-12s  %-*s  %14s  %14s\n", "No.", "When", "What", MERCHANT_MAX, "With", "Amount", "Balance");
		for (size_t i = 0; i < n; i++)
			print_row(&records[i]);
	}
	free(records);
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
	char text[MONEY_TEXT_LEN], time_text[TIME_LEN], hex[HEX_TEXT(ED25519_SIG_LEN)];
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
		json_t *o = record_json(&p);

		json_object_set_new(o, "signature", json_string(good));
		json_object_set_new(o, "ttn", json_string(hex_encode(p.p + P_LEN - TTN_LEN, TTN_LEN, hex)));
		return cmd_print_json(o, e);
	}
	printf("%-12s%u, %s\n%-12s%s\n", "Record", p.ctr, kind_name(&p), "Time", when(p.time, time_text));
	printf("%-12s%s\n", "Amount", money_format_signed(change(&p), p.currency, text));
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
