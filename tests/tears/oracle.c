// SPDX-License-Identifier: BSD-2-Clause
#include "oracle.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"

#define RECORDS_MAX	2048
#define INTENTS_MAX	4096

enum { INTENT_OPEN, INTENT_PAID, INTENT_REFUSED, INTENT_NEVER, INTENT_UNKNOWN };	/* tools/pos/journal.h */
enum { MESSAGE_CREDIT = 1 };								/* issuer messages' kind */

/* All that there is to know, told by those who know it. */
static struct {
	struct payta_status card;
	struct purse_record records[RECORDS_MAX];	/* by counter */
	uint32_t n_records;
	struct seen_intent intents[INTENTS_MAX];
	int n_intents;
	json_t *books;
	bool claimed[RECORDS_MAX];			/* an intent calls this record its own */
} seen;

static char sentence[256];

static const char *wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(sentence, sizeof(sentence), format, ap);
	va_end(ap);
	return sentence;
}

/* --- gathering --- */

static const char *gather_card(struct scene *s)
{
	int n;

	if (scene_ask(s, PARTY_PAYTA, ASK_STATUS, NULL, 0) != 0 ||
	    payta_status_decode((struct bytes){ scene_answer.data, PAYTA_STATUS_LEN }, &seen.card) != 0)
		return "payta does not tell its state";
	n = scene_ask(s, PARTY_WALLETD, ASK_HISTORY, NULL, 0);
	if (n < 1 || n > RECORDS_MAX)
		return wrong("walletd has %d records", n);
	seen.n_records = (uint32_t)n;
	for (uint32_t i = 0; i < seen.n_records; i++) {
		struct purse_record r;

		if (purse_record_decode((struct bytes){ shared->mail + (size_t)i * PURSE_RECORD_LEN, PURSE_RECORD_LEN }, &r) != 0)
			return "a record of the purse is damaged";
		if (r.ctr != seen.n_records - 1 - i)
			return wrong("record %u of the purse stands where %u belongs", r.ctr, seen.n_records - 1 - i);
		seen.records[r.ctr] = r;
	}
	return NULL;
}

static const char *gather_terminal(struct scene *s)
{
	seen.n_intents = scene_ask(s, PARTY_POS, ASK_JOURNAL, NULL, 0);
	if (seen.n_intents < 0 || seen.n_intents > INTENTS_MAX)
		return "pos does not tell its journal";
	memcpy(seen.intents, shared->mail, (size_t)seen.n_intents * sizeof(seen.intents[0]));
	return NULL;
}

static const char *gather_books(struct scene *s)
{
	json_decref(seen.books);
	seen.books = scene_ask(s, PARTY_ISSUER, ASK_ACCOUNTS, NULL, 0) == 0 ? json_loads((const char *)shared->mail, 0, NULL) : NULL;
	return seen.books ? NULL : "the issuer does not tell its books";
}

static int64_t book(const char *name)
{
	return json_integer_value(json_object_get(seen.books, name));
}

/* --- the purse --- */

/* From the empty purse on each record follows from the one before, and the last is the trusted application's state. */
static const char *check_purse(void)
{
	const struct purse_record *last = &seen.records[seen.n_records - 1];

	for (uint32_t i = 1; i < seen.n_records; i++) {
		const struct purse_record *a = &seen.records[i - 1], *b = &seen.records[i];
		uint64_t want = b->kind == PURSE_CREDIT ? a->balance + b->amount : a->balance - b->amount;

		if (b->balance != want)
			return wrong("record %u: balance %llu does not follow", i, (unsigned long long)b->balance);
	}
	if (last->ctr != seen.card.ctr || last->balance != seen.card.balance)
		return wrong("purse at %u with %llu, payta at %u with %llu", last->ctr, (unsigned long long)last->balance, seen.card.ctr,
			     (unsigned long long)seen.card.balance);
	return NULL;
}

/* --- the terminal --- */

/* The card's record of this payment, or NULL.  Terminal and transaction number name it; there is one terminal here. */
static const struct purse_record *record_of(const struct seen_intent *in)
{
	for (uint32_t i = 0; i < seen.n_records; i++)
		if (seen.records[i].kind == PURSE_PAYMENT && memcmp(seen.records[i].p + P_LEN - TTN_LEN, in->ttn, TTN_LEN) == 0)
			return &seen.records[i];
	return NULL;
}

static const char *check_intent(const struct seen_intent *in, int i, bool ended)
{
	const struct purse_record *r = record_of(in);

	if (r && (memcmp(r->p, in->p, P_LEN) != 0 || r->amount != in->amount || r->ctr != in->ctr + 1))
		return wrong("payment %d: the card has another one under its number", i);
	if (r && seen.claimed[r->ctr])
		return wrong("payment %d: record %u belongs to another one", i, r->ctr);
	if (r)
		seen.claimed[r->ctr] = true;
	switch (in->state) {
	case INTENT_PAID:
		if (!r)
			return wrong("payment %d is paid for the terminal, and the card never committed it", i);
		return memcmp(r->receipt.rsig, in->rsig, ED25519_SIG_LEN) == 0 ? NULL : wrong("payment %d has another receipt", i);
	case INTENT_REFUSED:
	case INTENT_NEVER:
		return r ? wrong("payment %d is refused or never for the terminal, and the card was debited (record %u)", i, r->ctr) : NULL;
	case INTENT_OPEN:
		return ended ? wrong("payment %d is still in doubt after an undisturbed tap", i) : NULL;
	default:
		return wrong("payment %d is unknown to a card that lost nothing", i);
	}
}

