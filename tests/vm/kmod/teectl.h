/* SPDX-License-Identifier: BSD-2-Clause */
/* teectl, which lies beside the test programs in the machine, run and read. */
#ifndef TESTS_TEECTL_H
#define TESTS_TEECTL_H

#include <stdbool.h>
#include <sys/types.h>

#define TEECTL "/test/teectl"
#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
/* uuid_a and uuid_b as text */
#define TEXT_A "74656563-6861-6e20-7465-737420204100"
#define TEXT_B "74656563-6861-6e20-7465-737420204200"

/* What the last command printed, on both outputs. */
extern char teectl_text[1 << 18];

/* Runs a shell command to its end; its exit status. */
int teectl_capture(const char *command);
/* Is it in the text? Tells the text when it is not. */
bool teectl_says(const char *what);
/* How often it is in the text. */
unsigned int teectl_count(const char *what);
/* The number behind "name": in the text, from the first of it on. */
unsigned long long teectl_number(const char *name);

/* One that goes on until it is told to end. */
struct teectl_running {
	pid_t pid;
	int out;
};
/* Starts teectl with these arguments (NULL at the end); returns when it says on standard error that it listens. */
void teectl_start(struct teectl_running *running, const char *const *arguments);
/* Reads its output until this is in the text. */
void teectl_await(struct teectl_running *running, const char *what);
/* Sends the signal; the rest of its output comes behind the text. Its wait status. */
int teectl_stop(struct teectl_running *running, int number);

#endif
