// SPDX-License-Identifier: BSD-2-Clause
/*
 * A radio reader that libnfc drives.  libnfc itself is in another process, nfctarget, for it blocks, leaks and aborts; this end starts it, starts it
 * again when it ends, and passes APDUs on.
 */
#include "rf_libnfc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rf.h"

#define PROGRAM		"/usr/libexec/teepay/nfctarget"
#define READERS_MAX	8
#define AGAIN_FIRST_MS	20	/* until nfctarget is started again */
#define AGAIN_LAST_MS	1000
#define SILENT_MS	12000	/* one that has a reader says something every 5 s: after this it hangs in libnfc or below */
#define STOP_MS		700	/* what it may take to end when asked; it looks every 200 ms */

extern char **environ;

static const char *program = PROGRAM;

struct rf_libnfc {
	int epoll, timer, sock;		/* sock: -1 while nfctarget does not run */
	pid_t child;
	unsigned int again_ms;
	enum nfc_state state;
	struct rf_counts sum;		/* of those nfctargets that have ended */
	struct nfc_counts now;		/* of the one that runs */
	char *names;			/* the configuration, cut into words */
	char *argv[2 + READERS_MAX];
};

void rf_libnfc_program(const char *path)
{
	program = path ? path : PROGRAM;
}

static const char *const sentences[NFC_STATES] = {
	[NFC_STARTING] = "opening the reader",
	[NFC_READY] = "at the reader",
	[NFC_NO_READER] = "no reader; connect one, or see nfc_device in /etc/teepay/walletd.conf; \"pay doctor\" knows more",
	[NFC_DENIED] = "no permission to open the reader; reconnect it, and see \"pay doctor\"",
	[NFC_HELD] = "another program holds the reader, pcscd most likely; see \"pay doctor\"",
	[NFC_MODULE] = "a module of the kernel holds the reader; see \"pay doctor\"",
	[NFC_FAILS] = "the reader does not work; reconnect it",
};

/* --- nfctarget, the process --- */

static int set_timer(const struct rf_libnfc *f, unsigned int ms)
{
	struct itimerspec t = { .it_value = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 } };

	return timerfd_settime(f->timer, 0, &t, NULL) < 0 ? -errno : 0;
}

