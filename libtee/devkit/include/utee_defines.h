/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes, fields of algorithm numbers, byte order and time, with the names that OP-TEE's trusted applications use. */
#ifndef UTEE_DEFINES_H
#define UTEE_DEFINES_H

#include <stddef.h>
#include <stdint.h>

#include <compiler.h>
#include <tee_api_defines.h>
#include <tee_api_defines_extensions.h>
#include <types_ext.h>

#define TEE_AES_BLOCK_SIZE	16UL
#define TEE_DES_BLOCK_SIZE	8UL
#define TEE_SM4_BLOCK_SIZE	16UL
#define TEE_AES_MAX_KEY_SIZE	32UL

typedef enum {
	TEE_MD5_HASH_SIZE = 16,
	TEE_SHA1_HASH_SIZE = 20,
	TEE_SHA224_HASH_SIZE = 28,
	TEE_SHA256_HASH_SIZE = 32,
	TEE_SM3_HASH_SIZE = 32,
	TEE_SHA384_HASH_SIZE = 48,
	TEE_SHA512_HASH_SIZE = 64,
	TEE_MD5SHA1_HASH_SIZE = TEE_MD5_HASH_SIZE + TEE_SHA1_HASH_SIZE,
	TEE_MAX_HASH_SIZE = 64,
} t_hash_size;

/* GP Core 1.3 §6.10.1: how the number of an algorithm is made. The class is TEE_OPERATION_*. */
#define TEE_ALG_GET_CLASS(algorithm)		(((uint32_t)(algorithm) >> 28) & 0xF)
#define TEE_ALG_GET_CHAIN_MODE(algorithm)	(((uint32_t)(algorithm) >> 8) & 0xF)
#define TEE_ALG_GET_DIGEST_HASH(algorithm)	(((uint32_t)(algorithm) >> 12) & 0xF)
#define TEE_ALG_GET_INTERNAL_HASH(algorithm)	(((uint32_t)(algorithm) >> 20) & 0x7)
#define TEE_ALG_HASH_ALGO(hash)			(((uint32_t)TEE_OPERATION_DIGEST << 28) | (hash))
#define TEE_ALG_HMAC_ALGO(hash)			(((uint32_t)TEE_OPERATION_MAC << 28) | (hash))
#define TEE_INTERNAL_HASH_TO_ALGO(algorithm)	TEE_ALG_HASH_ALGO(TEE_ALG_GET_INTERNAL_HASH(algorithm))
#define TEE_DIGEST_HASH_TO_ALGO(algorithm)	TEE_ALG_HASH_ALGO(TEE_ALG_GET_DIGEST_HASH(algorithm))

/* Bytes of the digest or code that an algorithm makes or signs; 0 if it has none. */
static inline size_t tee_alg_digest_size(uint32_t algorithm)
{
	switch (algorithm) {
	case TEE_ALG_MD5:
	case TEE_ALG_HMAC_MD5:
		return TEE_MD5_HASH_SIZE;
	case TEE_ALG_SHA1:
	case TEE_ALG_HMAC_SHA1:
	case TEE_ALG_DSA_SHA1:
	case TEE_ALG_ECDSA_SHA1:
		return TEE_SHA1_HASH_SIZE;
	case TEE_ALG_SHA224:
	case TEE_ALG_SHA3_224:
	case TEE_ALG_HMAC_SHA224:
	case TEE_ALG_HMAC_SHA3_224:
	case TEE_ALG_DSA_SHA224:
	case TEE_ALG_ECDSA_SHA224:
		return TEE_SHA224_HASH_SIZE;
	case TEE_ALG_SHA256:
	case TEE_ALG_SHA3_256:
	case TEE_ALG_HMAC_SHA256:
	case TEE_ALG_HMAC_SHA3_256:
	case TEE_ALG_DSA_SHA256:
	case TEE_ALG_ECDSA_SHA256:
	case TEE_ALG_SM3:
	case TEE_ALG_HMAC_SM3:
		return TEE_SHA256_HASH_SIZE;
	case TEE_ALG_SHA384:
	case TEE_ALG_SHA3_384:
	case TEE_ALG_HMAC_SHA384:
	case TEE_ALG_HMAC_SHA3_384:
	case TEE_ALG_ECDSA_SHA384:
		return TEE_SHA384_HASH_SIZE;
	case TEE_ALG_SHA512:
	case TEE_ALG_SHA3_512:
	case TEE_ALG_HMAC_SHA512:
	case TEE_ALG_HMAC_SHA3_512:
	case TEE_ALG_ECDSA_SHA512:
		return TEE_SHA512_HASH_SIZE;
	case TEE_ALG_AES_CBC_MAC_NOPAD:
	case TEE_ALG_AES_CBC_MAC_PKCS5:
	case TEE_ALG_AES_CMAC:
		return TEE_AES_BLOCK_SIZE;
	case TEE_ALG_DES_CBC_MAC_NOPAD:
	case TEE_ALG_DES_CBC_MAC_PKCS5:
	case TEE_ALG_DES3_CBC_MAC_NOPAD:
	case TEE_ALG_DES3_CBC_MAC_PKCS5:
		return TEE_DES_BLOCK_SIZE;
	default:
		return 0;
	}
}
#define TEE_ALG_GET_DIGEST_SIZE(algorithm)	tee_alg_digest_size(algorithm)

