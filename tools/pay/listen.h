/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_LISTEN_H
#define TEEPAY_PAY_LISTEN_H

#include "watch.h"

/*
 * Hears walletd's signals on a connection of its own, and tells @heard of each, until a signal to end comes (SIGINT, SIGTERM, SIGHUP): PAY_DONE, or when @heard
 * gives anything else, that.  @started is called once when nothing can be missed any more.  A walletd that is restarted is heard again.
 */
int listen_run(int (*started)(void *ctx, struct pay_error *e), int (*heard)(void *ctx, const struct watch_event *event, struct pay_error *e), void *ctx,
	       struct pay_error *e) __attribute__((warn_unused_result));

#endif
