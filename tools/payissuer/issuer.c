// SPDX-License-Identifier: BSD-2-Clause
#include "issuer.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/openssl_crypto.h"
#include "proto/err.h"
#include "proto/text.h"
#include "proto/vcn.h"

#define SECONDS_A_DAY	86400
#define VCN_TRIES	16
#define VCN_BODY_DIGITS	15	/* 16 with the check digit */

int issuer_fail(struct issuer *is, int err, const char *hint, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(is->error, sizeof(is->error), format, ap);
	va_end(ap);
	snprintf(is->hint, sizeof(is->hint), "%s", hint);
	return err;
}

int issuer_storage(struct issuer *is, int err)
{
	if (err == STORE_ERR_IO || err == STORE_ERR_EXISTS)
		return issuer_fail(is, ISSUER_ERR_STORAGE, "nothing was changed; see the issuer's log and try again", "database: %s",
				   store_error(is->store));
	return err;
}

static int no_crypto(struct issuer *is)
{
	return issuer_fail(is, ISSUER_ERR_CRYPTO, "check the OpenSSL installation", "the cryptographic library failed");
}

uint16_t issuer_day(uint64_t seconds)
{
	uint64_t day = seconds / SECONDS_A_DAY;

	return day > UINT16_MAX ? UINT16_MAX : (uint16_t)day;
}

static uint64_t system_now(void)
{
	return (uint64_t)time(NULL);
}

static int derive_public(struct issuer *is)
{
	if (!is->root || !is->money || openssl_key_public(is->root, is->root_pk) < 0 || openssl_key_public(is->money, is->money_pk) < 0 ||
	    cert_kid(&openssl_crypto, is->root_pk, is->kid) < 0 || cert_kid(&openssl_crypto, is->money_pk, is->money_kid) < 0)
		return no_crypto(is);
	return 0;
}

int issuer_create(struct issuer *is, const char *path, const struct store_issuer *conf)
{
	struct store_issuer have;
	int r;

	memset(is, 0, sizeof(*is));
	is->now = system_now;
	r = issuer_storage(is, store_open(&is->store, path, true));
	if (r < 0)
		return r;
	r = store_issuer_get(is->store, &have);
	explicit_bzero(&have, sizeof(have));
	if (r == 1)
		return issuer_fail(is, ISSUER_ERR_CONFLICT, "use it, or give another path with --database", "%s has an issuer already", path);
	if (r < 0)
		return issuer_storage(is, r);
	is->conf = *conf;
	is->root = openssl_ed25519_generate();
	is->money = openssl_ed25519_generate();
	r = derive_public(is);
	if (r < 0)
		return r;
	if (openssl_key_private(is->root, is->conf.root_key) < 0 || openssl_key_private(is->money, is->conf.money_key) < 0)
		r = no_crypto(is);
	else
		r = issuer_storage(is, store_issuer_put(is->store, &is->conf, is->now()));
	OPENSSL_cleanse(is->conf.root_key, sizeof(is->conf.root_key));
	OPENSSL_cleanse(is->conf.money_key, sizeof(is->conf.money_key));
	return r;
}

int issuer_open(struct issuer *is, const char *path)
{
	int r;

	memset(is, 0, sizeof(*is));
	is->now = system_now;
	r = store_open(&is->store, path, false);
	if (r < 0)
		return issuer_fail(is, ISSUER_ERR_STORAGE, "run \"payissuer init\" first, or check who you are", "cannot open the issuer: %s",
				   store_error(is->store));
	r = store_issuer_get(is->store, &is->conf);
	if (r == 0)
		return issuer_fail(is, ISSUER_ERR_NOT_FOUND, "run \"payissuer init\" first", "%s has no issuer", path);
	if (r < 0)
		return issuer_storage(is, r);
	is->root = openssl_ed25519_load(is->conf.root_key);
	is->money = openssl_ed25519_load(is->conf.money_key);
	OPENSSL_cleanse(is->conf.root_key, sizeof(is->conf.root_key));
	OPENSSL_cleanse(is->conf.money_key, sizeof(is->conf.money_key));
	return derive_public(is);
}

void issuer_close(struct issuer *is)
{
	EVP_PKEY_free(is->root);
	EVP_PKEY_free(is->money);
	store_close(&is->store);
	OPENSSL_cleanse(is, sizeof(*is));
}

