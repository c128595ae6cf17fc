// SPDX-License-Identifier: BSD-2-Clause
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"

static struct file *find(struct files *f, const char *name)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (strcmp(f->file[i].name, name) == 0)
			return &f->file[i];
	return NULL;
}

static struct file *make(struct files *f, const char *name)
{
	struct file *file = find(f, name);

	if (!file)
		file = find(f, "");
	if (!file)
		scene_die("more files than expected: %s", name);
	snprintf(file->name, sizeof(file->name), "%s", name);
	return file;
}

static void drop(struct file *file)
{
	free(file->data);
	memset(file, 0, sizeof(*file));
}

static bool ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && strcmp(text + a - b, end) == 0;
}

static void grow(struct file *file, size_t have)
{
	if (have <= file->have)
		return;
	file->data = realloc(file->data, have);
	if (!file->data)
		scene_die("out of memory");
	memset(file->data + file->have, 0, have - file->have);
	file->have = have;
	if (file->size < have)
		file->size = have;
}

/* The log's file is mostly zeros that nobody has written yet. */
static void trim(struct file *file)
{
	while (file->have > 0 && file->data[file->have - 1] == 0)
		file->have--;
}

static void read_one(struct files *f, const char *path, const char *name, size_t size)
{
	struct file *file = make(f, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	grow(file, size);
	if (fd < 0 || (size > 0 && read(fd, file->data, size) != (ssize_t)size))
		scene_die("%s: %s", path, strerror(errno));
	close(fd);
	file->size = size;
	trim(file);
}

static void read_folder(struct files *f, const char *dir, const char *below)
{
	char path[384], name[OP_NAME];
	const struct dirent *e;
	struct stat st;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", dir, below);
	d = opendir(path);
	if (!d)
		scene_die("%s: %s", path, strerror(errno));
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' || ends_with(e->d_name, "-shm"))
			continue;
		if ((size_t)snprintf(name, sizeof(name), "%s%s%s", below, *below ? "/" : "", e->d_name) >= sizeof(name))
			scene_die("a name is too long: %s", e->d_name);
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		if (lstat(path, &st) < 0)
			scene_die("%s: %s", path, strerror(errno));
		if (S_ISDIR(st.st_mode))
			read_folder(f, dir, name);
		else if (S_ISREG(st.st_mode))
			read_one(f, path, name, (size_t)st.st_size);
	}
	closedir(d);
}

void files_read(struct files *f, const char *dir)
{
	memset(f, 0, sizeof(*f));
	read_folder(f, dir, "");
}

void files_copy(struct files *to, const struct files *from)
{
	memcpy(to, from, sizeof(*to));
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file *file = &to->file[i];

		if (file->have == 0) {
			file->data = NULL;
			continue;
		}
		file->data = malloc(file->have);
		if (!file->data)
			scene_die("out of memory");
		memcpy(file->data, from->file[i].data, file->have);
	}
}

void files_write(const struct files *f, const char *dir)
{
	char path[384];

	for (size_t i = 0; i < FILES_MAX; i++) {
		const struct file *file = &f->file[i];
		int fd;

		if (file->name[0] == '\0')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, file->name);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || (file->have > 0 && write(fd, file->data, file->have) != (ssize_t)file->have) || ftruncate(fd, (off_t)file->size) < 0)
			scene_die("%s: %s", path, strerror(errno));
		close(fd);
	}
}

void files_free(struct files *f)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		drop(&f->file[i]);
}

static void apply_rename(struct files *f, const struct file_op *op)
{
	struct file *from = find(f, op->name), *to = find(f, op->to);

	if (!from)
		return;
	if (to)
		drop(to);
	snprintf(from->name, sizeof(from->name), "%s", op->to);
}

static void apply_truncate(struct files *f, const struct file_op *op)
{
	struct file *file = make(f, op->name);

	if (op->offset < file->have)
		file->have = (size_t)op->offset;
	file->size = (size_t)op->offset;
}

void files_apply(struct files *f, const struct file_op *op, size_t from, size_t to)
{
	struct file *file;

	switch (op->kind) {
	case OP_WRITE:
		file = make(f, op->name);
		if (from >= to)
			return;
		grow(file, (size_t)op->offset + to);
		memcpy(file->data + op->offset + from, shared->pool + op->data + from, to - from);
		break;
	case OP_TRUNCATE:
		apply_truncate(f, op);
		break;
	case OP_CREATE:
		make(f, op->name);
		break;
	case OP_RENAME:
		apply_rename(f, op);
		break;
	case OP_UNLINK:
		file = find(f, op->name);
		if (file)
			drop(file);
		break;
	default:
		break;
	}
}
