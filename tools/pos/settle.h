/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_SETTLE_H
#define TEEPAY_POS_SETTLE_H

#include "journal.h"

struct settle_result {
	unsigned int accepted;	/* the issuer booked them now */
	unsigned int known;	/* it had them already */
	unsigned int refused;	/* see the log; they stay in the journal and are sent again next time */
};

enum settle_err {
	SETTLE_ERR_ISSUER = -1,		/* cannot be reached, or answers nonsense */
	SETTLE_ERR_JOURNAL = -2,
};

#define SETTLE_ERROR_LEN	256

/* Sends all receipts that the issuer has not booked to the Unix socket @socket.  0 or enum settle_err with a sentence in @error. */
int settle_run(struct journal *j, const char *socket, struct settle_result *res, char error[SETTLE_ERROR_LEN]) __attribute__((warn_unused_result));

#endif
