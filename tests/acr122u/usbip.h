/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_USBIP_H
#define TEEPAY_ACR122U_USBIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"
#include "timer.h"

#define URBS_MAX	16	/* that wait for data */
#define MESSAGES_MAX	16	/* that wait for a URB */
#define OUT_MAX		4096

struct urb {
	uint32_t seqnum, length;
	unsigned int endpoint;
	uint64_t since;
};

struct in_message {
	unsigned int endpoint;
	size_t len, given;
	uint8_t bytes[CCID_MESSAGE_MAX];
};

/*
 * One reader's plug: the requests of the kernel's vhci_hcd for it (Documentation/usb/usbip_protocol.rst), on a socket whose other end the kernel has.
 */
struct usbip {
	struct reader *reader;
	struct clock *clock;
	const char *serial;		/* or NULL */
	int fd;				/* -1: not plugged in */
	bool late;			/* each answer comes at the moment when a host that cuts its waits gives up a read */
	uint64_t losses;		/* answers to reads that the host gave up meanwhile */

	uint8_t header[48];
	uint8_t out[OUT_MAX];
	size_t have;			/* of header and what follows it */
	struct urb urbs[URBS_MAX];
	unsigned int nurbs;
	struct in_message queue[MESSAGES_MAX];
	unsigned int nqueue;
	struct timer held;
	uint32_t last_seqnum;		/* of the read that took the end of the latest answer */
};

void usbip_init(struct usbip *u, struct reader *reader, struct clock *clock, const char *serial);
/* Takes what is there; -1 when the kernel let go: unplug then. */
int usbip_receive(struct usbip *u);
void usbip_plug(struct usbip *u, int fd);
void usbip_unplug(struct usbip *u);

#endif
