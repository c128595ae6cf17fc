// SPDX-License-Identifier: BSD-2-Clause
/* The TEE Client API: contexts, sessions, logins, values, origins, threads, and the end of the other side. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <tee_client_api.h>
#include <tee_internal_api.h>

#include "libtee/channel_inproc.h"
#include "tests/unit/tee_client_fixture.h"
#include "tests/unit/tee_fixture.h"

/* --- contexts and sessions --- */

static void contexts(void **state)
{
	TEEC_Context other;

	(void)state;
	assert_int_equal(TEEC_InitializeContext("teepay", &other), TEEC_SUCCESS);
	TEEC_FinalizeContext(&other);
	TEEC_FinalizeContext(&other);
	TEEC_FinalizeContext(NULL);
	assert_int_equal(TEEC_InitializeContext("another", &other), TEEC_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(TEEC_InitializeContext(NULL, NULL), TEEC_ERROR_BAD_PARAMETERS);
}

static void opening(void **state)
{
	static const TEEC_UUID none = { .timeLow = 1 };
	static const uint32_t group = 7;
	static const struct {
		const char *name;
		const TEEC_UUID *uuid;
		uint32_t method;
		const void *data;
		TEEC_Result result;
		uint32_t origin;
	} rows[] = {
		{ "public", &uuid, TEEC_LOGIN_PUBLIC, NULL, TEEC_SUCCESS, TEEC_ORIGIN_TRUSTED_APP },
		{ "user", &uuid, TEEC_LOGIN_USER, NULL, TEEC_SUCCESS, TEEC_ORIGIN_TRUSTED_APP },
		{ "group", &uuid, TEEC_LOGIN_GROUP, &group, TEEC_SUCCESS, TEEC_ORIGIN_TRUSTED_APP },
		{ "application", &uuid, TEEC_LOGIN_APPLICATION, NULL, TEEC_SUCCESS, TEEC_ORIGIN_TRUSTED_APP },
		{ "user's application", &uuid, TEEC_LOGIN_USER_APPLICATION, NULL, TEEC_SUCCESS, TEEC_ORIGIN_TRUSTED_APP },
		{ "group's application", &uuid, TEEC_LOGIN_GROUP_APPLICATION, &group, TEEC_SUCCESS, TEEC_ORIGIN_TRUSTED_APP },
		{ "group's application without a group", &uuid, TEEC_LOGIN_GROUP_APPLICATION, NULL, TEEC_ERROR_BAD_PARAMETERS,
		  TEEC_ORIGIN_API },
		{ "group without a group", &uuid, TEEC_LOGIN_GROUP, NULL, TEEC_ERROR_BAD_PARAMETERS, TEEC_ORIGIN_API },
		{ "unknown login", &uuid, 3, NULL, TEEC_ERROR_BAD_PARAMETERS, TEEC_ORIGIN_API },
		{ "unknown application", &none, TEEC_LOGIN_PUBLIC, NULL, TEEC_ERROR_ITEM_NOT_FOUND, TEEC_ORIGIN_TEE },
		{ "no destination", NULL, TEEC_LOGIN_PUBLIC, NULL, TEEC_ERROR_BAD_PARAMETERS, TEEC_ORIGIN_API },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEEC_Session other;
		uint32_t origin = 0;

		if (TEEC_OpenSession(&ctx, &other, rows[i].uuid, rows[i].method, rows[i].data, NULL, &origin) !=
		    rows[i].result)
			fail_msg("%s", rows[i].name);
		assert_int_equal(origin, rows[i].origin);
		TEEC_CloseSession(&other);
	}
	TEEC_CloseSession(NULL);
}

static void application_refuses_or_answers_at_opening(void **state)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, 0, 0, 0) };
	TEEC_Session other;
	uint32_t origin;

	(void)state;
	op.params[0].value.a = TEEC_ERROR_ACCESS_DENIED;
	assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, &op, &origin),
			 TEEC_ERROR_ACCESS_DENIED);
	assert_int_equal(origin, TEEC_ORIGIN_TRUSTED_APP);
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0);
	assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, &op, NULL), TEEC_SUCCESS);
	assert_int_equal(op.params[0].value.a, 42);
	TEEC_CloseSession(&other);
}

