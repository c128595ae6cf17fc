// SPDX-License-Identifier: BSD-2-Clause
/* Symmetric ciphers: GP Core 1.3 §6.4. ECB, CBC, CTR (NIST SP 800-38A), CTS (its addendum: CBC-CS3), XTS (IEEE 1619). */
#include "libtee/internal/cipher.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

/* EVP counts in int; what is longer goes in parts. Whole blocks of any cipher. */
#define PART_MAX ((size_t)1 << 30)
/* CTS and XTS need the last whole block and what follows it together. */
#define STEAL_BLOCK 16
#define STEAL_MAX (2 * STEAL_BLOCK)
#define XTS_PART_MAX ((size_t)1 << 20)

static bool encrypts(TEE_OperationHandle operation)
{
	return tee_operation_mode(operation) == TEE_MODE_ENCRYPT;
}

static bool steals(const struct tee_algorithm *algorithm)
{
	return algorithm->scheme == TEE_SCHEME_CTS || algorithm->scheme == TEE_SCHEME_XTS;
}

size_t tee_cipher_run(const char *function, EVP_CIPHER_CTX *ctx, const uint8_t *src, size_t size, uint8_t *dst)
{
	size_t done = 0;

	while (size) {
		size_t part = size < PART_MAX ? size : PART_MAX;
		int n;

		if (EVP_CipherUpdate(ctx, dst ? dst + done : NULL, &n, src, (int)part) != 1)
			tee_operation_broken(function);
		src += part;
		done += (size_t)n;
		size -= part;
	}
	return done;
}

void tee_cipher_start(const char *function, EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, const uint8_t *key,
		      const uint8_t *iv, bool encrypt)
{
	if (EVP_CipherInit_ex2(ctx, cipher, key, iv, encrypt, NULL) != 1)
		tee_operation_broken(function);
}

/* --- XTS (IEEE 1619-2018 §5.3) in pieces, where OpenSSL takes a data unit as a whole --- */

/* Multiplies the tweak by alpha, once for each block that was done. */
static void tweak_advance(uint8_t tweak[STEAL_BLOCK], size_t blocks)
{
	uint64_t low;
	uint64_t high;

	memcpy(&low, tweak, sizeof(low));
	memcpy(&high, tweak + 8, sizeof(high));
	while (blocks--) {
		uint64_t carry = high >> 63;

		high = high << 1 | low >> 63;
		low = low << 1 ^ (0x87 & (0 - carry));
	}
	memcpy(tweak, &low, sizeof(low));
	memcpy(tweak + 8, &high, sizeof(high));
}

/* One block with the tweak's key alone: the second of the two. */
static void tweak_crypt(const char *function, TEE_OperationHandle operation, bool encrypt, const uint8_t in[STEAL_BLOCK],
			uint8_t out[STEAL_BLOCK])
{
	const struct tee_key_part *key = &operation->keys[1].parts[0];
	EVP_CIPHER *ecb = EVP_CIPHER_fetch(NULL, key->size == 16 ? "AES-128-ECB" : "AES-256-ECB", NULL);

	if (!ecb)
		tee_operation_broken(function);
	tee_cipher_start(function, operation->second, ecb, key->bytes, NULL, encrypt);
	EVP_CIPHER_CTX_set_padding(operation->second, 0);
	tee_cipher_run(function, operation->second, in, STEAL_BLOCK, out);
	EVP_CIPHER_CTX_reset(operation->second);
	EVP_CIPHER_free(ecb);
}

/* OpenSSL begins each piece as if it were a data unit, so it gets the initial value whose tweak is the one due now. */
static void xts_run(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size, uint8_t *dst)
{
	uint8_t iv[STEAL_BLOCK];

	while (size) {
		/* A data unit has 2^20 blocks at most; all but the last piece are whole blocks, which is one at least. */
		size_t part = size < XTS_PART_MAX ? size : XTS_PART_MAX;

		if (size > part && size - part < STEAL_BLOCK)
			part -= STEAL_BLOCK;
		tweak_crypt(function, operation, false, operation->progress.chain, iv);
		tee_cipher_start(function, operation->cipher, NULL, NULL, iv, encrypts(operation));
		tee_cipher_run(function, operation->cipher, src, part, dst);
		tweak_advance(operation->progress.chain, part / STEAL_BLOCK);
		src += part;
		dst += part;
		size -= part;
	}
}

