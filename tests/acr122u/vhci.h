/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_VHCI_H
#define TEEPAY_ACR122U_VHCI_H

/* The kernel's end: the module vhci_hcd must be loaded, and this needs root. */

/* Plugs a full-speed device into port @port; the kernel takes the other end of @fd's socket pair.  The descriptor, or a negative errno. */
int vhci_plug(unsigned int port);
/* The name in sysfs, such as 1-1, and bus and device number, while it is plugged in and the kernel has numbered it; or -1. */
int vhci_where(unsigned int port, char name[16], unsigned int *bus, unsigned int *device);

#endif
