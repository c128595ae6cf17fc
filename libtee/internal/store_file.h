/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of a storage log: found or made under its final name only when it is complete, and locked. */
#ifndef LIBTEE_INTERNAL_STORE_FILE_H
#define LIBTEE_INTERNAL_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libtee/internal/store_err.h"
#include "libtee/internal/uuid.h"

#define TEE_STORE_NAME_SIZE (TEE_UUID_TEXT + sizeof(".log.new"))

struct tee_store_file {
	int dir;
	int fd;				/* the taker closes it */
	uint64_t size;			/* bytes, when it was opened */
	bool fresh;			/* empty and not under its name yet */
	char name[TEE_STORE_NAME_SIZE];
	char new_name[TEE_STORE_NAME_SIZE];
};

/* Opens <dir>/<uuid>.log, or makes a fresh one beside it. */
enum tee_store_err tee_store_file_open(struct tee_store_file *file, const char *dir, const TEE_UUID *uuid);

/* Gives a fresh file, now complete and synced, its name, durably. */
enum tee_store_err tee_store_file_publish(struct tee_store_file *file);

/* Closes all but fd. */
void tee_store_file_done(struct tee_store_file *file);

#endif
