// SPDX-License-Identifier: BSD-2-Clause
/* A trusted application's persistent time (GP Core 1.3 §7.2.3, §7.2.4) over restarts, and with a clock that somebody sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/tee_fixture.h"

/* The machine's clocks, in this test's hand; milliseconds. */
static uint64_t real_ms, boot_ms;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	const uint64_t ms = clock == CLOCK_REALTIME ? real_ms : boot_ms;

	*now = (struct timespec){ .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 };
	return 0;
}

static char *dir;

static int set_up(void **state)
{
	(void)state;
	real_ms = 1700000000000u;
	boot_ms = 5000;
	dir = fixture_dir();
	fixture_host(dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tee_host_stop();
	fixture_dir_remove(&dir);
	return 0;
}

static void pass(uint64_t ms)
{
	real_ms += ms;
	boot_ms += ms;
}

/* The machine is off for so long. */
static void reboot(uint64_t ms)
{
	tee_host_stop();
	real_ms += ms;
	boot_ms = 1000;
	fixture_host(dir);
}

static void is_time(const char *when, TEE_Result result, uint32_t seconds, uint32_t millis)
{
	TEE_Time time = { 77, 77 };
	const TEE_Result got = TEE_GetTAPersistentTime(&time);

	if (got != result || time.seconds != seconds || time.millis != millis)
		fail_msg("%s: %#x, %u s %u ms", when, got, time.seconds, time.millis);
}

static void set(uint32_t seconds, uint32_t millis)
{
	const TEE_Time time = { seconds, millis };

	assert_int_equal(TEE_SetTAPersistentTime(&time), TEE_SUCCESS);
}

static void runs_over_restarts(void **state)
{
	(void)state;
	is_time("before it was set", TEE_ERROR_TIME_NOT_SET, 0, 0);
	set(1000, 250);
	is_time("at once", TEE_SUCCESS, 1000, 250);
	pass(1500);
	is_time("later", TEE_SUCCESS, 1001, 750);
	reboot(3600 * 1000);
	is_time("after an hour without power", TEE_SUCCESS, 4601, 750);
	set(5, 0);
	reboot(0);
	is_time("set anew", TEE_SUCCESS, 5, 0);
}

static void a_clock_that_went_back(void **state)
{
	static const struct {
		const char *name;
		uint64_t pass, back;
		bool restart, looked, noticed;
	} rows[] = {
		{ "while it runs", 10000, 5000, false, true, true },
		{ "by what time synchronisation takes back", 10000, 1000, false, true, false },
		{ "before the reference, over a restart", 0, 5000, true, true, true },
		{ "to the reference, over a restart", 10000, 10000, true, true, false },
		{ "behind the reference while nobody looked", 0, 60000, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		TEE_Time time;

		set(100000, 0);
		pass(rows[i].pass);
		if (rows[i].looked)
			assert_int_equal(TEE_GetTAPersistentTime(&time), TEE_SUCCESS);
		real_ms -= rows[i].back;
		if (rows[i].restart)
			reboot(0);
		if ((TEE_GetTAPersistentTime(&time) == TEE_ERROR_TIME_NEEDS_RESET) != rows[i].noticed)
			fail_msg("%s", rows[i].name);
		if (!rows[i].noticed)
			continue;
		pass(3600 * 1000);
		is_time("for good", TEE_ERROR_TIME_NEEDS_RESET, 0, 0);
		reboot(0);
		is_time("over a restart too", TEE_ERROR_TIME_NEEDS_RESET, 0, 0);
		set(1, 0);
		is_time("until it is set", TEE_SUCCESS, 1, 0);
	}
}

/* Each step is one that time synchronisation may take; all of them are not. */
static void a_clock_that_goes_back_little_by_little(void **state)
{
	TEE_Time time;

	(void)state;
	set(100000, 0);
	for (int i = 0; i < 2; i++) {
		real_ms -= 1000;
		assert_int_equal(TEE_GetTAPersistentTime(&time), TEE_SUCCESS);
	}
	real_ms -= 1000;
	pass(5000);
	is_time("three seconds back", TEE_ERROR_TIME_NEEDS_RESET, 0, 0);
}

static void overflows_modulo(void **state)
{
	(void)state;
	set(UINT32_MAX, 999);
	is_time("the last second", TEE_SUCCESS, UINT32_MAX, 999);
	pass(2001);
	is_time("two later", TEE_ERROR_OVERFLOW, 2, 0);
}

/* The application sees nothing of where the time is kept. */
static void is_no_object_of_the_application(void **state)
{
	TEE_ObjectEnumHandle enumerator;
	TEE_ObjectHandle object;
	uint8_t id[TEE_OBJECT_ID_MAX_LEN];
	size_t size;

	(void)state;
	set(1, 0);
	assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&enumerator), TEE_SUCCESS);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "a", 1, TEE_DATA_FLAG_ACCESS_READ, TEE_HANDLE_NULL, NULL, 0, &object),
			 TEE_SUCCESS);
	TEE_CloseObject(object);
	set(2, 0);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_SUCCESS);
	assert_int_equal(size, 1);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_ERROR_ITEM_NOT_FOUND);
	TEE_FreePersistentObjectEnumerator(enumerator);
}

static void set_wrong(void *arg)
{
	const TEE_Time time = { 1, 1000 };

	(void)arg;
	assert_int_equal(TEE_SetTAPersistentTime(&time), TEE_SUCCESS);
}

static void a_second_has_1000_milliseconds(void **state)
{
	(void)state;
	fixture_panics("1000 ms", set_wrong, NULL);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(runs_over_restarts), T(a_clock_that_went_back), T(a_clock_that_goes_back_little_by_little), T(overflows_modulo), T(is_no_object_of_the_application),
		T(a_second_has_1000_milliseconds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
