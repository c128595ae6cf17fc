/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells systemd how it goes (sd_notify(3)). The socket is connected once, before the sandbox: libsystemd opens one for
 * each message, and a trusted application has no business opening sockets.
 */
#ifndef LIBTEE_INTERNAL_NOTIFY_H
#define LIBTEE_INTERNAL_NOTIFY_H

#include <stdint.h>

/* 0: connected, or there is nobody to tell; -1 after saying why in the log. */
int tee_notify_open(void);

/* As "READY=1". */
void tee_notify_send(const char *state);

/* How often systemd wants to hear "WATCHDOG=1", halved, in nanoseconds; 0: not at all. */
uint64_t tee_notify_watchdog_ns(void);

#endif
