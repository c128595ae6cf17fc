/* SPDX-License-Identifier: BSD-2-Clause */
/* What a thread of the fuzzer can do next. */
#ifndef STEPS_H
#define STEPS_H

#include "tests/fuzz/life.h"

struct step {
	void (*take)(struct thread *thread);
	/* How often, for a process that is a client, a TA, both. */
	unsigned int weight[3];
};

/* Each table ends with one that has no function. */
extern const struct step client_steps[], ta_steps[], other_steps[];

/* CLOCK_MONOTONIC: often none, soon or past, seldom anything. */
uint64_t step_deadline(struct thread *thread);
/* Mostly what is asked for, seldom any number. */
uint64_t step_odd(struct thread *thread, uint64_t number);
/* Where an argument lies: mostly a copy of it that is read back, seldom in the arena or nowhere. Returns 0 or an errno. */
int step_ioctl(struct thread *thread, enum kind kind, int fd, unsigned long cmd, void *arg, size_t size, const int *allowed);
/* The address of a place in the arena. */
uintptr_t step_place(unsigned int place);
/* Of the UUIDs that all processes use. */
void step_uuid(struct thread *thread, uint8_t uuid[TEECHAN_UUID_LEN]);

#endif
