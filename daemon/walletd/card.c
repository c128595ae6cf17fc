// SPDX-License-Identifier: BSD-2-Clause
#include "card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/money.h"
#include "proto/tlv.h"

struct card {
	struct ta *ta;
	struct store *store;
	struct purse *purse;
	const struct arming *arming;
	enum card_state state;
	struct payta_status status;
	unsigned int ta_session;	/* ta_sessions() at the last refresh */
	uint8_t number[PAYTA_SEALED_VCN_LEN];
	bool has_number;
	bool busy;			/* see card_set_busy() */
	uint8_t cap[CAP_MAX];		/* as the trusted application said last */
	size_t cap_len;
	bool stale;			/* something happened that only a refresh brings to light */
	bool warned;			/* the store's failure was logged */
	int told;			/* the last error of a refresh that was logged */
	bool mourned;			/* the loss of the number was logged */
	struct trace trace;
	/* one tap and one "verify" at most wait for their signals */
	bool tapped;
	char merchant[MERCHANT_MAX + 1];
	bool asked;
	uint64_t asked_amount;
	uint16_t asked_currency;
};

static const char no_number[] =
	"walletd has lost the sealed card number; ask the issuer to block this card and apply for a new one";

const char *card_strerror(int err)
{
	switch (err) {
	case CARD_ERR_STORE:
		return "walletd cannot write its database; see its log";
	case CARD_ERR_EXISTS:
		return "there is a card already";
	case CARD_ERR_NO_CARD:
		return "there is no card; run: pay apply";
	case CARD_ERR_FROZEN:
		return "purse and trusted application contradict each other; do not use this card, ask the issuer for a new one";
	case CARD_ERR_BUSY:
		return "the trusted screen is in use; finish there, or press Esc";
	default:
		return ta_strerror(err);
	}
}

struct card *card_new(struct ta *ta, struct store *store, const struct arming *arming)
{
	struct card *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->purse = purse_new(store);
	if (!c->purse) {
		free(c);
		return NULL;
	}
	c->ta = ta;
	c->store = store;
	c->arming = arming;
	return c;
}

void card_free(struct card **card)
{
	if (!*card)
		return;
	purse_free(&(*card)->purse);
	free(*card);
	*card = NULL;
}

enum card_state card_state(const struct card *c)
{
	return c->state;
}

const char *card_state_name(const struct card *c)
{
	static const char *const names[] = { "unavailable", "empty", "applied", "active", "blocked" };

	return card_trouble(c) ? "blocked" : names[c->state];
}

static bool issued(const struct card *c)
{
	return c->state == CARD_ACTIVE || c->state == CARD_BLOCKED;
}

const char *card_trouble(const struct card *c)
{
	if (!issued(c))
		return NULL;
	return c->has_number ? purse_frozen(c->purse) : no_number;
}

const struct payta_status *card_status(const struct card *c)
{
	return &c->status;
}

struct purse *card_purse(const struct card *c)
{
	return c->purse;
}

/* --- keeping up with the trusted application --- */

static int fetch(void *ctx, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN])
{
	struct card *c = ctx;
	int err = ta_record(c->ta, ctr, record);

	return err == TA_ERR_NOT_FOUND ? 1 : err;
}

static int catch_up(struct card *c)
{
	const char *before = purse_frozen(c->purse);
	int err = purse_catch_up(c->purse, c->status.ctr, fetch, c);

	if (purse_frozen(c->purse) && !before)
		log_error("purse frozen: %s", purse_frozen(c->purse));
	if (err == PURSE_ERR_TA)
		return TA_ERR_LOST;
	return 0;
}

/* The number of this card, or, when walletd died before it could write it, the issued card once more. */
static int find_number(struct card *c)
{
	uint8_t issue[ISSUE_LEN];
	int err, r = store_get_number(c->store, c->status.cid, c->number);

	c->has_number = r == 1;
	if (r != 0)
		return r < 0 ? CARD_ERR_STORE : 0;
	r = store_get_issue(c->store, issue);
	if (r < 0)
		return CARD_ERR_STORE;
	err = r == 1 ? ta_take_card(c->ta, issue, c->number) : TA_ERR_SECURITY;
	if (err && err != TA_ERR_SECURITY && err != TA_ERR_STATE && err != TA_ERR_FORMAT)
		return err;
	if (err) {
		if (!c->mourned)
			log_error("%s", no_number);
		c->mourned = true;
		return 0;
	}
	if (store_put_number(c->store, c->status.cid, c->number) != 0)
		return CARD_ERR_STORE;
	c->has_number = true;
	log_notice("the card that was being issued when walletd ended is complete");
	return 0;
}

