/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_BUS_CALLER_H
#define TEEPAY_WALLETD_BUS_CALLER_H

#include <systemd/sd-bus.h>

/*
 * A filter (sd_bus_add_filter(3)) that sees every message before anything is done with it, methods and properties alike: root and members of the group
 * teepay may go on.  What can be called is told to everybody.
 */
int bus_caller_check(sd_bus_message *m, void *ctx, sd_bus_error *error);

#endif
