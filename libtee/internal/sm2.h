/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SM2's cipher text as GM/T 0003.4 writes it, which is what GP Core 1.3 has: C1 ‖ C3 ‖ C2, a point (04 ‖ X ‖ Y), the
 * SM3 digest and the masked text. OpenSSL has the same in ASN.1 (GM/T 0009).
 */
#ifndef LIBTEE_INTERNAL_SM2_H
#define LIBTEE_INTERNAL_SM2_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <tee_api_types.h>

/* Of a text of so many bytes. */
size_t tee_sm2_cipher_size(size_t size);

/* out has tee_sm2_cipher_size(size) bytes. */
TEE_Result tee_sm2_encrypt(EVP_PKEY *pkey, const uint8_t *text, size_t size, uint8_t *out);

/* TEE_ERROR_BAD_PARAMETERS: too short. TEE_ERROR_CIPHERTEXT_INVALID. TEE_ERROR_SHORT_BUFFER, with the size needed. */
TEE_Result tee_sm2_decrypt(EVP_PKEY *pkey, const uint8_t *cipher, size_t size, uint8_t *out, size_t *out_size);

#endif