static void sessions_have_their_own_state(void **state)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0) };
	TEEC_Session other;

	(void)state;
	assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL), TEEC_SUCCESS);
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
	assert_int_equal(op.params[0].value.a, 2);
	assert_int_equal(TEEC_InvokeCommand(&other, CMD_COUNT, &op, NULL), TEEC_SUCCESS);
	assert_int_equal(op.params[0].value.a, 1);
	assert_int_equal(sessions_open, 2);
	TEEC_CloseSession(&other);
	/* Closing does not wait, but the next call in the queue comes after it. */
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
	assert_int_equal(sessions_open, 1);
}

static void identity(void **state)
{
	const struct teechan_identity who = { .uid = 1000, .gid = 100, .pid = 4242 };
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, 0, 0, 0) };
	char text[64];

	(void)state;
	channel_inproc_client(&who);
	op.params[0].tmpref.buffer = text;
	op.params[0].tmpref.size = sizeof(text);
	assert_int_equal(invoke(CMD_WHO, &op), TEEC_SUCCESS);
	assert_string_equal(text, "0:00000000-0000-0000-0000-000000000000");
	assert_int_equal(op.params[0].tmpref.size, strlen(text) + 1);
}

/* What only a trusted application can be, or nobody, is no login of a client's; none of it reaches the channel. */
static void logins_that_are_none(void **state)
{
	static const uint32_t methods[] = { 3, 7, 8, 0x80000000, TEE_LOGIN_TRUSTED_APP, UINT32_MAX };
	static const uint32_t group = 7;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(methods); i++) {
		TEEC_Session other;
		uint32_t origin = 0;

		if (TEEC_OpenSession(&ctx, &other, &uuid, methods[i], &group, NULL, &origin) != TEEC_ERROR_BAD_PARAMETERS)
			fail_msg("login %#x", methods[i]);
		assert_int_equal(origin, TEEC_ORIGIN_API);
		assert_null(other.imp);
	}
}

/* Each login method arrives as what it is. */
static void logins_arrive(void **state)
{
	static const uint32_t methods[] = {
		TEEC_LOGIN_PUBLIC, TEEC_LOGIN_USER, TEEC_LOGIN_GROUP, TEEC_LOGIN_APPLICATION,
		TEEC_LOGIN_USER_APPLICATION, TEEC_LOGIN_GROUP_APPLICATION,
	};
	static const uint32_t group = 100;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(methods); i++) {
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, 0, 0, 0) };
		char text[64] = "";
		TEEC_Session other;
		uint32_t login;

		op.params[0].tmpref.buffer = text;
		op.params[0].tmpref.size = sizeof(text);
		assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, methods[i], &group, NULL, NULL), TEEC_SUCCESS);
		assert_int_equal(TEEC_InvokeCommand(&other, CMD_WHO, &op, NULL), TEEC_SUCCESS);
		assert_int_equal(sscanf(text, "%u:", &login), 1);
		assert_int_equal(login, methods[i]);
		TEEC_CloseSession(&other);
	}
}

/* Where a result comes from, for each place that it can come from. */
static void origins(void **state)
{
	static const TEEC_UUID none = { .timeLow = 1 };
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(4, 0, 0, 0) };
	TEEC_Session other;
	uint32_t origin = 0;

	(void)state;
	assert_int_equal(TEEC_InvokeCommand(&session, CMD_COUNT, &op, &origin), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(origin, TEEC_ORIGIN_API);
	assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, &op, &origin),
			 TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(origin, TEEC_ORIGIN_API);
	assert_int_equal(TEEC_OpenSession(&ctx, &other, &none, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin),
			 TEEC_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(origin, TEEC_ORIGIN_TEE);
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, 0, 0, 0);
	op.params[0].value.a = TEEC_ERROR_BAD_PARAMETERS;
	assert_int_equal(TEEC_InvokeCommand(&session, CMD_FAIL, &op, &origin), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(origin, TEEC_ORIGIN_TRUSTED_APP);
	/* Nobody need ask. */
	assert_int_equal(TEEC_InvokeCommand(&session, CMD_FAIL, &op, NULL), TEEC_ERROR_BAD_PARAMETERS);
}

