/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_NFCTARGET_DEVICE_H
#define TEEPAY_NFCTARGET_DEVICE_H

#include <nfc/nfc.h>

#include "daemon/walletd/rf_libnfc.h"

/*
 * Opens the first of @wanted that can be had; libnfc resets a reader's USB as it opens it.  A name is a connection string of libnfc, or port:1-2, the
 * USB port of a reader (a reader's number changes each time that it is plugged in, its port does not).  Without names: any reader that libnfc finds.
 * NULL: @why says it.
 */
nfc_device *device_open(nfc_context *context, char **wanted, size_t n, enum nfc_state *why);

#endif
