// SPDX-License-Identifier: BSD-2-Clause
#include "operation.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/hex.h"

#define MESSAGES_MAX	256	/* one run brings no more */
#define HISTORY_LOOK	64u	/* records, at first */
#define HISTORY_MAX	65536u
#define PATH_LEN	96

/* Of the issuer's answers: 4xx is final, except those that mean "later"; anything else leaves it open whether it was done. */
static bool is_final_refusal(int status)
{
	return status >= 400 && status < 500 && status != 408 && status != 429;
}

static int read_hex(const json_t *o, const char *name, uint8_t *out, size_t room, size_t *len, struct pay_error *e)
{
	const char *text = json_string_value(json_object_get(o, name));

	if (text && hex_decode_any(text, out, room, len) == 0)
		return PAY_DONE;
	return pay_fail(e, PAY_FAILED, "the issuer's answer has no proper '%s'; is it of the same version?", name);
}

/* --- messages --- */

/* One message to the card, its reply to the issuer. */
static int deliver(const struct link *l, const char *cid, const json_t *entry, struct pay_error *e)
{
	uint8_t message[IMSG_MAX], reply[CARD_REPLY_LEN];
	char text[HEX_TEXT(CARD_REPLY_LEN)], path[PATH_LEN];
	json_t *answer;
	size_t len;
	int status;
	int r = read_hex(entry, "message", message, sizeof(message), &len, e);

	if (r == PAY_DONE)
		r = l->message(l->ctx, (struct bytes){ message, len }, reply, e);
	if (r != PAY_DONE)
		return r;
	snprintf(path, sizeof(path), "/v1/cards/%s/replies", cid);
	r = link_ask(l, path, json_pack("{s:s}", "reply", hex_encode(reply, sizeof(reply), text)), true, &answer, &status, e);
	json_decref(answer);
	return r;
}

int operation_sync(const struct link *l, const char *cid, unsigned int *n, struct pay_error *e)
{
	char path[PATH_LEN];
	int r = PAY_DONE;

	*n = 0;
	snprintf(path, sizeof(path), "/v1/cards/%s/messages", cid);
	while (*n < MESSAGES_MAX && r == PAY_DONE) {
		json_t *answer;
		const json_t *list;
		size_t count;
		int status;

		r = link_ask(l, path, NULL, false, &answer, &status, e);
		if (r != PAY_DONE)
			return r;
		list = json_object_get(answer, "messages");
		count = json_array_size(list);
		for (size_t i = 0; i < count && *n < MESSAGES_MAX && r == PAY_DONE; i++) {
			r = deliver(l, cid, json_array_get(list, i), e);
			*n += r == PAY_DONE;
		}
		json_decref(answer);
		if (count == 0)
			break;
	}
	return r;
}

/* --- top-up and transfer --- */

static int request(const struct link *l, const struct pending *p, uint64_t *seq, bool *final, struct pay_error *e)
{
	char path[PATH_LEN];
	json_t *answer, *body;
	int status, r;

	snprintf(path, sizeof(path), "/v1/cards/%s/%s", p->cid, p->kind == PENDING_TOPUP ? "topups" : "transfers");
	body = p->kind == PENDING_TOPUP ?
		       json_pack("{s:s, s:I}", "key", p->key, "amount", (json_int_t)p->amount) :
		       json_pack("{s:s, s:s, s:I}", "key", p->key, "payee", p->payee, "amount", (json_int_t)p->amount);
	r = link_ask(l, path, body, true, &answer, &status, e);
	*final = is_final_refusal(status);
	*seq = (uint64_t)json_integer_value(json_object_get(answer, "seq"));
	json_decref(answer);
	if (r == PAY_DONE && *seq == 0)
		r = pay_fail(e, PAY_FAILED, "the issuer's answer has no sequence number; is it of the same version?");
	return r;
}

/* Looks through the newest @room records; *@end: there is nothing to be found behind them, since sequence numbers only grow. */
static int look_for(const struct link *l, uint8_t kind, uint64_t seq, size_t room, struct purse_record *found, bool *end, struct pay_error *e)
{
	struct purse_record *records = calloc(room, sizeof(*records));
	size_t n = 0;
	int r = records ? l->history(l->ctx, 0, records, room, &n, e) : pay_fail(e, PAY_FAILED, "out of memory");

	*end = n < room || records[n - 1].seq < seq;
	for (size_t i = 0; r == PAY_DONE && i < n && found->kind == 0; i++)
		if (records[i].seq == seq && records[i].kind == kind)
			*found = records[i];
	free(records);
	return r;
}

