// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/pool.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "libtee/internal/log.h"
#include "libtee/internal/panic.h"

#define CRASH_PERIOD_NS UINT64_C(60000000000)

enum word { WORD_SERVES = 1, WORD_BUSY, WORD_FREE, WORD_ALIVE };

struct member {
	pid_t pid;
	int fd;				/* what it says arrives here */
	bool serves;
	bool busy;
	uint64_t heard_ns;
};

struct pool {
	const struct tee_pool_config *config;
	struct member members[TEE_POOL_MAX];
	unsigned int count;
	bool ready;
	unsigned int crashes;
	uint64_t crash_period_ns;	/* when the first of them was */
	int code;			/* how all end */
};

/* --- in the processes --- */

static int up = -1;

static void say(enum word word)
{
	const uint8_t byte = (uint8_t)word;

	/* If the first process is gone, so is this one soon. */
	if (up >= 0)
		(void)!send(up, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void tee_pool_serves(void)
{
	say(WORD_SERVES);
}

void tee_pool_has_session(bool now)
{
	say(now ? WORD_BUSY : WORD_FREE);
}

void tee_pool_alive(void)
{
	say(WORD_ALIVE);
}

/* --- in the first one --- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static _Noreturn void member_main(const struct pool *pool, int fd, pid_t parent)
{
	unsigned int i;

	for (i = 0; i < pool->count; i++)
		close(pool->members[i].fd);
	up = fd;
	/* Nobody would watch it. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(TEE_EXIT_FAILED);
	_exit(pool->config->serve());
}

static bool member_start(struct pool *pool)
{
	pid_t parent = getpid();
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return false;
	pid = fork();
	if (!pid) {
		close(fds[0]);
		member_main(pool, fds[1], parent);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return false;
	}
	pool->members[pool->count++] = (struct member){ .pid = pid, .fd = fds[0], .heard_ns = now_ns() };
	return true;
}

static unsigned int without_work(const struct pool *pool)
{
	unsigned int n = 0;
	unsigned int i;

	for (i = 0; i < pool->count; i++)
		n += !pool->members[i].busy;
	return n;
}

static void members_start(struct pool *pool)
{
	while (without_work(pool) < TEE_POOL_SPARE && pool->count < TEE_POOL_MAX)
		if (!member_start(pool)) {
			/* The next one that comes or goes is the occasion to try again. */
			tee_log(TEE_LOG_WARNING, "cannot start another process: %s", strerror(errno));
			break;
		}
}

/* Too many in a short time: something is wrong that another start of one process does not mend. */
static bool crashes_too_often(struct pool *pool)
{
	uint64_t now = now_ns();

	if (!pool->crashes || now - pool->crash_period_ns > CRASH_PERIOD_NS) {
		pool->crashes = 0;
		pool->crash_period_ns = now;
	}
	return ++pool->crashes > TEE_POOL_CRASHES;
}

/* The storage that all of them share failed, or is not what it should be. */
static bool ends_all(int code)
{
	return code == TEE_EXIT_STORAGE_FAILED || code == TEE_EXIT_STORAGE_DAMAGED || code == TEE_EXIT_CONFIG;
}

static void member_ended(struct pool *pool, unsigned int i)
{
	struct member gone = pool->members[i];
	int status = 0;
	int code;

	close(gone.fd);
	/* It may have closed the socket without ending. */
	kill(gone.pid, SIGKILL);
	while (waitpid(gone.pid, &status, 0) < 0 && errno == EINTR)
		;
	pool->members[i] = pool->members[--pool->count];
	if (pool->config->gone)
		pool->config->gone(gone.pid);
	code = WIFEXITED(status) ? WEXITSTATUS(status) : TEE_EXIT_PANIC;
	if (*pool->config->stop || pool->code)
		return;
	if (!gone.serves || ends_all(code)) {
		/* It said why; another one would not come further, or would go on from what the disk does not have. */
		pool->code = code ? code : TEE_EXIT_FAILED;
		return;
	}
	tee_log(TEE_LOG_WARNING, "process %d ended with %s %d%s; another one takes its place", (int)gone.pid,
		WIFSIGNALED(status) ? "signal" : "code", WIFSIGNALED(status) ? WTERMSIG(status) : code,
		gone.busy ? ", and its session with it" : "");
	if (crashes_too_often(pool)) {
		tee_log(TEE_LOG_ERR, "more than %u processes ended within a minute: giving up", (unsigned int)TEE_POOL_CRASHES);
		pool->code = TEE_EXIT_PANIC;
	}
}

static void word_take(struct pool *pool, struct member *member, uint8_t word)
{
	member->heard_ns = now_ns();
	switch (word) {
	case WORD_SERVES:
		member->serves = true;
		if (!pool->ready)
			pool->config->ready();
		pool->ready = true;
		break;
	case WORD_BUSY:
		member->busy = true;
		break;
	case WORD_FREE:
		member->busy = false;
		break;
	}
}

/* False: it has ended. */
static bool member_hear(struct pool *pool, struct member *member)
{
	uint8_t word;
	ssize_t n;

	while ((n = recv(member->fd, &word, 1, MSG_DONTWAIT)) == 1)
		word_take(pool, member, word);
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* One that said nothing in twice the time hangs. */
static void watch(struct pool *pool)
{
	uint64_t now = now_ns();
	unsigned int i;

	if (!pool->config->tick_ns)
		return;
	for (i = 0; i < pool->count; i++) {
		if (now - pool->members[i].heard_ns <= 2 * pool->config->tick_ns)
			continue;
		tee_log(TEE_LOG_ERR, "process %d hangs: killed", (int)pool->members[i].pid);
		kill(pool->members[i].pid, SIGKILL);
		pool->members[i].heard_ns = now;
	}
	pool->config->tick();
}

static void wait_for_words(struct pool *pool)
{
	int timeout = pool->config->tick_ns ? (int)(pool->config->tick_ns / 1000000) : -1;
	struct pollfd fds[TEE_POOL_MAX];
	unsigned int i;

	for (i = 0; i < pool->count; i++)
		fds[i] = (struct pollfd){ .fd = pool->members[i].fd, .events = POLLIN };
	if (poll(fds, pool->count, timeout) < 0)
		return;
	/* From behind: one that has ended gives its place to the last. */
	for (i = pool->count; i-- > 0;)
		if (fds[i].revents && !member_hear(pool, &pool->members[i]))
			member_ended(pool, i);
}

static void members_end(struct pool *pool)
{
	unsigned int i;

	for (i = 0; i < pool->count; i++)
		kill(pool->members[i].pid, SIGTERM);
	for (i = 0; i < pool->count; i++) {
		while (waitpid(pool->members[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
		close(pool->members[i].fd);
	}
	pool->count = 0;
}

int tee_pool_run(const struct tee_pool_config *config)
{
	struct pool pool = { .config = config };
	uint64_t watched = now_ns();

	while (!*config->stop && !pool.code) {
		members_start(&pool);
		if (!pool.count)
			pool.code = TEE_EXIT_FAILED;
		else
			wait_for_words(&pool);
		if (config->tick_ns && now_ns() - watched >= config->tick_ns) {
			watch(&pool);
			watched = now_ns();
		}
	}
	members_end(&pool);
	return pool.code;
}
