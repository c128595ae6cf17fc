/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_LEDGER_H
#define TEEPAY_PAYISSUER_LEDGER_H

#include "issuer.h"

/*
 * Money on its way to and from cards: signed messages, one sequence a card (rule 10).  reply.h books the cards' answers.
 *
 * A message is stored before anybody sees it, so that no number ever has two contents, and it stays on the list until the card's signed answer came.
 * Behind an order that waits for its answer nothing is signed for that card: the card remembers one answer, and must not be made to forget it.
 *
 * @key: the client's idempotency key; the same request with the same key gives the same message, another request with it is a conflict.
 */
int ledger_topup(struct issuer *is, const uint8_t cid[CID_LEN], const uint8_t key[ISSUER_KEY_LEN], uint64_t amount, struct store_message *m)
	ISSUER_MUST_CHECK;
/* @payee: a card id in hex, or the name of a holder who has exactly one active card. */
int ledger_transfer(struct issuer *is, const uint8_t cid[CID_LEN], const uint8_t key[ISSUER_KEY_LEN], const char *payee, uint64_t amount,
		    struct store_message *m) ISSUER_MUST_CHECK;
/* A message without money: the issuer's time, and the oldest terminal certificates that it still wants accepted. */
int ledger_clock(struct issuer *is, const uint8_t cid[CID_LEN], struct store_message *m) ISSUER_MUST_CHECK;
/* Lifts the block of the PIN, with @forget the PIN itself: the holder sets a new one.  Whoever asks for that should be the holder: the operator looks. */
int ledger_pin(struct issuer *is, const uint8_t cid[CID_LEN], bool forget, struct store_message *m) ISSUER_MUST_CHECK;

/* Blocks the card in the books, and signs the message that makes it block itself. */
int ledger_block(struct issuer *is, const uint8_t cid[CID_LEN], const char *reason) ISSUER_MUST_CHECK;

/* Inside a transaction: signs that message for a card that the books have blocked, once, and not behind an open order, whose answer signs it then. */
int ledger_tell_blocked(struct issuer *is, const uint8_t cid[CID_LEN]) ISSUER_MUST_CHECK;

/*
 * A blocked card that will not come back: after the settlement deadline (rule 11) what the books say it holds goes to @to, another card, and with it
 * what others sent and it never got.  @m is the message for it.
 */
#define LEDGER_SETTLEMENT_DAYS	7
int ledger_refund(struct issuer *is, const uint8_t from[CID_LEN], const uint8_t to[CID_LEN], struct store_message *m) ISSUER_MUST_CHECK;

/* Inside a transaction: signs the credits of debited transfers that wait for @payee, as far as it is ready for them. */
int ledger_release(struct issuer *is, const uint8_t payee[CID_LEN]) ISSUER_MUST_CHECK;

#endif
