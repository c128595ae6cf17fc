// SPDX-License-Identifier: BSD-2-Clause
/* What the module must refuse, and that refusing changes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)

static void reserved_must_be_zero(void)
{
	static const struct {
		const char *name;
		unsigned long cmd;
		size_t offset;
	} rows[] = {
		{ "version.reserved0", TEECHAN_VERSION, offsetof(struct teechan_version, reserved0) },
		{ "version.reserved", TEECHAN_VERSION, offsetof(struct teechan_version, reserved[3]) },
		{ "open.count", TEECHAN_OPEN_SESSION, offsetof(struct teechan_open, count) },
		{ "open.count beyond all", TEECHAN_OPEN_SESSION, offsetof(struct teechan_open, count) + 3 },
		{ "open.reserved", TEECHAN_OPEN_SESSION, offsetof(struct teechan_open, reserved[1]) },
		{ "open.gid of a PUBLIC login", TEECHAN_OPEN_SESSION, offsetof(struct teechan_open, gid) },
		{ "open.params.flags", TEECHAN_OPEN_SESSION, offsetof(struct teechan_open, params[3].flags) },
		{ "open.params.c", TEECHAN_OPEN_SESSION, offsetof(struct teechan_open, params[3].c) },
		{ "invoke.count", TEECHAN_INVOKE, offsetof(struct teechan_invoke, count) },
		{ "invoke.count beyond all", TEECHAN_INVOKE, offsetof(struct teechan_invoke, count) + 3 },
		{ "invoke.reserved0", TEECHAN_INVOKE, offsetof(struct teechan_invoke, reserved0) },
		{ "invoke.reserved", TEECHAN_INVOKE, offsetof(struct teechan_invoke, reserved) },
		{ "invoke.params.flags", TEECHAN_INVOKE, offsetof(struct teechan_invoke, params[0].flags) },
		{ "invoke.params.a", TEECHAN_INVOKE, offsetof(struct teechan_invoke, params[0].a) },
		{ "invoke.params.b", TEECHAN_INVOKE, offsetof(struct teechan_invoke, params[1].b) },
		{ "invoke.params.c", TEECHAN_INVOKE, offsetof(struct teechan_invoke, params[2].c) },
		{ "cancel.deadline_ns beyond all time", TEECHAN_CANCEL, offsetof(struct teechan_cancel, deadline_ns) + 7 },
		{ "close.reserved0", TEECHAN_CLOSE_SESSION, offsetof(struct teechan_close, reserved0) },
		{ "close.reserved", TEECHAN_CLOSE_SESSION, offsetof(struct teechan_close, reserved) },
		{ "region_alloc.flags", TEECHAN_REGION_ALLOC, offsetof(struct teechan_region_alloc, flags) },
		{ "region_alloc.reserved", TEECHAN_REGION_ALLOC, offsetof(struct teechan_region_alloc, reserved) },
		{ "region_free.reserved0", TEECHAN_REGION_FREE, offsetof(struct teechan_region_free, reserved0) },
		{ "region_free.reserved", TEECHAN_REGION_FREE, offsetof(struct teechan_region_free, reserved) },
	};
	struct ta_process ta;
	uint32_t session;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		union {
			uint8_t bytes[256];
			struct teechan_open open;
			struct teechan_invoke invoke;
			struct teechan_cancel cancel;
			struct teechan_close close;
			struct teechan_region_alloc alloc;
		} arg = { 0 };

		if (rows[i].cmd == TEECHAN_OPEN_SESSION) {
			memcpy(arg.open.uuid, uuid_a, sizeof(arg.open.uuid));
			arg.open.count = TEECHAN_PARAMS;
		}
		if (rows[i].cmd == TEECHAN_INVOKE) {
			arg.invoke.session = session;
			arg.invoke.count = TEECHAN_PARAMS;
		}
		if (rows[i].cmd == TEECHAN_CLOSE_SESSION)
			arg.close.session = session;
		if (rows[i].cmd == TEECHAN_CANCEL)
			arg.cancel.cancel_id = 1;
		if (rows[i].cmd == TEECHAN_REGION_ALLOC)
			arg.alloc.size = PAGE;
		arg.bytes[rows[i].offset] |= 0x81;
		errno = 0;
		if (ioctl(fd, rows[i].cmd, &arg) != -1 || errno != EINVAL) {
			printf("# %s\n", rows[i].name);
			CHECK(!"it is refused with EINVAL");
		}
	}
}

static void reserved_of_the_ta(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct teechan_bind bind = { 0 };
	struct teechan_cancelled query = { 0 };
	int fd = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_ERRNO(ioctl(fd, TEECHAN_REPLY_RECV, &rr), ENOTCONN);
	CHECK_ERRNO(ioctl(fd, TEECHAN_BIND, &bind), EINVAL); /* the nil UUID */
	memcpy(bind.uuid, uuid_a, sizeof(bind.uuid));
	bind.flags = 4;
	CHECK_ERRNO(ioctl(fd, TEECHAN_BIND, &bind), EINVAL);
	bind.flags = TEECHAN_TA_MULTI_SESSION;
	CHECK_ERRNO(ioctl(fd, TEECHAN_BIND, &bind), EINVAL);
	bind.flags = SHARED;
	bind.reserved[1] = 1;
	CHECK_ERRNO(ioctl(fd, TEECHAN_BIND, &bind), EINVAL);
	bind.reserved[1] = 0;
	bind.window_size = ~0ull;
	CHECK_ERRNO(ioctl(fd, TEECHAN_BIND, &bind), EINVAL);
	bind.window_size = 0;
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENXIO);
	CHECK(ioctl(fd, TEECHAN_BIND, &bind) == 0);
	CHECK_ERRNO(ioctl(fd, TEECHAN_BIND, &bind), EALREADY);
	rr.count = TEECHAN_PARAMS + 1;
	CHECK_ERRNO(ioctl(fd, TEECHAN_REPLY_RECV, &rr), EINVAL);
	rr.count = 1u << 31;
	CHECK_ERRNO(ioctl(fd, TEECHAN_REPLY_RECV, &rr), EINVAL);
	rr.count = 0;
	rr.reserved[0] = 1;
	CHECK_ERRNO(ioctl(fd, TEECHAN_REPLY_RECV, &rr), EINVAL);
	rr.reserved[0] = 0;
	rr.reply_id = 1;
	rr.origin = TEECHAN_ORIGIN_API;
	CHECK_ERRNO(ioctl(fd, TEECHAN_REPLY_RECV, &rr), EINVAL);
	rr.origin = 0;
	CHECK_ERRNO(ioctl(fd, TEECHAN_REPLY_RECV, &rr), ENOENT);
	query.reserved = 1;
	CHECK_ERRNO(ioctl(fd, TEECHAN_CANCELLED, &query), EINVAL);
	query.reserved = 0;
	CHECK_ERRNO(ioctl(fd, TEECHAN_CANCELLED, &query), ENOENT);
	/* The windows: whole, once, the read-only one not writable. */
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, (off_t)bind.ro_offset) == MAP_FAILED && errno == ENXIO);
	CHECK(mmap(NULL, bind.window_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)bind.ro_offset) ==
		      MAP_FAILED && errno == EPERM);
	CHECK(mmap(NULL, bind.window_size, PROT_READ, MAP_PRIVATE, fd, (off_t)bind.ro_offset) == MAP_FAILED &&
	      errno == EINVAL);
	void *ro = mmap(NULL, bind.window_size, PROT_READ, MAP_SHARED, fd, (off_t)bind.ro_offset);

	CHECK(ro != MAP_FAILED);
	CHECK_ERRNO(mprotect(ro, bind.window_size, PROT_READ | PROT_WRITE), EACCES);
	CHECK(mmap(NULL, bind.window_size, PROT_READ, MAP_SHARED, fd, (off_t)bind.ro_offset) == MAP_FAILED &&
	      errno == EBUSY);
}

