/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_MESSAGE_H
#define TEEPAY_PROTO_MESSAGE_H

#include "cert.h"
#include "crypto.h"
#include "pay.h"

/*
 * Money between issuer and card outside of payments (docs/PROTOCOL.apdu.md §8): the issuer's signed messages, and the card's signed replies.
 */

/* --- issuer messages: one sequence a card --- */
enum imsg_kind {
	IMSG_CREDIT = 1,		/* content: amount 8 ‖ currency 2 ‖ source 1 (enum imsg_source) */
	IMSG_TRANSFER = 2,		/* an order: amount 8 ‖ currency 2 ‖ payee cid 8 ‖ len1 ‖ payee name */
	IMSG_CLOCK = 3,			/* no content: only time and oldest start */
	IMSG_BLOCK = 4,			/* no content: the card pays no more; final */
	IMSG_PIN = 5,			/* content: action 1 (enum imsg_pin) */
};

enum imsg_source { IMSG_TOPUP = 1, IMSG_TRANSFER_IN = 2, IMSG_REFUND = 3 };
/* The tries count from the beginning; or PIN and phrase are forgotten, and the holder sets new ones. */
enum imsg_pin { IMSG_PIN_UNBLOCK = 1, IMSG_PIN_FORGET = 2 };

struct imsg {
	uint8_t kid[KID_LEN];		/* of the money key */
	uint8_t cid[CID_LEN];
	uint64_t seq;
	uint8_t kind;
	uint64_t time;			/* issuer's clock, seconds since 1970 */
	uint16_t oldest_start;
	uint64_t amount;
	uint16_t currency;
	uint8_t source;			/* IMSG_CREDIT: enum imsg_source; IMSG_PIN: enum imsg_pin */
	uint8_t payee[CID_LEN];		/* IMSG_TRANSFER */
	char payee_name[MERCHANT_MAX + 1];
};

#define IMSG_CONTENT_MAX	39
#define IMSG_MAX		136
/* kid 4 ‖ cid 8 ‖ seq 8 ‖ kind 1 ‖ time 8 ‖ oldest 2 ‖ len2 ‖ content ‖ Sig_money over "teepay1 imsg\0" ‖ all before. */
int imsg_sign(const struct imsg *m, const struct crypto_ops *ops, void *money_key, uint8_t *out, size_t room, size_t *len)
	__attribute__((warn_unused_result));
/* Form, money key (PROTO_ERR_FOREIGN for another) and signature; the caller compares cid and sequence. */
int imsg_verify(struct bytes in, const struct crypto_ops *ops, const uint8_t money_pk[ED25519_PK_LEN], struct imsg *m)
	__attribute__((warn_unused_result));
/* H(order) of a transfer: SHA-256 over the whole signed message. */
int imsg_digest(struct bytes in, const struct crypto_ops *ops, uint8_t out[SHA256_LEN]) __attribute__((warn_unused_result));

/* --- the card's answers --- */
enum card_reply_kind {
	CARD_ACK = 1,			/* "teepay1 ack\0" ‖ cid ‖ seq ‖ ctr ‖ ebal */
	CARD_XFER = 2,			/* "teepay1 xfer\0" ‖ cid ‖ ctr ‖ H(order) ‖ amount */
};

/* An order that the card does not carry out (too little money, over a limit) is answered with an ack: applied, and nothing moved. */
struct card_reply {
	uint8_t kind;
	uint8_t cid[CID_LEN];
	uint64_t seq;			/* in both kinds, for the issuer's books; signed in the ack, bound by H(order) in the xfer */
	uint32_t ctr;
	uint8_t ebal[EBAL_LEN];		/* ack only; zero else */
	uint8_t order[SHA256_LEN];	/* xfer only; zero else */
	uint64_t amount;		/* xfer only */
	uint8_t sig[ED25519_SIG_LEN];
};

#define CARD_REPLY_LEN		133	/* kind 1 ‖ cid 8 ‖ seq 8 ‖ ctr 4 ‖ ebal 8 ‖ order 32 ‖ amount 8 ‖ sig 64 */
int card_reply_sign(struct card_reply *r, const struct crypto_ops *ops, void *card_key) __attribute__((warn_unused_result));
int card_reply_verify(const struct card_reply *r, const struct crypto_ops *ops, const uint8_t card_pk[ED25519_PK_LEN])
	__attribute__((warn_unused_result));
int card_reply_encode(const struct card_reply *r, uint8_t out[CARD_REPLY_LEN]) __attribute__((warn_unused_result));
int card_reply_decode(struct bytes in, struct card_reply *r) __attribute__((warn_unused_result));

#endif
