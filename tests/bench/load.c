// SPDX-License-Identifier: BSD-2-Clause
#include "tests/bench/load.h"

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tee_client_api.h>

#include "tests/bench/peer.h"
#include "tests/bench/ta/bench_ta.h"
#include "tests/vm/kmod/tap.h"
#include "tests/vm/tee/process.h"

#define MIB (1u << 20)

const size_t load_sizes[LOAD_SIZES] = { 256, 1024, 4096, 16384, 65536, 262144, MIB };

enum { PEER_OF_EVENTFD, PEER_OF_FUTEX, PEER_OF_16, PEER_OF_256, PEER_OF_4K, PEER_OF_1M, PEERS };

static const struct {
	enum peer_kind kind;
	size_t bytes;
} peers[PEERS] = {
	[PEER_OF_EVENTFD] = { PEER_EVENTFD, 0 },
	[PEER_OF_FUTEX] = { PEER_FUTEX, 0 },
	[PEER_OF_16] = { PEER_SEQPACKET, 16 },
	[PEER_OF_256] = { PEER_SEQPACKET, 256 },
	[PEER_OF_4K] = { PEER_SEQPACKET, 4096 },
	[PEER_OF_1M] = { PEER_SHARED, MIB },
};

struct bench {
	struct ta ta;
	struct peer peers[PEERS];
	TEEC_Context ctx;
	TEEC_Session session;
	TEEC_SharedMemory shared;	/* 1 MiB, lent */
	uint8_t *own;			/* 1 MiB of ordinary memory */
	uint8_t turn;
};

static uint8_t *ordinary(void)
{
	uint8_t *memory = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	CHECK(memory != MAP_FAILED);
	return memory;
}

struct bench *load_start(const char *program)
{
	static const TEEC_UUID uuid = BENCH_TA_UUID;
	struct bench *bench = calloc(1, sizeof(*bench));

	CHECK(bench);
	ta_folders_make();
	ta_start_as(&bench->ta, program, NULL);
	for (size_t i = 0; i < PEERS; i++)
		peer_start(&bench->peers[i], peers[i].kind, peers[i].bytes);
	CHECK(!TEEC_InitializeContext(NULL, &bench->ctx));
	CHECK(!TEEC_OpenSession(&bench->ctx, &bench->session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL));
	bench->shared = (TEEC_SharedMemory){ .size = MIB, .flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT };
	CHECK(!TEEC_AllocateSharedMemory(&bench->ctx, &bench->shared));
	bench->own = ordinary();
	return bench;
}

void load_stop(struct bench *bench)
{
	TEEC_ReleaseSharedMemory(&bench->shared);
	TEEC_CloseSession(&bench->session);
	TEEC_FinalizeContext(&bench->ctx);
	for (size_t i = 0; i < PEERS; i++)
		peer_stop(&bench->peers[i]);
	ta_stop(&bench->ta);
	munmap(bench->own, MIB);
	free(bench);
}

void load_pin(struct bench *bench, bool pinned)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (size_t cpu = 0; cpu < (pinned ? 1 : CPU_SETSIZE); cpu++)
		CPU_SET(cpu, &set);
	CHECK(!sched_setaffinity(0, sizeof(set), &set));
	CHECK(!sched_setaffinity(bench->ta.pid, sizeof(set), &set));
	for (size_t i = 0; i < PEERS; i++)
		CHECK(!sched_setaffinity(bench->peers[i].pid, sizeof(set), &set));
}

/* --- one turn of each kind --- */

static void call_value(struct bench *bench)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INOUT, TEEC_NONE, TEEC_NONE, TEEC_NONE) };

	op.params[0].value.a = bench->turn;
	CHECK(!TEEC_InvokeCommand(&bench->session, BENCH_VALUE, &op, NULL));
	CHECK(op.params[0].value.a == bench->turn + 1u);
}

static void session_open(struct bench *bench, TEEC_Session *session)
{
	static const TEEC_UUID uuid = BENCH_TA_UUID;

	CHECK(!TEEC_OpenSession(&bench->ctx, session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL));
}

