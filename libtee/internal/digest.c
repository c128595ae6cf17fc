// SPDX-License-Identifier: BSD-2-Clause
/* Digests: GP Core 1.3 §6.3. */
#include "libtee/internal/memory.h"
#include "libtee/internal/operation.h"

static void update(const char *function, TEE_OperationHandle operation, const void *chunk, size_t size)
{
	if (EVP_DigestUpdate(operation->md, chunk, size) != 1)
		tee_operation_broken(function);
}

/* §6.3.1 */
void TEE_DigestUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize)
{
	tee_operation_check(__func__, operation, TEE_OPERATION_DIGEST);
	TEE_INBUF(chunk, chunkSize);
	update(__func__, operation, chunk, chunkSize);
	operation->active = true;
}

/* §6.3.2: when the hash does not fit, nothing has been done. */
TEE_Result TEE_DigestDoFinal(TEE_OperationHandle operation, const void *chunk, size_t chunkLen, void *hash,
			     size_t *hashLen)
{
	size_t need;
	size_t room;

	tee_operation_check(__func__, operation, TEE_OPERATION_DIGEST);
	TEE_INBUF(chunk, chunkLen);
	TEE_OUT(hashLen, sizeof(*hashLen));
	need = operation->algorithm->digest_size;
	room = *hashLen;
	*hashLen = need;
	if (room < need)
		return TEE_ERROR_SHORT_BUFFER;
	TEE_OUTBUF(hash, need);
	update(__func__, operation, chunk, chunkLen);
	if (EVP_DigestFinal_ex(operation->md, hash, NULL) != 1 || EVP_DigestInit_ex2(operation->md, NULL, NULL) != 1)
		tee_operation_broken(__func__);
	operation->active = false;
	return TEE_SUCCESS;
}
