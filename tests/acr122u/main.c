// SPDX-License-Identifier: BSD-2-Clause
/*
 * acr122u: two virtual ACR122U face to face, plugged into this machine's own USB by the kernel's vhci_hcd; and the command that moves the card between
 * them.  One process, one loop.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

#define SOCKET_PATH	"/run/acr122u.sock"
#define LINE_MAX_LEN	256
#define SEND_MS		1000

static struct bench bench;

static const char usage_text[] =
	"usage: acr122u [--socket PATH] [--serial] [--port N]     plug two readers in, named card and pos, until SIGTERM\n"
	"       acr122u [--socket PATH] ctl COMMAND...            tell that process something\n"
	"Needs root and the module vhci_hcd (modprobe vhci_hcd).\n"
	"  --socket PATH  where commands are taken, default " SOCKET_PATH "\n"
	"  --serial       give the readers the serial numbers TEEPAY-CARD and TEEPAY-POS; real ones have none\n"
	"  --port N       the first of the two ports of vhci_hcd, default 0\n"
	"  --help, --version\n"
	"Commands:\n";

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int open_socket(const char *path, bool server)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0 || strlen(path) >= sizeof(a.sun_path)) {
		fprintf(stderr, "acr122u: %s is no name for a socket\n", path);
		exit(EXIT_FAILURE);
	}
	strcpy(a.sun_path, path);
	if (server) {
		unlink(path);
		umask(0077);
		r = bind(fd, (struct sockaddr *)&a, sizeof(a));
		if (r == 0)
			r = listen(fd, 4);
	} else {
		r = connect(fd, (struct sockaddr *)&a, sizeof(a));
	}
	if (r == 0)
		return fd;
	fprintf(stderr, "acr122u: %s: %s%s\n", path, strerror(errno), server ? "" : "; is acr122u running?");
	exit(EXIT_FAILURE);
}

/* --- ctl --- */

static int ctl(const char *path, int argc, char **argv)
{
	char line[LINE_MAX_LEN] = "", reply[CONTROL_REPLY_MAX + 1];
	int fd = open_socket(path, false);
	ssize_t n;

	for (int i = 0; i < argc; i++) {
		if (strlen(line) + strlen(argv[i]) + 2 > sizeof(line)) {
			fputs("acr122u: that command is too long\n", stderr);
			return EXIT_FAILURE;
		}
		strcat(strcat(line, i ? " " : ""), argv[i]);
	}
	n = send(fd, line, strlen(line), MSG_NOSIGNAL) < 0 ? -1 : recv(fd, reply, sizeof(reply) - 1, 0);
	close(fd);
	if (n < 1) {
		fputs("acr122u: no answer\n", stderr);
		return EXIT_FAILURE;
	}
	/* The first byte says whether it went well. */
	reply[n] = '\0';
	fputs(reply + 1, reply[0] == '+' ? stdout : stderr);
	return reply[0] == '+' ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* --- the readers --- */

/* One connection carries one command. */
static void take_command(int listener)
{
	const struct timeval limit = { .tv_sec = SEND_MS / 1000 };
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char line[LINE_MAX_LEN], reply[CONTROL_REPLY_MAX + 1];
	ssize_t n;

	if (fd < 0)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	n = recv(fd, line, sizeof(line) - 1, 0);
	if (n > 0) {
		line[n] = '\0';
		reply[0] = control_run(&bench, line, reply + 1) == 0 ? '+' : '-';
		(void)!send(fd, reply, strlen(reply), MSG_NOSIGNAL);
	}
	close(fd);
}

static void set_up(unsigned int port, bool serial)
{
	static const char *const names[] = { "card", "pos" }, *const serials[] = { "TEEPAY-CARD", "TEEPAY-POS" };

	bench.clock.now = now_ms();
	field_init(&bench.field, &bench.clock);
	for (unsigned int i = 0; i < FIELD_SIDES; i++) {
		bench.names[i] = names[i];
		bench.ports[i] = port + i;
		reader_init(&bench.readers[i], &bench.clock);
		field_join(&bench.field, &bench.readers[i].chip, i);
		usbip_init(&bench.plugs[i], &bench.readers[i], &bench.clock, serial ? serials[i] : NULL);
	}
}

static int plug_all(void)
{
	for (unsigned int i = 0; i < FIELD_SIDES; i++) {
		int r = control_plug(&bench, i);

		if (r >= 0)
			continue;
		fprintf(stderr, "acr122u: cannot plug into port %u: %s; root must have said: modprobe vhci_hcd\n", bench.ports[i], strerror(-r));
		return -1;
	}
	return 0;
}

static int run(const char *path, unsigned int port, bool serial)
{
	sigset_t mask;
	struct pollfd fds[2 + FIELD_SIDES];

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	set_up(port, serial);
	fds[0] = (struct pollfd){ .fd = signalfd(-1, &mask, SFD_CLOEXEC), .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = open_socket(path, true), .events = POLLIN };
	if (plug_all() < 0)
		return EXIT_FAILURE;
	puts("acr122u: both readers are plugged in");
	fflush(stdout);
	for (;;) {
		for (unsigned int i = 0; i < FIELD_SIDES; i++)
			fds[2 + i] = (struct pollfd){ .fd = bench.plugs[i].fd, .events = POLLIN };
		if (poll(fds, 2 + FIELD_SIDES, clock_wait(&bench.clock)) < 0 && errno != EINTR)
			return EXIT_FAILURE;
		clock_run(&bench.clock, now_ms());
		if (fds[0].revents)
			break;
		for (unsigned int i = 0; i < FIELD_SIDES; i++)
			if (fds[2 + i].revents && bench.plugs[i].fd >= 0 && usbip_receive(&bench.plugs[i]) < 0)
				usbip_unplug(&bench.plugs[i]);
		if (fds[1].revents)
			take_command(fds[1].fd);
	}
	unlink(path);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' }, { "serial", no_argument, NULL, 'n' }, { "port", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	const char *path = SOCKET_PATH;
	unsigned int port = 0;
	bool serial = false;
	int o;

	while ((o = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (o) {
		case 's':
			path = optarg;
			break;
		case 'n':
			serial = true;
			break;
		case 'p':
			port = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'h':
			fputs(usage_text, stdout);
			fputs(control_help, stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("acr122u " TEEPAY_VERSION);
			return EXIT_SUCCESS;
		default:
			fputs(usage_text, stderr);
			return 2;
		}
	}
	if (optind < argc && strcmp(argv[optind], "ctl") == 0)
		return ctl(path, argc - optind - 1, argv + optind + 1);
	if (optind == argc)
		return run(path, port, serial);
	fputs(usage_text, stderr);
	return 2;
}
