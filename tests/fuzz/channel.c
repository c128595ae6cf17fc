// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzzes the kernel module: processes that are clients, trusted applications or both take random steps, with each other, end and are
 * killed. The kernel's own checkers find what is wrong inside; this program sees errors that the interface does not allow, processes
 * that do not die, and a module that keeps something when all are gone. Needs root, and leaves a policy behind, not sealed: who may
 * bind is as it was only when the module is loaded anew. Prints TAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/life.h"

#define PROCESSES_MAX 16
/* A process that lives longer is killed; one that then does not die, within the second time, is a bug. Seconds, times options.slow. */
#define LIFE_LIMIT 20
#define DEATH_LIMIT 120

static const char *const kind_names[KINDS] = {
	"VERSION", "OPEN_SESSION", "INVOKE", "CANCEL", "CLOSE_SESSION", "REGION_ALLOC", "REGION_FREE", "TA_INFO", "BIND", "REPLY_RECV",
	"CANCELLED", "any ioctl", "open", "close", "mmap", "munmap", "mremap", "mprotect", "madvise and like", "touched page", "copy by the kernel",
	"poll", "netlink", "policy set", "fork", "exec", "signal", "descriptor passed", "rmmod",
};

struct options {
	uint64_t seed, calls, least;
	time_t seconds;
	unsigned int processes, slow;
};

struct slot {
	pid_t pid;
	uint64_t born;
	time_t since;
	bool killed;
};

static struct slot slots[PROCESSES_MAX];
static struct tally *tally;
static int bazaar[2];
static unsigned int failures, tests;

static time_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void result(bool ok, const char *what)
{
	printf("%sok %u - %s\n", ok ? "" : "not ", ++tests, what);
	failures += !ok;
}

/* Clients, TAs, and both, whatever the time: the number of a process alone decides what it does. */
static void start(const struct options *options, unsigned int i)
{
	static const unsigned int roles[] = { 0, 1, 2, 0, 1, 0 };
	struct slot *slot = &slots[i];
	const struct life life = { .tally = tally, .bazaar = { bazaar[0], bazaar[1] }, .seed = options->seed,
				   .number = slot->born++ * options->processes + i, .role = roles[i % 6],
				   .slow = options->slow };

	fflush(stdout);
	slot->since = seconds_now();
	slot->killed = false;
	slot->pid = fork();
	if (slot->pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setpgid(0, 0);
		life_run(&life);
	}
	if (slot->pid > 0)
		setpgid(slot->pid, slot->pid);
}

static void ended(pid_t pid, int status)
{
	for (unsigned int i = 0; i < PROCESSES_MAX; i++) {
		if (slots[i].pid != pid)
			continue;
		slots[i].pid = 0;
		/* 2: it could not begin; 3: an exec left rights to its descriptors. */
		if (WIFEXITED(status) && WEXITSTATUS(status) && atomic_fetch_add(&tally->wrong, 1) == 0)
			snprintf(tally->first_wrong, sizeof(tally->first_wrong), "process %" PRIu64 " ended with status %d",
				 (slots[i].born - 1), WEXITSTATUS(status));
	}
}

/* Where a process that does not die hangs. */
static void show_stack(pid_t pid)
{
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	f = fopen(path, "re");
	printf("# process %d does not die; its stack:\n", pid);
	while (f && fgets(line, sizeof(line), f))
		printf("#   %s", line);
	if (f)
		fclose(f);
}

static void kill_slot(struct slot *slot)
{
	/* Its children too. */
	kill(-slot->pid, SIGKILL);
	kill(slot->pid, SIGKILL);
	slot->killed = true;
}

/* Waits a little for the end of a process, and looks for those that live too long. Returns false when one does not die. */
static bool reap(const struct options *options)
{
	const struct timespec limit = { .tv_sec = 1 };
	sigset_t set;
	int status;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigtimedwait(&set, NULL, &limit);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		ended(pid, status);
	for (unsigned int i = 0; i < PROCESSES_MAX; i++) {
		struct slot *slot = &slots[i];

		if (slot->pid <= 0)
			continue;
		if (!slot->killed && seconds_now() - slot->since > LIFE_LIMIT * options->slow)
			kill_slot(slot);
		if (seconds_now() - slot->since > (LIFE_LIMIT + DEATH_LIMIT) * options->slow) {
			show_stack(slot->pid);
			return false;
		}
	}
	return true;
}

/* An exec is the end of a process, and nothing may remove the module. */
static bool may_fail_always(int kind)
{
	return kind == KIND_EXEC || kind == KIND_REMOVE;
}

static bool all_kinds_worked(void)
{
	for (int i = 0; i < KINDS; i++)
		if (!may_fail_always(i) && !tally->worked[i])
			return false;
	return tally->answered;
}

/* Up to ten times the calls and the time, until there was something of every kind: a policy, say, is refused as long as a TA is bound that it forbids. */
static bool fuzz(const struct options *options)
{
	const time_t begin = seconds_now();

	while (tally->calls < options->calls || (!all_kinds_worked() && tally->calls / 10 < options->calls)) {
		const time_t passed = seconds_now() - begin;

		if (passed >= options->seconds && (all_kinds_worked() || passed / 10 >= options->seconds))
			break;
		for (unsigned int i = 0; i < options->processes; i++)
			if (slots[i].pid <= 0)
				start(options, i);
		if (!reap(options))
			return false;
	}
	return true;
}

