/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults on purpose, by /proc/thread-self/fail-nth: of all allocations and user copies that the kernel makes for the calling thread,
 * the nth fails. Needs a kernel of tests/vm/debug.config.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

/* An operation that is tried with its first, second, third ... allocation or user copy failing, until it gets through. */
struct fault_op {
	const char *name;
	/* Makes things ready, without faults; may be NULL. */
	void (*before)(void);
	/* Returns 0 or an errno. */
	int (*run)(void);
	/* What holds afterwards, without faults, whichever way it went; undoes what was done. */
	void (*after)(int error);
	/* The errors that docs/PROTOCOL.channel.md allows, or the system call's own page; ends with 0. */
	int allowed[4];
	/* Fewer places than this cannot be right. */
	unsigned int least;
};

/* Switches the kernel's fault injection to all kinds of allocations. Returns false when there is none. */
bool fault_prepare(void);
/* Ends the test when a check fails. */
void fault_try(const struct fault_op *op);
/* One try: whether the nth place was reached and failed; the operation's errno in error. */
bool fault_once(const struct fault_op *op, unsigned int n, int *error);
/* How many faults fault_try() has injected since fault_prepare(), in all processes. */
unsigned int fault_count(void);

#endif
