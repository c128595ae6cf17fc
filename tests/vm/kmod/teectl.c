// SPDX-License-Identifier: BSD-2-Clause
#include "tests/vm/kmod/teectl.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

char teectl_text[1 << 18];

int teectl_capture(const char *command)
{
	FILE *f = popen(command, "r");
	size_t len;
	int status;

	CHECK(f);
	len = fread(teectl_text, 1, sizeof(teectl_text) - 1, f);
	teectl_text[len] = 0;
	status = pclose(f);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

bool teectl_says(const char *what)
{
	if (strstr(teectl_text, what))
		return true;
	printf("# no \"%s\" in:\n# %s\n", what, teectl_text);
	return false;
}

unsigned int teectl_count(const char *what)
{
	unsigned int count = 0;

	for (const char *at = strstr(teectl_text, what); at; at = strstr(at + 1, what))
		count++;
	return count;
}

unsigned long long teectl_number(const char *name)
{
	unsigned long long value;
	char want[48];
	const char *at;

	snprintf(want, sizeof(want), "\"%s\":", name);
	at = strstr(teectl_text, want);
	CHECK(at && sscanf(at + strlen(want), "%llu", &value) == 1);
	return value;
}

void teectl_start(struct teectl_running *running, const char *const *arguments)
{
	const char *args[12] = { "teectl" };
	int out[2], err[2];
	char c = 0;

	for (int i = 0; arguments[i]; i++) {
		CHECK(i < 10);
		args[i + 1] = arguments[i];
	}
	CHECK(pipe(out) == 0 && pipe(err) == 0);
	running->pid = fork();
	CHECK(running->pid >= 0);
	if (running->pid == 0) {
		CHECK(dup2(out[1], STDOUT_FILENO) >= 0 && dup2(err[1], STDERR_FILENO) >= 0);
		close(out[0]);
		close(out[1]);
		close(err[0]);
		close(err[1]);
		execv(TEECTL, (char *const *)(uintptr_t)args);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	running->out = out[0];
	teectl_text[0] = 0;
	/* The line that says that it listens; what may come behind it is read by nobody and is little. */
	while (c != '\n')
		CHECK(read(err[0], &c, 1) == 1);
}

static bool read_more(struct teectl_running *running)
{
	const size_t len = strlen(teectl_text);
	ssize_t got;

	CHECK(len + 1 < sizeof(teectl_text));
	got = read(running->out, teectl_text + len, sizeof(teectl_text) - 1 - len);
	CHECK(got >= 0);
	teectl_text[len + (size_t)got] = 0;
	return got > 0;
}

void teectl_await(struct teectl_running *running, const char *what)
{
	while (!strstr(teectl_text, what))
		if (!read_more(running))
			CHECK(teectl_says(what));
}

int teectl_stop(struct teectl_running *running, int number)
{
	int status;

	CHECK(kill(running->pid, number) == 0);
	status = await_end(running->pid);
	while (read_more(running))
		continue;
	close(running->out);
	return status;
}
