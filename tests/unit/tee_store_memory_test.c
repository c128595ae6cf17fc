// SPDX-License-Identifier: BSD-2-Clause
/* The storage log when memory runs out: that is never told as damage, and changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include "libtee/internal/store_log.h"
#include "libtee/internal/store_sector.h"
#include "tests/unit/store_disk.h"

#define LOG_NAME "11223344-5566-7788-0102-030405060708.log"
#define RECORDS 3
/* More than a start asks OpenSSL for. */
#define ALLOCATIONS_MAX 20000

/* OpenSSL's allocations from now on: how many there were, and which fails; 0: none. */
static unsigned long asked;
static unsigned long fails;

static bool refused(void)
{
	return ++asked == fails;
}

static void *ssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return refused() ? NULL : malloc(size);
}

static void *ssl_realloc(void *block, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return refused() ? NULL : realloc(block, size);
}

static void ssl_free(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	free(block);
}

static char dir[] = "/tmp/teepay-log-XXXXXX";
static const uint8_t key[TEE_STORE_KEY_SIZE] = { "a device key for unit tests only" };
static struct tee_store_log_config config = {
	.dir = dir,
	.uuid = { 0x11223344, 0x5566, 0x7788, { 1, 2, 3, 4, 5, 6, 7, 8 } },
	.device_key = key,
	.size_max = 2 * TEE_STORE_STEP,
	.io = &disk_io,
};
static size_t replayed;

static enum tee_store_err replay(void *arg, const uint8_t *record, size_t size)
{
	(void)arg;
	(void)record;
	(void)size;
	replayed++;
	return TEE_STORE_OK;
}

static enum tee_store_err open_log(struct tee_store_log **log)
{
	replayed = 0;
	return tee_store_log_open(log, &config, replay, NULL, NULL);
}

/* Durable bytes as each start finds them. */
static uint8_t found[DISK_FILE_MAX];

/* A log with records of one sector and of several; found is what the disk has of it. */
static void filled(size_t records)
{
	static const size_t sizes[RECORDS] = { 10, 3000, 100 };
	static const uint8_t bytes[3000];
	struct tee_store_log *log;
	size_t i;

	disk_format(LOG_NAME);
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	for (i = 0; i < records; i++)
		assert_int_equal(tee_store_log_append(log, bytes, sizes[i]), TEE_STORE_OK);
	tee_store_log_close(&log);
	memcpy(found, disk_log(), sizeof(found));
}

/* Starts with the n-th allocation failing, for each n: without memory nothing changes, else the result is this one. */
static void start_with_each_failing(enum tee_store_err otherwise, size_t records)
{
	unsigned long told = 0;
	unsigned long n;

	for (n = 1; n < ALLOCATIONS_MAX; n++) {
		struct tee_store_log *log;
		enum tee_store_err err;

		memcpy(disk_log(), found, sizeof(found));
		disk_power_on();
		asked = 0;
		fails = n;
		err = open_log(&log);
		fails = 0;
		tee_store_log_close(&log);
		if (err != TEE_STORE_NO_MEMORY && err != otherwise)
			fail_msg("allocation %lu: %s", n, tee_store_strerror(err));
		if (err == TEE_STORE_NO_MEMORY) {
			told++;
			assert_memory_equal(disk_log(), found, sizeof(found));
		} else if (err == TEE_STORE_OK) {
			assert_int_equal(replayed, records);
		}
		/* As many are not asked for: none failed. */
		if (asked < n) {
			assert_int_equal(err, otherwise);
			assert_true(told > 10);
			return;
		}
	}
	fail_msg("no end of allocations");
}

static void no_memory_at_the_start_is_no_damage(void **state)
{
	(void)state;
	filled(RECORDS);
	start_with_each_failing(TEE_STORE_OK, RECORDS);
}

/* It is wiped: nothing that is whole may be taken for one. */
static void no_memory_while_a_torn_tail_is_looked_at(void **state)
{
	(void)state;
	filled(2);
	memset(found + (disk_log_sectors() - 1) * TEE_SECTOR_SIZE, 0, TEE_SECTOR_SIZE);
	start_with_each_failing(TEE_STORE_OK, 1);
}

static void damage_stays_damage(void **state)
{
	(void)state;
	filled(RECORDS);
	found[2 * TEE_SECTOR_SIZE + 100] ^= 1;
	start_with_each_failing(TEE_STORE_CORRUPT, 0);
}

static void another_key_stays_another_key(void **state)
{
	static const uint8_t other[TEE_STORE_KEY_SIZE] = { "another device key, also 32 byte" };

	(void)state;
	filled(RECORDS);
	config.device_key = other;
	start_with_each_failing(TEE_STORE_KEY, 0);
	config.device_key = key;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memory_at_the_start_is_no_damage),
		cmocka_unit_test(no_memory_while_a_torn_tail_is_looked_at),
		cmocka_unit_test(damage_stays_damage),
		cmocka_unit_test(another_key_stays_another_key),
	};
	int failed;

	/* Before OpenSSL has asked for anything. */
	if (CRYPTO_set_mem_functions(ssl_malloc, ssl_realloc, ssl_free) != 1 || !mkdtemp(dir) || chdir(dir))
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	disk_format(LOG_NAME);
	if (chdir("/") || rmdir(dir))
		return 1;
	return failed;
}
