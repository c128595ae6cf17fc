/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_GET_VCN_H
#define TEEPAY_PROTO_GET_VCN_H

#include "cert.h"
#include "crypto.h"
#include "hpke.h"

/*
 * GET VCN: the card sends its certificate and its number, encrypted to a certified terminal and signed as ciphertext; both sides leave with the
 * keys of this one payment (docs/PROTOCOL.apdu.md §4).
 */
#define PAYMENT_CLA		0x80
#define PAYMENT_INS_GET_VCN	0x10
#define PAYMENT_VERSION		0x01	/* P1 */
#define PAYMENT_SUITE_1		0x01	/* P2 */

#define NONCE_LEN		16
#define VCN_CLEAR_LEN		13
#define C0_LEN			(CCERT_LEN + GCM_TAG_LEN)
#define C1_LEN			(VCN_CLEAR_LEN + GCM_TAG_LEN)
#define BODY_LEN		(X25519_LEN + C0_LEN + C1_LEN + ED25519_SIG_LEN)

/* What both sides derive from one GET VCN.  Secret: wipe with the ops' wipe(). */
struct transcript {
	uint8_t th[SHA256_LEN];
	uint8_t kt[SHA256_LEN];		/* terminal to card */
	uint8_t kc[SHA256_LEN];		/* card to terminal */
};

int get_vcn_encode(struct bytes tcert, const uint8_t nonce[NONCE_LEN], uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));
int get_vcn_decode(struct bytes data, struct bytes *tcert, struct bytes *nonce) __attribute__((warn_unused_result));
int transcript_th(const struct crypto_ops *ops, struct bytes cap, uint8_t p1, uint8_t p2, struct bytes tcert, struct bytes nonce,
		  uint8_t th[SHA256_LEN]) __attribute__((warn_unused_result));

/* What the card tells a certified terminal. */
struct vcn_clear {
	uint64_t vcn;
	uint32_t ctr;
	uint8_t flags;			/* none defined in suite 1: the card sends 0, the terminal ignores them */
};

int vcn_clear_encode(const struct vcn_clear *v, uint8_t out[VCN_CLEAR_LEN]) __attribute__((warn_unused_result));
int vcn_clear_decode(struct bytes in, struct vcn_clear *v) __attribute__((warn_unused_result));

/* The parts of the answer's body (C3 81 F0 body): views. */
struct vcn_body {
	struct bytes enc, c0, c1, sig;
};

int vcn_body_split(struct bytes body, struct vcn_body *b) __attribute__((warn_unused_result));
int vcn_answer_encode(struct bytes body, uint8_t *out, size_t room, size_t *len) __attribute__((warn_unused_result));
int vcn_answer_decode(struct bytes data, struct bytes *body) __attribute__((warn_unused_result));
/* What the card signs of the ciphertext: gives the parts "teepay1 vcn\0" ‖ th ‖ enc ‖ c0 ‖ c1 in @parts (5). */
#define VCN_SIGNED_PARTS	5
void vcn_signed_parts(const uint8_t th[SHA256_LEN], const struct vcn_body *b, struct bytes parts[VCN_SIGNED_PARTS]);

/* The card: info, then c0 and c1 through @h which the caller sets up with vcn_hpke_info().  Split so that encrypt.c and sign.c stay apart. */
#define VCN_INFO_PARTS		2
void vcn_hpke_info(const uint8_t th[SHA256_LEN], struct bytes parts[VCN_INFO_PARTS]);

int vcn_seal(struct hpke *h, const uint8_t ccert[CCERT_LEN], const struct vcn_clear *v, uint8_t c0[C0_LEN], uint8_t c1[C1_LEN])
	__attribute__((warn_unused_result));
/* The terminal, in the order that the protocol demands: the certificate first; then (after the signature held) the number. */
int vcn_open_ccert(struct hpke *h, const struct vcn_body *b, uint8_t ccert[CCERT_LEN]) __attribute__((warn_unused_result));
int vcn_open_number(struct hpke *h, const struct vcn_body *b, const uint8_t ccert[CCERT_LEN], struct vcn_clear *v)
	__attribute__((warn_unused_result));
/* th2, Kt and Kc from @h and the whole body. */
int transcript_keys(struct transcript *t, struct hpke *h, struct bytes body) __attribute__((warn_unused_result));

#endif
