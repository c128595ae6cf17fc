// SPDX-License-Identifier: BSD-2-Clause
/*
 * stress [SECONDS [SEED]]: 64 clients and 4 trusted applications that are killed, stopped and started again at random, with deadlines,
 * cancellations, regions and sessions that come and go. Every call has a number, and all tell what they did in shared memory, so that
 * at the end the module's counters can be held against it.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/genl.h"
#include "tests/vm/kmod/tap.h"

#define CLIENTS 64u
#define WORKERS 2u /* threads of a client that call */
#define TAS 4u
#define TA_THREADS 2u
#define SESSIONS 2u /* of a worker, at a time */
#define NUMBERS (1u << 16)
#define ENOUGH 1000u /* answers, or it was an idle run */

enum { DO_QUICK, DO_SLOWLY, DO_UNTIL_CANCELLED };

/*
 * What a thread of a TA did. The kernel clears reply_id when it takes an answer, and so tells even of a TA that was killed in the call
 * which of the two numbers counts.
 */
struct ta_thread {
	struct teechan_reply_recv rr;
	volatile uint64_t calls, calls_if_taken, opens, opens_if_taken;
};

/* What a worker did, over all its lives; written by one thread at a time. */
struct worker {
	volatile uint64_t number, begun, ended, answers, given_up, target_dead, refused, cancels;
	volatile uint64_t lends_tried, lends_answered;
};

static struct board {
	atomic_bool stop;
	struct worker worker[CLIENTS * WORKERS];
	struct ta_thread thread[TAS][TA_THREADS];
	_Atomic uint8_t executed[CLIENTS * WORKERS][NUMBERS];
} *board;

static time_t seconds = 6;
static uint64_t seed;

