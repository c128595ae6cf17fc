/* SPDX-License-Identifier: BSD-2-Clause */
/* The algorithms that are there: one table, which all classes of operations work from. GP Core 1.3 §6.10. */
#ifndef LIBTEE_INTERNAL_ALGORITHM_H
#define LIBTEE_INTERNAL_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

/* What is done with the primitive that the row names. */
enum tee_scheme {
	TEE_SCHEME_HASH,
	TEE_SCHEME_XOF,
	TEE_SCHEME_ECB,
	TEE_SCHEME_CBC,
	TEE_SCHEME_CTR,
	TEE_SCHEME_CTS,
	TEE_SCHEME_XTS,
	TEE_SCHEME_HMAC,
	TEE_SCHEME_CMAC,
	TEE_SCHEME_CBC_MAC,
	TEE_SCHEME_GCM,
	TEE_SCHEME_CCM,
	TEE_SCHEME_RSA_NOPAD,
	TEE_SCHEME_RSAES_PKCS1,
	TEE_SCHEME_RSAES_OAEP,
	TEE_SCHEME_SM2_PKE,
	TEE_SCHEME_RSASSA_PKCS1,
	TEE_SCHEME_RSASSA_PSS,
	TEE_SCHEME_DSA,			/* and ECDSA, and SM2's: two numbers */
	TEE_SCHEME_EDDSA,
	TEE_SCHEME_AGREEMENT,		/* Diffie-Hellman, of any kind */
	TEE_SCHEME_HKDF,
};

struct tee_algorithm_mode {
	uint32_t mode;			/* TEE_MODE_* */
	uint32_t usage;			/* TEE_USAGE_* that the key must allow */
	bool private;			/* needs the private half of a pair */
};

/* An element of the table: any curve for signatures and key agreement. */
#define TEE_ELEMENT_ANY_CURVE UINT32_MAX

struct tee_algorithm {
	uint32_t id;			/* TEE_ALG_* */
	uint32_t class;			/* TEE_OPERATION_* */
	enum tee_scheme scheme;
	const char *name;		/* OpenSSL's, of the digest or the family of ciphers; NULL: the key says it all */
	uint32_t digest_size;		/* bytes: of the digest, of a digest signed, or of the MAC */
	uint32_t block;			/* bytes of a block cipher's block */
	bool pads;			/* PKCS #7 padding, of which PKCS #5's is a case */
	bool two_keys;
	uint32_t element;		/* TEE_CRYPTO_ELEMENT_NONE, a curve, or TEE_ELEMENT_ANY_CURVE */
	uint32_t key_types[2];		/* TEE_TYPE_* that TEE_SetOperationKey takes; 0: none */
	const struct tee_algorithm_mode *modes;
	unsigned int mode_count;
};

/* NULL: it is not there, or the OpenSSL that runs does not have it. */
const struct tee_algorithm *tee_algorithm(uint32_t id);

/* The index of a TEE_MODE_* in the algorithm's modes, or -1. */
int tee_algorithm_mode(const struct tee_algorithm *algorithm, uint32_t mode);

/* Whether an operation can be allocated for keys of so many bits: of both together, where there are two. */
bool tee_algorithm_has_bits(const struct tee_algorithm *algorithm, uint32_t bits);

/* Whether it works on that curve, or on none (TEE_CRYPTO_ELEMENT_NONE). */
bool tee_algorithm_has_element(const struct tee_algorithm *algorithm, uint32_t element);

/*
 * OpenSSL's cipher for a key of so many bits, in the mode that the scheme builds on. NULL: there is none. The caller frees
 * it.
 */
EVP_CIPHER *tee_algorithm_cipher(const struct tee_algorithm *algorithm, uint32_t bits);

/* OpenSSL's name of a digest of TEE_ALG_*; NULL: not one of a fixed length. */
const char *tee_algorithm_digest_name(uint32_t id);

#endif