int issuer_challenge(struct issuer *is, uint8_t challenge[CHALLENGE_LEN])
{
	uint64_t now = is->now();
	int r;

	if (openssl_crypto.random(challenge, CHALLENGE_LEN) < 0)
		return no_crypto(is);
	r = store_begin(is->store);
	if (r == 0)
		r = store_end(is->store, store_challenge_put(is->store, challenge, now, now - ISSUER_CHALLENGE_SECONDS, ISSUER_CHALLENGES_MAX));
	return issuer_storage(is, r);
}

/* A fresh number in the issuer's range: prefix, random digits, check digit.  The caller's UNIQUE column decides whether it is free. */
static int vcn_draw(struct issuer *is, uint64_t *vcn)
{
	uint64_t body = 0, random;

	for (const char *p = is->conf.vcn_prefix; *p; p++)
		body = body * 10 + (uint64_t)(*p - '0');
	for (size_t i = strlen(is->conf.vcn_prefix); i < VCN_BODY_DIGITS; i++) {
		/* 64 random bits for one digit: the bias is beyond measure. */
		if (openssl_crypto.random(&random, sizeof(random)) < 0)
			return no_crypto(is);
		body = body * 10 + random % 10;
	}
	*vcn = vcn_with_check_digit(body);
	return *vcn != 0 ? 0 : no_crypto(is);
}

static int card_new(struct issuer *is, const struct application *a, struct store_card *c)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->pk, a->card_pk, sizeof(c->pk));
	c->state = CARD_ACTIVE;
	c->end = (uint16_t)(issuer_day(is->now()) + ISSUER_CARD_DAYS);
	if (cert_cid(&openssl_crypto, c->pk, c->cid) < 0 || openssl_crypto.random(c->k_ic, sizeof(c->k_ic)) < 0)
		return no_crypto(is);
	return vcn_draw(is, &c->vcn);
}

/* Certificate and sealed card for @c's keys and this challenge. */
static int card_seal(struct issuer *is, struct store_card *c, const struct application *a, const uint8_t challenge[CHALLENGE_LEN])
{
	struct issued_card card = {
		.vcn = c->vcn, .currency = is->conf.currency, .limit_payment = is->conf.limit_payment, .limit_sum = is->conf.limit_sum,
		.limit_count = is->conf.limit_count, .max_balance = is->conf.max_balance, .time = is->now(),
	};
	struct ccert cert = { .end = c->end };
	int r = store_oldest_start(is->store, &card.oldest_start);

	if (r < 0)
		return issuer_storage(is, r);

	memcpy(cert.pk, c->pk, sizeof(cert.pk));
	memcpy(card.issuer_pk, is->root_pk, sizeof(card.issuer_pk));
	memcpy(card.money_pk, is->money_pk, sizeof(card.money_pk));
	memcpy(card.k_ic, c->k_ic, sizeof(card.k_ic));
	r = ccert_sign(&cert, &openssl_crypto, is->root, is->kid, card.ccert);
	if (r == 0)
		r = issued_card_seal(&card, &openssl_crypto, is->root, a, challenge, c->issue);
	OPENSSL_cleanse(&card, sizeof(card));
	if (r < 0)
		return issuer_fail(is, ISSUER_ERR_CRYPTO, "apply again", "cannot seal the card: %s", proto_strerror(r));
	memcpy(c->challenge, challenge, CHALLENGE_LEN);
	return application_encode(a, c->application) < 0 ? no_crypto(is) : 0;
}

/* The same card key asks again with a new challenge: its first answer never arrived, unless the card has been used. */
static int card_again(struct issuer *is, struct store_card *c, const struct application *a)
{
	if (!crypto_equal(c->pk, a->card_pk, sizeof(c->pk)))
		return issuer_fail(is, ISSUER_ERR_CONFLICT, "make a new card key and apply again", "another card has this card id");
	if (c->used || c->state != CARD_ACTIVE)
		return issuer_fail(is, ISSUER_ERR_CONFLICT, "use the card that you have; if it is lost, block it and apply with a new key",
				   "this card was issued and used already");
	return 0;
}

static int card_issue(struct issuer *is, const struct application *a, const uint8_t challenge[CHALLENGE_LEN], const char *holder,
		      struct store_card *c)
{
	uint8_t cid[CID_LEN];
	bool known;
	int r;

