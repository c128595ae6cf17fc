/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_PURSE_STORE_H
#define TEEPAY_PAYTA_PURSE_STORE_H

#include "card.h"

#include "proto/purse.h"

/*
 * The purse as the client application keeps it: value records that only this application can make, and knows again when it sees them.
 */

/* Encodes @r and seals it for @c: HMAC-SHA-256(k_purse, "teepay1 purse\0" ‖ cid ‖ bytes)[0..16). */
int purse_store_seal(const struct card *c, const struct purse_record *r, uint8_t record[PURSE_RECORD_LEN]) __attribute__((warn_unused_result));
/* Checks the seal and decodes.  PROTO_ERR_SIGNATURE: altered, or another card's. */
int purse_store_open(const struct card *c, struct bytes record, struct purse_record *r) __attribute__((warn_unused_result));

#endif