/* What is NULL or was never made is refused, or ignored where the function cannot say so. */
static void nothing_to_work_on(void **state)
{
	TEEC_Context no_context = { NULL };
	TEEC_Session no_session = { NULL };
	TEEC_SharedMemory memory = { .size = 1, .flags = TEEC_MEM_INPUT };
	TEEC_Session other;
	uint32_t origin = 0;

	(void)state;
	assert_int_equal(TEEC_OpenSession(NULL, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(origin, TEEC_ORIGIN_API);
	assert_int_equal(TEEC_OpenSession(&no_context, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL),
			 TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEEC_OpenSession(&ctx, NULL, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEEC_InvokeCommand(NULL, 0, NULL, NULL), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEEC_InvokeCommand(&no_session, 0, NULL, NULL), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEEC_AllocateSharedMemory(NULL, &memory), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEEC_AllocateSharedMemory(&no_context, &memory), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEEC_AllocateSharedMemory(&ctx, NULL), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEEC_RegisterSharedMemory(NULL, &memory), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEEC_RegisterSharedMemory(&ctx, NULL), TEEC_ERROR_BAD_PARAMETERS);
	TEEC_CloseSession(&no_session);
	TEEC_FinalizeContext(&no_context);
}

/* Sessions of several contexts are apart, and the end of one context is none of another. */
static void several_contexts(void **state)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0) };
	TEEC_Context contexts[8];
	TEEC_Session sessions[ROWS(contexts)];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(contexts); i++) {
		assert_int_equal(TEEC_InitializeContext(NULL, &contexts[i]), TEEC_SUCCESS);
		assert_int_equal(TEEC_OpenSession(&contexts[i], &sessions[i], &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL),
				 TEEC_SUCCESS);
	}
	for (i = 0; i < ROWS(contexts); i += 2) {
		TEEC_CloseSession(&sessions[i]);
		TEEC_FinalizeContext(&contexts[i]);
	}
	for (i = 1; i < ROWS(contexts); i += 2) {
		assert_int_equal(TEEC_InvokeCommand(&sessions[i], CMD_COUNT, &op, NULL), TEEC_SUCCESS);
		assert_int_equal(op.params[0].value.a, 1);
		TEEC_CloseSession(&sessions[i]);
		TEEC_FinalizeContext(&contexts[i]);
	}
	assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
	assert_int_equal(sessions_open, 1);
}

/* All four parameters together, of four kinds, in any place. */
static void four_parameters(void **state)
{
	static uint8_t bytes[] = { 1, 2, 3 };
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_VALUE_INOUT, TEEC_NONE, TEEC_VALUE_INPUT),
		.params[0].tmpref = { bytes, sizeof(bytes) },
		.params[1].value = { 100, 7 },
		.params[3].value = { 5, 6 },
	};

	(void)state;
	assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
	assert_int_equal(op.params[1].value.a, 106);
	assert_int_equal(op.params[1].value.b, 3);
	/* An input is never written. */
	assert_int_equal(op.params[3].value.a, 5);
	assert_int_equal(op.params[3].value.b, 6);
	assert_int_equal(op.params[0].tmpref.size, 3);
}

