// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/client/running.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <time.h>

/*
 * TEEC_Operation.started: 0 as the client sets it; RUNNING from the beginning of the call on; CANCELLED when the
 * cancellation came before the call. The last one is a number that memory nobody initialised will hardly have: only a
 * client that wants to cancel must set the field (GP Client 1.0 §4.3.8).
 */
#define RUNNING 1u
#define CANCELLED 0x63616e63u

/*
 * A cancellation can hit the moment between running_begin() and the message's birth: so many times it looks again, the
 * later times with a pause, for the other thread may be one that this one keeps from running.
 */
#define CANCEL_TRIES 1000
#define CANCEL_TRIES_AT_ONCE 20
#define CANCEL_PAUSE_NS 1000000

/* How long the trusted application has to answer a call that is cancelled, so that one that hangs holds nobody up. */
#define CANCEL_GRACE_NS UINT64_C(1000000000)

/* Protects the list, the started fields of operations, and the count of ids. Held for a few instructions only. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct running *list;
static uint64_t last_id;

TEEC_Result running_begin(struct running *running, struct context *ctx, TEEC_Operation *operation)
{
	TEEC_Result result = TEEC_SUCCESS;

	*running = (struct running){ .ctx = ctx, .operation = operation };
	if (!operation)
		return TEEC_SUCCESS;
	pthread_mutex_lock(&lock);
	if (operation->started == CANCELLED)
		result = TEEC_ERROR_CANCEL;
	operation->started = RUNNING;
	if (!result) {
		running->cancel_id = ++last_id;
		running->next = list;
		list = running;
	}
	pthread_mutex_unlock(&lock);
	return result;
}

void running_end(struct running *running)
{
	struct running **at;

	if (!running->cancel_id)
		return;
	pthread_mutex_lock(&lock);
	for (at = &list; *at != running; at = &(*at)->next)
		;
	*at = running->next;
	pthread_mutex_unlock(&lock);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Under the lock, so that the context outlives the call. True: there is nothing more to do. */
static bool cancel_once(const TEEC_Operation *operation)
{
	struct teechan_cancel arg = { 0 };
	const struct running *running = list;

	while (running && running->operation != operation)
		running = running->next;
	if (!running)
		return true;
	arg.cancel_id = running->cancel_id;
	arg.deadline_ns = now_ns() + CANCEL_GRACE_NS;
	/* -ENOENT: not yet on its way, or just over. */
	return channel_ops.cancel(running->ctx->chan, &arg) != -ENOENT;
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
		if (!operation->started) {
			operation->started = CANCELLED;
			done = true;
		} else {
			done = cancel_once(operation);
		}
		pthread_mutex_unlock(&lock);
		if (!done && tries < CANCEL_TRIES_AT_ONCE)
			sched_yield();
		else if (!done)
			clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
}
