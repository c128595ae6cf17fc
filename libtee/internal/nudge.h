/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A signal that keeps coming, so that a system call that waits looks up now and then. A signal that comes once may come
 * just before the wait begins; and a short deadline on each wait would be work while nothing happens.
 */
#ifndef LIBTEE_INTERNAL_NUDGE_H
#define LIBTEE_INTERNAL_NUDGE_H

/* Takes SIGALRM. Without this the others do nothing. */
void tee_nudge_init(void);

/* Between the two, waits end with EINTR. Not nested. */
void tee_nudge_begin(void);
void tee_nudge_end(void);

/* From now on for good; for a signal handler. */
void tee_nudge_keep(void);

#endif
