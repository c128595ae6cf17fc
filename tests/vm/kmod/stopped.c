// SPDX-License-Identifier: BSD-2-Clause
/* Who waits in the channel can be debugged and frozen at any time, and goes on where he was. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
#define CALLS 1000u

/* A process that makes its calls and tells that each counted one. */
static pid_t caller(void)
{
	const pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		const int fd = client_open();
		const uint32_t session = client_session(fd, uuid_a);

		for (unsigned int i = 1; i <= CALLS; i++) {
			struct teechan_param p[4] = { param_value(TEECHAN_VALUE_OUT, 0, 0) };

			CHECK(client_call(fd, session, CMD_COUNT, p) == 0 && p[0].a == i);
		}
		_exit(0);
	}
	return pid;
}

/* A process that holds a page of its own lent, and waits: in the call, or with touch in a fault on the page. */
static pid_t waiter(struct ta_process *ta, bool touch_it)
{
	const pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		struct teechan_param p[4] = { 0 };
		struct calling calling;
		struct region region;
		const int fd = client_open();
		const uint32_t session = client_session(fd, uuid_a);

		region_make(fd, &region, PAGE);
		p[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, PAGE);
		if (!touch_it)
			_exit(client_call(fd, session, CMD_HOLD, p) == 0 ? 0 : 1);
		call_start(&calling, fd, session, CMD_HOLD, p);
		await_sleep(getpid(), calling.tid);
		*(volatile uint8_t *)region.mem = 1;
		call_end(&calling);
		_exit(calling.result == 0 && calling.call.ret == 0 ? 0 : 1);
	}
	ta_held(ta);
	await_sleep(pid, pid);
	return pid;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0);
	return info.si_pid == pid;
}

/* ---- a debugger ---- */

/* Stops a process as a debugger does, and lets it go. Returns false when it has ended. */
static bool debug_once(pid_t pid, bool seize)
{
	int status;

	/* A process that has ended cannot be debugged. */
	if (ptrace(seize ? PTRACE_SEIZE : PTRACE_ATTACH, pid, NULL, NULL) == 0 && seize)
		ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	CHECK(waitpid(pid, &status, __WALL) == pid);
	if (!WIFSTOPPED(status)) {
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		return false;
	}
	CHECK(ptrace(PTRACE_DETACH, pid, NULL, NULL) == 0);
	return true;
}

static void debugged_client(void)
{
	struct ta_process ta;
	unsigned int times = 0;
	pid_t pid;

	ta_start(&ta, uuid_a, SHARED);
	pid = caller();
	while (debug_once(pid, times & 1))
		times++;
	printf("# %u times\n", times);
	CHECK(times > 20);
}

static void debugged_ta(void)
{
	struct ta_process ta;
	unsigned int times = 0;
	pid_t pid;

	ta_start(&ta, uuid_a, SHARED);
	for (pid = caller(); !has_ended(pid); times++)
		CHECK(debug_once(ta.pid, times & 1));
	CHECK(await_end(pid) == 0);
	printf("# %u times\n", times);
	CHECK(times > 20);
}

/* Rule 3: in a fault on a lent page too, and it goes on waiting. */
static void debugged_in_a_fault(void)
{
	struct ta_process ta;
	pid_t pid;

	ta_start(&ta, uuid_a, SHARED);
	pid = waiter(&ta, true);
	for (unsigned int times = 0; times < 20; times++) {
		CHECK(debug_once(pid, times & 1));
		await_sleep(pid, pid);
	}
	CHECK(!has_ended(pid));
	ta_go(&ta);
	CHECK(await_end(pid) == 0);
}

/* ---- the freezers ---- */

#define GROUPS "/tmp/groups"
#define GROUP GROUPS "/group"

