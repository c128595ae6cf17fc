/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys: their types, their parts (attributes), how they are made, checked and stored. */
#ifndef LIBTEE_INTERNAL_KEY_H
#define LIBTEE_INTERNAL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <tee_api_types.h>

#define TEE_KEY_PARTS 2

/* GP Core 1.3 table 5-9 (sizes), table 5-12 (attributes). */
struct tee_key_type {
	uint32_t type;			/* TEE_TYPE_* */
	uint32_t min_bits;
	uint32_t max_bits;
	uint32_t step_bits;
	int pkey;			/* EVP_PKEY_* of an asymmetric key, else 0 */
	uint32_t parts[TEE_KEY_PARTS];	/* TEE_ATTR_*; 0: no such part. Of a pair the private one is first */
};

/* A key, or what has none yet: parts without bytes. Parts are in the secure heap. */
struct tee_key {
	const struct tee_key_type *type;
	struct tee_key_part {
		uint8_t *bytes;
		size_t size;
	} parts[TEE_KEY_PARTS];
};

/* NULL: no key of that type is there. TEE_TYPE_DATA is a type without parts. */
const struct tee_key_type *tee_key_type(uint32_t type);
bool tee_key_type_has_bits(const struct tee_key_type *type, uint32_t bits);

/* The index of an attribute in the type's parts, or -1. */
int tee_key_part(const struct tee_key_type *type, uint32_t attribute);

bool tee_key_is_set(const struct tee_key *key);

/* In bits; 0 without a key. */
uint32_t tee_key_bits(const struct tee_key *key);

/* Wipes and frees the parts; the type stays. */
void tee_key_clear(struct tee_key *key);

/* Gives a part its bytes (a copy). False without memory. */
bool tee_key_set_part(struct tee_key *key, int part, const void *bytes, size_t size);

/* Replaces dst by a copy of src with all parts, or the public half of a pair if dst's type is that half. */
bool tee_key_copy(struct tee_key *dst, const struct tee_key *src);
bool tee_key_can_copy(const struct tee_key_type *dst, const struct tee_key_type *src);

/* Makes a new key of so many bits, which the type has. False: the library failed. */
bool tee_key_generate(struct tee_key *key, uint32_t bits);

/* Whether all parts are there, have the right size, and belong together. */
bool tee_key_valid(const struct tee_key *key);

/* The key for OpenSSL, of the private part if private is set. NULL: failed. The caller frees it. */
EVP_PKEY *tee_key_pkey(const struct tee_key *key, bool private);

/* Encoding for the storage: length 4 ‖ bytes for each part of the type. */
size_t tee_key_encoded_size(const struct tee_key *key);
void tee_key_encode(const struct tee_key *key, uint8_t *out);
/* False: not the encoding of a valid key of key->type, or no memory. */
bool tee_key_decode(struct tee_key *key, const uint8_t *in, size_t size);

#endif