static void uuid_is_bound_once(void)
{
	struct teechan_bind bind = { .flags = SHARED };
	struct ta_process ta;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC);
	memcpy(bind.uuid, uuid_a, sizeof(bind.uuid));
	CHECK_ERRNO(ioctl(fd, TEECHAN_BIND, &bind), EADDRINUSE);
	bind.flags = 0;
	CHECK_ERRNO(ioctl(fd, TEECHAN_BIND, &bind), EADDRINUSE);
	memcpy(bind.uuid, uuid_b, sizeof(bind.uuid));
	CHECK(ioctl(fd, TEECHAN_BIND, &bind) == 0);
}

static void unknown_commands(void)
{
	int client = client_open(), ta = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC);
	char byte = 0;

	for (unsigned int nr = 0; nr < 256; nr++) {
		if (nr < 0x40 || nr > 0x47)
			CHECK_ERRNO(ioctl(client, _IOWR(TEECHAN_IOC_MAGIC, nr, struct teechan_cancel), &byte), ENOTTY);
		if (nr != 0x40 && (nr < 0x50 || nr > 0x52))
			CHECK_ERRNO(ioctl(ta, _IOWR(TEECHAN_IOC_MAGIC, nr, struct teechan_cancel), &byte), ENOTTY);
	}
	/* The right number with another size is another command. */
	CHECK_ERRNO(ioctl(client, _IOWR(TEECHAN_IOC_MAGIC, 0x42, struct teechan_cancel), &byte), ENOTTY);
	CHECK_ERRNO(ioctl(client, _IOR(TEECHAN_IOC_MAGIC, 0x42, struct teechan_invoke), &byte), ENOTTY);
	CHECK_ERRNO(write(client, &byte, 1), EINVAL);
	CHECK_ERRNO(read(client, &byte, 1), EINVAL);
	CHECK_ERRNO(lseek(client, 0, SEEK_SET), ESPIPE);
}

