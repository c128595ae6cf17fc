// SPDX-License-Identifier: BSD-2-Clause
/* The storage log against damage, foreign keys, failing disks, and power cuts at every write, torn per sector. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/store_log.h"
#include "libtee/internal/store_sector.h"
#include "tests/unit/store_disk.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define SIZE_MAX_BYTES (2 * TEE_STORE_STEP)

static const uint8_t key[TEE_STORE_KEY_SIZE] = { "a device key for unit tests only" };
static const TEE_UUID uuid = { 0x11223344, 0x5566, 0x7788, { 1, 2, 3, 4, 5, 6, 7, 8 } };
#define LOG_NAME "11223344-5566-7788-0102-030405060708.log"

/* --- a log on it, and what came out of the replay --- */

#define RECORDS_MAX 64

static struct {
	size_t count;
	struct {
		size_t size;
		uint8_t first;
		uint8_t last;
	} records[RECORDS_MAX];
} seen;

static enum tee_store_err replay(void *arg, const uint8_t *record, size_t size)
{
	(void)arg;
	assert_true(seen.count < RECORDS_MAX);
	seen.records[seen.count].size = size;
	seen.records[seen.count].first = size ? record[0] : 0;
	seen.records[seen.count].last = size ? record[size - 1] : 0;
	seen.count++;
	return TEE_STORE_OK;
}

static char dir[] = "/tmp/teepay-log-XXXXXX";

static struct tee_store_log_config config = {
	.dir = dir,
	.device_key = key,
	.size_max = SIZE_MAX_BYTES,
	.io = &disk_io,
};

static enum tee_store_err open_log(struct tee_store_log **log)
{
	seen.count = 0;
	config.uuid = uuid;
	return tee_store_log_open(log, &config, replay, NULL, NULL);
}

static enum tee_store_err append(struct tee_store_log *log, uint8_t fill, size_t size)
{
	uint8_t *record = malloc(size + 1);
	enum tee_store_err err;

	assert_non_null(record);
	memset(record, fill, size);
	err = tee_store_log_append(log, record, size);
	free(record);
	return err;
}

static int fresh(void **state)
{
	(void)state;
	disk_format(LOG_NAME);
	return 0;
}

static const size_t sizes[] = { 0, 1, 100, 452, 453, 484, 936, 937, 5000, 40000 };

/* Writes one record of each size; returns how many the log took before it failed. */
static size_t write_all(struct tee_store_log *log)
{
	size_t i;

	for (i = 0; i < ROWS(sizes); i++)
		if (append(log, (uint8_t)(i + 1), sizes[i]))
			return i;
	return i;
}

static void expect_first(size_t count)
{
	size_t i;

	assert_int_equal(seen.count, count);
	for (i = 0; i < count; i++) {
		assert_int_equal(seen.records[i].size, sizes[i]);
		if (sizes[i])
			assert_int_equal(seen.records[i].first, i + 1);
		if (sizes[i])
			assert_int_equal(seen.records[i].last, i + 1);
	}
}

static void filled(void)
{
	struct tee_store_log *log;

	assert_int_equal(open_log(&log), TEE_STORE_OK);
	assert_int_equal(write_all(log), ROWS(sizes));
	tee_store_log_close(&log);
}

static void replayed_as_written(void **state)
{
	struct tee_store_log *log;

	(void)state;
	filled();
	disk_power_on();
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	expect_first(ROWS(sizes));
	assert_int_equal(append(log, 0x77, 9), TEE_STORE_OK);
	tee_store_log_close(&log);
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	assert_int_equal(seen.count, ROWS(sizes) + 1);
	tee_store_log_close(&log);
}

/* Design: every change is one record, one write and one fdatasync. */
static void one_write_and_one_sync(void **state)
{
	struct tee_store_log *log;

	(void)state;
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	assert_int_equal(append(log, 1, 100), TEE_STORE_OK);
	disk_cut_after(-1);
	assert_int_equal(append(log, 1, 40000), TEE_STORE_OK);
	assert_int_equal(disk_steps(), 2);
	tee_store_log_close(&log);
}

static void nothing_readable_on_the_disk(void **state)
{
	static const char secret[] = "do not let this be read from a stolen disk";
	struct tee_store_log *log;

	(void)state;
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	assert_int_equal(tee_store_log_append(log, secret, sizeof(secret)), TEE_STORE_OK);
	tee_store_log_close(&log);
	assert_null(memmem(disk_log(), DISK_FILE_MAX, secret, 8));
}

