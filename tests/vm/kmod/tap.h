/* SPDX-License-Identifier: BSD-2-Clause */
/* Test programs for the short boot: each test in a process of its own, with a time limit, printed as TAP. */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct tap_test {
	const char *name;
	void (*run)(void);
};

/* Runs all tests in order. Returns main()'s status: 0 when all passed. */
int tap_run(const struct tap_test *tests, size_t count);

/* A test may take this long and still not count as hung: its limit begins behind it. */
void tap_allow(time_t seconds);

/* Ends the test as failed, telling where and why with errno. */
_Noreturn void tap_fail(const char *file, int line, const char *what);

/* What must hold, in a test or in any process that it starts. */
#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			tap_fail(__FILE__, __LINE__, #condition);                                                      \
	} while (0)

/* The call must fail, with this errno. */
#define CHECK_ERRNO(call, number)                                                                                      \
	do {                                                                                                           \
		errno = 0;                                                                                             \
		if ((call) != -1 || errno != (number))                                                                 \
			tap_fail(__FILE__, __LINE__, #call " fails with " #number);                                    \
	} while (0)

#endif
