// SPDX-License-Identifier: BSD-2-Clause
#include "vhci.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VHCI		"/sys/devices/platform/vhci_hcd.0"
#define DEVICE_ID	2u
#define FULL_SPEED	2u

static int attach(unsigned int port, int fd)
{
	char line[64];
	int f = open(VHCI "/attach", O_WRONLY | O_CLOEXEC);
	int n, r;

	if (f < 0)
		return -errno;
	n = snprintf(line, sizeof(line), "%u %d %u %u", port, fd, DEVICE_ID, FULL_SPEED);
	r = write(f, line, (size_t)n) == n ? 0 : -errno;
	close(f);
	return r;
}

int vhci_plug(unsigned int port)
{
	int fds[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	r = attach(port, fds[1]);
	close(fds[1]);
	if (r < 0) {
		close(fds[0]);
		return r;
	}
	return fds[0];
}

static unsigned int read_number(const char *folder, const char *name)
{
	char path[512];
	unsigned int v = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "re");
	if (f && fscanf(f, "%u", &v) != 1)
		v = 0;
	if (f)
		fclose(f);
	return v;
}

int vhci_where(unsigned int port, char name[16], unsigned int *bus, unsigned int *device)
{
	char pattern[128];
	glob_t found;
	int r = -1;

	/* Of its two buses the one below 5 Gbit/s. */
	snprintf(pattern, sizeof(pattern), VHCI "/usb*/*-%u", port + 1);
	if (glob(pattern, 0, NULL, &found) != 0)
		return -1;
	for (size_t i = 0; r < 0 && i < found.gl_pathc; i++) {
		snprintf(name, 16, "%s", strrchr(found.gl_pathv[i], '/') + 1);
		*bus = read_number(found.gl_pathv[i], "busnum");
		*device = read_number(found.gl_pathv[i], "devnum");
		r = *device > 0 ? 0 : -1;
	}
	globfree(&found);
	return r;
}
