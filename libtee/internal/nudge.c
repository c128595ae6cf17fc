// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/nudge.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#define PERIOD_US 50000

static bool ready;
static volatile sig_atomic_t kept;

static void on_alarm(int signal)
{
	(void)signal;
}

static void arm(long us)
{
	const struct itimerval every = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &every, NULL);
}

void tee_nudge_init(void)
{
	/* No SA_RESTART: the wait must end. */
	const struct sigaction action = { .sa_handler = on_alarm };

	ready = !sigaction(SIGALRM, &action, NULL);
}

void tee_nudge_begin(void)
{
	if (ready)
		arm(PERIOD_US);
}

void tee_nudge_end(void)
{
	if (!ready)
		return;
	arm(0);
	/* Also if that came between the two. */
	if (kept)
		arm(PERIOD_US);
}

void tee_nudge_keep(void)
{
	kept = 1;
	if (ready)
		arm(PERIOD_US);
}
