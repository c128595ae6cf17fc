// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/persistent_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tee_fixture.h"

static char *dir;

int persistent_setup(void **state)
{
	(void)state;
	dir = fixture_dir();
	fixture_host(dir);
	return 0;
}

int persistent_teardown(void **state)
{
	(void)state;
	tee_host_stop();
	fixture_dir_remove(&dir);
	return 0;
}

const char *persistent_dir(void)
{
	return dir;
}

TEE_ObjectHandle persistent_key(uint32_t type, uint32_t bits)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;

	assert_int_equal(TEE_AllocateTransientObject(type, bits, &object), TEE_SUCCESS);
	assert_int_equal(TEE_GenerateKey(object, bits, NULL, 0), TEE_SUCCESS);
	return object;
}

TEE_Result persistent_create(const char *id, uint32_t flags, const char *data, TEE_ObjectHandle *object)
{
	return TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), flags, TEE_HANDLE_NULL, data, strlen(data),
					  object);
}

TEE_Result persistent_open(const char *id, uint32_t flags, TEE_ObjectHandle *object)
{
	return TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), flags, object);
}