static void values(void **state)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INOUT, 0, 0, 0) };

	(void)state;
	op.params[0].value.a = 1;
	op.params[0].value.b = UINT32_MAX;
	assert_int_equal(invoke(CMD_SWAP, &op), TEEC_SUCCESS);
	assert_int_equal(op.params[0].value.a, UINT32_MAX);
	assert_int_equal(op.params[0].value.b, 1);
	assert_int_equal(invoke(99, NULL), TEEC_ERROR_NOT_SUPPORTED);
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, 0, 0, 0);
	op.params[0].value.a = 0x1234;
	assert_int_equal(invoke(CMD_FAIL, &op), 0x1234);
}

/* --- rule 1: one INVOKE, one execution --- */

static void interrupted_waits_execute_once(void **state)
{
	unsigned int interrupts;
	int calls = 0;

	(void)state;
	for (interrupts = 0; interrupts < 20; interrupts++) {
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0) };
		int before = executed;

		channel_inproc_interrupt(interrupts);
		assert_int_equal(invoke(CMD_COUNT, &op), TEEC_SUCCESS);
		assert_int_equal(op.params[0].value.a, ++calls);
		assert_int_equal(executed, before + 1);
	}
	{
		TEEC_Session other;
		int before = sessions_open;

		channel_inproc_interrupt(3);
		assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL), TEEC_SUCCESS);
		assert_int_equal(sessions_open, before + 1);
		TEEC_CloseSession(&other);
	}
}

/* --- threads --- */

#define THREADS 4
#define ROUNDS 100

static void *hammer(void *arg)
{
	const uint8_t *mark = arg;
	TEEC_Session own;
	int i;

	if (TEEC_OpenSession(&ctx, &own, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL))
		return arg;
	for (i = 0; i < ROUNDS; i++) {
		TEEC_SharedMemory memory = { .size = 5000, .flags = TEEC_MEM_INPUT };
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, TEEC_VALUE_OUTPUT, 0, 0) };

		if (TEEC_AllocateSharedMemory(&ctx, &memory))
			return arg;
		memset(memory.buffer, *mark, memory.size);
		op.params[0].memref.parent = &memory;
		/* Half of them in a session that all threads share. */
		if (TEEC_InvokeCommand(i % 2 ? &own : &session, CMD_SUM, &op, NULL) || op.params[1].value.a != 5000u * *mark)
			return arg;
		TEEC_ReleaseSharedMemory(&memory);
	}
	TEEC_CloseSession(&own);
	return NULL;
}

static void many_threads(void **state)
{
	static uint8_t marks[THREADS] = { 1, 2, 3, 4 };
	pthread_t threads[THREADS];
	size_t i;

	(void)state;
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, &marks[i]), 0);
	for (i = 0; i < THREADS; i++) {
		void *failed = NULL;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

/* --- the end of the application --- */

static void application_ends(void **state)
{
	TEEC_Session other;
	uint32_t origin = 0;

	(void)state;
	server_stop();
	assert_int_equal(sessions_open, 0);
	assert_int_equal(TEEC_InvokeCommand(&session, CMD_COUNT, NULL, &origin), TEEC_ERROR_TARGET_DEAD);
	assert_int_equal(origin, TEEC_ORIGIN_TEE);
	assert_int_equal(TEEC_OpenSession(&ctx, &other, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin),
			 TEEC_ERROR_ITEM_NOT_FOUND);
	server_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(contexts),
		CLIENT_TEST(opening),
		CLIENT_TEST(logins_that_are_none),
		CLIENT_TEST(logins_arrive),
		CLIENT_TEST(origins),
		CLIENT_TEST(nothing_to_work_on),
		CLIENT_TEST(several_contexts),
		CLIENT_TEST(application_refuses_or_answers_at_opening),
		CLIENT_TEST(sessions_have_their_own_state),
		CLIENT_TEST(identity),
		CLIENT_TEST(values),
		CLIENT_TEST(four_parameters),
		CLIENT_TEST(interrupted_waits_execute_once),
		CLIENT_TEST(many_threads),
		CLIENT_TEST(application_ends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, client_group_setup, client_group_teardown);
}