/* Everything ends, in the middle of whatever it does. */
static bool kill_all(const struct options *options)
{
	const time_t begin = seconds_now();

	for (unsigned int i = 0; i < PROCESSES_MAX; i++)
		if (slots[i].pid > 0)
			kill_slot(&slots[i]);
	while (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD)
		if (!reap(options) || seconds_now() - begin > DEATH_LIMIT * options->slow)
			return false;
	return true;
}

/* The module has nothing left: no TA, no session, no region. Deaths are worked on in the background, so this waits for them. */
static bool module_is_idle(const struct options *options)
{
	static const uint8_t dumps[] = { TEECHAN_CMD_GET_TA, TEECHAN_CMD_GET_SESSION, TEECHAN_CMD_GET_REGION };
	const time_t begin = seconds_now();
	unsigned int left[3];
	struct genl genl;

	if (genl_open(&genl))
		return false;
	do {
		left[0] = left[1] = left[2] = 0;
		for (int i = 0; i < 3; i++)
			if (genl_ask(&genl, NLM_F_DUMP, dumps[i], &left[i]))
				return false;
		sched_yield();
	} while (left[0] + left[1] + left[2] && seconds_now() - begin < 60 * options->slow);
	genl_close(&genl);
	printf("# left: %u TAs, %u sessions, %u regions\n", left[0], left[1], left[2]);
	return left[0] + left[1] + left[2] == 0;
}

static void show_kinds(void)
{
	for (int i = 0; i < KINDS; i++) {
		const uint64_t tried = tally->tried[i], worked = tally->worked[i];

		printf("# %-20s %9" PRIu64 " tried, %9" PRIu64 " worked\n", kind_names[i], tried, worked);
	}
	printf("# %" PRIu64 " answers of a TA reached their caller\n", (uint64_t)tally->answered);
}

static void run(const struct options *options)
{
	const int guard = open(TEECHAN_CLIENT_NODE, O_RDWR | O_CLOEXEC);
	const time_t begin = seconds_now();
	bool fuzzed, died;

	printf("1..4\n# seed %" PRIu64 "\n", options->seed);
	fuzzed = guard >= 0 && fuzz(options);
	died = fuzzed && kill_all(options);
	close(guard);
	close(bazaar[0]);
	close(bazaar[1]);
	printf("# %" PRIu64 " system calls in %ld s by %u processes at a time, seed %" PRIu64 "\n", (uint64_t)tally->calls,
	       (long)(seconds_now() - begin), options->processes, options->seed);
	show_kinds();
	result(all_kinds_worked() && tally->calls >= options->least, "enough system calls were made, of every kind");
	if (tally->wrong)
		printf("# %u times; first: %s\n", (unsigned int)tally->wrong, tally->first_wrong);
	result(!tally->wrong, "every result is one that the interface allows");
	result(died, "every process ended when it was killed");
	result(died && module_is_idle(options), "the module keeps nothing of those who are gone");
}

static bool read_number(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	return *text && !*end && !errno;
}

static const char usage[] =
	"usage: channel [--seed N] [--calls N] [--seconds S] [--least N] [--processes N] [--slow N]\n\n"
	"  --seed N       what all decisions follow from; 0: a random one, printed (default: 1)\n"
	"  --calls N      stop after so many system calls           (default: none)\n"
	"  --seconds S    stop after so many seconds                (default: 20)\n"
	"  --least N      fewer system calls are a failure          (default: 1)\n"
	"  --processes N  at a time, at most 16                     (default: 6)\n"
	"  --slow N       all times are so many times longer        (default: 1)\n";

static bool read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = { { "seed", 1, NULL, 's' }, { "calls", 1, NULL, 'c' }, { "seconds", 1, NULL, 't' },
					       { "least", 1, NULL, 'l' }, { "processes", 1, NULL, 'p' }, { "slow", 1, NULL, 'w' },
					       { "after-exec", 0, NULL, 'x' }, { 0 } };
	uint64_t number;
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'x')
			life_after_exec();
		if (c == '?' || !read_number(optarg, &number))
			return false;
		if (c == 's')
			options->seed = number;
		else if (c == 'c')
			options->calls = number;
		else if (c == 't')
			options->seconds = (time_t)number;
		else if (c == 'l')
			options->least = number;
		else if (c == 'w')
			options->slow = (unsigned int)number;
		else
			options->processes = (unsigned int)number;
	}
	return optind == argc && options->slow && options->slow <= 100 && options->processes && options->processes <= PROCESSES_MAX;
}

int main(int argc, char **argv)
{
	struct options options = { .seed = 1, .calls = UINT64_MAX, .least = 1, .seconds = 20, .processes = 6, .slow = 1 };
	sigset_t set;
	void *mem;

	if (!read_options(argc, argv, &options)) {
		fputs(usage, stderr);
		return 2;
	}
	if (!options.seed && getrandom(&options.seed, sizeof(options.seed), 0) != sizeof(options.seed))
		return 2;
	mem = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, bazaar) ||
	    chmod(TEECHAN_CLIENT_NODE, 0666) || chmod(TEECHAN_TA_NODE, 0666) || chdir("/tmp"))
		return 2;
	tally = mem;
	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	run(&options);
	if (chmod(TEECHAN_CLIENT_NODE, 0600) || chmod(TEECHAN_TA_NODE, 0600))
		return 2;
	return failures ? 1 : 0;
}
