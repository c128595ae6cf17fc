/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TEARS_SHARED_H
#define TEEPAY_TESTS_TEARS_SHARED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Memory that the harness shares with the parties that it forks: which fault waits for whom, what was written to files, and a mailbox for answers that are
 * too long for a message.  One thread a process; only one party is asked at a time, but a party may write behind its answer.
 */
enum party_id { PARTY_PAYTA, PARTY_WALLETD, PARTY_POS, PARTY_PAY, PARTY_ISSUER, PARTIES };

enum fault_kind {
	FAULT_NONE,		/* count only */
	FAULT_KILL,		/* SIGKILL before the call is made: any system call */
	FAULT_READ,		/* EIO from a read of a file */
	FAULT_WRITE,		/* ENOSPC from a write of a file, from ftruncate() and fallocate() */
	FAULT_SHORT,		/* half of a write of a file is made, and says so */
	FAULT_SYNC,		/* EIO from fsync() and fdatasync() */
	FAULT_KILL_CHANGE,	/* SIGKILL before a call that changes or flushes a file */
	FAULT_MALLOC,		/* NULL from malloc(), calloc() and realloc() */
	FAULTS
};

struct party_fault {
	volatile uint32_t kind;		/* enum fault_kind */
	volatile uint32_t at;		/* which of its calls: 1 is the next; 0: none */
	volatile uint32_t seen;		/* so many came along since it was set */
	volatile uint32_t hit;		/* it happened */
};

/* One change of a file, in the order of all parties. */
enum op_kind { OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_CREATE, OP_RENAME, OP_UNLINK };
#define OP_NAME		96

struct file_op {
	uint8_t kind, party;
	char name[OP_NAME];		/* below the scene's folder */
	char to[OP_NAME];		/* OP_RENAME */
	uint64_t offset;		/* OP_TRUNCATE: the new size */
	uint32_t len, data;		/* OP_WRITE: bytes of the pool */
};

#define OPS_MAX		4096
#define POOL_SIZE	(24u << 20)
#define MAIL_SIZE	(4u << 20)

struct shared {
	struct party_fault fault[PARTIES];
	volatile uint32_t recording, n_ops, pool_used, overflow;
	char dir[64];			/* the scene's */
	struct file_op ops[OPS_MAX];
	uint8_t pool[POOL_SIZE];
	uint8_t mail[MAIL_SIZE];
};

extern struct shared *shared;

/*
 * calls.c: from here on every system call of this process goes through a handler (PR_SET_SYSCALL_USER_DISPATCH, Linux 5.11), which counts, fails, kills and
 * records as shared says.  0, or -1 where the kernel cannot.
 */
int calls_watch(enum party_id me);
/* The party whose faults count here; negative in the harness itself. */
extern int calls_party;

#endif
