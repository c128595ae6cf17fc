/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_SESSION_H
#define TEEPAY_PAYTA_SESSION_H

#include <stdbool.h>
#include <tee_internal_api.h>

#include "proto/recover.h"

/*
 * The payment session: what one GET VCN agreed on.  There is one in the whole application, whoever calls, and a new GET VCN erases it; so a PAY that somebody
 * held back dies with its session, and a signed "never" stays true (docs/PROTOCOL.apdu.md §9, rule 2).  It lives in memory only.
 */
#define SESSION_NEVERS_MAX	8

struct session {
	struct transcript keys;
	uint8_t tid[TID_LEN];
	char merchant[MERCHANT_MAX + 1];
	uint32_t ctr;			/* as it was shown: PAY commits as ctr + 1 or not at all */

	/* A refusal ends the session's one payment: what was refused can only be refused again. */
	uint16_t refused;		/* status word, 0 = nothing refused */
	uint8_t refused_p[P_LEN];

	/* Payments at the shown counter that were signed away as "never" here: they must not be made any more. */
	unsigned int nevers;
	uint8_t never_ttn[SESSION_NEVERS_MAX][TTN_LEN];
};

/* NULL: there is none. */
const struct session *session_get(void);
void session_open(const struct transcript *keys, const uint8_t tid[TID_LEN], const char *merchant, uint32_t ctr);
void session_erase(void);
/*
 * The status word for a command of the session that did not decode (@err of proto/).  A wrong MAC erases the session: whoever sent it does not know the keys.
 */
uint16_t session_refusal(int err);

/* Remembers that payment @p was refused with @sw. */
void session_refuse(const uint8_t p[P_LEN], uint16_t sw);
/* Remembers a signed "never" for @ttn at the shown counter.  More than there is room for: the session makes no payment any more. */
void session_never(const uint8_t ttn[TTN_LEN]);
/* May the session still make a payment with @ttn? */
bool session_may_pay(const uint8_t ttn[TTN_LEN]);

#endif
