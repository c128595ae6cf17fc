// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int extend(int fd, off_t offset, off_t size)
{
	static const char zeros[65536];

	/* Space first, so that a full disk is seen before anything is written; some file systems cannot. */
	if (fallocate(fd, 0, offset, size) && errno != EOPNOTSUPP)
		return -1;
	/* Real zeros: what fallocate() gives still needs a journal commit when it is first written. */
	while (size > 0) {
		size_t want = size < (off_t)sizeof(zeros) ? (size_t)size : sizeof(zeros);
		ssize_t n = pwrite(fd, zeros, want, offset);

		if (n < 0)
			return -1;
		offset += n;
		size -= n;
	}
	return fsync(fd);
}

static int discard(int fd)
{
	return ftruncate(fd, 0);
}

static int swap(int dir, const char *name, const char *other)
{
	return renameat2(dir, other, dir, name, RENAME_EXCHANGE);
}

const struct tee_store_io tee_store_io_file = {
	.read = pread,
	.write = pwrite,
	.sync = fdatasync,
	.discard = discard,
	.swap = swap,
	.sync_dir = fsync,
	.extend = extend,
};
