// SPDX-License-Identifier: BSD-2-Clause
/*
 * Signatures: GP Core 1.3 §6.7.2, §6.7.3. RSASSA (RFC 8017 §8), DSA and ECDSA (FIPS 186-4), SM2 (GB/T 32918.2), Ed25519
 * and Ed448 (RFC 8032). What is signed is a digest, except with the last two, whose "digest" is the message itself.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/dsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "libtee/internal/asymmetric.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

#define HALF_MAX 66		/* bytes of a number of a signature: of the order of P-521 */
#define DER_MAX (2 * (HALF_MAX + 4) + 4)

/* --- sizes --- */

/* Each of the two numbers of a signature: as large as the order of the group. */
static size_t half_size(TEE_OperationHandle operation)
{
	const struct tee_key *key = &operation->keys[0];

	if (key->type->family == TEE_KEY_DSA)
		return tee_key_get(key, TEE_ATTR_DSA_SUBPRIME).size;
	return (tee_key_bits(key) + 7) / 8;
}

static size_t signature_size(TEE_OperationHandle operation)
{
	switch (operation->algorithm->scheme) {
	case TEE_SCHEME_RSASSA_PKCS1:
	case TEE_SCHEME_RSASSA_PSS:
		return tee_asymmetric_rsa_size(operation);
	case TEE_SCHEME_EDDSA:
		return 2 * operation->keys[0].type->octets;
	default:
		return 2 * half_size(operation);
	}
}

/* --- parameters --- */

/*
 * §6.7.2: TEE_ATTR_EDDSA_CTX and TEE_ATTR_EDDSA_PREHASH choose Ed25519ctx, Ed25519ph, Ed448ph or another context of
 * Ed448. OpenSSL 3.0 has none of them (it ignores the parameters, and signs the same for each context).
 */
static TEE_Result eddsa_params(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t count)
{
	const TEE_Attribute *context = tee_asymmetric_param(params, count, TEE_ATTR_EDDSA_CTX);
	const TEE_Attribute *prehash = tee_asymmetric_param(params, count, TEE_ATTR_EDDSA_PREHASH);
	bool is_448 = operation->algorithm->id == TEE_ALG_ED448;

	if (!tee_asymmetric_params_known(params, count, TEE_ATTR_EDDSA_CTX, TEE_ATTR_EDDSA_PREHASH))
		return TEE_ERROR_BAD_PARAMETERS;
	if (prehash && prehash->content.value.a)
		return TEE_ERROR_NOT_SUPPORTED;
	/* RFC 8032 §5.1, §5.2: plain Ed448 is the one with an empty context; plain Ed25519 has none, not even that. */
	if (context && (!is_448 || context->content.ref.length))
		return TEE_ERROR_NOT_SUPPORTED;
	return TEE_SUCCESS;
}

static TEE_Result params_check(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t count)
{
	bool known;

	switch (operation->algorithm->scheme) {
	case TEE_SCHEME_EDDSA:
		return eddsa_params(operation, params, count);
	case TEE_SCHEME_RSASSA_PSS:
		known = tee_asymmetric_params_known(params, count, TEE_ATTR_RSA_PSS_SALT_LENGTH, 0);
		break;
	default:
		known = !count;
	}
	return known ? TEE_SUCCESS : TEE_ERROR_BAD_PARAMETERS;
}

/* --- RSA --- */

static bool rsa_set_up(EVP_PKEY_CTX *ctx, TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t count)
{
	const struct tee_algorithm *algorithm = operation->algorithm;
	bool pss = algorithm->scheme == TEE_SCHEME_RSASSA_PSS;
	const TEE_Attribute *salt = tee_asymmetric_param(params, count, TEE_ATTR_RSA_PSS_SALT_LENGTH);
	uint32_t salt_size = salt ? salt->content.value.a : algorithm->digest_size;
	EVP_MD *md = EVP_MD_fetch(NULL, algorithm->name, NULL);
	bool ok = md && EVP_PKEY_CTX_set_rsa_padding(ctx, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1 &&
		  EVP_PKEY_CTX_set_signature_md(ctx, md) == 1;

	if (ok && pss)
		ok = salt_size <= INT32_MAX && EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)salt_size) == 1;
	EVP_MD_free(md);
	return ok;
}

static bool rsa_sign(EVP_PKEY_CTX *ctx, TEE_OperationHandle operation, const uint8_t *digest, uint8_t *signature)
{
	size_t size = tee_asymmetric_rsa_size(operation);

	return EVP_PKEY_sign(ctx, signature, &size, digest, operation->algorithm->digest_size) == 1;
}

/* --- DSA, ECDSA, SM2: r ‖ s here, ASN.1 there --- */

static bool pair_sign(EVP_PKEY_CTX *ctx, TEE_OperationHandle operation, const uint8_t *digest, uint8_t *signature)
{
	size_t half = half_size(operation);
	uint8_t der[DER_MAX];
	size_t size = sizeof(der);
	const unsigned char *at = der;
	const BIGNUM *r;
	const BIGNUM *s;
	DSA_SIG *pair;
	bool ok;

	if (EVP_PKEY_sign(ctx, der, &size, digest, operation->algorithm->digest_size) != 1)
		return false;
	pair = d2i_DSA_SIG(NULL, &at, (long)size);
	if (!pair)
		return false;
	DSA_SIG_get0(pair, &r, &s);
	ok = BN_bn2binpad(r, signature, (int)half) == (int)half &&
	     BN_bn2binpad(s, signature + half, (int)half) == (int)half;
	DSA_SIG_free(pair);
	return ok;
}