static void group_write(const char *file, const char *text)
{
	const int fd = open(file, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void group_await(const char *file, const char *text)
{
	char got[256];
	ssize_t len;

	do {
		const int fd = open(file, O_RDONLY | O_CLOEXEC);

		CHECK(fd >= 0);
		len = read(fd, got, sizeof(got) - 1);
		close(fd);
		CHECK(len >= 0);
		got[len] = 0;
	} while (!strstr(got, text) && sched_yield() == 0);
}

static const struct freezer {
	const char *type, *options;
	const char *file, *freeze, *thaw;
	const char *state, *frozen, *thawed;
} freezers[] = {
	/* That of containers. */
	{ "cgroup2", "", GROUP "/cgroup.freeze", "1", "0", GROUP "/cgroup.events", "frozen 1", "frozen 0" },
	/* The older one, which freezes as suspending the machine does. */
	{ "cgroup", "freezer", GROUP "/freezer.state", "FROZEN", "THAWED", GROUP "/freezer.state", "FROZEN", "THAWED" },
};

static void freezer_mount(const struct freezer *it)
{
	CHECK(mkdir(GROUPS, 0700) == 0 || errno == EEXIST);
	CHECK(mount("groups", GROUPS, it->type, 0, it->options) == 0);
	CHECK(mkdir(GROUP, 0700) == 0 || errno == EEXIST);
}

static void freezer_unmount(void)
{
	CHECK(rmdir(GROUP) == 0 && umount(GROUPS) == 0);
}

static void freezer_put(pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	group_write(GROUP "/cgroup.procs", text);
}

static void freeze(const struct freezer *it)
{
	group_write(it->file, it->freeze);
	group_await(it->state, it->frozen);
}

static void thaw(const struct freezer *it)
{
	group_write(it->file, it->thaw);
	group_await(it->state, it->thawed);
}

/* Freezes and thaws one side while the other works; an empty group is never frozen, so the end of the client ends it. */
static void freeze_often(bool freeze_ta)
{
	for (size_t i = 0; i < sizeof(freezers) / sizeof(freezers[0]); i++) {
		const struct freezer *it = &freezers[i];
		struct ta_process ta;
		unsigned int times;
		pid_t pid;

		freezer_mount(it);
		ta_start(&ta, uuid_a, SHARED);
		pid = caller();
		freezer_put(freeze_ta ? ta.pid : pid);
		for (times = 0; !has_ended(pid); times++) {
			group_write(it->file, it->freeze);
			group_write(it->file, it->thaw);
		}
		CHECK(await_end(pid) == 0);
		printf("# %s: %u times\n", it->type, times);
		/* How often is the scheduler's affair: on a busy machine the calls may be over soon. */
		CHECK(times > 0);
		ta_kill(&ta);
		freezer_unmount();
	}
}

static void frozen_client(void)
{
	freeze_often(false);
}

static void frozen_ta(void)
{
	freeze_often(true);
}

/* Who waits is frozen while he waits, and waits on afterwards. */
static void freeze_waiter(bool in_a_fault)
{
	for (size_t i = 0; i < sizeof(freezers) / sizeof(freezers[0]); i++) {
		const struct freezer *it = &freezers[i];
		struct ta_process ta;
		pid_t pid;

		freezer_mount(it);
		ta_start(&ta, uuid_a, SHARED);
		pid = waiter(&ta, in_a_fault);
		freezer_put(pid);
		freeze(it);
		thaw(it);
		await_sleep(pid, pid);
		freeze(it);
		/* What comes while he is frozen is there when he is not any more. */
		ta_go(&ta);
		CHECK(!has_ended(pid));
		thaw(it);
		CHECK(await_end(pid) == 0);
		ta_kill(&ta);
		freezer_unmount();
	}
}

static void frozen_in_a_call(void)
{
	freeze_waiter(false);
}

static void frozen_in_a_fault(void)
{
	freeze_waiter(true);
}

static const struct tap_test tests[] = {
	{ "rule 1: 1000 calls of a client that a debugger stops execute 1000 times", debugged_client },
	{ "rule 1: 1000 calls to a TA that a debugger stops execute 1000 times", debugged_ta },
	{ "rule 1: 1000 calls of a client that is frozen and thawed execute 1000 times", frozen_client },
	{ "rule 1: 1000 calls to a TA that is frozen and thawed execute 1000 times", frozen_ta },
	{ "rule 1: a client that waits for an answer can be frozen", frozen_in_a_call },
	{ "rule 3: a thread that waits for a lent page can be debugged", debugged_in_a_fault },
	{ "rule 3: a thread that waits for a lent page can be frozen", frozen_in_a_fault },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
