/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_RECOVER_H
#define TEEPAY_PROTO_RECOVER_H

#include "pay.h"

/*
 * RECOVER: what became of a payment whose answer never came (docs/PROTOCOL.apdu.md §6).
 */
#define PAYMENT_INS_RECOVER	0x14
#define Q_LEN			12

struct recover_fields {
	uint8_t ttn[TTN_LEN];
	uint32_t ctr;			/* as that payment's GET VCN showed it */
};

int recover_encode(const struct crypto_ops *ops, const struct transcript *t, const struct recover_fields *q, uint8_t *out, size_t room,
		   size_t *len, uint8_t m[MAC_LEN]) __attribute__((warn_unused_result));
int recover_decode(const struct crypto_ops *ops, const struct transcript *t, struct bytes data, struct recover_fields *q, uint8_t m[MAC_LEN])
	__attribute__((warn_unused_result));

#define NEVER_SIGNED_LEN	51	/* "teepay1 never\0" 14 + 1 + 4 + 8 + 8 + 12 + 4 */
int never_signed_encode(const uint8_t kid[KID_LEN], const uint8_t cid[CID_LEN], const uint8_t tid[TID_LEN], const struct recover_fields *q,
			uint32_t ctr_now, uint8_t out[NEVER_SIGNED_LEN]) __attribute__((warn_unused_result));
int never_verify(const struct crypto_ops *ops, const uint8_t card_pk[ED25519_PK_LEN], const uint8_t kid[KID_LEN], const uint8_t cid[CID_LEN],
		 const uint8_t tid[TID_LEN], const struct recover_fields *q, const struct answer *a) __attribute__((warn_unused_result));

#endif
