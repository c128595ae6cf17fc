// SPDX-License-Identifier: BSD-2-Clause
/* Encryption with key pairs: GP Core 1.3 §6.7.1. RSA (RFC 8017 §7, and without padding) and SM2 (GB/T 32918.4). */
#include "libtee/internal/asymmetric.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/sm2.h"

#define RSA_SIZE_MAX 512	/* bytes of the largest modulus */

void tee_asymmetric_check(const char *function, TEE_OperationHandle operation, uint32_t class, uint32_t mode,
			  const TEE_Attribute *params, uint32_t count)
{
	tee_operation_check_ready(function, operation, class);
	if (tee_operation_mode(operation) != mode)
		tee_panic_misuse(function, "the operation has another mode");
	tee_memory_own(function, params, count * sizeof(*params));
}

const TEE_Attribute *tee_asymmetric_param(const TEE_Attribute *params, uint32_t count, uint32_t attribute)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (params[i].attributeID == attribute)
			return &params[i];
	return NULL;
}

bool tee_asymmetric_params_known(const TEE_Attribute *params, uint32_t count, uint32_t first, uint32_t second)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (params[i].attributeID != first && params[i].attributeID != second)
			return false;
	return true;
}

size_t tee_asymmetric_rsa_size(TEE_OperationHandle operation)
{
	return operation->keys[0].parts[0].size;
}

static bool oaep_label(EVP_PKEY_CTX *ctx, const TEE_Attribute *label)
{
	size_t size = label ? label->content.ref.length : 0;
	void *copy;

	if (!size)
		return true;
	tee_memory_any(__func__, label->content.ref.buffer, size);
	copy = size <= INT32_MAX ? OPENSSL_memdup(label->content.ref.buffer, size) : NULL;
	if (!copy)
		return false;
	/* The context takes the copy. */
	if (EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, (int)size) == 1)
		return true;
	OPENSSL_free(copy);
	return false;
}

/* §6.7.1: the label is empty, and the mask's digest that of the algorithm, unless the parameters say otherwise. */
static TEE_Result oaep_set_up(EVP_PKEY_CTX *ctx, const struct tee_algorithm *algorithm, const TEE_Attribute *params,
			      uint32_t count)
{
	const TEE_Attribute *mask = tee_asymmetric_param(params, count, TEE_ATTR_RSA_OAEP_MGF_HASH);
	const char *digest = algorithm->name;
	uint32_t id;

	if (!tee_asymmetric_params_known(params, count, TEE_ATTR_RSA_OAEP_MGF_HASH, TEE_ATTR_RSA_OAEP_LABEL))
		return TEE_ERROR_BAD_PARAMETERS;
	if (mask) {
		tee_memory_any(__func__, mask->content.ref.buffer, mask->content.ref.length);
		if (mask->content.ref.length != sizeof(id))
			return TEE_ERROR_BAD_PARAMETERS;
		memcpy(&id, mask->content.ref.buffer, sizeof(id));
		digest = tee_algorithm_digest_name(id);
		if (!digest)
			return TEE_ERROR_NOT_SUPPORTED;
	}
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, algorithm->name, NULL) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, digest, NULL) != 1 ||
	    !oaep_label(ctx, tee_asymmetric_param(params, count, TEE_ATTR_RSA_OAEP_LABEL)))
		return TEE_ERROR_OUT_OF_MEMORY;
	return TEE_SUCCESS;
}

