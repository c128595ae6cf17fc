// SPDX-License-Identifier: BSD-2-Clause
/*
 * The TA dies before and after every system call that its storage makes, and in the middle of every write.  Then a new instance, and a terminal or an issuer
 * that follows the rules, must find each step done once or not at all; what was answered, done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "libtee/internal/store_io.h"
#include "payta_card.h"

#define DIED		8	/* exit codes of the process that dies */
#define SURVIVED	9
#define CALLS_MAX	40	/* more system calls than any step makes */

static struct world world;
static struct payta_card card;

/* --- a storage that kills --- */

enum where { BEFORE, AFTER, TORN };

static enum where where;
static int left = -1;		/* calls to live for; negative: for ever */

static void die(enum where here)
{
	if (where != here || left < 0)
		return;
	if (left == 0)
		_exit(DIED);
	left--;
}

static ssize_t killing_write(int fd, const void *buffer, size_t size, off_t offset)
{
	ssize_t n;

	die(BEFORE);
	/* Of a record of one sector nothing reaches the disk, of a longer one its first sector. */
	if (where == TORN && left == 0 && size > 512)
		(void)!tee_store_io_file.write(fd, buffer, 512, offset);
	die(TORN);
	n = tee_store_io_file.write(fd, buffer, size, offset);
	die(AFTER);
	return n;
}

static int killing_sync(int fd)
{
	int n;

	die(BEFORE);
	n = tee_store_io_file.sync(fd);
	die(AFTER);
	return n;
}

static int killing_extend(int fd, off_t offset, off_t size)
{
	int n;

	die(BEFORE);
	n = tee_store_io_file.extend(fd, offset, size);
	die(AFTER);
	return n;
}

static struct tee_store_io killing_io;

/* --- steps --- */

/* What the dying process leaves for the other: the terminal's and the issuer's memory. */
static struct shared {
	struct visit visit;
	uint8_t issue[ISSUE_LEN];
	uint8_t challenge[CHALLENGE_LEN];
	uint64_t balance;	/* before */
	uint32_t ctr;
	bool answered;		/* the answer came through */
} *shared;

static struct payta_status status(void)
{
	struct payta_status s;

	payta_status(&s);
	return s;
}

static void pay_prepare(void)
{
	struct visit *v = &shared->visit;

	payta_visit(&card, v);
	v->pay = (struct pay_fields){ .amount = 10, .currency = WORLD_CURRENCY, .time = (uint64_t)v->clear.ctr };
	assert_int_equal(world.ops.random(v->pay.ttn, TTN_LEN), 0);
}

static void pay_do(void)
{
	shared->answered = payta_buy_raw(&card, &shared->visit).sw == SW_OK;
}

/* The terminal comes again, recovers in a fresh session, and knows. */
static void pay_check(void)
{
	struct answer a;
	struct visit v;
	uint16_t sw;

	payta_visit(&card, &v);
	sw = payta_ask(&card, &v, &shared->visit, NULL, 0, &a);
	if (sw == SW_OK) {
		assert_true(status().balance == shared->balance - 10 && status().ctr == shared->ctr + 1);
	} else {
		assert_int_equal(sw, SW_WARN_NEVER);
		assert_false(shared->answered);
		assert_true(status().balance == shared->balance && status().ctr == shared->ctr);
	}
}

static void credit_do(void)
{
	struct imsg m = { .kind = IMSG_CREDIT, .amount = 7, .source = IMSG_TOPUP };
	struct card_reply r;

	card.seq = shared->visit.pay.time;
	shared->answered = payta_send(&card, &m, &r) == TEE_SUCCESS;
}

static void credit_prepare(void)
{
	shared->visit.pay.time = status().seq;
}

/* The issuer sends the same message until it is acknowledged. */
static void credit_check(void)
{
	uint64_t before = status().balance;

	assert_true(before == shared->balance || before == shared->balance + 7);
	assert_true(!shared->answered || before == shared->balance + 7);
	credit_do();
	assert_true(shared->answered);
	assert_true(status().balance == shared->balance + 7 && status().ctr == shared->ctr + 1);
}

static void block_do(void)
{
	struct imsg m = { .kind = IMSG_BLOCK };
	struct card_reply r;

	card.seq = shared->visit.pay.time;
	shared->answered = payta_send(&card, &m, &r) == TEE_SUCCESS;
}

static void block_check(void)
{
	block_do();
	assert_true(shared->answered);
	assert_int_equal(status().state, PAYTA_BLOCKED);
	assert_true(status().balance == shared->balance && status().seq == shared->visit.pay.time + 1);
}

static void apply_prepare(void)
{
	memset(shared->challenge, 0x11, CHALLENGE_LEN);
}

