// SPDX-License-Identifier: BSD-2-Clause
/* One storage for several processes: what one does the others see, the rules of sharing hold for all, and any may die. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/store_share.h"
#include "tests/unit/tee_fixture.h"

#define RW (TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE)
#define SHARED (TEE_DATA_FLAG_SHARE_READ | TEE_DATA_FLAG_SHARE_WRITE)
#define META TEE_DATA_FLAG_ACCESS_WRITE_META

static char *dir;

static int setup(void **state)
{
	struct tee_host_config config = { .device_key = fixture_key, .shared = true, .log_max = 4 << 20 };

	(void)state;
	dir = fixture_dir();
	config.state_dir = dir;
	assert_int_equal(tee_host_start(&config), TEE_STORE_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tee_host_stop();
	fixture_dir_remove(&dir);
	return 0;
}

/* Another process, which does one thing after the other as it is told. */
struct other {
	pid_t pid;
	int to, from;
};

static TEE_ObjectHandle held;

static TEE_Result create(const char *id, uint32_t flags, const char *data)
{
	return TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), flags, TEE_HANDLE_NULL, data, strlen(data),
					  NULL);
}

static TEE_Result open_held(const char *id, uint32_t flags)
{
	return TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), flags, &held);
}

/* Whether the object has just this data. */
static bool has(const char *id, const char *data)
{
	TEE_ObjectHandle object;
	char bytes[256] = "";
	size_t count;

	if (TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), TEE_DATA_FLAG_ACCESS_READ | SHARED, &object))
		return false;
	(void)!TEE_ReadObjectData(object, bytes, sizeof(bytes) - 1, &count);
	TEE_CloseObject(object);
	return !strcmp(bytes, data);
}

/* A word and what it needs; the answer is a result. */
static TEE_Result obey(const char *order)
{
	switch (order[0]) {
	case 'c':
		return create("one", TEE_DATA_FLAG_OVERWRITE, order + 1);
	case 'r':
		return open_held("one", TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_SHARE_READ);
	case 'w':
		return open_held("one", RW | SHARED);
	case 'm':
		return open_held("one", META);
	case 'W':
		return TEE_WriteObjectData(held, order + 1, strlen(order + 1));
	case 'n':
		return TEE_RenamePersistentObject(held, order + 1, strlen(order + 1));
	case 'd':
		return TEE_CloseAndDeletePersistentObject1(held);
	case 'x':
		TEE_CloseObject(held);
		return TEE_SUCCESS;
	default:
		return TEE_ERROR_BAD_FORMAT;
	}
}

static struct other other_start(void)
{
	struct other other;
	int to[2];
	int from[2];

	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	fflush(NULL);
	other.pid = fork();
	assert_true(other.pid >= 0);
	if (!other.pid) {
		char order[64];
		ssize_t n;

		close(to[1]);
		close(from[0]);
		tee_host_forked();
		while ((n = read(to[0], order, sizeof(order) - 1)) > 0) {
			TEE_Result result;

			order[n] = '\0';
			result = obey(order);
			if (write(from[1], &result, sizeof(result)) != sizeof(result))
				break;
		}
		_exit(0);
	}
	close(to[0]);
	close(from[1]);
	other.to = to[1];
	other.from = from[0];
	return other;
}

static TEE_Result tell(struct other *other, const char *order)
{
	TEE_Result result = TEE_ERROR_GENERIC;

	assert_int_equal(write(other->to, order, strlen(order)), strlen(order));
	assert_int_equal(read(other->from, &result, sizeof(result)), sizeof(result));
	return result;
}

static void other_end(struct other *other, int signal)
{
	if (signal)
		kill(other->pid, signal);
	close(other->to);
	assert_int_equal(waitpid(other->pid, NULL, 0), other->pid);
	close(other->from);
	tee_share_forget(other->pid);
}

/* --- tests --- */

