// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stands between vpcd (the reader) and walletd (the card), counts the APDU frames of a card session and, at the frame it is told, stops the traffic and
 * does something: runs a command, changes a byte, or drops both connections; or the card is away for a moment when the reader resets it.  A test's hand in
 * the radio field.
 *
 * Frames are a 16-bit big-endian length and that many bytes; a frame of one byte from the reader is a control (0 off, 1 on, 2 reset, 4 ATR), and its
 * answer (the ATR, after 4) is no APDU.  Frame 1 is the first command after the card was powered, 2 its response, and so on.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAME_MAX	(2 + 65535)
#define CONTROL_RESET	2
#define CONTROL_ATR	4
/* A frame of a payment is the one behind a GET DATA of OpenSC or pcscd: what counts begins with this command. */
static const uint8_t first_command[] = { 0x00, 0xA4, 0x04, 0x00, 0x0E, '2', 'P', 'A', 'Y' };

enum side { READER, CARD };

struct proxy {
	int fd[2];
	unsigned int frame;		/* APDU frames of this card session, 0 until the first SELECT PPSE */
	bool atr_next;			/* the card's next frame answers a request for its ATR */
	/* what is to be done, once */
	unsigned int at;		/* frame number, 0 = nothing */
	const char *run;		/* command for /bin/sh, before the frame goes on */
	long flip;			/* bit to change in the frame: byte * 8 + bit, or -1 */
	bool cut;			/* drop both connections instead of passing it on */
	bool mute;			/* at the reader's first reset the card goes and is back at once */
	const char *reader_port;
	bool done;
	bool verbose;
};

static int read_full(int fd, uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_full(int fd, const uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Whether this frame is an APDU of the payment under test; counts it. */
static bool count_frame(struct proxy *x, enum side from, const uint8_t *p, size_t len)
{
	if (from == READER && len == 1) {
		x->atr_next = p[0] == CONTROL_ATR;
		if (p[0] != CONTROL_ATR)
			x->frame = 0;
		return false;
	}
	if (from == CARD && x->atr_next) {
		x->atr_next = false;
		return false;
	}
	if (from == READER && len >= sizeof(first_command) && !memcmp(p, first_command, sizeof(first_command)))
		x->frame = 0;
	else if (!x->frame)
		return false;
	x->frame++;
	return true;
}

/* At the frame it was told: acts, once.  Returns -1 when the session is to be cut. */
static int act(struct proxy *x, uint8_t *p, size_t len)
{
	if (x->done || !x->at || x->frame != x->at)
		return 0;
	x->done = true;
	if (x->run) {
		const char *argv[] = { "sh", "-c", x->run, NULL };
		pid_t pid;
		int status;
		int error = posix_spawn(&pid, "/bin/sh", NULL, NULL, (char *const *)(uintptr_t)argv, NULL);

		if (error)
			errx(1, "cannot run '%s': %s", x->run, strerror(error));
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (status)
			errx(1, "'%s' failed", x->run);
	}
	if (x->flip >= 0) {
		size_t byte = (size_t)x->flip / 8;

		if (byte >= len)
			errx(1, "frame %u has only %zu bytes, cannot change byte %zu", x->frame, len, byte);
		p[byte] = (uint8_t)(p[byte] ^ (1u << (x->flip % 8)));
	}
	return x->cut ? -1 : 0;
}

static struct sockaddr_in loopback(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char *end;
	unsigned long n = strtoul(port, &end, 10);

	if (!n || n > 65535 || *end)
		errx(2, "'%s' is no port", port);
	a.sin_port = htons((uint16_t)n);
	return a;
}

/*
 * vpcd keeps room for one connection that it has not accepted yet.  While a dead one is there, the kernel drops the next request and repeats it after 1, 2, 4,
 * 8 ... seconds; so a request that is not answered at once is given up, and walletd, whose connection is dropped with it, comes again.
 */
#define CONNECT_MS	300

static int connect_to(const char *port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t len = sizeof(error);

	if (fd < 0)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) && (errno != EINPROGRESS || poll(&p, 1, CONNECT_MS) != 1))
		goto failed;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) || error)
		goto failed;
	if (fcntl(fd, F_SETFL, 0))
		err(1, "fcntl");
	return fd;
