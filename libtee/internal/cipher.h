/* SPDX-License-Identifier: BSD-2-Clause */
/* OpenSSL's cipher contexts, as ciphers, MACs and authenticated encryption run them. */
#ifndef LIBTEE_INTERNAL_CIPHER_H
#define LIBTEE_INTERNAL_CIPHER_H

#include "libtee/internal/operation.h"

/* Starts a message; what is NULL stays as it was. Panics for the caller if OpenSSL fails. */
void tee_cipher_start(const char *function, EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, const uint8_t *key,
		      const uint8_t *iv, bool encrypt);

/* Runs bytes of any number through; dst is NULL for additional data. Returns how many came out. */
size_t tee_cipher_run(const char *function, EVP_CIPHER_CTX *ctx, const uint8_t *src, size_t size, uint8_t *dst);

#endif
