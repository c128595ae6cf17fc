// SPDX-License-Identifier: BSD-2-Clause
#include "tests/vm/kmod/chan.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/tap.h"

const uint8_t uuid_a[TEECHAN_UUID_LEN] = "teechan test  A";
const uint8_t uuid_b[TEECHAN_UUID_LEN] = "teechan test  B";

/* ---- the trusted side ---- */

void ta_make(struct ta *ta, const uint8_t *uuid, uint32_t flags)
{
	struct teechan_bind bind = { .flags = flags };
	void *mem;

	memcpy(bind.uuid, uuid, sizeof(bind.uuid));
	ta->fd = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC);
	CHECK(ta->fd >= 0);
	CHECK(ioctl(ta->fd, TEECHAN_BIND, &bind) == 0);
	ta->size = bind.window_size;
	mem = mmap(NULL, ta->size, PROT_READ | PROT_WRITE, MAP_SHARED, ta->fd, (off_t)bind.rw_offset);
	CHECK(mem != MAP_FAILED);
	ta->rw = mem;
	mem = mmap(NULL, ta->size, PROT_READ, MAP_SHARED, ta->fd, (off_t)bind.ro_offset);
	CHECK(mem != MAP_FAILED);
	ta->ro = mem;
}

uint8_t *ta_mem(const struct ta *ta, const struct teechan_param *p)
{
	if (p->flags & TEECHAN_PARAM_NULL)
		return NULL;
	CHECK(p->a <= ta->size && p->b <= ta->size - p->a);
	if (p->flags & TEECHAN_PARAM_RO)
		return (uint8_t *)(uintptr_t)ta->ro + p->a;
	return ta->rw + p->a;
}

static bool is_mem(const struct teechan_param *p)
{
	return p->type >= TEECHAN_MEM_IN && p->type <= TEECHAN_MEM_INOUT;
}

static bool is_out(const struct teechan_param *p)
{
	return p->type & 2;
}

static void do_echo(const struct ta *ta, struct teechan_param *params)
{
	for (int i = 0; i < TEECHAN_PARAMS; i++) {
		struct teechan_param *p = &params[i];

		if (!is_out(p))
			continue;
		if (is_mem(p)) {
			uint8_t *mem = ta_mem(ta, p);

			for (uint64_t n = 0; n < p->b; n++)
				mem[n]++;
		} else {
			p->a++;
			p->b++;
		}
	}
}

static void do_hold(int held, int go)
{
	char c = 0;

	CHECK(write(held, &c, 1) == 1);
	CHECK(read(go, &c, 1) == 1);
}

static uint32_t do_cancel(const struct ta *ta, const struct teechan_reply_recv *rr, int held)
{
	struct teechan_cancelled query = { .id = rr->id };
	char c = 0;

	CHECK(write(held, &c, 1) == 1);
	while (!query.cancelled) {
		CHECK(ioctl(ta->fd, TEECHAN_CANCELLED, &query) == 0);
		sched_yield();
	}
	return TEECHAN_ERROR_CANCEL;
}

static uint32_t beyond(const uint8_t *mem, uint64_t size)
{
	uint32_t found = 0;

	for (mem += size; (uintptr_t)mem % PAGE; mem++)
		found += *mem != 0;
	return found;
}

/* Who opened a session, for as many as a test asks for. */
#define KNOWN 64
static struct teechan_identity whose[KNOWN];

