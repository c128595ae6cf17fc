/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_BRING_H
#define TEEPAY_PAY_BRING_H

#include "link.h"

/*
 * Brings receipts of the purse of card @cid, which is the wallet's, to the issuer: for terminals that never settle (protocol rule 12).  Newest first; unless @all it
 * ends where the issuer knows all of a request.  How many it had not seen goes to *@fresh.  enum pay_exit.
 */
int bring_receipts(const struct link *link, const char *cid, bool all, unsigned int *fresh, struct pay_error *e) __attribute__((warn_unused_result));

#endif
