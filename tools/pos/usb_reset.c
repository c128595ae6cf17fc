// SPDX-License-Identifier: BSD-2-Clause
#include "usb_reset.h"

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHANNEL_USB	0x0020	/* PC/SC part 3, §3.1.4: 0020bbdd, the bus and the device */

bool usb_reset(uint32_t channel)
{
	char node[40];
	bool done;
	int fd;

	if (channel >> 16 != CHANNEL_USB)
		return false;
	snprintf(node, sizeof(node), "/dev/bus/usb/%03u/%03u", channel >> 8 & 0xFF, channel & 0xFF);
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = ioctl(fd, USBDEVFS_RESET, NULL) == 0;
	close(fd);
	return done;
}
