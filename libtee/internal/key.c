// SPDX-License-Identifier: BSD-2-Clause
/* The parts of keys: kept, copied, encoded. */
#include "libtee/internal/key.h"

#include <string.h>

#include <openssl/crypto.h>
#include <tee_api_defines.h>

#include "libtee/internal/bytes.h"

struct tee_key_part tee_key_get(const struct tee_key *key, uint32_t attribute)
{
	int i = tee_key_part(key->type, attribute);

	return i < 0 ? (struct tee_key_part){ 0 } : key->parts[i];
}

uint32_t tee_key_value(const struct tee_key *key, uint32_t attribute)
{
	struct tee_key_part part = tee_key_get(key, attribute);

	return part.size ? tee_get_be32(part.bytes) : 0;
}

const struct tee_curve *tee_key_curve(const struct tee_key *key)
{
	if (tee_key_part(key->type, TEE_ATTR_ECC_CURVE) < 0)
		return tee_curve(TEE_ECC_CURVE_SM2);
	return tee_curve(tee_key_value(key, TEE_ATTR_ECC_CURVE));
}

/* Of a number without leading zeros. */
static uint32_t number_bits(struct tee_key_part number)
{
	return number.size ? (uint32_t)number.size * 8 - (uint32_t)__builtin_clz(number.bytes[0] | 1u) + 24 : 0;
}

uint32_t tee_key_bits(const struct tee_key *key)
{
	const struct tee_curve *curve;

	if (!key->type->part_count || !key->parts[0].size)
		return 0;
	switch (key->type->family) {
	case TEE_KEY_SECRET:
		return (uint32_t)key->parts[0].size * 8;
	case TEE_KEY_RAW:
		return key->type->min_bits;
	case TEE_KEY_EC:
		curve = tee_key_curve(key);
		return curve ? curve->bits : 0;
	default:
		return number_bits(key->parts[0]);	/* modulus or prime */
	}
}

void tee_key_clear(struct tee_key *key)
{
	int i;

	for (i = 0; i < TEE_KEY_PARTS; i++) {
		OPENSSL_secure_clear_free(key->parts[i].bytes, key->parts[i].size);
		key->parts[i] = (struct tee_key_part){ 0 };
	}
}

/* Whether a part is a number: what has a size of its own and is not an octet string. */
static bool is_number(const struct tee_key_type *type, int part)
{
	return type->family > TEE_KEY_RAW && !(type->parts[part].attribute & TEE_ATTR_FLAG_VALUE);
}

/* Takes bytes over, padded in front to a size. */
static bool part_put(struct tee_key_part *part, const uint8_t *bytes, size_t size, size_t padded)
{
	uint8_t *copy = OPENSSL_secure_zalloc(padded);

	if (!copy)
		return false;
	memcpy(copy + padded - size, bytes, size);
	OPENSSL_secure_clear_free(part->bytes, part->size);
	*part = (struct tee_key_part){ .bytes = copy, .size = padded };
	return true;
}

size_t tee_key_skip_zeros(const struct tee_key_type *type, int part, const uint8_t **bytes, size_t size)
{
	for (; is_number(type, part) && size > 1 && !**bytes; size--)
		(*bytes)++;
	return size;
}

bool tee_key_set_part(struct tee_key *key, int part, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	size = tee_key_skip_zeros(key->type, part, &at, size);
	return part_put(&key->parts[part], at, size, size);
}

bool tee_key_set_value(struct tee_key *key, int part, uint32_t a, uint32_t b)
{
	uint8_t bytes[TEE_KEY_VALUE_SIZE];

	tee_put_be32(bytes, a);
	tee_put_be32(bytes + 4, b);
	return part_put(&key->parts[part], bytes, sizeof(bytes), sizeof(bytes));
}

bool tee_key_trim(struct tee_key *key)
{
	const struct tee_curve *curve = key->type->family == TEE_KEY_EC ? tee_key_curve(key) : NULL;
	size_t size = curve ? (curve->bits + 7) / 8 : 0;
	int i;

	if (key->type->family != TEE_KEY_EC)
		return true;
	for (i = 0; curve && i < key->type->part_count; i++) {
		struct tee_key_part *part = &key->parts[i];

		if (!is_number(key->type, i) || !part->size || part->size == size)
			continue;
		if (part->size > size || !part_put(part, part->bytes, part->size, size))
			return false;
	}
	return curve;
}

bool tee_key_copy(struct tee_key *dst, const struct tee_key *src)
{
	int i;

	tee_key_clear(dst);
	for (i = 0; i < dst->type->part_count; i++) {
		struct tee_key_part from = tee_key_get(src, dst->type->parts[i].attribute);

		if (from.size && !part_put(&dst->parts[i], from.bytes, from.size, from.size)) {
			tee_key_clear(dst);
			return false;
		}
	}
	return true;
}

size_t tee_key_encoded_size(const struct tee_key *key)
{
	size_t size = 0;
	int i;

	for (i = 0; i < key->type->part_count; i++)
		size += 4 + key->parts[i].size;
	return size;
}

void tee_key_encode(const struct tee_key *key, uint8_t *out)
{
	int i;

	for (i = 0; i < key->type->part_count; i++) {
		const struct tee_key_part *part = &key->parts[i];

		tee_put_be32(out, (uint32_t)part->size);
		if (part->size)
			memcpy(out + 4, part->bytes, part->size);
		out += 4 + part->size;
	}
}

bool tee_key_decode(struct tee_key *key, const uint8_t *in, size_t size)
{
	struct tee_reader r = { .at = in, .left = size };
	bool ok = true;
	int i;

	tee_key_clear(key);
	for (i = 0; ok && i < key->type->part_count; i++) {
		size_t part_size = tee_read_be32(&r);
		const uint8_t *part = tee_read(&r, part_size);

		ok = part && (!part_size || part_put(&key->parts[i], part, part_size, part_size));
	}
	ok = ok && !r.left && tee_key_valid(key);
	if (!ok)
		tee_key_clear(key);
	return ok;
}
