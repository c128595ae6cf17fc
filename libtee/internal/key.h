/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys: their types, their parts (attributes), how they are made, checked and stored. */
#ifndef LIBTEE_INTERNAL_KEY_H
#define LIBTEE_INTERNAL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <tee_api_types.h>

#define TEE_KEY_PARTS 8

enum tee_key_family {
	TEE_KEY_NONE,			/* a data object */
	TEE_KEY_SECRET,			/* one secret value */
	TEE_KEY_RAW,			/* octet strings: RFC 7748, RFC 8032 */
	TEE_KEY_RSA,
	TEE_KEY_DSA,
	TEE_KEY_DH,
	TEE_KEY_EC,
};

enum tee_key_part_flag {
	TEE_KEY_OPTIONAL = 1,		/* a key is whole without it */
	TEE_KEY_GENERATE_MAY = 2,	/* TEE_GenerateKey takes it as a parameter, */
	TEE_KEY_GENERATE_MUST = 4,	/* or asks for it */
};

struct tee_key_part_type {
	uint32_t attribute;		/* TEE_ATTR_* */
	const char *param;		/* OSSL_PKEY_PARAM_* of a number; NULL: not handed over as it is */
	unsigned int flags;
};

/* GP Core 1.3 table 5-9 (sizes), table 5-12 (attributes). */
struct tee_key_type {
	uint32_t type;			/* TEE_TYPE_* */
	enum tee_key_family family;
	const char *name;		/* OpenSSL's, of an asymmetric key; else NULL */
	uint32_t min_bits;
	uint32_t max_bits;
	uint32_t step_bits;
	const struct tee_key_part_type *parts;
	int part_count;
	size_t octets;			/* TEE_KEY_RAW: of each part */
};

/* A curve of TEE_ECC_CURVE_*. */
struct tee_curve {
	uint32_t id;
	const char *name;		/* OpenSSL's */
	uint32_t bits;			/* of the field, and of the order */
};

/* A key, or what has none yet: parts without bytes. Parts are in the secure heap. */
struct tee_key {
	const struct tee_key_type *type;
	struct tee_key_part {
		uint8_t *bytes;		/* of a value attribute: a ‖ b, 4 bytes each, big-endian */
		size_t size;
	} parts[TEE_KEY_PARTS];
};

#define TEE_KEY_VALUE_SIZE 8

/* NULL: no key of that type is there. TEE_TYPE_DATA is a type without parts. */
const struct tee_key_type *tee_key_type(uint32_t type);
bool tee_key_type_has_bits(const struct tee_key_type *type, uint32_t bits);

/* Whether it has a private half. */
bool tee_key_type_is_pair(const struct tee_key_type *type);

/* NULL: there is no such curve. */
const struct tee_curve *tee_curve(uint32_t id);

/* The index of an attribute in the type's parts, or -1. */
int tee_key_part(const struct tee_key_type *type, uint32_t attribute);

/* A part by its attribute; size 0 if the type or the key lacks it. */
struct tee_key_part tee_key_get(const struct tee_key *key, uint32_t attribute);

/* The curve of a key of TEE_KEY_EC; NULL if the key does not say, or says what is not there. */
const struct tee_curve *tee_key_curve(const struct tee_key *key);

/* The first half of a value attribute; 0 without it. */
uint32_t tee_key_value(const struct tee_key *key, uint32_t attribute);

/* In bits, as GP Core 1.3 §5.5.1 counts for the type; 0 without a key. */
uint32_t tee_key_bits(const struct tee_key *key);

/* Wipes and frees the parts; the type stays. */
void tee_key_clear(struct tee_key *key);

/* Skips the zeros that may stand in front of a number; octet strings stay. Returns the bytes that are left, at least 1. */
size_t tee_key_skip_zeros(const struct tee_key_type *type, int part, const uint8_t **bytes, size_t size);

/* Gives a part its bytes (a copy; numbers lose their leading zeros). False without memory. */
bool tee_key_set_part(struct tee_key *key, int part, const void *bytes, size_t size);
bool tee_key_set_value(struct tee_key *key, int part, uint32_t a, uint32_t b);

/* Replaces dst by a copy of src with all parts, or the public half of a pair if dst's type is that half. */
bool tee_key_copy(struct tee_key *dst, const struct tee_key *src);
bool tee_key_can_copy(const struct tee_key_type *dst, const struct tee_key_type *src);

/* Makes a new key of so many bits, which the type has; parts that are there are its parameters. */
TEE_Result tee_key_generate(struct tee_key *key, uint32_t bits) __attribute__((warn_unused_result));

/* Brings the parts to the size that the type wants: coordinates to that of the field. False: one is too large. */
bool tee_key_trim(struct tee_key *key);

/* Whether all parts are there, have the right size, and belong together. */
bool tee_key_valid(const struct tee_key *key);

/* The key for OpenSSL, with the private half if private is set. NULL: failed. The caller frees it. */
EVP_PKEY *tee_key_pkey(const struct tee_key *key, bool private);

/* Encoding for the storage: length 4 ‖ bytes for each part of the type. */
size_t tee_key_encoded_size(const struct tee_key *key);
void tee_key_encode(const struct tee_key *key, uint8_t *out);
/* False: not the encoding of a valid key of key->type, or no memory. */
bool tee_key_decode(struct tee_key *key, const uint8_t *in, size_t size);

#endif
