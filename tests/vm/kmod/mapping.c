// SPDX-License-Identifier: BSD-2-Clause
/* Regions and their mappings: who can get at the memory, and how. What lending does to them is in memory.c. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)

/* A client with a session and a region of four pages, all ones. */
struct setting {
	struct ta_process ta;
	int fd;
	uint32_t session;
	struct region region;
};

static void setting_make(struct setting *s)
{
	ta_start(&s->ta, uuid_a, SHARED);
	s->fd = client_open();
	s->session = client_session(s->fd, uuid_a);
	region_make(s->fd, &s->region, 4 * PAGE);
	memset(s->region.mem, 1, s->region.size);
}

/* Rule 6 */
static void mapping_is_shared_and_not_executable(void)
{
	struct setting s;

	setting_make(&s);
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, s.fd, (off_t)s.region.offset) == MAP_FAILED &&
	      errno == EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, s.fd, (off_t)s.region.offset) == MAP_FAILED &&
	      errno == EPERM);
	CHECK_ERRNO(mprotect(s.region.mem, PAGE, PROT_READ | PROT_EXEC), EACCES);
	CHECK(mmap(NULL, 5 * PAGE, PROT_READ, MAP_SHARED, s.fd, (off_t)s.region.offset) == MAP_FAILED &&
	      errno == ENXIO);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, s.fd, (off_t)(s.region.offset + 4 * PAGE)) == MAP_FAILED &&
	      errno == ENXIO);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, s.fd, (off_t)1 << 43) == MAP_FAILED && errno == ENXIO);
	CHECK(mremap(s.region.mem, PAGE, 8 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
}

/* Another open file has other regions, even when the numbers are the same. */
static void foreign_region_is_refused(void)
{
	struct teechan_param p[4] = { 0 };
	struct teechan_invoke call;
	struct region later;
	struct setting s;
	int other;

	setting_make(&s);
	other = client_open();
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, (off_t)s.region.offset) == MAP_FAILED && errno == ENXIO);
	call = (struct teechan_invoke){ .count = TEECHAN_PARAMS, .session = client_session(other, uuid_a), .cmd = CMD_ECHO };
	call.params[0] = param_region(TEECHAN_REGION_IN, &s.region, 0, PAGE);
	CHECK_ERRNO(ioctl(other, TEECHAN_INVOKE, &call), ENXIO);
	CHECK(call.id == 0);
	region_make(other, &later, PAGE);
	CHECK(later.id == s.region.id && later.mem[0] == 0 && s.region.mem[0] == 1);
	p[0] = param_region(TEECHAN_REGION_INOUT, &later, 0, PAGE);
	CHECK(client_call(other, call.session, CMD_ECHO, p) == 0);
	CHECK(later.mem[0] == 1 && s.region.mem[0] == 1);
}

/* No way around the page tables: rule 6's list. */
static void not_reachable_by_others(void)
{
	struct iovec local, remote;
	uint8_t copy[64];
	struct setting s;
	int pipes[2], mem, status;
	pid_t pid;

	setting_make(&s);
	CHECK(pipe(pipes) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		int fd = client_open();
		struct region region;

		region_make(fd, &region, PAGE);
		memset(region.mem, 0x5a, PAGE);
		CHECK(write(pipes[1], &region.mem, sizeof(region.mem)) == sizeof(region.mem));
		for (;;)
			pause();
	}
	CHECK(read(pipes[0], &remote.iov_base, sizeof(remote.iov_base)) == sizeof(remote.iov_base));
	remote.iov_len = local.iov_len = sizeof(copy);
	local.iov_base = copy;
	CHECK_ERRNO(process_vm_readv(pid, &local, 1, &remote, 1, 0), EFAULT);
	CHECK_ERRNO(process_vm_writev(pid, &local, 1, &remote, 1, 0), EFAULT);
	CHECK(ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0 && waitpid(pid, &status, 0) == pid);
	CHECK_ERRNO(ptrace(PTRACE_PEEKDATA, pid, remote.iov_base, NULL), EIO);
	CHECK(snprintf((char *)copy, sizeof(copy), "/proc/%d/mem", pid) > 0);
	mem = open((char *)copy, O_RDWR | O_CLOEXEC);
	CHECK(mem >= 0);
	CHECK_ERRNO(pread(mem, copy, 16, (off_t)(uintptr_t)remote.iov_base), EIO);
	CHECK(kill(pid, SIGKILL) == 0);
	await_end(pid);

	local = (struct iovec){ s.region.mem, PAGE };
	CHECK_ERRNO(vmsplice(pipes[1], &local, 1, SPLICE_F_GIFT), EFAULT);
	CHECK_ERRNO(madvise(s.region.mem, PAGE, MADV_DODUMP), EINVAL);
	CHECK_ERRNO(madvise(s.region.mem, PAGE, MADV_DOFORK), EINVAL);
	CHECK(madvise(s.region.mem, PAGE, 22 /* MADV_POPULATE_READ */) == -1);
}

