// SPDX-License-Identifier: BSD-2-Clause
/* The TEE Client API: cancellation, at every stage of a call. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <tee_client_api.h>
#include <tee_internal_api.h>

#include "tests/unit/tee_client_fixture.h"
#include "tests/unit/tee_fixture.h"

struct cancelled_call {
	TEEC_Session *session;
	uint32_t command;
	TEEC_Operation op;
	TEEC_Result result;
	uint32_t origin;
	atomic_bool begun;
};

static void *call_thread(void *arg)
{
	struct cancelled_call *call = arg;

	call->begun = true;
	call->result = TEEC_InvokeCommand(call->session, call->command, &call->op, &call->origin);
	return NULL;
}

static void cancelled_while_running(void **state)
{
	static const uint32_t commands[] = { CMD_WAIT_CANCEL, CMD_WAIT_MASKED };
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(commands); i++) {
		struct cancelled_call call = { .session = &session, .command = commands[i] };
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, call_thread, &call), 0);
		if (commands[i] == CMD_WAIT_MASKED)
			gate_await_entered();
		while (!call.begun)
			sched_yield();
		TEEC_RequestCancellation(&call.op);
		if (commands[i] == CMD_WAIT_MASKED)
			gate_release();
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_int_equal(call.result, TEEC_ERROR_CANCEL);
	}
	TEEC_RequestCancellation(NULL);
}

/* Behind a call that runs: it ends at once, and the application never sees it. */
static void cancelled_while_queued(void **state)
{
	struct cancelled_call queued = { .session = &session, .command = CMD_COUNT };
	TEEC_Session busy;
	struct cancelled_call running = { .session = &busy, .command = CMD_TOUCH };
	pthread_t one;
	pthread_t two;
	int before;

	(void)state;
	assert_int_equal(TEEC_OpenSession(&ctx, &busy, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL), TEEC_SUCCESS);
	assert_int_equal(pthread_create(&one, NULL, call_thread, &running), 0);
	gate_await_entered();
	before = executed;
	assert_int_equal(pthread_create(&two, NULL, call_thread, &queued), 0);
	while (!queued.begun)
		sched_yield();
	TEEC_RequestCancellation(&queued.op);
	assert_int_equal(pthread_join(two, NULL), 0);
	assert_int_equal(queued.result, TEEC_ERROR_CANCEL);
	assert_int_equal(executed, before);
	gate_release();
	assert_int_equal(pthread_join(one, NULL), 0);
	assert_int_equal(running.result, TEEC_SUCCESS);
	TEEC_CloseSession(&busy);
}

/* One that hangs holds nobody up: the call comes back without it, and the session serves again when it answers. */
static void cancelled_but_hanging(void **state)
{
	struct cancelled_call call = { .session = &session, .command = CMD_TOUCH };
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0) };
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, call_thread, &call), 0);
	gate_await_entered();
	TEEC_RequestCancellation(&call.op);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(call.result, TEEC_ERROR_CANCEL);
	assert_int_equal(call.origin, TEEC_ORIGIN_COMMS);
	gate_release();
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
}

static void cancelled_before_it_began(void **state)
{
	TEEC_Operation op = { .started = 0 };
	uint32_t origin = 0;
	int before = executed;

	(void)state;
	TEEC_RequestCancellation(&op);
	assert_int_equal(TEEC_InvokeCommand(&session, CMD_COUNT, &op, &origin), TEEC_ERROR_CANCEL);
	assert_int_equal(origin, TEEC_ORIGIN_API);
	assert_int_equal(executed, before);
	/* Over: the next use of the structure is an ordinary one. */
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0);
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
	TEEC_RequestCancellation(&op);
}

/* A client that does not want to cancel need not set started (§4.3.8). */
static void started_may_be_anything(void **state)
{
	TEEC_Operation op;

	(void)state;
	memset(&op, 0xff, sizeof(op));
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0);
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
	op.started = 2;
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
}

static void *open_thread(void *arg)
{
	struct cancelled_call *call = arg;

	call->result = TEEC_OpenSession(&ctx, call->session, &uuid, TEEC_LOGIN_PUBLIC, NULL, &call->op, &call->origin);
	return NULL;
}

/* §4.5.10 also of an opening: the application sees it, and there is no session. */
static void cancelled_while_opening(void **state)
{
	TEEC_Session other;
	struct cancelled_call call = {
		.session = &other,
		.op.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INOUT, 0, 0, 0),
	};
	int before = sessions_open;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, open_thread, &call), 0);
	gate_await_entered();
	TEEC_RequestCancellation(&call.op);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(call.result, TEEC_ERROR_CANCEL);
	assert_int_equal(call.origin, TEEC_ORIGIN_TRUSTED_APP);
	assert_null(other.imp);
	assert_int_equal(sessions_open, before);
}

/* Of two calls under way in one context it hits the one that it names. */
static void cancelled_one_of_two(void **state)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0) };
	struct cancelled_call first = { .session = &session, .command = CMD_TOUCH };
	TEEC_Session other;
	struct cancelled_call second = { .session = &other, .command = CMD_WAIT_CANCEL };
	pthread_t one;
	pthread_t two;

	(void)state;
	assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL), TEEC_SUCCESS);
	assert_int_equal(pthread_create(&one, NULL, call_thread, &first), 0);
	gate_await_entered();
	assert_int_equal(pthread_create(&two, NULL, call_thread, &second), 0);
	while (!second.begun)
		sched_yield();
	TEEC_RequestCancellation(&second.op);
	assert_int_equal(pthread_join(two, NULL), 0);
	assert_int_equal(second.result, TEEC_ERROR_CANCEL);
	gate_release();
	assert_int_equal(pthread_join(one, NULL), 0);
	assert_int_equal(first.result, TEEC_SUCCESS);
	/* Too late for that one, and without effect on the next. */
	TEEC_RequestCancellation(&first.op);
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
	TEEC_CloseSession(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(cancelled_while_running),
		CLIENT_TEST(cancelled_while_queued),
		CLIENT_TEST(cancelled_but_hanging),
		CLIENT_TEST(cancelled_before_it_began),
		CLIENT_TEST(cancelled_while_opening),
		CLIENT_TEST(cancelled_one_of_two),
		CLIENT_TEST(started_may_be_anything),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, client_group_setup, client_group_teardown);
}
