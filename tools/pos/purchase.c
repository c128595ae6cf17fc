// SPDX-License-Identifier: BSD-2-Clause
#include "purchase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "proto/err.h"
#include "proto/vcn.h"

#define RESPONSE_MAX	258	/* 256 and the status word: longer than any answer of ours, so that a wrong one is seen whole */
#define SECONDS_A_DAY	86400

/* One tap, while it runs. */
struct tap {
	const struct purchase *p;
	struct purchase_result *res;
	struct card card;
	const char *step;
	uint8_t response[RESPONSE_MAX];
	struct bytes data;		/* of the last response */
	uint16_t sw;
	int64_t recover_after;		/* intents up to this id were recovered by this tap */
};

/* What a step says of how to go on. */
enum tap_next { TAP_NEXT, TAP_AGAIN, TAP_END };

static enum tap_next tap_end(struct tap *t, enum purchase_outcome outcome, const char *reason)
{
	t->res->outcome = outcome;
	snprintf(t->res->reason, sizeof(t->res->reason), "%s", reason);
	return TAP_END;
}

static const char journal_full[] = "the journal cannot be written; free some space, then tap the same card again";
static const char journal_unreadable[] = "the journal cannot be read; see \"pos journal\"";
static const char in_doubt[] = "in doubt: tap the same card again";
static const char no_mac[] = "no MAC of the card under the answer: it ends nothing";
static const char no_signature[] = "the answer's MAC holds, but not its signature or what it says: it ends nothing";

/* --- one APDU --- */

static void tap_trace(const struct tap *t, bool command, const uint8_t *bytes, size_t len)
{
	t->res->bytes += (unsigned int)len;
	if (t->p->trace)
		t->p->trace(t->p->trace_arg, t->step, command, bytes, len);
}

/* Sends @c and takes the answer apart into t->data and t->sw.  0 or enum reader_err. */
static int tap_exchange(struct tap *t, const struct capdu *c)
{
	uint8_t command[APDU_MAX];
	size_t len, got;
	int r;

	if (capdu_encode(c, command, sizeof(command), &len) < 0)
		return READER_ERR_CARD;
	t->res->apdus++;
	tap_trace(t, true, command, len);
	r = t->p->reader->ops->transmit(t->p->reader, command, len, t->response, sizeof(t->response), &got, t->p->apdu_ms);
	if (r < 0)
		return r;
	tap_trace(t, false, t->response, got);
	return rapdu_decode(t->response, got, &t->data, &t->sw) < 0 ? READER_ERR_CARD : 0;
}

/* --- the steps --- */

static enum tap_next step_ppse(struct tap *t)
{
	const struct capdu c = { 0x00, APDU_INS_SELECT, 0x04, 0x00, { (const uint8_t *)PPSE_NAME, sizeof(PPSE_NAME) - 1 }, 256 };
	bool found = false;
	int r = tap_exchange(t, &c);

	if (r < 0)
		return tap_end(t, PURCHASE_FAILED, reader_strerror(r));
	if (t->sw != SW_OK || fci_ppse_has_aid(t->data, &found) < 0 || !found)
		return tap_end(t, PURCHASE_FAILED, "this card has no teepay application, or is not ready; \"pay ready\" arms it");
	return TAP_NEXT;
}

static enum tap_next step_aid(struct tap *t)
{
	const struct capdu c = { 0x00, APDU_INS_SELECT, 0x04, 0x00, { payment_aid, AID_LEN }, 256 };
	int r = tap_exchange(t, &c);

	if (r < 0)
		return tap_end(t, PURCHASE_FAILED, reader_strerror(r));
	if (t->sw != SW_OK)
		return tap_end(t, PURCHASE_FAILED, "the card does not open its application; \"pay status\" on the device says why");
	r = card_take_cap(&t->card, t->p->terminal, t->data);
	if (r == CARD_ERR_NUMBER)
		return tap_end(t, PURCHASE_FAILED, "the card is of another issuer or currency; use another card");
	return r < 0 ? tap_end(t, PURCHASE_FAILED, card_strerror(r)) : TAP_NEXT;
}

