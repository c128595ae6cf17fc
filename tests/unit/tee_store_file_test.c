// SPDX-License-Identifier: BSD-2-Clause
/* The names of a log's two files are durable before anything is written by them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "libtee/internal/store_file.h"

static const TEE_UUID uuid = { 1, 2, 3, { 4 } };
static struct tee_store_io counting;
static unsigned int synced;
static char folder[] = "/tmp/tee_store_file.XXXXXX";

static int sync_dir(int dir)
{
	synced++;
	return tee_store_io_file.sync_dir(dir);
}

static void open_file(struct tee_store_file *file)
{
	assert_int_equal(tee_store_file_open(file, folder, &uuid, &counting), TEE_STORE_OK);
}

/* Killed between the name and its sync: whoever comes next cannot know. */
static void start_syncs_the_name(void **state)
{
	struct tee_store_file file;

	(void)state;
	open_file(&file);
	assert_true(file.fresh);
	assert_int_equal(tee_store_file_publish(&file), TEE_STORE_OK);
	tee_store_file_close(&file);

	open_file(&file);
	assert_false(file.fresh);
	synced = 0;
	assert_int_equal(tee_store_file_spare(&file), TEE_STORE_OK);
	assert_int_equal(synced, 1);
	tee_store_file_close(&file);
}

/* Of two processes with the same files one swaps the names, and may be killed before they are synced. */
static void other_process_syncs_the_names(void **state)
{
	struct tee_store_file one, other;

	(void)state;
	open_file(&one);
	assert_int_equal(tee_store_file_spare(&one), TEE_STORE_OK);
	other = one;
	assert_int_equal(tee_store_file_swap(&one), TEE_STORE_OK);
	synced = 0;
	assert_int_equal(tee_store_file_look(&other), TEE_STORE_OK);
	assert_int_equal(other.fd, one.fd);
	assert_int_equal(synced, 1);
	/* Nothing new: nothing to sync. */
	assert_int_equal(tee_store_file_look(&other), TEE_STORE_OK);
	assert_int_equal(synced, 1);
	tee_store_file_close(&one);
}

static int folder_make(void **state)
{
	(void)state;
	counting = tee_store_io_file;
	counting.sync_dir = sync_dir;
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	(void)state;
	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_syncs_the_name),
		cmocka_unit_test(other_process_syncs_the_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
