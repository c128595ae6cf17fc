// SPDX-License-Identifier: BSD-2-Clause
#include "accounts.h"

#include "common/hex.h"
#include "common/money.h"

static int append(void *arg, json_t *row)
{
	return json_array_append_new(arg, row) < 0 ? ISSUER_ERR_STORAGE : 0;
}

static const char *card_state_name(enum card_state s)
{
	return s == CARD_ACTIVE ? "active" : "blocked";
}

static const char *message_state_name(enum message_state s)
{
	static const char *const names[] = { "open", "applied", "refused", "void" };

	return names[s & 3];
}

static const char *transfer_state_name(enum transfer_state s)
{
	static const char *const names[] = { "?", "ordered", "held", "credited", "refused" };

	return s <= TRANSFER_REFUSED ? names[s] : names[0];
}

static int card_row(const struct store_card *c, void *arg)
{
	char cid[HEX_TEXT(CID_LEN)];

	return append(arg, json_pack("{s:s, s:s, s:s, s:I, s:I}", "cid", hex_encode(c->cid, CID_LEN, cid), "holder", c->holder,
				     "state", card_state_name(c->state), "shadow", (json_int_t)c->balance, "seq", (json_int_t)c->seq));
}

static int message_row(const struct store_message *m, void *arg)
{
	char cid[HEX_TEXT(CID_LEN)];

	return append(arg, json_pack("{s:s, s:I, s:i, s:i, s:I, s:s}", "cid", hex_encode(m->cid, CID_LEN, cid), "seq", (json_int_t)m->seq,
				     "kind", m->kind, "source", m->source, "amount", (json_int_t)m->amount, "state", message_state_name(m->state)));
}

static int transfer_row(const struct store_transfer *t, void *arg)
{
	char payer[HEX_TEXT(CID_LEN)], payee[HEX_TEXT(CID_LEN)];

	return append(arg, json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:s}", "payer", hex_encode(t->payer, CID_LEN, payer),
				     "payer_seq", (json_int_t)t->payer_seq, "payee", hex_encode(t->payee, CID_LEN, payee),
				     "credit_seq", (json_int_t)t->credit_seq, "ctr", (json_int_t)t->ctr, "amount", (json_int_t)t->amount,
				     "state", transfer_state_name(t->state)));
}

static int receipt_row(const struct store_receipt *r, void *arg)
{
	char cid[HEX_TEXT(CID_LEN)], tid[HEX_TEXT(TID_LEN)], ttn[HEX_TEXT(TTN_LEN)];
	struct pay_fields p;

	if (pay_fields_decode((struct bytes){ r->p, P_LEN }, &p) < 0)
		return ISSUER_ERR_STORAGE;
	return append(arg, json_pack("{s:s, s:I, s:s, s:s, s:I}", "cid", hex_encode(r->cid, CID_LEN, cid), "ctr", (json_int_t)r->ctr,
				     "tid", hex_encode(r->tid, TID_LEN, tid), "ttn", hex_encode(p.ttn, TTN_LEN, ttn), "amount", (json_int_t)p.amount));
}

static int merchant_row(const char *name, int64_t balance, void *arg)
{
	return append(arg, json_pack("{s:s, s:I}", "name", name, "balance", (json_int_t)balance));
}

static int alarm_row(uint64_t time, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what, void *arg)
{
	char hex[HEX_TEXT(CID_LEN)];

	return append(arg, json_pack("{s:I, s:s, s:I, s:s}", "time", (json_int_t)time, "cid", hex_encode(cid, CID_LEN, hex),
				     "ctr", (json_int_t)ctr, "what", what));
}

static bool sums_balance(const struct store_sums *s)
{
	return s->shadow + s->merchants + s->credits_open + s->transfers_held == s->loaded;
}

static int read_rows(struct issuer *is, struct store_sums *sums, json_t *const lists[6])
{
	int r = store_sums_get(is->store, sums);

	if (r == 0)
		r = store_card_each(is->store, card_row, lists[0]);
	if (r == 0)
		r = store_message_each(is->store, NULL, false, message_row, lists[1]);
	if (r == 0)
		r = store_transfer_each(is->store, transfer_row, lists[2]);
	if (r == 0)
		r = store_receipt_each(is->store, receipt_row, lists[3]);
	if (r == 0)
		r = store_merchant_each(is->store, merchant_row, lists[4]);
	if (r == 0)
		r = store_alarm_each(is->store, alarm_row, lists[5]);
	return r;
}

