// SPDX-License-Identifier: BSD-2-Clause
/* Memory, properties, time, random numbers and the end of a trusted application. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/sha.h>


#include "libtee/internal/call.h"
#include "libtee/internal/device_key.h"
#include "libtee/internal/panic.h"
#include "tests/unit/tee_fixture.h"

/* --- memory --- */

static void allocation(void **state)
{
	uint8_t *bytes = TEE_Malloc(100, TEE_MALLOC_FILL_ZERO);
	uint8_t *none = TEE_Malloc(0, TEE_MALLOC_FILL_ZERO);
	size_t i;

	(void)state;
	assert_non_null(none);
	for (i = 0; i < 100; i++)
		assert_int_equal(bytes[i], 0);
	TEE_MemFill(bytes, 0x1ff, 100);
	bytes = TEE_Realloc(bytes, 200);
	for (i = 0; i < 200; i++)
		assert_int_equal(bytes[i], i < 100 ? 0xff : 0);
	bytes = TEE_Realloc(bytes, 3);
	assert_int_equal(bytes[2], 0xff);
	assert_null(TEE_Realloc(bytes, SIZE_MAX));
	assert_int_equal(bytes[2], 0xff);
	TEE_Free(bytes);
	TEE_Free(none);
	TEE_Free(NULL);
	bytes = TEE_Realloc(NULL, 4);
	assert_int_equal(bytes[3], 0);
	TEE_Free(bytes);
	assert_null(TEE_Malloc(SIZE_MAX, TEE_MALLOC_NO_FILL));
}

static void comparing_and_moving(void **state)
{
	static const struct {
		const char *name, *a, *b;
		size_t size;
		int sign;
	} rows[] = {
		{ "equal", "abc", "abc", 3, 0 },
		{ "nothing", "a", "b", 0, 0 },
		{ "less at the end", "abc", "abd", 3, -1 },
		{ "more at the start", "zaa", "abz", 3, 1 },
		{ "the first difference counts", "ab", "ba", 2, -1 },
		{ "bytes are unsigned", "\x80", "\x7f", 1, 1 },
		{ "largest difference", "\xff", "\x00", 1, 1 },
	};
	char text[] = "0123456789";
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int32_t result = TEE_MemCompare(rows[i].a, rows[i].b, rows[i].size);

		if ((result > 0) - (result < 0) != rows[i].sign)
			fail_msg("%s: %d", rows[i].name, result);
	}
	TEE_MemMove(text + 2, text, 8);
	assert_string_equal(text, "0101234567");
	TEE_MemMove(NULL, NULL, 0);
}

static void access_rights(void **state)
{
	static const char constant[] = "constant";
	uint8_t *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	enum { R = TEE_MEMORY_ACCESS_READ, W = TEE_MEMORY_ACCESS_WRITE, ANY = TEE_MEMORY_ACCESS_ANY_OWNER };
	size_t i;

	assert_int_equal(mprotect(pages + 4096, 4096, PROT_READ), 0);
	assert_int_equal(mprotect(pages + 2 * 4096, 4096, PROT_NONE), 0);
	const struct {
		const char *name;
		uint32_t flags;
		const void *buffer;
		size_t size;
		TEE_Result result;
	} rows[] = {
		{ "own, read and write", R | W, pages, 4096, TEE_SUCCESS },
		{ "into the read-only page, read", R, pages, 8192, TEE_SUCCESS },
		{ "into the read-only page, write", W, pages, 4097, TEE_ERROR_ACCESS_DENIED },
		{ "into the page without access", R, pages + 8191, 2, TEE_ERROR_ACCESS_DENIED },
		{ "constant, read", R, constant, sizeof(constant), TEE_SUCCESS },
		{ "constant, write", W, constant, sizeof(constant), TEE_ERROR_ACCESS_DENIED },
		{ "the stack", R | W | ANY, &i, sizeof(i), TEE_SUCCESS },
		{ "NULL", R, NULL, 1, TEE_ERROR_ACCESS_DENIED },
		{ "NULL of no size", R | W, NULL, 0, TEE_SUCCESS },
		{ "around the end of the addresses", R, pages, SIZE_MAX, TEE_ERROR_ACCESS_DENIED },
	};

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (TEE_CheckMemoryAccessRights(rows[i].flags, rows[i].buffer, rows[i].size) != rows[i].result)
			fail_msg("%s", rows[i].name);
	munmap(pages, 3 * 4096);
}