static bool pair_verify(EVP_PKEY_CTX *ctx, TEE_OperationHandle operation, const uint8_t *digest,
			const uint8_t *signature)
{
	size_t half = half_size(operation);
	BIGNUM *r = BN_bin2bn(signature, (int)half, NULL);
	BIGNUM *s = BN_bin2bn(signature + half, (int)half, NULL);
	DSA_SIG *pair = DSA_SIG_new();
	unsigned char *der = NULL;
	int size;
	bool ok;

	if (!r || !s || !pair || DSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		DSA_SIG_free(pair);
		return false;
	}
	size = i2d_DSA_SIG(pair, &der);
	ok = size > 0 && EVP_PKEY_verify(ctx, der, (size_t)size, digest, operation->algorithm->digest_size) == 1;
	OPENSSL_free(der);
	DSA_SIG_free(pair);
	return ok;
}

/* --- Ed25519, Ed448 --- */

static bool eddsa_sign(TEE_OperationHandle operation, const uint8_t *message, size_t size, uint8_t *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t out = signature_size(operation);
	bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, operation->pkey) == 1 &&
		  EVP_DigestSign(ctx, signature, &out, message, size) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

static TEE_Result eddsa_verify(TEE_OperationHandle operation, const uint8_t *message, size_t size,
			       const uint8_t *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	TEE_Result result = TEE_ERROR_SIGNATURE_INVALID;

	if (!ctx || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, operation->pkey) != 1)
		result = TEE_ERROR_OUT_OF_MEMORY;
	else if (EVP_DigestVerify(ctx, signature, signature_size(operation), message, size) == 1)
		result = TEE_SUCCESS;
	EVP_MD_CTX_free(ctx);
	return result;
}

/* --- the functions --- */

static void check_digest(const char *function, TEE_OperationHandle operation, size_t size)
{
	if (operation->algorithm->scheme != TEE_SCHEME_EDDSA && size != operation->algorithm->digest_size)
		tee_panic_misuse(function, "the digest has not the algorithm's length");
}

static bool is_rsa(TEE_OperationHandle operation)
{
	return operation->keys[0].type->family == TEE_KEY_RSA;
}

/* RSA refuses a modulus with no room for digest and salt. */
static TEE_Result digest_sign(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t count,
			      const uint8_t *digest, uint8_t *signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, operation->pkey, NULL);
	TEE_Result result = TEE_SUCCESS;

	if (!ctx || EVP_PKEY_sign_init(ctx) != 1)
		result = TEE_ERROR_OUT_OF_MEMORY;
	else if (!is_rsa(operation))
		result = pair_sign(ctx, operation, digest, signature) ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
	else if (!rsa_set_up(ctx, operation, params, count) || !rsa_sign(ctx, operation, digest, signature))
		result = TEE_ERROR_BAD_PARAMETERS;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return result;
}

/* §6.7.2 */
TEE_Result TEE_AsymmetricSignDigest(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
				    const void *digest, size_t digestLen, void *signature, size_t *signatureLen)
{
	TEE_Result result;
	size_t room;
	size_t size;

	tee_asymmetric_check(__func__, operation, TEE_OPERATION_ASYMMETRIC_SIGNATURE, TEE_MODE_SIGN, params, paramCount);
	TEE_INBUF(digest, digestLen);
	TEE_OUT(signatureLen, sizeof(*signatureLen));
	check_digest(__func__, operation, digestLen);
	result = params_check(operation, params, paramCount);
	if (result)
		return result;
	size = signature_size(operation);
	room = *signatureLen;
	*signatureLen = size;
	if (!signature || room < size)
		return TEE_ERROR_SHORT_BUFFER;
	if (operation->algorithm->scheme != TEE_SCHEME_EDDSA)
		return digest_sign(operation, params, paramCount, digest, signature);
	return eddsa_sign(operation, digest, digestLen, signature) ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

static TEE_Result digest_verify(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t count,
				const uint8_t *digest, const uint8_t *signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, operation->pkey, NULL);
	TEE_Result result = TEE_ERROR_SIGNATURE_INVALID;
	bool good;

	if (!ctx || EVP_PKEY_verify_init(ctx) != 1) {
		result = TEE_ERROR_OUT_OF_MEMORY;
	} else {
		good = is_rsa(operation) ? rsa_set_up(ctx, operation, params, count) &&
					   EVP_PKEY_verify(ctx, signature, signature_size(operation), digest,
							   operation->algorithm->digest_size) == 1 :
					   pair_verify(ctx, operation, digest, signature);
		if (good)
			result = TEE_SUCCESS;
	}
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return result;
}

/* §6.7.3 */
TEE_Result TEE_AsymmetricVerifyDigest(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
				      const void *digest, size_t digestLen, const void *signature, size_t signatureLen)
{
	TEE_Result result;

	tee_asymmetric_check(__func__, operation, TEE_OPERATION_ASYMMETRIC_SIGNATURE, TEE_MODE_VERIFY, params,
			     paramCount);
	TEE_INBUF(digest, digestLen);
	TEE_INBUF(signature, signatureLen);
	check_digest(__func__, operation, digestLen);
	result = params_check(operation, params, paramCount);
	if (result)
		return result;
	if (signatureLen != signature_size(operation))
		return TEE_ERROR_SIGNATURE_INVALID;
	if (operation->algorithm->scheme != TEE_SCHEME_EDDSA)
		return digest_verify(operation, params, paramCount, digest, signature);
	return eddsa_verify(operation, digest, digestLen, signature);
}
