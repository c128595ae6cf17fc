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

static enum tee_store_err file_lock(struct tee_store_file *file)
{
	struct stat st;

	if (flock(file->fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? TEE_STORE_IN_USE : TEE_STORE_FAILED;
	if (fstat(file->fd, &st))
		return TEE_STORE_FAILED;
	if (!S_ISREG(st.st_mode))
		return TEE_STORE_ACCESS;
	/* Replaced or renamed while we waited for nothing: somebody else is at work here. */
	if (!st.st_nlink)
		return TEE_STORE_IN_USE;
	file->size = (uint64_t)st.st_size;
	return TEE_STORE_OK;
}

enum tee_store_err tee_store_file_open(struct tee_store_file *file, const char *dir, const TEE_UUID *uuid)
{
	char text[TEE_UUID_TEXT];

	*file = (struct tee_store_file){ .dir = -1, .fd = -1 };
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
	return file_lock(file);
}

enum tee_store_err tee_store_file_publish(struct tee_store_file *file)
{
	/* Not over an existing log: then another process was faster. */
	if (renameat2(file->dir, file->new_name, file->dir, file->name, RENAME_NOREPLACE))
		return errno == EEXIST ? TEE_STORE_IN_USE : TEE_STORE_FAILED;
	file->fresh = false;
	return fsync(file->dir) ? TEE_STORE_FAILED : TEE_STORE_OK;
}

void tee_store_file_done(struct tee_store_file *file)
{
	if (file->dir >= 0)
		close(file->dir);
	file->dir = -1;
}
