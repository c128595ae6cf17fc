// SPDX-License-Identifier: BSD-2-Clause
/* Keys as OpenSSL has them, and what only it can tell: new ones, and whether parts belong together. */
#include "libtee/internal/key.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <tee_api_defines.h>

#define COORDINATE_MAX 66	/* bytes, of P-521 */

/* --- from parts to OpenSSL --- */

/* A number whose memory is wiped, and is the secure heap's if it is secret. */
static BIGNUM *number_new(const struct tee_key_part *part, bool secret)
{
	BIGNUM *number = secret ? BN_secure_new() : BN_new();

	if (number && !BN_bin2bn(part->bytes, (int)part->size, number)) {
		BN_clear_free(number);
		return NULL;
	}
	return number;
}

/* The numbers of the parts that are there; they must live until the parameters are made. */
static bool numbers_push(OSSL_PARAM_BLD *bld, const struct tee_key *key, bool private, BIGNUM *numbers[TEE_KEY_PARTS])
{
	int i;

	for (i = 0; i < key->type->part_count; i++) {
		const struct tee_key_part_type *part = &key->type->parts[i];
		bool secret = !(part->attribute & TEE_ATTR_FLAG_PUBLIC);

		if (!part->param || !key->parts[i].size || (secret && !private))
			continue;
		numbers[i] = number_new(&key->parts[i], secret);
		if (!numbers[i] || OSSL_PARAM_BLD_push_BN(bld, part->param, numbers[i]) != 1)
			return false;
	}
	return true;
}

/* SEC 1 §2.3.3: 04 ‖ X ‖ Y. The caller keeps the point until the parameters are made. */
static bool point_push(OSSL_PARAM_BLD *bld, const struct tee_key *key, uint8_t point[1 + 2 * COORDINATE_MAX])
{
	struct tee_key_part x = tee_key_get(key, TEE_ATTR_ECC_PUBLIC_VALUE_X);
	struct tee_key_part y = tee_key_get(key, TEE_ATTR_ECC_PUBLIC_VALUE_Y);
	const struct tee_curve *curve = tee_key_curve(key);

	if (!curve || OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, curve->name, 0) != 1)
		return false;
	if (!x.size)
		return true;
	if (x.size != y.size || x.size > COORDINATE_MAX)
		return false;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, x.bytes, x.size);
	memcpy(point + 1 + x.size, y.bytes, y.size);
	return OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * x.size) == 1;
}

static OSSL_PARAM *params_new(const struct tee_key *key, bool private)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *numbers[TEE_KEY_PARTS] = { NULL };
	uint8_t point[1 + 2 * COORDINATE_MAX];
	uint32_t x_bits = tee_key_value(key, TEE_ATTR_DH_X_BITS);
	OSSL_PARAM *params = NULL;
	bool ok;
	int i;

	ok = bld && numbers_push(bld, key, private, numbers) &&
	     (key->type->family != TEE_KEY_EC || point_push(bld, key, point)) &&
	     (!x_bits || OSSL_PARAM_BLD_push_long(bld, OSSL_PKEY_PARAM_DH_PRIV_LEN, (long)x_bits) == 1);
	if (ok)
		params = OSSL_PARAM_BLD_to_param(bld);
	for (i = 0; i < TEE_KEY_PARTS; i++)
		BN_clear_free(numbers[i]);
	OSSL_PARAM_BLD_free(bld);
	return params;
}

static EVP_PKEY *pkey_from_params(const struct tee_key *key, int selection, bool private)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, key->type->name, NULL);
	OSSL_PARAM *params = params_new(key, private);
	EVP_PKEY *pkey = NULL;

	if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* From the private part alone: OpenSSL computes the public one, which takes as long as a signature. */
static EVP_PKEY *raw_private(const struct tee_key *key)
{
	return EVP_PKEY_new_raw_private_key_ex(NULL, key->type->name, NULL, key->parts[0].bytes, key->parts[0].size);
}

/* From both parts, of which it was seen before that they belong together. */
static EVP_PKEY *raw_pair(const struct tee_key *key)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, key->parts[0].bytes, key->parts[0].size),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, key->parts[1].bytes, key->parts[1].size),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, key->type->name, NULL);
	EVP_PKEY *pkey = NULL;

	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

EVP_PKEY *tee_key_pkey(const struct tee_key *key, bool private)
{
	const struct tee_key_part *public = &key->parts[key->type->part_count - 1];

	if (key->type->family != TEE_KEY_RAW)
		return pkey_from_params(key, private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, private);
	if (private)
		return raw_pair(key);
	return EVP_PKEY_new_raw_public_key_ex(NULL, key->type->name, NULL, public->bytes, public->size);
}

/* --- from OpenSSL to parts --- */

/* A part of the type of that size, zeroed. */
static uint8_t *part_new(struct tee_key_part *part, size_t size)
{
	OPENSSL_secure_clear_free(part->bytes, part->size);
	*part = (struct tee_key_part){ .bytes = OPENSSL_secure_zalloc(size), .size = size };
	return part->bytes;
}