/* --- CTS and XTS: the last 17 to 32 bytes wait until they are known to be the last --- */

/* Whole blocks that are not the last ones. */
static void blocks_run(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size,
		       uint8_t *dst)
{
	if (!size)
		return;
	if (operation->algorithm->scheme == TEE_SCHEME_XTS)
		xts_run(function, operation, src, size, dst);
	else
		tee_cipher_run(function, operation->cipher, src, size, dst);
}

/* Puts out so many bytes, whole blocks, and holds the rest. */
static void steal_update(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size,
			 uint8_t *dst, size_t out)
{
	struct tee_progress *progress = &operation->progress;

	while (out && progress->pending) {
		size_t fill = STEAL_MAX - progress->pending < size ? STEAL_MAX - progress->pending : size;
		size_t go = out < STEAL_MAX ? out : STEAL_MAX;

		memcpy(progress->held + progress->pending, src, fill);
		progress->pending += fill;
		src += fill;
		size -= fill;
		blocks_run(function, operation, progress->held, go, dst);
		memmove(progress->held, progress->held + go, progress->pending - go);
		progress->pending -= go;
		dst += go;
		out -= go;
	}
	blocks_run(function, operation, src, out, dst);
	if (size > out)
		memcpy(progress->held + progress->pending, src + out, size - out);
	progress->pending += size - out;
}

/* OpenSSL's CTS takes one message at once; its beginning is plain CBC, and this is where it goes on. */
static void cts_finish(const char *function, TEE_OperationHandle operation, uint8_t *dst)
{
	char cs3[] = OSSL_CIPHER_CTS_MODE_CS3;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_CIPHER_PARAM_CTS_MODE, cs3, 0),
		OSSL_PARAM_construct_end(),
	};
	const struct tee_key_part *key = &operation->keys[0].parts[0];
	const char *name = key->size == 16 ? "AES-128-CBC-CTS" : key->size == 24 ? "AES-192-CBC-CTS" : "AES-256-CBC-CTS";
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	uint8_t iv[STEAL_BLOCK];

	if (!cipher || EVP_CIPHER_CTX_get_updated_iv(operation->cipher, iv, sizeof(iv)) != 1 ||
	    EVP_CipherInit_ex2(operation->cipher, cipher, key->bytes, iv, encrypts(operation), params) != 1)
		tee_operation_broken(function);
	tee_cipher_run(function, operation->cipher, operation->progress.held, operation->progress.pending, dst);
	EVP_CIPHER_free(cipher);
}

static void steal_finish(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size,
			 uint8_t *dst, size_t total)
{
	size_t before = total > STEAL_MAX ? (total - STEAL_BLOCK - 1) / STEAL_BLOCK * STEAL_BLOCK : 0;

	steal_update(function, operation, src, size, dst, before);
	if (operation->algorithm->scheme == TEE_SCHEME_XTS)
		xts_run(function, operation, operation->progress.held, operation->progress.pending, dst + before);
	else
		cts_finish(function, operation, dst + before);
}

/* --- sizes --- */

/* What comes out once so many bytes went in that were not put out before. */
static size_t update_size(TEE_OperationHandle operation, size_t total)
{
	const struct tee_algorithm *algorithm = operation->algorithm;

	if (algorithm->scheme == TEE_SCHEME_CTR)
		return total;
	if (steals(algorithm))
		return total > STEAL_MAX ? (total - STEAL_BLOCK - 1) / STEAL_BLOCK * STEAL_BLOCK : 0;
	/* The last block of a padded text could be the padding. */
	if (algorithm->pads && !encrypts(operation) && total)
		total--;
	return total / algorithm->block * algorithm->block;
}

