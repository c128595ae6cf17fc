/* SPDX-License-Identifier: BSD-2-Clause */
/* The device key: 32 random bytes that systemd hands over as the credential "devicekey". */
#ifndef LIBTEE_INTERNAL_DEVICE_KEY_H
#define LIBTEE_INTERNAL_DEVICE_KEY_H

#include <stdint.h>

#define TEE_DEVICE_KEY_SIZE 32

/* Reads it from $CREDENTIALS_DIRECTORY/devicekey. 0, or -1 after saying in the log what is wrong and how to mend it. */
int tee_device_key_read(uint8_t key[TEE_DEVICE_KEY_SIZE]);

#endif
