// SPDX-License-Identifier: BSD-2-Clause
/*
 * select() for libusb 0.1, which Debian's libnfc is linked with, in the place of libc's: the dynamic linker finds the program's own first.
 *
 * libusb 0.1 waits for a transfer by asking select() for a millisecond at a time: a thousand wakeups a second for as long as a card waits for a terminal.
 * The kernel says when a transfer is done, since a file of usbfs becomes writable then: so that one call, known by its millisecond, waits for longer.
 * Every other one is as libc's, but does not tell what was left of the limit.
 */
#include <stddef.h>
#include <sys/select.h>
#include <time.h>

#define ASKED_US	1000
#define WAIT_US		100000	/* libnfc's own waits are multiples of it */

int select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except, struct timeval *restrict limit)
{
	struct timespec t = { 0 };

	if (limit)
		t = (struct timespec){ .tv_sec = limit->tv_sec, .tv_nsec = limit->tv_usec * 1000 };
	if (!in && out && !except && limit && limit->tv_sec == 0 && limit->tv_usec == ASKED_US)
		t.tv_nsec = WAIT_US * 1000;
	return pselect(n, in, out, except, limit ? &t : NULL, NULL);
}
