// SPDX-License-Identifier: BSD-2-Clause
#include "temp_dir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char dir[64];

int temp_dir_make(void)
{
	strcpy(dir, "/tmp/teepay-test-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

const char *temp_dir_path(const char *name)
{
	static char paths[8][192];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%.100s", dir, name);
	return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int temp_dir_remove(void)
{
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
