/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_SIGN_H
#define TEEPAY_PAYTA_SIGN_H

#include "proto/get_vcn.h"
#include "proto/issuing.h"
#include "proto/recover.h"

/*
 * The signature module (claim 1; S6): everything that the card signs, each under a context of its own.  @key is the card's Ed25519 key pair, a
 * TEE_ObjectHandle.  All return 0 or enum proto_err.
 */

/* Signs the ciphertext that encrypt_core_data() left in @body, and puts the signature behind it. */
int sign_ciphertext(void *key, const uint8_t th[SHA256_LEN], uint8_t body[BODY_LEN]) __attribute__((warn_unused_result));
int sign_receipt(void *key, const struct receipt_claim *claim, struct receipt *receipt) __attribute__((warn_unused_result));
int sign_never(void *key, const uint8_t kid[KID_LEN], const uint8_t cid[CID_LEN], const uint8_t tid[TID_LEN], const struct recover_fields *q,
	       uint32_t ctr_now, uint8_t sig[ED25519_SIG_LEN]) __attribute__((warn_unused_result));
int sign_application(struct application *a, void *key, const uint8_t challenge[CHALLENGE_LEN]) __attribute__((warn_unused_result));
int sign_reply(struct card_reply *r, void *key) __attribute__((warn_unused_result));

#endif
