/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_ENCRYPT_H
#define TEEPAY_PAYTA_ENCRYPT_H

#include "proto/get_vcn.h"
#include "proto/payta_cmd.h"

/*
 * The encryption module (claim 1; S6): makes the ciphertext of the core data.  The signature module signs what comes out of here, and nothing else.
 * All return 0 or enum proto_err.
 */

/* Encrypts certificate and number to the terminal: enc ‖ c0 ‖ c1 to @body, whose last 64 bytes are left for the signature.  @h: free with hpke_free(). */
int encrypt_core_data(const uint8_t th[SHA256_LEN], const uint8_t terminal_pk[X25519_LEN], const uint8_t ccert[CCERT_LEN], const struct vcn_clear *clear,
		      struct hpke *h, uint8_t body[BODY_LEN]) __attribute__((warn_unused_result));

/* The number as the client application keeps it: sealed to this card and to one generation of its number. */
int encrypt_number_seal(const uint8_t key[AES128_KEY_LEN], const uint8_t cid[CID_LEN], uint32_t generation, uint64_t vcn,
			uint8_t sealed[PAYTA_SEALED_VCN_LEN]) __attribute__((warn_unused_result));
int encrypt_number_open(const uint8_t key[AES128_KEY_LEN], const uint8_t cid[CID_LEN], uint32_t generation, struct bytes sealed, uint64_t *vcn)
	__attribute__((warn_unused_result));

#endif
