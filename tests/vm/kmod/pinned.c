// SPDX-License-Identifier: BSD-2-Clause
/* Ways of the kernel to take hold of somebody's pages, for later or for others: none gets hold of a region's. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
#define HUGE (2u << 20)

/* A region of two huge pages, mapped as a huge page would have to be, and all of it touched. */
static void huge_region(struct region *region)
{
	const int fd = client_open();
	uintptr_t at;
	void *room;

	region_make(fd, region, 2 * HUGE);
	CHECK(munmap(region->mem, region->size) == 0);
	room = mmap(NULL, region->size + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(room != MAP_FAILED);
	at = ((uintptr_t)room + HUGE - 1) & ~(uintptr_t)(HUGE - 1);
	CHECK(mmap((void *)at, region->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (off_t)region->offset) ==
	      (void *)at);
	region->mem = (uint8_t *)at;
	/* Collapsing is asked for, and may well be refused. */
	madvise(region->mem, region->size, MADV_HUGEPAGE);
	memset(region->mem, 0x77, region->size);
	madvise(region->mem, region->size, 25 /* MADV_COLLAPSE */);
}

/* kB of page tables of this process. */
static unsigned long page_tables(void)
{
	unsigned long kb = 0;
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmPTE: %lu", &kb) == 1)
			break;
	fclose(f);
	CHECK(kb > 0);
	return kb;
}

/* Rule 5: 4 MiB of small entries take two tables of them. */
static void entries_are_small(void)
{
	struct region region, warm;
	unsigned long before;

	/* What reading /proc itself needs is there. */
	huge_region(&warm);
	page_tables();
	before = page_tables();
	huge_region(&region);
	CHECK(page_tables() >= before + 8);
}

/* Pages of the machine that are marked as reserved. */
static unsigned int reserved_pages(void)
{
	static uint64_t flags[1 << 12];
	const int file = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	unsigned int count = 0;
	ssize_t len;

	CHECK(file >= 0);
	while ((len = read(file, flags, sizeof(flags))) > 0)
		for (size_t i = 0; i < (size_t)len / sizeof(flags[0]); i++)
			count += flags[i] >> 32 & 1; /* KPF_RESERVED */
	close(file);
	CHECK(count > 0);
	return count;
}

/* Rule 5: a reserved page would be let through where a special entry is not looked for. */
static void pages_are_not_reserved(void)
{
	const unsigned int before = reserved_pages();
	struct region region;

	huge_region(&region);
	CHECK(reserved_pages() == before);
}

/* Rule 5: nor is any page to be pinned, at whatever offset. */
static void no_page_is_pinned(void)
{
	struct region region;
	int pipes[2];

	huge_region(&region);
	CHECK(pipe(pipes) == 0);
	for (size_t at = 0; at < region.size; at += 128 * PAGE) {
		struct iovec iov = { region.mem + at, PAGE };

		CHECK_ERRNO(vmsplice(pipes[1], &iov, 1, 0), EFAULT);
		CHECK_ERRNO(vmsplice(pipes[1], &iov, 1, SPLICE_F_GIFT), EFAULT);
	}
}

/* Rule 6: reads and writes that go past the page cache. */
static void direct_io(void)
{
	static _Alignas(4096) uint8_t own[PAGE];
	const int file = open("/mnt/out/direct", O_RDWR | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC, 0600);
	struct region region;

	CHECK(file >= 0 && unlink("/mnt/out/direct") == 0);
	region_make(client_open(), &region, PAGE);
	memset(region.mem, 0x66, PAGE);
	CHECK(pwrite(file, own, PAGE, 0) == PAGE);
	CHECK_ERRNO(pwrite(file, region.mem, PAGE, 0), EFAULT);
	CHECK_ERRNO(pread(file, region.mem, PAGE, 0), EFAULT);
	CHECK(pread(file, own, PAGE, 0) == PAGE && own[0] == 0 && region.mem[0] == 0x66);
}

/* ---- io_uring, as much of it as one request needs ---- */

struct uring {
	int fd;
	struct io_uring_params params;
	uint8_t *rings;
	struct io_uring_sqe *sqes;
};

static void uring_make(struct uring *ring)
{
	void *mem;

	*ring = (struct uring){ 0 };
	ring->fd = (int)syscall(SYS_io_uring_setup, 4, &ring->params);
	CHECK(ring->fd >= 0 && (ring->params.features & IORING_FEAT_SINGLE_MMAP));
	mem = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	if (mem == MAP_FAILED)
		mem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	CHECK(mem != MAP_FAILED);
	ring->rings = mem;
	mem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	CHECK(mem != MAP_FAILED);
	ring->sqes = mem;
}

/* One write, by this thread or by a worker of the kernel. Returns what it came to. */
static int uring_write(struct uring *ring, int to, const void *from, unsigned int len, bool worker)
{
	uint32_t *array = (uint32_t *)(void *)(ring->rings + ring->params.sq_off.array);
	volatile uint32_t *tail = (uint32_t *)(void *)(ring->rings + ring->params.sq_off.tail);
	volatile uint32_t *head = (uint32_t *)(void *)(ring->rings + ring->params.cq_off.head);
	struct io_uring_cqe *cqes = (struct io_uring_cqe *)(void *)(ring->rings + ring->params.cq_off.cqes);
	const uint32_t at = *head & (ring->params.cq_entries - 1);

	ring->sqes[0] = (struct io_uring_sqe){ .opcode = IORING_OP_WRITE, .fd = to, .addr = (uintptr_t)from, .len = len };
	ring->sqes[0].flags = worker ? IOSQE_ASYNC : 0;
	array[*tail & (ring->params.sq_entries - 1)] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	CHECK(syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1);
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return cqes[at].res;
}

/* Rule 6: buffers cannot be registered, and a lent page is EFAULT to a worker of the kernel too. */
static void io_uring_buffers(void)
{
	struct teechan_param p[4] = { 0 };
	struct calling calling;
	struct ta_process ta;
	struct region region;
	struct iovec iov;
	struct uring ring;
	int pipes[2], fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	region_make(fd, &region, 2 * PAGE);
	uring_make(&ring);
	CHECK(pipe(pipes) == 0);
	iov = (struct iovec){ region.mem, PAGE };
	CHECK_ERRNO((int)syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &iov, 1), EFAULT);
	CHECK(uring_write(&ring, pipes[1], region.mem, 16, false) == 16);
	CHECK(uring_write(&ring, pipes[1], region.mem, 16, true) == 16);
	p[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
	call_start(&calling, fd, client_session(fd, uuid_a), CMD_HOLD, p);
	ta_held(&ta);
	CHECK(uring_write(&ring, pipes[1], region.mem, 16, false) == -EFAULT);
	CHECK(uring_write(&ring, pipes[1], region.mem, 16, true) == -EFAULT);
	CHECK(uring_write(&ring, pipes[1], region.mem + PAGE, 16, true) == 16);
	ta_go(&ta);
	call_end(&calling);
	CHECK(uring_write(&ring, pipes[1], region.mem, 16, true) == 16);
}

/* ---- flags, advice, moves ---- */

/* The flags of the mapping that begins at an address, as two-letter words. */
static void mapping_flags(const void *at, char *flags, size_t room)
{
	unsigned long begin = 0;
	char line[256];
	FILE *f = fopen("/proc/self/smaps", "re");

	CHECK(f);
	flags[0] = 0;
	while (fgets(line, sizeof(line), f)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			begin = from;
		if (begin == (uintptr_t)at && strncmp(line, "VmFlags:", 8) == 0)
			snprintf(flags, room, "%s", line + 8);
	}
	fclose(f);
	CHECK(flags[0]);
}

static void vma_flags(void)
{
	static const char *const always[] = { " sh ", " io ", " pf ", " de ", " dc ", " dd " };
	struct region region;
	char flags[3][256];
	struct ta ta;

	ta_make(&ta, uuid_a, SHARED);
	region_make(client_open(), &region, PAGE);
	mapping_flags(region.mem, flags[0], sizeof(flags[0]));
	mapping_flags(ta.rw, flags[1], sizeof(flags[1]));
	mapping_flags(ta.ro, flags[2], sizeof(flags[2]));
	for (int i = 0; i < 3; i++) {
		for (size_t n = 0; n < sizeof(always) / sizeof(always[0]); n++)
			CHECK(strstr(flags[i], always[n]));
		CHECK(!strstr(flags[i], " me ") && !strstr(flags[i], " ex "));
	}
	CHECK(strstr(flags[1], " mw ") && !strstr(flags[2], " mw ") && !strstr(flags[2], " wr "));
}

/* Rule 6: advice that would change what a mapping is; the last ones may be taken, and change nothing. */
static void advice(void)
{
	static const struct {
		const char *name;
		int advice;
		bool refused;
	} rows[] = {
		{ "DONTNEED", MADV_DONTNEED, true },	   { "FREE", MADV_FREE, true },
		{ "DOFORK", MADV_DOFORK, true },	   { "DODUMP", MADV_DODUMP, true },
		{ "WIPEONFORK", MADV_WIPEONFORK, true },   { "COLD", 20, true },
		{ "PAGEOUT", 21, true },		   { "POPULATE_READ", 22, true },
		{ "POPULATE_WRITE", 23, true },		   { "COLLAPSE", 25, true },
		{ "REMOVE", MADV_REMOVE, true },	   { "HUGEPAGE", MADV_HUGEPAGE, false },
		{ "MERGEABLE", MADV_MERGEABLE, false },	   { "WILLNEED", MADV_WILLNEED, false },
		{ "SEQUENTIAL", MADV_SEQUENTIAL, false },
	};
	struct region region;

	region_make(client_open(), &region, 4 * PAGE);
	memset(region.mem, 0x21, region.size);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int ret = madvise(region.mem, region.size, rows[i].advice);

		if (rows[i].refused && ret == 0) {
			printf("# %s\n", rows[i].name);
			CHECK(!"it is refused");
		}
		for (size_t n = 0; n < region.size; n += PAGE)
			CHECK(region.mem[n] == 0x21);
	}
}

