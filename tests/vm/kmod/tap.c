// SPDX-License-Identifier: BSD-2-Clause
#include "tests/vm/kmod/tap.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static time_t allowed;

void tap_allow(time_t seconds)
{
	allowed = seconds;
}

/* Seconds until a test counts as hung; software emulation on a busy machine is slow, and slower under a debugging kernel. */
static time_t limit_seconds(void)
{
	const char *text = getenv("TAP_LIMIT");
	const long limit = text ? strtol(text, NULL, 10) : 0;

	return allowed + (limit > 0 ? limit : 60);
}

void tap_fail(const char *file, int line, const char *what)
{
	printf("# %s:%d: not so: %s (errno: %s)\n", file, line, what, strerror(errno));
	fflush(stdout);
	_exit(1);
}

static bool wait_for_child(pid_t pid, int *status)
{
	const struct timespec limit = { .tv_sec = limit_seconds() };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		if (sigtimedwait(&set, NULL, &limit) < 0 && errno == EAGAIN)
			return false;
	}
}

static bool run_one(const struct tap_test *test)
{
	int status = 0;
	pid_t pid;
	bool done;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setpgid(0, 0);
		test->run();
		fflush(stdout);
		_exit(0);
	}
	setpgid(pid, pid);
	done = wait_for_child(pid, &status);
	/* What the test started ends with it. */
	kill(-pid, SIGKILL);
	if (!done) {
		printf("# hung for %ld s\n", (long)limit_seconds());
		waitpid(pid, &status, 0);
	}
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	if (done && WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	return done && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* TAP_ONLY, if set, names the tests to run, with a | behind each. */
static bool is_wanted(const struct tap_test *test)
{
	const char *only = getenv("TAP_ONLY");
	const size_t len = strlen(test->name);

	if (!only)
		return true;
	for (const char *at = only; (at = strstr(at, test->name)); at++)
		if (at[len] == '|' && (at == only || at[-1] == '|'))
			return true;
	return false;
}

int tap_run(const struct tap_test *tests, size_t count)
{
	size_t wanted = 0, number = 0;
	bool all = true;
	sigset_t set;

	/* Orphans of a test come here, so that the next begins when they are gone. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < count; i++)
		wanted += is_wanted(&tests[i]);
	printf("1..%zu\n", wanted);
	for (size_t i = 0; i < count; i++) {
		bool ok;

		if (!is_wanted(&tests[i]))
			continue;
		ok = run_one(&tests[i]);
		printf("%sok %zu - %s\n", ok ? "" : "not ", ++number, tests[i].name);
		all = all && ok;
	}
	return all ? 0 : 1;
}
