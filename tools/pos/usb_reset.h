/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_USB_RESET_H
#define TEEPAY_POS_USB_RESET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Resets the USB of a reader, as taking out its plug would, while pcscd goes on holding it: @channel is the reader's SCARD_ATTR_CHANNEL_ID.  False when that
 * names no reader on USB, or this user may not write to it (70-teepay.rules).
 */
bool usb_reset(uint32_t channel);

#endif