/* The raw private and public key straight into the parts, so that no copy lies about. */
static bool raw_take(struct tee_key *key, const EVP_PKEY *pkey)
{
	int i;

	for (i = 0; i < 2; i++) {
		size_t size = key->type->octets;
		uint8_t *bytes = part_new(&key->parts[i], size);
		int ok;

		if (!bytes)
			return false;
		ok = i ? EVP_PKEY_get_raw_public_key(pkey, bytes, &size)
		       : EVP_PKEY_get_raw_private_key(pkey, bytes, &size);
		if (ok != 1 || size != key->type->octets)
			return false;
	}
	return true;
}

/* A number of the key, padded to a size; 0: as short as it is. */
static bool number_take(struct tee_key_part *part, const EVP_PKEY *pkey, const char *param, bool secret, size_t size)
{
	BIGNUM *number = secret ? BN_secure_new() : BN_new();
	uint8_t *bytes = NULL;
	bool ok = number && EVP_PKEY_get_bn_param(pkey, param, &number) == 1;

	if (ok && !size)
		size = BN_num_bytes(number) ? (size_t)BN_num_bytes(number) : 1;
	if (ok)
		bytes = part_new(part, size);
	ok = bytes && BN_bn2binpad(number, bytes, (int)size) == (int)size;
	BN_clear_free(number);
	return ok;
}

static const char *param_of(const struct tee_key_part_type *part)
{
	if (part->attribute == TEE_ATTR_ECC_PUBLIC_VALUE_X)
		return OSSL_PKEY_PARAM_EC_PUB_X;
	if (part->attribute == TEE_ATTR_ECC_PUBLIC_VALUE_Y)
		return OSSL_PKEY_PARAM_EC_PUB_Y;
	return part->param;
}

/* The numbers of a new key; parts that are there were its parameters, and stay. */
static bool numbers_take(struct tee_key *key, const EVP_PKEY *pkey)
{
	size_t size = 0;
	int i;

	if (key->type->family == TEE_KEY_EC)
		size = (tee_key_curve(key)->bits + 7) / 8;
	for (i = 0; i < key->type->part_count; i++) {
		const struct tee_key_part_type *part = &key->type->parts[i];
		const char *param = param_of(part);

		if (key->parts[i].size || !param ||
		    (part->flags & TEE_KEY_GENERATE_MAY && part->flags & TEE_KEY_OPTIONAL))
			continue;
		if (!number_take(&key->parts[i], pkey, param, !(part->attribute & TEE_ATTR_FLAG_PUBLIC), size))
			return false;
	}
	return true;
}

/* --- new keys --- */

static TEE_Result generate_secret(struct tee_key *key, size_t size)
{
	uint8_t *bytes = part_new(&key->parts[0], size);

	return bytes && RAND_priv_bytes_ex(NULL, bytes, size, 0) == 1 ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

/* The context that makes a key of that type, with its parameters. */
static EVP_PKEY_CTX *generator_new(const struct tee_key *key)
{
	EVP_PKEY *domain;
	EVP_PKEY_CTX *ctx;

	if (key->type->family != TEE_KEY_DSA && key->type->family != TEE_KEY_DH)
		return EVP_PKEY_CTX_new_from_name(NULL, key->type->name, NULL);
	domain = pkey_from_params(key, EVP_PKEY_KEY_PARAMETERS, false);
	ctx = domain ? EVP_PKEY_CTX_new_from_pkey(NULL, domain, NULL) : NULL;
	EVP_PKEY_free(domain);
	return ctx;
}

static bool rsa_set_up(EVP_PKEY_CTX *ctx, const struct tee_key *key, uint32_t bits)
{
	struct tee_key_part e = tee_key_get(key, TEE_ATTR_RSA_PUBLIC_EXPONENT);
	BIGNUM *number = e.size ? number_new(&e, false) : NULL;
	bool ok = EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) == 1 &&
		  (!e.size || (number && EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, number) == 1));

	BN_free(number);
	return ok;
}

static bool generator_set_up(EVP_PKEY_CTX *ctx, const struct tee_key *key, uint32_t bits)
{
	if (EVP_PKEY_keygen_init(ctx) != 1)
		return false;
	if (key->type->family == TEE_KEY_RSA)
		return rsa_set_up(ctx, key, bits);
	return key->type->family != TEE_KEY_EC || EVP_PKEY_CTX_set_group_name(ctx, tee_key_curve(key)->name) == 1;
}

/* FIPS 186-4 §4.2; with other subprimes OpenSSL makes signatures that nobody takes. */
static bool subprime_fits(const struct tee_key *key)
{
	size_t size = tee_key_get(key, TEE_ATTR_DSA_SUBPRIME).size;

	return size == 20 || size == 28 || size == 32;
}

/* Whether the parameters are those of a key of so many bits. */
static bool parameters_fit(const struct tee_key *key, uint32_t bits)
{
	switch (key->type->family) {
	case TEE_KEY_DSA:
		return tee_key_bits(key) == bits && subprime_fits(key);
	case TEE_KEY_DH:
		return tee_key_bits(key) == bits && tee_key_value(key, TEE_ATTR_DH_X_BITS) < bits;
	case TEE_KEY_EC:
		return tee_key_curve(key) && tee_key_curve(key)->bits == bits;
	default:
		return true;
	}
}

