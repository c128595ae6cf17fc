// SPDX-License-Identifier: BSD-2-Clause
#include "api.h"

#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "common/log.h"
#include "common/money.h"
#include "ledger.h"
#include "lost.h"
#include "receipts.h"
#include "reply.h"

json_t *api_error(const char *error, const char *hint)
{
	return json_pack("{s:s, s:s}", "error", error, "hint", hint);
}

static unsigned int error_status(int err)
{
	switch (err) {
	case ISSUER_ERR_INPUT:
		return 400;
	case ISSUER_ERR_FORBIDDEN:
		return 403;
	case ISSUER_ERR_NOT_FOUND:
		return 404;
	case ISSUER_ERR_CONFLICT:
		return 409;
	case ISSUER_ERR_LIMIT:
		return 422;
	default:
		return 500;
	}
}

static int bad(struct issuer *is, const char *what)
{
	return issuer_fail(is, ISSUER_ERR_INPUT, "docs/PROTOCOL.issuer.md has the form of each request", "missing or malformed: %s", what);
}

/* Text members that must be @len bytes of hex. */
static int get_hex(struct issuer *is, const json_t *in, const char *name, void *out, size_t len)
{
	const char *text = json_string_value(json_object_get(in, name));

	return text && hex_decode(text, out, len) == 0 ? 0 : bad(is, name);
}

static int get_amount(struct issuer *is, const json_t *in, uint64_t *amount)
{
	const json_t *j = json_object_get(in, "amount");

	if (!json_is_integer(j) || json_integer_value(j) <= 0)
		return bad(is, "amount");
	*amount = (uint64_t)json_integer_value(j);
	return 0;
}

/* What a handler works on: cid is set for resources of a card. */
struct api_call {
	struct issuer *is;
	uint8_t cid[CID_LEN];
	const json_t *in;
	json_t *out;
};

static int do_info(struct api_call *c)
{
	const struct issuer *is = c->is;
	char pk[HEX_TEXT(ED25519_PK_LEN)], mpk[HEX_TEXT(ED25519_PK_LEN)], kid[HEX_TEXT(KID_LEN)], room[5];

	c->out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "issuer_pk", hex_encode(is->root_pk, ED25519_PK_LEN, pk),
			   "money_pk", hex_encode(is->money_pk, ED25519_PK_LEN, mpk), "kid", hex_encode(is->kid, KID_LEN, kid),
			   "currency", money_code(is->conf.currency, room), "vcn_prefix", is->conf.vcn_prefix,
			   "max_balance", (json_int_t)is->conf.max_balance);
	return 0;
}

static int do_challenge(struct api_call *c)
{
	uint8_t challenge[CHALLENGE_LEN];
	char hex[HEX_TEXT(CHALLENGE_LEN)];
	int r = issuer_challenge(c->is, challenge);

	if (r == 0)
		c->out = json_pack("{s:s}", "challenge", hex_encode(challenge, sizeof(challenge), hex));
	return r;
}

static int do_card(struct api_call *c)
{
	uint8_t challenge[CHALLENGE_LEN], application[APPLICATION_LEN], issue[ISSUE_LEN], cid[CID_LEN];
	char issue_hex[HEX_TEXT(ISSUE_LEN)], cid_hex[HEX_TEXT(CID_LEN)];
	const char *holder = json_string_value(json_object_get(c->in, "holder"));
	int r = get_hex(c->is, c->in, "challenge", challenge, sizeof(challenge));

	if (r == 0)
		r = get_hex(c->is, c->in, "application", application, sizeof(application));
	if (r == 0 && !holder)
		r = bad(c->is, "holder");
	if (r == 0)
		r = issuer_card_issue(c->is, challenge, (struct bytes){ application, sizeof(application) }, holder, issue, cid);
	if (r < 0)
		return r;
	c->out = json_pack("{s:s, s:s}", "issue", hex_encode(issue, sizeof(issue), issue_hex), "cid", hex_encode(cid, sizeof(cid), cid_hex));
	log_event(LOG_NOTICE, "card issued", (const struct log_field[]){ { "TEEPAY_CID", cid_hex } }, 1);
	return 0;
}

static json_t *message_json(const struct store_message *m)
{
	char hex[HEX_TEXT(IMSG_MAX)];

	return json_pack("{s:I, s:s}", "seq", (json_int_t)m->seq, "message", hex_encode(m->bytes, m->len, hex));
}

static int do_topup(struct api_call *c)
{
	uint8_t key[ISSUER_KEY_LEN];
	struct store_message m;
	uint64_t amount = 0;
	int r = get_hex(c->is, c->in, "key", key, sizeof(key));

	if (r == 0)
		r = get_amount(c->is, c->in, &amount);
	if (r == 0)
		r = ledger_topup(c->is, c->cid, key, amount, &m);
	if (r == 0)
		c->out = message_json(&m);
	return r;
}

