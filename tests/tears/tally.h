/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TEARS_TALLY_H
#define TEEPAY_TESTS_TEARS_TALLY_H

#include "scene.h"

/* What is tried, and how it came out. */
struct tally {
	bool reduced;			/* a sample, for make check */
	unsigned int points, violations;
};

extern struct tally tally;

/* A world that is replaced now and then, so that histories stay short; @s is empty at first. */
void tally_world(struct scene *s);

/*
 * One point is over: @format says which.  Starts what died, asks the oracle, makes one undisturbed tap and lets the issuer's messages through, and asks again.
 * A violation is printed and the world is replaced.
 */
void tally_judge(struct scene *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Counts a point that was judged elsewhere: @what is NULL or what did not hold. */
void tally_count(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Gives what does not hold after all was started again, or NULL. */
const char *tally_verdict(struct scene *s);

/* The parts, each enumerates and counts; see their files. */
void part_field(void);
void part_strike(enum fault_kind kind);
void part_power(void);
void part_model(uint64_t seed);

#endif
