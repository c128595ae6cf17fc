// SPDX-License-Identifier: BSD-2-Clause
#include "print.h"

#include <jansson.h>
#include <time.h>

#include "common/hex.h"
#include "common/money.h"

static const char *outcome_name(enum purchase_outcome o)
{
	switch (o) {
	case PURCHASE_PAID:
		return "paid";
	case PURCHASE_REFUSED:
		return "refused";
	case PURCHASE_DOUBT:
		return "in doubt";
	case PURCHASE_UNKNOWN:
		return "unknown";
	case PURCHASE_SETTLED:
		return "settled";
	default:
		return "failed";
	}
}

static const char *paint(bool colour, enum purchase_outcome o)
{
	if (!colour)
		return "";
	switch (o) {
	case PURCHASE_PAID:
	case PURCHASE_SETTLED:
		return "\033[1;32m";
	case PURCHASE_DOUBT:
	case PURCHASE_UNKNOWN:
		return "\033[1;33m";
	default:
		return "\033[1;31m";
	}
}

static const char *time_text(uint64_t seconds, char out[32])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!localtime_r(&t, &tm) || strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(out, 32, "?");
	return out;
}

static void print_payment(FILE *out, const struct intent *in)
{
	char money[MONEY_TEXT_LEN], ttn[HEX_TEXT(TTN_LEN)], cid[HEX_TEXT(CID_LEN)], when[32];

	fprintf(out, "  amount       %s\n", money_format(in->amount, in->currency, money));
	fprintf(out, "  card         %s  (%s, record %u)\n", in->masked, hex_encode(in->cid, CID_LEN, cid), in->ctr + 1);
	fprintf(out, "  transaction  %s  %s\n", hex_encode(in->ttn, TTN_LEN, ttn), time_text(in->time, when));
	if (in->ref[0] != '\0')
		fprintf(out, "  reference    %s\n", in->ref);
}

static void print_line(FILE *out, const struct intent *in)
{
	char money[MONEY_TEXT_LEN], ttn[HEX_TEXT(TTN_LEN)], when[32];

	fprintf(out, "%s  %s  %-20s  %14s  %s%s%s%s%s\n", hex_encode(in->ttn, TTN_LEN, ttn), time_text(in->time, when), in->masked,
		money_format(in->amount, in->currency, money), intent_state_name(in->state),
		in->state == INTENT_PAID && in->settled == SETTLE_DONE ? ", settled" : "",
		in->state == INTENT_PAID && in->settled == SETTLE_REFUSED ? ", refused by the issuer" : "",
		in->ref[0] ? "  " : "", in->ref);
}

void print_result(FILE *out, const struct terminal *t, const struct purchase_result *res, bool colour)
{
	const char *end = colour ? "\033[0m" : "";

	for (unsigned int i = 0; i < res->n_recovered; i++) {
		fputs("earlier: ", out);
		print_line(out, &res->recovered[i]);
	}
	switch (res->outcome) {
	case PURCHASE_PAID:
		fprintf(out, "%s\n", t->cert.merchant);
		print_payment(out, &res->intent);
		fprintf(out, "%sPAID%s%s\n", paint(colour, res->outcome), end, res->earlier ? " by an earlier tap; nothing was debited now" : "");
		break;
	case PURCHASE_REFUSED:
		fprintf(out, "%s\n", t->cert.merchant);
		print_payment(out, &res->intent);
		fprintf(out, "%sREFUSED%s (%04X): %s; nothing was debited\n", paint(colour, res->outcome), end, res->intent.sw, res->reason);
		break;
	case PURCHASE_DOUBT:
	case PURCHASE_UNKNOWN:
		if (res->has_intent)
			print_payment(out, &res->intent);
		fprintf(out, "%sIN DOUBT%s: %s\n", paint(colour, res->outcome), end, res->reason);
		break;
	case PURCHASE_SETTLED:
		fprintf(out, "%s%s%s\n", paint(colour, res->outcome), res->n_recovered ? "SETTLED" : "nothing of this card was open", end);
		break;
	default:
		fprintf(out, "%sNOT PAID%s: %s\n", paint(colour, res->outcome), end, res->reason);
	}
}

static json_t *payment_json(const struct intent *in)
{
	char ttn[HEX_TEXT(TTN_LEN)], cid[HEX_TEXT(CID_LEN)], sw[5], room[5];
	static const char *const settled[] = { "no", "yes", "refused" };

	snprintf(sw, sizeof(sw), "%04X", in->sw);
	return json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:s, s:s, s:s, s:s, s:b, s:s}", "ttn", hex_encode(in->ttn, TTN_LEN, ttn),
			 "cid", hex_encode(in->cid, CID_LEN, cid), "ctr", (json_int_t)in->ctr + 1, "amount", (json_int_t)in->amount,
			 "currency", money_code(in->currency, room), "time", (json_int_t)in->time, "ref", in->ref, "card", in->masked,
			 "state", intent_state_name(in->state), "sw", in->sw ? sw : "", "reported", (int)in->reported, "settled", settled[in->settled % 3]);
}

/* Writes and releases @j, which may be NULL. */
static int print_json(FILE *out, json_t *j)
{
	int r = j ? json_dumpf(j, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : -1;

	json_decref(j);
	return r == 0 && fputc('\n', out) == '\n' ? 0 : -1;
}

int print_result_json(FILE *out, const struct terminal *t, const struct purchase_result *res)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < res->n_recovered; i++)
		json_array_append_new(list, payment_json(&res->recovered[i]));
	return print_json(out, json_pack("{s:s, s:s, s:b, s:s, s:o, s:o, s:i, s:i}", "result", outcome_name(res->outcome), "reason", res->reason,
					 "earlier", (int)res->earlier, "merchant", t->cert.merchant,
					 "payment", res->has_intent ? payment_json(&res->intent) : json_null(), "recovered", list,
					 "apdus", (int)res->apdus, "bytes", (int)res->bytes));
}

int print_journal(FILE *out, struct journal *j)
{
	struct intent in;
	int64_t after = 0;
	int r;

	while ((r = journal_next(j, JOURNAL_ALL, after, NULL, NULL, &in)) == 1) {
		after = in.id;
		print_line(out, &in);
	}
	return r;
}

int print_journal_json(FILE *out, struct journal *j)
{
	json_t *list = json_array();
	struct intent in;
	int64_t after = 0;
	int r;

	while ((r = journal_next(j, JOURNAL_ALL, after, NULL, NULL, &in)) == 1) {
		after = in.id;
		json_array_append_new(list, payment_json(&in));
	}
	if (r < 0) {
		json_decref(list);
		return -1;
	}
	return print_json(out, list);
}

void print_apdu(void *file, const char *step, bool command, const uint8_t *bytes, size_t len)
{
	FILE *out = file;

	fprintf(out, "  %-11s %s %3zu bytes  ", command ? step : "", command ? "->" : "<-", len);
	for (size_t i = 0; i < len; i++)
		fprintf(out, "%02X", bytes[i]);
	fputc('\n', out);
	fflush(out);
}

void print_check(void *file, const char *what)
{
	FILE *out = file;

	fprintf(out, "  %-11s %s\n", "check", what);
	fflush(out);
}
