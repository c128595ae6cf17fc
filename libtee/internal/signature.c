// SPDX-License-Identifier: BSD-2-Clause
/* Asymmetric operations: GP Core 1.3 §6.7. Pure Ed25519 (RFC 8032), whose "digest" is the message itself. */
#include "libtee/internal/memory.h"
#include "libtee/internal/operation.h"
#include "libtee/internal/panic.h"

#define ED25519_SIZE 64

static void check(const char *function, TEE_OperationHandle operation, uint32_t mode)
{
	tee_operation_check_ready(function, operation, TEE_OPERATION_ASYMMETRIC_SIGNATURE);
	if (tee_operation_mode(operation) != mode)
		tee_panic_misuse(function, "the operation has another mode");
}

/*
 * §6.7.2: TEE_ATTR_EDDSA_CTX and TEE_ATTR_EDDSA_PREHASH choose other schemes, which OpenSSL 3.0 does not have (it
 * ignores the parameters, and signs the same for each context).
 */
static bool other_scheme(const char *function, const TEE_Attribute *params, uint32_t count)
{
	tee_memory_own(function, params, count * sizeof(*params));
	return count;
}

/* §6.7.2 */
TEE_Result TEE_AsymmetricSignDigest(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
				    const void *digest, size_t digestLen, void *signature, size_t *signatureLen)
{
	EVP_MD_CTX *ctx;
	size_t room;
	size_t size = ED25519_SIZE;
	bool ok;

	check(__func__, operation, TEE_MODE_SIGN);
	TEE_INBUF(digest, digestLen);
	TEE_OUT(signatureLen, sizeof(*signatureLen));
	if (other_scheme(__func__, params, paramCount))
		return TEE_ERROR_NOT_SUPPORTED;
	room = *signatureLen;
	*signatureLen = size;
	if (!signature || room < size)
		return TEE_ERROR_SHORT_BUFFER;
	ctx = EVP_MD_CTX_new();
	ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, operation->pkey) == 1 &&
	     EVP_DigestSign(ctx, signature, &size, digest, digestLen) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

/* §6.7.3 */
TEE_Result TEE_AsymmetricVerifyDigest(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
				      const void *digest, size_t digestLen, const void *signature, size_t signatureLen)
{
	TEE_Result result = TEE_ERROR_SIGNATURE_INVALID;
	EVP_MD_CTX *ctx;

	check(__func__, operation, TEE_MODE_VERIFY);
	TEE_INBUF(digest, digestLen);
	TEE_INBUF(signature, signatureLen);
	if (other_scheme(__func__, params, paramCount))
		return TEE_ERROR_NOT_SUPPORTED;
	if (signatureLen != ED25519_SIZE)
		return TEE_ERROR_SIGNATURE_INVALID;
	ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, operation->pkey) != 1)
		result = TEE_ERROR_OUT_OF_MEMORY;
	else if (EVP_DigestVerify(ctx, signature, signatureLen, digest, digestLen) == 1)
		result = TEE_SUCCESS;
	EVP_MD_CTX_free(ctx);
	return result;
}
