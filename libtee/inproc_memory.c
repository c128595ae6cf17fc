// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/inproc_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WINDOW_BYTES ((size_t)INPROC_WINDOW_PAGES * INPROC_PAGE)

static void *reserve(void)
{
	return mmap(NULL, WINDOW_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

int inproc_window_init(struct inproc_window *window)
{
	memset(window, 0, sizeof(*window));
	window->map.rw = reserve();
	window->map.ro = reserve();
	window->map.size = WINDOW_BYTES;
	if (window->map.rw != MAP_FAILED && window->map.ro != MAP_FAILED)
		return 0;
	inproc_window_fini(window);
	return -ENOMEM;
}

void inproc_window_fini(struct inproc_window *window)
{
	if (window->map.rw != MAP_FAILED)
		munmap(window->map.rw, WINDOW_BYTES);
	if (window->map.ro != MAP_FAILED)
		munmap((void *)(uintptr_t)window->map.ro, WINDOW_BYTES);
}

int inproc_block_init(struct inproc_block *block, size_t size)
{
	memset(block, 0, sizeof(*block));
	block->pages = (size + INPROC_PAGE - 1) / INPROC_PAGE;
	block->lent = calloc(block->pages, sizeof(*block->lent));
	block->fd = memfd_create("teepay-inproc", MFD_CLOEXEC);
	block->home = MAP_FAILED;
	if (block->lent && block->fd >= 0 && !ftruncate(block->fd, (off_t)(block->pages * INPROC_PAGE)))
		block->home = mmap(NULL, block->pages * INPROC_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, block->fd, 0);
	if (block->home != MAP_FAILED)
		return 0;
	inproc_block_fini(block);
	return -ENOMEM;
}

void inproc_block_fini(struct inproc_block *block)
{
	if (block->home != MAP_FAILED)
		munmap(block->home, block->pages * INPROC_PAGE);
	if (block->fd >= 0)
		close(block->fd);
	free(block->lent);
}

/* First fit. */
static int range_take(struct inproc_window *window, size_t count, size_t *at)
{
	size_t run = 0;
	size_t i;

	for (i = 0; i < INPROC_WINDOW_PAGES; i++) {
		run = window->used[i] ? 0 : run + 1;
		if (run == count) {
			*at = i + 1 - count;
			memset(window->used + *at, true, count);
			return 0;
		}
	}
	return -ENOSPC;
}

static uint8_t *window_at(const struct inproc_window *window, bool writable, size_t page)
{
	uint8_t *base = writable ? window->map.rw : (uint8_t *)(uintptr_t)window->map.ro;

	return base + page * INPROC_PAGE;
}

/* Takes away, or gives back, the access at home to the pages whose count of loans goes to or from 0. */
static void home_protect(const struct inproc_loan *loan, bool lend)
{
	size_t i;

	for (i = loan->first; i < loan->first + loan->count; i++) {
		unsigned int *lent = &loan->block->lent[i];
		bool change = lend ? !(*lent)++ : !--*lent;

		if (change && loan->take_away &&
		    mprotect(loan->block->home + i * INPROC_PAGE, INPROC_PAGE, lend ? PROT_NONE : PROT_READ | PROT_WRITE))
			abort();
	}
}

int inproc_loan_make(struct inproc_loan *loan, struct inproc_window *window, struct inproc_block *block, uint64_t offset,
		     uint64_t size, bool writable, bool take_away, __u64 *address)
{
	uint64_t bytes = block->pages * INPROC_PAGE;
	int err;

	loan->block = NULL;
	if (offset > bytes || size > bytes - offset)
		return -ENXIO;
	loan->first = offset / INPROC_PAGE;
	loan->count = (offset + size + INPROC_PAGE - 1) / INPROC_PAGE - loan->first;
	loan->take_away = take_away;
	err = range_take(window, loan->count, &loan->at);
	if (err)
		return err;
	loan->block = block;
	if (mmap(window_at(window, writable, loan->at), loan->count * INPROC_PAGE,
		 writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_FIXED, block->fd,
		 (off_t)(loan->first * INPROC_PAGE)) == MAP_FAILED)
		abort();
	home_protect(loan, true);
	*address = loan->at * INPROC_PAGE + offset % INPROC_PAGE;
	return 0;
}

void inproc_loan_return(struct inproc_loan *loan, struct inproc_window *window)
{
	int both;

	if (!loan->block)
		return;
	for (both = 0; both < 2; both++)
		if (mmap(window_at(window, both, loan->at), loan->count * INPROC_PAGE, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
			abort();
	home_protect(loan, false);
	memset(window->used + loan->at, false, loan->count);
	loan->block = NULL;
}