static enum tap_next step_vcn(struct tap *t)
{
	const struct purchase *p = t->p;
	uint8_t data[APDU_MAX];
	struct capdu c = { PAYMENT_CLA, PAYMENT_INS_GET_VCN, PAYMENT_VERSION, PAYMENT_SUITE_1, { data, 0 }, 256 };
	int r;

	if (p->ops->random(t->card.nonce, sizeof(t->card.nonce)) < 0 ||
	    get_vcn_encode((struct bytes){ p->terminal->tcert, p->terminal->tcert_len }, t->card.nonce, data, sizeof(data), &c.data.len) < 0)
		return tap_end(t, PURCHASE_FAILED, card_strerror(CARD_ERR_CRYPTO));
	r = tap_exchange(t, &c);
	if (r < 0)
		return tap_end(t, PURCHASE_FAILED, reader_strerror(r));
	if (t->sw == SW_CONDITIONS)
		return tap_end(t, PURCHASE_FAILED, "the card is not ready; arm it with \"pay ready\", or finish what its screen asks");
	if (t->sw == SW_SECURITY_STATUS)
		return tap_end(t, PURCHASE_FAILED, "the card does not take this terminal; renew it with \"payissuer terminal\" and check the clocks");
	if (t->sw != SW_OK)
		return tap_end(t, PURCHASE_FAILED, "the card gives no number; try again or use another card");
	r = card_open(&t->card, p->terminal, p->deny, p->ops, (uint16_t)(p->now() / SECONDS_A_DAY), t->data);
	return r < 0 ? tap_end(t, PURCHASE_FAILED, card_strerror(r)) : TAP_NEXT;
}

/* Is it the receipt of @in, from the card in the field? */
static bool receipt_holds(const struct tap *t, const struct intent *in, const struct receipt *receipt)
{
	struct receipt_claim claim = { .ctr = in->ctr + 1 };

	memcpy(claim.kid, t->p->terminal->kid, KID_LEN);
	memcpy(claim.cid, t->card.cid, CID_LEN);
	memcpy(claim.tid, in->tid, TID_LEN);
	memcpy(claim.p, in->p, P_LEN);
	return receipt_verify(t->p->ops, t->card.pk, &claim, receipt) == 0;
}

/* How did @in end, by the answer to RECOVER?  False: the answer decides nothing. */
static bool recover_verdict(struct tap *t, const struct recover_fields *q, const uint8_t m[MAC_LEN], struct intent *in)
{
	const struct purchase *p = t->p;
	struct answer a;

	if (answer_decode(p->ops, &t->card.keys, m, t->sw, t->data, &a) < 0) {
		card_check(&t->card, "%s", no_mac);
		return false;
	}
	in->sw = a.sw;
	if (a.has_receipt && receipt_holds(t, in, &a.receipt)) {
		card_check(&t->card, "the receipt's MAC and signature hold: this was paid");
		in->receipt = a.receipt;
		in->state = INTENT_PAID;
		return true;
	}
	/* A counter behind the one it showed before PAY: the card was rolled back, its "never" means nothing. */
	if (a.has_never && a.ctr_now >= q->ctr && never_verify(p->ops, t->card.pk, p->terminal->kid, t->card.cid, p->terminal->cert.tid, q, &a) == 0) {
		card_check(&t->card, "the MAC and signature of \"never\" hold: this was not and will not be paid");
		in->state = INTENT_NEVER;
		return true;
	}
	if (a.sw == SW_WARN_UNKNOWN) {
		card_check(&t->card, "the MAC of \"unknown\" holds: the card has lost the record");
		in->state = INTENT_UNKNOWN;
		return true;
	}
	card_check(&t->card, "%s", no_signature);
	return false;
}