static int do_transfer(struct api_call *c)
{
	const char *payee = json_string_value(json_object_get(c->in, "payee"));
	uint8_t key[ISSUER_KEY_LEN];
	struct store_message m;
	uint64_t amount = 0;
	int r = get_hex(c->is, c->in, "key", key, sizeof(key));

	if (r == 0)
		r = get_amount(c->is, c->in, &amount);
	if (r == 0 && !payee)
		r = bad(c->is, "payee");
	if (r == 0)
		r = ledger_transfer(c->is, c->cid, key, payee, amount, &m);
	if (r == 0)
		c->out = message_json(&m);
	return r;
}

static int add_message(const struct store_message *m, void *arg)
{
	json_t *list = arg;

	if (json_array_append_new(list, message_json(m)) < 0)
		return ISSUER_ERR_STORAGE;
	return json_array_size(list) == API_MESSAGES_MAX ? 1 : 0;
}

static int do_messages(struct api_call *c)
{
	struct store_card card;
	json_t *list = json_array();
	int r = issuer_card_get(c->is, c->cid, &card);

	explicit_bzero(&card, sizeof(card));
	if (r == 0)
		r = issuer_storage(c->is, store_message_each(c->is->store, c->cid, true, add_message, list));
	if (r >= 0)
		c->out = json_pack("{s:O}", "messages", list);
	json_decref(list);
	return r < 0 ? r : 0;
}

static int do_reply(struct api_call *c)
{
	static const char *const names[] = { [REPLY_APPLIED] = "applied", [REPLY_REFUSED] = "refused", [REPLY_KNOWN] = "known" };
	uint8_t reply[CARD_REPLY_LEN];
	enum reply_status status = REPLY_KNOWN;
	int r = get_hex(c->is, c->in, "reply", reply, sizeof(reply));

	if (r == 0)
		r = reply_book(c->is, c->cid, (struct bytes){ reply, sizeof(reply) }, &status);
	if (r == 0)
		c->out = json_pack("{s:s}", "status", names[status]);
	return r;
}

static int do_lost(struct api_call *c)
{
	struct lost_card l = { 0 };
	int r = lost_report(c->is, c->cid, &l);

	if (r == 0)
		c->out = json_pack("{s:s, s:I, s:I}", "state", "blocked", "refund_after", (json_int_t)l.refund_after, "held", (json_int_t)l.held);
	return r;
}

static int do_refund(struct api_call *c)
{
	uint8_t to[CID_LEN];
	struct store_message m;
	int r = get_hex(c->is, c->in, "to", to, sizeof(to));

	if (r == 0)
		r = lost_refund(c->is, c->cid, to, &m);
	if (r == 0)
		c->out = json_pack("{s:I, s:I}", "seq", (json_int_t)m.seq, "amount", (json_int_t)m.amount);
	return r;
}

static int one_receipt(struct issuer *is, const json_t *in)
{
	const json_t *ctr = json_object_get(in, "ctr");
	const char *cert = json_string_value(json_object_get(in, "cert"));
	struct receipt_claimed claim = { 0 };
	uint8_t tcert[TCERT_MAX];
	int r = 0;

	if (cert && hex_decode_any(cert, tcert, sizeof(tcert), &claim.cert.len) < 0)
		r = bad(is, "cert");
	claim.cert.p = tcert;
	if (r == 0 && !cert)
		r = get_hex(is, in, "tid", claim.tid, sizeof(claim.tid));
	if (r == 0)
		r = get_hex(is, in, "cid", claim.cid, sizeof(claim.cid));
	if (r == 0)
		r = get_hex(is, in, "p", claim.p, sizeof(claim.p));
	if (r == 0)
		r = get_hex(is, in, "ebal", claim.receipt.ebal, sizeof(claim.receipt.ebal));
	if (r == 0)
		r = get_hex(is, in, "rsig", claim.receipt.rsig, sizeof(claim.receipt.rsig));
	if (r == 0 && (!json_is_integer(ctr) || json_integer_value(ctr) < 1 || json_integer_value(ctr) > UINT32_MAX))
		r = bad(is, "ctr");
	if (r < 0)
		return r;
	claim.ctr = (uint32_t)json_integer_value(ctr);
	return receipts_settle(is, &claim);
}