static int watch(const struct rf_libnfc *f, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

/* Its standard input is the socket; signals as a new program has them. */
static int spawn(struct rf_libnfc *f, int fd)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	int r;

	sigemptyset(&none);
	sigfillset(&defaults);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawn_file_actions_adddup2(&files, fd, STDIN_FILENO);
	r = posix_spawn(&f->child, program, &files, &attributes, f->argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return -r;
}

static int start_program(struct rf_libnfc *f)
{
	int fds[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	r = spawn(f, fds[1]);
	close(fds[1]);
	if (r == 0)
		r = watch(f, fds[0]);
	if (r < 0) {
		close(fds[0]);
		return r;
	}
	f->sock = fds[0];
	return set_timer(f, SILENT_MS);
}

static void add_up(struct rf_libnfc *f)
{
	f->sum.activations += f->now.activations;
	f->sum.commands += f->now.commands;
	f->sum.torn += f->now.torn;
	f->sum.errors += f->now.errors;
	memset(&f->now, 0, sizeof(f->now));
}

/* Asks first, and gives it until @ms for an answer. */
static void end_program(struct rf_libnfc *f, int ms)
{
	struct pollfd p = { .fd = f->sock, .events = POLLIN };
	uint8_t rest[1 + NFC_APDU_MAX];

	if (f->sock < 0)
		return;
	if (ms > 0)
		kill(f->child, SIGTERM);
	/* It closes its end as it ends; packets before that matter to nobody any more. */
	while (ms > 0 && poll(&p, 1, ms) == 1 && recv(f->sock, rest, sizeof(rest), MSG_DONTWAIT) > 0)
		;
	kill(f->child, SIGKILL);
	(void)waitpid(f->child, NULL, 0);
	close(f->sock);
	f->sock = -1;
	add_up(f);
}

/* It has ended, or said nonsense: another one, after a while.  A reset, as the terminal's session is gone. */
static int again(struct rf_libnfc *f)
{
	end_program(f, 0);
	f->sum.restarts++;
	if (set_timer(f, f->again_ms) < 0)
		return -EIO;
	f->again_ms = f->again_ms * 2 > AGAIN_LAST_MS ? AGAIN_LAST_MS : f->again_ms * 2;
	return RF_RESET;
}

static int on_timer(struct rf_libnfc *f)
{
	uint64_t times;

	if (read(f->timer, &times, sizeof(times)) < 0)
		return RF_NOTHING;
	if (f->sock >= 0) {
		/* Without a reader it has nothing to say. */
		if (f->state == NFC_READY || f->state == NFC_STARTING)
			return again(f);
		return set_timer(f, SILENT_MS) < 0 ? -EIO : RF_NOTHING;
	}
	if (start_program(f) == 0)
		return RF_NOTHING;
	f->state = NFC_FAILS;
	return again(f);
}

/* --- the front end's table --- */

static void libnfc_close(void **self)
{
	struct rf_libnfc *f = *self;

	if (!f)
		return;
	end_program(f, STOP_MS);
	if (f->timer >= 0)
		close(f->timer);
	if (f->epoll >= 0)
		close(f->epoll);
	free(f->names);
	free(f);
	*self = NULL;
}

static int take_names(struct rf_libnfc *f, const char *readers)
{
	static char name[] = "nfctarget";
	char *save = NULL;
	size_t n = 1;

	f->names = strdup(readers ? readers : "");
	if (!f->names)
		return -ENOMEM;
	f->argv[0] = name;
	for (char *w = strtok_r(f->names, " ,", &save); w && n < READERS_MAX + 1; w = strtok_r(NULL, " ,", &save))
		f->argv[n++] = w;
	return 0;
}

static int libnfc_open(void **self, const struct rf_config *config)
{
	struct rf_libnfc *f = calloc(1, sizeof(*f));
	int r;

	*self = f;
	if (!f)
		return -ENOMEM;
	f->sock = -1;
	f->again_ms = AGAIN_FIRST_MS;
	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	f->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	r = f->epoll < 0 || f->timer < 0 ? -errno : take_names(f, config->readers);
	if (r == 0)
		r = watch(f, f->timer);
	if (r == 0)
		r = set_timer(f, 1);
	if (r < 0)
		libnfc_close(self);
	return r;
}

static int libnfc_fd(const void *self)
{
	return ((const struct rf_libnfc *)self)->epoll;
}

static uint32_t libnfc_events(const void *self)
{
	(void)self;
	return EPOLLIN;
}

static int take_report(struct rf_libnfc *f, const uint8_t *packet, size_t len)
{
	struct nfc_report report;

	if (len != sizeof(report))
		return again(f);
	memcpy(&report, packet, sizeof(report));
	if (report.state >= NFC_STATES)
		return again(f);
	/* One that does its work, not one that only came up: it is started again at once when it ends. */
	if (report.counts.activations > f->now.activations || report.state == NFC_NO_READER)
		f->again_ms = AGAIN_FIRST_MS;
	f->state = (enum nfc_state)report.state;
	f->now = report.counts;
	return RF_NOTHING;
}

static int libnfc_receive(void *self, uint8_t *apdu, size_t room, size_t *len)
{
	struct rf_libnfc *f = self;
	uint8_t packet[1 + NFC_APDU_MAX];
	struct epoll_event e;
	ssize_t n;

	*len = 0;
	if (epoll_wait(f->epoll, &e, 1, 0) != 1)
		return RF_NOTHING;
	if (e.data.fd == f->timer)
		return on_timer(f);
	n = recv(f->sock, packet, sizeof(packet), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return RF_NOTHING;
	if (n < 1 || set_timer(f, SILENT_MS) < 0)
		return again(f);
	switch (packet[0]) {
	case NFC_STATE:
		return take_report(f, packet, (size_t)n);
	case NFC_RESET:
		return RF_RESET;
	case NFC_COMMAND:
		if (n < 2 || (size_t)n - 1 > room)
			return again(f);
		memcpy(apdu, packet + 1, (size_t)n - 1);
		*len = (size_t)n - 1;
		return RF_COMMAND;
	default:
		return again(f);
	}
}

/* A response that nobody waits for any more is no failure of the front end: nfctarget is started again, and the terminal asks again. */
static int libnfc_send(void *self, const uint8_t *apdu, size_t len)
{
	struct rf_libnfc *f = self;
	uint8_t packet[1 + NFC_APDU_MAX];

	if (len > NFC_APDU_MAX)
		return -EMSGSIZE;
	packet[0] = NFC_RESPONSE;
	memcpy(packet + 1, apdu, len);
	if (f->sock >= 0)
		(void)!send(f->sock, packet, len + 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	return 0;
}

static const char *libnfc_state(const void *self)
{
	const struct rf_libnfc *f = self;

	return sentences[f ? f->state : NFC_STARTING];
}

static void libnfc_counts(const void *self, struct rf_counts *counts)
{
	const struct rf_libnfc *f = self;

	*counts = f->sum;
	counts->activations += f->now.activations;
	counts->commands += f->now.commands;
	counts->torn += f->now.torn;
	counts->errors += f->now.errors;
}

const struct rf_ops rf_libnfc_ops = {
	.name = "libnfc", .open = libnfc_open, .fd = libnfc_fd, .events = libnfc_events, .receive = libnfc_receive, .send = libnfc_send,
	.state = libnfc_state, .counts = libnfc_counts, .close = libnfc_close,
};
