// SPDX-License-Identifier: BSD-2-Clause
/*
 * The objects over the log: against a model of them, through compaction, at its limits, on a full disk, with the power
 * going at every operation, and with anything else in the file.
 */
#include <errno.h>
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

#include "libtee/internal/store.h"
#include "libtee/internal/store_sector.h"
#include "tests/unit/store_disk.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define SIZE_MAX_BYTES (2 * TEE_STORE_STEP)

static const uint8_t key[TEE_STORE_KEY_SIZE] = { "a device key for unit tests only" };
#define LOG_NAME "11223344-5566-7788-0102-030405060708.log"

static char dir[] = "/tmp/teepay-store-XXXXXX";

static struct tee_store_log_config config = {
	.dir = dir,
	.uuid = { 0x11223344, 0x5566, 0x7788, { 1, 2, 3, 4, 5, 6, 7, 8 } },
	.device_key = key,
	.size_max = SIZE_MAX_BYTES,
	.io = &disk_io,
};

static enum tee_store_err start(void)
{
	return tee_store_start(&config, NULL);
}

static int fresh(void **state)
{
	(void)state;
	disk_format(LOG_NAME);
	assert_int_equal(start(), TEE_STORE_OK);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	tee_store_stop();
	return 0;
}

/* --- a model: what must be stored --- */

#define IDS 6
#define DATA_MAX 700000

struct model {
	struct model_object {
		bool there;
		uint32_t usage;
		size_t size;
		uint32_t sum;		/* of the data */
	} objects[IDS];
};

static uint32_t sum_of(const uint8_t *data, size_t size)
{
	uint32_t sum = 1;
	size_t i;

	for (i = 0; i < size; i++)
		sum = sum * 31 + data[i];
	return sum;
}

static void id_of(unsigned int n, char id[4])
{
	snprintf(id, 4, "id%u", n % 10);
}

static struct model model_now(void)
{
	struct model model = { 0 };
	unsigned int n;

	for (n = 0; n < IDS; n++) {
		char id[4];
		const struct tee_stored *stored;

		id_of(n, id);
		stored = tee_store_find(id, 3);
		if (!stored)
			continue;
		model.objects[n] = (struct model_object){
			.there = true,
			.usage = stored->meta.usage,
			.size = stored->size,
			.sum = sum_of(stored->data, stored->size),
		};
	}
	return model;
}

static bool same(const struct model *a, const struct model *b)
{
	unsigned int n;

	for (n = 0; n < IDS; n++) {
		const struct model_object *x = &a->objects[n];
		const struct model_object *y = &b->objects[n];

		if (x->there != y->there || x->usage != y->usage || x->size != y->size || x->sum != y->sum)
			return false;
	}
	return true;
}

static uint8_t bytes[DATA_MAX];

static enum tee_store_err put(const char *id, uint32_t usage, size_t size)
{
	const struct tee_stored_content content = { .meta.usage = usage, .data = bytes, .size = size };
	struct tee_stored *stored;

	memset(bytes, (int)(usage & 0xff), size);
	return tee_store_put(id, strlen(id), &content, &stored);
}

/* One change of any kind, by the dice. */
static enum tee_store_err change(size_t largest)
{
	size_t size = disk_dice() % 4 ? disk_dice() % 2000 : disk_dice() % largest;
	unsigned int n = disk_dice() % IDS;
	struct tee_stored *stored;
	char other[4];
	char id[4];

	id_of(n, id);
	id_of(n + 1 + disk_dice() % (IDS - 1), other);
	if (other[2] > '0' + IDS - 1)
		id_of(disk_dice() % IDS, other);
	stored = tee_store_find(id, 3);
	if (!stored)
		return put(id, disk_dice(), size);
	memset(bytes, (int)(disk_dice() & 0xff), size);
	switch (disk_dice() % 7) {
	case 0:
		return tee_store_delete(stored);
	case 1:
		return tee_store_find(other, 3) ? put(other, disk_dice(), size) : tee_store_rename(stored, other, 3);
	case 2:
		return tee_store_set_usage(stored, disk_dice());
	case 3:
		return tee_store_resize(stored, size);
	case 4:
		return put(id, disk_dice(), size);
	default:
		return tee_store_write(stored, disk_dice() % 3000, bytes, size / 2);
	}
}