static enum card_state state_of(const struct payta_status *s)
{
	switch (s->state) {
	case PAYTA_EMPTY:
		return CARD_EMPTY;
	case PAYTA_APPLIED:
		return CARD_APPLIED;
	case PAYTA_ACTIVE:
		return CARD_ACTIVE;
	default:
		return CARD_BLOCKED;
	}
}

static int refresh(struct card *c)
{
	int err = ta_status(c->ta, &c->status);

	if (err)
		return err;
	c->ta_session = ta_sessions(c->ta);
	c->state = state_of(&c->status);
	if (!issued(c))
		return 0;
	if (!purse_is_of(c->purse, c->status.cid)) {
		c->has_number = false;
		if (purse_load(c->purse, c->status.cid) != 0)
			return CARD_ERR_STORE;
	}
	if (!c->has_number)
		err = find_number(c);
	return err ? err : catch_up(c);
}

void card_set_busy(struct card *c, bool busy)
{
	c->busy = busy;
}

int card_refresh(struct card *c)
{
	int err;

	if (c->busy)
		return CARD_ERR_BUSY;
	err = refresh(c);
	c->stale = err != 0;
	if (err) {
		c->state = CARD_UNAVAILABLE;
		c->status = (struct payta_status){ 0 };
	}
	/* ta.c tells of an application that is away. */
	if (err && err != c->told && err != TA_ERR_UNAVAILABLE && err != TA_ERR_LOST && err != TA_ERR_DENIED)
		log_error("card: %s%s%s", card_strerror(err), err == CARD_ERR_STORE ? ": " : "", err == CARD_ERR_STORE ? store_error(c->store) : "");
	c->told = err;
	return err;
}

static void flush_purse(struct card *c, const struct card_listener *listener, void *ctx)
{
	const char *before = purse_frozen(c->purse);
	int err = purse_flush(c->purse, listener ? listener->transaction : NULL, ctx);

	if (err == PURSE_ERR_FROZEN && !before)
		log_error("purse frozen: %s", purse_frozen(c->purse));
	else if (err == PURSE_ERR_STORE && !c->warned)
		log_error("the purse cannot be written (%s); the records stay in memory and with the trusted application", store_error(c->store));
	c->warned = err != 0;
}

void card_settle(struct card *c, const struct card_listener *listener, void *ctx)
{
	trace_flush(&c->trace);
	if (!c->busy && c->state != CARD_UNAVAILABLE && (c->stale || c->ta_session != ta_sessions(c->ta)))
		(void)card_refresh(c);
	if (c->tapped && listener && listener->tapped) {
		c->tapped = false;
		listener->tapped(ctx, c->merchant);
	}
	flush_purse(c, listener, ctx);
	if (c->asked && listener) {
		c->asked = false;
		listener->asked(ctx, "verify", c->asked_amount, c->asked_currency);
	}
}

bool card_settled(const struct card *c)
{
	return c->state != CARD_UNAVAILABLE && !c->stale && (purse_written(c->purse) || purse_frozen(c->purse));
}

int card_history(struct card *c, uint32_t offset, uint32_t limit, int (*take)(void *ctx, const uint8_t record[PURSE_RECORD_LEN]), void *ctx)
{
	int r;

	if (!issued(c))
		return CARD_ERR_NO_CARD;
	r = store_walk(c->store, c->status.cid, offset, limit, take, ctx);
	return r < 0 ? CARD_ERR_STORE : r;
}

/* --- for the terminal --- */

/* A TA that is away makes the whole card unavailable until it is back. */
static uint16_t trouble(struct card *c, int err)
{
	c->stale = true;
	if (err == TA_ERR_UNAVAILABLE || err == TA_ERR_DENIED)
		c->state = CARD_UNAVAILABLE;
	return SW_UNKNOWN;
}

/* Can it pay?  6F00 is trouble that passes, 6A82 for good. */
static uint16_t usable(struct card *c)
{
	/* Trouble, so the disk may be touched before the answer: the TA is asked whether it is back. */
	if (c->state == CARD_UNAVAILABLE)
		(void)card_refresh(c);
	if (c->state == CARD_UNAVAILABLE)
		return SW_UNKNOWN;
	return issued(c) && !card_trouble(c) ? SW_OK : SW_NOT_FOUND;
}

/* A card that is not ready is not there: nobody finds out that it could be. */
static uint16_t apdu_offered(void *ctx)
{
	struct card *c = ctx;

	if (!arming_ready(c->arming, arming_clock())) {
		trace_add(&c->trace, "refuse", "The card is not ready to pay; its holder says: pay ready");
		return SW_NOT_FOUND;
	}
	return usable(c);
}

