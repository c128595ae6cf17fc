// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/client/running.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <time.h>

/*
 * A cancellation can hit the moment between running_begin() and the message's birth: so many times it looks again, the
 * later times with a pause, for the other thread may be one that this one keeps from running.
 */
#define CANCEL_TRIES 1000
#define CANCEL_TRIES_AT_ONCE 20
#define CANCEL_PAUSE_NS 1000000

/* How long the trusted application has to answer a call that is cancelled, so that one that hangs holds nobody up. */
#define CANCEL_GRACE_NS UINT64_C(1000000000)

/* Protects the list of contexts, so that a cancellation finds its context alive. Calls do not take it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct context *contexts;

void running_context_add(struct context *ctx)
{
	pthread_mutex_lock(&lock);
	ctx->next = contexts;
	contexts = ctx;
	pthread_mutex_unlock(&lock);
}

void running_context_remove(struct context *ctx)
{
	struct context **at;

	pthread_mutex_lock(&lock);
	for (at = &contexts; *at != ctx; at = &(*at)->next)
		;
	*at = ctx->next;
	pthread_mutex_unlock(&lock);
}

static bool context_lives(const struct context *ctx)
{
	const struct context *it = contexts;

	while (it && it != ctx)
		it = it->next;
	return it;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Under the lock, so that the context outlives the call. True: there is nothing more to do. */
static bool cancel_once(TEEC_Operation *operation)
{
	struct teechan_cancel arg = { .cancel_id = running_cancel_id(operation) };
	const struct context *ctx;
	uint32_t unstarted = 0;

	if (__atomic_compare_exchange_n(&operation->started, &unstarted, RUNNING_CANCELLED, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return true;
	ctx = __atomic_load_n(&operation->imp, __ATOMIC_ACQUIRE);
	if (!context_lives(ctx))
		return true;
	arg.deadline_ns = now_ns() + CANCEL_GRACE_NS;
	/* -ENOENT: not yet on its way, or just over. */
	return channel_cancel(ctx->chan, &arg) != -ENOENT;
}

/* GP Client 1.0 §4.5.10 */
void TEEC_RequestCancellation(TEEC_Operation *operation)
{
	const struct timespec pause = { .tv_nsec = CANCEL_PAUSE_NS };
	bool done = false;
	int tries;

	if (!operation)
		return;
	for (tries = 0; !done && tries < CANCEL_TRIES; tries++) {
		pthread_mutex_lock(&lock);
		done = cancel_once(operation);
		pthread_mutex_unlock(&lock);
		if (!done && tries < CANCEL_TRIES_AT_ONCE)
			sched_yield();
		else if (!done)
			clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
}
