// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/store_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/store_disk.h"

static const uint8_t key[TEE_STORE_KEY_SIZE] = { "a device key for unit tests only" };
static char dir[] = "/tmp/teepay-store-XXXXXX";

struct tee_store_log_config model_config = {
	.dir = dir,
	.uuid = { 0x11223344, 0x5566, 0x7788, { 1, 2, 3, 4, 5, 6, 7, 8 } },
	.device_key = key,
	.size_max = MODEL_SIZE_MAX,
	.io = &disk_io,
};

uint8_t model_bytes[MODEL_DATA_MAX];

enum tee_store_err model_start(void)
{
	return tee_store_start(&model_config, NULL);
}

int model_fresh(void **state)
{
	(void)state;
	disk_format(MODEL_LOG);
	assert_int_equal(model_start(), TEE_STORE_OK);
	return 0;
}

int model_stop(void **state)
{
	(void)state;
	tee_store_stop();
	return 0;
}

uint32_t model_sum(const uint8_t *data, size_t size)
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

struct model model_now(void)
{
	struct model model = { 0 };
	unsigned int n;

	for (n = 0; n < MODEL_IDS; n++) {
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
			.sum = model_sum(stored->data, stored->size),
		};
	}
	return model;
}

bool model_same(const struct model *a, const struct model *b)
{
	unsigned int n;

	for (n = 0; n < MODEL_IDS; n++) {
		const struct model_object *x = &a->objects[n];
		const struct model_object *y = &b->objects[n];

		if (x->there != y->there || x->usage != y->usage || x->size != y->size || x->sum != y->sum)
			return false;
	}
	return true;
}

enum tee_store_err model_put(const char *id, uint32_t usage, size_t size)
{
	const struct tee_stored_content content = { .meta.usage = usage, .data = model_bytes, .size = size };
	struct tee_stored *stored;

	memset(model_bytes, (int)(usage & 0xff), size);
	return tee_store_put(id, strlen(id), &content, &stored);
}

enum tee_store_err model_change(size_t largest)
{
	size_t size = disk_dice() % 4 ? disk_dice() % 2000 : disk_dice() % largest;
	unsigned int n = disk_dice() % MODEL_IDS;
	struct tee_stored *stored;
	char other[4];
	char id[4];

	id_of(n, id);
	id_of(n + 1 + disk_dice() % (MODEL_IDS - 1), other);
	if (other[2] > '0' + MODEL_IDS - 1)
		id_of(disk_dice() % MODEL_IDS, other);
	stored = tee_store_find(id, 3);
	if (!stored)
		return model_put(id, disk_dice(), size);
	memset(model_bytes, (int)(disk_dice() & 0xff), size);
	switch (disk_dice() % 7) {
	case 0:
		return tee_store_delete(stored);
	case 1:
		return tee_store_find(other, 3) ? model_put(other, disk_dice(), size) : tee_store_rename(stored, other, 3);
	case 2:
		return tee_store_set_usage(stored, disk_dice());
	case 3:
		return tee_store_resize(stored, size);
	case 4:
		return model_put(id, disk_dice(), size);
	default:
		return tee_store_write(stored, disk_dice() % 3000, model_bytes, size / 2);
	}
}

void model_restart(const struct model *expected)
{
	struct model now;

	assert_int_equal(model_start(), TEE_STORE_OK);
	now = model_now();
	assert_true(model_same(&now, expected));
}

off_t model_file_size(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_size;
}

int model_group_setup(void **state)
{
	(void)state;
	return !mkdtemp(dir) || chdir(dir);
}

int model_group_teardown(void **state)
{
	(void)state;
	disk_format(MODEL_LOG);
	return chdir("/") || rmdir(dir);
}