/* NULL, kernel addresses, and structures that end in the middle of a page that is not there. */
static void bad_pointers(void)
{
	static const struct {
		unsigned long cmd;
		bool ta;
		size_t size;
		size_t count;	/* where it tells how many parameters are read */
	} rows[] = {
		{ TEECHAN_VERSION, false, sizeof(struct teechan_version), 0 },
		{ TEECHAN_OPEN_SESSION, false, sizeof(struct teechan_open), 0 },
		{ TEECHAN_INVOKE, false, sizeof(struct teechan_invoke), offsetof(struct teechan_invoke, count) },
		{ TEECHAN_CANCEL, false, sizeof(struct teechan_cancel), 0 },
		{ TEECHAN_CLOSE_SESSION, false, sizeof(struct teechan_close), 0 },
		{ TEECHAN_REGION_ALLOC, false, sizeof(struct teechan_region_alloc), 0 },
		{ TEECHAN_REGION_FREE, false, sizeof(struct teechan_region_free), 0 },
		{ TEECHAN_BIND, true, sizeof(struct teechan_bind), 0 },
		/* An answer; of its last parameter c is not read, nor what is behind. */
		{ TEECHAN_REPLY_RECV, true, offsetof(struct teechan_reply_recv, params[TEECHAN_PARAMS - 1].c),
		  offsetof(struct teechan_reply_recv, count) },
		{ TEECHAN_CANCELLED, true, sizeof(struct teechan_cancelled), 0 },
	};
	uint8_t *mem = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ta ta;
	int client;

	ta_make(&ta, uuid_b, SHARED);
	client = client_open();
	CHECK(mem != MAP_FAILED && mprotect(mem + PAGE, PAGE, PROT_NONE) == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int fd = rows[i].ta ? ta.fd : client;

		CHECK_ERRNO(ioctl(fd, rows[i].cmd, NULL), EFAULT);
		CHECK_ERRNO(ioctl(fd, rows[i].cmd, (void *)0xffffffff81000000ul), EFAULT);
		for (size_t part = 1; part < rows[i].size; part += 3) {
			uint8_t *at = mem + PAGE - part;

			memset(at, 0, part);
			at[0] = rows[i].ta;
			if (rows[i].count && rows[i].count < part)
				at[rows[i].count] = TEECHAN_PARAMS;
			CHECK_ERRNO(ioctl(fd, rows[i].cmd, at), EFAULT);
		}
	}
	/* Read-only: what cannot be told must not stay. */
	struct teechan_region_alloc *alloc = (struct teechan_region_alloc *)(void *)mem;

	alloc->size = 16 * PAGE;
	CHECK(mprotect(mem, PAGE, PROT_READ) == 0);
	for (int i = 0; i < 2000; i++)
		CHECK_ERRNO(ioctl(client, TEECHAN_REGION_ALLOC, mem), EFAULT);
}