static void instance_data(void **state)
{
	int data;

	assert_null(TEE_GetInstanceData());
	TEE_SetInstanceData(&data);
	assert_ptr_equal(TEE_GetInstanceData(), &data);
	TEE_SetInstanceData(NULL);
	(void)state;
}

/* --- properties --- */

static void properties_as_text(void **state)
{
	static const struct {
		TEE_PropSetHandle set;
		const char *name, *text;
	} rows[] = {
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.apiversion", "1.3" },
		{ TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.internalCore.version", "16974080" },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.appID", "11223344-5566-7788-99aa-bbccddeeff01" },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.singleInstance", "true" },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.instanceKeepAlive", "false" },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.dataSize", "16777216" },
		{ TEE_PROPSET_CURRENT_TA, "gpd.ta.version", "1.2" },
		{ TEE_PROPSET_CURRENT_TA, "test.u64", "1099511627776" },
		{ TEE_PROPSET_CURRENT_TA, "test.string", "a text" },
		{ TEE_PROPSET_CURRENT_TA, "test.block", "AQIDBA==" },
		{ TEE_PROPSET_CURRENT_CLIENT, "gpd.client.identity", "1:01000000-0000-0000-0000-000000000000" },
		{ TEE_PROPSET_CURRENT_CLIENT, "org.teepay.client.uid", "1000" },
	};
	struct tee_call call = { .client = { .uid = 1000, .login = TEECHAN_LOGIN_USER, .uuid = { 1 } } };
	size_t i;

	(void)state;
	tee_call_begin(&call);
	for (i = 0; i < ROWS(rows); i++) {
		char text[64];
		size_t size = sizeof(text);

		assert_int_equal(TEE_GetPropertyAsString(rows[i].set, rows[i].name, text, &size), TEE_SUCCESS);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(size, strlen(text) + 1);
		size = 3;
		assert_int_equal(TEE_GetPropertyAsString(rows[i].set, rows[i].name, text, &size),
				 strlen(rows[i].text) < 3 ? TEE_SUCCESS : TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(size, strlen(rows[i].text) + 1);
		assert_memory_equal(text, rows[i].text, 2);
		assert_int_equal(text[2], '\0');
	}
	tee_call_end();
}

