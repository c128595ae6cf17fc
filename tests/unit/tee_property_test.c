// SPDX-License-Identifier: BSD-2-Clause
/* Property sets from end to end, and what is deprecated: GP Core 1.3 §4.4 to §4.7, annex A. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "libtee/internal/call.h"
#include "libtee/internal/device_id.h"
#include "tests/unit/tee_fixture.h"

/* Whether an enumeration of the set comes through the name, and once. */
static unsigned int times_seen(TEE_PropSetHandle set, const char *wanted, unsigned int *all)
{
	TEE_PropSetHandle enumerator;
	unsigned int seen = 0;
	TEE_Result result = TEE_SUCCESS;

	*all = 0;
	assert_int_equal(TEE_AllocatePropertyEnumerator(&enumerator), TEE_SUCCESS);
	for (TEE_StartPropertyEnumerator(enumerator, set); !result; result = TEE_GetNextProperty(enumerator)) {
		char name[128];
		char by_name[256], here[256];
		size_t size = sizeof(name);
		size_t size_by_name = sizeof(by_name);
		size_t size_here = sizeof(here);

		assert_int_equal(TEE_GetPropertyName(enumerator, name, &size), TEE_SUCCESS);
		assert_int_equal(size, strlen(name) + 1);
		assert_int_equal(TEE_GetPropertyAsString(set, name, by_name, &size_by_name), TEE_SUCCESS);
		assert_int_equal(TEE_GetPropertyAsString(enumerator, NULL, here, &size_here), TEE_SUCCESS);
		if (strcmp(by_name, here))
			fail_msg("%s: %s by name, %s by enumerator", name, by_name, here);
		seen += !strcmp(name, wanted);
		++*all;
	}
	assert_int_equal(result, TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_GetNextProperty(enumerator), TEE_ERROR_ITEM_NOT_FOUND);
	TEE_FreePropertyEnumerator(enumerator);
	return seen;
}

/* What the specification asks of every implementation. */
static void mandatory(void **state)
{
	static const struct {
		TEE_PropSetHandle set;
		const char *name;
		char type;			/* what it is read as: b, u, s, i(dentity), U(UID), B(inary) */
	} rows[] = {
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.appID", 'U' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.singleInstance", 'b' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.multiSession", 'b' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.instanceKeepAlive", 'b' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.dataSize", 'u' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.stackSize", 'u' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.version", 's' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.description", 's' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.endian", 'u' },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.doesNotCloseHandleOnCorruptObject", 'b' },
		{ TEE_PROPSET_CURRENT_CLIENT, "gpd.client.identity", 'i' },
		{ TEE_PROPSET_CURRENT_CLIENT, "gpd.client.endian", 'u' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.apiversion", 's' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.internalCore.version", 'u' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.description", 's' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.deviceID", 'U' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.systemTime.protectionLevel", 'u' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.TAPersistentTime.protectionLevel", 'u' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.arith.maxBigIntSize", 'u' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.cryptography.ecc", 'b' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.cryptography.nist", 'b' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.cryptography.bsi-r", 'b' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.cryptography.bsi-t", 'b' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.cryptography.ietf", 'b' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.cryptography.octa", 'b' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.trustedStorage.private.rollbackProtection", 'u' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.trustedos.implementation.version", 's' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.trustedos.implementation.binaryversion", 'B' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.trustedos.manufacturer", 's' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.firmware.implementation.version", 's' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.firmware.implementation.binaryversion", 'B' },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.firmware.manufacturer", 's' },
	};
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_PropSetHandle set = rows[i].set;
		size_t size = sizeof(text);
		TEE_Identity identity;
		unsigned int all;
		TEE_UUID uuid;
		bool boolean;
		uint32_t u32;
		TEE_Result result = TEE_ERROR_GENERIC;

		switch (rows[i].type) {
		case 'b': result = TEE_GetPropertyAsBool(set, rows[i].name, &boolean); break;
		case 'u': result = TEE_GetPropertyAsU32(set, rows[i].name, &u32); break;
		case 's': result = TEE_GetPropertyAsString(set, rows[i].name, text, &size); break;
		case 'i': result = TEE_GetPropertyAsIdentity(set, rows[i].name, &identity); break;
		case 'U': result = TEE_GetPropertyAsUUID(set, rows[i].name, &uuid); break;
		case 'B': result = TEE_GetPropertyAsBinaryBlock(set, rows[i].name, text, &size); break;
		}
		if (result)
			fail_msg("%s: 0x%x", rows[i].name, result);
		if (times_seen(set, rows[i].name, &all) != 1)
			fail_msg("%s is not enumerated once", rows[i].name);
	}
}

