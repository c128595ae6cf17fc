// SPDX-License-Identifier: BSD-2-Clause
/*
 * Key derivation: GP Core 1.3 §6.8. Diffie-Hellman (RFC 2631 §2.1), ECDH (NIST SP 800-56A §5.7.1.2), X25519 and X448
 * (RFC 7748 §6), HKDF (RFC 5869).
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/kdf.h>

#include "libtee/internal/asymmetric.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/panic.h"

#define SECRET_MAX 512		/* bytes: of a DH prime, and of what a generic secret has */

/* --- agreement --- */

/* What the other side sends, by family: its public value, or its point. */
static const struct peer_value {
	uint32_t type;			/* of our pair */
	uint32_t attributes[2];		/* TEE_ATTR_*; 0: no second one */
} peer_values[] = {
	{ TEE_TYPE_DH_KEYPAIR, { TEE_ATTR_DH_PUBLIC_VALUE, 0 } },
	{ TEE_TYPE_ECDH_KEYPAIR, { TEE_ATTR_ECC_PUBLIC_VALUE_X, TEE_ATTR_ECC_PUBLIC_VALUE_Y } },
	{ TEE_TYPE_X25519_KEYPAIR, { TEE_ATTR_X25519_PUBLIC_VALUE, 0 } },
	{ TEE_TYPE_X448_KEYPAIR, { TEE_ATTR_X448_PUBLIC_VALUE, 0 } },
};

/* The secret's size, and the largest that a value of the other side may have: bytes. */
static size_t agreement_size(const struct tee_key *key)
{
	return key->type->family == TEE_KEY_RAW ? key->type->octets : (tee_key_bits(key) + 7) / 8;
}

static bool domain_copy(struct tee_key *dst, const struct tee_key *src)
{
	int i;

	for (i = 0; i < src->type->part_count; i++) {
		bool domain = src->type->parts[i].flags & (TEE_KEY_GENERATE_MAY | TEE_KEY_GENERATE_MUST);

		if (domain && src->parts[i].size && !tee_key_set_part(dst, i, src->parts[i].bytes, src->parts[i].size))
			return false;
	}
	return true;
}

static void peer_take(const char *function, struct tee_key *peer, int part, const TEE_Attribute *value, size_t size)
{
	const uint8_t *bytes;
	size_t length;

	if (!value)
		tee_panic_misuse(function, "the peer's public value is missing");
	bytes = value->content.ref.buffer;
	length = value->content.ref.length;
	tee_memory_any(function, bytes, length);
	if (peer->type->family == TEE_KEY_RAW ? length != size : !length)
		tee_panic_misuse(function, "the peer's public value has another size");
	if (!tee_key_set_part(peer, part, bytes, length))
		tee_operation_broken(function);
}

/* The other side's public key, with our domain parameters. NULL: there is no such key. */
static EVP_PKEY *peer_new(const char *function, TEE_OperationHandle operation, const TEE_Attribute *params,
			  uint32_t count)
{
	const struct tee_key *own = &operation->keys[0];
	const struct peer_value *values = peer_values;
	struct tee_key peer = { .type = own->type };
	EVP_PKEY *pkey = NULL;
	int i;

	while (values->type != own->type->type)
		values++;
	if (own->type->family != TEE_KEY_RAW && !domain_copy(&peer, own))
		tee_operation_broken(function);
	for (i = 0; i < 2 && values->attributes[i]; i++)
		peer_take(function, &peer, tee_key_part(own->type, values->attributes[i]),
			  tee_asymmetric_param(params, count, values->attributes[i]), agreement_size(own));
	if (tee_key_trim(&peer))
		pkey = tee_key_pkey(&peer, false);
	tee_key_clear(&peer);
	return pkey;
}

/* False: the peer's value is not of the group, or the secret would be the same whatever the private key is. */
static bool agree(const char *function, TEE_OperationHandle operation, EVP_PKEY *peer, uint8_t *secret, size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, operation->pkey, NULL);
	size_t out = size;
	bool ok;

	if (!ctx || EVP_PKEY_derive_init(ctx) != 1)
		tee_operation_broken(function);
	/* RFC 2631 §2.1.2: leading zeros belong to the secret. */
	if (operation->keys[0].type->family == TEE_KEY_DH && EVP_PKEY_CTX_set_dh_pad(ctx, 1) != 1)
		tee_operation_broken(function);
	ok = EVP_PKEY_derive_set_peer_ex(ctx, peer, 1) == 1 && EVP_PKEY_derive(ctx, secret, &out) == 1 && out == size;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* --- HKDF --- */

