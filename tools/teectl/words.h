/* SPDX-License-Identifier: BSD-2-Clause */
/* Words for numbers of the ABI; "?" for what this version does not know. */
#ifndef TEECTL_WORDS_H
#define TEECTL_WORDS_H

#include <stdint.h>

#define WORDS_UUID 37
#define WORDS_RESULT 40

const char *words_login(uint64_t login);
const char *words_state(uint64_t state);
const char *words_origin(uint64_t origin);
const char *words_event(uint64_t event);
/* NULL for a result without a name. */
const char *words_result(uint64_t result);
/* The result's name, or its number, and who said so unless it is good: "busy (said the kernel)". */
const char *words_outcome(uint64_t result, uint64_t origin, char text[WORDS_RESULT]);
const char *words_kind_of_ta(uint64_t flags);
/* "xxxxxxxx-xxxx-…" */
const char *words_uuid(const uint8_t *uuid, char text[WORDS_UUID]);

#endif