	if (cert_cid(&openssl_crypto, a->card_pk, cid) < 0)
		return no_crypto(is);
	r = store_card_get(is->store, cid, c);
	if (r < 0)
		return r;
	known = r == 1;
	r = known ? card_again(is, c, a) : card_new(is, a, c);
	for (int i = 0; r == 0 && i < VCN_TRIES; i++) {
		strcpy(c->holder, holder);
		r = card_seal(is, c, a, challenge);
		if (r == 0)
			r = known ? store_card_update(is->store, c) : store_card_put(is->store, c, is->now());
		if (known || r != STORE_ERR_EXISTS)
			break;
		/* The card id is free (looked up above, in this transaction): so it was the number. */
		r = vcn_draw(is, &c->vcn);
	}
	if (r == 0)
		r = store_challenge_drop(is->store, challenge);
	return r;
}

/* Everything that needs no books: form, keys (rule 5), proof of possession, name. */
static int application_check(struct issuer *is, const uint8_t challenge[CHALLENGE_LEN], struct bytes in, const char *holder, struct application *a)
{
	struct bytes name = { (const uint8_t *)holder, strlen(holder) };
	int r = application_decode(in, a);

	if (r < 0)
		return issuer_fail(is, ISSUER_ERR_INPUT, "send what the card gave", "malformed application: %s", proto_strerror(r));
	if (name.len == 0 || name.len > MERCHANT_MAX || !text_valid(name))
		return issuer_fail(is, ISSUER_ERR_INPUT, "give a printable name of 1 to 20 bytes of UTF-8", "bad holder's name");
	if (!ed25519_pk_sound(a->card_pk) || !x25519_pk_sound(a->ta_pk))
		return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "apply with freshly made keys", "a key of the application is weak or not canonical");
	if (application_verify(a, &openssl_crypto, challenge) < 0)
		return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "apply again with a new challenge", "the application's signature does not hold");
	return 0;
}

static int challenge_check(struct issuer *is, const uint8_t challenge[CHALLENGE_LEN])
{
	uint64_t created = 0, now = is->now();
	int r = store_challenge_get(is->store, challenge, &created);

	if (r < 0)
		return r;
	if (r == 0 || now < created || now - created > ISSUER_CHALLENGE_SECONDS)
		return issuer_fail(is, ISSUER_ERR_FORBIDDEN, "ask for a new challenge and apply again", "this challenge is unknown, used or too old");
	return 0;
}

int issuer_card_issue(struct issuer *is, const uint8_t challenge[CHALLENGE_LEN], struct bytes in, const char *holder,
		      uint8_t issue[ISSUE_LEN], uint8_t cid[CID_LEN])
{
	struct application a;
	struct store_card c = { 0 };
	int r = application_check(is, challenge, in, holder, &a);

	if (r < 0)
		return r;
	r = store_begin(is->store);
	if (r < 0)
		return issuer_storage(is, r);
	r = store_card_by_challenge(is->store, challenge, &c);
	if (r == 1) {
		/* The same request again: the same answer. */
		r = memcmp(c.application, in.p, in.len) == 0 ? 0 :
			issuer_fail(is, ISSUER_ERR_CONFLICT, "ask for a new challenge and apply again", "this challenge made another card");
	} else if (r == 0) {
		r = challenge_check(is, challenge);
		if (r == 0)
			r = card_issue(is, &a, challenge, holder, &c);
	}
	r = issuer_storage(is, store_end(is->store, r));
	if (r == 0) {
		memcpy(issue, c.issue, ISSUE_LEN);
		memcpy(cid, c.cid, CID_LEN);
	}
	OPENSSL_cleanse(&c, sizeof(c));
	return r;
}

int issuer_card_get(struct issuer *is, const uint8_t cid[CID_LEN], struct store_card *c)
{
	int r = store_card_get(is->store, cid, c);

	if (r == 0)
		return issuer_fail(is, ISSUER_ERR_NOT_FOUND, "\"payissuer card list\" shows the cards", "no such card");
	return r < 0 ? issuer_storage(is, r) : 0;
}

int issuer_card_block(struct issuer *is, const uint8_t cid[CID_LEN], const char *reason)
{
	struct store_card c;
	int r = issuer_card_get(is, cid, &c);

	if (r == 0 && c.state != CARD_BLOCKED) {
		c.state = CARD_BLOCKED;
		c.blocked_at = is->now();
		snprintf(c.reason, sizeof(c.reason), "%s", reason);
		r = issuer_storage(is, store_card_update(is->store, &c));
	}
	OPENSSL_cleanse(&c, sizeof(c));
	return r;
}