/* A purse that is found to be frozen behind SELECT pays no more in that selection either (protocol rule 11). */
static uint16_t still_usable(struct card *c)
{
	uint16_t sw;

	if (c->busy) {
		trace_add(&c->trace, "refuse", "The card's holder is at the trusted screen: not now");
		return SW_CONDITIONS;
	}
	sw = usable(c);

	return sw == SW_NOT_FOUND ? SW_CONDITIONS : sw;
}

/* While the trusted application has no time the card shows what it said last. */
static uint16_t apdu_cap(void *ctx, uint8_t *out, size_t *len)
{
	struct card *c = ctx;
	int err = c->busy ? 0 : ta_cap(c->ta, c->cap, &c->cap_len);

	if (err)
		return trouble(c, err);
	if (c->cap_len == 0)
		return SW_CONDITIONS;
	memcpy(out, c->cap, c->cap_len);
	*len = c->cap_len;
	return SW_OK;
}

static uint16_t answer_out(const struct ta_answer *a, uint8_t *out, size_t *len)
{
	memcpy(out, a->data, a->len);
	*len = a->len;
	return a->sw;
}

/* Who has got the number: the trusted application has verified the certificate that says so. */
static void remember_tap(struct card *c, const struct capdu *a)
{
	struct bytes tcert, nonce;
	struct tcert t;

	if (get_vcn_decode(a->data, &tcert, &nonce) != 0 || tcert_decode(tcert, &t) != 0)
		return;
	c->tapped = true;
	snprintf(c->merchant, sizeof(c->merchant), "%s", t.merchant);
}

static uint16_t apdu_get_vcn(void *ctx, const struct capdu *a, uint8_t *out, size_t *len)
{
	struct card *c = ctx;
	struct ta_answer answer;
	uint16_t sw = still_usable(c);
	int err;

	if (sw != SW_OK)
		return sw;
	/* Ready at SELECT, and not any more. */
	if (!arming_ready(c->arming, arming_clock())) {
		trace_add(&c->trace, "refuse", "The card is not ready any more; its holder says: pay ready");
		return SW_CONDITIONS;
	}
	trace_add(&c->trace, "message", "GET VCN goes to the trusted application as message %d, with the terminal's certificate and the sealed number",
		  PAYTA_CMD_GET_VCN);
	err = ta_get_vcn(c->ta, a, c->number, &answer);
	if (err) {
		trace_add(&c->trace, "trouble", "GET VCN: %s", ta_strerror(err));
		return trouble(c, err);
	}
	if (answer.sw == SW_OK)
		remember_tap(c, a);
	if (answer.sw == SW_OK)
		trace_add(&c->trace, "lent", "The signed ciphertext, %zu bytes, came back in the region that was lent to the trusted application",
			  answer.len);
	return answer_out(&answer, out, len);
}

/* PAY's fields are no secret; they are read for the log and the signal, never to decide. */
static void describe_pay(const struct capdu *a, struct pay_fields *p, char text[MONEY_TEXT_LEN])
{
	struct reader r;
	struct bytes fields;

	*p = (struct pay_fields){ 0 };
	reader_init(&r, a->data.p, a->data.len);
	fields = tlv_expect(&r, 0xC4, P_LEN);
	if (r.err || pay_fields_decode(fields, p) != 0)
		*p = (struct pay_fields){ 0 };
	if (p->amount > MONEY_MAX)
		snprintf(text, MONEY_TEXT_LEN, "an impossible amount");
	else
		money_format(p->amount, p->currency, text);
}

static uint16_t apdu_pay(void *ctx, const struct capdu *a, uint8_t *out, size_t *len)
{
	struct card *c = ctx;
	uint8_t record[PURSE_RECORD_LEN];
	char text[MONEY_TEXT_LEN];
	struct pay_fields p;
	struct ta_answer answer;
	uint16_t sw = still_usable(c);
	bool recorded;
	int err;

	if (sw != SW_OK)
		return sw;
	if (!arming_pays(c->arming, arming_clock())) {
		trace_add(&c->trace, "refuse", "PAY: the card is not ready any more; its holder says: pay ready");
		return SW_CONDITIONS;
	}
	describe_pay(a, &p, text);
	trace_add(&c->trace, "message", "PAY of %s goes to the trusted application as message %d", text, PAYTA_CMD_PAY);
	err = ta_pay(c->ta, a, &answer, record, &recorded);
	if (err) {
		trace_add(&c->trace, "trouble", "PAY: %s", ta_strerror(err));
		return trouble(c, err);
	}
	if (recorded && purse_add(c->purse, record) != 0)
		c->stale = true;
	if (recorded && purse_newest(c->purse))
		trace_add(&c->trace, "receipt", "The trusted application has debited %s and gives the receipt of payment %u", text,
			  purse_newest(c->purse)->ctr);
	else if (answer.sw == SW_OK)
		trace_add(&c->trace, "receipt", "The trusted application gives a receipt again; nothing more was debited");
	if (answer.sw == SW_WARN_VERIFY) {
		c->asked = true;
		c->asked_amount = p.amount;
		c->asked_currency = p.currency;
	}
	return answer_out(&answer, out, len);
}