static void properties_by_type(void **state)
{
	struct tee_call call = { .client = { .uid = 7, .login = TEECHAN_LOGIN_APPLICATION, .digest = { 9 } } };
	TEE_PropSetHandle ta = TEE_PROPSET_CURRENT_TA;
	uint8_t block[40];
	size_t size = 3;
	TEE_Identity identity;
	TEE_UUID uuid;
	uint64_t u64;
	uint32_t u32;
	bool boolean;

	(void)state;
	assert_int_equal(TEE_GetPropertyAsBool(ta, "test.bool", &boolean), TEE_SUCCESS);
	assert_true(boolean);
	assert_int_equal(TEE_GetPropertyAsU32(ta, "test.u32", &u32), TEE_SUCCESS);
	assert_int_equal(u32, 4711);
	assert_int_equal(TEE_GetPropertyAsU64(ta, "test.u32", &u64), TEE_SUCCESS);
	assert_int_equal(u64, 4711);
	assert_int_equal(TEE_GetPropertyAsU32(ta, "test.u64", &u32), TEE_ERROR_BAD_FORMAT);
	assert_int_equal(TEE_GetPropertyAsBool(ta, "test.u32", &boolean), TEE_ERROR_BAD_FORMAT);
	assert_int_equal(TEE_GetPropertyAsUUID(ta, "gpd.ta.appID", &uuid), TEE_SUCCESS);
	assert_int_equal(uuid.timeMid, 0x5566);
	assert_int_equal(TEE_GetPropertyAsBinaryBlock(ta, "test.block", block, &size), TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(size, 4);
	assert_int_equal(TEE_GetPropertyAsBinaryBlock(ta, "test.block", block, &size), TEE_SUCCESS);
	assert_memory_equal(block, "\1\2\3\4", 4);
	assert_int_equal(TEE_GetPropertyAsBinaryBlock(ta, "test.notblock", block, &size), TEE_ERROR_BAD_FORMAT);
	assert_int_equal(TEE_GetPropertyAsBool(ta, "nothing", &boolean), TEE_ERROR_ITEM_NOT_FOUND);

	size = sizeof(block);
	assert_int_equal(TEE_GetPropertyAsBinaryBlock(TEE_PROPSET_CURRENT_CLIENT, "org.teepay.client.digest", block, &size),
			 TEE_ERROR_ITEM_NOT_FOUND);
	tee_call_begin(&call);
	assert_int_equal(TEE_GetPropertyAsBinaryBlock(TEE_PROPSET_CURRENT_CLIENT, "org.teepay.client.digest", block, &size),
			 TEE_SUCCESS);
	assert_int_equal(block[0], 9);
	assert_int_equal(TEE_GetPropertyAsIdentity(TEE_PROPSET_CURRENT_CLIENT, "gpd.client.identity", &identity),
			 TEE_SUCCESS);
	assert_int_equal(identity.login, TEE_LOGIN_APPLICATION);
	tee_call_end();
}

static void own_digest(void **state)
{
	static uint8_t file[32 << 20];
	uint8_t expected[SHA256_DIGEST_LENGTH];
	uint8_t digest[SHA256_DIGEST_LENGTH];
	size_t size = sizeof(digest);
	FILE *exe = fopen("/proc/self/exe", "rb");

	(void)state;
	assert_non_null(exe);
	SHA256(file, fread(file, 1, sizeof(file), exe), expected);
	fclose(exe);
	assert_int_equal(TEE_GetPropertyAsBinaryBlock(TEE_PROPSET_CURRENT_TA, "org.teepay.ta.digest", digest, &size),
			 TEE_SUCCESS);
	assert_memory_equal(digest, expected, sizeof(expected));
}

/* --- time, random numbers, cancellation outside a call, trusted screen --- */

static uint64_t system_ms(void)
{
	TEE_Time now;

	TEE_GetSystemTime(&now);
	assert_true(now.millis < 1000);
	return (uint64_t)now.seconds * 1000 + now.millis;
}

static void time_and_waiting(void **state)
{
	uint64_t before = system_ms();
	TEE_Time wall;

	(void)state;
	assert_int_equal(TEE_Wait(0), TEE_SUCCESS);
	assert_int_equal(TEE_Wait(20), TEE_SUCCESS);
	assert_true(system_ms() >= before + 20);
	TEE_GetREETime(&wall);
	assert_true(wall.seconds > 1700000000u);
	assert_false(TEE_GetCancellationFlag());
	assert_true(TEE_UnmaskCancellation());
}

static void random_numbers(void **state)
{
	uint8_t a[64] = { 0 };
	uint8_t b[64] = { 0 };

	(void)state;
	TEE_GenerateRandom(a, sizeof(a));
	TEE_GenerateRandom(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	TEE_GenerateRandom(NULL, 0);
}

static void panic(void *arg)
{
	(void)arg;
	TEE_Panic(0x12345678);
}

static void panic_has_its_own_exit_code(void **state)
{
	(void)state;
	assert_int_equal(fixture_exit_code(panic, NULL), TEE_EXIT_PANIC);
}

/* --- the device key --- */

static void device_key(void **state)
{
	static const struct {
		const char *name;
		int size;		/* -1: no file */
		int result;
	} rows[] = { { "none", -1, -1 }, { "short", 31, -1 }, { "right", 32, 0 }, { "long", 33, -1 } };
	char *dir = fixture_dir();
	char path[256];
	size_t i;

	(void)state;
	assert_non_null(freopen("/dev/null", "w", stderr));
	unsetenv("CREDENTIALS_DIRECTORY");
	{
		uint8_t key[TEE_DEVICE_KEY_SIZE];

		assert_int_equal(tee_device_key_read(key), -1);
	}
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	snprintf(path, sizeof(path), "%s/devicekey", dir);
	for (i = 0; i < ROWS(rows); i++) {
		uint8_t key[TEE_DEVICE_KEY_SIZE] = { 0 };
		uint8_t bytes[64];

		memset(bytes, 0x42, sizeof(bytes));
		if (rows[i].size >= 0) {
			int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

			assert_int_equal(write(fd, bytes, (size_t)rows[i].size), rows[i].size);
			close(fd);
		}
		if (tee_device_key_read(key) != rows[i].result)
			fail_msg("%s", rows[i].name);
		assert_int_equal(key[31], rows[i].result ? 0 : 0x42);
	}
	fixture_dir_remove(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocation),
		cmocka_unit_test(comparing_and_moving),
		cmocka_unit_test(access_rights),
		cmocka_unit_test(instance_data),
		cmocka_unit_test(properties_as_text),
		cmocka_unit_test(properties_by_type),
		cmocka_unit_test(own_digest),
		cmocka_unit_test(time_and_waiting),
		cmocka_unit_test(random_numbers),
		cmocka_unit_test(panic_has_its_own_exit_code),
		cmocka_unit_test(device_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
