/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the storage share: a storage on the disk of store_disk.h, and a model of what must be in it. */
#ifndef TEEPAY_TESTS_STORE_MODEL_H
#define TEEPAY_TESTS_STORE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libtee/internal/store.h"

#define MODEL_SIZE_MAX (2 * TEE_STORE_STEP)
#define MODEL_LOG "11223344-5566-7788-0102-030405060708.log"
#define MODEL_IDS 6
#define MODEL_DATA_MAX 700000

/* The objects id0, id1 and so on. */
struct model {
	struct model_object {
		bool there;
		uint32_t usage;
		size_t size;
		uint32_t sum;		/* of the data */
	} objects[MODEL_IDS];
};

extern struct tee_store_log_config model_config;

/* What was stored last; room for more. */
extern uint8_t model_bytes[MODEL_DATA_MAX];

/* cmocka's setup and teardown: a folder for all tests of a program, an empty storage for each. */
int model_group_setup(void **state);
int model_group_teardown(void **state);
int model_fresh(void **state);
int model_stop(void **state);

enum tee_store_err model_start(void);

/* What is stored, and whether two states are one. */
struct model model_now(void);
bool model_same(const struct model *a, const struct model *b);
uint32_t model_sum(const uint8_t *data, size_t size);

/* Stores an object of so many bytes, all of them usage. */
enum tee_store_err model_put(const char *id, uint32_t usage, size_t size);

/* One change of any kind, by the dice. */
enum tee_store_err model_change(size_t largest);

/* Starts anew, and fails the test unless this is stored. */
void model_restart(const struct model *expected);

off_t model_file_size(const char *name);

#endif