/* The last record with every set of missing sectors is cut off; the log goes on as if it had never been. */
static void torn_tail_at_every_sector(void **state)
{
	enum { SECTORS = 4 };
	unsigned int missing;

	for (missing = 1; missing < 1u << SECTORS; missing++) {
		struct tee_store_log *log;
		size_t first;
		size_t i;

		fresh(state);
		assert_int_equal(open_log(&log), TEE_STORE_OK);
		assert_int_equal(append(log, 1, 100), TEE_STORE_OK);
		first = disk_log_sectors();
		assert_int_equal(append(log, 2, SECTORS * TEE_SECTOR_PAYLOAD - 32), TEE_STORE_OK);
		tee_store_log_close(&log);
		assert_int_equal(disk_log_sectors(), first + SECTORS);
		for (i = 0; i < SECTORS; i++)
			if (missing >> i & 1)
				memset(disk_log() + (first + i) * TEE_SECTOR_SIZE, 0, TEE_SECTOR_SIZE);
		disk_power_on();
		assert_int_equal(open_log(&log), TEE_STORE_OK);
		assert_int_equal(seen.count, 1);
		assert_int_equal(append(log, 3, 10), TEE_STORE_OK);
		tee_store_log_close(&log);
		disk_power_on();
		assert_int_equal(open_log(&log), TEE_STORE_OK);
		assert_int_equal(seen.count, 2);
		assert_int_equal(seen.records[1].first, 3);
		tee_store_log_close(&log);
	}
}

/* A missing sector anywhere but in the last record is no power cut. */
static void hole_in_the_middle_is_corruption(void **state)
{
	size_t last = ROWS(sizes) - 1;
	size_t last_sectors = (sizes[last] + 32 + TEE_SECTOR_PAYLOAD - 1) / TEE_SECTOR_PAYLOAD;
	size_t used;
	size_t i;

	filled();
	used = disk_log_sectors();
	for (i = 0; i < used - last_sectors; i++) {
		uint8_t kept[TEE_SECTOR_SIZE];
		struct tee_store_log *log;

		memcpy(kept, disk_log() + i * TEE_SECTOR_SIZE, sizeof(kept));
		memset(disk_log() + i * TEE_SECTOR_SIZE, 0, sizeof(kept));
		disk_power_on();
		if (open_log(&log) != TEE_STORE_CORRUPT)
			fail_msg("sector %zu of %zu was missing, and nobody saw it", i, used);
		memcpy(disk_log() + i * TEE_SECTOR_SIZE, kept, sizeof(kept));
	}
	(void)state;
}

/* One bit, anywhere: in each sector one bit of each field, and some of the payload; never accepted, never cut off. */
static void bit_flips_are_corruption(void **state)
{
	static const size_t fields[] = { 0, 4, 11, 12, 19, 20, 24, 27, 28, 40, 56, 200, 511 };
	size_t used;
	size_t i;
	size_t f;

	filled();
	used = disk_log_sectors();
	for (i = 0; i < used; i++)
		for (f = 0; f < ROWS(fields); f++) {
			uint8_t *byte = disk_log() + i * TEE_SECTOR_SIZE + fields[f];
			uint8_t bit = (uint8_t)(1 << (i + f) % 8);
			struct tee_store_log *log;

			*byte ^= bit;
			disk_power_on();
			if (open_log(&log) != TEE_STORE_CORRUPT)
				fail_msg("sector %zu, byte %zu: not seen", i, fields[f]);
			*byte ^= bit;
		}
	(void)state;
}

/* Whole sectors with good checksums, but not where they were: another log's, an older record, swapped records. */
static void sectors_out_of_place_are_corruption(void **state)
{
	static const struct {
		const char *name;
		size_t from, to;
	} rows[] = {
		{ "record 1 over record 2", 1, 2 },
		{ "record 2 over record 1", 2, 1 },
		{ "head over record 1", 0, 1 },
		{ "record 1 again at the end", 1, 0 },
		{ "half of record 5 again at the end", 5, 0 },
	};
	struct tee_store_log *log;
	size_t i;

	filled();
	for (i = 0; i < ROWS(rows); i++) {
		size_t to = rows[i].to ? rows[i].to : disk_log_sectors();
		uint8_t kept[TEE_SECTOR_SIZE];

		memcpy(kept, disk_log() + to * TEE_SECTOR_SIZE, sizeof(kept));
		memcpy(disk_log() + to * TEE_SECTOR_SIZE, disk_log() + rows[i].from * TEE_SECTOR_SIZE, sizeof(kept));
		disk_power_on();
		if (open_log(&log) != TEE_STORE_CORRUPT)
			fail_msg("%s: not seen", rows[i].name);
		memcpy(disk_log() + to * TEE_SECTOR_SIZE, kept, sizeof(kept));
	}
	(void)state;
}

