/* SPDX-License-Identifier: BSD-2-Clause */
/* Ending on a signal, in good order: signals come in while it waits, and nowhere else. */
#ifndef TEECTL_STOP_H
#define TEECTL_STOP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT end what waits with stop_poll(); a closed pipe is an error of writing. */
void stop_prepare(void);
/* As poll(), with -1 and EINTR when a signal came. */
int stop_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
bool stop_wanted(void);
/* When that was first asked and so, CLOCK_MONOTONIC ns; 0 before. What happened until then is still told. */
uint64_t stop_time(void);

#endif