/* Closing does not wait, but the application hears of it before it hears of anything later: so the next opening pays for it. */
static void open_and_close(struct bench *bench)
{
	TEEC_Session session;

	session_open(bench, &session);
	TEEC_CloseSession(&session);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Opening alone. After the call the application has heard of the closing and waits. */
static uint64_t open_alone(struct bench *bench)
{
	TEEC_Session session;
	uint64_t opened;

	session_open(bench, &session);
	opened = now_ns();
	TEEC_CloseSession(&session);
	call_value(bench);
	return now_ns() - opened;
}

static void call_temp(struct bench *bench, size_t size)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INOUT, TEEC_NONE, TEEC_NONE, TEEC_NONE) };

	bench->own[0] = bench->turn;
	op.params[0].tmpref = (TEEC_TempMemoryReference){ bench->own, size };
	CHECK(!TEEC_InvokeCommand(&bench->session, BENCH_TOUCH, &op, NULL));
	CHECK(bench->own[0] == (uint8_t)(bench->turn + 1));
}

static void call_lent(struct bench *bench, size_t size)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INOUT, TEEC_NONE, TEEC_NONE, TEEC_NONE) };
	volatile uint8_t *at = bench->shared.buffer;

	*at = bench->turn;
	op.params[0].memref = (TEEC_RegisteredMemoryReference){ &bench->shared, size, 0 };
	CHECK(!TEEC_InvokeCommand(&bench->session, BENCH_TOUCH, &op, NULL));
	CHECK(*at == (uint8_t)(bench->turn + 1));
}

/* Word by word, as the other side reads: an emulated processor takes the one instruction that is memset() byte by byte. */
static void fill(void *memory, uint64_t first, size_t size)
{
	uint64_t *words = memory;

	for (size_t i = 0; i < size / sizeof(*words); i++)
		words[i] = first + i;
}

static uint32_t sum_of(uint64_t first, size_t size)
{
	const uint64_t count = size / sizeof(uint64_t);

	return (uint32_t)(count * first + count * (count - 1) / 2);
}

static void whole_lent(struct bench *bench, size_t size)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INOUT, TEEC_VALUE_OUTPUT, TEEC_NONE, TEEC_NONE) };

	fill(bench->shared.buffer, bench->turn, size);
	op.params[0].memref = (TEEC_RegisteredMemoryReference){ &bench->shared, size, 0 };
	CHECK(!TEEC_InvokeCommand(&bench->session, BENCH_READ, &op, NULL));
	CHECK(op.params[1].value.a == sum_of(bench->turn, size));
}

static void whole_temp(struct bench *bench, size_t size)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INOUT, TEEC_VALUE_OUTPUT, TEEC_NONE, TEEC_NONE) };

	fill(bench->own, bench->turn, size);
	op.params[0].tmpref = (TEEC_TempMemoryReference){ bench->own, size };
	CHECK(!TEEC_InvokeCommand(&bench->session, BENCH_READ, &op, NULL));
	CHECK(op.params[1].value.a == sum_of(bench->turn, size));
}

/*
 * The same where memory is shared and so must be copied, for either side may change it at any time: there, an eventfd
 * ping-pong with a process that reads all of it, and back.
 */
static void whole_copied(struct bench *bench)
{
	struct peer *peer = &bench->peers[PEER_OF_1M];

	fill(bench->own, bench->turn, MIB);
	memcpy(peer->shared, bench->own, MIB);
	peer_call(peer, NULL);
	CHECK((uint32_t)peer->shared[MIB / sizeof(uint64_t)] == sum_of(bench->turn, MIB));
	memcpy(bench->own, peer->shared, MIB);
}

/* Returns the nanoseconds that do not count. */
static uint64_t load_once(struct bench *bench, enum load_id id)
{
	bench->turn++;
	switch (id) {
	case LOAD_VALUE:
		call_value(bench);
		break;
	case LOAD_EVENTFD:
		peer_call(&bench->peers[PEER_OF_EVENTFD], NULL);
		break;
	case LOAD_FUTEX:
		peer_call(&bench->peers[PEER_OF_FUTEX], NULL);
		break;
	case LOAD_SEQPACKET:
		peer_call(&bench->peers[PEER_OF_16], bench->own);
		break;
	case LOAD_SEQPACKET_256:
		peer_call(&bench->peers[PEER_OF_256], bench->own);
		break;
	case LOAD_SEQPACKET_4K:
		peer_call(&bench->peers[PEER_OF_4K], bench->own);
		break;
	case LOAD_TEMP_256:
		call_temp(bench, 256);
		break;
	case LOAD_TEMP_4K:
		call_temp(bench, 4096);
		break;
	case LOAD_LEND_4K:
		call_lent(bench, 4096);
		break;
	case LOAD_LEND_64K:
		call_lent(bench, 65536);
		break;
	case LOAD_LEND_1M:
		call_lent(bench, MIB);
		break;
	case LOAD_WHOLE_1M:
		whole_lent(bench, MIB);
		break;
	case LOAD_COPY_1M:
		whole_copied(bench);
		break;
	case LOAD_OPEN:
		return open_alone(bench);
	case LOAD_OPEN_CLOSE:
		open_and_close(bench);
		break;
	default:
		if (id >= LOAD_COPIED)
			whole_temp(bench, load_sizes[id - LOAD_COPIED]);
		else
			whole_lent(bench, load_sizes[id - LOAD_LENT]);
	}
	return 0;
}