static void restart_and_compare(const struct model *expected)
{
	struct model now;

	assert_int_equal(start(), TEE_STORE_OK);
	now = model_now();
	assert_true(same(&now, expected));
}

/* --- compaction --- */

static off_t file_size(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_size;
}

/* Far more is written than the file may ever have; it never has more, and what is stored survives it all. */
static void the_log_stays_bounded(void **state)
{
	struct model model;
	unsigned int i;

	(void)state;
	assert_int_equal(put("id0", 1, 100000), TEE_STORE_OK);
	for (i = 0; i < 200; i++) {
		assert_int_equal(put("id1", i, 50000), TEE_STORE_OK);
		assert_true(file_size(LOG_NAME) <= (off_t)SIZE_MAX_BYTES);
		assert_int_equal(file_size(LOG_NAME ".new"), 0);
	}
	model = model_now();
	restart_and_compare(&model);
	assert_int_equal(tee_store_find("id0", 3)->size, 100000);
	assert_int_equal(tee_store_find("id1", 3)->meta.usage, 199);
}

/* A record is one write and one sync but for the few that compact: those are rare, as half of the log is garbage then. */
static void compaction_is_rare(void **state)
{
	const int changes = 8000;
	int i;

	(void)state;
	assert_int_equal(put("id0", 0, 1000), TEE_STORE_OK);
	disk_cut_after(-1);
	for (i = 0; i < changes; i++)
		assert_int_equal(put("id1", (uint32_t)i, 400), TEE_STORE_OK);
	/* 8,000 sectors are four files' worth: four times head, two objects, sync, swap, sync, and emptying twice. */
	assert_in_range(disk_steps(), 2 * changes + 1, 2 * changes + 8 * 10);
}

/* All kinds of changes by the dice, with restarts: always what the model says. */
static void any_changes_survive_restarts(void **state)
{
	const uint32_t seed = 20240402;
	unsigned int i;

	(void)state;
	print_message("# seed %u\n", seed);
	disk_seed(seed);
	for (i = 0; i < 3000; i++) {
		enum tee_store_err err = change(60000);

		assert_true(err == TEE_STORE_OK || err == TEE_STORE_NO_SPACE);
		if (i % 100 == 99) {
			struct model model = model_now();

			restart_and_compare(&model);
		}
	}
}

/* --- limits --- */

/* Objects may have half of the file together, each as its record; a full storage can still change, delete and rename. */
static void full_storage(void **state)
{
	struct tee_stored *stored;
	struct model model;
	char id[16];
	int i;

	(void)state;
	for (i = 0;; i++) {
		snprintf(id, sizeof(id), "f%d", i);
		if (put(id, 7, 100000))
			break;
	}
	assert_in_range(i, 8, 10);
	model = model_now();
	assert_int_equal(put(id, 7, 100000), TEE_STORE_NO_SPACE);
	stored = tee_store_find("f1", 2);
	assert_int_equal(tee_store_write(stored, 100000, bytes, 100000), TEE_STORE_NO_SPACE);
	assert_int_equal(tee_store_resize(stored, 300000), TEE_STORE_NO_SPACE);
	for (i = 0; i < 300; i++) {
		assert_int_equal(tee_store_write(stored, 0, bytes, 100000), TEE_STORE_OK);
		assert_int_equal(tee_store_set_usage(stored, (uint32_t)i), TEE_STORE_OK);
	}
	assert_int_equal(tee_store_rename(stored, "g", 1), TEE_STORE_OK);
	assert_int_equal(tee_store_delete(tee_store_find("f2", 2)), TEE_STORE_OK);
	assert_int_equal(put("f2", 8, 100000), TEE_STORE_OK);
	restart_and_compare(&model);
	assert_int_equal(tee_store_find("g", 1)->meta.usage, 299);
}