/* The value record that message @seq made.  A card that did not carry it out has none. */
static int find_record(const struct link *l, const struct pending *p, uint64_t seq, struct purse_record *found, struct pay_error *e)
{
	uint8_t kind = p->kind == PENDING_TOPUP ? PURSE_CREDIT : PURSE_TRANSFER_OUT;
	bool end = false;
	int r = PAY_DONE;

	*found = (struct purse_record){ 0 };
	for (size_t room = HISTORY_LOOK; room <= HISTORY_MAX && !end && found->kind == 0 && r == PAY_DONE; room *= 4)
		r = look_for(l, kind, seq, room, found, &end, e);
	return r;
}

static int finish(const struct link *l, const struct pending_store *store, const struct pending *p, struct operation_result *result,
		  struct pay_error *e)
{
	struct wallet_state s;
	struct pay_error other;
	unsigned int n;
	uint64_t seq;
	bool final;
	int r = request(l, p, &seq, &final, e);

	result->done = *p;
	/* The issuer has signed nothing for this key and will not. */
	if (r != PAY_DONE && final && pending_clear(store, &other) != PAY_DONE)
		*e = other;
	if (r == PAY_DONE)
		r = operation_sync(l, p->cid, &n, e);
	if (r == PAY_DONE)
		r = l->state(l->ctx, &s, e);
	if (r != PAY_DONE)
		return r;
	if (s.sequence < seq)
		return pay_fail(e, PAY_FAILED, "the card has not taken the issuer's message %llu yet; run the same again, it counts once",
				(unsigned long long)seq);
	r = find_record(l, p, seq, &result->record, e);
	if (r == PAY_DONE)
		r = pending_clear(store, e);
	if (r == PAY_DONE && result->record.kind == 0)
		r = pay_fail(e, PAY_FAILED, "the card did not carry out the %s: too little money, or above its limits; nothing was moved",
			     pending_name(p->kind));
	return r;
}

static bool is_money(const struct pending *p)
{
	return p->kind == PENDING_TOPUP || p->kind == PENDING_TRANSFER;
}

static bool is_same(const struct pending *a, const struct pending *b)
{
	return a->kind == b->kind && a->amount == b->amount && strcmp(a->payee, b->payee) == 0;
}

static int begin(const struct pending_store *store, const struct pending *wanted, const char *cid, struct pending *p, struct pay_error *e)
{
	uint8_t key[PENDING_KEY_LEN];

	*p = *wanted;
	if (RAND_bytes(key, sizeof(key)) != 1)
		return pay_fail(e, PAY_FAILED, "no random numbers; try again");
	hex_encode(key, sizeof(key), p->key);
	snprintf(p->cid, sizeof(p->cid), "%s", cid);
	p->created = (uint64_t)time(NULL);
	return pending_save(store, p, e);
}

static int need_card(const struct link *l, struct wallet_state *s, struct pay_error *e)
{
	int r = l->state(l->ctx, s, e);

	if (r != PAY_DONE)
		return r;
	if (strcmp(s->state, "unavailable") == 0)
		return pay_fail(e, PAY_UNREACHABLE, "the card cannot be reached now; look at: systemctl status teepay-payta teepay-walletd");
	return *s->cid ? PAY_DONE : pay_fail(e, PAY_FAILED, "there is no card; run: pay apply");
}

int operation_run(const struct link *l, const struct pending_store *store, const struct pending *wanted, struct operation_result *before,
		  struct operation_result *result, struct pay_error *e)
{
	struct wallet_state s;
	struct pending p;
	int r = need_card(l, &s, e);

