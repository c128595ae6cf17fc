// SPDX-License-Identifier: BSD-2-Clause
/* Commands that wait for the holder, beside the event loop: this test is the trusted application's client, and takes its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "daemon/walletd/screen.h"

static struct {
	pthread_mutex_t lock;		/* held: the holder has not decided yet */
	pthread_t thread;
	uint32_t command;
	struct payta_limits limits;
	int err;
	struct ta_verdict verdict;
	int clients;			/* made and not freed */
	bool refused;			/* no client can be made */
} ta;

static struct {
	unsigned int n;
	int err;
	struct ta_verdict verdict;
	pthread_t thread;
} over;

static sd_event *event;
static struct screen *screen;

struct ta *ta_new(void)
{
	ta.clients += !ta.refused;
	return ta.refused ? NULL : (struct ta *)&ta;
}

void ta_free(struct ta **client)
{
	ta.clients -= *client != NULL;
	*client = NULL;
}

int ta_screen(struct ta *client, uint32_t command, const struct payta_limits *limits, struct ta_verdict *verdict)
{
	(void)client;
	ta.command = command;
	ta.limits = *limits;
	ta.thread = pthread_self();
	pthread_mutex_lock(&ta.lock);
	pthread_mutex_unlock(&ta.lock);
	*verdict = ta.verdict;
	return ta.err;
}

static void on_over(void *ctx, int err, const struct ta_verdict *verdict)
{
	assert_ptr_equal(ctx, &over);
	over.n++;
	over.err = err;
	over.verdict = *verdict;
	over.thread = pthread_self();
	assert_false(screen_busy(screen));
}

static int setup(void **unused)
{
	(void)unused;
	memset(&ta, 0, sizeof(ta));
	memset(&over, 0, sizeof(over));
	pthread_mutex_init(&ta.lock, NULL);
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(screen_new(&screen, event, on_over, &over), 0);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	screen_free(&screen);
	screen_free(&screen);
	event = sd_event_unref(event);
	assert_int_equal(ta.clients, 0);
	return 0;
}

static void run_until_over(unsigned int n)
{
	while (over.n < n)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
}

static void the_loop_goes_on_meanwhile(void **unused)
{
	static const struct payta_limits limits = { 1, 2, 3 };

	(void)unused;
	pthread_mutex_lock(&ta.lock);
	ta.verdict = (struct ta_verdict){ PAYTA_VERDICT_WAIT, 30 };
	assert_true(screen_start(screen, PAYTA_CMD_LIMITS, &limits));
	assert_true(screen_busy(screen));
	/* Nothing is over, and the loop does not wait. */
	assert_int_equal(sd_event_run(event, 0), 0);
	assert_int_equal(over.n, 0);
	/* One at a time. */
	assert_false(screen_start(screen, PAYTA_CMD_PIN, NULL));
	pthread_mutex_unlock(&ta.lock);
	run_until_over(1);
	assert_int_equal(over.err, 0);
	assert_int_equal(over.verdict.verdict, PAYTA_VERDICT_WAIT);
	assert_int_equal(over.verdict.seconds, 30);
	assert_int_equal(ta.command, PAYTA_CMD_LIMITS);
	assert_memory_equal(&ta.limits, &limits, sizeof(limits.payment) + sizeof(limits.sum) + sizeof(limits.count));
	assert_false(pthread_equal(ta.thread, pthread_self()));
	assert_true(pthread_equal(over.thread, pthread_self()));
}

static void one_after_the_other(void **unused)
{
	(void)unused;
	for (unsigned int i = 1; i <= 20; i++) {
		ta.err = i % 2 ? 0 : TA_ERR_LOST;
		assert_true(screen_start(screen, PAYTA_CMD_VERIFY, NULL));
		run_until_over(i);
		assert_int_equal(over.err, ta.err);
	}
}

static void without_a_client(void **unused)
{
	(void)unused;
	ta.refused = true;
	assert_true(screen_start(screen, PAYTA_CMD_VERIFY, NULL));
	run_until_over(1);
	assert_int_equal(over.err, TA_ERR_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_loop_goes_on_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(one_after_the_other, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_client, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("walletd screen", tests, NULL, NULL);
}