/* Many small objects: as many as the limit has sectors for. */
static void many_objects(void **state)
{
	struct tee_store_cursor cursor = { 0 };
	const unsigned int most = SIZE_MAX_BYTES / 2 / TEE_SECTOR_SIZE;
	unsigned int n;
	char id[16];

	(void)state;
	for (n = 0;; n++) {
		snprintf(id, sizeof(id), "%u", n);
		if (put(id, n, 10))
			break;
	}
	assert_int_equal(n, most);
	assert_int_equal(start(), TEE_STORE_OK);
	tee_store_cursor_start(&cursor);
	for (n = 0; tee_store_cursor_next(&cursor); n++)
		;
	tee_store_cursor_stop(&cursor);
	assert_int_equal(n, most);
	for (n = 0; n < most; n++) {
		snprintf(id, sizeof(id), "%u", n);
		assert_int_equal(tee_store_delete(tee_store_find(id, strlen(id))), TEE_STORE_OK);
	}
}

/* The disk has room for the log but not for another one beside it: changes go on until it is full, nothing is lost. */
static void disk_without_room_to_compact(void **state)
{
	struct model model;
	enum tee_store_err err;
	unsigned int i;

	(void)state;
	disk_room(TEE_STORE_STEP);
	for (i = 0; !(err = put("id1", i, 50000)); i++)
		;
	assert_int_equal(err, TEE_STORE_NO_SPACE);
	assert_in_range(i, 19, 20);
	model = model_now();
	restart_and_compare(&model);
	assert_int_equal(tee_store_find("id1", 3)->meta.usage, i - 1);
	/* Room again. */
	disk_room(0);
	assert_int_equal(put("id1", 77, 50000), TEE_STORE_OK);
	model = model_now();
	restart_and_compare(&model);
}

static int swap_refused(int folder, const char *name, const char *other)
{
	(void)folder;
	(void)name;
	(void)other;
	errno = EINVAL;
	return -1;
}

/* A file system that cannot swap names: the log grows to its limit, and then says so. */
static void file_system_without_swap(void **state)
{
	struct tee_store_io io = disk_io;
	struct model model;
	enum tee_store_err err;
	unsigned int i;

	(void)state;
	io.swap = swap_refused;
	config.io = &io;
	assert_int_equal(start(), TEE_STORE_OK);
	for (i = 0; !(err = put("id1", i, 50000)); i++)
		;
	assert_int_equal(err, TEE_STORE_NO_SPACE);
	assert_in_range(i, 39, 40);
	assert_int_equal(file_size(LOG_NAME ".new"), 0);
	model = model_now();
	config.io = &disk_io;
	restart_and_compare(&model);
	assert_int_equal(put("id1", 77, 50000), TEE_STORE_OK);
}

/* --- power cuts --- */

/*
 * Power goes at the n-th operation on the disk while a change makes the log compact, several times with other sectors and
 * names lost, and again at the next start. The old state or the new one is there, nothing between, and it goes on.
 */
static void power_cut_during_compaction(void **state)
{
	const uint32_t seed = 20240403;
	bool compacted = false;
	int cut;

	print_message("# seed %u\n", seed);
	disk_seed(seed);
	for (cut = 0; !compacted; cut++) {
		int tries;

		for (tries = 0; tries < 12; tries++) {
			struct model before;
			struct model after;
			struct model now;
			uint32_t i;

			fresh(state);
			for (i = 0; i < 4; i++)
				assert_int_equal(put("id0", i, 1000), TEE_STORE_OK);
			for (i = 0; i < 9; i++)
				assert_int_equal(put("id1", i, 100000), TEE_STORE_OK);
			before = model_now();
			after = before;
			memset(bytes, 99, 100000);
			after.objects[2] = (struct model_object){ true, 99, 100000, sum_of(bytes, 100000) };
			disk_cut_after(cut);
			compacted = put("id2", 99, 100000) == TEE_STORE_OK && !disk_is_off();
			if (compacted)
				break;
			tee_store_stop();
			disk_power_on();
			disk_cut_after((int)(disk_dice() % 4));
			(void)!start();
			tee_store_stop();
			if (!disk_is_off())
				disk_cut();
			disk_power_on();
			assert_int_equal(start(), TEE_STORE_OK);
			now = model_now();
			if (!same(&now, &before) && !same(&now, &after))
				fail_msg("cut %d, try %d: neither the old nor the new state", cut, tries);
			assert_int_equal(put("id3", 5, 10), TEE_STORE_OK);
		}
	}
	/* Head, two objects, sync, swap, two syncs, emptying: the cut went through all of them. */
	assert_true(cut > 8);
	assert_int_equal(file_size(LOG_NAME), TEE_STORE_STEP);
}

