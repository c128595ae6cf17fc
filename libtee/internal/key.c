// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/key.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <tee_api_defines.h>

#include "libtee/internal/bytes.h"

/*
 * HMAC keys: RFC 2104 takes any length, and so do the published test vectors; GP Core 1.3 asks for 192 to 1024 bits at
 * least.
 */
static const struct tee_key_type types[] = {
	{ TEE_TYPE_AES, 128, 256, 64, 0, { TEE_ATTR_SECRET_VALUE, 0 } },
	{ TEE_TYPE_HMAC_SHA256, 8, 8192, 8, 0, { TEE_ATTR_SECRET_VALUE, 0 } },
	{ TEE_TYPE_GENERIC_SECRET, 8, 4096, 8, 0, { TEE_ATTR_SECRET_VALUE, 0 } },
	{ TEE_TYPE_ED25519_KEYPAIR, 256, 256, 256, EVP_PKEY_ED25519,
	  { TEE_ATTR_ED25519_PRIVATE_VALUE, TEE_ATTR_ED25519_PUBLIC_VALUE } },
	{ TEE_TYPE_ED25519_PUBLIC_KEY, 256, 256, 256, EVP_PKEY_ED25519, { TEE_ATTR_ED25519_PUBLIC_VALUE, 0 } },
	{ TEE_TYPE_X25519_KEYPAIR, 256, 256, 256, EVP_PKEY_X25519,
	  { TEE_ATTR_X25519_PRIVATE_VALUE, TEE_ATTR_X25519_PUBLIC_VALUE } },
	{ TEE_TYPE_X25519_PUBLIC_KEY, 256, 256, 256, EVP_PKEY_X25519, { TEE_ATTR_X25519_PUBLIC_VALUE, 0 } },
	{ TEE_TYPE_DATA, 0, 0, 1, 0, { 0, 0 } },
};

const struct tee_key_type *tee_key_type(uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

bool tee_key_type_has_bits(const struct tee_key_type *type, uint32_t bits)
{
	return bits >= type->min_bits && bits <= type->max_bits && !((bits - type->min_bits) % type->step_bits);
}

int tee_key_part(const struct tee_key_type *type, uint32_t attribute)
{
	int i;

	for (i = 0; i < TEE_KEY_PARTS; i++)
		if (attribute && type->parts[i] == attribute)
			return i;
	return -1;
}

bool tee_key_is_set(const struct tee_key *key)
{
	return key->parts[0].size;
}

uint32_t tee_key_bits(const struct tee_key *key)
{
	return (uint32_t)key->parts[0].size * 8;
}

void tee_key_clear(struct tee_key *key)
{
	int i;

	for (i = 0; i < TEE_KEY_PARTS; i++) {
		OPENSSL_secure_clear_free(key->parts[i].bytes, key->parts[i].size);
		key->parts[i] = (struct tee_key_part){ 0 };
	}
}

bool tee_key_set_part(struct tee_key *key, int part, const void *bytes, size_t size)
{
	uint8_t *copy = OPENSSL_secure_malloc(size);

	if (!copy)
		return false;
	memcpy(copy, bytes, size);
	OPENSSL_secure_clear_free(key->parts[part].bytes, key->parts[part].size);
	key->parts[part] = (struct tee_key_part){ .bytes = copy, .size = size };
	return true;
}

bool tee_key_can_copy(const struct tee_key_type *dst, const struct tee_key_type *src)
{
	/* GP Core 1.3 §5.6.7: the same type, or the public half of a pair. */
	return dst == src || (dst->pkey && dst->pkey == src->pkey && !dst->parts[1]);
}

bool tee_key_copy(struct tee_key *dst, const struct tee_key *src)
{
	int i;

	tee_key_clear(dst);
	for (i = 0; i < TEE_KEY_PARTS && dst->type->parts[i]; i++) {
		int from = tee_key_part(src->type, dst->type->parts[i]);

		if (!tee_key_set_part(dst, i, src->parts[from].bytes, src->parts[from].size)) {
			tee_key_clear(dst);
			return false;
		}
	}
	return true;
}

static bool generate_secret(struct tee_key *key, size_t size)
{
	uint8_t *bytes = OPENSSL_secure_malloc(size);

	if (!bytes || RAND_priv_bytes_ex(NULL, bytes, size, 0) != 1) {
		OPENSSL_secure_clear_free(bytes, size);
		return false;
	}
	key->parts[0] = (struct tee_key_part){ .bytes = bytes, .size = size };
	return true;
}

/* The raw private and public key straight into the parts, so that no copy lies about. */
static bool pair_from_pkey(struct tee_key *key, const EVP_PKEY *pkey, size_t size)
{
	int i;

	for (i = 0; i < TEE_KEY_PARTS; i++) {
		size_t got = size;
		uint8_t *bytes = OPENSSL_secure_malloc(size);
		int ok;

		if (!bytes)
			return false;
		ok = i ? EVP_PKEY_get_raw_public_key(pkey, bytes, &got) : EVP_PKEY_get_raw_private_key(pkey, bytes, &got);
		key->parts[i] = (struct tee_key_part){ .bytes = bytes, .size = size };
		if (ok != 1 || got != size)
			return false;
	}
	return true;
}

bool tee_key_generate(struct tee_key *key, uint32_t bits)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx;
	bool ok;

	tee_key_clear(key);
	if (!key->type->pkey)
		return generate_secret(key, bits / 8);
	ctx = EVP_PKEY_CTX_new_id(key->type->pkey, NULL);
	ok = ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &pkey) == 1 &&
	     pair_from_pkey(key, pkey, bits / 8);
	EVP_PKEY_free(pkey);
	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		tee_key_clear(key);
	return ok;
}