static void changes_are_seen(void **state)
{
	struct other other = other_start();
	TEE_ObjectHandle mine;

	(void)state;
	assert_int_equal(tell(&other, "cfirst"), TEE_SUCCESS);
	assert_true(has("one", "first"));
	assert_int_equal(create("one", TEE_DATA_FLAG_OVERWRITE, "second"), TEE_SUCCESS);
	/* A handle of mine on what another one writes to. */
	assert_int_equal(tell(&other, "w"), TEE_SUCCESS);
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "one", 3, RW | SHARED, &mine), TEE_SUCCESS);
	assert_int_equal(tell(&other, "WSEC"), TEE_SUCCESS);
	assert_true(has("one", "SECond"));
	assert_int_equal(TEE_SeekObjectData(mine, 0, TEE_DATA_SEEK_END), TEE_SUCCESS);
	assert_int_equal(TEE_WriteObjectData(mine, "!", 1), TEE_SUCCESS);
	assert_int_equal(tell(&other, "Wo"), TEE_SUCCESS);
	assert_true(has("one", "SECond!"));
	assert_int_equal(tell(&other, "x"), TEE_SUCCESS);
	TEE_CloseObject(mine);
	assert_int_equal(tell(&other, "m"), TEE_SUCCESS);
	assert_int_equal(tell(&other, "ntwo"), TEE_SUCCESS);
	assert_int_equal(tell(&other, "x"), TEE_SUCCESS);
	assert_false(has("one", "SECond!"));
	assert_true(has("two", "SECond!"));
	other_end(&other, 0);
}

/* GP Core 1.3 §5.7.3, between processes. */
static void rules_of_sharing_hold_for_all(void **state)
{
	static const struct {
		const char *name;
		const char *other;
		uint32_t mine;
		TEE_Result result;
	} rows[] = {
		{ "both read and share", "r", TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_SHARE_READ, TEE_SUCCESS },
		{ "reader that does not share", "r", TEE_DATA_FLAG_ACCESS_READ, TEE_ERROR_ACCESS_CONFLICT },
		{ "writer to a reader", "r", RW | SHARED, TEE_ERROR_ACCESS_CONFLICT },
		{ "both write and share", "w", RW | SHARED, TEE_SUCCESS },
		{ "metadata to a writer", "w", META, TEE_ERROR_ACCESS_CONFLICT },
		{ "reader to the metadata", "m", TEE_DATA_FLAG_ACCESS_READ | SHARED, TEE_ERROR_ACCESS_CONFLICT },
	};
	struct other other = other_start();
	size_t i;

	(void)state;
	assert_int_equal(create("one", 0, "x"), TEE_SUCCESS);
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle mine;

		assert_int_equal(tell(&other, rows[i].other), TEE_SUCCESS);
		if (TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "one", 3, rows[i].mine, &mine) != rows[i].result)
			fail_msg("%s", rows[i].name);
		assert_int_equal(create("one", TEE_DATA_FLAG_OVERWRITE, "y"), TEE_ERROR_ACCESS_CONFLICT);
		TEE_CloseObject(mine);
		assert_int_equal(tell(&other, "x"), TEE_SUCCESS);
	}
	/* What it has open goes with it. */
	assert_int_equal(tell(&other, "m"), TEE_SUCCESS);
	assert_int_equal(open_held("one", META), TEE_ERROR_ACCESS_CONFLICT);
	other_end(&other, SIGKILL);
	assert_int_equal(open_held("one", META), TEE_SUCCESS);
	TEE_CloseObject(held);
}

