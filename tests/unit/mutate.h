/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_MUTATE_H
#define TEEPAY_TESTS_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Would @msg be taken for genuine?  It stands alone in memory of exactly its size, so that AddressSanitizer sees every byte read too far. */
typedef bool (*mutate_taken)(void *ctx, const uint8_t *msg, size_t len);

/*
 * Shows @taken every message that is one bit away from @msg, every shorter one, and some longer ones, and fails the test when one is taken.
 * The original itself must be taken.
 */
void mutate_none_taken(const char *name, const uint8_t *msg, size_t len, mutate_taken taken, void *ctx);

#endif