/* An unfinished last record whose sectors are not where they belong did not get there by a power cut. */
static void torn_and_shuffled_is_corruption(void **state)
{
	struct tee_store_log *log;
	uint8_t *sectors;
	size_t first;

	(void)state;
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	first = disk_log_sectors();
	assert_int_equal(append(log, 2, 4 * TEE_SECTOR_PAYLOAD - 32), TEE_STORE_OK);
	tee_store_log_close(&log);
	sectors = disk_log() + first * TEE_SECTOR_SIZE;
	memcpy(sectors, sectors + TEE_SECTOR_SIZE, TEE_SECTOR_SIZE);
	memset(sectors + TEE_SECTOR_SIZE, 0, TEE_SECTOR_SIZE);
	disk_power_on();
	assert_int_equal(open_log(&log), TEE_STORE_CORRUPT);
}

/* Two histories of one log: a record fits only behind the one that it was written behind. */
static void records_of_another_history_are_corruption(void **state)
{
	static uint8_t before[DISK_FILE_MAX];
	static uint8_t other[DISK_FILE_MAX];
	struct tee_store_log *log;
	int history;

	(void)state;
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	tee_store_log_close(&log);
	memcpy(before, disk_log(), DISK_FILE_MAX);
	for (history = 1; history <= 2; history++) {
		memcpy(disk_log(), before, DISK_FILE_MAX);
		disk_power_on();
		assert_int_equal(open_log(&log), TEE_STORE_OK);
		assert_int_equal(append(log, (uint8_t)history, 10), TEE_STORE_OK);
		assert_int_equal(append(log, (uint8_t)(10 * history), 10), TEE_STORE_OK);
		tee_store_log_close(&log);
		if (history == 1)
			memcpy(other, disk_log(), DISK_FILE_MAX);
	}
	memcpy(disk_log() + 2 * TEE_SECTOR_SIZE, other + 2 * TEE_SECTOR_SIZE, TEE_SECTOR_SIZE);
	disk_power_on();
	assert_int_equal(open_log(&log), TEE_STORE_CORRUPT);
}

/* The checksum of a sector is no secret: who can mend it is stopped by the seal. */
static void mended_checksum_is_corruption(void **state)
{
	struct tee_store_log *log;
	size_t used;
	size_t i;

	filled();
	used = disk_log_sectors();
	for (i = 1; i < used; i++) {
		uint8_t *sector = disk_log() + i * TEE_SECTOR_SIZE;
		struct tee_sector head;

		assert_int_equal(tee_sector_parse(sector, &head), TEE_STORE_OK);
		sector[TEE_SECTOR_HEAD + 33] ^= 1;
		tee_sector_seal(sector, &head);
		disk_power_on();
		if (open_log(&log) != TEE_STORE_CORRUPT)
			fail_msg("sector %zu: not seen", i);
		sector[TEE_SECTOR_HEAD + 33] ^= 1;
		tee_sector_seal(sector, &head);
	}
	(void)state;
}

static void wrong_key(void **state)
{
	static const uint8_t other[TEE_STORE_KEY_SIZE] = { "another device key, also 32 byte" };
	struct tee_store_log *log;

	(void)state;
	filled();
	config.device_key = other;
	disk_power_on();
	assert_int_equal(open_log(&log), TEE_STORE_KEY);
	config.device_key = key;
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	expect_first(ROWS(sizes));
	tee_store_log_close(&log);
}

static void only_one_process(void **state)
{
	struct tee_store_log *log;
	struct tee_store_log *second;

	(void)state;
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	assert_int_equal(open_log(&second), TEE_STORE_IN_USE);
	tee_store_log_close(&log);
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	tee_store_log_close(&log);
}

static void full_log_changes_nothing(void **state)
{
	struct tee_store_log *log;
	size_t count = 0;
	size_t end;

	(void)state;
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	while (append(log, 5, 100000) == TEE_STORE_OK)
		count++;
	assert_true(count >= 15);
	end = disk_log_sectors();
	assert_int_equal(append(log, 5, 100000), TEE_STORE_NO_SPACE);
	assert_int_equal(disk_log_sectors(), end);
	assert_int_equal(append(log, 6, TEE_STORE_RECORD_MAX + 1), TEE_STORE_NO_SPACE);
	assert_int_equal(append(log, 6, 10), TEE_STORE_OK);
	tee_store_log_close(&log);
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	assert_int_equal(seen.count, count + 1);
	tee_store_log_close(&log);
}

