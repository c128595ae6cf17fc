// SPDX-License-Identifier: BSD-2-Clause
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "common/openssl_crypto.h"
#include "proto/err.h"
#include "proto/vcn.h"

static uint64_t random_state;

/* The bytes of SHA-256 over a counter: the same in every run. */
static int counted_random(void *out, size_t len)
{
	uint8_t *p = out;

	while (len > 0) {
		const struct bytes part = { (const uint8_t *)&random_state, sizeof(random_state) };
		uint8_t block[SHA256_LEN];
		size_t n = len < sizeof(block) ? len : sizeof(block);

		if (openssl_crypto.sha256(&part, 1, block))
			return PROTO_ERR_CRYPTO;
		memcpy(p, block, n);
		random_state++;
		p += n;
		len -= n;
	}
	return 0;
}

static int counted_x25519(void **key, uint8_t pk[X25519_LEN])
{
	uint8_t raw[RAW_KEY_LEN];

	if (counted_random(raw, sizeof(raw)))
		return PROTO_ERR_CRYPTO;
	*key = openssl_x25519_load(raw);
	return *key ? openssl_key_public(*key, pk) : PROTO_ERR_CRYPTO;
}

static EVP_PKEY *key_make(EVP_PKEY *(*load)(const uint8_t raw[RAW_KEY_LEN]), uint8_t pk[RAW_KEY_LEN])
{
	uint8_t raw[RAW_KEY_LEN];
	EVP_PKEY *key;

	assert_int_equal(counted_random(raw, sizeof(raw)), 0);
	key = load(raw);
	assert_non_null(key);
	assert_int_equal(openssl_key_public(key, pk), 0);
	return key;
}

void world_certify(struct world *w)
{
	assert_int_equal(tcert_sign(&w->terminal_is, &w->ops, w->issuer, w->tcert, &w->tcert_len), 0);
}

void world_make(struct world *w, uint64_t seed, uint16_t today)
{
	memset(w, 0, sizeof(*w));
	random_state = seed << 32;
	w->ops = openssl_crypto;
	w->ops.random = counted_random;
	w->ops.x25519_generate = counted_x25519;
	w->today = today;
	w->issuer = key_make(openssl_ed25519_load, w->issuer_pk);
	w->money = key_make(openssl_ed25519_load, w->money_pk);
	w->terminal = key_make(openssl_x25519_load, w->terminal_is.pk);
	assert_int_equal(cert_kid(&w->ops, w->issuer_pk, w->kid), 0);
	assert_int_equal(cert_kid(&w->ops, w->money_pk, w->money_kid), 0);
	assert_int_equal(counted_random(w->k_ic, sizeof(w->k_ic)), 0);
	assert_int_equal(counted_random(w->terminal_is.tid, TID_LEN), 0);
	memcpy(w->terminal_is.kid, w->kid, KID_LEN);
	w->terminal_is.start = today;
	w->terminal_is.end = (uint16_t)(today + TCERT_MAX_DAYS);
	memcpy(w->terminal_is.merchant, WORLD_MERCHANT, sizeof(WORLD_MERCHANT));
	world_certify(w);
}

void world_free(struct world *w)
{
	EVP_PKEY_free(w->issuer);
	EVP_PKEY_free(w->money);
	EVP_PKEY_free(w->terminal);
	memset(w, 0, sizeof(*w));
}

void world_issue(struct world *w, const struct application *a, struct issued_card *c)
{
	struct ccert cert = { .end = (uint16_t)(w->today + 1000) };

	memset(c, 0, sizeof(*c));
	memcpy(cert.pk, a->card_pk, ED25519_PK_LEN);
	assert_int_equal(ccert_sign(&cert, &w->ops, w->issuer, w->kid, c->ccert), 0);
	memcpy(c->issuer_pk, w->issuer_pk, ED25519_PK_LEN);
	memcpy(c->money_pk, w->money_pk, ED25519_PK_LEN);
	memcpy(c->k_ic, w->k_ic, SHA256_LEN);
	c->vcn = WORLD_VCN;
	c->currency = WORLD_CURRENCY;
	c->max_balance = 100000;
	c->time = (uint64_t)w->today * 86400;
}

