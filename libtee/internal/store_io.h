/* SPDX-License-Identifier: BSD-2-Clause */
/* The file operations under the storage log: the seam at which tests cut the power. */
#ifndef LIBTEE_INTERNAL_STORE_IO_H
#define LIBTEE_INTERNAL_STORE_IO_H

#include <sys/types.h>

struct tee_store_io {
	/* As pread(2) and pwrite(2). */
	ssize_t (*read)(int fd, void *buffer, size_t size, off_t offset);
	ssize_t (*write)(int fd, const void *buffer, size_t size, off_t offset);
	/* As fdatasync(2). */
	int (*sync)(int fd);
	/* Makes the file empty. */
	int (*discard)(int fd);
	/*
	 * Lets two files of a folder swap their names, in one step; fsync(2) of the folder makes it durable. EINVAL or
	 * ENOSYS: the file system cannot.
	 */
	int (*swap)(int dir, const char *name, const char *other);
	int (*sync_dir)(int dir);
	/* Makes [offset, offset + size) zeros that take no further metadata to overwrite, durably. -1 and errno. */
	int (*extend)(int fd, off_t offset, off_t size);
};

extern const struct tee_store_io tee_store_io_file;

#endif
