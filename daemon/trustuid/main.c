// SPDX-License-Identifier: BSD-2-Clause
/*
 * trustuid: the trusted user interface.  Shows what a trusted application asks on a virtual terminal of its own, with all keyboards grabbed, and gives it back
 * when it ends.  Started by systemd when somebody connects; ends when it is idle.
 */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/log.h"
#include "libtee/tui_wire.h"
#include "session.h"
#include "vt.h"

#define CONF_PATH	"/etc/teepay/trustuid.conf"
#define FOLDER		"/run/teepay-tui"
#define APPLICATIONS	"teeta"		/* the group whose processes may ask */
#define CARD		"teepay-ta"	/* and this user, from wherever it comes */
#define GROUPS_MAX	256
#define SECONDS		60	/* of a screen, unless the configuration says otherwise */
#define IDLE_MS		5000
#define ANSWER_MS	20000	/* --ask waits so long: systemd has to start us first */

enum { EXIT_USAGE = 2, EXIT_UNREACHABLE = 5 };

static volatile sig_atomic_t stop;

static void on_stop(int signal)
{
	(void)signal;
	stop = 1;
}

static void usage(FILE *f)
{
	fputs("usage: trustuid [--ask | --restore]\n"
	      "The trusted user interface of teepay: shows what is paid and takes the PIN, on a screen and keyboards\n"
	      "that no other program can read. It is started by systemd (teepay-trustuid.socket).\n"
	      "  --ask      ask at " TUI_SOCKET " what the screen is like, and print it\n"
	      "  --restore  give back what a trustuid that was killed has left taken\n"
	      "  --help, --version\n", f);
}

static int wait_for(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, ms);
	while (r < 0 && errno == EINTR && !stop);
	return r;
}

static bool in_group(int fd, const struct ucred *peer, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t len = sizeof(groups);

	if (peer->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* The socket's mode says the same; here the kernel says whose process it is.  @user gets his name. */
static bool may_ask(int fd, char user[33])
{
	const struct group *applications = getgrnam(APPLICATIONS);
	const struct passwd *pw;
	struct ucred peer;
	socklen_t len = sizeof(peer);
	bool card;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	pw = getpwuid(peer.uid);
	snprintf(user, 33, "%u", peer.uid);
	if (pw)
		snprintf(user, 33, "%s", pw->pw_name);
	card = pw && strcmp(pw->pw_name, CARD) == 0;
	if (card || (applications && in_group(fd, &peer, applications->gr_gid)))
		return true;
	log_warning("process %d of user %s may not use the trusted screen; only the group " APPLICATIONS " may", peer.pid, user);
	return false;
}

static void serve(int listener, const struct session_config *config)
{
	while (!stop && wait_for(listener, IDLE_MS) > 0) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		char user[33];

		if (fd < 0 && errno != EINTR && errno != EAGAIN && errno != ECONNABORTED)
			return;		/* systemd starts us again */
		if (fd < 0)
			continue;
		if (may_ask(fd, user))
			session_serve(fd, user, config);
		close(fd);
	}
}

/* The other side of the socket, as a trusted application is: for an administrator, and for tests. */
static int ask(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = TUI_SOCKET };
	uint8_t frame[TUI_FRAME_MAX];
	size_t len = tui_request_write(TUI_INFO, NULL, frame);
	struct tui_info info = { 0 };
	enum tui_status status;
	ssize_t n = -1;
	int fd;

	errno = 0;	/* a wait that ends without an answer sets none */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && send(fd, frame, len, MSG_NOSIGNAL) == (ssize_t)len &&
	    wait_for(fd, ANSWER_MS) > 0)
		n = recv(fd, frame, sizeof(frame), 0);
	if (n <= 0)
		log_error(TUI_SOCKET ": %s; start it with: systemctl start teepay-trustuid.socket, and ask as " CARD, errno ? strerror(errno) : "no answer");
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return EXIT_UNREACHABLE;
	if (!tui_answer_read(TUI_INFO, frame, (size_t)n, &status, &info)) {
		log_error(TUI_SOCKET ": the answer is malformed; is it of the same version?");
		return EXIT_FAILURE;
	}
	if (status != TUI_DONE) {
		puts("there is no screen: this machine has no console; see the log of teepay-trustuid.service");
		return EXIT_FAILURE;
	}
	printf("a screen of %u columns and %u lines, for %u seconds at a time\n", info.columns, info.lines, info.timeout);
	return EXIT_SUCCESS;
}

static int configure(struct session_config *config)
{
	static const char *const orders[] = { "plain", "scrambled", NULL };
	unsigned int seconds = SECONDS;
	int order = 0;
	const struct conf_option options[] = {
		{ .section = "screen", .name = "digits", .type = CONF_CHOICE, .to = &order, .choices = orders },
		{ .section = "screen", .name = "seconds", .type = CONF_UINT, .to = &seconds, .min = 20, .max = 300 },
	};
	char error[CONF_ERROR_LEN];

	if (conf_load(CONF_PATH, options, sizeof(options) / sizeof(options[0]), false, error) != 0) {
		log_error("%s", error);
		return -1;
	}
	config->scrambled = order == 1;
	config->seconds = seconds;
	return 0;
}

static int run(void)
{
	struct session_config config = { .terminal = STDIN_FILENO, .folder = FOLDER, .stop = &stop };
	const struct sigaction action = { .sa_handler = on_stop };

	if (sd_listen_fds(1) != 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNIX, 0, 1) <= 0) {
		log_error("no listening socket was handed over; start it with: systemctl start teepay-trustuid.socket");
		return EXIT_UNREACHABLE;
	}
	if (configure(&config) != 0)
		return EXIT_USAGE;
	/* No SA_RESTART: a wait must end. */
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	if (prctl(PR_SET_DUMPABLE, 0) != 0 || mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
		log_warning("memory is not locked: %s; raise LimitMEMLOCK= in the unit", strerror(errno));
	/* One that was killed, and that systemd has not cleaned up behind yet. */
	vt_give(config.terminal, config.folder);
	serve(SD_LISTEN_FDS_START, &config);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "ask", no_argument, NULL, 'a' }, { "restore", no_argument, NULL, 'r' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int o;

	log_init("trustuid", LOG_INFO);
	while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (o == 'a')
			return ask();
		if (o == 'r')
			return vt_give(STDIN_FILENO, FOLDER) ? EXIT_SUCCESS : EXIT_FAILURE;
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
	return run();
}
