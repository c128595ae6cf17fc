// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tries to get at another process in one of the ways that Linux has.  Prints "got in" or "refused: why".
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Any address that a process of this machine surely has: the start of a mapping, as far as it tells us; else a guess. */
static uintptr_t some_address(pid_t pid)
{
	char path[64];
	unsigned long start = 0x400000;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	if (f) {
		if (fscanf(f, "%lx", &start) != 1)
			start = 0x400000;
		fclose(f);
	}
	return start;
}

static int try_vm_readv(pid_t pid)
{
	char byte;
	struct iovec local = { &byte, 1 };
	struct iovec remote = { .iov_len = 1 };
	uintptr_t address = some_address(pid);

	memcpy(&remote.iov_base, &address, sizeof(address));
	return process_vm_readv(pid, &local, 1, &remote, 1, 0) == 1 ? 0 : -1;
}

static int try_ptrace(pid_t pid)
{
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL))
		return -1;
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return 0;
}

static int try_file(pid_t pid, const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int try_pidfd_getfd(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int fd;

	if (pidfd < 0)
		return -1;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, 0, 0);
	return fd < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	pid_t pid;
	int got;

	if (argc != 3)
		errx(2, "usage: intruder process_vm_readv|ptrace|mem|maps|pidfd_getfd PID");
	pid = (pid_t)strtol(argv[2], NULL, 10);
	if (!strcmp(argv[1], "process_vm_readv"))
		got = try_vm_readv(pid);
	else if (!strcmp(argv[1], "ptrace"))
		got = try_ptrace(pid);
	else if (!strcmp(argv[1], "mem"))
		got = try_file(pid, "mem", O_RDWR);
	else if (!strcmp(argv[1], "maps"))
		got = try_file(pid, "maps", O_RDONLY);
	else if (!strcmp(argv[1], "pidfd_getfd"))
		got = try_pidfd_getfd(pid);
	else
		errx(2, "'%s' is no way in that this program knows", argv[1]);
	if (got)
		printf("refused: %s\n", strerror(errno));
	else
		printf("got in\n");
	return got ? 0 : 1;
}
