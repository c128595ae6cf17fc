// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a program's width could break: addresses at its very top or beyond it, numbers of 64 bits in a program of 32, the size of the
 * windows, and a client of one width with a trusted application of the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
#define NARROW (sizeof(void *) == 4)
/* The lowest address that counts as the top: 16 MiB, or for 64 bits 64 GiB, are left for the stack's random place. */
#define HIGH (NARROW ? 0xff000000ull : 0x7ff000000000ull)
#define END (NARROW ? 0xfffff000ull : 0x7ffffffff000ull)

/* The program of the other width beside this one. */
static char twin[256];

/* Maps pages as high as there is room. */
static uint8_t *map_high(int fd, uint64_t offset, size_t size)
{
	const int flags = MAP_FIXED_NOREPLACE | (fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);

	for (uint64_t at = END - size; at >= HIGH; at -= PAGE) {
		void *mem = mmap((void *)(uintptr_t)at, size, PROT_READ | PROT_WRITE, flags, fd, (off_t)offset);

		if (mem == (void *)(uintptr_t)at)
			return mem;
		CHECK(mem == MAP_FAILED && (errno == EEXIST || errno == ENOMEM));
	}
	CHECK(!"room at the top");
}

static void check_bytes(const uint8_t *mem, size_t size, uint8_t want)
{
	for (size_t i = 0; i < size; i++)
		CHECK(mem[i] == want);
}

static void references_at_the_top(void)
{
	struct teechan_param p[4];
	struct ta_process ta;
	uint8_t *top;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	top = map_high(-1, 0, 2 * PAGE);
	memset(top, 6, 2 * PAGE);
	p[0] = param_mem(TEECHAN_MEM_INOUT, top, PAGE + 1);
	p[1] = param_mem(TEECHAN_MEM_OUT, top + PAGE + 1, PAGE - 2);
	p[2] = param_mem(TEECHAN_MEM_IN, top + 2 * PAGE - 1, 1);
	p[3] = param_value(TEECHAN_VALUE_INOUT, 0xffffffffull, UINT64_MAX - 1);
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, p) == 0);
	check_bytes(top, PAGE + 1, 7);
	check_bytes(top + PAGE + 1, PAGE - 2, 1);
	CHECK(top[2 * PAGE - 1] == 6);
	CHECK(p[3].a == 1ull << 32 && p[3].b == UINT64_MAX);
}

/* Not sent, or for an output executed in vain. */
static void check_fault(int fd, uint32_t session, struct teechan_param param)
{
	struct teechan_invoke call = { .count = TEECHAN_PARAMS, .session = session, .cmd = CMD_ECHO, .params[0] = param };

	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EFAULT);
}

/* An address is neither cut to the program's width nor does it go round at its end. */
static void references_beyond_the_top(void)
{
	const uint64_t beyond[] = { NARROW ? 1ull << 32 : 1ull << 47, 1ull << 63 };
	struct ta_process ta;
	static uint8_t buffer[16];
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	for (uint32_t type = TEECHAN_MEM_IN; type <= TEECHAN_MEM_INOUT; type++) {
		struct teechan_param param = param_mem(type, NULL, 2 * PAGE);

		param.a = END - PAGE + 1;
		check_fault(fd, session, param);
		param.a = UINT64_MAX - PAGE + 1;
		check_fault(fd, session, param);
		for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
			param = param_mem(type, buffer, sizeof(buffer));
			param.a += beyond[i];
			check_fault(fd, session, param);
		}
	}
	check_bytes(buffer, sizeof(buffer), 0);
}

static void region_at_the_top(void)
{
	struct teechan_region_alloc arg = { .size = 4 * PAGE };
	struct ta_process ta;
	uint8_t *top;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	CHECK(ioctl(fd, TEECHAN_REGION_ALLOC, &arg) == 0);
	top = map_high(fd, arg.offset, 4 * PAGE);
	memset(top, 6, 4 * PAGE);
	for (uint8_t round = 1; round <= 3; round++) {
		const struct region region = { .id = arg.id };
		struct teechan_param p[4] = { param_region(TEECHAN_REGION_INOUT, &region, 0, 4 * PAGE) };

		CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, p) == 0);
		check_bytes(top, 4 * PAGE, 6 + round);
	}
}

