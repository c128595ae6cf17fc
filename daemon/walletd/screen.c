// SPDX-License-Identifier: BSD-2-Clause
#include "screen.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* What the thread has, and the event loop gets when it is over; in between it is the thread's alone. */
struct job {
	uint32_t command;
	struct payta_limits limits;
	int fd;
	int err;
	struct ta_verdict verdict;
};

struct screen {
	sd_event_source *source;
	screen_done done;
	void *ctx;
	int fd;
	bool busy;
	pthread_t thread;
	struct job *job;
};

static void *run(void *arg)
{
	const uint64_t one = 1;
	struct job *job = arg;
	struct ta *ta = ta_new();

	job->err = ta ? ta_screen(ta, job->command, &job->limits, &job->verdict) : TA_ERR_OTHER;
	ta_free(&ta);
	/* An eventfd takes it always; if not, nobody is there to hear it. */
	if (write(job->fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		abort();
	return NULL;
}

static int on_over(sd_event_source *source, int fd, uint32_t events, void *ctx)
{
	struct screen *s = ctx;
	struct ta_verdict verdict;
	uint64_t n;
	int err;

	(void)source;
	(void)events;
	if (read(fd, &n, sizeof(n)) != (ssize_t)sizeof(n) || !s->busy)
		return 0;
	pthread_join(s->thread, NULL);
	err = s->job->err;
	verdict = s->job->verdict;
	free(s->job);
	s->job = NULL;
	s->busy = false;
	s->done(s->ctx, err, &verdict);
	return 0;
}

int screen_new(struct screen **screen, sd_event *event, screen_done done, void *ctx)
{
	struct screen *s = calloc(1, sizeof(*s));
	int r;

	*screen = s;
	if (!s)
		return -ENOMEM;
	s->done = done;
	s->ctx = ctx;
	s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = s->fd < 0 ? -errno : sd_event_add_io(event, &s->source, s->fd, EPOLLIN, on_over, s);
	if (r < 0)
		screen_free(screen);
	return r < 0 ? r : 0;
}

void screen_free(struct screen **screen)
{
	struct screen *s = *screen;

	if (!s)
		return;
	sd_event_source_disable_unref(s->source);
	/* A thread that still runs keeps its job and the descriptor until the process ends, which is now. */
	if (s->busy)
		pthread_detach(s->thread);
	else if (s->fd >= 0)
		close(s->fd);
	free(s);
	*screen = NULL;
}

bool screen_busy(const struct screen *screen)
{
	return screen->busy;
}

bool screen_start(struct screen *s, uint32_t command, const struct payta_limits *limits)
{
	sigset_t all, before;
	int err;

	if (s->busy)
		return false;
	s->job = calloc(1, sizeof(*s->job));
	if (!s->job)
		return false;
	*s->job = (struct job){ .command = command, .fd = s->fd };
	if (limits)
		s->job->limits = *limits;
	/* Signals are the event loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&s->thread, NULL, run, s->job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->busy = err == 0;
	if (s->busy)
		return true;
	free(s->job);
	s->job = NULL;
	return false;
}
