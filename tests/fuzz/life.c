// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fuzz/life.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/steps.h"

/* Whoever waits longer in a system call or at a lent page does something else. */
#define PATIENCE_NS 40000000

static _Thread_local struct thread *self;
static uint64_t life_number;

void life_try(struct thread *t, enum kind kind)
{
	struct tally *tally = t->world->tally;

	/* A touched page is no system call. */
	if (kind != KIND_TOUCH)
		atomic_fetch_add_explicit(&tally->calls, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&tally->tried[kind], 1, memory_order_relaxed);
}

void life_worked(struct thread *t, enum kind kind)
{
	atomic_fetch_add_explicit(&t->world->tally->worked[kind], 1, memory_order_relaxed);
}

void life_wrong(struct thread *t, enum kind kind, const char *what, int64_t value)
{
	struct tally *tally = t->world->tally;

	if (atomic_fetch_add(&tally->wrong, 1) == 0)
		snprintf(tally->first_wrong, sizeof(tally->first_wrong), "process %llu, thread %u, step %llu, kind %d: %s %lld",
			 (unsigned long long)life_number, t->number, (unsigned long long)t->steps, (int)kind, what, (long long)value);
}

bool life_touch(struct thread *t, uintptr_t at, bool write)
{
	volatile uint8_t *byte = (volatile uint8_t *)at;
	volatile bool done = false;

	life_try(t, KIND_TOUCH);
	t->jumps = true;
	if (!sigsetjmp(t->jump, 0)) {
		if (write)
			*byte = (uint8_t)at;
		else
			(void)*byte;
		done = true;
	}
	t->jumps = false;
	if (done)
		life_worked(t, KIND_TOUCH);
	return done;
}

/* Leaves a page that is not to be had. Elsewhere it only interrupts. */
static void on_signal(int number)
{
	if (self && self->jumps) {
		self->jumps = false;
		siglongjmp(self->jump, 1);
	}
	if (number == SIGSEGV || number == SIGBUS) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

static void take_signals(void)
{
	static const int numbers[] = { SIGALRM, SIGUSR1, SIGSEGV, SIGBUS };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		/* The one interrupts a system call for good, the other has the kernel make it again. */
		struct sigaction act = { .sa_handler = on_signal,
					 .sa_flags = SA_NODEFER | (numbers[i] == SIGUSR1 ? SA_RESTART : 0) };

		sigaction(numbers[i], &act, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

static void wind_up(unsigned int slow)
{
	const uint64_t ns = (uint64_t)PATIENCE_NS * slow;
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	const struct timespec period = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
	const struct itimerspec spec = { period, period };
	timer_t timer;

	event._sigev_un._tid = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &spec, NULL))
		_exit(2);
}

static const struct step *const tables[] = { client_steps, ta_steps, other_steps };

static const struct step *some_step(struct thread *t, unsigned int role)
{
	unsigned int sum = 0, at;

	for (int i = 0; i < 3; i++)
		for (const struct step *step = tables[i]; step->take; step++)
			sum += step->weight[role];
	at = dice_roll(&t->dice, sum);
	for (int i = 0;; i++) {
		for (const struct step *step = tables[i]; step->take; step++) {
			if (at < step->weight[role])
				return step;
			at -= step->weight[role];
		}
	}
}

struct plan {
	const struct life *life;
	struct world *world;
	unsigned int number;
	uint32_t steps;
};

static void *thread_run(void *data)
{
	const struct plan *plan = data;
	struct thread t = { .world = plan->world, .number = plan->number, .genl = { .sock = -1 } };

	t.dice = dice_make(plan->life->seed, plan->life->number * LIFE_THREADS + plan->number);
	t.buf = mmap(NULL, BUF + 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t.buf == MAP_FAILED || mprotect(t.buf + BUF, PAGE, PROT_READ) || mprotect(t.buf + BUF + PAGE, PAGE, PROT_NONE))
		_exit(2);
	self = &t;
	plan->world->tids[plan->number] = gettid();
	wind_up(plan->world->slow);
	for (t.steps = 0; t.steps < plan->steps && !plan->world->over; t.steps++)
		some_step(&t, plan->life->role)->take(&t);
	plan->world->tids[plan->number] = 0;
	self = NULL;
	genl_close(&t.genl);
	return NULL;
}

/* The descriptors stay open, in another address space. */
static void end_by_exec(struct world *w)
{
	for (int i = 0; i < LIFE_CLIENTS; i++)
		if (w->client[i] >= 0)
			fcntl(w->client[i], F_SETFD, 0);
	if (w->ta[0] >= 0)
		fcntl(w->ta[0], F_SETFD, 0);
	execl("/proc/self/exe", "channel", "--after-exec", (char *)NULL);
	_exit(2);
}

static _Noreturn void end(struct dice *dice, struct world *w, const pthread_t *threads, unsigned int count)
{
	switch (dice_roll(dice, 7)) {
	case 0:
		kill(getpid(), SIGKILL);
		break;
	case 1:
		end_by_exec(w);
		break;
	case 2:
		_exit(0);
	case 3:
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
		break;
	case 4:
		/* The first thread goes, the others go on. */
		syscall(SYS_exit, 0);
	default:
		break;
	}
	for (unsigned int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

static void become(struct dice *dice, struct world *w)
{
	const uid_t uid = dice_bet(dice, 50) ? 0 : LIFE_USER + dice_roll(dice, 2);
	const rlim_t locked = dice_bet(dice, 50) ? 1 << 20 : 64 << 20;
	const struct rlimit memlock = { locked, locked }, core = { 1 << 20, 1 << 20 };

	setrlimit(RLIMIT_MEMLOCK, &memlock);
	setrlimit(RLIMIT_CORE, &core);
	w->root = uid == 0;
	if (uid && (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
		_exit(2);
}

void life_run(const struct life *life)
{
	static struct plan plans[LIFE_THREADS];
	static struct world world;
	struct dice dice = dice_make(life->seed, ~life->number);
	const unsigned int count = 1 + dice_roll(&dice, LIFE_THREADS);
	pthread_t threads[LIFE_THREADS];

	life_number = life->number;
	world.tally = life->tally;
	world.slow = life->slow;
	memcpy(world.bazaar, life->bazaar, sizeof(world.bazaar));
	if (pipe2(world.pipes, O_NONBLOCK | O_CLOEXEC))
		_exit(2);
	for (int i = 0; i < LIFE_CLIENTS; i++)
		world.client[i] = -1;
	for (int i = 0; i < LIFE_TAS; i++)
		world.ta[i] = -1;
	become(&dice, &world);
	take_signals();
	for (unsigned int i = 0; i < count; i++)
		plans[i] = (struct plan){ life, &world, i, 200 + dice_roll(&dice, 4000) };
	for (unsigned int i = 1; i < count; i++)
		if (pthread_create(&threads[i], NULL, thread_run, &plans[i]))
			_exit(2);
	thread_run(&plans[0]);
	end(&dice, &world, threads + 1, count - 1);
}

void life_after_exec(void)
{
	struct teechan_version version = { 0 };
	struct teechan_region_alloc alloc = { .size = PAGE };

	for (int fd = 3; fd < 64; fd++) {
		if (ioctl(fd, TEECHAN_VERSION, &version) == 0 || ioctl(fd, TEECHAN_REGION_ALLOC, &alloc) == 0)
			_exit(3);
		mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	}
	_exit(0);
}