/* Two numbers with the same low half are two numbers. */
static void numbers_of_64_bits(void)
{
	struct teechan_cancel cancel = { .cancel_id = 5 };
	struct teechan_param p[4] = { { 0 } };
	struct ta_process ta;
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);

	struct calling calling = { .fd = fd, .call = { .session = session, .cmd = CMD_CANCEL, .cancel_id = 1ull << 32 | 5 } };

	call_begin(&calling);
	ta_held(&ta);
	CHECK_ERRNO(ioctl(fd, TEECHAN_CANCEL, &cancel), ENOENT);
	cancel.cancel_id = calling.call.cancel_id;
	CHECK(ioctl(fd, TEECHAN_CANCEL, &cancel) == 0);
	call_end(&calling);
	CHECK(calling.result == 0 && calling.call.ret == TEECHAN_ERROR_CANCEL);
	/* An offset and a size whose low halves would do. */
	for (int i = 0; i < 2; i++) {
		struct teechan_invoke call = { .count = TEECHAN_PARAMS, .session = session, .cmd = CMD_ECHO };
		struct region region;

		region_make(fd, &region, PAGE);
		call.params[0] = param_region(TEECHAN_REGION_IN, &region, i ? 1ull << 32 : 0, i ? PAGE : 1ull << 32 | PAGE);
		CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EINVAL);
	}
	CHECK(client_call(fd, session, CMD_ECHO, p) == 0);
}

static void windows_fit(void)
{
	struct ta ta;

	ta_make(&ta, uuid_a, SHARED);
	CHECK(ta.size == (NARROW ? 256u : 1024u) << 20);
}

/* A TA of the other width, by ta_twin() below. */
static void twin_start(struct ta_process *process)
{
	int held[2], go[2];
	char text[2][12];

	CHECK(pipe(held) == 0 && pipe(go) == 0);
	process->held = held[0];
	process->go = go[1];
	process->pid = fork();
	CHECK(process->pid >= 0);
	if (process->pid == 0) {
		snprintf(text[0], sizeof(text[0]), "%d", held[1]);
		snprintf(text[1], sizeof(text[1]), "%d", go[0]);
		execl(twin, twin, text[0], text[1], (char *)NULL);
		CHECK(!"the program of the other width is there");
	}
	close(held[1]);
	close(go[0]);
	ta_held(process);
}

static _Noreturn void ta_twin(int held, int go)
{
	struct ta ta;
	char c = 0;

	ta_make(&ta, uuid_b, SHARED);
	CHECK(write(held, &c, 1) == 1);
	ta_serve(&ta, held, go);
}

static void both_widths(void)
{
	static uint8_t in[PAGE], out[PAGE];
	struct teechan_identity who;
	struct ta_process ta;
	struct region region;
	struct teechan_param p[4];
	uint32_t session;
	int fd;

	twin_start(&ta);
	fd = client_open();
	session = client_session(fd, uuid_b);
	region_make(fd, &region, 16 * PAGE);
	memset(region.mem, 8, region.size);
	p[0] = param_value(TEECHAN_VALUE_INOUT, UINT64_MAX - 1, 1ull << 40);
	p[1] = param_mem(TEECHAN_MEM_IN, in, sizeof(in));
	p[2] = param_mem(TEECHAN_MEM_OUT, out, sizeof(out));
	p[3] = param_region(TEECHAN_REGION_INOUT, &region, 0, region.size);
	CHECK(client_call(fd, session, CMD_ECHO, p) == 0);
	CHECK(p[0].a == UINT64_MAX && p[0].b == (1ull << 40) + 1);
	check_bytes(out, sizeof(out), 1);
	check_bytes(region.mem, region.size, 9);
	memset(p, 0, sizeof(p));
	p[0] = param_mem(TEECHAN_MEM_OUT, &who, sizeof(who));
	CHECK(client_call(fd, session, CMD_WHO, p) == 0);
	CHECK(who.pid == (uint32_t)getpid() && who.uid == getuid() && who.login == TEECHAN_LOGIN_PUBLIC);
	ta_kill(&ta);
}

static const struct tap_test tests[] = {
	{ "temporary references at the top of the address space", references_at_the_top },
	{ "temporary references beyond the top", references_beyond_the_top },
	{ "a region mapped at the top is lent", region_at_the_top },
	{ "numbers of 64 bits are not cut", numbers_of_64_bits },
	{ "the default windows fit the program", windows_fit },
	{ "a client and a trusted application of different widths", both_widths },
};

int main(int argc, char **argv)
{
	size_t len = strlen(argv[0]);

	if (argc == 3)
		ta_twin((int)strtol(argv[1], NULL, 10), (int)strtol(argv[2], NULL, 10));
	if (NARROW)
		len -= strlen("-32");
	snprintf(twin, sizeof(twin), "%.*s%s", (int)len, argv[0], NARROW ? "" : "-32");
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
