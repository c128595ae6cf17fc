// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/uuid.h"

#include <stdio.h>
#include <string.h>

#include "libtee/internal/bytes.h"

void tee_uuid_bytes(const TEE_UUID *uuid, uint8_t bytes[TEE_UUID_BYTES])
{
	tee_put_be32(bytes, uuid->timeLow);
	tee_put_be32(bytes + 4, (uint32_t)uuid->timeMid << 16 | uuid->timeHiAndVersion);
	memcpy(bytes + 8, uuid->clockSeqAndNode, sizeof(uuid->clockSeqAndNode));
}

void tee_uuid_from_bytes(const uint8_t bytes[TEE_UUID_BYTES], TEE_UUID *uuid)
{
	uint32_t middle = tee_get_be32(bytes + 4);

	uuid->timeLow = tee_get_be32(bytes);
	uuid->timeMid = (uint16_t)(middle >> 16);
	uuid->timeHiAndVersion = (uint16_t)middle;
	memcpy(uuid->clockSeqAndNode, bytes + 8, sizeof(uuid->clockSeqAndNode));
}

void tee_uuid_text(const TEE_UUID *uuid, char text[TEE_UUID_TEXT])
{
	const uint8_t *n = uuid->clockSeqAndNode;

	snprintf(text, TEE_UUID_TEXT, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", uuid->timeLow, uuid->timeMid,
		 uuid->timeHiAndVersion, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]);
}