static void bad_params(void)
{
	const struct teechan_param bad[] = {
		{ .type = 4 },
		{ .type = 8 },
		{ .type = 0xc },
		{ .type = 0x10 },
		{ .type = ~0u },
		{ .type = TEECHAN_VALUE_IN, .c = 1 },
		{ .type = TEECHAN_VALUE_OUT, .a = 1 },
		{ .type = TEECHAN_MEM_IN, .a = 0, .b = 1 },
		{ .type = TEECHAN_MEM_IN, .a = 4096, .b = 1, .c = 1 },
		{ .type = TEECHAN_REGION_IN, .a = 0, .b = 1, .c = 0 },
		{ .type = TEECHAN_REGION_IN, .a = 0, .b = 1, .c = 1ull << 32 | 1 },
	};
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	struct ta_process ta;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	call.session = client_session(fd, uuid_a);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		call.params[2] = bad[i];
		CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EINVAL);
	}
	call.params[2] = param_mem(TEECHAN_MEM_IN, (void *)8, 16);
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EFAULT);
	call.params[2] = param_mem(TEECHAN_MEM_OUT, NULL, 16);
	call.params[2].a = 0xffff888000000000ull;
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EFAULT);
	call.params[2] = (struct teechan_param){ 0 };
	call.deadline_ns = ~0ull;
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EINVAL);
}

/* Rule 12: exactly the inbox and one byte more, alone and together; sizes whose sum overflows. */
static void inbox_size(void)
{
	struct teechan_version version = { 0 };
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	static uint8_t big[1 << 16];
	struct ta_process ta;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	call.session = client_session(fd, uuid_a);
	CHECK(ioctl(fd, TEECHAN_VERSION, &version) == 0 && version.inbox_size < sizeof(big));
	call.params[2] = param_mem(TEECHAN_MEM_INOUT, big, version.inbox_size);
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == 0);
	CHECK(big[0] == 1 && big[version.inbox_size - 1] == 1 && big[version.inbox_size] == 0);
	call.params[2].b = version.inbox_size + 1;
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), E2BIG);
	call.params[2].b = version.inbox_size - 16;
	call.params[1] = param_mem(TEECHAN_MEM_IN, big, 16);
	CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == 0);
	call.params[1].b = 17;
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), E2BIG);
	call.params[1] = call.params[2] = param_mem(TEECHAN_MEM_IN, big, 1ull << 63);
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), E2BIG);
	call.params[1] = call.params[2] = param_mem(TEECHAN_MEM_IN, big, ~0ull - 7);
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), E2BIG);
}

static bool is_zero(const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

static bool is_poison(const void *at, size_t size)
{
	const uint8_t *p = at;

	while (size && *p == 0xee) {
		p++;
		size--;
	}
	return !size;
}

/* What carries nothing comes back zero, on both sides, whatever the other side had there; what does not come, is left as it was. */
static void nothing_uninitialised(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct ta ta;
	pid_t pid;

	ta_make(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		const int fd = client_open();
		struct teechan_invoke call = { .count = 3, .session = client_session(fd, uuid_a) };
		uint8_t byte = 1;

		call.params[1] = param_value(TEECHAN_VALUE_IN, 5, 6);
		call.params[2] = param_mem(TEECHAN_MEM_IN, &byte, 1);
		memset(&call.params[3], 0xee, sizeof(call.params[3]));
		CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.id == 0);
		CHECK(call.reserved0 == 0 && call.reserved == 0 && is_zero(&call.params[0], sizeof(call.params[0])));
		CHECK(call.params[1].a == 5 && call.params[1].b == 6 && call.params[2].a == (uintptr_t)&byte);
		CHECK(call.params[2].b == 1 && is_poison(&call.params[3], sizeof(call.params[3])));
		_exit(0);
	}
	for (uint32_t kind = TEECHAN_KIND_OPEN; kind <= TEECHAN_KIND_CLOSE; kind++) {
		const uint32_t count = kind == TEECHAN_KIND_INVOKE ? 3 : 0;

		memset(rr.params, 0xee, sizeof(rr.params));
		memset(&rr.client, 0xee, sizeof(rr.client));
		rr.cmd = 0xeeeeeeee;
		rr.reply_id = rr.id;
		CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == kind && rr.reply_id == 0);
		CHECK(rr.cmd == 0 && rr.count == count && is_zero(rr.reserved, sizeof(rr.reserved)));
		CHECK(is_poison(&rr.params[count], (TEECHAN_PARAMS - count) * sizeof(rr.params[0])));
		CHECK(!count || (is_zero(&rr.params[0], sizeof(rr.params[0])) && rr.params[1].a == 5 && rr.params[1].flags == 0));
		CHECK(!count || (rr.params[1].c == 0 && rr.params[2].c == 0));
		if (kind == TEECHAN_KIND_OPEN)
			CHECK(is_zero(rr.client.uuid, sizeof(rr.client.uuid)) && is_zero(rr.client.digest, sizeof(rr.client.digest)));
		else
			CHECK(is_poison(&rr.client, sizeof(rr.client)));
	}
	CHECK(await_end(pid) == 0);
}

