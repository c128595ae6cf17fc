// SPDX-License-Identifier: BSD-2-Clause
#include "tests/vm/kmod/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/vm/kmod/tap.h"

#define DEBUGFS "/sys/kernel/debug"
#define FAIL_NTH "/proc/thread-self/fail-nth"
/* An operation with more places than this does not end. */
#define MANY 400

static _Atomic unsigned int *count;

static bool put_text(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

/* By default only allocations that may not sleep fail, and each failure tells its stack as a warning. */
bool fault_prepare(void)
{
	static const struct {
		const char *path, *text;
	} rows[] = {
		{ DEBUGFS "/failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "/failslab/verbose", "0" },
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-highmem", "N" },
		{ DEBUGFS "/fail_page_alloc/min-order", "0" },
		{ DEBUGFS "/fail_page_alloc/verbose", "0" },
		{ DEBUGFS "/fail_usercopy/verbose", "0" },
	};
	void *mem;

	if (mount("debug", DEBUGFS, "debugfs", 0, NULL) && errno != EBUSY)
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!put_text(rows[i].path, rows[i].text))
			return false;
	mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return false;
	count = mem;
	return access(FAIL_NTH, W_OK) == 0;
}

/* Its own reading and writing copies too: with one place left before the failure, that is the one which fails. */
static unsigned int take_back(int fd)
{
	char text[16] = "";
	const ssize_t got = pread(fd, text, sizeof(text) - 1, 0);
	unsigned int left = 1;

	if (got >= 0)
		left = (unsigned int)strtoul(text, NULL, 10);
	else
		CHECK(errno == EFAULT);
	while (pwrite(fd, "0", 1, 0) != 1)
		CHECK(errno == EFAULT);
	return left;
}

bool fault_once(const struct fault_op *op, unsigned int n, int *error)
{
	char text[16];
	unsigned int left;
	int fd, len;

	if (op->before)
		op->before();
	fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0);
	len = snprintf(text, sizeof(text), "%u", n);
	CHECK(pwrite(fd, text, (size_t)len, 0) == len);
	*error = op->run();
	left = take_back(fd);
	close(fd);
	return left == 0;
}

static bool is_allowed(const struct fault_op *op, int error)
{
	for (size_t i = 0; i < sizeof(op->allowed) / sizeof(op->allowed[0]) && op->allowed[i]; i++)
		if (op->allowed[i] == error)
			return true;
	return false;
}

void fault_try(const struct fault_op *op)
{
	unsigned int n, passed = 0;
	bool failed = true;
	int error;

	for (n = 1; failed; n++) {
		CHECK(n < MANY);
		failed = fault_once(op, n, &error);
		if (error && !(failed && is_allowed(op, error))) {
			printf("# %s: errno %d (%s) %s\n", op->name, error, strerror(error),
			       failed ? "after a fault" : "without a fault");
			fflush(stdout);
			_exit(1);
		}
		passed += failed && !error;
		if (op->after)
			op->after(error);
	}
	/* The last try had no fault. */
	n -= 2;
	printf("# %s: %u faults, %u without consequence\n", op->name, n, passed);
	CHECK(n >= op->least);
	atomic_fetch_add(count, n);
}

unsigned int fault_count(void)
{
	return atomic_load(count);
}