uint64_t load_run(struct bench *bench, enum load_id id, unsigned int count)
{
	uint64_t not_counted = 0;

	while (count--)
		not_counted += load_once(bench, id);
	return not_counted;
}

/* --- system calls --- */

/* Lets a traced process go on and counts its system calls until it stops for a signal. */
static unsigned int trace_count(pid_t pid)
{
	unsigned int stops = 0;
	int status;

	for (;;) {
		CHECK(!ptrace(PTRACE_SYSCALL, pid, NULL, NULL));
		CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			return stops / 2;
		stops++;
	}
}

static void trace_begin(pid_t pid)
{
	int status;

	CHECK(!ptrace(PTRACE_SEIZE, pid, NULL, (void *)(uintptr_t)PTRACE_O_TRACESYSGOOD));
	CHECK(!ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
}

/* A client with a context of its own, since no other process may use this one's. It begins when told, and ends with a signal. */
static _Noreturn void client_traced(unsigned int count, int ready, int go)
{
	static const TEEC_UUID uuid = BENCH_TA_UUID;
	struct bench mine = { 0 };
	char byte = 0;

	CHECK(!TEEC_InitializeContext(NULL, &mine.ctx));
	CHECK(!TEEC_OpenSession(&mine.ctx, &mine.session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL));
	CHECK(write(ready, &byte, 1) == 1 && read(go, &byte, 1) == 1);
	load_run(&mine, LOAD_VALUE, count);
	raise(SIGUSR1);
	_exit(0);
}

static unsigned int client_syscalls(unsigned int count)
{
	int ready[2], go[2], status;
	unsigned int calls;
	char byte = 0;
	pid_t pid;

	CHECK(!pipe(ready) && !pipe(go));
	pid = fork();
	CHECK(pid >= 0);
	if (!pid)
		client_traced(count, ready[1], go[0]);
	CHECK(read(ready[0], &byte, 1) == 1);
	trace_begin(pid);
	CHECK(write(go[1], &byte, 1) == 1);
	calls = trace_count(pid);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
	return calls;
}

/* The tracer is a process of its own, for this one makes the calls. SIGUSR1, which never arrives, ends the counting. */
static unsigned int ta_syscalls(struct bench *bench, unsigned int count)
{
	unsigned int calls = 0;
	int pipes[2];
	char byte = 0;
	pid_t tracer;

	CHECK(!pipe(pipes));
	tracer = fork();
	CHECK(tracer >= 0);
	if (!tracer) {
		trace_begin(bench->ta.pid);
		CHECK(write(pipes[1], &byte, 1) == 1);
		calls = trace_count(bench->ta.pid);
		CHECK(!ptrace(PTRACE_DETACH, bench->ta.pid, NULL, NULL));
		CHECK(write(pipes[1], &calls, sizeof(calls)) == sizeof(calls));
		_exit(0);
	}
	CHECK(read(pipes[0], &byte, 1) == 1);
	load_run(bench, LOAD_VALUE, count);
	CHECK(!kill(bench->ta.pid, SIGUSR1));
	CHECK(read(pipes[0], &calls, sizeof(calls)) == sizeof(calls));
	close(pipes[0]);
	close(pipes[1]);
	waitpid(tracer, NULL, 0);
	return calls;
}

/* What beginning and end cost is the same for any number of calls, and falls out. */
void load_syscalls(struct bench *bench, unsigned int count, double *client, double *ta)
{
	*client = (double)(client_syscalls(3 * count) - client_syscalls(count)) / (2 * count);
	*ta = (double)(ta_syscalls(bench, 3 * count) - ta_syscalls(bench, count)) / (2 * count);
}
