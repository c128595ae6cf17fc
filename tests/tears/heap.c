// SPDX-License-Identifier: BSD-2-Clause
/*
 * The allocator of this program: glibc's, but the nth call of a party fails when FAULT_MALLOC says so.  A program's own malloc() stands before the C library's
 * for all libraries that it is linked with, so OpenSSL, SQLite and jansson are under it too.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "shared.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static bool fails(void)
{
	struct party_fault *f;

	if (calls_party < 0)
		return false;
	f = &shared->fault[calls_party];
	if (f->kind != FAULT_MALLOC || ++f->seen != f->at)
		return false;
	f->hit = 1;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}