static TEE_Result rsa_set_up(EVP_PKEY_CTX *ctx, TEE_OperationHandle operation, const TEE_Attribute *params,
			     uint32_t count)
{
	const struct tee_algorithm *algorithm = operation->algorithm;
	bool encrypts = tee_operation_mode(operation) == TEE_MODE_ENCRYPT;
	int padding = algorithm->scheme == TEE_SCHEME_RSA_NOPAD ? RSA_NO_PADDING : RSA_PKCS1_PADDING;

	if (!ctx || (encrypts ? EVP_PKEY_encrypt_init(ctx) : EVP_PKEY_decrypt_init(ctx)) != 1)
		return TEE_ERROR_OUT_OF_MEMORY;
	if (algorithm->scheme == TEE_SCHEME_RSAES_OAEP)
		return oaep_set_up(ctx, algorithm, params, count);
	if (count)
		return TEE_ERROR_BAD_PARAMETERS;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1 ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

/* Without padding, a short message is a small number. It must be smaller than the modulus, which OpenSSL checks. */
static TEE_Result rsa_encrypt(EVP_PKEY_CTX *ctx, TEE_OperationHandle operation, const uint8_t *src, size_t size,
			      uint8_t *dst)
{
	size_t modulus = tee_asymmetric_rsa_size(operation);
	uint8_t number[RSA_SIZE_MAX] = { 0 };
	size_t out = modulus;
	bool ok;

	if (size > modulus)
		return TEE_ERROR_BAD_PARAMETERS;
	if (operation->algorithm->scheme == TEE_SCHEME_RSA_NOPAD) {
		if (size)
			memcpy(number + modulus - size, src, size);
		src = number;
		size = modulus;
	}
	ok = EVP_PKEY_encrypt(ctx, dst, &out, src, size) == 1;
	OPENSSL_cleanse(number, sizeof(number));
	return ok ? TEE_SUCCESS : TEE_ERROR_BAD_PARAMETERS;
}

/* Into a buffer of our own: only the padding tells how long the message is. */
static TEE_Result rsa_decrypt(EVP_PKEY_CTX *ctx, TEE_OperationHandle operation, const uint8_t *src, size_t size,
			      void *dst, size_t *dst_size)
{
	bool nopad = operation->algorithm->scheme == TEE_SCHEME_RSA_NOPAD;
	uint8_t plain[RSA_SIZE_MAX];
	size_t out = sizeof(plain);
	TEE_Result result = TEE_SUCCESS;
	size_t room = *dst_size;

	if (size != tee_asymmetric_rsa_size(operation))
		return TEE_ERROR_BAD_PARAMETERS;
	if (EVP_PKEY_decrypt(ctx, plain, &out, src, size) != 1) {
		result = nopad ? TEE_ERROR_BAD_PARAMETERS : TEE_ERROR_CIPHERTEXT_INVALID;
	} else {
		*dst_size = out;
		if (room < out || (!dst && out))
			result = TEE_ERROR_SHORT_BUFFER;
		else if (out)
			memcpy(dst, plain, out);
	}
	OPENSSL_cleanse(plain, sizeof(plain));
	return result;
}

static TEE_Result rsa(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t count, const void *src,
		      size_t size, void *dst, size_t *dst_size)
{
	bool encrypts = tee_operation_mode(operation) == TEE_MODE_ENCRYPT;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, operation->pkey, NULL);
	TEE_Result result = rsa_set_up(ctx, operation, params, count);

	if (!result)
		result = encrypts ? rsa_encrypt(ctx, operation, src, size, dst) :
				    rsa_decrypt(ctx, operation, src, size, dst, dst_size);
	EVP_PKEY_CTX_free(ctx);
	/* What failed is told by the result; nothing may stay for who looks at the queue later. */
	ERR_clear_error();
	return result;
}

/* §6.7.1 */
TEE_Result TEE_AsymmetricEncrypt(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
				 const void *srcData, size_t srcLen, void *destData, size_t *destLen)
{
	size_t room;
	size_t need;

	tee_asymmetric_check(__func__, operation, TEE_OPERATION_ASYMMETRIC_CIPHER, TEE_MODE_ENCRYPT, params, paramCount);
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	if (operation->algorithm->scheme == TEE_SCHEME_SM2_PKE && (paramCount || !srcLen))
		return TEE_ERROR_BAD_PARAMETERS;
	room = *destLen;
	need = operation->algorithm->scheme == TEE_SCHEME_SM2_PKE ? tee_sm2_cipher_size(srcLen) :
								    tee_asymmetric_rsa_size(operation);
	*destLen = need;
	if (!destData || room < need)
		return TEE_ERROR_SHORT_BUFFER;
	if (operation->algorithm->scheme == TEE_SCHEME_SM2_PKE)
		return tee_sm2_encrypt(operation->pkey, srcData, srcLen, destData);
	return rsa(operation, params, paramCount, srcData, srcLen, destData, destLen);
}

/* §6.7.1 */
TEE_Result TEE_AsymmetricDecrypt(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
				 const void *srcData, size_t srcLen, void *destData, size_t *destLen)
{
	tee_asymmetric_check(__func__, operation, TEE_OPERATION_ASYMMETRIC_CIPHER, TEE_MODE_DECRYPT, params, paramCount);
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	if (operation->algorithm->scheme != TEE_SCHEME_SM2_PKE)
		return rsa(operation, params, paramCount, srcData, srcLen, destData, destLen);
	if (paramCount)
		return TEE_ERROR_BAD_PARAMETERS;
	return tee_sm2_decrypt(operation->pkey, srcData, srcLen, destData, destLen);
}
