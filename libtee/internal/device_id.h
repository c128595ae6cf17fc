/* SPDX-License-Identifier: BSD-2-Clause */
/* gpd.tee.deviceID (GP Core 1.3 §4.7): the same for all trusted applications of an installation, as its device key is. */
#ifndef LIBTEE_INTERNAL_DEVICE_ID_H
#define LIBTEE_INTERNAL_DEVICE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include <tee_api_types.h>

#include "libtee/internal/device_key.h"

/* Derives the id, which does not give the key away. */
void tee_device_id_set(const uint8_t key[TEE_DEVICE_KEY_SIZE]);

/* False before there is one. */
bool tee_device_id(TEE_UUID *id);

#endif