json_t *accounts_json(struct issuer *is)
{
	static const char *const names[6] = { "cards", "messages", "transfers", "receipts", "merchants", "alarms" };
	json_t *lists[6], *j;
	struct store_sums sums;
	char room[5];
	int r;

	for (int i = 0; i < 6; i++)
		lists[i] = json_array();
	/* One transaction: one moment. */
	r = store_begin(is->store);
	if (r == 0)
		r = store_end(is->store, read_rows(is, &sums, lists));
	j = r < 0 ? NULL : json_pack("{s:s, s:I, s:i, s:I, s:I, s:I, s:I, s:b}", "currency", money_code(is->conf.currency, room),
				     "loaded", (json_int_t)sums.loaded, "fees", 0, "shadow", (json_int_t)sums.shadow,
				     "merchants_total", (json_int_t)sums.merchants, "credits_open", (json_int_t)sums.credits_open,
				     "transfers_held", (json_int_t)sums.transfers_held, "balanced", (int)sums_balance(&sums));
	for (int i = 0; i < 6; i++) {
		if (j && json_object_set(j, names[i], lists[i]) < 0) {
			json_decref(j);
			j = NULL;
		}
		json_decref(lists[i]);
	}
	if (!j)
		issuer_storage(is, r < 0 ? r : STORE_ERR_IO);
	return j;
}

struct printing {
	struct issuer *is;
	FILE *out;
};

static int print_card(const struct store_card *c, void *arg)
{
	const struct printing *p = arg;
	char cid[HEX_TEXT(CID_LEN)], money[MONEY_TEXT_LEN];

	fprintf(p->out, "  card %s  %-20s  %-7s  %14s\n", hex_encode(c->cid, CID_LEN, cid), c->holder, card_state_name(c->state),
		money_format_signed(c->balance, p->is->conf.currency, money));
	return 0;
}

static int print_merchant(const char *name, int64_t balance, void *arg)
{
	const struct printing *p = arg;
	char money[MONEY_TEXT_LEN];

	fprintf(p->out, "  merchant %-20s  %30s\n", name, money_format_signed(balance, p->is->conf.currency, money));
	return 0;
}

static int print_alarm(uint64_t time, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what, void *arg)
{
	const struct printing *p = arg;
	char hex[HEX_TEXT(CID_LEN)];

	(void)time;
	fprintf(p->out, "  ALARM card %s counter %u: %s\n", hex_encode(cid, CID_LEN, hex), ctr, what);
	return 0;
}

static int print_rows(struct issuer *is, FILE *out, struct store_sums *sums)
{
	struct printing p = { is, out };
	int r = store_sums_get(is->store, sums);

	if (r == 0)
		r = store_card_each(is->store, print_card, &p);
	if (r == 0)
		r = store_merchant_each(is->store, print_merchant, &p);
	if (r == 0)
		r = store_alarm_each(is->store, print_alarm, &p);
	return r;
}

int accounts_print(struct issuer *is, FILE *out)
{
	struct store_sums s;
	const struct {
		const char *name;
		const int64_t *value;
	} lines[] = {
		{ "cards, as far as reported", &s.shadow }, { "merchants", &s.merchants }, { "credits signed, not yet answered", &s.credits_open },
		{ "transfers debited, not yet credited", &s.transfers_held }, { "money loaded", &s.loaded },
	};
	char money[MONEY_TEXT_LEN];
	int r = store_begin(is->store);

	if (r == 0)
		r = store_end(is->store, print_rows(is, out, &s));
	if (r < 0)
		return issuer_storage(is, r);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		fprintf(out, "%-40s %21s\n", lines[i].name, money_format_signed(*lines[i].value, is->conf.currency, money));
	fprintf(out, "%s\n", sums_balance(&s) ? "the books balance" : "THE BOOKS DO NOT BALANCE");
	return 0;
}
