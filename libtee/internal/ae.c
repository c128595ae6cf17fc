// SPDX-License-Identifier: BSD-2-Clause
/* Authenticated encryption: GP Core 1.3 §6.6. AES-GCM (NIST SP 800-38D) and AES-CCM (NIST SP 800-38C, RFC 3610). */
#include <string.h>

#include <openssl/crypto.h>

#include "libtee/internal/ccm.h"
#include "libtee/internal/cipher.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

#define NONCE_MAX 512

static bool encrypts(TEE_OperationHandle operation)
{
	return tee_operation_mode(operation) == TEE_MODE_ENCRYPT;
}

static bool is_ccm(TEE_OperationHandle operation)
{
	return operation->algorithm->scheme == TEE_SCHEME_CCM;
}

/* --- GCM --- */

static void gcm_start(const char *function, TEE_OperationHandle operation, const uint8_t *nonce, size_t size)
{
	/* In steps: the nonce's length must be known before the nonce comes. */
	tee_cipher_start(function, operation->cipher, operation->evp, NULL, NULL, encrypts(operation));
	if (EVP_CIPHER_CTX_ctrl(operation->cipher, EVP_CTRL_AEAD_SET_IVLEN, (int)size, NULL) != 1)
		tee_operation_broken(function);
	tee_cipher_start(function, operation->cipher, NULL, operation->keys[0].parts[0].bytes, nonce,
			 encrypts(operation));
}

