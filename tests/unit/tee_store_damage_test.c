// SPDX-License-Identifier: BSD-2-Clause
/* The objects over the log when the power goes, at every operation, and with anything else in the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "libtee/internal/store.h"
#include "libtee/internal/store_sector.h"
#include "tests/unit/store_disk.h"
#include "tests/unit/store_model.h"

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

			model_fresh(state);
			for (i = 0; i < 4; i++)
				assert_int_equal(model_put("id0", i, 1000), TEE_STORE_OK);
			for (i = 0; i < 9; i++)
				assert_int_equal(model_put("id1", i, 100000), TEE_STORE_OK);
			before = model_now();
			after = before;
			memset(model_bytes, 99, 100000);
			after.objects[2] = (struct model_object){ true, 99, 100000, model_sum(model_bytes, 100000) };
			disk_cut_after(cut);
			compacted = model_put("id2", 99, 100000) == TEE_STORE_OK && !disk_is_off();
			if (compacted)
				break;
			tee_store_stop();
			disk_power_on();
			disk_cut_after((int)(disk_dice() % 4));
			(void)!model_start();
			tee_store_stop();
			if (!disk_is_off())
				disk_cut();
			disk_power_on();
			assert_int_equal(model_start(), TEE_STORE_OK);
			now = model_now();
			if (!model_same(&now, &before) && !model_same(&now, &after))
				fail_msg("cut %d, try %d: neither the old nor the new state", cut, tries);
			assert_int_equal(model_put("id3", 5, 10), TEE_STORE_OK);
		}
	}
	/* Head, two objects, sync, swap, two syncs, emptying: the cut went through all of them. */
	assert_true(cut > 8);
	assert_int_equal(model_file_size(MODEL_LOG), TEE_STORE_STEP);
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

		model_fresh(state);
		disk_cut_after((int)(disk_dice() % 400));
		while (!disk_is_off()) {
			enum tee_store_err err;

			before = model_now();
			err = model_change(100000);
			if (err == TEE_STORE_FAILED)
				break;
			assert_true(err == TEE_STORE_OK || err == TEE_STORE_NO_SPACE);
			known = true;
		}
		tee_store_stop();
		disk_power_on();
		assert_int_equal(model_start(), TEE_STORE_OK);
		now = model_now();
		/* The change that was cut is whole or not there: at most one object differs. */
		if (known && !model_same(&now, &before)) {
			unsigned int n;
			unsigned int differ = 0;

			for (n = 0; n < MODEL_IDS; n++)
				differ += memcmp(&now.objects[n], &before.objects[n], sizeof(now.objects[n])) != 0;
			/* Two for a rename. */
			if (differ > 2)
				fail_msg("round %d: %u objects changed", round, differ);
		}
		assert_int_equal(model_put("id3", 5, 10), TEE_STORE_OK);
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
		(void)!model_change(3000);
		history[i] = model_now();
	}
	tee_store_stop();
}

static bool in_history(const struct model *model)
{
	unsigned int i;

	for (i = 0; i <= CHANGES; i++)
		if (model_same(model, &history[i]))
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
	assert_int_equal(model_start(), TEE_STORE_OK);
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
			err = model_start();
			if (!err) {
				struct model now = model_now();

				if (!model_same(&now, &model))
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
		if (model_start() == TEE_STORE_OK) {
			struct model now = model_now();

			if (!in_history(&now))
				fail_msg("round %d: a state that never was", round);
		}
		tee_store_stop();
		memcpy(disk_log(), good, sizeof(good));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(power_cut_during_compaction, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(power_cut_anywhere, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(any_damage_is_seen, model_fresh, model_stop),
		cmocka_unit_test_setup_teardown(random_damage, model_fresh, model_stop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, model_group_setup, model_group_teardown);
}
