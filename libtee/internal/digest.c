// SPDX-License-Identifier: BSD-2-Clause
/* Digests: GP Core 1.3 §6.3. Of an extendable-output function (FIPS 202 §6.2) the caller's buffer says how long. */
#include <string.h>

#include <openssl/crypto.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/operation.h"
#include "libtee/internal/panic.h"

static void update(const char *function, TEE_OperationHandle operation, const void *chunk, size_t size)
{
	if (EVP_DigestUpdate(operation->md, chunk, size) != 1)
		tee_operation_broken(function);
}

static bool extends(TEE_OperationHandle operation)
{
	return operation->algorithm->scheme == TEE_SCHEME_XOF;
}

/*
 * Makes the first size bytes of the output. OpenSSL before 3.3 gives the output of an extendable-output function once
 * only, so a copy of the state gives it, and the state stays for a longer one.
 */
static void extract_make(const char *function, TEE_OperationHandle operation, size_t size)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	uint8_t *out = OPENSSL_malloc(size);
	bool ok = copy && out && EVP_MD_CTX_copy_ex(copy, operation->md) == 1;

	ok = ok && (extends(operation) ? EVP_DigestFinalXOF(copy, out, size) : EVP_DigestFinal_ex(copy, out, NULL)) == 1;
	EVP_MD_CTX_free(copy);
	if (!ok)
		tee_operation_broken(function);
	OPENSSL_clear_free(operation->extract, operation->extract_size);
	operation->extract = out;
	operation->extract_size = size;
}

/* Gives the next bytes away: as many as wanted, or of a digest as are left. Returns how many. */
static size_t extract(const char *function, TEE_OperationHandle operation, uint8_t *out, size_t size)
{
	size_t made = operation->extract_size;
	size_t left;

	/* What is made at least doubles, so that many small pieces do not cost their square. */
	if (extends(operation) && size > made - operation->extract_used) {
		if (size > SIZE_MAX / 2 - made)
			tee_operation_broken(function);
		extract_make(function, operation, made + (size > made ? size : made));
	} else if (!extends(operation) && !made) {
		extract_make(function, operation, operation->algorithm->digest_size);
	}
	left = operation->extract_size - operation->extract_used;
	if (size > left)
		size = left;
	if (size)
		memcpy(out, operation->extract + operation->extract_used, size);
	operation->extract_used += size;
	return size;
}

/* §6.3.1 */
void TEE_DigestUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize)
{
	tee_operation_check(__func__, operation, TEE_OPERATION_DIGEST);
	TEE_MISUSE_IF(operation->state == TEE_OPERATION_STATE_EXTRACTING, "the digest is being extracted");
	TEE_INBUF(chunk, chunkSize);
	update(__func__, operation, chunk, chunkSize);
	operation->state = TEE_OPERATION_STATE_ACTIVE;
}

/* The last piece of an output that TEE_DigestExtract began. */
static TEE_Result final_extract(const char *function, TEE_OperationHandle operation, size_t chunk_size, void *hash,
				size_t *hash_size)
{
	if (chunk_size)
		tee_panic_misuse(function, "the digest is being extracted");
	tee_memory_any(function, hash, *hash_size);
	*hash_size = extract(function, operation, hash, *hash_size);
	tee_operation_initial(operation);
	return TEE_SUCCESS;
}

static void final_xof(const char *function, TEE_OperationHandle operation, void *hash, size_t size)
{
	/* A length of 0 is refused by OpenSSL, and has no bytes. */
	if (size && EVP_DigestFinalXOF(operation->md, hash, size) != 1)
		tee_operation_broken(function);
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
	if (operation->state == TEE_OPERATION_STATE_EXTRACTING)
		return final_extract(__func__, operation, chunkLen, hash, hashLen);
	room = *hashLen;
	need = extends(operation) ? room : operation->algorithm->digest_size;
	*hashLen = need;
	if (room < need)
		return TEE_ERROR_SHORT_BUFFER;
	TEE_OUTBUF(hash, need);
	update(__func__, operation, chunk, chunkLen);
	if (extends(operation))
		final_xof(__func__, operation, hash, need);
	else if (EVP_DigestFinal_ex(operation->md, hash, NULL) != 1)
		tee_operation_broken(__func__);
	tee_operation_initial(operation);
	return TEE_SUCCESS;
}

/* §6.3.3 */
TEE_Result TEE_DigestExtract(TEE_OperationHandle operation, void *hash, size_t *hashLen)
{
	tee_operation_check(__func__, operation, TEE_OPERATION_DIGEST);
	TEE_OUT(hashLen, sizeof(*hashLen));
	TEE_OUTBUF(hash, *hashLen);
	operation->state = TEE_OPERATION_STATE_EXTRACTING;
	*hashLen = extract(__func__, operation, hash, *hashLen);
	return TEE_SUCCESS;
}
