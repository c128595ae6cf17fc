// SPDX-License-Identifier: BSD-2-Clause
/* The objects over the log: against a model of them, through compaction, at its limits, and on a full disk. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/store.h"
#include "libtee/internal/store_sector.h"
#include "tests/unit/store_disk.h"
#include "tests/unit/store_model.h"

/* --- compaction --- */

/* Far more is written than the file may ever have; it never has more, and what is stored survives it all. */
static void the_log_stays_bounded(void **state)
{
	struct model model;
	unsigned int i;

	(void)state;
	assert_int_equal(model_put("id0", 1, 100000), TEE_STORE_OK);
	for (i = 0; i < 200; i++) {
		assert_int_equal(model_put("id1", i, 50000), TEE_STORE_OK);
		assert_true(model_file_size(MODEL_LOG) <= (off_t)MODEL_SIZE_MAX);
		assert_int_equal(model_file_size(MODEL_LOG ".new"), 0);
	}
	model = model_now();
	model_restart(&model);
	assert_int_equal(tee_store_find("id0", 3)->size, 100000);
	assert_int_equal(tee_store_find("id1", 3)->meta.usage, 199);
}

/* A record is one write and one sync but for the few that compact: those are rare, as half of the log is garbage then. */
static void compaction_is_rare(void **state)
{
	const int changes = 8000;
	int i;

	(void)state;
	assert_int_equal(model_put("id0", 0, 1000), TEE_STORE_OK);
	disk_cut_after(-1);
	for (i = 0; i < changes; i++)
		assert_int_equal(model_put("id1", (uint32_t)i, 400), TEE_STORE_OK);
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
		enum tee_store_err err = model_change(60000);

		assert_true(err == TEE_STORE_OK || err == TEE_STORE_NO_SPACE);
		if (i % 100 == 99) {
			struct model model = model_now();

			model_restart(&model);
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
		if (model_put(id, 7, 100000))
			break;
	}
	assert_in_range(i, 8, 10);
	model = model_now();
	assert_int_equal(model_put(id, 7, 100000), TEE_STORE_NO_SPACE);
	stored = tee_store_find("f1", 2);
	assert_int_equal(tee_store_write(stored, 100000, model_bytes, 100000), TEE_STORE_NO_SPACE);
	assert_int_equal(tee_store_resize(stored, 300000), TEE_STORE_NO_SPACE);
	for (i = 0; i < 300; i++) {
		assert_int_equal(tee_store_write(stored, 0, model_bytes, 100000), TEE_STORE_OK);
		assert_int_equal(tee_store_set_usage(stored, (uint32_t)i), TEE_STORE_OK);
	}
	assert_int_equal(tee_store_rename(stored, "g", 1), TEE_STORE_OK);
	assert_int_equal(tee_store_delete(tee_store_find("f2", 2)), TEE_STORE_OK);
	assert_int_equal(model_put("f2", 8, 100000), TEE_STORE_OK);
	model_restart(&model);
	assert_int_equal(tee_store_find("g", 1)->meta.usage, 299);
}

/* Many small objects: as many as the limit has sectors for. */
static void many_objects(void **state)
{
	struct tee_store_cursor cursor = { 0 };
	const unsigned int most = MODEL_SIZE_MAX / 2 / TEE_SECTOR_SIZE;
	unsigned int n;
	char id[16];

	(void)state;
	for (n = 0;; n++) {
		snprintf(id, sizeof(id), "%u", n);
		if (model_put(id, n, 10))
			break;
	}
	assert_int_equal(n, most);
	assert_int_equal(model_start(), TEE_STORE_OK);
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
	for (i = 0; !(err = model_put("id1", i, 50000)); i++)
		;
	assert_int_equal(err, TEE_STORE_NO_SPACE);
	assert_in_range(i, 19, 20);
	model = model_now();
	model_restart(&model);
	assert_int_equal(tee_store_find("id1", 3)->meta.usage, i - 1);
	/* Room again. */
	disk_room(0);
	assert_int_equal(model_put("id1", 77, 50000), TEE_STORE_OK);
	model = model_now();
	model_restart(&model);
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
	model_config.io = &io;
	assert_int_equal(model_start(), TEE_STORE_OK);
	for (i = 0; !(err = model_put("id1", i, 50000)); i++)
		;
	assert_int_equal(err, TEE_STORE_NO_SPACE);
	assert_in_range(i, 39, 40);
	assert_int_equal(model_file_size(MODEL_LOG ".new"), 0);
	model = model_now();
	model_config.io = &disk_io;
	model_restart(&model);
	assert_int_equal(model_put("id1", 77, 50000), TEE_STORE_OK);
}

/* --- real files --- */

/* What lies under the other name is never looked at: a leftover of any kind goes. */
static void leftover_is_ignored(void **state)
{
	struct model model;
	FILE *file;

	(void)state;
	model_config.io = &tee_store_io_file;
	tee_store_stop();
	(void)!unlink(MODEL_LOG);
	assert_int_equal(model_start(), TEE_STORE_OK);
	assert_int_equal(model_put("id0", 3, 1000), TEE_STORE_OK);
	model = model_now();
	tee_store_stop();
	file = fopen(MODEL_LOG ".new", "w");
	assert_non_null(file);
	assert_int_equal(fwrite("leftover", 8, 1, file), 1);
	fclose(file);
	model_restart(&model);
	assert_int_equal(model_file_size(MODEL_LOG ".new"), 0);
	tee_store_stop();
	model_config.io = &disk_io;
}

/* With real files, once, through several compactions. */
static void on_real_files(void **state)
{
	struct model model;
	unsigned int i;

	(void)state;
	model_config.io = &tee_store_io_file;
	tee_store_stop();
	(void)!unlink(MODEL_LOG);
	assert_int_equal(model_start(), TEE_STORE_OK);
	for (i = 0; i < 60; i++)
		assert_int_equal(model_put("id1", i, 100000), TEE_STORE_OK);
	assert_true(model_file_size(MODEL_LOG) <= (off_t)MODEL_SIZE_MAX);
	assert_int_equal(model_file_size(MODEL_LOG ".new"), 0);
	model = model_now();
	model_restart(&model);
	tee_store_stop();
	model_config.io = &disk_io;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_log_stays_bounded, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(compaction_is_rare, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(any_changes_survive_restarts, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(full_storage, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(many_objects, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(disk_without_room_to_compact, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(file_system_without_swap, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(leftover_is_ignored, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(on_real_files, model_fresh, model_stop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, model_group_setup, model_group_teardown);
}
