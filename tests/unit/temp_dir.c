// SPDX-License-Identifier: BSD-2-Clause
#include "temp_dir.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int temp_dir_remove(void)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	if (!d)
		return -1;
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlink(temp_dir_path(e->d_name));
	closedir(d);
	return rmdir(dir);
}