static uint32_t pick(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

static uint64_t now(void)
{
	struct timespec ts;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void uuid_of(unsigned int slot, uint8_t *uuid)
{
	memcpy(uuid, "teechan stress ", TEECHAN_UUID_LEN);
	uuid[15] = (uint8_t)('0' + slot);
}

/* ---- a trusted application ---- */

struct ta_run {
	struct ta ta;
	struct ta_thread *thread;
};

static uint32_t execute(const struct ta *ta, struct teechan_reply_recv *rr)
{
	struct teechan_cancelled query = { .id = rr->id };
	struct teechan_param *p = rr->params;
	const uint64_t number = p[0].a;

	CHECK(number / NUMBERS < CLIENTS * WORKERS);
	CHECK(atomic_fetch_add(&board->executed[number / NUMBERS][number % NUMBERS], 1) == 0);
	if (p[1].type != TEECHAN_NONE) {
		uint8_t *mem = ta_mem(ta, &p[1]);

		CHECK(memcmp(mem, &number, sizeof(number)) == 0);
		if (!(p[1].flags & TEECHAN_PARAM_RO))
			memset(mem, (int)number, sizeof(number));
	}
	for (uint64_t i = 0; rr->cmd == DO_SLOWLY && i < p[0].b; i++)
		sched_yield();
	while (rr->cmd == DO_UNTIL_CANCELLED && !query.cancelled) {
		CHECK(ioctl(ta->fd, TEECHAN_CANCELLED, &query) == 0);
		sched_yield();
	}
	p[0].a = ~number;
	return rr->cmd == DO_UNTIL_CANCELLED ? TEECHAN_ERROR_CANCEL : 0;
}

/* Each step leaves the numbers right for whoever reads them after a kill. */
static void answer(const struct ta *ta, struct ta_thread *thread, uint32_t ret)
{
	struct teechan_reply_recv *rr = &thread->rr;

	*(volatile uint32_t *)&rr->ret = ret;
	*(volatile __aligned_u64 *)&rr->reply_id = rr->id;
	thread->calls_if_taken = thread->calls + (rr->kind == TEECHAN_KIND_INVOKE);
	thread->opens_if_taken = thread->opens + (rr->kind == TEECHAN_KIND_OPEN);
	while (ioctl(ta->fd, TEECHAN_REPLY_RECV, rr))
		CHECK(errno == EINTR && rr->reply_id == 0);
	thread->calls = thread->calls_if_taken;
	thread->opens = thread->opens_if_taken;
}

static void *ta_thread(void *data)
{
	const struct ta_run *run = data;
	struct ta_thread *thread = run->thread;

	while (ioctl(run->ta.fd, TEECHAN_REPLY_RECV, &thread->rr))
		CHECK(errno == EINTR);
	for (;;) {
		uint32_t ret = 0;

		if (thread->rr.kind == TEECHAN_KIND_INVOKE)
			ret = execute(&run->ta, &thread->rr);
		answer(&run->ta, thread, ret);
	}
	return NULL;
}

/* The last one has one session at a time, the first two have two threads. */
static pid_t ta_begin(unsigned int slot)
{
	const uint32_t flags = TEECHAN_TA_SINGLE_INSTANCE | (slot == TAS - 1 ? 0 : TEECHAN_TA_MULTI_SESSION);
	uint8_t uuid[TEECHAN_UUID_LEN];
	int bound[2];
	char c = 0;
	pid_t pid;

	memset(board->thread[slot], 0, sizeof(board->thread[slot]));
	CHECK(pipe(bound) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct ta_run run[TA_THREADS];
		pthread_t thread;

		CHECK(setpriority(PRIO_PROCESS, 0, 0) == 0);
		uuid_of(slot, uuid);
		ta_make(&run[0].ta, uuid, flags);
		run[1].ta = run[0].ta;
		run[0].thread = &board->thread[slot][0];
		run[1].thread = &board->thread[slot][1];
		if (slot < 2)
			CHECK(pthread_create(&thread, NULL, ta_thread, &run[1]) == 0);
		CHECK(write(bound[1], &c, 1) == 1);
		ta_thread(&run[0]);
	}
	CHECK(read(bound[0], &c, 1) == 1);
	close(bound[0]);
	close(bound[1]);
	return pid;
}

/* ---- a client ---- */

/* A worker's own things, gone with its process. */
struct life {
	struct worker *worker;
	uint64_t first; /* of the worker's numbers */
	uint64_t state;
	int fd;
	int to_cancel;
	uint32_t session[SESSIONS];
	struct region region;
};

static uint64_t next_number(struct life *life)
{
	life->worker->number = life->worker->number + 1;
	CHECK(life->worker->number < NUMBERS);
	return life->first + life->worker->number;
}

/* A number to cancel by, handed to the thread that does so. */
static uint64_t perhaps_cancel(struct life *life, uint64_t number)
{
	if (pick(&life->state, 4))
		return 0;
	CHECK(write(life->to_cancel, &number, sizeof(number)) == sizeof(number));
	return number;
}

static uint64_t perhaps_deadline(struct life *life)
{
	return pick(&life->state, 4) ? 0 : now() + pick(&life->state, 30000000);
}

static void *cancel_thread(void *data)
{
	struct life *life = data;
	uint64_t number, state = seed;

	while (read(life->to_cancel, &number, sizeof(number)) == sizeof(number)) {
		struct teechan_cancel arg = { .cancel_id = number };

		for (uint32_t i = pick(&state, 30); i; i--)
			sched_yield();
		if (pick(&state, 2))
			arg.deadline_ns = now() + pick(&state, 5000000);
		if (ioctl(life->fd, TEECHAN_CANCEL, &arg) == 0)
			life->worker->cancels = life->worker->cancels + 1;
		else
			CHECK(errno == ENOENT);
	}
	return NULL;
}

/* How a call or an opening ended without its TA. */
static void count_end(struct worker *worker, uint32_t ret, uint32_t origin)
{
	if (origin == TEECHAN_ORIGIN_COMMS) {
		CHECK(ret == TEECHAN_ERROR_TIMEOUT || ret == TEECHAN_ERROR_CANCEL);
		worker->given_up = worker->given_up + 1;
		return;
	}
	CHECK(origin == TEECHAN_ORIGIN_TEE);
	if (ret == TEECHAN_ERROR_TARGET_DEAD)
		worker->target_dead = worker->target_dead + 1;
	else
		CHECK(ret == TEECHAN_ERROR_BUSY || ret == TEECHAN_ERROR_ITEM_NOT_FOUND);
}

static uint32_t open_session(struct life *life)
{
	struct teechan_open arg = { .deadline_ns = perhaps_deadline(life) };
	struct worker *worker = life->worker;

	uuid_of(pick(&life->state, TAS), arg.uuid);
	arg.cancel_id = perhaps_cancel(life, next_number(life));
	while (ioctl(life->fd, TEECHAN_OPEN_SESSION, &arg)) {
		if (errno == EINTR)
			continue;
		CHECK(errno == EDQUOT && arg.id == 0);
		worker->refused = worker->refused + 1;
		return 0;
	}
	CHECK(arg.id == 0 && (arg.session != 0) == (arg.ret == 0));
	if (arg.ret) {
		count_end(worker, arg.ret, arg.origin);
		if (arg.origin == TEECHAN_ORIGIN_TEE && arg.ret != TEECHAN_ERROR_TARGET_DEAD)
			worker->refused = worker->refused + 1;
	}
	return arg.session;
}

static void change_region(struct life *life)
{
	struct teechan_region_free it = { .id = life->region.id };

	if (it.id) {
		CHECK(ioctl(life->fd, TEECHAN_REGION_FREE, &it) == 0);
		CHECK(munmap(life->region.mem, life->region.size) == 0);
	}
	region_make(life->fd, &life->region, (1 + pick(&life->state, 8)) * PAGE);
}

/* A temporary reference, some of the region, or nothing; the number stands at its beginning. Returns where. */
static uint8_t *pick_memory(struct life *life, struct teechan_param *p, uint64_t *number)
{
	const size_t offset = pick(&life->state, (uint32_t)life->region.size - 8) & ~7u;
	const uint32_t way = pick(&life->state, 3);

	switch (pick(&life->state, 4)) {
	case 0:
		return NULL;
	case 1:
		*p = param_mem(TEECHAN_MEM_INOUT, number, sizeof(*number));
		return (uint8_t *)number;
	default:
		*p = param_region(way ? TEECHAN_REGION_INOUT : TEECHAN_REGION_IN, &life->region, offset, life->region.size - offset);
		/* After a call that was given up this waits until the TA is done with it. */
		memcpy(life->region.mem + offset, number, sizeof(*number));
		return life->region.mem + offset;
	}
}

static void invoke(struct life *life, uint32_t session)
{
	const uint64_t number = next_number(life);
	struct teechan_invoke call = { .count = TEECHAN_PARAMS, .session = session, .deadline_ns = perhaps_deadline(life) };
	struct worker *worker = life->worker;
	uint64_t copy = number, want = number;
	const uint8_t *mem;
	bool lends;

	call.cmd = pick(&life->state, 8) ? DO_QUICK : DO_SLOWLY;
	if (call.deadline_ns && pick(&life->state, 3) == 0)
		call.cmd = DO_UNTIL_CANCELLED;
	call.params[0] = param_value(TEECHAN_VALUE_INOUT, number, pick(&life->state, 20));
	mem = pick_memory(life, &call.params[1], &copy);
	lends = call.params[1].type >= TEECHAN_REGION_IN;
	if (mem && call.params[1].type != TEECHAN_REGION_IN)
		memset(&want, (int)number, sizeof(want));
	worker->lends_tried = worker->lends_tried + lends;
	worker->begun = worker->begun + 1;
	call.cancel_id = perhaps_cancel(life, number);

	CHECK(client_invoke(life->fd, &call) == 0 && call.id == 0);
	worker->ended = worker->ended + 1;
	if (call.origin != TEECHAN_ORIGIN_TA) {
		count_end(worker, call.ret, call.origin);
		return;
	}
	/* Its own answer, of one execution. */
	CHECK(call.params[0].a == ~number && board->executed[number / NUMBERS][number % NUMBERS] == 1);
	CHECK(call.ret == (call.cmd == DO_UNTIL_CANCELLED ? TEECHAN_ERROR_CANCEL : 0));
	CHECK(!mem || memcmp(mem, &want, sizeof(want)) == 0);
	worker->lends_answered = worker->lends_answered + lends;
	worker->answers = worker->answers + 1;
}

static void *work_thread(void *data)
{
	struct life *life = data;

	change_region(life);
	while (!board->stop) {
		uint32_t *session = &life->session[pick(&life->state, SESSIONS)];
		const uint32_t dead = (uint32_t)life->worker->target_dead;

		if (!*session)
			*session = open_session(life);
		else if (pick(&life->state, 20))
			invoke(life, *session);
		if (pick(&life->state, 40) == 0)
			change_region(life);
		/* A session of a dead TA is of no more use. */
		if (*session && (pick(&life->state, 30) == 0 || dead != (uint32_t)life->worker->target_dead)) {
			client_close_session(life->fd, *session);
			*session = 0;
		}
	}
	return NULL;
}

static void nothing(int number)
{
	(void)number;
}

static _Noreturn void client_run(unsigned int slot, uint64_t state)
{
	struct sigaction act = { .sa_handler = nothing, .sa_flags = slot & 1 ? SA_RESTART : 0 };
	const struct itimerval often = { .it_interval = { .tv_usec = 20000 }, .it_value = { .tv_usec = 20000 } };
	struct life life[WORKERS], canceller = { .fd = client_open() };
	pthread_t thread[WORKERS + 1];
	int pipes[2];

	CHECK(pipe(pipes) == 0 && setpriority(PRIO_PROCESS, 0, 0) == 0);
	CHECK(sigaction(SIGALRM, &act, NULL) == 0 && setitimer(ITIMER_REAL, &often, NULL) == 0);
	canceller.worker = &board->worker[slot * WORKERS];
	canceller.to_cancel = pipes[0];
	CHECK(pthread_create(&thread[WORKERS], NULL, cancel_thread, &canceller) == 0);
	for (unsigned int i = 0; i < WORKERS; i++) {
		const unsigned int at = slot * WORKERS + i;

		life[i] = (struct life){ .worker = &board->worker[at], .first = (uint64_t)at * NUMBERS, .fd = canceller.fd };
		life[i].state = state + i;
		life[i].to_cancel = pipes[1];
		CHECK(pthread_create(&thread[i], NULL, work_thread, &life[i]) == 0);
	}
	for (unsigned int i = 0; i < WORKERS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	close(pipes[1]);
	CHECK(pthread_join(thread[WORKERS], NULL) == 0);
	_exit(0);
}

static pid_t client_begin(unsigned int slot, uint64_t *state)
{
	const uint64_t own = ((uint64_t)pick(state, UINT32_MAX) << 32) + slot;
	const pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0)
		client_run(slot, own);
	return pid;
}

/* ---- who kills ---- */

static struct {
	uint64_t calls, opens, ta_kills, client_kills, stops;
} tally;

static void end_by_kill(pid_t pid)
{
	int status;

	CHECK(kill(pid, SIGKILL) == 0);
	status = await_end(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void ta_end(pid_t pid, unsigned int slot)
{
	end_by_kill(pid);
	tally.ta_kills++;
	for (unsigned int i = 0; i < TA_THREADS; i++) {
		const struct ta_thread *thread = &board->thread[slot][i];

		tally.calls += thread->rr.reply_id ? thread->calls : thread->calls_if_taken;
		tally.opens += thread->rr.reply_id ? thread->opens : thread->opens_if_taken;
	}
}

/* A moment of no particular length. */
static void moment(uint64_t *state)
{
	const struct timespec ts = { .tv_nsec = 1000000 + (long)pick(state, 20000000) };

	nanosleep(&ts, NULL);
}

static void disturb(pid_t *ta, pid_t *client, uint64_t *state)
{
	const unsigned int slot = pick(state, CLIENTS), ta_slot = slot % TAS;
	pid_t pid;

	moment(state);
	/* Nobody ends on his own. */
	CHECK(waitpid(-1, NULL, WNOHANG) == 0);
	switch (pick(state, 10)) {
	case 0:
		ta_end(ta[ta_slot], ta_slot);
		ta[ta_slot] = ta_begin(ta_slot);
		return;
	case 1:
	case 2:
		pid = pick(state, 2) ? ta[ta_slot] : client[slot];
		CHECK(kill(pid, SIGSTOP) == 0);
		moment(state);
		CHECK(kill(pid, SIGCONT) == 0);
		tally.stops++;
		return;
	default:
		end_by_kill(client[slot]);
		tally.client_kills++;
		client[slot] = client_begin(slot, state);
	}
}

/* ---- the account ---- */

static struct worker sum_workers(void)
{
	struct worker sum = { 0 };

	for (unsigned int i = 0; i < CLIENTS * WORKERS; i++) {
		const struct worker *it = &board->worker[i];

		sum.begun += it->begun;
		sum.ended += it->ended;
		sum.answers += it->answers;
		sum.given_up += it->given_up;
		sum.target_dead += it->target_dead;
		sum.refused += it->refused;
		sum.cancels += it->cancels;
		sum.lends_tried += it->lends_tried;
		sum.lends_answered += it->lends_answered;
	}
	return sum;
}

static uint64_t sum_executed(void)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < CLIENTS * WORKERS; i++)
		for (unsigned int n = 0; n <= board->worker[i].number; n++) {
			CHECK(board->executed[i][n] <= 1);
			sum += board->executed[i][n];
		}
	return sum;
}

static const uint16_t counters[] = {
	TEECHAN_A_CALLS,     TEECHAN_A_OPENS,	 TEECHAN_A_LENDS, TEECHAN_A_CANCELS,
	TEECHAN_A_ABANDONED, TEECHAN_A_REFUSALS, TEECHAN_A_DEATHS,
};
enum { CALLS, OPENS, LENDS, CANCELS, ABANDONED, REFUSALS, DEATHS, COUNTERS };

static void read_counters(uint64_t *value)
{
	for (unsigned int i = 0; i < COUNTERS; i++) {
		uint64_t now;

		CHECK(genl_counter(counters[i], &now) == 0);
		value[i] = now - value[i];
	}
}

static unsigned int objects(uint8_t cmd)
{
	unsigned int count;

	CHECK(genl_count(cmd, &count) == 0);
	return count;
}

static bool between(const char *name, uint64_t low, uint64_t value, uint64_t high)
{
	printf("# %-10s %8llu, from %llu to %llu\n", name, (unsigned long long)value, (unsigned long long)low,
	       (unsigned long long)high);
	return low <= value && value <= high;
}

/*
 * What a client did is not exact by as many calls as it had under way when it was killed; what a TA did is.
 */
static void check_account(const uint64_t *counter)
{
	const struct worker sum = sum_workers();
	const uint64_t lost = tally.client_kills * WORKERS, calls = counter[CALLS];
	bool good = true;

	good &= between("calls", tally.calls, calls, tally.calls);
	good &= between("executed", calls, sum_executed(), calls + tally.ta_kills * TA_THREADS);
	good &= between("answers", calls - counter[ABANDONED] - lost, sum.answers, calls);
	good &= between("ended", sum.begun - lost, sum.ended, sum.begun);
	good &= between("opens", tally.opens, counter[OPENS], tally.opens);
	good &= between("deaths", tally.ta_kills, counter[DEATHS], tally.ta_kills);
	good &= between("cancels", sum.cancels, counter[CANCELS], sum.cancels + tally.client_kills);
	good &= between("lends", sum.lends_answered, counter[LENDS], sum.lends_tried);
	good &= between("refusals", sum.refused, counter[REFUSALS], sum.refused + sum.target_dead + lost);
	good &= between("abandoned", 0, counter[ABANDONED], sum.given_up + lost);
	CHECK(good);
	CHECK(counter[ABANDONED]);
}

static bool had_everything(void)
{
	const struct worker sum = sum_workers();

	return sum.answers > ENOUGH && sum.given_up && sum.target_dead && sum.refused && sum.cancels;
}

static void stress(void)
{
	uint64_t state = seed, counter[COUNTERS] = { 0 };
	const uint64_t end = now() + (uint64_t)seconds * 1000000000u;
	pid_t ta[TAS], client[CLIENTS];

	printf("# seed %llu\n", (unsigned long long)seed);
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(board != MAP_FAILED);
	read_counters(counter);
	/* Or there would be few kills, for the many have the processors. */
	CHECK(setpriority(PRIO_PROCESS, 0, -20) == 0);
	for (unsigned int i = 0; i < TAS; i++)
		ta[i] = ta_begin(i);
	for (unsigned int i = 0; i < CLIENTS; i++)
		client[i] = client_begin(i, &state);
	/* On a slow machine it goes on until there was some of everything. */
	while (now() < end || !had_everything())
		disturb(ta, client, &state);

	/* Everybody comes home on his own, and the TAs answer every close. */
	board->stop = true;
	for (unsigned int i = 0; i < CLIENTS; i++)
		CHECK(await_end(client[i]) == 0);
	while (objects(TEECHAN_CMD_GET_SESSION))
		sched_yield();
	CHECK(objects(TEECHAN_CMD_GET_REGION) == 0 && objects(TEECHAN_CMD_GET_TA) == TAS);
	for (unsigned int i = 0; i < TAS; i++)
		ta_end(ta[i], i);
	CHECK(objects(TEECHAN_CMD_GET_TA) == 0);
	read_counters(counter);
	printf("# %llu clients killed, %llu TAs killed, %llu stopped and continued\n", (unsigned long long)tally.client_kills,
	       (unsigned long long)tally.ta_kills, (unsigned long long)tally.stops);
	check_account(counter);
}

static const struct tap_test tests[] = {
	{ "stress: 64 clients and 4 TAs under random kills, nothing stuck, lost or done twice", stress },
};

int main(int argc, char **argv)
{
	seed = now();
	if (argc > 1)
		seconds = strtol(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	tap_allow(seconds);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