	*before = *result = (struct operation_result){ 0 };
	if (r == PAY_DONE)
		r = pending_load(store, &p, e);
	if (r != PAY_DONE)
		return r;
	/* Of a card that is gone nothing is left to be done here: the issuer settles what it owes when it blocks a card. */
	if (!is_money(&p) || strcmp(p.cid, s.cid) != 0)
		p.kind = PENDING_NONE;
	if (p.kind != PENDING_NONE && !is_same(&p, wanted)) {
		struct pending left;

		before->resumed = true;
		r = finish(l, store, &p, before, e);
		before->code = r;
		before->error = *e;
		if (r != PAY_DONE && (pending_load(store, &left, e) != PAY_DONE || left.kind != PENDING_NONE))
			return r;	/* still open: nothing new is begun beside it */
		p.kind = PENDING_NONE;
	}
	result->resumed = p.kind != PENDING_NONE;
	if (p.kind == PENDING_NONE && strcmp(s.state, "blocked") == 0)
		return pay_fail(e, PAY_FAILED, "the card is blocked, and nothing was asked for; why: systemctl status teepay-walletd");
	if (p.kind == PENDING_NONE)
		r = begin(store, wanted, s.cid, &p, e);
	return r == PAY_DONE ? finish(l, store, &p, result, e) : r;
}

/* --- apply --- */

static int ask_challenge(const struct link *l, struct pending *p, struct pay_error *e)
{
	uint8_t challenge[CHALLENGE_LEN], application[APPLICATION_LEN];
	json_t *answer;
	size_t len;
	int status;
	int r = link_ask(l, "/v1/challenges", json_object(), true, &answer, &status, e);

	if (r != PAY_DONE)
		return r;
	r = read_hex(answer, "challenge", challenge, sizeof(challenge), &len, e);
	json_decref(answer);
	if (r == PAY_DONE && len != sizeof(challenge))
		r = pay_fail(e, PAY_FAILED, "the issuer's challenge has %zu bytes, not %d; is it of the same version?", len, CHALLENGE_LEN);
	if (r == PAY_DONE)
		r = l->apply(l->ctx, challenge, application, e);
	if (r != PAY_DONE)
		return r;
	hex_encode(challenge, sizeof(challenge), p->challenge);
	hex_encode(application, sizeof(application), p->application);
	return PAY_DONE;
}

static int ask_card(const struct link *l, const struct pending *p, bool *final, struct pay_error *e)
{
	uint8_t issue[ISSUE_LEN];
	json_t *answer;
	size_t len;
	int status;
	int r = link_ask(l, "/v1/cards",
		    json_pack("{s:s, s:s, s:s}", "challenge", p->challenge, "application", p->application, "holder", p->holder), true, &answer,
		    &status, e);

	*final = is_final_refusal(status);
	if (r != PAY_DONE)
		return r;
	r = read_hex(answer, "issue", issue, sizeof(issue), &len, e);
	json_decref(answer);
	if (r == PAY_DONE && len != sizeof(issue))
		r = pay_fail(e, PAY_FAILED, "the issued card has %zu bytes, not %d; is the issuer of the same version?", len, ISSUE_LEN);
	return r == PAY_DONE ? l->take_card(l->ctx, issue, e) : r;
}

static int begin_apply(const struct link *l, const struct pending_store *store, const char *holder, struct pending *p, struct pay_error *e)
{
	int r;

	*p = (struct pending){ .kind = PENDING_APPLY, .created = (uint64_t)time(NULL) };
	snprintf(p->holder, sizeof(p->holder), "%s", holder);
	r = ask_challenge(l, p, e);
	return r == PAY_DONE ? pending_save(store, p, e) : r;
}

int operation_apply(const struct link *l, const struct pending_store *store, const char *holder, bool *resumed, struct pay_error *e)
{
	struct wallet_state s;
	struct pending p;
	bool final = false;
	int r = l->state(l->ctx, &s, e);

	*resumed = false;
	if (r == PAY_DONE && strcmp(s.state, "unavailable") == 0)
		r = pay_fail(e, PAY_UNREACHABLE, "the card cannot be reached now; look at: systemctl status teepay-payta teepay-walletd");
	if (r == PAY_DONE)
		r = pending_load(store, &p, e);
	if (r != PAY_DONE)
		return r;
	*resumed = p.kind == PENDING_APPLY;
	/* The last run was cut off behind the card's taking. */
	if (*s.cid && *resumed)
		return pending_clear(store, e);
	if (*s.cid)
		return pay_fail(e, PAY_FAILED, "there is a card already: %s; see pay status", s.cid);
	if (*resumed) {
		r = ask_card(l, &p, &final, e);
		/* An old challenge is no longer good: from the start. */
		if (r != PAY_DONE && final)
			*resumed = false;
	}
	if (!*resumed) {
		r = begin_apply(l, store, holder, &p, e);
		if (r == PAY_DONE)
			r = ask_card(l, &p, &final, e);
	}
	return r == PAY_DONE ? pending_clear(store, e) : r;
}
