/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_SCREEN_H
#define TEEPAY_WALLETD_SCREEN_H

#include <systemd/sd-event.h>

#include "ta.h"

/*
 * One command of the trusted application that lasts until the holder is done at the trusted screen.  It waits in a thread of its own, with a session of its own,
 * so that terminals get their answer meanwhile; the thread knows nothing of walletd but what it was given.
 */
struct screen;

/* The command is over: 0 and a verdict, or enum ta_err. */
typedef void (*screen_done)(void *ctx, int err, const struct ta_verdict *verdict);

/* 0 or a negative errno. */
int screen_new(struct screen **screen, sd_event *event, screen_done done, void *ctx) __attribute__((warn_unused_result));
/* A command that still runs ends with the process: the trusted application sees that its client is gone. */
void screen_free(struct screen **screen);
bool screen_busy(const struct screen *screen);
/* Starts one of PAYTA_CMD_VERIFY, _PIN and _LIMITS; @limits is for the last.  False: there is one already, or no thread to be had. */
bool screen_start(struct screen *screen, uint32_t command, const struct payta_limits *limits) __attribute__((warn_unused_result));

#endif