static void apply_do(void)
{
	struct application a;

	shared->answered = payta_apply(shared->challenge, &a) == TEE_SUCCESS;
}

static void apply_check(void)
{
	struct application a;
	struct issued_card c;

	assert_int_equal(payta_apply(shared->challenge, &a), TEE_SUCCESS);
	assert_int_equal(application_verify(&a, &world.ops, shared->challenge), 0);
	world_issue(&world, &a, &c);
	assert_int_equal(issued_card_seal(&c, &world.ops, world.issuer, &a, shared->challenge, shared->issue), 0);
	assert_int_equal(payta_take(&card, shared->issue), TEE_SUCCESS);
}

static void take_prepare(void)
{
	struct application a;
	struct issued_card c;

	memset(shared->challenge, 0x22, CHALLENGE_LEN);
	assert_int_equal(payta_apply(shared->challenge, &a), TEE_SUCCESS);
	world_issue(&world, &a, &c);
	assert_int_equal(issued_card_seal(&c, &world.ops, world.issuer, &a, shared->challenge, shared->issue), 0);
}

static void take_do(void)
{
	shared->answered = payta_take(&card, shared->issue) == TEE_SUCCESS;
}

static void take_check(void)
{
	struct imsg m = { .kind = IMSG_CREDIT, .amount = 7, .source = IMSG_TOPUP };
	struct card_reply r;

	if (shared->answered)
		assert_int_equal(status().state, PAYTA_ACTIVE);
	assert_int_equal(payta_take(&card, shared->issue), TEE_SUCCESS);
	assert_int_equal(card.record_len, PURSE_RECORD_LEN);
	assert_int_equal(payta_send(&card, &m, &r), TEE_SUCCESS);
	assert_true(status().balance == 7 && status().ctr == 1);
}

struct step {
	void (*prepare)(void);	/* before the countdown */
	void (*act)(void);	/* until death */
	void (*check)(void);	/* in the next life */
	bool fresh;		/* on an empty card, a new one each time */
};

/* One life: gives its exit code. */
static int live(const struct step *step, enum where here, int calls)
{
	uint8_t drawn;
	int code;
	pid_t pid;

	payta_stop(&card);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		card.io = &killing_io;
		payta_resume(&card);
		shared->balance = status().balance;
		shared->ctr = status().ctr;
		shared->answered = false;
		step->prepare();
		where = here;
		left = calls;
		step->act();
		_exit(SURVIVED);
	}
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFEXITED(code));
	payta_resume(&card);
	/* The process that died drew random numbers; these here must be others. */
	for (int i = 0; i < CALLS_MAX; i++)
		assert_int_equal(world.ops.random(&drawn, 1), 0);
	return WEXITSTATUS(code);
}

static void die_everywhere(const struct step *step)
{
	for (int here = BEFORE; here <= TORN; here++) {
		int code = DIED;

		for (int calls = 0; code == DIED; calls++) {
			assert_true(calls < CALLS_MAX);
			if (step->fresh) {
				payta_end(&card);
				payta_start(&card, &world);
			}
			code = live(step, here, calls);
			if (code != DIED && code != SURVIVED)
				fail_msg("where %d, call %d: exit %d", here, calls, code);
			assert_true(calls > 0 || code == DIED);
			step->check();
		}
	}
}

static void paying(void **state)
{
	static const struct step step = { pay_prepare, pay_do, pay_check, false };

	(void)state;
	payta_issue(&card);
	payta_top_up(&card, 5000);
	die_everywhere(&step);
}

static void crediting(void **state)
{
	static const struct step step = { credit_prepare, credit_do, credit_check, false };

	(void)state;
	payta_issue(&card);
	die_everywhere(&step);
}

static void blocking(void **state)
{
	static const struct step step = { credit_prepare, block_do, block_check, false };

	(void)state;
	payta_issue(&card);
	payta_top_up(&card, 5000);
	die_everywhere(&step);
}

static void applying(void **state)
{
	static const struct step step = { apply_prepare, apply_do, apply_check, true };

	(void)state;
	die_everywhere(&step);
}

static void taking_the_card(void **state)
{
	static const struct step step = { take_prepare, take_do, take_check, true };

	(void)state;
	die_everywhere(&step);
}

static int setup(void **state)
{
	(void)state;
	world_make(&world, 5, (uint16_t)(time(NULL) / 86400));
	payta_start(&card, &world);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	payta_end(&card);
	world_free(&world);
	return 0;
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(paying),
		TEST(crediting),
		TEST(blocking),
		TEST(applying),
		TEST(taking_the_card),
	};

	killing_io = tee_store_io_file;
	killing_io.write = killing_write;
	killing_io.sync = killing_sync;
	killing_io.extend = killing_extend;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