static uint32_t invoke(const struct ta *ta, struct teechan_reply_recv *rr, int held, int go)
{
	static uint64_t executions;
	struct teechan_param *p = rr->params;

	switch (rr->cmd) {
	case CMD_ECHO:
		do_echo(ta, p);
		break;
	case CMD_COUNT:
		p[0].a = ++executions;
		p[0].b = (__u64)getpid();
		break;
	case CMD_HOLD:
		do_hold(held, go);
		break;
	case CMD_NEED:
		for (int i = 0; i < TEECHAN_PARAMS; i++)
			if (is_mem(&p[i]) && is_out(&p[i]))
				p[i].b = 2 * p[i].b + 1;
		return 0xffff0010;
	case CMD_FILL:
		for (int i = 1; i < TEECHAN_PARAMS; i++)
			if (is_mem(&p[i]) && is_out(&p[i]) && p[i].b)
				memset(ta_mem(ta, &p[i]), (int)p[0].a, p[i].b);
		break;
	case CMD_POKE_RO:
		p[0].a = (__u64)touch(ta_mem(ta, &p[1]), true);
		break;
	case CMD_PEEK: {
		const uint8_t *at = (p[0].b ? ta->ro : ta->rw) + p[0].a;

		p[0].a = (__u64)touch(at, false);
		p[0].b = p[0].a ? 0 : *at;
		break;
	}
	case CMD_CANCEL:
		return do_cancel(ta, rr, held);
	case CMD_WHO:
		CHECK(p[0].b == sizeof(whose[0]));
		memcpy(ta_mem(ta, &p[0]), &whose[rr->session % KNOWN], sizeof(whose[0]));
		break;
	case CMD_DIE:
		_exit(0);
	case CMD_FAIL:
		return (uint32_t)p[0].a;
	case CMD_BEYOND:
		return beyond(ta_mem(ta, &p[0]), p[0].b);
	default:
		return 0xffff000a;
	}
	return 0;
}

void ta_serve(struct ta *ta, int held, int go)
{
	struct teechan_reply_recv rr = { 0 };

	for (;;) {
		const uint64_t id = rr.id;
		uint32_t ret = 0;

		if (ioctl(ta->fd, TEECHAN_REPLY_RECV, &rr)) {
			CHECK(errno == EINTR);
			continue;
		}
		CHECK(rr.id != id && rr.reply_id == 0);
		memset(rr.params + rr.count, 0, (TEECHAN_PARAMS - rr.count) * sizeof(rr.params[0]));
		if (rr.kind == TEECHAN_KIND_OPEN)
			whose[rr.session % KNOWN] = rr.client;
		/* An open session with a command to hold is held too, an invocation as it says. */
		if (rr.kind == TEECHAN_KIND_OPEN && rr.params[0].type == TEECHAN_VALUE_IN)
			rr.cmd = (uint32_t)rr.params[0].a;
		if (rr.kind == TEECHAN_KIND_INVOKE || (rr.kind == TEECHAN_KIND_OPEN && rr.cmd))
			ret = invoke(ta, &rr, held, go);
		rr.reply_id = rr.id;
		rr.ret = ret;
		rr.origin = 0;
		rr.deadline_ns = 0;
	}
}

void ta_start(struct ta_process *process, const uint8_t *uuid, uint32_t flags)
{
	int held[2], go[2];
	char c = 0;

	CHECK(pipe(held) == 0 && pipe(go) == 0);
	process->held = held[0];
	process->go = go[1];
	process->pid = fork();
	CHECK(process->pid >= 0);
	if (process->pid == 0) {
		struct ta ta;

		ta_make(&ta, uuid, flags);
		CHECK(write(held[1], &c, 1) == 1);
		ta_serve(&ta, held[1], go[0]);
	}
	close(held[1]);
	close(go[0]);
	ta_held(process);
}

void ta_held(struct ta_process *process)
{
	char c;

	CHECK(read(process->held, &c, 1) == 1);
}

void ta_go(struct ta_process *process)
{
	char c = 0;

	CHECK(write(process->go, &c, 1) == 1);
}

void ta_kill(struct ta_process *process)
{
	CHECK(kill(process->pid, SIGKILL) == 0);
	await_end(process->pid);
}

/* ---- the client's side ---- */

int client_open(void)
{
	int fd = open(TEECHAN_CLIENT_NODE, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

uint32_t client_session(int fd, const uint8_t *uuid)
{
	struct teechan_open arg = { 0 };

	memcpy(arg.uuid, uuid, sizeof(arg.uuid));
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &arg) == 0);
	CHECK(arg.ret == 0 && arg.session != 0 && arg.id == 0);
	return arg.session;
}

int client_invoke(int fd, struct teechan_invoke *call)
{
	int ret;

	do
		ret = ioctl(fd, TEECHAN_INVOKE, call);
	while (ret && errno == EINTR);
	return ret;
}

