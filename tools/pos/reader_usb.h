/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_READER_USB_H
#define TEEPAY_POS_READER_USB_H

#include <stdbool.h>
#include <stdint.h>

/* Not called usb_reset() and so on: libusb 0.1 has that, and libnfc would find the program's own in its place. */

#define USB_DEVICES	"/sys/bus/usb/devices"

/*
 * Where on the USB a reader of pcscd is: its bus and device, bus << 8 | device, or 0.  pcscd tells that only while it can talk to the reader, so it is found
 * below @devices, USB_DEVICES, by its name: that has the product's in it, and the serial number in brackets if there is one.  0 as well when two fit.
 */
uint32_t reader_usb_find(const char *devices, const char *name);
/* Resets it, as taking out its plug would; pcscd goes on with it.  False for 0, or if this user may not (70-teepay.rules). */
bool reader_usb_reset(uint32_t where);

#endif
