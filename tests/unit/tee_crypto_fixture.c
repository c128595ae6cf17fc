// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/tee_crypto_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 8

struct crypto_bytes crypto_bytes(const char *hex)
{
	/* No byte too many, so that AddressSanitizer sees who reads on. */
	struct crypto_bytes bytes = { .at = malloc(hex[0] ? strlen(hex) / 2 : 1) };

	assert_non_null(bytes.at);
	bytes.size = fixture_hex(hex, bytes.at);
	return bytes;
}

void crypto_assert_bytes(const char *name, const uint8_t *bytes, size_t size, const char *hex)
{
	struct crypto_bytes expected = crypto_bytes(hex);
	bool same = size == expected.size && !memcmp(bytes, expected.at, size);

	free(expected.at);
	if (!same)
		fail_msg("%s: other bytes, or other in number (%zu)", name, size);
}

TEE_ObjectHandle crypto_secret(uint32_t type, const char *hex)
{
	const struct crypto_part parts[] = { { TEE_ATTR_SECRET_VALUE, hex, 0 }, { 0 } };

	return crypto_object(type, (uint32_t)strlen(hex) * 4, parts);
}

/* Attributes for the parts; what they point to is in buffers. */
static uint32_t attributes_make(const struct crypto_part *parts, TEE_Attribute attrs[PARTS],
				struct crypto_bytes buffers[PARTS])
{
	uint32_t n = 0;

	for (; parts && parts[n].id; n++) {
		assert_true(n < PARTS);
		buffers[n] = (struct crypto_bytes){ 0 };
		if (parts[n].id & TEE_ATTR_FLAG_VALUE) {
			TEE_InitValueAttribute(&attrs[n], parts[n].id, parts[n].value, 0);
			continue;
		}
		buffers[n] = crypto_bytes(parts[n].hex);
		TEE_InitRefAttribute(&attrs[n], parts[n].id, buffers[n].at, buffers[n].size);
	}
	return n;
}

static void buffers_free(struct crypto_bytes buffers[PARTS], uint32_t count)
{
	while (count--)
		free(buffers[count].at);
}

TEE_Result crypto_populate(uint32_t type, uint32_t bits, const struct crypto_part *parts, TEE_ObjectHandle *object)
{
	struct crypto_bytes buffers[PARTS];
	TEE_Attribute attrs[PARTS];
	uint32_t count = attributes_make(parts, attrs, buffers);
	TEE_Result result;

	assert_int_equal(TEE_AllocateTransientObject(type, bits, object), TEE_SUCCESS);
	result = TEE_PopulateTransientObject(*object, attrs, count);
	buffers_free(buffers, count);
	return result;
}

TEE_ObjectHandle crypto_object(uint32_t type, uint32_t bits, const struct crypto_part *parts)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;

	assert_int_equal(crypto_populate(type, bits, parts, &object), TEE_SUCCESS);
	return object;
}

TEE_ObjectHandle crypto_generated(uint32_t type, uint32_t bits, const struct crypto_part *parts)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	struct crypto_bytes buffers[PARTS];
	TEE_Attribute attrs[PARTS];
	uint32_t count = attributes_make(parts, attrs, buffers);

	assert_int_equal(TEE_AllocateTransientObject(type, bits, &object), TEE_SUCCESS);
	assert_int_equal(TEE_GenerateKey(object, bits, attrs, count), TEE_SUCCESS);
	buffers_free(buffers, count);
	return object;
}

TEE_ObjectHandle crypto_public(TEE_ObjectHandle pair, uint32_t type)
{
	TEE_ObjectHandle public = TEE_HANDLE_NULL;
	TEE_ObjectInfo info;

	assert_int_equal(TEE_GetObjectInfo1(pair, &info), TEE_SUCCESS);
	assert_int_equal(TEE_AllocateTransientObject(type, info.objectSize, &public), TEE_SUCCESS);
	assert_int_equal(TEE_CopyObjectAttributes1(public, pair), TEE_SUCCESS);
	return public;
}

TEE_OperationHandle crypto_operation(uint32_t algorithm, uint32_t mode, uint32_t bits, TEE_ObjectHandle key)
{
	TEE_OperationHandle op = TEE_HANDLE_NULL;

	assert_int_equal(TEE_AllocateOperation(&op, algorithm, mode, bits), TEE_SUCCESS);
	if (key)
		assert_int_equal(TEE_SetOperationKey(op, key), TEE_SUCCESS);
	return op;
}

size_t crypto_attribute(TEE_ObjectHandle object, uint32_t id, uint8_t *bytes, size_t room)
{
	assert_int_equal(TEE_GetObjectBufferAttribute(object, id, bytes, &room), TEE_SUCCESS);
	return room;
}

size_t crypto_digest(uint32_t algorithm, const char *hex, uint8_t digest[64])
{
	TEE_OperationHandle op = crypto_operation(algorithm, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL);
	struct crypto_bytes message = crypto_bytes(hex);
	size_t size = 64;

	assert_int_equal(TEE_DigestDoFinal(op, message.at, message.size, digest, &size), TEE_SUCCESS);
	free(message.at);
	TEE_FreeOperation(op);
	return size;
}