uint32_t client_call(int fd, uint32_t session, uint32_t cmd, struct teechan_param params[TEECHAN_PARAMS])
{
	struct teechan_invoke call = { .session = session, .cmd = cmd, .count = params ? TEECHAN_PARAMS : 0 };

	if (params)
		memcpy(call.params, params, sizeof(call.params));
	CHECK(client_invoke(fd, &call) == 0);
	CHECK(call.id == 0);
	if (params)
		memcpy(params, call.params, sizeof(call.params));
	return call.ret;
}

void client_close_session(int fd, uint32_t session)
{
	struct teechan_close arg = { .session = session };

	CHECK(ioctl(fd, TEECHAN_CLOSE_SESSION, &arg) == 0);
}

void region_make(int fd, struct region *region, size_t size)
{
	struct teechan_region_alloc arg = { .size = size };
	void *mem;

	CHECK(ioctl(fd, TEECHAN_REGION_ALLOC, &arg) == 0);
	mem = mmap(NULL, arg.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)arg.offset);
	CHECK(mem != MAP_FAILED);
	*region = (struct region){ .id = arg.id, .offset = arg.offset, .size = arg.size, .mem = mem };
}

struct teechan_param param_region(uint32_t type, const struct region *region, uint64_t offset, uint64_t size)
{
	return (struct teechan_param){ .type = type, .a = offset, .b = size, .c = region->id };
}

struct teechan_param param_mem(uint32_t type, const void *mem, uint64_t size)
{
	return (struct teechan_param){ .type = type, .a = (uintptr_t)mem, .b = size };
}

struct teechan_param param_value(uint32_t type, uint64_t a, uint64_t b)
{
	return (struct teechan_param){ .type = type, .a = a, .b = b };
}

static void *call_thread(void *data)
{
	struct calling *calling = data;

	calling->tid = gettid();
	calling->result = client_invoke(calling->fd, &calling->call) ? errno : 0;
	return NULL;
}

void call_begin(struct calling *calling)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, call_thread, calling) == 0);
	calling->thread = thread;
	while (!calling->tid)
		sched_yield();
}

void call_start(struct calling *calling, int fd, uint32_t session, uint32_t cmd, const struct teechan_param *params)
{
	*calling = (struct calling){ .fd = fd, .call = { .session = session, .cmd = cmd, .count = params ? TEECHAN_PARAMS : 0 } };
	if (params)
		memcpy(calling->call.params, params, sizeof(calling->call.params));
	call_begin(calling);
}

void call_end(struct calling *calling)
{
	CHECK(pthread_join(calling->thread, NULL) == 0);
}

void as_user(uid_t uid, void (*run)(void))
{
	pid_t pid;

	CHECK(chmod(TEECHAN_CLIENT_NODE, 0666) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0);
		run();
		_exit(0);
	}
	CHECK(await_end(pid) == 0);
	CHECK(chmod(TEECHAN_CLIENT_NODE, 0600) == 0);
}

/* ---- watching ---- */

static char task_state(pid_t pid, pid_t tid)
{
	char path[64], text[512];
	const char *paren;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return 0;
	text[len] = 0;
	paren = strrchr(text, ')');
	return paren && paren[1] ? paren[2] : '\0';
}

void await_sleep(pid_t pid, pid_t tid)
{
	/* A short sleep on the way there, at a contended lock, is a state of its own: D. */
	for (int seen = 0; seen < 3;) {
		const char state = task_state(pid, tid);

		CHECK(state != 0);
		seen = state == 'S' ? seen + 1 : 0;
		sched_yield();
	}
}

int await_end(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		CHECK(errno == EINTR);
	return status;
}

static sigjmp_buf touch_jump;

static void touch_signal(int number)
{
	siglongjmp(touch_jump, number);
}

int touch(const volatile uint8_t *at, bool write)
{
	struct sigaction act = { .sa_handler = touch_signal }, bus, segv;
	int got;

	CHECK(sigaction(SIGBUS, &act, &bus) == 0 && sigaction(SIGSEGV, &act, &segv) == 0);
	got = sigsetjmp(touch_jump, 1);
	if (!got) {
		if (write)
			*(volatile uint8_t *)(uintptr_t)at = 0x5a;
		else
			(void)*at;
	}
	CHECK(sigaction(SIGBUS, &bus, NULL) == 0 && sigaction(SIGSEGV, &segv, NULL) == 0);
	return got;
}
