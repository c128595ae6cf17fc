/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 of this trusted application's own executable, as it measures itself. The kernel does so too, at BIND, and tells it to clients and to the monitor. */
#ifndef LIBTEE_INTERNAL_TA_DIGEST_H
#define LIBTEE_INTERNAL_TA_DIGEST_H

#include <stdint.h>

#define TEE_TA_DIGEST_SIZE 32

/* Measured at the first call, which must come before the sandbox. NULL: it cannot be read. */
const uint8_t *tee_ta_digest(void);

#endif
