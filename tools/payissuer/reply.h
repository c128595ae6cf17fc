/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_REPLY_H
#define TEEPAY_PAYISSUER_REPLY_H

#include "issuer.h"

/* The cards' signed answers to the issuer's messages. */
enum reply_status {
	REPLY_APPLIED,		/* the books changed */
	REPLY_REFUSED,		/* the card did not carry out the order; nothing moved */
	REPLY_KNOWN,		/* this answer was here before */
};

/* Books a card's answer.  A second, different answer to one message is an alarm and blocks the card. */
int reply_book(struct issuer *is, const uint8_t cid[CID_LEN], struct bytes reply, enum reply_status *status) ISSUER_MUST_CHECK;

#endif