/* Settles one open intent; comes again until there is none (rule 2: in a fresh session, before it pays again). */
static enum tap_next step_recover(struct tap *t)
{
	const struct purchase *p = t->p;
	struct intent in;
	struct recover_fields q;
	uint8_t data[APDU_MAX], m[MAC_LEN];
	struct capdu c = { PAYMENT_CLA, PAYMENT_INS_RECOVER, PAYMENT_VERSION, PAYMENT_SUITE_1, { data, 0 }, 256 };
	int r = journal_next(p->journal, JOURNAL_OPEN_OF_CARD, t->recover_after, p->terminal->cert.tid, t->card.cid, &in);

	if (r < 0)
		return tap_end(t, PURCHASE_FAILED, journal_unreadable);
	if (r == 0)
		return TAP_NEXT;
	if (t->res->n_recovered == PURCHASE_RECOVERS_MAX)
		return tap_end(t, PURCHASE_DOUBT, "more payments of this card are open; tap it again");
	memcpy(q.ttn, in.ttn, TTN_LEN);
	q.ctr = in.ctr;
	if (recover_encode(p->ops, &t->card.keys, &q, data, sizeof(data), &c.data.len, m) < 0)
		return tap_end(t, PURCHASE_DOUBT, card_strerror(CARD_ERR_CRYPTO));
	if (tap_exchange(t, &c) < 0 || !recover_verdict(t, &q, m, &in))
		return tap_end(t, PURCHASE_DOUBT, "an earlier payment is still in doubt: tap the same card again");
	if (journal_finish(p->journal, &in) < 0)
		return tap_end(t, PURCHASE_DOUBT, journal_full);
	t->recover_after = in.id;
	t->res->recovered[t->res->n_recovered++] = in;
	return TAP_AGAIN;
}

/* Drops the entry of this purchase from the list of the others. */
static void forget_recovered(struct purchase_result *res, int64_t id)
{
	for (unsigned int i = 0; i < res->n_recovered; i++)
		if (res->recovered[i].id == id) {
			memmove(&res->recovered[i], &res->recovered[i + 1], (res->n_recovered - i - 1) * sizeof(res->recovered[0]));
			res->n_recovered--;
			return;
		}
}

static bool same_purchase(const struct purchase *p, const struct intent *in)
{
	return in->amount == p->amount && (p->ref[0] == '\0' || strcmp(in->ref, p->ref) == 0);
}

/*
 * A reference names one purchase: paid is paid, whoever heard of it; and while it is in doubt with one card, no other card pays it.  @cid NULL: nobody is in
 * the field yet.
 */
static enum tap_next check_ref(struct tap *t, const uint8_t *cid)
{
	const struct purchase *p = t->p;
	struct intent in;
	int64_t after = 0;
	int r;

	while ((r = journal_next_of_ref(p->journal, p->ref, after, p->terminal->cert.tid, &in)) == 1) {
		after = in.id;
		if (in.amount != p->amount)
			continue;
		if (in.state == INTENT_PAID) {
			t->res->intent = in;
			t->res->has_intent = true;
			t->res->earlier = true;
			return tap_end(t, PURCHASE_PAID, "");
		}
		/* It may have been paid: whoever pays now may pay twice. Told of again and again. */
		if (in.state == INTENT_UNKNOWN) {
			t->res->intent = in;
			t->res->has_intent = true;
			return tap_end(t, PURCHASE_UNKNOWN, "nobody but the issuer knows whether this purchase was paid: ask it, or use a new reference");
		}
		if (cid && in.state == INTENT_OPEN && memcmp(in.cid, cid, CID_LEN) != 0)
			return tap_end(t, PURCHASE_DOUBT, "this purchase is in doubt with another card: tap that one again, or use a new reference");
	}
	return r < 0 ? tap_end(t, PURCHASE_FAILED, journal_unreadable) : TAP_NEXT;
}