static void not_inherited_by_fork(void)
{
	struct setting s;
	pid_t pid;

	setting_make(&s);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(touch(s.region.mem, false));
	CHECK(WEXITSTATUS(await_end(pid)) == SIGSEGV);
	CHECK(s.region.mem[0] == 1);
}

/* The pages of a region come from anywhere, and from other regions. */
static void region_begins_as_zeros(void)
{
	struct teechan_region_free it = { 0 };
	struct region region;
	int fd = client_open();

	for (int round = 0; round < 20; round++) {
		region_make(fd, &region, 64 * PAGE);
		for (size_t i = 0; i < region.size; i++)
			CHECK(region.mem[i] == 0);
		memset(region.mem, 0xa5, region.size);
		it.id = region.id;
		CHECK(munmap(region.mem, region.size) == 0 && ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
	}
}

/* A mapping keeps its memory, whatever becomes of the id and the file. */
static void mapping_outlives_id_and_file(void)
{
	struct teechan_region_free it;
	struct region region, next;
	int fd = client_open();

	region_make(fd, &region, 2 * PAGE);
	memset(region.mem, 0x11, region.size);
	it = (struct teechan_region_free){ .id = region.id };
	CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_FREE, &it), ENXIO);
	region_make(fd, &next, 2 * PAGE);
	CHECK(next.offset != region.offset && next.id != region.id);
	close(fd);
	memset(next.mem, 0x22, next.size);
	CHECK(region.mem[0] == 0x11 && region.mem[region.size - 1] == 0x11);
	CHECK(munmap(region.mem, PAGE) == 0 && region.mem[PAGE] == 0x11);
}

/* Rule 6: nor by the ways that take hold of pages for later. */
static void not_to_be_pinned(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	const int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct setting s;

	setting_make(&s);
	CHECK(uffd >= 0 && ioctl(uffd, UFFDIO_API, &api) == 0);
	range.range.start = (uintptr_t)s.region.mem;
	range.range.len = s.region.size;
	CHECK_ERRNO(ioctl(uffd, UFFDIO_REGISTER, &range), EINVAL);
	/* A futex of more than one process is found by its page. */
	CHECK_ERRNO(syscall(SYS_futex, s.region.mem, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT);
	/* A second map of the same pages by mremap, and one that moves, leave the first as it was. */
	CHECK(mremap(s.region.mem, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK(mlock(s.region.mem, PAGE) == 0 || errno == ENOMEM || errno == EPERM);
	CHECK(s.region.mem[0] == 1 && s.region.mem[4 * PAGE - 1] == 1);
}

static const struct tap_test tests[] = {
	{ "rule 6: mappings are shared, inside the region, not executable", mapping_is_shared_and_not_executable },
	{ "rule 6: ptrace, /proc/pid/mem, process_vm_readv, vmsplice are refused", not_reachable_by_others },
	{ "rule 6: userfaultfd, shared futexes and a second map by mremap are refused", not_to_be_pinned },
	{ "rule 6: a fork does not inherit a mapping", not_inherited_by_fork },
	{ "a foreign file's region is refused", foreign_region_is_refused },
	{ "a region begins as zeros, whoever had its pages before", region_begins_as_zeros },
	{ "a mapping outlives its region's id and file", mapping_outlives_id_and_file },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
