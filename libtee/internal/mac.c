// SPDX-License-Identifier: BSD-2-Clause
/* Message authentication codes: GP Core 1.3 §6.5. HMAC (RFC 2104), CMAC (NIST SP 800-38B), CBC-MAC (ISO 9797-1). */
#include <string.h>

#include <openssl/crypto.h>

#include "libtee/internal/cipher.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

#define PIECE 1024

/* A CBC-MAC is the last block of the text's CBC encryption; all before it is thrown away. */
static void cbc_update(const char *function, TEE_OperationHandle operation, const uint8_t *chunk, size_t size)
{
	struct tee_progress *progress = &operation->progress;
	size_t block = operation->algorithm->block;
	uint8_t scratch[PIECE + TEE_BLOCK_MAX];
	size_t at;

	for (at = 0; at < size; at += PIECE) {
		size_t piece = size - at < PIECE ? size - at : PIECE;
		size_t n = tee_cipher_run(function, operation->cipher, chunk + at, piece, scratch);

		if (n)
			memcpy(progress->chain, scratch + n - block, block);
		progress->pending = (progress->pending + piece) % block;
	}
	OPENSSL_cleanse(scratch, sizeof(scratch));
}

static void cbc_finish(const char *function, TEE_OperationHandle operation, uint8_t *out)
{
	uint8_t last[TEE_BLOCK_MAX];
	int n;

	if (EVP_CipherFinal_ex(operation->cipher, last, &n) != 1)
		tee_operation_broken(function);
	memcpy(out, n ? last : operation->progress.chain, operation->algorithm->block);
}

static void update(const char *function, TEE_OperationHandle operation, const void *chunk, size_t size)
{
	if (!operation->mac)
		cbc_update(function, operation, chunk, size);
	else if (EVP_MAC_update(operation->mac, chunk, size) != 1)
		tee_operation_broken(function);
}

/* §6.5.3: without padding, the message must be whole blocks. */
static void check_total(const char *function, TEE_OperationHandle operation, size_t size)
{
	const struct tee_algorithm *algorithm = operation->algorithm;

	if (!operation->mac && !algorithm->pads && (operation->progress.pending + size) % algorithm->block)
		tee_panic_misuse(function, "the message is not whole blocks, and the algorithm does not pad");
}

/* Finishes into out, which has digest_size bytes. */
static void finish(const char *function, TEE_OperationHandle operation, const void *message, size_t size, uint8_t *out)
{
	size_t got;

	update(function, operation, message, size);
	if (!operation->mac)
		cbc_finish(function, operation, out);
	else if (EVP_MAC_final(operation->mac, out, &got, operation->algorithm->digest_size) != 1)
		tee_operation_broken(function);
	tee_operation_initial(operation);
}

static void cbc_start(const char *function, TEE_OperationHandle operation)
{
	static const uint8_t zeros[TEE_BLOCK_MAX];
	uint8_t key[TEE_CIPHER_KEY_MAX];

	tee_operation_cipher_key(operation, key);
	tee_cipher_start(function, operation->cipher, operation->evp, key, zeros, true);
	OPENSSL_cleanse(key, sizeof(key));
	EVP_CIPHER_CTX_set_padding(operation->cipher, operation->algorithm->pads);
}

/*
 * §6.5.1: also from the middle of another message, which is given up. None of these has an IV (that of a CBC-MAC is zero,
 * or it would not be secure). Without a key, EVP_MAC_init() starts again with the one it has.
 */
void TEE_MACInit(TEE_OperationHandle operation, const void *IV, size_t IVLen)
{
	(void)IV;
	(void)IVLen;
	tee_operation_check_ready(__func__, operation, TEE_OPERATION_MAC);
	tee_operation_initial(operation);
	if (!operation->mac)
		cbc_start(__func__, operation);
	else if (EVP_MAC_init(operation->mac, NULL, 0, NULL) != 1)
		tee_operation_broken(__func__);
	operation->state = TEE_OPERATION_STATE_ACTIVE;
}

/* §6.5.2 */
void TEE_MACUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize)
{
	tee_operation_check_active(__func__, operation, TEE_OPERATION_MAC);
	TEE_INBUF(chunk, chunkSize);
	update(__func__, operation, chunk, chunkSize);
}

/* §6.5.3 */
TEE_Result TEE_MACComputeFinal(TEE_OperationHandle operation, const void *message, size_t messageLen, void *mac,
			       size_t *macLen)
{
	size_t need;
	size_t room;

	tee_operation_check_active(__func__, operation, TEE_OPERATION_MAC);
	TEE_INBUF(message, messageLen);
	TEE_OUT(macLen, sizeof(*macLen));
	check_total(__func__, operation, messageLen);
	need = operation->algorithm->digest_size;
	room = *macLen;
	*macLen = need;
	if (room < need)
		return TEE_ERROR_SHORT_BUFFER;
	TEE_OUTBUF(mac, need);
	finish(__func__, operation, message, messageLen, mac);
	return TEE_SUCCESS;
}

/* §6.5.4: the length is public, the bytes are compared in constant time. */
TEE_Result TEE_MACCompareFinal(TEE_OperationHandle operation, const void *message, size_t messageLen, const void *mac,
			       size_t macLen)
{
	uint8_t expected[EVP_MAX_MD_SIZE];
	bool equal;

	tee_operation_check_active(__func__, operation, TEE_OPERATION_MAC);
	TEE_INBUF(message, messageLen);
	TEE_INBUF(mac, macLen);
	check_total(__func__, operation, messageLen);
	finish(__func__, operation, message, messageLen, expected);
	equal = macLen == operation->algorithm->digest_size && !CRYPTO_memcmp(expected, mac, macLen);
	OPENSSL_cleanse(expected, sizeof(expected));
	return equal ? TEE_SUCCESS : TEE_ERROR_MAC_INVALID;
}
