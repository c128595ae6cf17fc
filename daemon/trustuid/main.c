// SPDX-License-Identifier: BSD-2-Clause
/*
 * trustuid: the trusted user interface.  It has its socket, its user and its frame, and no screen and no PIN entry yet: every request is answered
 * "not yet", so that the trusted application can tell its callers the truth.  Started by systemd when somebody connects; ends when it is idle.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/log.h"
#include "frame.h"

#define SOCKET_PATH	"/run/teepay/tui.sock"
#define IDLE_MS		5000
#define ANSWER_MS	20000	/* --ask waits so long: systemd has to start us first */
#define REQUEST_MS	1000	/* one client at a time, and none holds the others up for longer */
#define REQUESTS_MAX	64	/* of one connection */

enum { EXIT_USAGE = 2, EXIT_NOT_YET = 4, EXIT_UNREACHABLE = 5 };

static const char *const texts[] = {
	[TUI_DONE] = "done",
	[TUI_NOT_YET] = "not yet: this version has no trusted screen and no PIN entry",
	[TUI_VERSION_UNKNOWN] = "this trusted user interface speaks version 1",
	[TUI_MALFORMED] = "malformed request",
};

static void usage(FILE *f)
{
	fputs("usage: trustuid [--ask]\n"
	      "The trusted user interface of teepay: not yet.  It is started by systemd (teepay-trustuid.socket) and answers so.\n"
	      "  --ask  send a request to " SOCKET_PATH " and print what it answers\n"
	      "  --help, --version\n", f);
}

static int wait_for(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, ms);
	while (r < 0 && errno == EINTR);
	return r;
}

/* False: the connection has ended or is to be ended. */
static bool serve_request(int fd)
{
	uint8_t in[TUI_FRAME_MAX + 1], out[TUI_FRAME_MAX];
	struct tui_request request;
	enum tui_status status;
	ssize_t n;
	size_t len;

	if (wait_for(fd, REQUEST_MS) <= 0)
		return false;
	n = recv(fd, in, sizeof(in), MSG_DONTWAIT);
	if (n <= 0)
		return false;
	status = tui_request_decode((struct bytes){ in, (size_t)n }, &request);
	if (status == TUI_DONE)
		status = TUI_NOT_YET;
	len = tui_answer_encode(status, texts[status], out, sizeof(out));
	return send(fd, out, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len && status == TUI_NOT_YET;
}

static void serve(int listener)
{
	while (wait_for(listener, IDLE_MS) > 0) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0 && errno != EINTR && errno != EAGAIN && errno != ECONNABORTED)
			return;		/* systemd starts us again */
		if (fd < 0)
			continue;
		for (int i = 0; i < REQUESTS_MAX && serve_request(fd); i++)
			;
		close(fd);
	}
}

/* The other side of the frame, as the trusted application will be: for an administrator, and for tests. */
static int ask(void)
{
	static const uint8_t request[] = { TUI_VERSION, 0, 0, 0 };
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	uint8_t answer[TUI_FRAME_MAX];
	enum tui_status status;
	struct bytes text;
	ssize_t n = -1;
	int fd;

	errno = 0;	/* a wait that ends without an answer sets none */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, request, sizeof(request), MSG_NOSIGNAL) == (ssize_t)sizeof(request) && wait_for(fd, ANSWER_MS) > 0)
		n = recv(fd, answer, sizeof(answer), 0);
	if (n < 0)
		log_error(SOCKET_PATH ": %s; start it with: systemctl start teepay-trustuid.socket", errno ? strerror(errno) : "no answer");
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return EXIT_UNREACHABLE;
	if (tui_answer_decode((struct bytes){ answer, (size_t)n }, &status, &text) != 0) {
		log_error(SOCKET_PATH ": the answer is malformed; is it of the same version?");
		return EXIT_FAILURE;
	}
	printf("%.*s\n", (int)text.len, (const char *)text.p);
	return status == TUI_DONE ? EXIT_SUCCESS : status == TUI_NOT_YET ? EXIT_NOT_YET : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "ask", no_argument, NULL, 'a' }, { "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int o;

	log_init("trustuid", LOG_INFO);
	while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (o == 'a')
			return ask();
		if (o == 'V')
			puts("trustuid " TEEPAY_VERSION);
		else
			usage(o == 'h' ? stdout : stderr);
		return o == '?' ? EXIT_USAGE : EXIT_SUCCESS;
	}
	if (optind < argc) {
		log_error("'%s' is too much; see trustuid --help", argv[optind]);
		return EXIT_USAGE;
	}
	if (sd_listen_fds(1) != 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNIX, 0, 1) <= 0) {
		log_error("no listening socket was handed over; start it with: systemctl start teepay-trustuid.socket");
		return EXIT_UNREACHABLE;
	}
	serve(SD_LISTEN_FDS_START);
	return EXIT_SUCCESS;
}
