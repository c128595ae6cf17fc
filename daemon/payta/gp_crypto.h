/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_GP_CRYPTO_H
#define TEEPAY_PAYTA_GP_CRYPTO_H

#include "proto/crypto.h"

/*
 * The protocol's primitives over the GlobalPlatform TEE Internal Core API.  An opaque key is a TEE_ObjectHandle of an Ed25519 or X25519 key pair.
 * Every buffer must be the application's own memory (GP Core 1.3 §4.11.1): callers copy what clients lent first.
 */
extern const struct crypto_ops gp_crypto;

/* Ends the operations that are kept ready for the next signature: before a key that was used is closed, since another one may get its handle. */
void gp_crypto_forget(void);

#endif