/* The same with any changes and any number of operations before the cut: what was answered for is there. */
static void power_cut_anywhere(void **state)
{
	const uint32_t seed = 20240404;
	int round;

	print_message("# seed %u\n", seed);
	disk_seed(seed);
	for (round = 0; round < 60; round++) {
		struct model before;
		struct model now;
		bool known = false;

		fresh(state);
		disk_cut_after((int)(disk_dice() % 400));
		while (!disk_is_off()) {
			enum tee_store_err err;

			before = model_now();
			err = change(100000);
			if (err == TEE_STORE_FAILED)
				break;
			assert_true(err == TEE_STORE_OK || err == TEE_STORE_NO_SPACE);
			known = true;
		}
		tee_store_stop();
		disk_power_on();
		assert_int_equal(start(), TEE_STORE_OK);
		now = model_now();
		/* The change that was cut is whole or not there: at most one object differs. */
		if (known && !same(&now, &before)) {
			unsigned int n;
			unsigned int differ = 0;

			for (n = 0; n < IDS; n++)
				differ += memcmp(&now.objects[n], &before.objects[n], sizeof(now.objects[n])) != 0;
			/* Two for a rename. */
			if (differ > 2)
				fail_msg("round %d: %u objects changed", round, differ);
		}
		assert_int_equal(put("id3", 5, 10), TEE_STORE_OK);
	}
}

/* --- damage --- */

#define CHANGES 40
/* Every state that was ever answered for. */
static struct model history[CHANGES + 1];

static void fill(void)
{
	unsigned int i;

	history[0] = model_now();
	for (i = 1; i <= CHANGES; i++) {
		(void)!change(3000);
		history[i] = model_now();
	}
	tee_store_stop();
}

static bool in_history(const struct model *model)
{
	unsigned int i;

	for (i = 0; i <= CHANGES; i++)
		if (same(model, &history[i]))
			return true;
	return false;
}

/* Whatever one sector is overwritten with, the start refuses, or it is what was stored: nothing else, and no crash. */
static void any_damage_is_seen(void **state)
{
	static uint8_t good[DISK_FILE_MAX];
	const uint32_t seed = 20240405;
	struct model model;
	size_t used;
	size_t s;

	(void)state;
	print_message("# seed %u\n", seed);
	disk_seed(seed);
	fill();
	assert_int_equal(start(), TEE_STORE_OK);
	model = model_now();
	tee_store_stop();
	used = disk_log_sectors();
	assert_true(used > 40);
	memcpy(good, disk_log(), sizeof(good));
	for (s = 0; s < used + 2; s++) {
		int kind;

		for (kind = 0; kind < 4; kind++) {
			uint8_t *sector = disk_log() + s * TEE_SECTOR_SIZE;
			enum tee_store_err err;
			unsigned int i;

			for (i = 0; i < TEE_SECTOR_SIZE; i++)
				if (kind == 0)
					sector[i] = (uint8_t)disk_dice();
				else if (kind == 1)
					sector[i] = 0xff;
			if (kind == 2)
				sector[disk_dice() % TEE_SECTOR_SIZE] ^= (uint8_t)(1u << disk_dice() % 8);
			if (kind == 3)
				memcpy(sector, good + disk_dice() % used * TEE_SECTOR_SIZE, TEE_SECTOR_SIZE);
			disk_power_on();
			err = start();
			if (!err) {
				struct model now = model_now();

				if (!same(&now, &model))
					fail_msg("sector %zu, kind %d: another state was taken", s, kind);
			} else if (err != TEE_STORE_CORRUPT) {
				fail_msg("sector %zu, kind %d: %s", s, kind, tee_store_strerror(err));
			}
			tee_store_stop();
			memcpy(disk_log(), good, sizeof(good));
		}
	}
}