/* What an answer does not carry is zero, and not what the slot had before. */
static void short_answers(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct ta ta;
	pid_t pid;

	ta_make(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		const int fd = client_open();
		const uint32_t session = client_session(fd, uuid_a);
		uint8_t mem[16] = { 7 };

		for (uint32_t carried = 0; carried <= 3; carried++) {
			struct teechan_invoke call = { .session = session, .cmd = carried, .count = 3 };

			call.params[0] = param_value(TEECHAN_VALUE_INOUT, 5, 6);
			call.params[1] = param_mem(TEECHAN_MEM_INOUT, mem, sizeof(mem));
			call.params[2] = param_value(TEECHAN_VALUE_OUT, 0, 0);
			CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == 0);
			CHECK(call.params[0].a == (carried > 0 ? 9 : 0) && call.params[0].b == (carried > 0 ? 9 : 0));
			CHECK(call.params[1].a == (uintptr_t)mem && call.params[1].b == (carried > 1 ? 9 : 0) && mem[0] == 7);
			CHECK(call.params[2].a == (carried > 2 ? 9 : 0) && call.params[2].b == (carried > 2 ? 9 : 0));
		}
		_exit(0);
	}
	for (int i = 0; i < 5; i++) {
		CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0);
		rr.reply_id = rr.id;
		rr.count = rr.cmd;
		for (int n = 0; n < TEECHAN_PARAMS; n++)
			rr.params[n].a = rr.params[n].b = 9;
	}
	CHECK(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr) == 0 && rr.kind == TEECHAN_KIND_CLOSE);
	CHECK(await_end(pid) == 0);
}

/* Offset and size that overflow, or go past the end by one. */
static void region_bounds(void)
{
	static const struct {
		uint64_t offset, size;
		bool good;
	} rows[] = {
		{ 0, 2 * PAGE, true },
		{ 2 * PAGE, 0, true },
		{ 2 * PAGE - 1, 1, true },
		{ 0, 2 * PAGE + 1, false },
		{ 1, 2 * PAGE, false },
		{ 2 * PAGE, 1, false },
		{ 2 * PAGE + 1, 0, false },
		{ ~0ull, 2, false },
		{ ~0ull - PAGE + 1, PAGE, false },
		{ PAGE, ~0ull - PAGE + 1, false },
		{ 1ull << 63, 1ull << 63, false },
		{ 0, ~0ull, false },
	};
	struct teechan_region_alloc alloc = { 0 };
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	struct region region;
	struct ta_process ta;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	call.session = client_session(fd, uuid_a);
	region_make(fd, &region, 2 * PAGE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call.params[0] = param_region(TEECHAN_REGION_IN, &region, rows[i].offset, rows[i].size);
		if (rows[i].good)
			CHECK(ioctl(fd, TEECHAN_INVOKE, &call) == 0 && call.ret == 0);
		else
			CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EINVAL);
		region.mem[0] = 1;
		region.mem[PAGE] = 1;
	}
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &alloc), EINVAL);
	alloc.size = ~0ull;
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &alloc), EINVAL);
	alloc.size = ~0ull - PAGE + 2;
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &alloc), EINVAL);
}

/* CVE-2021-44733's hazard: an id after its last reference. */
static void ids_after_use(void)
{
	struct teechan_region_free it;
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	struct teechan_close close_arg;
	struct region region;
	struct ta_process ta;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	call.session = client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	it = (struct teechan_region_free){ .id = region.id };
	CHECK(ioctl(fd, TEECHAN_REGION_FREE, &it) == 0);
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_FREE, &it), ENXIO);
	call.params[0] = param_region(TEECHAN_REGION_IN, &region, 0, PAGE);
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), ENXIO);
	CHECK(munmap(region.mem, PAGE) == 0);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, (off_t)region.offset) == MAP_FAILED && errno == ENXIO);
	client_close_session(fd, call.session);
	call.params[0] = (struct teechan_param){ 0 };
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), ENOENT);
	close_arg = (struct teechan_close){ .session = call.session };
	CHECK_ERRNO(ioctl(fd, TEECHAN_CLOSE_SESSION, &close_arg), ENOENT);
	it.id = 0;
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_FREE, &it), ENXIO);
	call.session = 0;
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), ENOENT);
}

