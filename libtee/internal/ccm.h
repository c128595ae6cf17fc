/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CCM (RFC 3610) in pieces. OpenSSL's takes the payload at once; GP Core 1.3 §6.6 lets it come in any pieces, and
 * applications expect each piece's output at once. So its two halves are run here: CTR (cipher) and CBC-MAC (second).
 */
#ifndef LIBTEE_INTERNAL_CCM_H
#define LIBTEE_INTERNAL_CCM_H

#include "libtee/internal/operation.h"

/* Whether there is a CCM of that nonce and payload: the shorter the nonce, the longer the payload may be. */
bool tee_ccm_fits(size_t nonce_size, size_t payload_size);

/* progress.tag_size is set before. */
void tee_ccm_start(const char *function, TEE_OperationHandle operation, const uint8_t *nonce, size_t nonce_size,
		   size_t aad_size, size_t payload_size);

/* Panics if that is more additional data than was announced. */
void tee_ccm_aad(const char *function, TEE_OperationHandle operation, const uint8_t *aad, size_t size);

/* Panics if additional data is missing, or so much payload is more, or if it is the last less, than was announced. */
void tee_ccm_check(const char *function, TEE_OperationHandle operation, size_t size, bool last);

/* dst may be src. */
void tee_ccm_update(const char *function, TEE_OperationHandle operation, const uint8_t *src, size_t size, uint8_t *dst);

/* Writes progress.tag_size bytes. */
void tee_ccm_tag(const char *function, TEE_OperationHandle operation, uint8_t *tag);

#endif