EVP_PKEY *tee_key_pkey(const struct tee_key *key, bool private)
{
	const struct tee_key_part *public = &key->parts[key->type->parts[1] ? 1 : 0];

	if (private)
		return EVP_PKEY_new_raw_private_key(key->type->pkey, NULL, key->parts[0].bytes, key->parts[0].size);
	return EVP_PKEY_new_raw_public_key(key->type->pkey, NULL, public->bytes, public->size);
}

/* Signing with a public value that is not the private one's would give the private key away. */
static bool pair_fits(const struct tee_key *key)
{
	EVP_PKEY *pkey = tee_key_pkey(key, true);
	uint8_t public[64];
	size_t size = sizeof(public);
	bool ok = pkey && EVP_PKEY_get_raw_public_key(pkey, public, &size) == 1 && size == key->parts[1].size &&
		  !CRYPTO_memcmp(public, key->parts[1].bytes, size);

	EVP_PKEY_free(pkey);
	return ok;
}

bool tee_key_valid(const struct tee_key *key)
{
	int i;

	for (i = 0; i < TEE_KEY_PARTS && key->type->parts[i]; i++)
		if (!tee_key_type_has_bits(key->type, (uint32_t)(key->parts[i].size * 8)))
			return false;
	return !key->type->parts[1] || pair_fits(key);
}

size_t tee_key_encoded_size(const struct tee_key *key)
{
	size_t size = 0;
	int i;

	for (i = 0; i < TEE_KEY_PARTS && key->type->parts[i]; i++)
		size += 4 + key->parts[i].size;
	return size;
}

void tee_key_encode(const struct tee_key *key, uint8_t *out)
{
	int i;

	for (i = 0; i < TEE_KEY_PARTS && key->type->parts[i]; i++) {
		tee_put_be32(out, (uint32_t)key->parts[i].size);
		memcpy(out + 4, key->parts[i].bytes, key->parts[i].size);
		out += 4 + key->parts[i].size;
	}
}

bool tee_key_decode(struct tee_key *key, const uint8_t *in, size_t size)
{
	struct tee_reader r = { .at = in, .left = size };
	bool ok = true;
	int i;

	tee_key_clear(key);
	for (i = 0; ok && i < TEE_KEY_PARTS && key->type->parts[i]; i++) {
		size_t part_size = tee_read_be32(&r);
		const uint8_t *part = tee_read(&r, part_size);

		ok = part && part_size && tee_key_set_part(key, i, part, part_size);
	}
	ok = ok && !r.left && tee_key_valid(key);
	if (!ok)
		tee_key_clear(key);
	return ok;
}
