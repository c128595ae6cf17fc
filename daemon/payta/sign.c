// SPDX-License-Identifier: BSD-2-Clause
#include "sign.h"

#include "gp_crypto.h"

int sign_ciphertext(void *key, const uint8_t th[SHA256_LEN], uint8_t body[BODY_LEN])
{
	struct bytes parts[VCN_SIGNED_PARTS];
	struct vcn_body b;
	int err = vcn_body_split((struct bytes){ body, BODY_LEN }, &b);

	if (err)
		return err;
	vcn_signed_parts(th, &b, parts);
	return gp_crypto.ed25519_sign(key, parts, VCN_SIGNED_PARTS, body + BODY_LEN - ED25519_SIG_LEN);
}

int sign_receipt(void *key, const struct receipt_claim *claim, struct receipt *receipt)
{
	uint8_t text[RECEIPT_SIGNED_LEN];
	const struct bytes part = { text, sizeof(text) };
	int err = receipt_signed_encode(claim, receipt->ebal, text);

	return err ? err : gp_crypto.ed25519_sign(key, &part, 1, receipt->rsig);
}

int sign_never(void *key, const uint8_t kid[KID_LEN], const uint8_t cid[CID_LEN], const uint8_t tid[TID_LEN], const struct recover_fields *q,
	       uint32_t ctr_now, uint8_t sig[ED25519_SIG_LEN])
{
	uint8_t text[NEVER_SIGNED_LEN];
	const struct bytes part = { text, sizeof(text) };
	int err = never_signed_encode(kid, cid, tid, q, ctr_now, text);

	return err ? err : gp_crypto.ed25519_sign(key, &part, 1, sig);
}

int sign_application(struct application *a, void *key, const uint8_t challenge[CHALLENGE_LEN])
{
	return application_sign(a, &gp_crypto, key, challenge);
}

int sign_reply(struct card_reply *r, void *key)
{
	return card_reply_sign(r, &gp_crypto, key);
}
