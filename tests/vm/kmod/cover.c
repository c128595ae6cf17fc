// SPDX-License-Identifier: BSD-2-Clause
/*
 * Preloaded into test programs on the debugging kernel, this notes which places of the module their system calls and page faults come
 * through (KCOV): a byte for each byte of the module's code, in a file a program. tests/vm/cover.pl makes a table of them. What a process
 * does while it ends is not seen.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KCOV "/sys/kernel/debug/kcov"
#define BASE "/sys/module/teechan/sections/.text"
/* Places that one system call may come through. */
#define WORDS (16u << 10)
#define CODE_MAX (1u << 20)

static uint8_t *seen;
static uint64_t base;
static _Thread_local uint64_t *trace;
static _Thread_local bool failed;

/* Of this thread. A forked child has none yet. */
static void begin(void)
{
	const int fd = (int)syscall(SYS_openat, AT_FDCWD, KCOV, O_RDWR | O_CLOEXEC, 0);
	void *mem;

	failed = true;
	if (fd < 0)
		return;
	if (syscall(SYS_ioctl, fd, KCOV_INIT_TRACE, (unsigned long)WORDS) == 0) {
		mem = (void *)syscall(SYS_mmap, NULL, WORDS * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (mem != MAP_FAILED && syscall(SYS_ioctl, fd, KCOV_ENABLE, KCOV_TRACE_PC) == 0) {
			trace = mem;
			failed = false;
		}
	}
	syscall(SYS_close, fd);
}

static void note(void)
{
	uint64_t count;

	if (!trace)
		return;
	count = __atomic_load_n(&trace[0], __ATOMIC_RELAXED);
	for (uint64_t i = 1; i <= count && i < WORDS; i++)
		if (trace[i] - base < CODE_MAX)
			seen[trace[i] - base] = 1;
	__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
}

static void before(void)
{
	if (seen && !trace && !failed)
		begin();
}

static void after(void)
{
	const int error = errno;

	note();
	errno = error;
}

static void forget(void)
{
	trace = NULL;
	failed = false;
}

__attribute__((constructor)) static void prepare(void)
{
	char path[128];
	FILE *f;
	void *mem;
	int fd;

	/* A trusted application locks itself in, and would not survive this. */
	if (!strncmp(program_invocation_short_name, "tee_", 4))
		return;
	if (geteuid() == 0) {
		mount("debug", "/sys/kernel/debug", "debugfs", 0, NULL);
		chmod("/sys/kernel/debug", 0755);
		chmod(KCOV, 0666);
	}
	f = fopen(BASE, "re");
	if (!f)
		return;
	if (fscanf(f, "%lx", &base) != 1)
		base = 0;
	fclose(f);
	snprintf(path, sizeof(path), "/tmp/cover.%s", program_invocation_short_name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || ftruncate(fd, CODE_MAX))
		return;
	mem = mmap(NULL, CODE_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (mem == MAP_FAILED || !base)
		return;
	pthread_atfork(NULL, NULL, forget);
	seen = mem;
}

/* Each call goes on to the C library's, and what it came through is noted. */
#define NEXT(type, name, params, args)                                                                                                 \
	type name params                                                                                                               \
	{                                                                                                                              \
		static type(*next) params;                                                                                             \
		type ret;                                                                                                              \
                                                                                                                                       \
		if (!next)                                                                                                             \
			*(void **)&next = dlsym(RTLD_NEXT, #name);                                                                     \
		before();                                                                                                              \
		ret = next args;                                                                                                       \
		after();                                                                                                               \
		return ret;                                                                                                            \
	}

NEXT(int, close, (int fd), (fd))
NEXT(int, munmap, (void *at, size_t len), (at, len))
NEXT(int, mprotect, (void *at, size_t len, int prot), (at, len, prot))
NEXT(int, poll, (struct pollfd *fds, nfds_t count, int timeout), (fds, count, timeout))
NEXT(ssize_t, read, (int fd, void *buf, size_t len), (fd, buf, len))
NEXT(ssize_t, write, (int fd, const void *buf, size_t len), (fd, buf, len))
NEXT(ssize_t, send, (int fd, const void *buf, size_t len, int flags), (fd, buf, len, flags))
NEXT(ssize_t, sendmsg, (int fd, const struct msghdr *msg, int flags), (fd, msg, flags))
NEXT(ssize_t, recv, (int fd, void *buf, size_t len, int flags), (fd, buf, len, flags))
NEXT(ssize_t, recvmsg, (int fd, struct msghdr *msg, int flags), (fd, msg, flags))
NEXT(void *, mmap, (void *at, size_t len, int prot, int flags, int fd, off_t offset), (at, len, prot, flags, fd, offset))

int ioctl(int fd, unsigned long cmd, ...)
{
	va_list list;
	void *arg;
	int ret;

	va_start(list, cmd);
	arg = va_arg(list, void *);
	va_end(list);
	before();
	ret = (int)syscall(SYS_ioctl, fd, cmd, arg);
	after();
	return ret;
}

int open(const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;
	int ret;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	va_end(list);
	before();
	ret = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	after();
	return ret;
}