#define TEE_U64_BSWAP(x)		__builtin_bswap64(x)
#define TEE_U32_BSWAP(x)		__builtin_bswap32(x)
#define TEE_U16_BSWAP(x)		__builtin_bswap16(x)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define TEE_U64_TO_BIG_ENDIAN(x)	TEE_U64_BSWAP(x)
#define TEE_U32_TO_BIG_ENDIAN(x)	TEE_U32_BSWAP(x)
#define TEE_U16_TO_BIG_ENDIAN(x)	TEE_U16_BSWAP(x)
#define TEE_U64_TO_LITTLE_ENDIAN(x)	((uint64_t)(x))
#define TEE_U32_TO_LITTLE_ENDIAN(x)	((uint32_t)(x))
#define TEE_U16_TO_LITTLE_ENDIAN(x)	((uint16_t)(x))
#else
#define TEE_U64_TO_BIG_ENDIAN(x)	((uint64_t)(x))
#define TEE_U32_TO_BIG_ENDIAN(x)	((uint32_t)(x))
#define TEE_U16_TO_BIG_ENDIAN(x)	((uint16_t)(x))
#define TEE_U64_TO_LITTLE_ENDIAN(x)	TEE_U64_BSWAP(x)
#define TEE_U32_TO_LITTLE_ENDIAN(x)	TEE_U32_BSWAP(x)
#define TEE_U16_TO_LITTLE_ENDIAN(x)	TEE_U16_BSWAP(x)
#endif
#define TEE_U64_FROM_BIG_ENDIAN(x)	TEE_U64_TO_BIG_ENDIAN(x)
#define TEE_U32_FROM_BIG_ENDIAN(x)	TEE_U32_TO_BIG_ENDIAN(x)
#define TEE_U16_FROM_BIG_ENDIAN(x)	TEE_U16_TO_BIG_ENDIAN(x)
#define TEE_U64_FROM_LITTLE_ENDIAN(x)	TEE_U64_TO_LITTLE_ENDIAN(x)
#define TEE_U32_FROM_LITTLE_ENDIAN(x)	TEE_U32_TO_LITTLE_ENDIAN(x)
#define TEE_U16_FROM_LITTLE_ENDIAN(x)	TEE_U16_TO_LITTLE_ENDIAN(x)

/* TEE_Time: compare, add and subtract; millis is below the base. */
#define TEE_TIME_MILLIS_BASE	1000
#define TEE_TIME_LT(a, b) \
	((a).seconds == (b).seconds ? (a).millis < (b).millis : (a).seconds < (b).seconds)
#define TEE_TIME_LE(a, b)	(!TEE_TIME_LT(b, a))
#define TEE_TIME_ADD(a, b, sum) \
	do { \
		uint32_t time_millis_ = (a).millis + (b).millis; \
		(sum).seconds = (a).seconds + (b).seconds + time_millis_ / TEE_TIME_MILLIS_BASE; \
		(sum).millis = time_millis_ % TEE_TIME_MILLIS_BASE; \
	} while (0)
#define TEE_TIME_SUB(a, b, difference) \
	do { \
		uint32_t time_borrow_ = (a).millis < (b).millis; \
		uint32_t time_millis_ = (a).millis + time_borrow_ * TEE_TIME_MILLIS_BASE - (b).millis; \
		(difference).seconds = (a).seconds - (b).seconds - time_borrow_; \
		(difference).millis = time_millis_; \
	} while (0)

#endif
