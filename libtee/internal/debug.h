/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The switch for debuggers and sanitizers, TEEPAY_TA_NO_SANDBOX=1 in the environment: no sandbox, no locked memory, no
 * limit of the stack. Who runs so has no secrets: it gets neither the device key nor the storage that was made with it,
 * so nothing of the real application can be read through it, and it cannot answer as the real one does.
 */
#ifndef LIBTEE_INTERNAL_DEBUG_H
#define LIBTEE_INTERNAL_DEBUG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libtee/internal/device_key.h"

/* Whether the switch is on: exactly "1". */
bool tee_debug_on(void);

/* Says so in the log, and in the journal if standard error is not it: at a warning's level, at each start. */
void tee_debug_warn(void);

/* A key that everybody knows, in the device key's place. */
void tee_debug_key(uint8_t key[TEE_DEVICE_KEY_SIZE]);

/*
 * Makes the folder for what is stored while debugging: "debug" in that of the real storage, or /run/teepay-ta-debug.
 * @state_dir: $STATE_DIRECTORY, or NULL
 * 0 with the folder's name in dir, or -1 after saying in the log what failed.
 */
int tee_debug_folder(const char *state_dir, char *dir, size_t size);

#endif
