// SPDX-License-Identifier: BSD-2-Clause
/* What persistent objects and their enumerators panic for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/persistent_fixture.h"
#include "tests/unit/tee_fixture.h"

static void panic_read_only(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!persistent_create("p", TEE_DATA_FLAG_ACCESS_READ, "x", &object);
	(void)!TEE_WriteObjectData(object, "y", 1);
}

static void panic_delete(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!persistent_create("p", RW, "x", &object);
	(void)!TEE_CloseAndDeletePersistentObject1(object);
}

static void panic_long_id(void *arg)
{
	static const char id[TEE_OBJECT_ID_MAX_LEN + 1];
	TEE_ObjectHandle object;

	(void)arg;
	(void)!TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, sizeof(id), RW, &object);
}

static void panic_read_into_client(void *arg)
{
	uint8_t *client = fixture_client_window();
	TEE_ObjectHandle object;
	size_t count;

	(void)arg;
	(void)!persistent_create("p", RW, "x", &object);
	(void)!TEE_ReadObjectData(object, client + 4096, 1, &count);
}

static void panic_count_in_client(void *arg)
{
	size_t *client = (size_t *)(void *)fixture_client_window();
	TEE_ObjectHandle object;
	uint8_t byte;

	(void)arg;
	(void)!persistent_create("p", RW, "x", &object);
	(void)!TEE_ReadObjectData(object, &byte, 1, client);
}

static void panic_id_in_client(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, fixture_client_window(), 1, RW, &object);
}

static void panic_rename(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!persistent_create("p", RW, "x", &object);
	(void)!TEE_RenamePersistentObject(object, "q", 1);
}

static void panic_rename_transient(void *arg)
{
	(void)arg;
	(void)!TEE_RenamePersistentObject(persistent_key(TEE_TYPE_AES, 128), "q", 1);
}

static void panic_whence(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!persistent_create("p", RW, "x", &object);
	(void)!TEE_SeekObjectData(object, 0, 3);
}

static void panic_flags(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!persistent_open("p", TEE_DATA_FLAG_OVERWRITE, &object);
}

static void panic_enumerator_freed(void *arg)
{
	TEE_ObjectEnumHandle enumerator;

	(void)arg;
	(void)!TEE_AllocatePersistentObjectEnumerator(&enumerator);
	TEE_FreePersistentObjectEnumerator(enumerator);
	TEE_ResetPersistentObjectEnumerator(enumerator);
}

static void panic_enumerator_id(void *arg)
{
	TEE_ObjectEnumHandle enumerator;
	size_t size;

	(void)arg;
	(void)!persistent_create("p", RW, "x", NULL);
	(void)!TEE_AllocatePersistentObjectEnumerator(&enumerator);
	(void)!TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE);
	(void)!TEE_GetNextPersistentObject(enumerator, NULL, NULL, &size);
}

static void panic_no_key(void *arg)
{
	TEE_ObjectHandle key = TEE_HANDLE_NULL;

	(void)arg;
	(void)!TEE_AllocateTransientObject(TEE_TYPE_AES, 128, &key);
	(void)!TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "p", 1, 0, key, NULL, 0, NULL);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} rows[] = {
		{ "writing without the right", panic_read_only },
		{ "deleting without the right", panic_delete },
		{ "id too long", panic_long_id },
		{ "reading an object into client memory", panic_read_into_client },
		{ "count in client memory", panic_count_in_client },
		{ "object id in client memory", panic_id_in_client },
		{ "renaming without the right", panic_rename },
		{ "renaming a transient object", panic_rename_transient },
		{ "unknown whence", panic_whence },
		{ "flag that opening does not have", panic_flags },
		{ "enumerator freed before", panic_enumerator_freed },
		{ "no place for the id", panic_enumerator_id },
		{ "attributes without a key", panic_no_key },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		fixture_panics(rows[i].name, rows[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(misuse_panics, persistent_setup, persistent_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
