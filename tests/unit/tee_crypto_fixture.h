/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of cryptography share: objects and operations made from hexadecimal vectors. */
#ifndef TEEPAY_TESTS_TEE_CRYPTO_FIXTURE_H
#define TEEPAY_TESTS_TEE_CRYPTO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tee_fixture.h"

/* An attribute: of a buffer its bytes in hexadecimal, of a value its first half. The last one of a list has id 0. */
struct crypto_part {
	uint32_t id;
	const char *hex;
	uint32_t value;
};

/* Bytes of a vector; freed by whoever asked (free). */
struct crypto_bytes {
	uint8_t *at;
	size_t size;
};
struct crypto_bytes crypto_bytes(const char *hex);

/* Fails the test, with the row's name, unless both are the same. */
void crypto_assert_bytes(const char *name, const uint8_t *bytes, size_t size, const char *hex);

/* A transient object of one secret; its size is its largest. */
TEE_ObjectHandle crypto_secret(uint32_t type, const char *hex);

/* Populates a transient object of so many bits at most with the parts, and says how that ended. */
TEE_Result crypto_populate(uint32_t type, uint32_t bits, const struct crypto_part *parts, TEE_ObjectHandle *object);

/* The same, and it must succeed. */
TEE_ObjectHandle crypto_object(uint32_t type, uint32_t bits, const struct crypto_part *parts);

/* A new key with those parameters (NULL: none). */
TEE_ObjectHandle crypto_generated(uint32_t type, uint32_t bits, const struct crypto_part *parts);

/* The public half of a pair. */
TEE_ObjectHandle crypto_public(TEE_ObjectHandle pair, uint32_t type);

/* key may be TEE_HANDLE_NULL. */
TEE_OperationHandle crypto_operation(uint32_t algorithm, uint32_t mode, uint32_t bits, TEE_ObjectHandle key);

/* Reads a buffer attribute; returns its size. */
size_t crypto_attribute(TEE_ObjectHandle object, uint32_t id, uint8_t *bytes, size_t room);

/* The digest of a message in hexadecimal; returns its size. */
size_t crypto_digest(uint32_t algorithm, const char *hex, uint8_t digest[64]);

#endif
