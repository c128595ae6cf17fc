/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TRUSTUID_VT_H
#define TEEPAY_TRUSTUID_VT_H

#include <stdbool.h>

/*
 * The virtual terminal: ours comes to the front and the console is locked, so that nobody switches away; afterwards the one from before comes back.  Unlike a
 * grab, the lock outlives who took it: which terminal was in front is written down first, and whoever ends last (systemd's ExecStopPost=) gives it back.
 */

/* Our terminal, @fd, to the front.  @folder: where it is noted.  False, and why is in the log: the screen is as before. */
bool vt_take(int fd, const char *folder) __attribute__((warn_unused_result));
/* Unlocks the console, and brings back what was in front.  Nothing when nothing was taken.  False: it could not. */
bool vt_give(int fd, const char *folder);
/* Lines and columns of the terminal; false: it is none. */
bool vt_size(int fd, unsigned int *columns, unsigned int *lines) __attribute__((warn_unused_result));

#endif
