/* SPDX-License-Identifier: BSD-2-Clause */
/* What is measured: each load is something that can be done a number of times. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the table. The sizes of the lent and the copied ones are load_sizes[]. */
enum load_id {
	LOAD_VALUE,		/* TEEC_InvokeCommand with a value */
	LOAD_EVENTFD,
	LOAD_FUTEX,
	LOAD_SEQPACKET,		/* 16 bytes there and back */
	LOAD_TEMP_256,		/* TEEC_InvokeCommand with a temporary reference, there and back */
	LOAD_SEQPACKET_256,
	LOAD_TEMP_4K,
	LOAD_SEQPACKET_4K,
	LOAD_LEND_4K,		/* a lent region, of which either side touches one page */
	LOAD_LEND_64K,
	LOAD_LEND_1M,
	LOAD_WHOLE_1M,		/* a lent region, wholly rewritten by the client and wholly read by the application */
	LOAD_COPY_1M,		/* the same over memory that is copied there and back */
	LOAD_OPEN,		/* TEEC_OpenSession to an application that runs and has another session; its closing does not count */
	LOAD_OPEN_CLOSE,	/* both, one after the other */
	LOAD_LENT,		/* as LOAD_WHOLE_1M, for each of load_sizes[] */
	LOAD_COPIED = LOAD_LENT + 7,	/* the same as temporary references */
	LOAD_COUNT = LOAD_COPIED + 7,
};

#define LOAD_SIZES 7
extern const size_t load_sizes[LOAD_SIZES];

struct bench;

/* Starts the trusted application and the peers; name is the application's program. */
struct bench *load_start(const char *program);
void load_stop(struct bench *bench);
/* All processes on CPU 0, or wherever the scheduler likes. */
void load_pin(struct bench *bench, bool pinned);
/* Does it count times. Returns how much of the time does not count, in nanoseconds. */
uint64_t load_run(struct bench *bench, enum load_id id, unsigned int count);
/* System calls of count value calls, of the client and of the application, counted by a tracer as strace does. */
void load_syscalls(struct bench *bench, unsigned int count, double *client, double *ta);

#endif
