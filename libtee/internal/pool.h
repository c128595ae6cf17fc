/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processes of a multi-instance application: each serves one session at a time, with an instance of its own. This
 * process makes them, watches them, and serves nobody itself.
 *
 * Two are there without work, so that who opens a session finds one; there are TEE_POOL_MAX at most. When all have a
 * session, and for the moment in which a new one starts, the channel says TEE_ERROR_BUSY. A process stays when its
 * session is over, for the next. One that ends by itself, by a panic say, takes its session with it and no other; another
 * one takes its place. If more than TEE_POOL_CRASHES do so within a minute, all end, and systemd decides.
 */
#ifndef LIBTEE_INTERNAL_POOL_H
#define LIBTEE_INTERNAL_POOL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define TEE_POOL_MAX		16
#define TEE_POOL_SPARE		2
#define TEE_POOL_CRASHES	10

struct tee_pool_config {
	int (*serve)(void);			/* runs in each process; its exit code */
	void (*gone)(pid_t pid);		/* a process has ended; may be NULL */
	const volatile sig_atomic_t *stop;	/* not 0: end all; a signal interrupts until then */
	uint64_t tick_ns;			/* how often tick() is called, and a process must call tee_pool_alive(); 0: never */
	void (*ready)(void);			/* the first process serves */
	void (*tick)(void);
};

/* Returns the exit code, an enum tee_exit. */
int tee_pool_run(const struct tee_pool_config *config);

/* In the processes: told to the first one. */
void tee_pool_serves(void);
void tee_pool_has_session(bool now);
void tee_pool_alive(void);

#endif
