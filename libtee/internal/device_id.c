// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/device_id.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "libtee/internal/log.h"
#include "libtee/internal/uuid.h"

static struct {
	bool known;
	TEE_UUID id;
} device;

void tee_device_id_set(const uint8_t key[TEE_DEVICE_KEY_SIZE])
{
	static const char label[] = "gpd.tee.deviceID";
	uint8_t code[EVP_MAX_MD_SIZE];

	device.known = HMAC(EVP_sha256(), key, TEE_DEVICE_KEY_SIZE, (const uint8_t *)label, sizeof(label) - 1, code, NULL);
	if (!device.known) {
		tee_log(TEE_LOG_WARNING, "no gpd.tee.deviceID: OpenSSL makes no HMAC");
		return;
	}
	/* A custom UUID: version 8, the variant of RFC 9562 §4. */
	code[6] = (uint8_t)(0x80 | (code[6] & 0x0f));
	code[8] = (uint8_t)(0x80 | (code[8] & 0x3f));
	tee_uuid_from_bytes(code, &device.id);
}

bool tee_device_id(TEE_UUID *id)
{
	*id = device.id;
	return device.known;
}
