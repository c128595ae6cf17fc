/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of a storage log: the log itself, found or made under its final name only when it is complete; and beside it
 * an empty one to compact into. Both are locked, since they may swap their names.
 */
#ifndef LIBTEE_INTERNAL_STORE_FILE_H
#define LIBTEE_INTERNAL_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libtee/internal/store_err.h"
#include "libtee/internal/store_io.h"
#include "libtee/internal/uuid.h"

#define TEE_STORE_NAME_SIZE (TEE_UUID_TEXT + sizeof(".log.new"))

struct tee_store_file {
	int dir;
	int fd;				/* of the log */
	int spare;			/* of the empty file beside it; -1 until tee_store_file_spare() */
	const struct tee_store_io *io;
	uint64_t size;			/* bytes, when it was opened */
	bool fresh;			/* empty and not under its name yet */
	char name[TEE_STORE_NAME_SIZE];
	char new_name[TEE_STORE_NAME_SIZE];
};

/* Opens <dir>/<uuid>.log, or makes a fresh one beside it. tee_store_file_close() also after an error. */
enum tee_store_err tee_store_file_open(struct tee_store_file *file, const char *dir, const TEE_UUID *uuid,
				       const struct tee_store_io *io);

/* Gives a fresh file, now complete and synced, its name, durably. */
enum tee_store_err tee_store_file_publish(struct tee_store_file *file);

/* Opens or makes the empty file beside a log that has its name. What an interrupted compaction left in it goes. */
enum tee_store_err tee_store_file_spare(struct tee_store_file *file);

/*
 * The spare, now a complete and synced log, becomes the log, durably, and the old one an empty spare. fd and spare have
 * changed places then. TEE_STORE_NO_SPACE: the file system refused, nothing changed.
 */
enum tee_store_err tee_store_file_swap(struct tee_store_file *file);

/* Another process may have swapped the two meanwhile: finds out which is the log now, and its size. */
enum tee_store_err tee_store_file_look(struct tee_store_file *file);

void tee_store_file_close(struct tee_store_file *file);

#endif