/* For "pos recover": what earlier taps settled and nobody was told of, besides what this one did. */
static enum tap_next list_unreported(struct tap *t)
{
	const struct purchase *p = t->p;
	struct purchase_result *res = t->res;
	struct intent in;
	int64_t after = 0;
	int r = 0;

	/* Those of this tap are unreported too, and found again here. */
	for (unsigned int i = 0; i < res->n_recovered; i++)
		if (res->recovered[i].state != INTENT_NEVER)
			forget_recovered(res, res->recovered[i--].id);
	while (res->n_recovered < PURCHASE_RECOVERS_MAX &&
	       (r = journal_next(p->journal, JOURNAL_UNREPORTED_OF_CARD, after, p->terminal->cert.tid, t->card.cid, &in)) == 1) {
		after = in.id;
		res->recovered[res->n_recovered++] = in;
	}
	return r < 0 ? tap_end(t, PURCHASE_FAILED, journal_unreadable) : tap_end(t, PURCHASE_SETTLED, "");
}

/* Was this purchase paid by an earlier tap whose end nobody heard of? */
static enum tap_next step_earlier(struct tap *t)
{
	const struct purchase *p = t->p;
	struct intent *in = &t->res->intent;
	int64_t after = 0;
	int r;

	if (p->amount == 0)
		return list_unreported(t);
	while ((r = journal_next(p->journal, JOURNAL_UNREPORTED_OF_CARD, after, p->terminal->cert.tid, t->card.cid, in)) == 1) {
		after = in->id;
		if (!same_purchase(p, in))
			continue;
		t->res->has_intent = true;
		t->res->earlier = true;
		forget_recovered(t->res, in->id);
		if (in->state == INTENT_PAID)
			return tap_end(t, PURCHASE_PAID, "");
		return tap_end(t, PURCHASE_UNKNOWN, "the card no longer knows whether it paid this; ask the issuer before it pays again");
	}
	if (r < 0)
		return tap_end(t, PURCHASE_FAILED, journal_unreadable);
	return p->ref[0] != '\0' ? check_ref(t, t->card.cid) : TAP_NEXT;
}

static const char *refusal_reason(uint16_t sw)
{
	switch (sw) {
	case SW_WARN_NO_MONEY:
		return "too little money on the card";
	case SW_WARN_VERIFY:
		return "the card asks for its holder's PIN: verify on the device, then tap again";
	case SW_WARN_LIMIT:
		return "above a limit of the card";
	case SW_WARN_BLOCKED:
		return "the card is blocked";
	default:
		return NULL;
	}
}

/* Rule 1: a receipt that holds, or a refusal under the MAC; nothing else ends it. */
static enum tap_next pay_verdict(struct tap *t, const uint8_t m[MAC_LEN])
{
	struct intent *in = &t->res->intent;
	struct answer a;
	const char *refusal;

	if (answer_decode(t->p->ops, &t->card.keys, m, t->sw, t->data, &a) < 0) {
		card_check(&t->card, "%s", no_mac);
		return tap_end(t, PURCHASE_DOUBT, in_doubt);
	}
	refusal = refusal_reason(a.sw);
	if (a.has_receipt && receipt_holds(t, in, &a.receipt)) {
		card_check(&t->card, "the receipt's MAC and signature hold");
		in->receipt = a.receipt;
		in->state = INTENT_PAID;
	} else if (refusal) {
		card_check(&t->card, "the MAC of the refusal %04X holds", a.sw);
		in->sw = a.sw;
		in->state = INTENT_REFUSED;
	} else {
		card_check(&t->card, "%s", no_signature);
		return tap_end(t, PURCHASE_DOUBT, in_doubt);
	}
	if (journal_finish(t->p->journal, in) < 0) {
		in->state = INTENT_OPEN;
		return tap_end(t, PURCHASE_DOUBT, journal_full);
	}
	return in->state == INTENT_PAID ? tap_end(t, PURCHASE_PAID, "") : tap_end(t, PURCHASE_REFUSED, refusal);
}