/* The padding's length, which only the last block tells: a copy of the context is run to the end. */
static size_t unpadded_size(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size)
{
	EVP_CIPHER_CTX *copy = EVP_CIPHER_CTX_new();
	size_t total = operation->progress.pending + size;
	uint8_t scratch[1024 + TEE_BLOCK_MAX];
	size_t at;
	int n;

	if (!copy || EVP_CIPHER_CTX_copy(copy, operation->cipher) != 1)
		tee_operation_broken(function);
	for (at = 0; at < size; at += 1024)
		tee_cipher_run(function, copy, src + at, size - at < 1024 ? size - at : 1024, scratch);
	/* A wrong padding fails here too, and again when it is decrypted: then no room is needed for the last block. */
	if (EVP_CipherFinal_ex(copy, scratch, &n) != 1)
		n = 0;
	EVP_CIPHER_CTX_free(copy);
	OPENSSL_cleanse(scratch, sizeof(scratch));
	return update_size(operation, total) + (size_t)n;
}

/* What comes out in the end. */
static size_t final_size(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size,
			 size_t room)
{
	const struct tee_algorithm *algorithm = operation->algorithm;
	size_t total = operation->progress.pending + size;

	if (!algorithm->pads)
		return total;
	if (encrypts(operation))
		return (total / algorithm->block + 1) * algorithm->block;
	if (total % algorithm->block || !total)
		return 0;
	return room >= total ? total : unpadded_size(function, operation, src, size);
}

/* Whether the output fits; tells its size. */
static bool room_for(size_t size, const void *dst, size_t *dst_size)
{
	size_t room = *dst_size;

	*dst_size = size;
	return !size || (dst && room >= size);
}

/*
 * §6.4.2: source and destination are the same or have nothing in common. If they are the same and something is pending,
 * the output would run ahead of what was not read yet: then the source is copied. Returns what to read; copy is freed.
 */
static const uint8_t *source_of(const char *function, TEE_OperationHandle operation, const void *src, size_t size,
				const void *dst, uint8_t **copy)
{
	*copy = NULL;
	if (src != dst || !size || !operation->progress.pending)
		return src;
	*copy = OPENSSL_memdup(src, size);
	if (!*copy)
		tee_operation_broken(function);
	return *copy;
}

/* --- the functions --- */

/* Initial value or counter: all but ECB have one. */
static void check_iv(const char *function, const struct tee_algorithm *algorithm, const void *iv, size_t size)
{
	if (algorithm->scheme == TEE_SCHEME_ECB) {
		if (size)
			tee_panic_misuse(function, "ECB has no initial value");
		return;
	}
	tee_memory_any(function, iv, size);
	if (size != algorithm->block)
		tee_panic_misuse(function, "the initial value is not one block");
}

/* §6.4.1: also from the middle of another message, which is given up. */
void TEE_CipherInit(TEE_OperationHandle operation, const void *IV, size_t IVLen)
{
	const struct tee_algorithm *algorithm;
	uint8_t key[TEE_CIPHER_KEY_MAX];

	tee_operation_check_ready(__func__, operation, TEE_OPERATION_CIPHER);
	algorithm = operation->algorithm;
	check_iv(__func__, algorithm, IV, IVLen);
	tee_operation_initial(operation);
	tee_operation_cipher_key(operation, key);
	tee_cipher_start(__func__, operation->cipher, operation->evp, key, IV, encrypts(operation));
	OPENSSL_cleanse(key, sizeof(key));
	EVP_CIPHER_CTX_set_padding(operation->cipher, algorithm->pads);
	if (algorithm->scheme == TEE_SCHEME_XTS)
		tweak_crypt(__func__, operation, true, IV, operation->progress.chain);
	operation->state = TEE_OPERATION_STATE_ACTIVE;
}

