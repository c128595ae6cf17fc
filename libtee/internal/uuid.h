/* SPDX-License-Identifier: BSD-2-Clause */
/* UUIDs between GlobalPlatform's structure, the 16 bytes of RFC 4122, and text. */
#ifndef LIBTEE_INTERNAL_UUID_H
#define LIBTEE_INTERNAL_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include <tee_api_types.h>

#define TEE_UUID_BYTES	16
#define TEE_UUID_TEXT	37	/* with the NUL */

void tee_uuid_bytes(const TEE_UUID *uuid, uint8_t bytes[TEE_UUID_BYTES]);
void tee_uuid_from_bytes(const uint8_t bytes[TEE_UUID_BYTES], TEE_UUID *uuid);
void tee_uuid_text(const TEE_UUID *uuid, char text[TEE_UUID_TEXT]);

#endif
