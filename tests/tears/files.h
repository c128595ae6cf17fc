/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TEARS_FILES_H
#define TEEPAY_TESTS_TEARS_FILES_H

#include "shared.h"

/* The files of a scene in memory, as far as a power cut leaves them. */
#define FILES_MAX	24

struct file {
	char name[OP_NAME];	/* below the scene's folder; "" = free */
	uint8_t *data;		/* @have bytes; zeros behind */
	size_t have, size;
};

struct files {
	struct file file[FILES_MAX];
};

/* Reads all files below @dir but sockets and SQLite's -shm, which no power cut leaves. */
void files_read(struct files *f, const char *dir);
void files_copy(struct files *to, const struct files *from);
/* Writes them below @dir, whose folders are there. */
void files_write(const struct files *f, const char *dir);
void files_free(struct files *f);

/* Does to @f what @op did; of a write only the bytes [@from, @to) of it. */
void files_apply(struct files *f, const struct file_op *op, size_t from, size_t to);

#endif
