/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process of the fuzzer: some threads that take random steps on what they have in common, until it ends, in a random way too.
 * What a thread decides depends on its seed alone; what the kernel makes of it depends on the others as well.
 */
#ifndef LIFE_H
#define LIFE_H

#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "include/uapi/teechan.h"
#include "tests/fuzz/dice.h"
#include "tests/vm/kmod/genl.h"

#define PAGE 4096u
#define LIFE_CLIENTS 3
#define LIFE_TAS 2
#define LIFE_SESSIONS 16
#define LIFE_REGIONS 12
#define LIFE_MAPS 16
#define LIFE_HELD 8
#define LIFE_THREADS 4
/* The first of the two users that processes are, when they are not root. */
#define LIFE_USER 1001u

/* Where everything is mapped that steps map: nothing else comes there by itself, so MAP_FIXED hurts nobody. */
#define ARENA ((uintptr_t)16 << 40)
#define ARENA_PLACE ((uintptr_t)4 << 30)

/* What was tried, for the table at the end. */
enum kind {
	KIND_VERSION,
	KIND_OPEN_SESSION,
	KIND_INVOKE,
	KIND_CANCEL,
	KIND_CLOSE_SESSION,
	KIND_REGION_ALLOC,
	KIND_REGION_FREE,
	KIND_TA_INFO,
	KIND_BIND,
	KIND_REPLY_RECV,
	KIND_CANCELLED,
	KIND_WRONG_IOCTL,
	KIND_OPEN,
	KIND_CLOSE,
	KIND_MMAP,
	KIND_MUNMAP,
	KIND_MREMAP,
	KIND_MPROTECT,
	KIND_MADVISE,
	KIND_TOUCH,
	KIND_COPY,
	KIND_POLL,
	KIND_NETLINK,
	KIND_POLICY,
	KIND_FORK,
	KIND_EXEC,
	KIND_KILL,
	KIND_PASS,
	KIND_REMOVE,
	KINDS
};

/* In memory that all processes of a run share. */
struct tally {
	_Atomic uint64_t calls;
	_Atomic uint64_t tried[KINDS];
	_Atomic uint64_t worked[KINDS];
	_Atomic uint64_t answered;	/* calls that a TA answered with success */
	_Atomic uint32_t wrong;
	/* Of this program, as the kernel took it. */
	_Atomic bool digest_known;
	uint8_t digest[TEECHAN_DIGEST_LEN];
	char first_wrong[256];
};

struct held {
	_Atomic uint64_t id;
	uint32_t count;
	struct teechan_param params[TEECHAN_PARAMS];
};

/* What the threads of a process have in common. They take it from each other at any time: that is the point. */
struct world {
	struct tally *tally;
	int bazaar[2];	/* descriptors go to other processes here */
	int pipes[2];
	_Atomic int client[LIFE_CLIENTS];
	_Atomic int ta[LIFE_TAS];
	_Atomic uint32_t sessions[LIFE_SESSIONS];	/* of client[i % LIFE_CLIENTS] */
	_Atomic uint32_t regions[LIFE_REGIONS];		/* likewise */
	_Atomic uint64_t offsets[LIFE_REGIONS];
	_Atomic uint32_t sizes[LIFE_REGIONS];
	_Atomic uint64_t windows[LIFE_TAS];	/* size */
	_Atomic uint32_t maps[LIFE_MAPS];	/* bytes mapped at map_at(i) */
	_Atomic uint64_t last_id;
	struct held held[LIFE_HELD];
	_Atomic int tids[LIFE_THREADS];
	_Atomic bool over;
	unsigned int slow;
	bool root;
};

struct thread {
	struct dice dice;
	struct world *world;
	struct genl genl;
	unsigned int number;
	uint64_t steps;
	uint8_t *buf;	/* BUF bytes, then a page that may not be written, then nothing */
	_Atomic bool jumps;
	sigjmp_buf jump;
};
#define BUF (8 * PAGE)

/* Counts a system call of a kind that is about to be made. */
void life_try(struct thread *thread, enum kind kind);
/* Counts it as one that worked. */
void life_worked(struct thread *thread, enum kind kind);
/* Something that cannot be was seen: the run has failed. */
void life_wrong(struct thread *thread, enum kind kind, const char *what, int64_t value);
/* Reads or writes a byte of the arena: false when it may not, or takes too long. */
bool life_touch(struct thread *thread, uintptr_t at, bool write);

struct life {
	struct tally *tally;
	int bazaar[2];
	uint64_t seed;
	uint64_t number;	/* of all of the run */
	unsigned int role;	/* 0: client, 1: TA, 2: both */
	unsigned int slow;	/* all times are so many times longer */
};

/* Runs in a process of its own and does not return. */
_Noreturn void life_run(const struct life *life);
/* What is left after an exec: tries the descriptors that it has. */
_Noreturn void life_after_exec(void);

#endif
