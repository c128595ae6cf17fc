// SPDX-License-Identifier: BSD-2-Clause
#include "tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stop.h"

#define PREFIX "teectl-"
#define EVENTS "events/teechan"
#define PATH_ROOM 128
/* The kernel wakes who polls late or not at all in some versions, so it is asked this often as well. */
#define LOOK_AGAIN_MS 200

struct tracefs {
	char path[PATH_ROOM];
	int pipe;
	char text[1 << 16];
	size_t len;
};

static int fail(struct link_error *e, int status, const char *what, const char *why)
{
	e->exit_status = status;
	snprintf(e->text, sizeof(e->text), "%s%s%s", what, why ? ": " : "", why ? why : "");
	return -1;
}

/* Writes a word to a file below the instance. 0 or -1 with errno. */
static int put(const struct tracefs *t, const char *name, const char *word)
{
	char path[PATH_ROOM + 64];
	ssize_t done;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", t->path, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	done = write(fd, word, strlen(word));
	close(fd);
	return done < 0 ? -1 : 0;
}

/* What a teectl that was killed could not take away. */
static void sweep(const char *instances)
{
	DIR *dir = opendir(instances);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct tracefs left = { .pipe = -1 };
		char *end;
		long pid;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
			continue;
		pid = strtol(entry->d_name + strlen(PREFIX), &end, 10);
		if (*end || pid <= 0 || pid > INT_MAX || !kill((pid_t)pid, 0) || errno != ESRCH)
			continue;
		if (snprintf(left.path, sizeof(left.path), "%s/%s", instances, entry->d_name) >= (int)sizeof(left.path))
			continue;
		(void)put(&left, EVENTS "/enable", "0");
		(void)rmdir(left.path);
	}
	if (dir)
		closedir(dir);
}

static const char *find_instances(void)
{
	static const char *const places[] = { "/sys/kernel/tracing/instances", "/sys/kernel/debug/tracing/instances" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!access(places[i], F_OK))
			return places[i];
	/* Not mounted at the start of this machine: then by the first who needs it. */
	return mount("tracefs", "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) ? NULL : places[0];
}

/* Is this the only trace that there is? */
static bool alone(const char *instances)
{
	char path[PATH_ROOM], enabled = 0;
	DIR *dir = opendir(instances);
	const struct dirent *entry;
	int others = 0, fd;

	while (dir && (entry = readdir(dir)))
		others += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	snprintf(path, sizeof(path), "%s/../events/enable", instances);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &enabled, 1) != 1)
			enabled = 0;
		close(fd);
	}
	return others == 1 && enabled == '0';
}

static int setup(struct tracefs *t, const char *instances, struct link_error *e)
{
	char path[PATH_ROOM + 16];

	/* The clock of the module's events, whose readings can be compared on all processors. */
	if (put(t, "trace_clock", "mono"))
		return fail(e, 1, "cannot set the clock of the kernel's trace", strerror(errno));
	/* Wake at the first event, not when the buffer is half full; older kernels always do. */
	(void)put(t, "buffer_percent", "0");
	/*
	 * Names of processes are not taken from the trace, so the kernel need not look for them at every change of process. The
	 * switch is one for all traces: others keep it as they have it.
	 */
	if (alone(instances))
		(void)put(t, "trace_options", "norecord-cmd");
	snprintf(path, sizeof(path), "%s/trace_pipe", t->path);
	t->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (t->pipe < 0)
		return fail(e, 1, "cannot read the kernel's trace", strerror(errno));
	if (put(t, EVENTS "/enable", "1"))
		return fail(e, 5, errno == ENOENT ? "the module teechan is not loaded; run: modprobe teechan" :
						    "cannot turn the module's tracepoints on", errno == ENOENT ? NULL : strerror(errno));
	return 0;
}

int tracefs_open(struct tracefs **out, struct link_error *e)
{
	const char *instances = find_instances();
	struct tracefs *t;

	if (!instances)
		return errno == EPERM ? fail(e, 1, "only root may trace; run it with sudo", NULL) :
					fail(e, 1, "the kernel has no tracing at /sys/kernel/tracing", strerror(errno));
	sweep(instances);
	t = calloc(1, sizeof(*t));
	if (!t)
		return fail(e, 1, "no memory", NULL);
	t->pipe = -1;
	snprintf(t->path, sizeof(t->path), "%s/" PREFIX "%d", instances, (int)getpid());
	if (mkdir(t->path, 0700)) {
		fail(e, 1, "cannot make a trace of its own", errno == EACCES || errno == EPERM ? "only root may; run it with sudo" :
											      strerror(errno));
		free(t);
		return -1;
	}
	if (setup(t, instances, e)) {
		tracefs_close(&t);
		return -1;
	}
	*out = t;
	return 0;
}

void tracefs_close(struct tracefs **t)
{
	if (!*t)
		return;
	/* Off before the rest goes, so that no more is recorded. */
	(void)put(*t, EVENTS "/enable", "0");
	if ((*t)->pipe >= 0)
		close((*t)->pipe);
	if (rmdir((*t)->path))
		fprintf(stderr, "teectl: cannot take %s away: %s\n", (*t)->path, strerror(errno));
	free(*t);
	*t = NULL;
}

/* Hands out all whole lines; the beginning of one stays. */
static void cut_lines(struct tracefs *t, tracefs_line_fn *fn, void *data)
{
	char *line = t->text, *end;

	while ((end = memchr(line, '\n', t->len - (size_t)(line - t->text)))) {
		*end = 0;
		fn(line, data);
		line = end + 1;
	}
	t->len -= (size_t)(line - t->text);
	memmove(t->text, line, t->len);
	/* No line of ours is so long. */
	if (t->len == sizeof(t->text))
		t->len = 0;
}

int tracefs_read(struct tracefs *t, tracefs_line_fn *fn, void *data, struct link_error *e)
{
	struct pollfd pfd = { .fd = t->pipe, .events = POLLIN };
	ssize_t got;

	if (stop_poll(&pfd, 1, stop_time() ? 0 : LOOK_AGAIN_MS) < 0)
		return errno == EINTR ? 0 : fail(e, 1, "cannot wait for the kernel's trace", strerror(errno));
	got = read(t->pipe, t->text + t->len, sizeof(t->text) - t->len);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : fail(e, 1, "cannot read the kernel's trace", strerror(errno));
	t->len += (size_t)got;
	cut_lines(t, fn, data);
	return 0;
}

bool tracefs_unloaded(const struct tracefs *t)
{
	char path[PATH_ROOM + 32];

	snprintf(path, sizeof(path), "%s/" EVENTS, t->path);
	return access(path, F_OK) != 0;
}