void world_card_make(struct world *w, struct world_card *c)
{
	struct cap cap = { .currency = WORLD_CURRENCY, .nsuites = 1, .suites = { PAYMENT_SUITE_1 } };
	struct ccert cert = { .end = (uint16_t)(w->today + 1000) };

	memset(c, 0, sizeof(*c));
	c->key = key_make(openssl_ed25519_load, c->pk);
	c->ctr = 7;
	c->balance = 5000;
	assert_int_equal(cert_cid(&w->ops, c->pk, c->cid), 0);
	memcpy(cert.pk, c->pk, ED25519_PK_LEN);
	assert_int_equal(ccert_sign(&cert, &w->ops, w->issuer, w->kid, c->ccert), 0);
	memcpy(cap.kid, w->kid, KID_LEN);
	assert_int_equal(cap_encode(&cap, c->cap, sizeof(c->cap), &c->cap_len), 0);
}

void world_card_free(struct world_card *c)
{
	EVP_PKEY_free(c->key);
	memset(c, 0, sizeof(*c));
}

void world_card_get_vcn(struct world *w, struct world_card *c, struct bytes data, uint8_t out[250], size_t *len)
{
	const struct vcn_clear clear = { .vcn = WORLD_VCN, .ctr = c->ctr };
	struct bytes tcert, nonce, info[VCN_INFO_PARTS], parts[VCN_SIGNED_PARTS];
	uint8_t body[BODY_LEN];
	struct hpke h = { 0 };
	struct vcn_body b;
	struct tcert t;

	assert_int_equal(get_vcn_decode(data, &tcert, &nonce), 0);
	assert_int_equal(tcert_verify(tcert, &w->ops, w->issuer_pk, w->today, 0, &t), 0);
	memcpy(c->tid, t.tid, TID_LEN);
	assert_int_equal(transcript_th(&w->ops, (struct bytes){ c->cap, c->cap_len }, PAYMENT_VERSION, PAYMENT_SUITE_1, tcert, nonce, c->keys.th), 0);
	vcn_hpke_info(c->keys.th, info);
	assert_int_equal(hpke_setup_sender(&h, &w->ops, t.pk, info, VCN_INFO_PARTS, body), 0);
	assert_int_equal(vcn_seal(&h, c->ccert, &clear, body + X25519_LEN, body + X25519_LEN + C0_LEN), 0);
	assert_int_equal(vcn_body_split((struct bytes){ body, BODY_LEN }, &b), 0);
	vcn_signed_parts(c->keys.th, &b, parts);
	assert_int_equal(w->ops.ed25519_sign(c->key, parts, VCN_SIGNED_PARTS, body + BODY_LEN - ED25519_SIG_LEN), 0);
	assert_int_equal(transcript_keys(&c->keys, &h, (struct bytes){ body, BODY_LEN }), 0);
	assert_int_equal(vcn_answer_encode((struct bytes){ body, BODY_LEN }, out, 250, len), 0);
	hpke_free(&h);
}

void world_card_pay(struct world *w, struct world_card *c, struct bytes data, uint8_t out[250], size_t *len)
{
	struct receipt_claim claim = { .ctr = c->ctr + 1 };
	uint8_t m[MAC_LEN], clear[EBAL_LEN], text[RECEIPT_SIGNED_LEN];
	const struct bytes part = { text, sizeof(text) };
	struct pay_fields p;
	struct receipt r;
	struct writer wr;
	size_t n;

	assert_int_equal(pay_decode(&w->ops, &c->keys, data, &p, m), 0);
	c->ctr++;
	c->balance -= p.amount;
	memcpy(claim.kid, w->kid, KID_LEN);
	memcpy(claim.cid, c->cid, CID_LEN);
	memcpy(claim.tid, c->tid, TID_LEN);
	assert_int_equal(pay_fields_encode(&p, claim.p), 0);
	writer_init(&wr, clear, sizeof(clear));
	writer_u64(&wr, c->balance);
	assert_int_equal(writer_end(&wr, &n), 0);
	assert_int_equal(ebal_apply(&w->ops, w->k_ic, c->cid, c->ctr, clear, r.ebal), 0);
	assert_int_equal(receipt_signed_encode(&claim, r.ebal, text), 0);
	assert_int_equal(w->ops.ed25519_sign(c->key, &part, 1, r.rsig), 0);
	assert_int_equal(answer_encode_receipt(&w->ops, &c->keys, m, &r, out, 250, len), 0);
}

