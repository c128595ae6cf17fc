/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of the in-process channel: the trusted side's windows, and blocks of pages that can be seen in them.
 *
 * Lending is real as far as it can be in one process: while a page is lent, the client's mapping of it has no access
 * at all, so a touch is a fault that a test or a sanitizer sees (in the kernel it waits); and the trusted side's mapping
 * is there only as long, read-only for inputs.
 */
#ifndef LIBTEE_INPROC_MEMORY_H
#define LIBTEE_INPROC_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libtee/channel.h"

#define INPROC_PAGE		4096u
#define INPROC_WINDOW_PAGES	8192u

/* Both windows, and which of their pages are taken. */
struct inproc_window {
	struct channel_window map;
	bool used[INPROC_WINDOW_PAGES];
};

int inproc_window_init(struct inproc_window *window);
void inproc_window_fini(struct inproc_window *window);

/* Pages that are mapped at home, and sometimes in a window. */
struct inproc_block {
	int fd;
	uint8_t *home;			/* the client's mapping, or the channel's own of an inbox */
	size_t pages;
	unsigned int *lent;		/* how often each page is lent now */
};

int inproc_block_init(struct inproc_block *block, size_t size);
void inproc_block_fini(struct inproc_block *block);

/* A part of a block in a window. */
struct inproc_loan {
	struct inproc_block *block;	/* NULL: no loan */
	size_t first;			/* page of the block */
	size_t count;
	size_t at;			/* page of the window */
	bool take_away;			/* no access at home meanwhile */
};

/*
 * Shows [offset, offset + size) of the block in the window, size > 0: read-write if writable, else read-only in the
 * other window. The memory is at *address (bytes from the window's start) then. 0, -ENXIO beyond the block, -ENOSPC.
 */
int inproc_loan_make(struct inproc_loan *loan, struct inproc_window *window, struct inproc_block *block, uint64_t offset,
		     uint64_t size, bool writable, bool take_away, __u64 *address);
void inproc_loan_return(struct inproc_loan *loan, struct inproc_window *window);

#endif