/* An enumeration goes on with what is there, when others change something in the middle of it. */
static void enumeration_goes_on(void **state)
{
	struct other other = other_start();
	TEE_ObjectEnumHandle enumerator;
	char id[TEE_OBJECT_ID_MAX_LEN];
	size_t size;

	(void)state;
	assert_int_equal(create("a", 0, "x"), TEE_SUCCESS);
	assert_int_equal(create("one", 0, "x"), TEE_SUCCESS);
	assert_int_equal(create("b", 0, "x"), TEE_SUCCESS);
	assert_int_equal(create("c", 0, "x"), TEE_SUCCESS);
	assert_int_equal(TEE_AllocatePersistentObjectEnumerator(&enumerator), TEE_SUCCESS);
	assert_int_equal(TEE_StartPersistentObjectEnumerator(enumerator, TEE_STORAGE_PRIVATE), TEE_SUCCESS);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_SUCCESS);
	assert_memory_equal(id, "a", 1);
	assert_int_equal(tell(&other, "m"), TEE_SUCCESS);
	assert_int_equal(tell(&other, "d"), TEE_SUCCESS);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_SUCCESS);
	assert_memory_equal(id, "b", 1);
	assert_int_equal(tell(&other, "cx"), TEE_SUCCESS);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_SUCCESS);
	assert_memory_equal(id, "c", 1);
	assert_int_equal(TEE_GetNextPersistentObject(enumerator, NULL, id, &size), TEE_ERROR_ITEM_NOT_FOUND);
	TEE_FreePersistentObjectEnumerator(enumerator);
	other_end(&other, 0);
}

static unsigned int counted(unsigned int who)
{
	TEE_ObjectHandle object;
	unsigned int value = 0;
	char id[16];
	size_t count;

	snprintf(id, sizeof(id), "count%u", who);
	if (TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), TEE_DATA_FLAG_ACCESS_READ, &object))
		return 0;
	assert_int_equal(TEE_ReadObjectData(object, &value, sizeof(value), &count), TEE_SUCCESS);
	TEE_CloseObject(object);
	return value;
}

/* Each adds to a number of its own, kept beside 20,000 bytes, so that the log is compacted again and again. */
static void count_up(unsigned int who, unsigned int times)
{
	static uint8_t bytes[20000];
	char id[16];
	unsigned int i;

	snprintf(id, sizeof(id), "count%u", who);
	for (i = counted(who) + 1; i <= times; i++) {
		memcpy(bytes, &i, sizeof(i));
		if (TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id), TEE_DATA_FLAG_OVERWRITE, TEE_HANDLE_NULL,
					       bytes, sizeof(bytes), NULL))
			_exit(1);
	}
}

static pid_t counter_start(unsigned int who, unsigned int times)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		tee_host_forked();
		count_up(who, times);
		_exit(0);
	}
	return pid;
}

static void all_write_at_once(void **state)
{
	enum { PROCESSES = 3, TIMES = 60 };
	pid_t pids[PROCESSES];
	unsigned int who;
	int status;

	(void)state;
	for (who = 0; who < PROCESSES; who++)
		pids[who] = counter_start(who, TIMES);
	for (who = 0; who < PROCESSES; who++) {
		assert_int_equal(waitpid(pids[who], &status, 0), pids[who]);
		assert_int_equal(status, 0);
	}
	for (who = 0; who < PROCESSES; who++)
		assert_int_equal(counted(who), TIMES);
	/* The files say the same to one that starts anew. */
	tee_host_stop();
	fixture_host(dir);
	for (who = 0; who < PROCESSES; who++)
		assert_int_equal(counted(who), TIMES);
}

/* Any of them is killed at any moment, also in the middle of a record or a swap; the others go on, and nothing is lost. */
static void killed_at_any_moment(void **state)
{
	const unsigned int seed = 20240407;
	unsigned int before = 0;
	int round;

	(void)state;
	print_message("# seed %u\n", seed);
	srand(seed);
	for (round = 0; round < 40; round++) {
		pid_t pid = counter_start(0, UINT32_MAX);
		unsigned int i;
		unsigned int now;

		/* So long that it has begun, and how far it is nobody knows. */
		for (i = 0; i < 1 + (unsigned int)rand() % 8; i++) {
			assert_int_equal(create("mine", TEE_DATA_FLAG_OVERWRITE, "x"), TEE_SUCCESS);
			before = counted(0);
		}
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		tee_share_forget(pid);
		now = counted(0);
		if (now < before)
			fail_msg("round %d: %u was there, now %u", round, before, now);
		assert_true(has("mine", "x"));
	}
	tee_host_stop();
	fixture_host(dir);
	assert_true(has("mine", "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changes_are_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(rules_of_sharing_hold_for_all, setup, teardown),
		cmocka_unit_test_setup_teardown(enumeration_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(all_write_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_at_any_moment, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
