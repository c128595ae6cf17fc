// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0600

static enum tee_store_err open_error(void)
{
	return errno == ENOSPC || errno == EDQUOT ? TEE_STORE_NO_SPACE : TEE_STORE_ACCESS;
}

static enum tee_store_err lock(int fd, struct stat *st)
{
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? TEE_STORE_IN_USE : TEE_STORE_FAILED;
	if (fstat(fd, st))
		return TEE_STORE_FAILED;
	return S_ISREG(st->st_mode) ? TEE_STORE_OK : TEE_STORE_ACCESS;
}

/* Locks what was opened under that name. It may have lost the name since then to another process's compaction. */
static enum tee_store_err lock_named(const struct tee_store_file *file, int fd, const char *name, struct stat *st)
{
	enum tee_store_err err = lock(fd, st);
	struct stat named;

	if (err)
		return err;
	if (fstatat(file->dir, name, &named, AT_SYMLINK_NOFOLLOW) || named.st_ino != st->st_ino || named.st_dev != st->st_dev)
		return TEE_STORE_IN_USE;
	return TEE_STORE_OK;
}

enum tee_store_err tee_store_file_open(struct tee_store_file *file, const char *dir, const TEE_UUID *uuid,
				       const struct tee_store_io *io)
{
	char text[TEE_UUID_TEXT];
	enum tee_store_err err;
	struct stat st;

	*file = (struct tee_store_file){ .dir = -1, .fd = -1, .spare = -1, .io = io };
	tee_uuid_text(uuid, text);
	snprintf(file->name, sizeof(file->name), "%s.log", text);
	snprintf(file->new_name, sizeof(file->new_name), "%s.log.new", text);
	file->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->dir < 0)
		return open_error();
	file->fd = openat(file->dir, file->name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (file->fd < 0 && errno == ENOENT) {
		/* What an interrupted start left is overwritten: it never had the name. */
		file->fd = openat(file->dir, file->new_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
		file->fresh = true;
	}
	if (file->fd < 0)
		return open_error();
	err = lock_named(file, file->fd, file->fresh ? file->new_name : file->name, &st);
	file->size = err ? 0 : (uint64_t)st.st_size;
	return err;
}

enum tee_store_err tee_store_file_publish(struct tee_store_file *file)
{
	/* Not over an existing log: then another process was faster. */
	if (renameat2(file->dir, file->new_name, file->dir, file->name, RENAME_NOREPLACE))
		return errno == EEXIST ? TEE_STORE_IN_USE : TEE_STORE_FAILED;
	file->fresh = false;
	return file->io->sync_dir(file->dir) ? TEE_STORE_FAILED : TEE_STORE_OK;
}

enum tee_store_err tee_store_file_spare(struct tee_store_file *file)
{
	enum tee_store_err err;
	struct stat st;

	file->spare = openat(file->dir, file->new_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (file->spare < 0)
		return open_error();
	err = lock_named(file, file->spare, file->new_name, &st);
	if (err)
		return err;
	/* A process may have ended between a new name and its sync: first of all that must be over. */
	if (file->io->sync_dir(file->dir))
		return TEE_STORE_FAILED;
	return st.st_size && file->io->discard(file->spare) ? TEE_STORE_FAILED : TEE_STORE_OK;
}

enum tee_store_err tee_store_file_swap(struct tee_store_file *file)
{
	int old = file->fd;

	if (file->io->swap(file->dir, file->name, file->new_name))
		return errno == EIO ? TEE_STORE_FAILED : TEE_STORE_NO_SPACE;
	if (file->io->sync_dir(file->dir))
		return TEE_STORE_FAILED;
	file->fd = file->spare;
	file->spare = old;
	/* The log is good whether or not this works; the next compaction tries again. */
	(void)file->io->discard(file->spare);
	return TEE_STORE_OK;
}

enum tee_store_err tee_store_file_look(struct tee_store_file *file)
{
	struct stat named;
	struct stat st;

	if (fstatat(file->dir, file->name, &named, AT_SYMLINK_NOFOLLOW) || fstat(file->fd, &st))
		return TEE_STORE_FAILED;
	if (named.st_ino != st.st_ino) {
		int other = file->fd;

		file->fd = file->spare;
		file->spare = other;
		if (fstat(file->fd, &st) || named.st_ino != st.st_ino)
			return TEE_STORE_FAILED;
		/* Who swapped the names may have ended before it synced them. */
		if (file->io->sync_dir(file->dir))
			return TEE_STORE_FAILED;
	}
	file->size = (uint64_t)st.st_size;
	return TEE_STORE_OK;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void tee_store_file_close(struct tee_store_file *file)
{
	close_one(&file->fd);
	close_one(&file->spare);
	close_one(&file->dir);
}