void world_card_never(struct world *w, struct world_card *c, struct bytes data, uint8_t out[250], size_t *len)
{
	uint8_t m[MAC_LEN], sig[ED25519_SIG_LEN], text[NEVER_SIGNED_LEN];
	const struct bytes part = { text, sizeof(text) };
	struct recover_fields q;

	assert_int_equal(recover_decode(&w->ops, &c->keys, data, &q, m), 0);
	assert_int_equal(never_signed_encode(w->kid, c->cid, c->tid, &q, c->ctr, text), 0);
	assert_int_equal(w->ops.ed25519_sign(c->key, &part, 1, sig), 0);
	assert_int_equal(answer_encode_never(&w->ops, &c->keys, m, c->ctr, sig, out, 250, len), 0);
}

void visit_get_vcn(struct world *w, struct visit *v, uint8_t out[255], size_t *len)
{
	assert_int_equal(w->ops.random(v->nonce, sizeof(v->nonce)), 0);
	assert_int_equal(get_vcn_encode((struct bytes){ w->tcert, w->tcert_len }, v->nonce, out, 255, len), 0);
}

/* The certificate, and the signature over the ciphertext. */
static int vcn_trust(struct world *w, struct visit *v, struct hpke *h, const struct vcn_body *b, uint8_t ccert[CCERT_LEN])
{
	struct bytes parts[VCN_SIGNED_PARTS];
	struct ccert card;
	int err = vcn_open_ccert(h, b, ccert);

	if (!err)
		err = ccert_verify((struct bytes){ ccert, CCERT_LEN }, &w->ops, w->issuer_pk, w->today, &card);
	if (err)
		return err;
	memcpy(v->card_pk, card.pk, ED25519_PK_LEN);
	vcn_signed_parts(v->keys.th, b, parts);
	err = w->ops.ed25519_verify(card.pk, parts, VCN_SIGNED_PARTS, b->sig.p);
	return err ? err : cert_cid(&w->ops, card.pk, v->cid);
}

int visit_got_vcn(struct world *w, struct visit *v, struct bytes cap, struct bytes data)
{
	struct bytes body, info[VCN_INFO_PARTS];
	uint8_t ccert[CCERT_LEN];
	struct hpke h = { 0 };
	struct vcn_body b;
	int err = vcn_answer_decode(data, &body);

	if (!err)
		err = vcn_body_split(body, &b);
	if (!err)
		err = transcript_th(&w->ops, cap, PAYMENT_VERSION, PAYMENT_SUITE_1, (struct bytes){ w->tcert, w->tcert_len },
				    (struct bytes){ v->nonce, NONCE_LEN }, v->keys.th);
	if (err)
		return err;
	vcn_hpke_info(v->keys.th, info);
	err = hpke_setup_receiver(&h, &w->ops, w->terminal, w->terminal_is.pk, info, VCN_INFO_PARTS, b.enc.p);
	if (!err)
		err = vcn_trust(w, v, &h, &b, ccert);
	if (!err)
		err = vcn_open_number(&h, &b, ccert, &v->clear);
	if (!err && !vcn_valid(v->clear.vcn))
		err = PROTO_ERR_FORMAT;
	if (!err)
		err = transcript_keys(&v->keys, &h, body);
	hpke_free(&h);
	return err;
}

void visit_pay(struct world *w, struct visit *v, uint8_t out[255], size_t *len)
{
	assert_int_equal(pay_encode(&w->ops, &v->keys, &v->pay, out, 255, len, v->m), 0);
}

void visit_recover(struct world *w, struct visit *v, uint8_t out[255], size_t *len)
{
	assert_int_equal(recover_encode(&w->ops, &v->keys, &v->recover, out, 255, len, v->m), 0);
}

int visit_answer(struct world *w, const struct visit *v, uint32_t ctr, uint16_t sw, struct bytes data, struct answer *a)
{
	struct receipt_claim claim = { .ctr = ctr };
	int err = answer_decode(&w->ops, &v->keys, v->m, sw, data, a);

	if (err)
		return err;
	memcpy(claim.kid, w->kid, KID_LEN);
	memcpy(claim.cid, v->cid, CID_LEN);
	memcpy(claim.tid, w->terminal_is.tid, TID_LEN);
	err = pay_fields_encode(&v->pay, claim.p);
	if (!err && a->has_receipt)
		err = receipt_verify(&w->ops, v->card_pk, &claim, &a->receipt);
	if (!err && a->has_never)
		err = never_verify(&w->ops, v->card_pk, w->kid, v->cid, w->terminal_is.tid, &v->recover, a);
	return err;
}
