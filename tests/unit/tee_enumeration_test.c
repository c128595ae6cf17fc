// SPDX-License-Identifier: BSD-2-Clause
/* Enumerators of persistent objects, also while objects come and go: GP Core 1.3 §5.8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/persistent_fixture.h"
#include "tests/unit/tee_fixture.h"

/* Gives "a b c" for what is left. */
static const char *rest(TEE_ObjectEnumHandle enumerator)
{
	static char text[512];
	char id[TEE_OBJECT_ID_MAX_LEN];
	size_t size;

	text[0] = '\0';
	while (!TEE_GetNextPersistentObject(enumerator, NULL, id, &size))
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s", text[0] ? " " : "", (int)size, id);
	return text;
}

static void delete_object(const char *id)
{
	TEE_ObjectHandle object;

	assert_int_equal(persistent_open(id, META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_CloseAndDeletePersistentObject1(object), TEE_SUCCESS);
}

static void enumeration(void **state)
{
	TEE_ObjectEnumHandle enumerator;
	TEE_ObjectHandle key = persistent_key(TEE_TYPE_AES, 192);
	char id[TEE_OBJECT_ID_MAX_LEN];
	TEE_ObjectInfo info;
	size_t size;

	(void)state;
	assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&enumerator), TEE_SUCCESS);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(persistent_create("a", 0, "12345", NULL), TEE_SUCCESS);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PERSO), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_RestrictObjectUsage1(key, TEE_USAGE_ENCRYPT), TEE_SUCCESS);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "key", 3, 0, key, NULL, 0, NULL), TEE_SUCCESS);
	TEE_CloseObject(key);

	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_SUCCESS);
	assert_int_equal(size, 1);
	assert_int_equal(info.objectType, TEE_TYPE_DATA);
	assert_int_equal(info.dataSize, 5);
	assert_int_equal(info.handleFlags, TEE_HANDLE_FLAG_PERSISTENT | TEE_HANDLE_FLAG_INITIALIZED);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_SUCCESS);
	assert_memory_equal(id, "key", 3);
	assert_int_equal(info.objectType, TEE_TYPE_AES);
	assert_int_equal(info.objectSize, 192);
	assert_int_equal(info.maxObjectSize, 192);
	assert_int_equal(info.objectUsage, TEE_USAGE_ENCRYPT);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, &info, id, &size), TEE_ERROR_ITEM_NOT_FOUND);

	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
	TEE_ResetPersistentObjectEnumerator(enumerator);
	assert_string_equal(rest(enumerator), "");
	TEE_FreePersistentObjectEnumerator(enumerator);
	TEE_FreePersistentObjectEnumerator(TEE_HANDLE_NULL);
}

static void make_abcde(void)
{
	static const char *const ids[] = { "a", "b", "c", "d", "e" };
	size_t i;

	for (i = 0; i < ROWS(ids); i++)
		assert_int_equal(persistent_create(ids[i], 0, ids[i], NULL), TEE_SUCCESS);
}

static void change_delete_next(void)
{
	delete_object("b");
}

static void change_delete_given(void)
{
	delete_object("a");
}

static void change_delete_rest(void)
{
	delete_object("b");
	delete_object("c");
	delete_object("d");
	delete_object("e");
}

static void change_create(void)
{
	assert_int_equal(persistent_create("f", 0, "f", NULL), TEE_SUCCESS);
}

static void change_replace(void)
{
	assert_int_equal(persistent_create("a", TEE_DATA_FLAG_OVERWRITE, "A", NULL), TEE_SUCCESS);
	assert_int_equal(persistent_create("b", TEE_DATA_FLAG_OVERWRITE, "B", NULL), TEE_SUCCESS);
}

static void change_rename(void)
{
	TEE_ObjectHandle object;

	assert_int_equal(persistent_open("b", META, &object), TEE_SUCCESS);
	assert_int_equal(TEE_RenamePersistentObject(object, "z", 1), TEE_SUCCESS);
	TEE_CloseObject(object);
}

static void change_delete_and_make_again(void)
{
	delete_object("c");
	assert_int_equal(persistent_create("c", 0, "c", NULL), TEE_SUCCESS);
}

/* After the first of a b c d e was given something changes; what is given then. */
static void enumeration_while_objects_change(void **state)
{
	static const struct {
		const char *name;
		void (*change)(void);
		const char *rest;
	} rows[] = {
		{ "the next one is deleted", change_delete_next, "c d e" },
		{ "the one that was given is deleted", change_delete_given, "b c d e" },
		{ "all that are left are deleted", change_delete_rest, "" },
		{ "another one is made", change_create, "b c d e" },
		{ "the given one and the next one are replaced", change_replace, "b c d e" },
		{ "the next one is renamed", change_rename, "z c d e" },
		{ "one is deleted and made again", change_delete_and_make_again, "b d e" },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectEnumHandle enumerator;
		TEE_ObjectEnumHandle other;
		char id[TEE_OBJECT_ID_MAX_LEN];
		size_t size;

		make_abcde();
		assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&enumerator), TEE_SUCCESS);
		assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&other), TEE_SUCCESS);
		assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
		assert_int_equal(TEE_StartPersistentObjectEnumerator(other, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
		assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_SUCCESS);
		rows[i].change();
		if (strcmp(rest(enumerator), rows[i].rest))
			fail_msg("%s: \"%s\" was given", rows[i].name, rest(enumerator));
		TEE_FreePersistentObjectEnumerator(other);
		TEE_FreePersistentObjectEnumerator(enumerator);
		persistent_teardown(state);
		persistent_setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(enumeration, persistent_setup, persistent_teardown),
		cmocka_unit_test_setup_teardown(enumeration_while_objects_change, persistent_setup, persistent_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
