// SPDX-License-Identifier: BSD-2-Clause
#include "paper_card.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/openssl_crypto.h"

#define OPS (&openssl_crypto)

void paper_card_make(struct paper_card *c)
{
	memset(c, 0, sizeof(*c));
	c->key = openssl_ed25519_generate();
	c->ta_key = openssl_x25519_generate();
	assert_int_equal(openssl_key_public(c->key, c->pk), 0);
	assert_int_equal(openssl_key_public(c->ta_key, c->ta_pk), 0);
	assert_int_equal(cert_cid(OPS, c->pk, c->cid), 0);
}

void paper_card_free(struct paper_card *c)
{
	EVP_PKEY_free(c->key);
	EVP_PKEY_free(c->ta_key);
	memset(c, 0, sizeof(*c));
}

void paper_card_apply(struct paper_card *c, const uint8_t challenge[CHALLENGE_LEN], uint8_t out[APPLICATION_LEN])
{
	struct application a = { .ta_digest = { 0xD1 } };

	memcpy(a.card_pk, c->pk, sizeof(a.card_pk));
	memcpy(a.ta_pk, c->ta_pk, sizeof(a.ta_pk));
	assert_int_equal(application_sign(&a, OPS, c->key, challenge), 0);
	assert_int_equal(application_encode(&a, out), 0);
}

int paper_card_take(struct paper_card *c, const uint8_t challenge[CHALLENGE_LEN], const uint8_t issue[ISSUE_LEN])
{
	return issued_card_open((struct bytes){ issue, ISSUE_LEN }, OPS, c->ta_key, c->ta_pk, c->pk, challenge, &c->issued);
}

void paper_card_ebal(const struct paper_card *c, uint32_t ctr, uint64_t balance, uint8_t ebal[EBAL_LEN])
{
	uint8_t clear[EBAL_LEN];
	struct writer w;
	size_t len;

	writer_init(&w, clear, sizeof(clear));
	writer_u64(&w, balance);
	assert_int_equal(writer_end(&w, &len), 0);
	assert_int_equal(ebal_apply(OPS, c->issued.k_ic, c->cid, ctr, clear, ebal), 0);
}

void paper_card_pay(struct paper_card *c, const uint8_t kid[KID_LEN], const uint8_t tid[TID_LEN], const uint8_t p[P_LEN], struct receipt *r)
{
	struct receipt_claim claim = { 0 };
	uint8_t text[RECEIPT_SIGNED_LEN];
	const struct bytes part = { text, sizeof(text) };
	struct pay_fields fields;

	assert_int_equal(pay_fields_decode((struct bytes){ p, P_LEN }, &fields), 0);
	c->ctr++;
	c->balance -= fields.amount;
	paper_card_ebal(c, c->ctr, c->balance, r->ebal);
	memcpy(claim.kid, kid, KID_LEN);
	memcpy(claim.cid, c->cid, CID_LEN);
	memcpy(claim.tid, tid, TID_LEN);
	memcpy(claim.p, p, P_LEN);
	claim.ctr = c->ctr;
	assert_int_equal(receipt_signed_encode(&claim, r->ebal, text), 0);
	assert_int_equal(OPS->ed25519_sign(c->key, &part, 1, r->rsig), 0);
}

void paper_card_reply(const struct paper_card *c, struct card_reply *r, uint8_t reply[CARD_REPLY_LEN])
{
	memcpy(r->cid, c->cid, CID_LEN);
	assert_int_equal(card_reply_sign(r, OPS, c->key), 0);
	assert_int_equal(card_reply_encode(r, reply), 0);
}

void paper_card_message(struct paper_card *c, const uint8_t *message, size_t len, uint8_t reply[CARD_REPLY_LEN])
{
	const struct bytes in = { message, len };
	struct card_reply r = { .kind = CARD_ACK };
	struct imsg m;

	assert_int_equal(imsg_verify(in, OPS, c->issued.money_pk, &m), 0);
	assert_memory_equal(m.cid, c->cid, CID_LEN);
	assert_int_equal(m.seq, c->seq + 1);
	c->seq = r.seq = m.seq;
	if (m.kind == IMSG_CREDIT) {
		c->balance += m.amount;
		c->ctr++;
	} else if (m.kind == IMSG_TRANSFER && m.amount <= c->balance) {
		c->balance -= m.amount;
		c->ctr++;
		r.kind = CARD_XFER;
		r.amount = m.amount;
		assert_int_equal(imsg_digest(in, OPS, r.order), 0);
	}
	r.ctr = c->ctr;
	if (r.kind == CARD_ACK)
		paper_card_ebal(c, r.ctr, c->balance, r.ebal);
	paper_card_reply(c, &r, reply);
}
