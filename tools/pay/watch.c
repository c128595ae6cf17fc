// SPDX-License-Identifier: BSD-2-Clause
#include "watch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/money.h"
#include "filter.h"
#include "listing.h"

static const char *asked_hint(const char *what)
{
	return strcmp(what, "verify") == 0 ? "asks for your PIN: run pay verify, then tap again" : "wants you to look at the device";
}

static void record_text(const struct purse_record *r, uint16_t currency, char out[WATCH_TEXT])
{
	char amount[MONEY_TEXT_LEN], balance[MONEY_TEXT_LEN];

	snprintf(out, WATCH_TEXT, "%s %s%s%s, balance %s", record_kind_name(record_kind(r)), money_format_signed(listing_change(r), currency, amount),
		 *r->name ? ", " : "", r->name, money_format(r->balance, currency, balance));
}

const char *watch_text(const struct watch_event *e, const struct wallet_state *s, char out[WATCH_TEXT])
{
	char amount[MONEY_TEXT_LEN];

	*out = '\0';
	switch (e->kind) {
	case WATCH_TAP:
		snprintf(out, WATCH_TEXT, "tap at %s", e->name);
		break;
	case WATCH_RECORD:
		record_text(&e->record, s->currency, out);
		break;
	case WATCH_ASKED:
		money_format(e->record.amount > MONEY_MAX ? 0 : e->record.amount, e->record.currency, amount);
		snprintf(out, WATCH_TEXT, "a payment of %s %s", amount, asked_hint(e->name));
		break;
	default:
		break;
	}
	return out;
}

const char *watch_changes(const struct wallet_state *old, const struct wallet_state *s, char out[WATCH_TEXT])
{
	char balance[MONEY_TEXT_LEN];
	size_t n = 0;
	/* Each said at most once; a piece that does not fit is left out. */
	const struct {
		bool changed;
		const char *what, *value;
	} pieces[] = {
		{ !old || strcmp(old->state, s->state) != 0, "card ", s->state },
		{ *s->cid && (!old || !*old->cid), "balance ", *s->cid ? money_format(s->balance, s->currency, balance) : "" },
		{ !old || old->ready != s->ready, "", s->ready ? "ready to pay" : "not ready to pay (pay ready)" },
		{ !old || strcmp(old->front_end_state, s->front_end_state) != 0, "front end: ", s->front_end_state },
	};

	*out = '\0';
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]) && n < WATCH_TEXT; i++)
		if (pieces[i].changed)
			n += (size_t)snprintf(out + n, WATCH_TEXT - n, "%s%s%s", n ? "; " : "", pieces[i].what, pieces[i].value);
	return out;
}

json_t *watch_json(const struct watch_event *e, const struct wallet_state *s)
{
	char room[5];

	switch (e->kind) {
	case WATCH_TAP:
		return json_pack("{s:s, s:s}", "event", "tap", "merchant", e->name);
	case WATCH_RECORD:
		return json_pack("{s:s, s:I, s:s, s:I, s:I, s:s, s:I, s:s}", "event", "record", "counter", (json_int_t)e->record.ctr, "kind",
				 record_kind_name(record_kind(&e->record)), "amount", (json_int_t)listing_change(&e->record), "balance",
				 (json_int_t)e->record.balance, "currency", money_code(s->currency, room), "time", (json_int_t)e->record.time, "name",
				 e->record.name);
	case WATCH_ASKED:
		return json_pack("{s:s, s:s, s:I, s:s}", "event", "asked", "what", e->name, "amount", (json_int_t)e->record.amount, "currency",
				 money_code(e->record.currency, room));
	default:
		return NULL;
	}
}

json_t *watch_state_json(const struct wallet_state *s)
{
	char room[5];

	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:b, s:s}", "event", "state", "state", s->state, "card", s->cid, "balance", (json_int_t)s->balance,
			 "currency", *s->cid ? money_code(s->currency, room) : "", "ready", s->ready, "front_end", s->front_end_state);
}

bool watch_notifies(const struct watch_event *e, const char **title)
{
	switch (e->kind) {
	case WATCH_RECORD:
		*title = e->record.kind == PURSE_PAYMENT ? "Paid" : e->record.kind == PURSE_CREDIT ? "Money came in" : "Money went out";
		return e->record.kind != PURSE_ISSUED;
	case WATCH_ASKED:
		*title = "Your card asks for its PIN";
		return true;
	default:
		return false;
	}
}