static void intent_fill(const struct tap *t, struct intent *in)
{
	const struct purchase *p = t->p;

	memset(in, 0, sizeof(*in));
	memcpy(in->tid, p->terminal->cert.tid, TID_LEN);
	memcpy(in->cid, t->card.cid, CID_LEN);
	memcpy(in->tcert, p->terminal->tcert, p->terminal->tcert_len);
	in->tcert_len = p->terminal->tcert_len;
	in->ctr = t->card.clear.ctr;
	in->amount = p->amount;
	in->currency = p->terminal->currency;
	in->time = p->now();
	snprintf(in->ref, sizeof(in->ref), "%s", p->ref);
	vcn_mask(t->card.clear.vcn, in->masked);
}

static enum tap_next step_pay(struct tap *t)
{
	const struct purchase *p = t->p;
	struct intent *in = &t->res->intent;
	struct pay_fields fields;
	uint8_t data[APDU_MAX], m[MAC_LEN];
	struct capdu c = { PAYMENT_CLA, PAYMENT_INS_PAY, PAYMENT_VERSION, PAYMENT_SUITE_1, { data, 0 }, 256 };

	intent_fill(t, in);
	if (journal_intend(p->journal, in) < 0)
		return tap_end(t, PURCHASE_FAILED, "the journal cannot be written, so nothing was paid; free some space and try again");
	t->res->has_intent = true;
	if (pay_fields_decode((struct bytes){ in->p, P_LEN }, &fields) < 0 ||
	    pay_encode(p->ops, &t->card.keys, &fields, data, sizeof(data), &c.data.len, m) < 0)
		return tap_end(t, PURCHASE_DOUBT, in_doubt);
	if (tap_exchange(t, &c) < 0)
		return tap_end(t, PURCHASE_DOUBT, in_doubt);
	return pay_verdict(t, m);
}

/* A tap is this row of steps and nothing else; a step that does not say "next" ends it. */
static const struct tap_step {
	const char *name;
	enum tap_next (*run)(struct tap *t);
} steps[] = {
	{ "SELECT PPSE", step_ppse }, { "SELECT AID", step_aid }, { "GET VCN", step_vcn }, { "RECOVER", step_recover },
	{ "JOURNAL", step_earlier }, { "PAY", step_pay },
};

void purchase_run(const struct purchase *p, struct purchase_result *res)
{
	struct tap *t = calloc(1, sizeof(*t));
	enum tap_next next = TAP_NEXT;
	int r;

	memset(res, 0, sizeof(*res));
	if (!t) {
		res->outcome = PURCHASE_FAILED;
		snprintf(res->reason, sizeof(res->reason), "out of memory");
		return;
	}
	t->p = p;
	t->res = res;
	t->card.check = p->check;
	t->card.check_arg = p->trace_arg;
	if (p->amount > 0 && p->ref[0] != '\0')
		next = check_ref(t, NULL);
	r = next == TAP_NEXT ? p->reader->ops->wait(p->reader, p->card_ms) : 0;
	if (r < 0)
		next = tap_end(t, r == READER_ERR_CARD || r == READER_ERR_NO_CARD ? PURCHASE_FAILED : PURCHASE_NO_READER, reader_strerror(r));
	for (size_t i = 0; next != TAP_END && i < sizeof(steps) / sizeof(steps[0]); i += next == TAP_NEXT) {
		t->step = steps[i].name;
		next = steps[i].run(t);
	}
	p->ops->wipe(t, sizeof(*t));
	free(t);
}

int purchase_reported(const struct purchase *p, const struct purchase_result *res)
{
	int r = 0;

	if (res->has_intent && res->intent.state != INTENT_OPEN)
		r = journal_report(p->journal, res->intent.id);
	for (unsigned int i = 0; i < res->n_recovered; i++)
		if (journal_report(p->journal, res->recovered[i].id) < 0)
			r = -1;
	return r;
}
