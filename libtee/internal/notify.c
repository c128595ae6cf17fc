// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/notify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "libtee/internal/log.h"

static int notify_fd = -1;

int tee_notify_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = path ? strlen(path) : 0;

	if (!length)
		return 0;
	if (length > sizeof(address.sun_path) - 1) {
		tee_log(TEE_LOG_ERR, "NOTIFY_SOCKET: too long");
		return -1;
	}
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify_fd >= 0 && !connect(notify_fd, (const struct sockaddr *)&address,
				       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)))
		return 0;
	tee_log(TEE_LOG_ERR, "NOTIFY_SOCKET: %s", strerror(errno));
	return -1;
}

void tee_notify_send(const char *state)
{
	/* If systemd does not hear it, its time-out says so. */
	if (notify_fd >= 0 && send(notify_fd, state, strlen(state), MSG_NOSIGNAL) < 0)
		tee_log(TEE_LOG_WARNING, "cannot tell systemd %s: %s", state, strerror(errno));
}

uint64_t tee_notify_watchdog_ns(void)
{
	uint64_t usec = 0;

	return sd_watchdog_enabled(0, &usec) > 0 ? usec * 1000 / 2 : 0;
}