static const char *check_terminal(bool ended)
{
	memset(seen.claimed, 0, sizeof(seen.claimed));
	for (int i = 0; i < seen.n_intents; i++) {
		const char *what = check_intent(&seen.intents[i], i, ended);

		if (what)
			return what;
	}
	for (uint32_t i = 0; i < seen.n_records; i++)
		if (seen.records[i].kind == PURSE_PAYMENT && !seen.claimed[i])
			return wrong("record %u debits the card, and no terminal asked for it", i);
	return NULL;
}

/* Told is told (rule 4): the receipt was on the disk before anybody heard "paid". */
static const char *check_told(const struct scene *s)
{
	for (unsigned int t = 0; t < s->n_told; t++) {
		int i = 0;

		while (i < seen.n_intents && memcmp(seen.intents[i].ttn, s->told[t], TTN_LEN) != 0)
			i++;
		if (i == seen.n_intents || seen.intents[i].state != INTENT_PAID)
			return wrong("the terminal said \"paid\", and its journal does not (payment %u that it said so of)", t);
	}
	return NULL;
}

/* --- the issuer --- */

/* The message with this number, or NULL. */
static const json_t *message_of(uint64_t seq)
{
	const json_t *m;
	size_t i;

	json_array_foreach(json_object_get(seen.books, "messages"), i, m)
		if ((uint64_t)json_integer_value(json_object_get(m, "seq")) == seq)
			return m;
	return NULL;
}

/* Every credit on the card was signed, with that amount, and no message credits twice. */
static const char *check_credits(uint64_t *credited)
{
	uint64_t before = 0;

	*credited = 0;
	for (uint32_t i = 0; i < seen.n_records; i++) {
		const struct purse_record *r = &seen.records[i];
		const json_t *m;

		if (r->kind != PURSE_CREDIT)
			continue;
		m = message_of(r->seq);
		if (!m || r->seq <= before || (uint64_t)json_integer_value(json_object_get(m, "amount")) != r->amount)
			return wrong("record %u credits what message %llu does not say", i, (unsigned long long)r->seq);
		before = r->seq;
		*credited += r->amount;
	}
	return NULL;
}

/* Signed credits that the card has not applied. */
static uint64_t credits_in_flight(void)
{
	uint64_t sum = 0;
	const json_t *m;
	size_t i;

	json_array_foreach(json_object_get(seen.books, "messages"), i, m)
		if (json_integer_value(json_object_get(m, "kind")) == MESSAGE_CREDIT &&
		    (uint64_t)json_integer_value(json_object_get(m, "seq")) > seen.card.seq)
			sum += (uint64_t)json_integer_value(json_object_get(m, "amount"));
	return sum;
}

/* purses + committed unsettled receipts + merchant accounts + signed unapplied credits + uncredited transfers + fees = money loaded */
static const char *check_sum(const struct scene *s)
{
	int64_t payments = 0, settled = 0, sum;
	uint64_t credited;
	const char *what = check_credits(&credited);
	const json_t *r;
	size_t i;

	if (what)
		return what;
	for (uint32_t n = 0; n < seen.n_records; n++)
		if (seen.records[n].kind == PURSE_PAYMENT)
			payments += (int64_t)seen.records[n].amount;
	json_array_foreach(json_object_get(seen.books, "receipts"), i, r)
		settled += json_integer_value(json_object_get(r, "amount"));
	sum = (int64_t)seen.card.balance + (payments - settled) + book("merchants_total") + (int64_t)credits_in_flight() + book("transfers_held") +
	      book("fees");
	if (sum != book("loaded"))
		return wrong("the sum is %lld, and %lld were loaded", (long long)sum, (long long)book("loaded"));
	if (book("loaded") > (int64_t)s->asked)
		return wrong("%lld were loaded, and %llu asked for", (long long)book("loaded"), (unsigned long long)s->asked);
	if (credited < s->loaded)
		return wrong("pay said that %llu were loaded, and the card has got %llu", (unsigned long long)s->loaded, (unsigned long long)credited);
	if (!json_is_true(json_object_get(seen.books, "balanced")))
		return "the issuer's books do not balance";
	return json_array_size(json_object_get(seen.books, "alarms")) == 0 ? NULL : "the issuer raised an alarm over honest parties";
}

const char *oracle(struct scene *s, bool ended)
{
	const char *what = gather_card(s);

	if (!what)
		what = gather_terminal(s);
	if (!what)
		what = gather_books(s);
	if (!what)
		what = check_purse();
	if (!what)
		what = check_terminal(ended);
	if (!what)
		what = check_told(s);
	return what ? what : check_sum(s);
}
