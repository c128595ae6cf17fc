// SPDX-License-Identifier: BSD-2-Clause
/* Authenticated encryption: GP Core 1.3 §6.6. AES-GCM (NIST SP 800-38D). */
#include <limits.h>

#include <openssl/crypto.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/operation.h"
#include "libtee/internal/panic.h"

/* EVP counts in int; what is longer goes in parts. */
#define PART_MAX ((size_t)1 << 30)
#define NONCE_MAX 512
#define TAG_MAX 16

static const EVP_CIPHER *cipher_of(const struct tee_key *key)
{
	switch (tee_key_bits(key)) {
	case 128:
		return EVP_aes_128_gcm();
	case 192:
		return EVP_aes_192_gcm();
	default:
		return EVP_aes_256_gcm();
	}
}

static bool encrypts(TEE_OperationHandle operation)
{
	return tee_operation_mode(operation) == TEE_MODE_ENCRYPT;
}

static void check_active(const char *function, TEE_OperationHandle operation)
{
	tee_operation_check_ready(function, operation, TEE_OPERATION_AE);
	if (!operation->active)
		tee_panic_misuse(function, "TEE_AEInit comes first");
}

/* dst is NULL for additional data. */
static void update(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size, uint8_t *dst)
{
	while (size) {
		size_t part = size < PART_MAX ? size : PART_MAX;
		int n;

		if (EVP_CipherUpdate(operation->cipher, dst, &n, src, (int)part) != 1)
			tee_operation_broken(function);
		src += part;
		dst = dst ? dst + part : NULL;
		size -= part;
	}
}

/* §6.6.1: AADLen and payloadLen are for CCM. Tags have 96 to 128 bits, as NIST recommends. */
TEE_Result TEE_AEInit(TEE_OperationHandle operation, const void *nonce, size_t nonceLen, uint32_t tagLen, size_t AADLen,
		      size_t payloadLen)
{
	(void)AADLen;
	(void)payloadLen;
	tee_operation_check_ready(__func__, operation, TEE_OPERATION_AE);
	TEE_MISUSE_IF(operation->active, "the operation is active: finish or reset it first");
	TEE_INBUF(nonce, nonceLen);
	TEE_MISUSE_IF(!nonceLen || nonceLen > NONCE_MAX, "a nonce has 1 to 512 bytes");
	if (tagLen % 8 || tagLen < 96 || tagLen > TAG_MAX * 8)
		return TEE_ERROR_NOT_SUPPORTED;
	/* In steps: the nonce's length must be known before the nonce comes. */
	if (EVP_CipherInit_ex2(operation->cipher, cipher_of(&operation->key), NULL, NULL, encrypts(operation), NULL) != 1 ||
	    EVP_CIPHER_CTX_ctrl(operation->cipher, EVP_CTRL_AEAD_SET_IVLEN, (int)nonceLen, NULL) != 1 ||
	    EVP_CipherInit_ex2(operation->cipher, NULL, operation->key.parts[0].bytes, nonce, -1, NULL) != 1)
		tee_operation_broken(__func__);
	operation->tag_size = tagLen / 8;
	operation->active = true;
	return TEE_SUCCESS;
}

/* §6.6.2 */
void TEE_AEUpdateAAD(TEE_OperationHandle operation, const void *AADdata, size_t AADdataLen)
{
	check_active(__func__, operation);
	TEE_INBUF(AADdata, AADdataLen);
	update(__func__, operation, AADdata, AADdataLen, NULL);
}

/* Whether the output fits; tells its size. */
static bool room_for(size_t size, const void *dst, size_t *dst_size)
{
	size_t room = *dst_size;

	*dst_size = size;
	return !size || (dst && room >= size);
}

/* §6.6.3 */
TEE_Result TEE_AEUpdate(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
			size_t *destLen)
{
	check_active(__func__, operation);
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	if (!room_for(srcLen, destData, destLen))
		return TEE_ERROR_SHORT_BUFFER;
	update(__func__, operation, srcData, srcLen, destData);
	return TEE_SUCCESS;
}

static void end(TEE_OperationHandle operation)
{
	/* The expanded key goes too; the operation's own copy starts the next message. */
	EVP_CIPHER_CTX_reset(operation->cipher);
	operation->active = false;
	operation->tag_size = 0;
}

/* §6.6.4: when anything does not fit, both sizes are told and nothing has been done. */
TEE_Result TEE_AEEncryptFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
			      size_t *destLen, void *tag, size_t *tagLen)
{
	uint8_t none[TAG_MAX];
	size_t tag_size;
	bool fits;
	int n;

	check_active(__func__, operation);
	TEE_MISUSE_IF(!encrypts(operation), "the operation decrypts");
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	TEE_OUT(tagLen, sizeof(*tagLen));
	tag_size = operation->tag_size;
	fits = room_for(srcLen, destData, destLen);
	fits = room_for(tag_size, tag, tagLen) && fits;
	if (!fits)
		return TEE_ERROR_SHORT_BUFFER;
	update(__func__, operation, srcData, srcLen, destData);
	if (EVP_CipherFinal_ex(operation->cipher, none, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(operation->cipher, EVP_CTRL_AEAD_GET_TAG, (int)tag_size, tag) != 1)
		tee_operation_broken(__func__);
	end(operation);
	return TEE_SUCCESS;
}

/* §6.6.5: with a wrong tag, nothing of this call's plain text stays. */
TEE_Result TEE_AEDecryptFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
			      size_t *destLen, const void *tag, size_t tagLen)
{
	uint8_t expected[TAG_MAX];
	uint8_t none[TAG_MAX];
	bool good;
	int n;

	check_active(__func__, operation);
	TEE_MISUSE_IF(encrypts(operation), "the operation encrypts");
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	TEE_INBUF(tag, tagLen);
	if (!room_for(srcLen, destData, destLen))
		return TEE_ERROR_SHORT_BUFFER;
	good = tagLen == operation->tag_size;
	if (good)
		TEE_MemMove(expected, tag, tagLen);
	update(__func__, operation, srcData, srcLen, destData);
	good = good && EVP_CIPHER_CTX_ctrl(operation->cipher, EVP_CTRL_AEAD_SET_TAG, (int)tagLen, expected) == 1 &&
	       EVP_CipherFinal_ex(operation->cipher, none, &n) == 1;
	end(operation);
	if (good)
		return TEE_SUCCESS;
	OPENSSL_cleanse(destData, srcLen);
	*destLen = 0;
	return TEE_ERROR_MAC_INVALID;
}