static const TEE_Attribute *value_param(const char *function, const TEE_Attribute *params, uint32_t count,
					uint32_t attribute)
{
	const TEE_Attribute *param = tee_asymmetric_param(params, count, attribute);

	if (!param)
		tee_panic_misuse(function, "the hash algorithm or the size of the key is missing");
	return param;
}

/* An octet string that may be missing, as OpenSSL's parameter; it copies what it gets. */
static OSSL_PARAM octets_param(const char *function, const char *name, const TEE_Attribute *attribute)
{
	static uint8_t none;
	void *bytes = attribute ? attribute->content.ref.buffer : NULL;
	size_t size = attribute ? attribute->content.ref.length : 0;

	tee_memory_any(function, bytes, size);
	return OSSL_PARAM_construct_octet_string(name, size ? bytes : &none, size);
}

static size_t hkdf_size(const char *function, const TEE_Attribute *params, uint32_t count)
{
	return value_param(function, params, count, TEE_ATTR_KDF_KEY_SIZE)->content.value.a;
}

static void hkdf(const char *function, TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t count,
		 uint8_t *secret, size_t size)
{
	const struct tee_key_part *key = &operation->keys[0].parts[0];
	const char *digest = tee_algorithm_digest_name(
		value_param(function, params, count, TEE_ATTR_HKDF_HASH_ALGORITHM)->content.value.a);
	const TEE_Attribute *salt = tee_asymmetric_param(params, count, TEE_ATTR_HKDF_SALT);
	const TEE_Attribute *info = tee_asymmetric_param(params, count, TEE_ATTR_HKDF_INFO);
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM settings[5];

	if (!digest)
		tee_panic_misuse(function, "there is no such hash algorithm");
	/* OpenSSL only reads the name. */
	settings[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)digest, 0);
	settings[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key->bytes, key->size);
	settings[2] = octets_param(function, OSSL_KDF_PARAM_INFO, info);
	settings[3] = octets_param(function, OSSL_KDF_PARAM_SALT, salt);
	/* RFC 5869 §2.2: no salt is as many zeros as the hash has bytes, and so is an empty one. */
	if (!settings[3].data_size)
		settings[3] = OSSL_PARAM_construct_end();
	settings[4] = OSSL_PARAM_construct_end();
	if (!ctx || EVP_KDF_derive(ctx, secret, size, settings) != 1)
		tee_operation_broken(function);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

/* --- the function --- */

/* §6.8.1 has generic secrets; what is derived may also go on to HKDF (RFC 5869) without leaving its object. */
static void check_derived(const char *function, TEE_ObjectHandle derived, size_t size)
{
	uint32_t type;

	tee_object_check(function, derived);
	type = derived->key.type->type;
	if (derived->stored || derived->initialized)
		tee_panic_misuse(function, "the derived key must be a transient object without a key");
	if (type != TEE_TYPE_GENERIC_SECRET && type != TEE_TYPE_HKDF)
		tee_panic_misuse(function, "the derived key must be a generic secret, or one for HKDF");
	if (!size || size > derived->max_bits / 8)
		tee_panic_misuse(function, "the derived key has no room for the secret");
}

/* §6.8.1 */
void TEE_DeriveKey(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
		   TEE_ObjectHandle derivedKey)
{
	uint8_t secret[SECRET_MAX];
	EVP_PKEY *peer;
	size_t size;
	bool ok = true;

	tee_asymmetric_check(__func__, operation, TEE_OPERATION_KEY_DERIVATION, TEE_MODE_DERIVE, params, paramCount);
	size = operation->pkey ? agreement_size(&operation->keys[0]) : hkdf_size(__func__, params, paramCount);
	check_derived(__func__, derivedKey, size);
	if (operation->pkey) {
		peer = peer_new(__func__, operation, params, paramCount);
		ok = peer && agree(__func__, operation, peer, secret, size);
		EVP_PKEY_free(peer);
	} else {
		hkdf(__func__, operation, params, paramCount, secret, size);
	}
	if (ok && !tee_key_set_part(&derivedKey->key, 0, secret, size))
		tee_operation_broken(__func__);
	derivedKey->initialized = ok;
	OPENSSL_cleanse(secret, sizeof(secret));
	ERR_clear_error();
}
