// SPDX-License-Identifier: BSD-2-Clause
#include "stop.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static volatile sig_atomic_t stopped;
static sigset_t outside;
static uint64_t stopped_at;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

void stop_prepare(void)
{
	const struct sigaction act = { .sa_handler = stop }, ignore = { .sa_handler = SIG_IGN };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sigaddset(&blocked, numbers[i]);
		sigaction(numbers[i], &act, NULL);
	}
	sigaction(SIGPIPE, &ignore, NULL);
	sigprocmask(SIG_BLOCK, &blocked, &outside);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigdelset(&outside, numbers[i]);
}

int stop_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	const struct timespec timeout = { .tv_sec = timeout_ms / 1000, .tv_nsec = (long)(timeout_ms % 1000) * 1000000 };

	return ppoll(fds, count, timeout_ms < 0 ? NULL : &timeout, &outside);
}

static bool signal_pending(void)
{
	sigset_t pending;

	if (!sigpending(&pending))
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			if (sigismember(&pending, numbers[i]) == 1)
				return true;
	return false;
}

bool stop_wanted(void)
{
	struct timespec now;

	if (stopped_at)
		return true;
	/* What is ready is told before a signal: as long as more comes in than is read, stop_poll() lets none through. */
	if (!stopped && !signal_pending())
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	stopped_at = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	return true;
}

uint64_t stop_time(void)
{
	return stopped_at;
}
