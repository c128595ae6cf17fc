/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of persistent objects share: a storage of each test's own, and how objects get into it. */
#ifndef TEEPAY_TESTS_PERSISTENT_FIXTURE_H
#define TEEPAY_TESTS_PERSISTENT_FIXTURE_H

#include <stdint.h>

#include <tee_internal_api.h>

#define RW (TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE)
#define META TEE_DATA_FLAG_ACCESS_WRITE_META

/* cmocka's setup and teardown of each test: an empty storage, and nothing of it left. */
int persistent_setup(void **state);
int persistent_teardown(void **state);

/* Its folder. */
const char *persistent_dir(void);

/* A new transient key. */
TEE_ObjectHandle persistent_key(uint32_t type, uint32_t bits);

/* Creates an object without a key; id and data are text. A NULL object: it is closed again. */
TEE_Result persistent_create(const char *id, uint32_t flags, const char *data, TEE_ObjectHandle *object);
TEE_Result persistent_open(const char *id, uint32_t flags, TEE_ObjectHandle *object);

#endif