static int refuse_receipt(const struct issuer *is, json_t *refused, const json_t *in, size_t index)
{
	const char *cid = json_string_value(json_object_get(in, "cid"));

	return json_array_append_new(refused, json_pack("{s:I, s:s, s:I, s:s, s:s}", "index", (json_int_t)index, "cid", cid ? cid : "",
		"ctr", json_integer_value(json_object_get(in, "ctr")), "error", is->error, "hint", is->hint));
}

static int do_receipts(struct api_call *c)
{
	const json_t *list = json_object_get(c->in, "receipts"), *one;
	json_t *refused;
	json_int_t accepted = 0, known = 0;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > API_RECEIPTS_MAX)
		return bad(c->is, "receipts (an array of 1 to 32)");
	refused = json_array();
	json_array_foreach(list, i, one) {
		int r = one_receipt(c->is, one);

		accepted += r == 0;
		known += r == 1;
		/* A storage that fails will fail the rest too; what was accepted before is "known" when the terminal comes again. */
		if (r == ISSUER_ERR_STORAGE || (r < 0 && refuse_receipt(c->is, refused, one, i) < 0)) {
			json_decref(refused);
			return r;
		}
	}
	c->out = json_pack("{s:I, s:I, s:o}", "accepted", accepted, "known", known, "refused", refused);
	return 0;
}

static const struct resource {
	const char *method;
	const char *name;		/* behind /v1/, or behind /v1/cards/CID/ */
	bool of_card;
	unsigned int status;		/* when it went well */
	int (*handler)(struct api_call *c);
} resources[] = {
	{ "GET", "info", false, 200, do_info },
	{ "POST", "challenges", false, 201, do_challenge },
	{ "POST", "cards", false, 201, do_card },
	{ "POST", "receipts", false, 200, do_receipts },
	{ "POST", "topups", true, 201, do_topup },
	{ "POST", "transfers", true, 201, do_transfer },
	{ "GET", "messages", true, 200, do_messages },
	{ "POST", "replies", true, 200, do_reply },
	{ "POST", "lost", true, 200, do_lost },
	{ "POST", "refunds", true, 201, do_refund },
};

/* Splits "/v1/cards/CID/NAME" or "/v1/NAME": the name, or NULL when the path is neither. */
static const char *path_name(const char *path, bool *of_card, uint8_t cid[CID_LEN])
{
	static const char root[] = "/v1/", cards[] = "/v1/cards/";
	char hex[HEX_TEXT(CID_LEN)];

	*of_card = strncmp(path, cards, sizeof(cards) - 1) == 0;
	if (!*of_card)
		return strncmp(path, root, sizeof(root) - 1) == 0 ? path + sizeof(root) - 1 : NULL;
	path += sizeof(cards) - 1;
	if (strlen(path) < HEX_TEXT(CID_LEN) || path[HEX_TEXT(CID_LEN) - 1] != '/')
		return NULL;
	memcpy(hex, path, sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	return hex_decode(hex, cid, CID_LEN) == 0 ? path + HEX_TEXT(CID_LEN) : NULL;
}

static unsigned int run(struct api_call *c, const struct resource *res, const char *body, size_t len, json_t **answer)
{
	json_t *in = NULL;
	json_error_t error;
	int r;

	if (strcmp(res->method, "POST") == 0) {
		in = json_loadb(body ? body : "", len, JSON_REJECT_DUPLICATES, &error);
		if (!json_is_object(in)) {
			json_decref(in);
			*answer = api_error("the body is no JSON object", "docs/PROTOCOL.issuer.md has the form of each request");
			return 400;
		}
	}
	c->in = in;
	r = res->handler(c);
	json_decref(in);
	if (r == 0 && c->out) {
		*answer = c->out;
		return res->status;
	}
	if (r == 0)
		r = issuer_fail(c->is, ISSUER_ERR_STORAGE, "try again", "out of memory");
	if (error_status(r) == 500)
		log_error("%s %s: %s", res->method, res->name, c->is->error);
	*answer = api_error(c->is->error, c->is->hint);
	return error_status(r);
}

unsigned int api_answer(struct issuer *is, const char *method, const char *path, const char *body, size_t len, json_t **answer)
{
	struct api_call call = { .is = is };
	bool of_card, found = false;
	const char *name = path_name(path, &of_card, call.cid);

	for (size_t i = 0; name && i < sizeof(resources) / sizeof(resources[0]); i++) {
		const struct resource *res = &resources[i];

		if (res->of_card != of_card || strcmp(res->name, name) != 0)
			continue;
		if (strcmp(res->method, method) == 0)
			return run(&call, res, body, len, answer);
		found = true;
	}
	*answer = found ? api_error("this resource does not know that method", "docs/PROTOCOL.issuer.md lists them") :
			  api_error("no such resource", "docs/PROTOCOL.issuer.md lists them");
	return found ? 405 : 404;
}
