/* SPDX-License-Identifier: BSD-2-Clause */
/* What an operation handle points to. */
#ifndef LIBTEE_INTERNAL_OPERATION_H
#define LIBTEE_INTERNAL_OPERATION_H

#include <stdbool.h>

#include <openssl/evp.h>
#include <tee_internal_api.h>

#include "libtee/internal/algorithm.h"
#include "libtee/internal/key.h"

#define TEE_BLOCK_MAX 16

/* Where a message is, beyond what OpenSSL's contexts know. Plain data: a copy of it is a copy of the state. */
struct tee_progress {
	uint8_t held[2 * TEE_BLOCK_MAX]; /* CTS, XTS: taken in and not yet put out; CCM: the MAC so far */
	size_t pending;			/* bytes taken in and not yet put out, also by OpenSSL; of a MAC's last block */
	uint8_t chain[TEE_BLOCK_MAX];	/* XTS: the next tweak; CBC-MAC: the last block; CCM: what hides the tag */
	size_t tag_size;		/* authenticated encryption: bytes */
	size_t aad_left;		/* CCM: bytes that are still to come */
	size_t payload_left;
	bool payload;			/* authenticated encryption: the additional data is complete */
};

struct __TEE_OperationHandle {
	struct __TEE_OperationHandle *next;
	const struct tee_algorithm *algorithm;
	unsigned int mode;		/* index in algorithm->modes */
	uint32_t max_bits;
	struct tee_key keys[2];		/* copies; type is NULL without one */
	uint32_t state;			/* TEE_OPERATION_STATE_* */
	struct tee_progress progress;
	/* Of the class's own; NULL where it has none. */
	EVP_MD_CTX *md;
	EVP_MAC_CTX *mac;
	EVP_CIPHER_CTX *cipher;
	EVP_CIPHER_CTX *second;		/* XTS: the tweak's, ECB; CCM: the MAC's, CBC */
	/* Made from the key when it is set. */
	EVP_CIPHER *evp;
	EVP_PKEY *pkey;
	/* TEE_DigestExtract: the output so far as it was made, and how much of it was given away. */
	uint8_t *extract;
	size_t extract_size;
	size_t extract_used;
};

/* Panics unless the handle is alive and of that class. */
void tee_operation_check(const char *function, TEE_OperationHandle operation, uint32_t class);

/* Panics unless, moreover, it has a key if its class needs one. */
void tee_operation_check_ready(const char *function, TEE_OperationHandle operation, uint32_t class);

/* Panics unless, moreover, its Init function was called. */
void tee_operation_check_active(const char *function, TEE_OperationHandle operation, uint32_t class);

/* The mode as TEE_MODE_*. */
uint32_t tee_operation_mode(TEE_OperationHandle operation);

/* The state of no message: nothing of the last one is left, and the expanded key is gone too. */
void tee_operation_initial(TEE_OperationHandle operation);

/* The symmetric key as the cipher wants it; keys of DES are made DES-EDE3's. Wiped by the caller. */
#define TEE_CIPHER_KEY_MAX 64
void tee_operation_cipher_key(TEE_OperationHandle operation, uint8_t key[TEE_CIPHER_KEY_MAX]);

/* Ends all operations (tests, end of an instance). */
void tee_operation_free_all(void);

/* OpenSSL failed where only lack of memory or a broken library can be the reason. GP functions without a result panic. */
void tee_operation_broken(const char *function) __attribute__((noreturn));

#endif