/* §6.4.2 */
TEE_Result TEE_CipherUpdate(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
			    size_t *destLen)
{
	uint8_t *copy;
	const uint8_t *src;
	size_t out;

	tee_operation_check_active(__func__, operation, TEE_OPERATION_CIPHER);
	TEE_INBUF(srcData, srcLen);
	TEE_OUT(destLen, sizeof(*destLen));
	out = update_size(operation, operation->progress.pending + srcLen);
	if (!room_for(out, destData, destLen))
		return TEE_ERROR_SHORT_BUFFER;
	src = source_of(__func__, operation, srcData, srcLen, destData, &copy);
	if (steals(operation->algorithm)) {
		steal_update(__func__, operation, src, srcLen, destData, out);
	} else {
		uint8_t none[TEE_BLOCK_MAX];

		/* OpenSSL wants somewhere to write, even when it writes nothing. */
		tee_cipher_run(__func__, operation->cipher, src, srcLen, out ? destData : none);
		operation->progress.pending += srcLen - out;
	}
	OPENSSL_clear_free(copy, srcLen);
	return TEE_SUCCESS;
}

static void check_total(const char *function, TEE_OperationHandle operation, size_t total)
{
	const struct tee_algorithm *algorithm = operation->algorithm;

	if (steals(algorithm) && total < STEAL_BLOCK)
		tee_panic_misuse(function, "the text is shorter than a block");
	if (!steals(algorithm) && algorithm->scheme != TEE_SCHEME_CTR && !algorithm->pads && total % algorithm->block)
		tee_panic_misuse(function, "the text is not whole blocks, and the algorithm does not pad");
}

/* False: the padding is wrong. */
static bool finish(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size, uint8_t *dst,
		   size_t *dst_size)
{
	const struct tee_algorithm *algorithm = operation->algorithm;
	size_t total = operation->progress.pending + size;
	size_t out = update_size(operation, total);
	uint8_t last[TEE_BLOCK_MAX];
	int n = 0;

	if (algorithm->pads && !encrypts(operation) && total % algorithm->block)
		return false;
	tee_cipher_run(function, operation->cipher, src, size, out ? dst : last);
	if (EVP_CipherFinal_ex(operation->cipher, last, &n) != 1) {
		if (!algorithm->pads)
			tee_operation_broken(function);
		OPENSSL_cleanse(dst, out);
		return false;
	}
	if (n)
		memcpy(dst + out, last, (size_t)n);
	OPENSSL_cleanse(last, sizeof(last));
	*dst_size = out + (size_t)n;
	return true;
}

/* §6.4.3: when the output does not fit, nothing has been done. */
TEE_Result TEE_CipherDoFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
			     size_t *destLen)
{
	uint8_t *copy;
	const uint8_t *src;
	size_t total;
	size_t room;
	bool good = true;

	tee_operation_check_active(__func__, operation, TEE_OPERATION_CIPHER);
	TEE_INBUF(srcData, srcLen);
	/* §6.4.3: whoever expects no output needs no place for it. */
	if (destLen)
		TEE_OUT(destLen, sizeof(*destLen));
	room = destLen ? *destLen : 0;
	total = operation->progress.pending + srcLen;
	check_total(__func__, operation, total);
	if (!room_for(final_size(__func__, operation, srcData, srcLen, room), destData, destLen ? destLen : &room))
		return TEE_ERROR_SHORT_BUFFER;
	src = source_of(__func__, operation, srcData, srcLen, destData, &copy);
	if (steals(operation->algorithm))
		steal_finish(__func__, operation, src, srcLen, destData, total);
	else
		good = finish(__func__, operation, src, srcLen, destData, destLen ? destLen : &room);
	OPENSSL_clear_free(copy, srcLen);
	tee_operation_initial(operation);
	if (good)
		return TEE_SUCCESS;
	if (destLen)
		*destLen = 0;
	return TEE_ERROR_CIPHERTEXT_INVALID;
}