static uint32_t login(uint32_t method, uint32_t gid, struct teechan_identity *who)
{
	struct teechan_param p[4] = { param_mem(TEECHAN_MEM_OUT, who, sizeof(*who)) };
	struct teechan_open arg = { .login = method, .gid = gid };
	int fd = client_open();

	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &arg) == 0);
	if (!arg.ret)
		CHECK(client_call(fd, arg.session, CMD_WHO, p) == 0);
	return arg.ret;
}

/* The UUIDs are what Linux's TEE drivers make of these ids. */
static void logins_of_a_user(void)
{
	static const uint8_t uid_1001[] = { 0xa5, 0x1a, 0xa4, 0x30, 0xd8, 0xbb, 0x58, 0x80,
					    0x9c, 0x5c, 0x65, 0xad, 0x1a, 0x49, 0xbb, 0x75 };
	struct teechan_identity who;
	const uint8_t zero[TEECHAN_DIGEST_LEN] = { 0 };

	CHECK(login(TEECHAN_LOGIN_PUBLIC, 0, &who) == 0);
	CHECK(who.uid == 1001 && who.gid == 1001 && who.pid == (uint32_t)getpid() && who.login == 0);
	CHECK(memcmp(who.uuid, zero, sizeof(who.uuid)) == 0 && memcmp(who.digest, zero, sizeof(zero)) == 0);
	CHECK(login(TEECHAN_LOGIN_USER, 0, &who) == 0 && who.login == TEECHAN_LOGIN_USER);
	CHECK(memcmp(who.uuid, uid_1001, sizeof(who.uuid)) == 0);
	CHECK(login(TEECHAN_LOGIN_GROUP, 1001, &who) == 0 && who.login == TEECHAN_LOGIN_GROUP);
	CHECK(memcmp(who.uuid, uid_1001, sizeof(who.uuid)) != 0 && who.uuid[6] >> 4 == 5);
	CHECK(login(TEECHAN_LOGIN_GROUP, 0, &who) == TEECHAN_ERROR_ACCESS_DENIED);
	struct teechan_open arg = { .login = 3 };

	CHECK_ERRNO(ioctl(client_open(), TEECHAN_OPEN_SESSION, &arg), EINVAL);
}

static void logins(void)
{
	struct ta_process ta;

	ta_start(&ta, uuid_a, SHARED);
	as_user(1001, logins_of_a_user);
}

static void open_both_nodes(void)
{
	CHECK_ERRNO(open(TEECHAN_CLIENT_NODE, O_RDWR), EACCES);
	CHECK_ERRNO(open(TEECHAN_TA_NODE, O_RDWR), EACCES);
	CHECK_ERRNO(open(TEECHAN_CLIENT_NODE, O_RDONLY), EACCES);
}

/* Until udev's rules say otherwise the nodes are root's alone. */
static void nodes_are_private(void)
{
	struct stat st;
	pid_t pid;

	CHECK(stat(TEECHAN_CLIENT_NODE, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(stat(TEECHAN_TA_NODE, &st) == 0 && (st.st_mode & 0777) == 0600);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(setgroups(0, NULL) == 0 && setresgid(1001, 1001, 1001) == 0 && setresuid(1001, 1001, 1001) == 0);
		open_both_nodes();
		_exit(0);
	}
	CHECK(await_end(pid) == 0);
}

static void removal_in_use(void)
{
	struct region region;
	int fd;

	fd = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_ERRNO((int)syscall(SYS_delete_module, "teechan", O_NONBLOCK), EAGAIN);
	close(fd);
	/* A mapping alone, without file, id or region. */
	fd = client_open();
	region_make(fd, &region, PAGE);
	close(fd);
	CHECK_ERRNO((int)syscall(SYS_delete_module, "teechan", O_NONBLOCK), EAGAIN);
	region.mem[0] = 1;
}

static const struct tap_test tests[] = {
	{ "reserved members must be zero", reserved_must_be_zero },
	{ "the TA's arguments and windows are checked", reserved_of_the_ta },
	{ "a UUID is bound once", uuid_is_bound_once },
	{ "unknown ioctls, read and write", unknown_commands },
	{ "NULL, kernel addresses and truncated structures", bad_pointers },
	{ "bad parameters", bad_params },
	{ "rule 12: the inbox takes its size and not a byte more", inbox_size },
	{ "nothing uninitialised comes back", nothing_uninitialised },
	{ "what an answer does not carry is zero", short_answers },
	{ "offset and size of a region do not overflow", region_bounds },
	{ "ids after their use", ids_after_use },
	{ "logins and identities", logins },
	{ "the nodes are root's alone", nodes_are_private },
	{ "rmmod is refused in use", removal_in_use },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
