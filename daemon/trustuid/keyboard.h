/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TRUSTUID_KEYBOARD_H
#define TEEPAY_TRUSTUID_KEYBOARD_H

#include <poll.h>

#include "form.h"

/*
 * All keyboards of the machine, grabbed: while they are, the kernel gives their keys to nobody else, neither to another reader of /dev/input, nor to a console,
 * nor to SysRq.  The kernel lets go of them when this process ends, however it ends.
 */
#define KEYBOARDS_MAX	16

struct keymap;

struct keyboards {
	unsigned int n;
	struct {
		int fd;
		unsigned int number;	/* of /dev/input/eventN */
	} at[KEYBOARDS_MAX];
	bool shift[2], altgr;
	bool chord[3];			/* Alt and both Ctrl: with them no key means anything here */
	struct keymap *map;
};

/*
 * Grabs them.  @console: the terminal whose keymap says what the keys mean.  False, and why is in the log: there is none, or one is grabbed by somebody
 * already, who would read along.
 */
bool keyboards_grab(struct keyboards *k, int console) __attribute__((warn_unused_result));
/* Grabs what was plugged in since.  False: one cannot be had. */
bool keyboards_look(struct keyboards *k) __attribute__((warn_unused_result));
/* For poll(): one entry for each; gives their number. */
unsigned int keyboards_poll(const struct keyboards *k, struct pollfd *fds);
/* The next key of keyboard @i; false: there is none (any more). */
bool keyboards_read(struct keyboards *k, unsigned int i, struct key *key);
void keyboards_release(struct keyboards *k);

#endif
