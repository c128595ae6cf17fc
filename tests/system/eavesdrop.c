// SPDX-License-Identifier: BSD-2-Clause
/*
 * eavesdrop TTY: a program that wants to know what is typed, run by a user without rights. It reads the terminal that it is given, raw, and tries again and again every
 * device by which keys or screens could be read. Each line of its output is one thing: "key HH", "opened PATH", or "tries N" when it is told to end.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LOOK_MS 50

static volatile sig_atomic_t stop;
static unsigned long tries;

static void on_stop(int number)
{
	(void)number;
	stop = 1;
}

static void try_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	tries++;
	if (fd < 0)
		return;
	printf("opened %s\n", path);
	close(fd);
}

static void try_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[320];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_type == DT_CHR)
			try_open(path);
	}
	if (dir)
		closedir(dir);
}

static void try_all(void)
{
	static const char *const paths[] = { "/dev/tty0", "/dev/tty13", "/dev/vcs", "/dev/vcs13", "/dev/vcsa13", "/dev/vcsu13", "/dev/fb0", "/dev/mem",
					     "/run/teepay/tui.sock" };

	try_folder("/dev/input");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		try_open(paths[i]);
}

static void listen_once(int tty)
{
	struct pollfd p = { .fd = tty, .events = POLLIN };
	unsigned char keys[64];
	ssize_t n;

	if (poll(&p, 1, LOOK_MS) <= 0)
		return;
	n = read(tty, keys, sizeof(keys));
	for (ssize_t i = 0; i < n; i++)
		printf("key %02x\n", keys[i]);
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = on_stop };
	struct termios raw;
	int tty = argc == 2 ? open(argv[1], O_RDWR | O_NOCTTY) : -1;

	if (tty < 0 || tcgetattr(tty, &raw) != 0) {
		perror(argc == 2 ? argv[1] : "usage: eavesdrop TTY");
		return 1;
	}
	cfmakeraw(&raw);
	tcsetattr(tty, TCSANOW, &raw);
	sigaction(SIGTERM, &action, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("listening");
	while (!stop) {
		listen_once(tty);
		try_all();
	}
	printf("tries %lu\n", tries);
	return 0;
}
