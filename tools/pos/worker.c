// SPDX-License-Identifier: BSD-2-Clause
#include "worker.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

enum worker_state { WORKER_IDLE, WORKER_ASKED, WORKER_DONE, WORKER_QUIT };

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;	/* protects all below but lost */
	pthread_cond_t changed;
	enum worker_state state;
	int (*fn)(void *arg);
	void *arg;
	int result;
	bool lost;		/* the caller's own */
};

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		int result;

		while (w->state != WORKER_ASKED && w->state != WORKER_QUIT)
			pthread_cond_wait(&w->changed, &w->lock);
		if (w->state == WORKER_QUIT)
			break;
		pthread_mutex_unlock(&w->lock);
		result = w->fn(w->arg);
		pthread_mutex_lock(&w->lock);
		w->result = result;
		w->state = WORKER_DONE;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct worker *worker_start(void)
{
	struct worker *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;

	if (!w)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	/* A clock that somebody sets must not shorten or lengthen a wait. */
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&w->thread, NULL, worker_main, w) == 0)
		return w;
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return NULL;
}

bool worker_call(struct worker *w, int (*fn)(void *arg), void *arg, unsigned int ms, int *result)
{
	struct timespec end;
	int r = 0;

	if (w->lost)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += (long)(ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	w->fn = fn;
	w->arg = arg;
	w->state = WORKER_ASKED;
	pthread_cond_broadcast(&w->changed);
	while (w->state != WORKER_DONE && r != ETIMEDOUT)
		r = pthread_cond_timedwait(&w->changed, &w->lock, &end);
	if (w->state == WORKER_DONE) {
		*result = w->result;
		w->state = WORKER_IDLE;
	} else {
		w->lost = true;
	}
	pthread_mutex_unlock(&w->lock);
	return !w->lost;
}

bool worker_lost(const struct worker *w)
{
	return w->lost;
}

void worker_stop(struct worker **wp)
{
	struct worker *w = *wp;

	*wp = NULL;
	if (!w || w->lost)
		return;
	pthread_mutex_lock(&w->lock);
	w->state = WORKER_QUIT;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
