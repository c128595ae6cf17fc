// SPDX-License-Identifier: BSD-2-Clause
#include "serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "common/log.h"
#include "http.h"

/* The socket of socket activation, or a new one; -errno. */
static int serve_socket(const char *path, const char *group)
{
	int n = sd_listen_fds(1);

	if (n > 1 || n < 0)
		return n < 0 ? n : -E2BIG;
	if (n == 1)
		return sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, NULL, 0) > 0 ? SD_LISTEN_FDS_START : -ENOTSOCK;
	return http_listen_unix(path, group);
}

/* Waits for the end, telling the watchdog twice a period that this process still turns. */
static void serve_wait(const sigset_t *signals)
{
	uint64_t usec = 0;
	struct timespec period = { .tv_sec = 3600 };

	if (sd_watchdog_enabled(0, &usec) > 0) {
		period.tv_sec = (time_t)(usec / 2 / 1000000);
		period.tv_nsec = (long)(usec / 2 % 1000000 * 1000);
	}
	while (sigtimedwait(signals, NULL, &period) < 0)
		if (errno == EAGAIN)
			sd_notify(0, "WATCHDOG=1");
}

int serve_run(struct issuer *is, const char *path, const char *group)
{
	struct http *http;
	sigset_t signals;
	int fd;

	/* Blocked before the server's thread is made, so that only this thread takes them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);

	fd = serve_socket(path, group);
	if (fd < 0) {
		log_error("cannot listen on %s: %s; check the folder, and that no other issuer runs", path, strerror(-fd));
		return 5;
	}
	http = http_start(is, fd);
	if (!http) {
		log_error("cannot start the HTTP server; see the limits of this service");
		return 1;
	}
	log_info("serving");
	sd_notify(0, "READY=1\nSTATUS=serving");
	serve_wait(&signals);
	sd_notify(0, "STOPPING=1");
	http_stop(&http);
	return 0;
}