TEE_Result tee_key_generate(struct tee_key *key, uint32_t bits)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx;
	TEE_Result result = TEE_ERROR_OUT_OF_MEMORY;

	if (key->type->family == TEE_KEY_SECRET)
		return generate_secret(key, bits / 8);
	if (!parameters_fit(key, bits))
		return TEE_ERROR_BAD_PARAMETERS;
	ctx = generator_new(key);
	/* From here on only what the caller gave can be wrong: a prime that is none, an even exponent. */
	if (ctx && (!generator_set_up(ctx, key, bits) || EVP_PKEY_keygen(ctx, &pkey) != 1))
		result = TEE_ERROR_BAD_PARAMETERS;
	if (pkey && (key->type->family == TEE_KEY_RAW ? raw_take(key, pkey) : numbers_take(key, pkey)))
		result = TEE_SUCCESS;
	EVP_PKEY_free(pkey);
	EVP_PKEY_CTX_free(ctx);
	return result;
}

/* --- whether parts belong together --- */

/* Signing with a public value that is not the private one's would give the private key away. */
static bool raw_pair_fits(const struct tee_key *key)
{
	EVP_PKEY *pkey = raw_private(key);
	uint8_t public[64];
	size_t size = sizeof(public);
	bool ok = pkey && EVP_PKEY_get_raw_public_key(pkey, public, &size) == 1 && size == key->parts[1].size &&
		  !CRYPTO_memcmp(public, key->parts[1].bytes, size);

	EVP_PKEY_free(pkey);
	return ok;
}

/* One of RFC 8017 §5.1's two primitives. */
static bool rsa_primitive(EVP_PKEY *pkey, bool private, const uint8_t *in, uint8_t *out, size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool ok = ctx && (private ? EVP_PKEY_decrypt_init(ctx) : EVP_PKEY_encrypt_init(ctx)) == 1 &&
		  EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
		  (private ? EVP_PKEY_decrypt(ctx, out, &size, in, size)
			   : EVP_PKEY_encrypt(ctx, out, &size, in, size)) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* What the public half encrypts, the private half decrypts: far cheaper than to look whether the primes are prime. */
static bool rsa_pair_fits(EVP_PKEY *pkey, size_t size)
{
	uint8_t plain[512] = { 0 };
	uint8_t secret[512];
	uint8_t back[512];

	plain[size - 1] = 2;
	return size <= sizeof(plain) && rsa_primitive(pkey, false, plain, secret, size) &&
	       rsa_primitive(pkey, true, secret, back, size) && !memcmp(plain, back, size);
}

static bool numbers_fit(const struct tee_key *key)
{
	bool pair = tee_key_type_is_pair(key->type);
	EVP_PKEY *pkey = tee_key_pkey(key, pair);
	EVP_PKEY_CTX *ctx = pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;
	bool ok = ctx;

	if (ok && key->type->family == TEE_KEY_RSA)
		ok = !pair || rsa_pair_fits(pkey, key->parts[0].size);
	else
		ok = ok && EVP_PKEY_public_check_quick(ctx) == 1 && (!pair || EVP_PKEY_pairwise_check(ctx) == 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return ok;
}

/* RFC 8017 §3.1: both are odd, and e is 3 at least. */
static bool rsa_public_fits(const struct tee_key *key)
{
	const struct tee_key_part *n = &key->parts[0];
	const struct tee_key_part *e = &key->parts[1];

	return n->bytes[n->size - 1] & 1 && e->bytes[e->size - 1] & 1 && (e->size > 1 || e->bytes[0] >= 3);
}

/* All that must be there is; octet strings have their size; of RSA's optional parts all are there or none (table 5-12). */
static bool parts_whole(const struct tee_key *key)
{
	int optional = 0;
	int i;

	for (i = 0; i < key->type->part_count; i++) {
		const struct tee_key_part_type *part = &key->type->parts[i];
		size_t size = key->parts[i].size;

		if (part->attribute & TEE_ATTR_FLAG_VALUE && size && size != TEE_KEY_VALUE_SIZE)
			return false;
		if (key->type->family == TEE_KEY_RAW && size != key->type->octets)
			return false;
		if (part->flags & TEE_KEY_OPTIONAL)
			optional += !!size;
		else if (!size)
			return false;
	}
	return key->type->family != TEE_KEY_RSA || !optional || optional == 5;
}

bool tee_key_valid(const struct tee_key *key)
{
	if (!parts_whole(key))
		return false;
	if (key->type->family == TEE_KEY_NONE)
		return true;
	if (!tee_key_type_has_bits(key->type, tee_key_bits(key)))
		return false;
	switch (key->type->family) {
	case TEE_KEY_SECRET:
		return true;
	case TEE_KEY_RAW:
		return !tee_key_type_is_pair(key->type) || raw_pair_fits(key);
	case TEE_KEY_RSA:
		return rsa_public_fits(key) && numbers_fit(key);
	case TEE_KEY_DSA:
		return subprime_fits(key) && numbers_fit(key);
	default:
		return numbers_fit(key);
	}
}
