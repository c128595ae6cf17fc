// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/ccm.h"

#include <string.h>

#include <openssl/crypto.h>

#include "libtee/internal/bytes.h"
#include "libtee/internal/cipher.h"
#include "libtee/internal/panic.h"

#define BLOCK 16
#define PIECE 1024

/* The counter and the payload's length have what the nonce leaves of a block (RFC 3610 §2.1: L, 2 to 8). */
static size_t counter_size(size_t nonce_size)
{
	return BLOCK - 1 - nonce_size;
}

bool tee_ccm_fits(size_t nonce_size, size_t payload_size)
{
	size_t l;

	if (nonce_size < 7 || nonce_size > 13)
		return false;
	l = counter_size(nonce_size);
	return l >= sizeof(payload_size) || payload_size >> (8 * l) == 0;
}

/* The CBC-MAC takes bytes; the last block's cipher text is the MAC so far. */
static void mac_update(const char *function, TEE_OperationHandle operation, const uint8_t *data, size_t size)
{
	struct tee_progress *progress = &operation->progress;
	uint8_t scratch[PIECE + BLOCK];
	size_t at;

	for (at = 0; at < size; at += PIECE) {
		size_t piece = size - at < PIECE ? size - at : PIECE;
		size_t n = tee_cipher_run(function, operation->second, data + at, piece, scratch);

		if (n)
			memcpy(progress->held, scratch + n - BLOCK, BLOCK);
		progress->pending = (progress->pending + piece) % BLOCK;
	}
	OPENSSL_cleanse(scratch, sizeof(scratch));
}

/* Additional data and payload are each filled up with zeros. */
static void mac_fill(const char *function, TEE_OperationHandle operation)
{
	static const uint8_t zeros[BLOCK];

	if (operation->progress.pending)
		mac_update(function, operation, zeros, BLOCK - operation->progress.pending);
}

/* RFC 3610 §2.2: the length of the additional data. */
static size_t aad_header(uint8_t header[10], size_t size)
{
	if (size < 0xff00) {
		header[0] = (uint8_t)(size >> 8);
		header[1] = (uint8_t)size;
		return 2;
	}
	header[0] = 0xff;
	if (size <= UINT32_MAX) {
		header[1] = 0xfe;
		tee_put_be32(header + 2, (uint32_t)size);
		return 6;
	}
	header[1] = 0xff;
	tee_put_be64(header + 2, size);
	return 10;
}

void tee_ccm_start(const char *function, TEE_OperationHandle operation, const uint8_t *nonce, size_t nonce_size,
		   size_t aad_size, size_t payload_size)
{
	static const uint8_t zeros[BLOCK];
	const uint8_t *key = operation->keys[0].parts[0].bytes;
	size_t size = operation->keys[0].parts[0].size;
	const char *name = size == 16 ? "AES-128-CBC" : size == 24 ? "AES-192-CBC" : "AES-256-CBC";
	struct tee_progress *progress = &operation->progress;
	EVP_CIPHER *cbc = EVP_CIPHER_fetch(NULL, name, NULL);
	size_t l = counter_size(nonce_size);
	uint8_t block[BLOCK] = { 0 };
	uint8_t header[10];
	uint8_t length[8];

	if (!cbc)
		tee_operation_broken(function);
	/* A_0 (RFC 3610 §2.3), whose key stream hides the MAC; the counter goes on from there. */
	block[0] = (uint8_t)(l - 1);
	memcpy(block + 1, nonce, nonce_size);
	tee_cipher_start(function, operation->cipher, operation->evp, key, block, true);
	tee_cipher_run(function, operation->cipher, zeros, BLOCK, progress->chain);

	/* B_0 (§2.2) */
	block[0] = (uint8_t)((aad_size ? 0x40 : 0) | ((progress->tag_size - 2) / 2) << 3 | (l - 1));
	tee_put_be64(length, payload_size);
	memcpy(block + BLOCK - l, length + sizeof(length) - l, l);
	tee_cipher_start(function, operation->second, cbc, key, zeros, true);
	EVP_CIPHER_CTX_set_padding(operation->second, 0);
	mac_update(function, operation, block, BLOCK);
	if (aad_size)
		mac_update(function, operation, header, aad_header(header, aad_size));
	progress->aad_left = aad_size;
	progress->payload_left = payload_size;
	EVP_CIPHER_free(cbc);
}

void tee_ccm_aad(const char *function, TEE_OperationHandle operation, const uint8_t *aad, size_t size)
{
	if (size > operation->progress.aad_left)
		tee_panic_misuse(function, "more additional data than was announced");
	if (!size)
		return;
	mac_update(function, operation, aad, size);
	operation->progress.aad_left -= size;
	if (!operation->progress.aad_left)
		mac_fill(function, operation);
}

void tee_ccm_check(const char *function, TEE_OperationHandle operation, size_t size, bool last)
{
	const struct tee_progress *progress = &operation->progress;

	if (progress->aad_left)
		tee_panic_misuse(function, "less additional data than was announced");
	if (size > progress->payload_left)
		tee_panic_misuse(function, "more payload than was announced");
	if (last && size < progress->payload_left)
		tee_panic_misuse(function, "less payload than was announced");
}

void tee_ccm_update(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size, uint8_t *dst)
{
	bool encrypts = tee_operation_mode(operation) == TEE_MODE_ENCRYPT;
	size_t at;

	/* In pieces, so that the plain text is in the cache for both; the MAC is the plain text's, before or after. */
	for (at = 0; at < size; at += PIECE) {
		size_t piece = size - at < PIECE ? size - at : PIECE;

		if (encrypts)
			mac_update(function, operation, src + at, piece);
		tee_cipher_run(function, operation->cipher, src + at, piece, dst + at);
		if (!encrypts)
			mac_update(function, operation, dst + at, piece);
	}
	operation->progress.payload_left -= size;
}

void tee_ccm_tag(const char *function, TEE_OperationHandle operation, uint8_t *tag)
{
	struct tee_progress *progress = &operation->progress;
	size_t i;

	mac_fill(function, operation);
	for (i = 0; i < progress->tag_size; i++)
		tag[i] = progress->held[i] ^ progress->chain[i];
}
