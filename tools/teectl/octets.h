/* SPDX-License-Identifier: BSD-2-Clause */
/* UUIDs and digests as people write them. */
#ifndef TEECTL_OCTETS_H
#define TEECTL_OCTETS_H

#include <stdint.h>

#include "include/uapi/teechan.h"

/* Each reads a whole word in hexadecimal; 0, or -1 when it is none, or all of it is zero. */
int octets_uuid(const char *word, uint8_t uuid[TEECHAN_UUID_LEN]);
int octets_digest(const char *word, uint8_t digest[TEECHAN_DIGEST_LEN]);

#endif
