/* SPDX-License-Identifier: BSD-2-Clause */
/* The cryptography of the storage log: a key of its own for each log, and sealed records. */
#ifndef LIBTEE_INTERNAL_STORE_CRYPT_H
#define LIBTEE_INTERNAL_STORE_CRYPT_H

#include <stddef.h>
#include <stdint.h>

#include "libtee/internal/store_err.h"

#define TEE_STORE_KEY_SIZE	32
#define TEE_STORE_SALT_SIZE	32
#define TEE_STORE_NONCE_SIZE	12
#define TEE_STORE_TAG_SIZE	16

struct tee_store_crypt;

/*
 * Derives the log's key from the device key, the log's salt and a label (HKDF-SHA256, RFC 5869), for AES-256-GCM.
 * Returns NULL without memory. Free with tee_store_crypt_free().
 */
struct tee_store_crypt *tee_store_crypt_new(const uint8_t device_key[TEE_STORE_KEY_SIZE],
					    const uint8_t salt[TEE_STORE_SALT_SIZE], const void *label,
					    size_t label_size);
void tee_store_crypt_free(struct tee_store_crypt **crypt);

/*
 * Encrypts size bytes in place under a fresh random nonce, which is written to nonce, and writes the tag. The nonce is
 * random and not a counter because a torn record's number is used again for another content.
 * 0 or -1 (the library failed).
 */
int tee_store_crypt_seal(struct tee_store_crypt *crypt, const void *aad, size_t aad_size, uint8_t *data, size_t size,
			 uint8_t nonce[TEE_STORE_NONCE_SIZE], uint8_t tag[TEE_STORE_TAG_SIZE]);

/* Decrypts in place. TEE_STORE_CORRUPT if the tag is wrong, TEE_STORE_NO_MEMORY if the library failed; the data is wiped then. */
enum tee_store_err tee_store_crypt_open(struct tee_store_crypt *crypt, const void *aad, size_t aad_size, uint8_t *data, size_t size,
					const uint8_t nonce[TEE_STORE_NONCE_SIZE], const uint8_t tag[TEE_STORE_TAG_SIZE]);

#endif
