/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of libtee's trusted side share. */
#ifndef TEEPAY_TESTS_TEE_FIXTURE_H
#define TEEPAY_TESTS_TEE_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include <tee_internal_api.h>

#include "libtee/internal/host.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* Decodes hexadecimal into out, which is large enough; returns the bytes. Fails the test on anything else. */
size_t fixture_hex(const char *hex, uint8_t *out);

/* A fresh folder for one test, and its removal with everything in it. */
char *fixture_dir(void);
void fixture_dir_remove(char **dir);

/* Starts the trusted side in the folder with a fixed key; fails the test if that fails. */
void fixture_host(const char *dir);

/* Runs body in a child and returns its exit code; -1 if a signal ended it. The child's log is swallowed. */
int fixture_exit_code(void (*body)(void *arg), void *arg);

/* Fails the test unless body panics as the specification wants. */
void fixture_panics(const char *name, void (*body)(void *arg), void *arg);

/* Hazard: an [out] buffer in client memory. Two pages that stand for a client's from now on; they stay until the process ends. */
uint8_t *fixture_client_window(void);

extern const uint8_t fixture_key[32];

#endif