/* The record that RECOVER asks about, q = TTN 8 ‖ n 4: record n + 1, when the purse has it. */
static struct bytes recover_record(struct card *c, const struct capdu *a, uint8_t record[PURSE_RECORD_LEN])
{
	struct reader r;
	struct bytes q;
	uint32_t n;

	reader_init(&r, a->data.p, a->data.len);
	q = tlv_expect(&r, 0xC8, Q_LEN);
	if (r.err)
		return (struct bytes){ NULL, 0 };
	reader_init(&r, q.p, q.len);
	(void)reader_take(&r, TTN_LEN);
	n = reader_u32(&r);
	if (n == UINT32_MAX || purse_record(c->purse, n + 1, record) != 1)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ record, PURSE_RECORD_LEN };
}

static uint16_t apdu_recover(void *ctx, const struct capdu *a, uint8_t *out, size_t *len)
{
	struct card *c = ctx;
	uint8_t record[PURSE_RECORD_LEN];
	struct ta_answer answer;
	int err;

	if (c->busy)
		return SW_CONDITIONS;
	trace_add(&c->trace, "message", "RECOVER goes to the trusted application as message %d", PAYTA_CMD_RECOVER);
	err = ta_recover(c->ta, a, recover_record(c, a, record), &answer);
	if (err) {
		trace_add(&c->trace, "trouble", "RECOVER: %s", ta_strerror(err));
		return trouble(c, err);
	}
	if (answer.sw == SW_OK)
		trace_add(&c->trace, "receipt", "That payment was made: its receipt goes to the terminal once more");
	else if (answer.sw == SW_WARN_NEVER)
		trace_add(&c->trace, "never", "That payment was never made: the card signs so");
	return answer_out(&answer, out, len);
}

static void apdu_done(void *ctx, const char *name, const uint8_t *command, size_t len, uint16_t sw)
{
	struct card *c = ctx;
	char header[16] = "short";

	if (len >= 4)
		snprintf(header, sizeof(header), "%02X %02X %02X %02X", command[0], command[1], command[2], command[3]);
	if (name)
		trace_add(&c->trace, "apdu", "%s (%s, %zu bytes) is answered %04X", name, header, len, sw);
	else
		trace_aside(&c->trace, "probe", "A command that is not the card's (%s, %zu bytes) is answered %04X", header, len, sw);
}

const struct apdu_card card_apdu = {
	.offered = apdu_offered, .cap = apdu_cap, .get_vcn = apdu_get_vcn, .pay = apdu_pay, .recover = apdu_recover, .done = apdu_done,
};

/* --- for the holder --- */

int card_apply(struct card *c, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN])
{
	int err = card_refresh(c);

	if (err)
		return err;
	if (issued(c))
		return CARD_ERR_EXISTS;
	err = ta_apply(c->ta, challenge, application);
	return err ? err : card_refresh(c);
}

int card_take(struct card *c, const uint8_t issue[ISSUE_LEN])
{
	int err = card_refresh(c);

	if (err)
		return err;
	if (issued(c))
		return CARD_ERR_EXISTS;
	if (store_put_issue(c->store, issue) != 0)
		return CARD_ERR_STORE;
	c->stale = true;
	err = ta_take_card(c->ta, issue, c->number);
	if (err)
		return err;
	/* What is cut off from here on a restart makes good: it asks for the number with the same bytes, and fetches record 0. */
	err = ta_status(c->ta, &c->status);
	if (err)
		return err;
	if (store_put_number(c->store, c->status.cid, c->number) != 0)
		return CARD_ERR_STORE;
	return card_refresh(c);
}

int card_message(struct card *c, struct bytes message, uint8_t reply[CARD_REPLY_LEN])
{
	uint8_t record[PURSE_RECORD_LEN];
	bool recorded;
	int err = card_refresh(c);

	if (err)
		return err;
	if (!issued(c))
		return CARD_ERR_NO_CARD;
	if (purse_frozen(c->purse))
		return CARD_ERR_FROZEN;
	err = ta_message(c->ta, message, reply, record, &recorded);
	if (err)
		return err;
	if (recorded && purse_add(c->purse, record) != 0)
		log_warning("purse: the record of an issuer message does not follow; catching up");
	/* For its sequence number, and for what may be missing. */
	return card_refresh(c);
}
