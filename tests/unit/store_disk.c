// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/store_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/store_sector.h"

#define SECTORS (DISK_FILE_MAX / TEE_SECTOR_SIZE)

static struct file {
	ino_t inode;			/* 0: none */
	uint8_t durable[DISK_FILE_MAX];
	uint8_t cache[DISK_FILE_MAX];	/* what reads see */
	size_t durable_size;
	size_t size;
	bool touched[SECTORS];		/* since the last sync */
	bool discarded;			/* since the last sync, before what is touched */
} files[2];

static struct {
	char name[64];
	char new_name[sizeof(".new") + 64];
	int cut_after;
	int steps;
	size_t room;
	bool off;
	bool swapped;			/* names, since the last sync of the folder */
	uint32_t seed;
} disk;

void disk_seed(uint32_t seed)
{
	disk.seed = seed;
}

uint32_t disk_dice(void)
{
	disk.seed = disk.seed * 1664525u + 1013904223u;
	return disk.seed >> 8;
}

static struct file *file_of(ino_t inode)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (files[i].inode == inode)
			return &files[i];
	for (i = 0; i < 2; i++)
		if (!files[i].inode) {
			files[i].inode = inode;
			return &files[i];
		}
	fail_msg("a third file");
	return NULL;
}

static struct file *file_open_as(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return file_of(st.st_ino);
}

static struct file *file_named(const char *name)
{
	struct stat st;

	return stat(name, &st) ? NULL : file_of(st.st_ino);
}

/* Any of the sectors that were written since the last sync may have reached the disk. */
static void file_cut(struct file *file)
{
	size_t i;

	if (file->discarded && disk_dice() % 2)
		return;
	if (file->discarded)
		memset(file->durable, 0, sizeof(file->durable));
	file->durable_size = file->size;
	for (i = 0; i < SECTORS; i++)
		if (file->touched[i] && disk_dice() % 2)
			memcpy(file->durable + i * TEE_SECTOR_SIZE, file->cache + i * TEE_SECTOR_SIZE, TEE_SECTOR_SIZE);
}

static void swap_names(void)
{
	assert_int_equal(renameat2(AT_FDCWD, disk.name, AT_FDCWD, disk.new_name, RENAME_EXCHANGE), 0);
}

void disk_cut(void)
{
	file_cut(&files[0]);
	file_cut(&files[1]);
	if (disk.swapped && disk_dice() % 2)
		swap_names();
	disk.swapped = false;
	disk.off = true;
}

static bool step(void)
{
	if (!disk.off && disk.steps++ == disk.cut_after)
		disk_cut();
	if (disk.off)
		errno = EIO;
	return !disk.off;
}

void disk_cut_after(int n)
{
	disk.steps = 0;
	disk.cut_after = n;
}

bool disk_is_off(void)
{
	return disk.off;
}

int disk_steps(void)
{
	return disk.steps;
}

void disk_room(size_t bytes)
{
	disk.room = bytes;
}

static void name_restore_size(const char *name)
{
	struct file *file = file_named(name);

	if (file)
		assert_int_equal(truncate(name, (off_t)file->durable_size), 0);
}

void disk_power_on(void)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		memcpy(files[i].cache, files[i].durable, sizeof(files[i].cache));
		memset(files[i].touched, 0, sizeof(files[i].touched));
		files[i].size = files[i].durable_size;
		files[i].discarded = false;
	}
	name_restore_size(disk.name);
	name_restore_size(disk.new_name);
	disk.off = false;
	disk.swapped = false;
	disk_cut_after(-1);
}

void disk_format(const char *log_name)
{
	memset(files, 0, sizeof(files));
	snprintf(disk.name, sizeof(disk.name), "%s", log_name);
	snprintf(disk.new_name, sizeof(disk.new_name), "%s.new", log_name);
	(void)!unlink(disk.name);
	(void)!unlink(disk.new_name);
	disk.room = 0;
	disk_power_on();
}

uint8_t *disk_log(void)
{
	struct file *file = file_named(disk.name);

	assert_non_null(file);
	return file->durable;
}

size_t disk_log_sectors(void)
{
	const uint8_t *bytes = disk_log();
	size_t n = SECTORS;

	while (n && tee_sector_is_zero(bytes + (n - 1) * TEE_SECTOR_SIZE))
		n--;
	return n;
}

/* --- the operations --- */

static ssize_t disk_read(int fd, void *buffer, size_t size, off_t offset)
{
	const struct file *file = file_open_as(fd);

	if ((size_t)offset >= file->size)
		return 0;
	if (size > file->size - (size_t)offset)
		size = file->size - (size_t)offset;
	memcpy(buffer, file->cache + offset, size);
	return (ssize_t)size;
}

static ssize_t disk_write(int fd, const void *buffer, size_t size, off_t offset)
{
	struct file *file = file_open_as(fd);
	size_t i;

	assert_true((size_t)offset % TEE_SECTOR_SIZE == 0 && size % TEE_SECTOR_SIZE == 0);
	assert_true((size_t)offset + size <= file->size);
	if (disk.off)
		return -1;
	memcpy(file->cache + offset, buffer, size);
	for (i = (size_t)offset / TEE_SECTOR_SIZE; i < ((size_t)offset + size) / TEE_SECTOR_SIZE; i++)
		file->touched[i] = true;
	return step() ? (ssize_t)size : -1;
}

static void file_sync(struct file *file)
{
	size_t i;

	if (file->discarded)
		memset(file->durable, 0, sizeof(file->durable));
	for (i = 0; i < SECTORS; i++)
		if (file->touched[i])
			memcpy(file->durable + i * TEE_SECTOR_SIZE, file->cache + i * TEE_SECTOR_SIZE, TEE_SECTOR_SIZE);
	memset(file->touched, 0, sizeof(file->touched));
	file->durable_size = file->size;
	file->discarded = false;
}

static int disk_sync(int fd)
{
	if (!step())
		return -1;
	file_sync(file_open_as(fd));
	return 0;
}

/* The file's size is the real file's, since the log asks the system for it. */
static int disk_extend(int fd, off_t offset, off_t size)
{
	struct file *file = file_open_as(fd);
	size_t end = (size_t)(offset + size);
	size_t others = files[0].size + files[1].size - file->size;

	if (!step())
		return -1;
	if (end > DISK_FILE_MAX || (disk.room && others + end > disk.room) || ftruncate(fd, (off_t)end)) {
		errno = ENOSPC;
		return -1;
	}
	memset(file->cache + offset, 0, (size_t)size);
	file->size = end;
	file_sync(file);
	return 0;
}

static int disk_discard(int fd)
{
	struct file *file = file_open_as(fd);

	if (!step() || ftruncate(fd, 0))
		return -1;
	memset(file->cache, 0, sizeof(file->cache));
	memset(file->touched, 0, sizeof(file->touched));
	file->size = 0;
	file->discarded = true;
	return 0;
}

static int disk_swap(int dir, const char *name, const char *other)
{
	(void)dir;
	assert_string_equal(name, disk.name);
	assert_string_equal(other, disk.new_name);
	if (!step())
		return -1;
	swap_names();
	disk.swapped = true;
	return 0;
}

static int disk_sync_dir(int dir)
{
	(void)dir;
	if (!step())
		return -1;
	disk.swapped = false;
	return 0;
}

const struct tee_store_io disk_io = {
	.read = disk_read,
	.write = disk_write,
	.sync = disk_sync,
	.discard = disk_discard,
	.swap = disk_swap,
	.sync_dir = disk_sync_dir,
	.extend = disk_extend,
};
