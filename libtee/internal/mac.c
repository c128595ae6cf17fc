// SPDX-License-Identifier: BSD-2-Clause
/* Message authentication codes: GP Core 1.3 §6.5. */
#include <openssl/crypto.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/operation.h"
#include "libtee/internal/panic.h"

static void update(const char *function, TEE_OperationHandle operation, const void *chunk, size_t size)
{
	if (EVP_MAC_update(operation->mac, chunk, size) != 1)
		tee_operation_broken(function);
}

/* Finishes into out, which has digest_size bytes. */
static void finish(const char *function, TEE_OperationHandle operation, const void *message, size_t size, uint8_t *out)
{
	size_t got;

	update(function, operation, message, size);
	if (EVP_MAC_final(operation->mac, out, &got, operation->algorithm->digest_size) != 1)
		tee_operation_broken(function);
	operation->active = false;
}

static void check_active(const char *function, TEE_OperationHandle operation)
{
	tee_operation_check_ready(function, operation, TEE_OPERATION_MAC);
	if (!operation->active)
		tee_panic_misuse(function, "TEE_MACInit comes first");
}

/* §6.5.1: an HMAC has no IV. Without a key, EVP_MAC_init() starts again with the one it has. */
void TEE_MACInit(TEE_OperationHandle operation, const void *IV, size_t IVLen)
{
	(void)IV;
	(void)IVLen;
	tee_operation_check_ready(__func__, operation, TEE_OPERATION_MAC);
	if (EVP_MAC_init(operation->mac, NULL, 0, NULL) != 1)
		tee_operation_broken(__func__);
	operation->active = true;
}

/* §6.5.2 */
void TEE_MACUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize)
{
	check_active(__func__, operation);
	TEE_INBUF(chunk, chunkSize);
	update(__func__, operation, chunk, chunkSize);
}

/* §6.5.3 */
TEE_Result TEE_MACComputeFinal(TEE_OperationHandle operation, const void *message, size_t messageLen, void *mac,
			       size_t *macLen)
{
	size_t need;
	size_t room;

	check_active(__func__, operation);
	TEE_INBUF(message, messageLen);
	TEE_OUT(macLen, sizeof(*macLen));
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

	check_active(__func__, operation);
	TEE_INBUF(message, messageLen);
	TEE_INBUF(mac, macLen);
	finish(__func__, operation, message, messageLen, expected);
	equal = macLen == operation->algorithm->digest_size && !CRYPTO_memcmp(expected, mac, macLen);
	OPENSSL_cleanse(expected, sizeof(expected));
	return equal ? TEE_SUCCESS : TEE_ERROR_MAC_INVALID;
}
