/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_COMMON_NFC_NAME_H
#define TEEPAY_COMMON_NFC_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* How a configuration names a reader of libnfc, and what sysfs says of USB devices. */

/*
 * "port:1-2", a USB port as /sys/bus/usb/devices calls it, becomes the connection string of what is plugged in there; any other name is taken as a
 * connection string already.  False when nothing is plugged in, or it does not fit into @size.
 */
bool nfc_name_resolve(const char *name, char *out, size_t size) __attribute__((warn_unused_result));
/* The first line of a file in the folder of a device: product, serial.  Empty without one; cut at @size. */
void nfc_name_line(const char *folder, const char *file, char *out, size_t size);
/* One number of the folder of a device: busnum, devnum ("%u"), idVendor ("%x").  0 when it cannot be read. */
unsigned int nfc_name_number(const char *folder, const char *file, const char *format);

#endif
