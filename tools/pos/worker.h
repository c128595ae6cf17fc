/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_WORKER_H
#define TEEPAY_POS_WORKER_H

#include <stdbool.h>

/*
 * A thread that makes blocking calls for a caller who gives up at a deadline.
 *
 * SCardTransmit() has no timeout, and SCardCancel() ends only SCardGetStatusChange(): a card that never answers would hold the terminal for ever.
 * So the call runs here; when it is late, the worker is given up as a whole: the thread, and all memory it may still touch, stay behind until the
 * process ends, and no further call is made on it.  The process then ends by _exit(), since exit handlers of libraries may wait for that thread.
 */
struct worker;

struct worker *worker_start(void) __attribute__((warn_unused_result));
/*
 * Runs fn(arg) and gives its result in *@result.  True when it ended within @ms; false when it did not, or an earlier one did not: *@result is then
 * unset, and everything behind @arg must be left alone for good.
 */
bool worker_call(struct worker *w, int (*fn)(void *arg), void *arg, unsigned int ms, int *result) __attribute__((warn_unused_result));
bool worker_lost(const struct worker *w);
/* Ends the thread; a lost one is left behind. */
void worker_stop(struct worker **w);

#endif