static void enumerating(void **state)
{
	static const struct teechan_identity measured = { .digest = { 1 } };
	struct tee_call call = { .client = measured };
	TEE_PropSetHandle enumerator;
	unsigned int without, with;
	char name[128];
	size_t size = sizeof(name);

	(void)state;
	assert_int_equal(times_seen(TEE_PROPSET_CURRENT_TA, "test.u64", &with), 1);
	assert_int_equal(times_seen(TEE_PROPSET_CURRENT_CLIENT, "org.teepay.client.digest", &without), 0);
	tee_call_begin(&call);
	assert_int_equal(times_seen(TEE_PROPSET_CURRENT_CLIENT, "org.teepay.client.digest", &with), 1);
	tee_call_end();
	assert_int_equal(with, without + 1);

	assert_int_equal(TEE_AllocatePropertyEnumerator(&enumerator), TEE_SUCCESS);
	assert_int_equal(TEE_GetPropertyName(enumerator, name, &size), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_GetNextProperty(enumerator), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_GetPropertyAsString(enumerator, NULL, name, &size), TEE_ERROR_ITEM_NOT_FOUND);
	TEE_StartPropertyEnumerator(enumerator, TEE_PROPSET_CURRENT_TA);
	size = 4;
	assert_int_equal(TEE_GetPropertyName(enumerator, name, &size), TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(size, sizeof("gpd.ta.appID"));
	assert_string_equal(name, "gpd");
	TEE_ResetPropertyEnumerator(enumerator);
	size = sizeof(name);
	assert_int_equal(TEE_GetPropertyName(enumerator, name, &size), TEE_ERROR_ITEM_NOT_FOUND);
	TEE_StartPropertyEnumerator(enumerator, TEE_PROPSET_TEE_IMPLEMENTATION);
	assert_int_equal(TEE_GetPropertyName(enumerator, name, &size), TEE_SUCCESS);
	assert_string_equal(name, "gpd.tee.apiversion");
	TEE_FreePropertyEnumerator(enumerator);
}

/* The same for one device key, another for another, and a custom UUID (RFC 9562 §5.8). */
static void device_id(void **state)
{
	static const uint8_t other_key[TEE_DEVICE_KEY_SIZE] = { 1 };
	TEE_UUID one, again, other;

	(void)state;
	assert_int_equal(TEE_GetPropertyAsUUID(TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.deviceID", &one), TEE_SUCCESS);
	tee_device_id_set(other_key);
	assert_true(tee_device_id(&other));
	tee_device_id_set(fixture_key);
	assert_true(tee_device_id(&again));
	assert_memory_equal(&one, &again, sizeof(one));
	assert_memory_not_equal(&one, &other, sizeof(one));
	assert_int_equal(one.timeHiAndVersion >> 12, 8);
	assert_int_equal(one.clockSeqAndNode[0] >> 6, 2);
}

static void free_null(void *arg) { (void)arg; TEE_FreePropertyEnumerator(TEE_HANDLE_NULL); }
static void free_twice(void *arg) { TEE_FreePropertyEnumerator(arg); TEE_FreePropertyEnumerator(arg); }
static void start_on_nothing(void *arg) { TEE_StartPropertyEnumerator(arg, TEE_HANDLE_NULL); }
static void start_on_enumerator(void *arg) { TEE_StartPropertyEnumerator(arg, arg); }
static void next_of_set(void *arg) { (void)arg; (void)!TEE_GetNextProperty(TEE_PROPSET_CURRENT_TA); }
static void reset_other(void *arg) { TEE_ResetPropertyEnumerator((TEE_PropSetHandle)((char *)arg + 8)); }
static void set_without_name(void *arg)
{
	bool value;

	(void)arg;
	(void)!TEE_GetPropertyAsBool(TEE_PROPSET_CURRENT_TA, NULL, &value);
}

static void misuse(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} rows[] = {
		{ "freeing none", free_null },
		{ "freeing one twice", free_twice },
		{ "an enumerator on no set", start_on_nothing },
		{ "an enumerator on itself", start_on_enumerator },
		{ "the next of a set", next_of_set },
		{ "another pointer", reset_other },
		{ "a set without a name", set_without_name },
	};
	TEE_PropSetHandle enumerator;
	size_t i;

	(void)state;
	assert_int_equal(TEE_AllocatePropertyEnumerator(&enumerator), TEE_SUCCESS);
	for (i = 0; i < ROWS(rows); i++)
		fixture_panics(rows[i].name, rows[i].body, enumerator);
	TEE_FreePropertyEnumerator(enumerator);
}

static void deprecated(void **state)
{
	TEE_ObjectHandle key, copy, stored;
	TEE_ObjectInfo info;

	(void)state;
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_AES, 128, &key), TEE_SUCCESS);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_AES, 128, &copy), TEE_SUCCESS);
	assert_int_equal(TEE_GenerateKey(key, 128, NULL, 0), TEE_SUCCESS);
	TEE_RestrictObjectUsage(key, TEE_USAGE_ENCRYPT);
	TEE_CopyObjectAttributes(copy, key);
	TEE_GetObjectInfo(key, &info);
	assert_int_equal(info.objectType, TEE_TYPE_AES);
	assert_int_equal(info.objectUsage, TEE_USAGE_ENCRYPT);
	TEE_GetObjectInfo(copy, &info);
	assert_true(info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED);
	assert_int_equal(info.objectSize, 128);
	TEE_FreeTransientObject(key);
	TEE_FreeTransientObject(copy);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "id", 2, TEE_DATA_FLAG_ACCESS_WRITE_META, TEE_HANDLE_NULL,
						    NULL, 0, &stored), TEE_SUCCESS);
	TEE_CloseAndDeletePersistentObject(stored);
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "id", 2, TEE_DATA_FLAG_ACCESS_READ, &stored),
			 TEE_ERROR_ITEM_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mandatory),
		cmocka_unit_test(enumerating),
		cmocka_unit_test(device_id),
		cmocka_unit_test(misuse),
		cmocka_unit_test(deprecated),
	};
	char *dir = fixture_dir();
	int failed;

	fixture_host(dir);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	tee_host_stop();
	fixture_dir_remove(&dir);
	return failed;
}
