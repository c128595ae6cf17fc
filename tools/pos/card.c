// SPDX-License-Identifier: BSD-2-Clause
#include "card.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "proto/err.h"
#include "proto/vcn.h"

const char *card_strerror(int err)
{
	switch (err) {
	case CARD_ERR_FORM:
		return "the card's answer is malformed; try again or use another card";
	case CARD_ERR_CERT:
		return "the card's certificate does not hold; use another card";
	case CARD_ERR_EXPIRED:
		return "the card has expired; its holder gets a new one from the issuer";
	case CARD_ERR_DENIED:
		return "the card is blocked by its issuer; use another card";
	case CARD_ERR_SIGNATURE:
		return "the card's signature does not hold; try again or use another card";
	case CARD_ERR_NUMBER:
		return "the card's number is not one of our issuer; use another card";
	default:
		return "the cryptographic library failed; check the OpenSSL installation";
	}
}

void card_check(const struct card *c, const char *format, ...)
{
	char what[160];
	va_list ap;

	if (!c->check)
		return;
	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	c->check(c->check_arg, what);
}

int card_take_cap(struct card *c, const struct terminal *t, struct bytes fci)
{
	char kid[HEX_TEXT(KID_LEN)];
	struct bytes bytes;
	struct cap cap;
	bool suite = false;

	if (fci_adf_cap(fci, &bytes) < 0 || bytes.len > sizeof(c->cap) || cap_decode(bytes, &cap) < 0)
		return CARD_ERR_FORM;
	for (unsigned int i = 0; i < cap.nsuites; i++)
		suite = suite || cap.suites[i] == PAYMENT_SUITE_1;
	/* A card that says something else than the TA did is caught by the signature (rule 6); an honest foreign card is caught here. */
	if (!suite || memcmp(cap.kid, t->kid, KID_LEN) != 0 || cap.currency != t->currency) {
		card_check(c, "the card names another issuer or currency, or has no suite of ours: refused");
		return CARD_ERR_NUMBER;
	}
	card_check(c, "the card names our issuer %s, our currency %03x and suite %u", hex_encode(t->kid, KID_LEN, kid), t->currency, PAYMENT_SUITE_1);
	memcpy(c->cap, bytes.p, bytes.len);
	c->cap_len = bytes.len;
	return 0;
}

/* The number is our issuer's, and well-formed.  Flags are the card's to set: a terminal ignores them. */
static bool number_ok(const struct vcn_clear *v, const struct terminal *t)
{
	char digits[VCN_DIGITS_MAX + 2];
	size_t n = strlen(t->vcn_prefix);

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v->vcn);
	return vcn_valid(v->vcn) && strncmp(digits, t->vcn_prefix, n) == 0 && v->ctr < UINT32_MAX;
}

/* Certificate first: who is it, and do we take it? */
static int open_certificate(struct card *c, struct hpke *h, const struct vcn_body *b, const struct terminal *t, const struct deny_list *deny,
			    uint16_t today, uint8_t ccert[CCERT_LEN])
{
	char kid[HEX_TEXT(KID_LEN)], cid[HEX_TEXT(CID_LEN)];
	struct ccert cert;
	int r = vcn_open_ccert(h, b, ccert);

	if (r < 0) {
		card_check(c, "the certificate of the card does not open: refused");
		return r == PROTO_ERR_CRYPTO ? CARD_ERR_CRYPTO : CARD_ERR_CERT;
	}
	r = ccert_verify((struct bytes){ ccert, CCERT_LEN }, h->ops, t->issuer_pk, today, &cert);
	if (r < 0) {
		card_check(c, "the certificate of the card opened and %s: refused", r == PROTO_ERR_EXPIRED ? "has expired" : "does not hold");
		return r == PROTO_ERR_EXPIRED ? CARD_ERR_EXPIRED : CARD_ERR_CERT;
	}
	card_check(c, "the certificate of the card opened and holds (issuer %s)", hex_encode(t->kid, KID_LEN, kid));
	if (cert_cid(h->ops, cert.pk, c->cid) < 0)
		return CARD_ERR_CRYPTO;
	memcpy(c->pk, cert.pk, sizeof(c->pk));
	r = deny_has(deny, c->cid) ? CARD_ERR_DENIED : 0;
	card_check(c, "card %s is %son the deny list%s", hex_encode(c->cid, CID_LEN, cid), r ? "" : "not ", r ? ": refused" : "");
	return r;
}

static int open_body(struct card *c, struct hpke *h, const struct vcn_body *b, struct bytes body, const struct terminal *t,
		     const struct deny_list *deny, uint16_t today)
{
	struct bytes parts[VCN_SIGNED_PARTS];
	uint8_t ccert[CCERT_LEN];
	char masked[VCN_MASKED_LEN];
	int r = open_certificate(c, h, b, t, deny, today, ccert);

	if (r < 0)
		return r;
	vcn_signed_parts(c->keys.th, b, parts);
	if (h->ops->ed25519_verify(c->pk, parts, VCN_SIGNED_PARTS, b->sig.p) < 0) {
		card_check(c, "the signature over the ciphertext does not hold: the number stays closed");
		return CARD_ERR_SIGNATURE;
	}
	card_check(c, "the signature over the ciphertext holds");
	/* The signature held: now, and not before, the number. */
	if (vcn_open_number(h, b, ccert, &c->clear) < 0) {
		card_check(c, "the number does not open: refused");
		return CARD_ERR_NUMBER;
	}
	vcn_mask(c->clear.vcn, masked);
	if (!number_ok(&c->clear, t)) {
		card_check(c, "the number opened: %s, and Luhn or range do not hold: refused", masked);
		return CARD_ERR_NUMBER;
	}
	card_check(c, "the number opened: %s, Luhn and range hold", masked);
	return transcript_keys(&c->keys, h, body) < 0 ? CARD_ERR_CRYPTO : 0;
}

int card_open(struct card *c, const struct terminal *t, const struct deny_list *deny, const struct crypto_ops *ops, uint16_t today, struct bytes answer)
{
	struct bytes body, info[VCN_INFO_PARTS];
	struct vcn_body b;
	struct hpke h;
	int r;

	if (vcn_answer_decode(answer, &body) < 0 || vcn_body_split(body, &b) < 0)
		return CARD_ERR_FORM;
	if (transcript_th(ops, (struct bytes){ c->cap, c->cap_len }, PAYMENT_VERSION, PAYMENT_SUITE_1, (struct bytes){ t->tcert, t->tcert_len },
			  (struct bytes){ c->nonce, sizeof(c->nonce) }, c->keys.th) < 0)
		return CARD_ERR_CRYPTO;
	vcn_hpke_info(c->keys.th, info);
	/* An encapsulated key of small order fails here: the card's fault, not the library's. */
	if (hpke_setup_receiver(&h, ops, t->key, t->cert.pk, info, VCN_INFO_PARTS, b.enc.p) < 0)
		return CARD_ERR_CERT;
	r = open_body(c, &h, &b, body, t, deny, today);
	hpke_free(&h);
	if (r < 0)
		ops->wipe(&c->clear, sizeof(c->clear));
	return r;
}