/* Rule 6: a mapping may move, but neither grow nor leave one behind; what is lent is so at the new place. */
static void moves(void)
{
	struct teechan_param p[4] = { 0 };
	struct calling calling;
	struct ta_process ta;
	struct region region;
	uint8_t *mem;
	int pipes[2], fd;
	void *to;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	region_make(fd, &region, 2 * PAGE);
	memset(region.mem, 0x42, region.size);
	CHECK(pipe(pipes) == 0);
	CHECK(mremap(region.mem, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK(mremap(region.mem, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK(mremap(region.mem, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK(mremap(region.mem, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP) == MAP_FAILED);
	to = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
	call_start(&calling, fd, client_session(fd, uuid_a), CMD_HOLD, p);
	ta_held(&ta);
	mem = mremap(region.mem, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	CHECK(mem == to && mem[PAGE] == 0x42);
	CHECK_ERRNO(write(pipes[1], mem, 1), EFAULT);
	CHECK(touch(region.mem, false) == SIGSEGV);
	ta_go(&ta);
	call_end(&calling);
	CHECK(mem[0] == 0x42);
}

/* ---- a core file ---- */

#define MARK 64u

/* Bytes that stand nowhere in a program. */
static uint8_t mark_byte(unsigned int i, uint8_t kind)
{
	return (uint8_t)((i * 167u + 13u) ^ (i >> 3) ^ kind);
}

static _Noreturn void leave_a_core(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	const int filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
	volatile uint8_t *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct region region;

	CHECK(own != MAP_FAILED && filter >= 0 && write(filter, "0x1ff", 5) == 5 && setrlimit(RLIMIT_CORE, &all) == 0);
	region_make(client_open(), &region, PAGE);
	for (unsigned int i = 0; i < MARK; i++) {
		own[i] = mark_byte(i, 1);
		((volatile uint8_t *)region.mem)[i] = mark_byte(i, 2);
	}
	abort();
}

static unsigned int marks_in(FILE *f, uint8_t kind)
{
	unsigned int found = 0, at = 0;

	rewind(f);
	for (int c; (c = fgetc(f)) != EOF;) {
		at = c == mark_byte(at, kind) ? at + 1 : (unsigned int)(c == mark_byte(0, kind));
		if (at == MARK) {
			found++;
			at = 0;
		}
	}
	return found;
}

/* Rule 6: a core file has all that a process may see, but no region. */
static void core_has_no_region(void)
{
	const int pattern = open("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC);
	char name[64];
	pid_t pid;
	FILE *f;
	int status;

	CHECK(pattern >= 0 && write(pattern, "/tmp/core.%p", 12) == 12);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		leave_a_core();
	status = await_end(pid);
	CHECK((status & 0x7f) == SIGABRT && (status & 0x80));
	snprintf(name, sizeof(name), "/tmp/core.%d", pid);
	f = fopen(name, "re");
	CHECK(f && unlink(name) == 0);
	CHECK(marks_in(f, 1) == 1 && marks_in(f, 2) == 0);
}

static const struct tap_test tests[] = {
	{ "rule 5: a region that could be huge has small entries", entries_are_small },
	{ "rule 5: no page of a region is reserved", pages_are_not_reserved },
	{ "rule 5: no page of a region can be pinned", no_page_is_pinned },
	{ "rule 6: direct I/O is refused", direct_io },
	{ "rule 6: io_uring cannot register a region, nor get past a loan", io_uring_buffers },
	{ "rule 6: the flags of all mappings", vma_flags },
	{ "rule 6: advice changes no mapping", advice },
	{ "rule 6: a mapping may move but not grow", moves },
	{ "rule 6: a core file has no region", core_has_no_region },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