static void gcm_tag(const char *function, TEE_OperationHandle operation, uint8_t *tag)
{
	uint8_t none[TEE_BLOCK_MAX];
	int n;

	if (EVP_CipherFinal_ex(operation->cipher, none, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(operation->cipher, EVP_CTRL_AEAD_GET_TAG, (int)operation->progress.tag_size, tag) != 1)
		tee_operation_broken(function);
}

static bool gcm_tag_good(TEE_OperationHandle operation, uint8_t *tag)
{
	uint8_t none[TEE_BLOCK_MAX];
	int size = (int)operation->progress.tag_size;
	int n;

	return EVP_CIPHER_CTX_ctrl(operation->cipher, EVP_CTRL_AEAD_SET_TAG, size, tag) == 1 &&
	       EVP_CipherFinal_ex(operation->cipher, none, &n) == 1;
}

static bool ccm_tag_good(const char *function, TEE_OperationHandle operation, const uint8_t *tag)
{
	uint8_t expected[TEE_BLOCK_MAX];
	bool good;

	tee_ccm_tag(function, operation, expected);
	good = !CRYPTO_memcmp(expected, tag, operation->progress.tag_size);
	OPENSSL_cleanse(expected, sizeof(expected));
	return good;
}

/* --- the functions --- */

/* §6.6.1: for GCM 96 to 128 bits, for CCM 32 to 128 in steps of 16. */
static bool tag_size_there(TEE_OperationHandle operation, uint32_t bits)
{
	return is_ccm(operation) ? bits >= 32 && bits <= 128 && bits % 16 == 0
				 : bits >= 96 && bits <= 128 && bits % 8 == 0;
}

TEE_Result TEE_AEInit(TEE_OperationHandle operation, const void *nonce, size_t nonceLen, uint32_t tagLen, size_t AADLen,
		      size_t payloadLen)
{
	tee_operation_check_ready(__func__, operation, TEE_OPERATION_AE);
	TEE_MISUSE_IF(operation->state != TEE_OPERATION_STATE_INITIAL,
		      "the operation is active: finish or reset it first");
	TEE_INBUF(nonce, nonceLen);
	if (is_ccm(operation))
		TEE_MISUSE_IF(!tee_ccm_fits(nonceLen, payloadLen),
			      "a nonce of CCM has 7 to 13 bytes, and limits the payload");
	else
		TEE_MISUSE_IF(!nonceLen || nonceLen > NONCE_MAX, "a nonce has 1 to 512 bytes");
	if (!tag_size_there(operation, tagLen))
		return TEE_ERROR_NOT_SUPPORTED;
	operation->progress.tag_size = tagLen / 8;
	if (is_ccm(operation))
		tee_ccm_start(__func__, operation, nonce, nonceLen, AADLen, payloadLen);
	else
		gcm_start(__func__, operation, nonce, nonceLen);
	operation->state = TEE_OPERATION_STATE_ACTIVE;
	return TEE_SUCCESS;
}

/* §6.6.2 */
void TEE_AEUpdateAAD(TEE_OperationHandle operation, const void *AADdata, size_t AADdataLen)
{
	tee_operation_check_active(__func__, operation, TEE_OPERATION_AE);
	TEE_INBUF(AADdata, AADdataLen);
	TEE_MISUSE_IF(operation->progress.payload, "additional data comes before the payload");
	if (is_ccm(operation))
		tee_ccm_aad(__func__, operation, AADdata, AADdataLen);
	else
		tee_cipher_run(__func__, operation->cipher, AADdata, AADdataLen, NULL);
}

/* Whether the output fits; tells its size. */
static bool room_for(size_t size, const void *dst, size_t *dst_size)
{
	size_t room = *dst_size;

	*dst_size = size;
	return !size || (dst && room >= size);
}

static void update(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size, uint8_t *dst)
{
	operation->progress.payload = operation->progress.payload || size;
	if (is_ccm(operation))
		tee_ccm_update(function, operation, src, size, dst);
	else
		tee_cipher_run(function, operation->cipher, src, size, dst);
}

/* §6.6.3 */
TEE_Result TEE_AEUpdate(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
			size_t *destLen)
{
	tee_operation_check_active(__func__, operation, TEE_OPERATION_AE);
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	if (is_ccm(operation))
		tee_ccm_check(__func__, operation, srcLen, false);
	if (!room_for(srcLen, destData, destLen))
		return TEE_ERROR_SHORT_BUFFER;
	update(__func__, operation, srcData, srcLen, destData);
	return TEE_SUCCESS;
}

/* §6.6.4: when anything does not fit, both sizes are told and nothing has been done. */
TEE_Result TEE_AEEncryptFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
			      size_t *destLen, void *tag, size_t *tagLen)
{
	bool fits;

	tee_operation_check_active(__func__, operation, TEE_OPERATION_AE);
	TEE_MISUSE_IF(!encrypts(operation), "the operation decrypts");
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	TEE_OUT(tagLen, sizeof(*tagLen));
	if (is_ccm(operation))
		tee_ccm_check(__func__, operation, srcLen, true);
	fits = room_for(srcLen, destData, destLen);
	fits = room_for(operation->progress.tag_size, tag, tagLen) && fits;
	if (!fits)
		return TEE_ERROR_SHORT_BUFFER;
	update(__func__, operation, srcData, srcLen, destData);
	if (is_ccm(operation))
		tee_ccm_tag(__func__, operation, tag);
	else
		gcm_tag(__func__, operation, tag);
	tee_operation_initial(operation);
	return TEE_SUCCESS;
}

/* §6.6.5: with a wrong tag, nothing of this call's plain text stays. */
TEE_Result TEE_AEDecryptFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
			      size_t *destLen, const void *tag, size_t tagLen)
{
	uint8_t expected[TEE_BLOCK_MAX];
	bool good;

	tee_operation_check_active(__func__, operation, TEE_OPERATION_AE);
	TEE_MISUSE_IF(encrypts(operation), "the operation encrypts");
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	TEE_INBUF(tag, tagLen);
	if (is_ccm(operation))
		tee_ccm_check(__func__, operation, srcLen, true);
	if (!room_for(srcLen, destData, destLen))
		return TEE_ERROR_SHORT_BUFFER;
	good = tagLen == operation->progress.tag_size;
	/* The tag may lie where the plain text goes. */
	if (good)
		memcpy(expected, tag, tagLen);
	update(__func__, operation, srcData, srcLen, destData);
	good = good &&
	       (is_ccm(operation) ? ccm_tag_good(__func__, operation, expected) : gcm_tag_good(operation, expected));
	tee_operation_initial(operation);
	if (good)
		return TEE_SUCCESS;
	OPENSSL_cleanse(destData, srcLen);
	*destLen = 0;
	return TEE_ERROR_MAC_INVALID;
}