/* Several places at once, many seeds: never a crash, never another state than one that was once stored. */
static void random_damage(void **state)
{
	static uint8_t good[DISK_FILE_MAX];
	const uint32_t seed = 20240406;
	size_t used;
	int round;

	(void)state;
	print_message("# seed %u\n", seed);
	disk_seed(seed);
	fill();
	used = disk_log_sectors() * TEE_SECTOR_SIZE;
	memcpy(good, disk_log(), sizeof(good));
	for (round = 0; round < 1500; round++) {
		unsigned int hits = 1 + disk_dice() % 8;

		while (hits--) {
			size_t at = disk_dice() % used;
			size_t size = 1 + disk_dice() % 600;

			for (; size && at < used; size--, at++)
				disk_log()[at] = (uint8_t)(disk_dice() % 3 ? disk_dice() : 0);
		}
		disk_power_on();
		if (start() == TEE_STORE_OK) {
			struct model now = model_now();

			if (!in_history(&now))
				fail_msg("round %d: a state that never was", round);
		}
		tee_store_stop();
		memcpy(disk_log(), good, sizeof(good));
	}
}

/* What lies under the other name is never looked at: a leftover of any kind goes. */
static void leftover_is_ignored(void **state)
{
	struct model model;
	FILE *file;

	(void)state;
	config.io = &tee_store_io_file;
	tee_store_stop();
	(void)!unlink(LOG_NAME);
	assert_int_equal(start(), TEE_STORE_OK);
	assert_int_equal(put("id0", 3, 1000), TEE_STORE_OK);
	model = model_now();
	tee_store_stop();
	file = fopen(LOG_NAME ".new", "w");
	assert_non_null(file);
	assert_int_equal(fwrite("leftover", 8, 1, file), 1);
	fclose(file);
	restart_and_compare(&model);
	assert_int_equal(file_size(LOG_NAME ".new"), 0);
	tee_store_stop();
	config.io = &disk_io;
}

/* With real files, once, through several compactions. */
static void on_real_files(void **state)
{
	struct model model;
	unsigned int i;

	(void)state;
	config.io = &tee_store_io_file;
	tee_store_stop();
	(void)!unlink(LOG_NAME);
	assert_int_equal(start(), TEE_STORE_OK);
	for (i = 0; i < 60; i++)
		assert_int_equal(put("id1", i, 100000), TEE_STORE_OK);
	assert_true(file_size(LOG_NAME) <= (off_t)SIZE_MAX_BYTES);
	assert_int_equal(file_size(LOG_NAME ".new"), 0);
	model = model_now();
	restart_and_compare(&model);
	tee_store_stop();
	config.io = &disk_io;
}

static int group_setup(void **state)
{
	(void)state;
	return !mkdtemp(dir) || chdir(dir);
}

static int group_teardown(void **state)
{
	(void)state;
	disk_format(LOG_NAME);
	return chdir("/") || rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_log_stays_bounded, fresh, stop),
		cmocka_unit_test_setup_teardown(compaction_is_rare, fresh, stop),
		cmocka_unit_test_setup_teardown(any_changes_survive_restarts, fresh, stop),
		cmocka_unit_test_setup_teardown(full_storage, fresh, stop),
		cmocka_unit_test_setup_teardown(many_objects, fresh, stop),
		cmocka_unit_test_setup_teardown(disk_without_room_to_compact, fresh, stop),
		cmocka_unit_test_setup_teardown(file_system_without_swap, fresh, stop),
		cmocka_unit_test_setup_teardown(power_cut_during_compaction, fresh, stop),
		cmocka_unit_test_setup_teardown(power_cut_anywhere, fresh, stop),
		cmocka_unit_test_setup_teardown(any_damage_is_seen, fresh, stop),
		cmocka_unit_test_setup_teardown(random_damage, fresh, stop),
		cmocka_unit_test_setup_teardown(leftover_is_ignored, fresh, stop),
		cmocka_unit_test_setup_teardown(on_real_files, fresh, stop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