failed:
	close(fd);
	return -1;
}

/* The card's next connection waits at the reader before this one ends: the reader's reset fails, and the card is there when it looks again. */
static int away_for_a_moment(struct proxy *x)
{
	const int again = connect_to(x->reader_port);

	if (again < 0)
		return -1;
	close(x->fd[READER]);
	x->fd[READER] = again;
	x->mute = false;
	printf("away at a reset\n");
	fflush(stdout);
	return 0;
}

static int relay_frame(struct proxy *x, enum side from)
{
	static uint8_t frame[FRAME_MAX];
	size_t len;

	if (read_full(x->fd[from], frame, 2))
		return -1;
	len = (size_t)frame[0] << 8 | frame[1];
	if (read_full(x->fd[from], frame + 2, len))
		return -1;
	if (count_frame(x, from, frame + 2, len)) {
		if (x->verbose) {
			printf("%u %s %zu\n", x->frame, from == READER ? "command" : "response", len);
			fflush(stdout);
		}
		if (act(x, frame + 2, len))
			return -1;
	}
	if (x->mute && from == READER && len == 1 && frame[2] == CONTROL_RESET)
		return away_for_a_moment(x);
	return write_full(x->fd[!from], frame, 2 + len);
}

static void relay_session(struct proxy *x)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = x->fd[READER], .events = POLLIN }, { .fd = x->fd[CARD], .events = POLLIN } };

		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			err(1, "poll");
		}
		for (int side = READER; side <= CARD; side++)
			if (p[side].revents && relay_frame(x, (enum side)side))
				return;
	}
}

static int listen_on(const char *port)
{
	struct sockaddr_in a = loopback(port);
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(fd, 1))
		err(1, "cannot listen on port %s", port);
	return fd;
}

static void set_nodelay(int fd)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) || setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one)))
		err(1, "setsockopt");
}

static void usage(void)
{
	errx(2, "usage: vpcd-proxy [--verbose] [--at FRAME [--run COMMAND] [--flip BIT] [--cut]] [--mute] CARD-PORT READER-PORT");
}

static void parse(struct proxy *x, int *argc, char ***argv)
{
	for (++*argv, --*argc; *argc && !strncmp(**argv, "--", 2); ++*argv, --*argc) {
		const char *option = **argv;

		if (!strcmp(option, "--verbose")) {
			x->verbose = true;
		} else if (!strcmp(option, "--cut")) {
			x->cut = true;
		} else if (!strcmp(option, "--mute")) {
			x->mute = true;
		} else if (*argc < 2) {
			usage();
		} else {
			++*argv, --*argc;
			if (!strcmp(option, "--at"))
				x->at = (unsigned int)strtoul(**argv, NULL, 10);
			else if (!strcmp(option, "--run"))
				x->run = **argv;
			else if (!strcmp(option, "--flip"))
				x->flip = strtol(**argv, NULL, 10);
			else
				usage();
		}
	}
	if (*argc != 2)
		usage();
}

int main(int argc, char **argv)
{
	struct proxy x = { .flip = -1 };
	int listener;

	parse(&x, &argc, &argv);
	signal(SIGPIPE, SIG_IGN);
	listener = listen_on(argv[0]);
	x.reader_port = argv[1];
	/* Whoever started this waits for the line below. */
	printf("listening\n");
	fflush(stdout);
	for (;;) {
		x.fd[CARD] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (x.fd[CARD] < 0)
			err(1, "accept");
		x.fd[READER] = connect_to(x.reader_port);
		if (x.fd[READER] >= 0) {
			set_nodelay(x.fd[CARD]);
			set_nodelay(x.fd[READER]);
			x.frame = 0;
			x.atr_next = false;
			relay_session(&x);
			close(x.fd[READER]);
		}
		close(x.fd[CARD]);
	}
}