/* After a failed write or fdatasync the log takes no more, even if the disk seems well again. */
static void failed_sync_is_for_good(void **state)
{
	struct tee_store_log *log;

	(void)state;
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	disk_cut_after(1);
	assert_int_equal(append(log, 1, 10), TEE_STORE_FAILED);
	disk_power_on();
	assert_int_equal(append(log, 2, 10), TEE_STORE_FAILED);
	tee_store_log_close(&log);
}

/*
 * Power goes at each write and each sync in turn, several times with other sectors lost; then again while the next
 * start mends the log. What was answered for is there; what was not is there whole or not at all; and it goes on.
 */
static void power_cut_at_every_step(void **state)
{
	const uint32_t first_seed = 20240401;
	int cut;

	(void)state;
	print_message("# seed %u\n", first_seed);
	disk_seed(first_seed);
	for (cut = 0; cut < 24; cut++) {
		int tries;

		for (tries = 0; tries < 20; tries++) {
			struct tee_store_log *log;
			size_t answered = 0;
			enum tee_store_err err;

			fresh(state);
			disk_cut_after(cut);
			if (open_log(&log) == TEE_STORE_OK)
				answered = write_all(log);
			tee_store_log_close(&log);
			if (!disk_is_off())
				continue;
			disk_power_on();
			disk_cut_after((int)(disk_dice() % 3));
			err = open_log(&log);
			tee_store_log_close(&log);
			if (err) {
				assert_int_equal(err, TEE_STORE_FAILED);
				disk_cut();
			}
			disk_power_on();
			assert_int_equal(open_log(&log), TEE_STORE_OK);
			if (seen.count != answered && seen.count != answered + 1)
				fail_msg("cut %d: %zu answered, %zu there", cut, answered, seen.count);
			expect_first(seen.count);
			answered = seen.count;
			assert_int_equal(append(log, 0x99, 10), TEE_STORE_OK);
			tee_store_log_close(&log);
			disk_power_on();
			assert_int_equal(open_log(&log), TEE_STORE_OK);
			assert_int_equal(seen.count, answered + 1);
			tee_store_log_close(&log);
		}
	}
}

static void folder_that_is_not_there(void **state)
{
	struct tee_store_log_config wrong = config;
	struct tee_store_log *log;

	(void)state;
	wrong.dir = "/nonexistent/teepay";
	assert_int_equal(tee_store_log_open(&log, &wrong, replay, NULL, NULL), TEE_STORE_ACCESS);
	assert_null(log);
}

/* The real file operations, once: everything above was a simulated disk. */
static void on_a_real_file(void **state)
{
	struct tee_store_log *log;
	struct stat st;

	(void)state;
	config.io = &tee_store_io_file;
	filled();
	assert_int_equal(open_log(&log), TEE_STORE_OK);
	expect_first(ROWS(sizes));
	tee_store_log_close(&log);
	assert_int_equal(stat(LOG_NAME, &st), 0);
	assert_int_equal(st.st_size, TEE_STORE_STEP);
	assert_int_equal(st.st_mode & 0777, 0600);
	config.io = &disk_io;
}

static int group_setup(void **state)
{
	(void)state;
	return !mkdtemp(dir) || chdir(dir);
}

static int group_teardown(void **state)
{
	fresh(state);
	(void)!unlink(LOG_NAME ".new");
	return chdir("/") || rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(replayed_as_written, fresh),
		cmocka_unit_test_setup(one_write_and_one_sync, fresh),
		cmocka_unit_test_setup(nothing_readable_on_the_disk, fresh),
		cmocka_unit_test_setup(torn_tail_at_every_sector, fresh),
		cmocka_unit_test_setup(hole_in_the_middle_is_corruption, fresh),
		cmocka_unit_test_setup(bit_flips_are_corruption, fresh),
		cmocka_unit_test_setup(sectors_out_of_place_are_corruption, fresh),
		cmocka_unit_test_setup(torn_and_shuffled_is_corruption, fresh),
		cmocka_unit_test_setup(records_of_another_history_are_corruption, fresh),
		cmocka_unit_test_setup(mended_checksum_is_corruption, fresh),
		cmocka_unit_test_setup(wrong_key, fresh),
		cmocka_unit_test_setup(only_one_process, fresh),
		cmocka_unit_test_setup(full_log_changes_nothing, fresh),
		cmocka_unit_test_setup(failed_sync_is_for_good, fresh),
		cmocka_unit_test_setup(power_cut_at_every_step, fresh),
		cmocka_unit_test_setup(folder_that_is_not_there, fresh),
		cmocka_unit_test_setup(on_a_real_file, fresh),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
