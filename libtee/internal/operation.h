/* SPDX-License-Identifier: BSD-2-Clause */
/* What an operation handle points to, and the algorithms that are there. */
#ifndef LIBTEE_INTERNAL_OPERATION_H
#define LIBTEE_INTERNAL_OPERATION_H

#include <stdbool.h>

#include <openssl/evp.h>
#include <tee_internal_api.h>

#include "libtee/internal/key.h"

struct tee_algorithm {
	uint32_t id;			/* TEE_ALG_* */
	uint32_t class;			/* TEE_OPERATION_* */
	uint32_t element;		/* TEE_CRYPTO_ELEMENT_NONE or a curve */
	uint32_t digest_size;		/* bytes; of a digest or MAC its output */
	uint32_t key_types[2];		/* TEE_TYPE_* that TEE_SetOperationKey takes; 0: none */
	struct {
		uint32_t mode;		/* TEE_MODE_* */
		uint32_t usage;		/* TEE_USAGE_* that the key must allow */
		bool private;		/* needs the private half of a pair */
	} modes[2];
	unsigned int mode_count;
};

struct __TEE_OperationHandle {
	struct __TEE_OperationHandle *next;
	const struct tee_algorithm *algorithm;
	unsigned int mode;		/* index in algorithm->modes */
	uint32_t max_bits;
	struct tee_key key;		/* a copy; key.type is NULL without one */
	bool active;			/* between Init (or the first Update) and Final */
	/* Of the class's own; NULL where it has none. Made with the operation, freed with it. */
	EVP_MD_CTX *md;
	EVP_MAC_CTX *mac;
	EVP_CIPHER_CTX *cipher;
	EVP_PKEY *pkey;			/* made from the key when it is set */
	size_t tag_size;		/* authenticated encryption: bytes */
};

/* Panics unless the handle is alive and of that class. */
void tee_operation_check(const char *function, TEE_OperationHandle operation, uint32_t class);

/* Panics unless, moreover, it has a key if its class needs one. */
void tee_operation_check_ready(const char *function, TEE_OperationHandle operation, uint32_t class);

/* The mode as TEE_MODE_*. */
uint32_t tee_operation_mode(TEE_OperationHandle operation);

/* Ends all operations (tests, end of an instance). */
void tee_operation_free_all(void);

/* OpenSSL failed where only lack of memory or a broken library can be the reason. GP functions without a result panic. */
void tee_operation_broken(const char *function) __attribute__((noreturn));

#endif
