/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_BUS_REPLY_H
#define TEEPAY_WALLETD_BUS_REPLY_H

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "proto/cursor.h"

#define BUS_ERROR(s)	"org.teepay.Error." s

/* What methods share: an error of enum card_err or ta_err as the bus's, set or sent, and bytes in and out.  Each returns what a method may return. */
int bus_error(sd_bus_error *error, int err);
int bus_reply_error(sd_bus_message *call, int err);
int bus_reply_bytes(sd_bus_message *call, const void *p, size_t len);
/* The message's next byte array, @min to @max bytes; @out lies in the message. */
int bus_read_bytes(sd_bus_message *m, size_t min, size_t max, struct bytes *out, sd_bus_error *error);

#endif
