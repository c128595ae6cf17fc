// SPDX-License-Identifier: BSD-2-Clause
/*
 * Both sides together over the in-process channel: the TEE Client API in this thread (and others), a trusted
 * application in a thread of its own, with libtee's real serving loop between.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <tee_client_api.h>
#include <tee_internal_api.h>
#include <user_ta_header.h>

#include "libtee/channel_inproc.h"
#include "libtee/client/staging.h"
#include "libtee/internal/serve.h"
#include "libtee/internal/uuid.h"
#include "tests/unit/tee_fixture.h"

/* --- the trusted application --- */

enum command {
	CMD_SWAP,		/* value inout: swaps a and b */
	CMD_UPPER,		/* memref inout: upper case */
	CMD_FILL,		/* memref output: value a bytes, or TEE_ERROR_SHORT_BUFFER */
	CMD_SUM,		/* memref input, value output: sum of the bytes */
	CMD_FAIL,		/* value input: the result */
	CMD_RIGHTS,		/* memref any: what TEE_CheckMemoryAccessRights says, in value output of parameter 1 */
	CMD_TOUCH,		/* memref: the address for a client that peeks; waits until released */
	CMD_WAIT_CANCEL,	/* waits until cancelled, unmasked */
	CMD_WAIT_MASKED,	/* waits until the flag is seen after unmasking */
	CMD_WHO,		/* identity as text */
	CMD_COUNT,		/* counts in the session, value output */
	CMD_OVERSIZE,		/* memref output: claims a large size and success */
};

struct ta_session {
	uint32_t count;
};

static atomic_int sessions_open;
static atomic_int executed;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;
static bool gate_entered;
static bool gate_open;

TEE_Result TA_CreateEntryPoint(void)
{
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[TEE_NUM_PARAMS], void **context)
{
	/* A value input is the result that the opening should have. */
	if (TEE_PARAM_TYPE_GET(types, 0) == TEE_PARAM_TYPE_VALUE_INPUT)
		return params[0].value.a;
	if (TEE_PARAM_TYPE_GET(types, 0) == TEE_PARAM_TYPE_VALUE_OUTPUT)
		params[0].value.a = 42;
	*context = TEE_Malloc(sizeof(struct ta_session), TEE_MALLOC_FILL_ZERO);
	sessions_open++;
	return *context ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

void TA_CloseSessionEntryPoint(void *context)
{
	TEE_Free(context);
	sessions_open--;
}

static TEE_Result cmd_fill(TEE_Param *params)
{
	size_t want = params[1].value.a;
	size_t room = params[0].memref.size;

	params[0].memref.size = want;
	if (room < want)
		return TEE_ERROR_SHORT_BUFFER;
	TEE_MemFill(params[0].memref.buffer, 0xa5, want);
	return TEE_SUCCESS;
}

static TEE_Result cmd_sum(TEE_Param *params)
{
	const uint8_t *bytes = params[0].memref.buffer;
	size_t i;

	for (i = 0; i < params[0].memref.size; i++)
		params[1].value.a += bytes[i];
	params[1].value.b = (uint32_t)params[0].memref.size;
	return TEE_SUCCESS;
}

static TEE_Result cmd_rights(TEE_Param *params)
{
	static const uint32_t asked[] = {
		TEE_MEMORY_ACCESS_READ,
		TEE_MEMORY_ACCESS_READ | TEE_MEMORY_ACCESS_ANY_OWNER,
		TEE_MEMORY_ACCESS_WRITE | TEE_MEMORY_ACCESS_ANY_OWNER,
	};
	const uint8_t *buffer = params[0].memref.buffer;
	size_t size = params[0].memref.size;
	uint32_t i;

	for (i = 0; i < ROWS(asked); i++)
		if (!TEE_CheckMemoryAccessRights(asked[i], buffer, size))
			params[1].value.a |= 1u << i;
	if (!TEE_CheckMemoryAccessRights(asked[1], buffer, size + 1))
		params[1].value.a |= 1u << 8;
	return TEE_SUCCESS;
}

static void gate_wait(void)
{
	pthread_mutex_lock(&gate);
	gate_entered = true;
	pthread_cond_broadcast(&gate_changed);
	while (!gate_open)
		pthread_cond_wait(&gate_changed, &gate);
	gate_open = false;
	gate_entered = false;
	pthread_mutex_unlock(&gate);
}

static void gate_await_entered(void)
{
	pthread_mutex_lock(&gate);
	while (!gate_entered)
		pthread_cond_wait(&gate_changed, &gate);
	pthread_mutex_unlock(&gate);
}

static void gate_release(void)
{
	pthread_mutex_lock(&gate);
	gate_open = true;
	pthread_cond_broadcast(&gate_changed);
	pthread_mutex_unlock(&gate);
}

static TEE_Result cmd_wait_masked(void)
{
	if (!TEE_MaskCancellation())
		return TEE_ERROR_GENERIC;
	gate_wait();
	/* Cancelled by now, but masked. */
	if (TEE_GetCancellationFlag())
		return TEE_ERROR_BAD_STATE;
	if (!TEE_UnmaskCancellation() || !TEE_GetCancellationFlag())
		return TEE_ERROR_BAD_STATE;
	return TEE_Wait(TEE_TIMEOUT_INFINITE);
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	struct ta_session *session = context;
	uint8_t *bytes = params[0].memref.buffer;
	uint32_t a;
	size_t i;

	(void)types;
	executed++;
	switch (command) {
	case CMD_SWAP:
		a = params[0].value.a;
		params[0].value.a = params[0].value.b;
		params[0].value.b = a;
		return TEE_SUCCESS;
	case CMD_UPPER:
		for (i = 0; i < params[0].memref.size; i++)
			if (bytes[i] >= 'a' && bytes[i] <= 'z')
				bytes[i] = (uint8_t)(bytes[i] - 'a' + 'A');
		return TEE_SUCCESS;
	case CMD_FILL:
		return cmd_fill(params);
	case CMD_SUM:
		return cmd_sum(params);
	case CMD_FAIL:
		return params[0].value.a;
	case CMD_RIGHTS:
		return cmd_rights(params);
	case CMD_TOUCH:
		gate_wait();
		return TEE_SUCCESS;
	case CMD_WAIT_CANCEL:
		TEE_UnmaskCancellation();
		return TEE_Wait(TEE_TIMEOUT_INFINITE);
	case CMD_WAIT_MASKED:
		return cmd_wait_masked();
	case CMD_WHO:
		return TEE_GetPropertyAsString(TEE_PROPSET_CURRENT_CLIENT, "gpd.client.identity",
					       params[0].memref.buffer, &params[0].memref.size);
	case CMD_COUNT:
		params[0].value.a = ++session->count;
		return TEE_SUCCESS;
	case CMD_OVERSIZE:
		params[0].memref.size += 1000;
		return TEE_SUCCESS;
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}

/* --- fixture --- */

static char *dir;
static volatile sig_atomic_t stop;
static pthread_t server;
static struct tee_serve_config serve_config;
static TEEC_Context ctx;
static TEEC_Session session;
static TEEC_UUID uuid;

static void *serve(void *arg)
{
	(void)arg;
	return tee_serve(&serve_config) ? &serve_config : NULL;
}

static void server_start(void)
{
	struct teechan_bind bind = { .flags = 0 };

	tee_uuid_bytes(&ta_head.uuid, bind.uuid);
	stop = 0;
	memset(&serve_config, 0, sizeof(serve_config));
	serve_config.stop = &stop;
	assert_int_equal(channel_ops.ta_open(&serve_config.chan, &bind, &serve_config.window), 0);
	assert_int_equal(pthread_create(&server, NULL, serve, NULL), 0);
}

static void server_stop(void)
{
	void *failed = NULL;

	stop = 1;
	channel_inproc_wake();
	assert_int_equal(pthread_join(server, &failed), 0);
	assert_null(failed);
	channel_ops.ta_close(serve_config.chan);
}

static int group_setup(void **state)
{
	(void)state;
	dir = fixture_dir();
	fixture_host(dir);
	memcpy(&uuid, &ta_head.uuid, sizeof(uuid));
	server_start();
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	server_stop();
	tee_host_stop();
	fixture_dir_remove(&dir);
	return 0;
}

static int setup(void **state)
{
	uint32_t origin = 0;

	(void)state;
	assert_int_equal(TEEC_InitializeContext(NULL, &ctx), TEEC_SUCCESS);
	assert_int_equal(TEEC_OpenSession(&ctx, &session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin), TEEC_SUCCESS);
	assert_int_equal(origin, TEEC_ORIGIN_TRUSTED_APP);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&ctx);
	return 0;
}

static TEEC_Result invoke(uint32_t command, TEEC_Operation *op)
{
	uint32_t origin = 0;
	TEEC_Result result = TEEC_InvokeCommand(&session, command, op, &origin);

	assert_int_equal(origin, TEEC_ORIGIN_TRUSTED_APP);
	return result;
}

static TEEC_SharedMemory allocated(size_t size, uint32_t flags)
{
	TEEC_SharedMemory memory = { .size = size, .flags = flags };

	assert_int_equal(TEEC_AllocateSharedMemory(&ctx, &memory), TEEC_SUCCESS);
	assert_non_null(memory.buffer);
	return memory;
}

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

/* --- parameters --- */

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

/* From nothing to beyond the inbox, where libteec goes through a region by itself. */
static void temporary_references_of_all_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 4095, 4096, 65535, 65536, 65537, 200000 };
	static uint8_t bytes[200000];
	size_t i;
	size_t n;

	(void)state;
	for (i = 0; i < ROWS(sizes); i++) {
		TEEC_Operation op = {
			.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_VALUE_OUTPUT, 0, 0),
			.params[0].tmpref = { bytes, sizes[i] },
		};

		memset(bytes, 3, sizeof(bytes));
		assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
		assert_int_equal(op.params[1].value.a, 3 * sizes[i]);
		assert_int_equal(op.params[1].value.b, sizes[i]);
		assert_int_equal(op.params[0].tmpref.size, sizes[i]);

		memset(bytes, 'q', sizeof(bytes));
		op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INOUT, 0, 0, 0);
		assert_int_equal(invoke(CMD_UPPER, &op), TEEC_SUCCESS);
		for (n = 0; n < sizeof(bytes); n++)
			assert_int_equal(bytes[n], n < sizes[i] ? 'Q' : 'q');
	}
}

/* A region that serves again must not carry what an earlier call, perhaps to another application, left in its pages. */
static void staging_is_wiped(void **state)
{
	struct context own = { 0 };
	struct staging first, again;
	uint32_t id;

	(void)state;
	assert_int_equal(channel_ops.client_open(&own.chan), 0);
	assert_int_equal(staging_get(&own, 40000, &first), 0);
	id = first.region.id;
	memset(first.mapping, 0xaa, first.region.size);
	staging_put(&own, &first, true);
	assert_int_equal(staging_get(&own, 100, &again), 0);
	assert_int_equal(again.region.id, id);
	for (size_t i = 0; i < 4096; i++)
		assert_int_equal(((const uint8_t *)again.mapping)[i], 0);
	/* One that the application may still have does not serve again, nor one that is too small. */
	staging_put(&own, &again, false);
	assert_int_equal(staging_get(&own, 100, &first), 0);
	assert_int_not_equal(first.region.id, id);
	id = first.region.id;
	staging_put(&own, &first, true);
	assert_int_equal(staging_get(&own, 100000, &again), 0);
	assert_int_not_equal(again.region.id, id);
	assert_true(again.region.size >= 100000);
	staging_put(&own, &again, true);
	staging_drop(&own);
	assert_null(own.staging);
	channel_ops.client_close(own.chan);
}

/* Four that do not fit the inbox together, each of them alone would. */
static void several_temporary_references(void **state)
{
	static uint8_t bytes[4][40000];
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INOUT, TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT,
					       TEEC_MEMREF_TEMP_INOUT),
		.params = {
			{ .tmpref = { bytes[0], 40000 } },
			{ .tmpref = { bytes[1], 30000 } },
			{ .tmpref = { bytes[2], 20000 } },
			{ .tmpref = { bytes[3], 39999 } },
		},
	};

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	assert_int_equal(invoke(CMD_UPPER, &op), TEEC_SUCCESS);
	assert_int_equal(bytes[0][39999], 'A');
	assert_int_equal(bytes[1][0], 'a');
	/* An output begins as zeros: the application cannot see what was in the client's memory. */
	assert_int_equal(bytes[2][0], 0);
	assert_int_equal(bytes[3][39998], 'a');
}

static void short_buffer_tells_the_size(void **state)
{
	uint8_t bytes[10] = { 0 };
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, TEEC_VALUE_INPUT, 0, 0),
		.params = { { .tmpref = { bytes, 9 } }, { .value = { 10, 0 } } },
	};

	(void)state;
	assert_int_equal(invoke(CMD_FILL, &op), TEEC_ERROR_SHORT_BUFFER);
	assert_int_equal(op.params[0].tmpref.size, 10);
	assert_int_equal(bytes[0], 0);
	assert_int_equal(invoke(CMD_FILL, &op), TEEC_SUCCESS);
	assert_int_equal(bytes[9], 0xa5);
	/* A null reference asks for the size. */
	op.params[0].tmpref.buffer = NULL;
	op.params[0].tmpref.size = 5;
	assert_int_equal(invoke(CMD_FILL, &op), TEEC_ERROR_SHORT_BUFFER);
	assert_int_equal(op.params[0].tmpref.size, 10);
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_VALUE_OUTPUT, 0, 0);
	op.params[0].tmpref.size = 5;
	assert_int_equal(TEEC_InvokeCommand(&session, CMD_SUM, &op, NULL), TEEC_ERROR_BAD_PARAMETERS);
}

/*
 * A size that is no truth must not make anybody write further than the client offered: neither the channel, which copies
 * small outputs, nor libteec, which copies large ones.
 */
static void claimed_size_is_not_believed(void **state)
{
	static const size_t sizes[] = { 100, 100000 };
	static uint8_t bytes[100000 + 2000];
	size_t i;
	size_t n;

	(void)state;
	for (i = 0; i < ROWS(sizes); i++) {
		TEEC_Operation op = {
			.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, 0, 0, 0),
			.params[0].tmpref = { bytes, sizes[i] },
		};

		memset(bytes, 0x5a, sizeof(bytes));
		assert_int_equal(invoke(CMD_OVERSIZE, &op), TEE_SUCCESS);
		for (n = sizes[i]; n < sizeof(bytes); n++)
			assert_int_equal(bytes[n], 0x5a);
	}
}

static void regions_whole_and_partial(void **state)
{
	TEEC_SharedMemory memory = allocated(10000, TEEC_MEM_INPUT | TEEC_MEM_OUTPUT);
	uint8_t *bytes = memory.buffer;
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, 0, 0, 0) };
	size_t i;

	(void)state;
	for (i = 0; i < 10000; i++)
		assert_int_equal(bytes[i], 0);
	memset(bytes, 'x', 10000);
	op.params[0].memref.parent = &memory;
	op.params[0].memref.offset = 77;
	assert_int_equal(invoke(CMD_UPPER, &op), TEEC_SUCCESS);
	assert_int_equal(op.params[0].memref.size, 10000);
	assert_int_equal(bytes[0], 'X');
	assert_int_equal(bytes[9999], 'X');

	memset(bytes, 'x', 10000);
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INOUT, 0, 0, 0);
	op.params[0].memref.offset = 4090;
	op.params[0].memref.size = 20;
	assert_int_equal(invoke(CMD_UPPER, &op), TEEC_SUCCESS);
	for (i = 0; i < 10000; i++)
		assert_int_equal(bytes[i], i >= 4090 && i < 4110 ? 'X' : 'x');
	TEEC_ReleaseSharedMemory(&memory);
	assert_null(memory.buffer);
	TEEC_ReleaseSharedMemory(&memory);
	TEEC_ReleaseSharedMemory(NULL);
}

static void registered_memory(void **state)
{
	static uint8_t bytes[100000];
	TEEC_SharedMemory memory = { .buffer = bytes, .size = sizeof(bytes), .flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT };
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, 0, 0, 0) };

	(void)state;
	assert_int_equal(TEEC_RegisterSharedMemory(&ctx, &memory), TEEC_SUCCESS);
	memset(bytes, 'z', sizeof(bytes));
	op.params[0].memref.parent = &memory;
	assert_int_equal(invoke(CMD_UPPER, &op), TEEC_SUCCESS);
	assert_int_equal(bytes[sizeof(bytes) - 1], 'Z');
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INPUT, TEEC_VALUE_OUTPUT, 0, 0);
	op.params[0].memref.offset = sizeof(bytes) - 3;
	op.params[0].memref.size = 3;
	assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
	assert_int_equal(op.params[1].value.a, 3 * 'Z');
	TEEC_ReleaseSharedMemory(&memory);
	assert_ptr_equal(memory.buffer, bytes);
}

static void shared_memory_of_no_size(void **state)
{
	TEEC_SharedMemory memory = allocated(0, TEEC_MEM_INPUT);
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, TEEC_VALUE_OUTPUT, 0, 0) };

	(void)state;
	op.params[0].memref.parent = &memory;
	assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
	assert_int_equal(op.params[1].value.b, 0);
	TEEC_ReleaseSharedMemory(&memory);
}

static void bad_references_are_refused(void **state)
{
	TEEC_SharedMemory memory = allocated(100, TEEC_MEM_INPUT);
	TEEC_SharedMemory never = { .buffer = &memory, .size = 1, .flags = TEEC_MEM_INPUT };
	const struct {
		const char *name;
		uint32_t type;
		TEEC_RegisteredMemoryReference ref;
	} rows[] = {
		{ "beyond the end", TEEC_MEMREF_PARTIAL_INPUT, { &memory, 10, 91 } },
		{ "offset beyond the end", TEEC_MEMREF_PARTIAL_INPUT, { &memory, 0, 101 } },
		{ "size and offset overflow", TEEC_MEMREF_PARTIAL_INPUT, { &memory, SIZE_MAX, 2 } },
		{ "output of an input block", TEEC_MEMREF_PARTIAL_OUTPUT, { &memory, 10, 0 } },
		{ "inout of an input block", TEEC_MEMREF_PARTIAL_INOUT, { &memory, 10, 0 } },
		{ "no parent", TEEC_MEMREF_WHOLE, { NULL, 0, 0 } },
		{ "block never registered", TEEC_MEMREF_WHOLE, { &never, 0, 0 } },
		{ "type 4", 4, { &memory, 1, 0 } },
		{ "type 8", 8, { &memory, 1, 0 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(0, 0, rows[i].type, 0) };
		uint32_t origin = 0;
		int before = executed;

		op.params[2].memref = rows[i].ref;
		if (TEEC_InvokeCommand(&session, CMD_COUNT, &op, &origin) != TEEC_ERROR_BAD_PARAMETERS)
			fail_msg("%s", rows[i].name);
		assert_int_equal(origin, TEEC_ORIGIN_API);
		assert_int_equal(executed, before);
	}
	TEEC_ReleaseSharedMemory(&memory);
}

static void bad_blocks_are_refused(void **state)
{
	static const struct {
		const char *name;
		uint32_t flags;
	} rows[] = { { "no direction", 0 }, { "unknown flag", TEEC_MEM_INPUT | 4 } };
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEEC_SharedMemory memory = { .buffer = &i, .size = 1, .flags = rows[i].flags };

		if (TEEC_AllocateSharedMemory(&ctx, &memory) != TEEC_ERROR_BAD_PARAMETERS ||
		    TEEC_RegisterSharedMemory(&ctx, &memory) != TEEC_ERROR_BAD_PARAMETERS)
			fail_msg("%s", rows[i].name);
	}
	{
		TEEC_SharedMemory memory = { .buffer = NULL, .size = 1, .flags = TEEC_MEM_INPUT };
		TEEC_SharedMemory large = { .size = SIZE_MAX / 2, .flags = TEEC_MEM_INPUT };

		assert_int_equal(TEEC_RegisterSharedMemory(&ctx, &memory), TEEC_ERROR_BAD_PARAMETERS);
		assert_int_equal(TEEC_AllocateSharedMemory(&ctx, &large), TEEC_ERROR_OUT_OF_MEMORY);
		assert_null(large.buffer);
	}
}

/* What the application may do with each kind of reference: bit 0 own read, 1 read, 2 write, 8 one byte further. */
static void access_rights_of_references(void **state)
{
	static uint8_t bytes[64];
	static const struct {
		const char *name;
		uint32_t type;
		uint32_t rights;
	} rows[] = {
		{ "input", TEEC_MEMREF_TEMP_INPUT, 2 },
		{ "output", TEEC_MEMREF_TEMP_OUTPUT, 2 | 4 },
		{ "inout", TEEC_MEMREF_TEMP_INOUT, 2 | 4 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(rows[i].type, TEEC_VALUE_INOUT, 0, 0) };

		op.params[0].tmpref.buffer = bytes;
		op.params[0].tmpref.size = sizeof(bytes);
		assert_int_equal(invoke(CMD_RIGHTS, &op), TEEC_SUCCESS);
		if (op.params[1].value.a != rows[i].rights)
			fail_msg("%s: %#x", rows[i].name, op.params[1].value.a);
	}
}

/* --- lending --- */

static void *invoke_touch(void *arg)
{
	return TEEC_InvokeCommand(&session, CMD_TOUCH, arg, NULL) ? arg : NULL;
}

static sigjmp_buf fault;

static void on_fault(int signal)
{
	(void)signal;
	siglongjmp(fault, 1);
}

/* Claim 8 and the double fetch: while the application has a page, the client has none there. */
static void lent_pages_are_out_of_reach(void **state)
{
	TEEC_SharedMemory memory = allocated(3 * 4096, TEEC_MEM_INPUT | TEEC_MEM_OUTPUT);
	volatile uint8_t *bytes = memory.buffer;
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INPUT, 0, 0, 0) };
	const struct sigaction catch = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	struct sigaction before;
	volatile int faults = 0;
	volatile int page;
	pthread_t thread;
	void *failed;

	(void)state;
	op.params[0].memref.parent = &memory;
	op.params[0].memref.offset = 4096 + 100;
	op.params[0].memref.size = 10;
	assert_int_equal(pthread_create(&thread, NULL, invoke_touch, &op), 0);
	gate_await_entered();
	sigaction(SIGSEGV, &catch, &before);
	for (page = 0; page < 3; page++) {
		if (sigsetjmp(fault, 1))
			faults += 1 << page;
		else
			bytes[page * 4096] = 1;
	}
	sigaction(SIGSEGV, &before, NULL);
	gate_release();
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	assert_int_equal(faults, 1 << 1);
	bytes[4096] = 2;
	assert_int_equal(bytes[4096], 2);
	TEEC_ReleaseSharedMemory(&memory);
}

/* --- cancellation --- */

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
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(contexts),
		TEST(opening),
		TEST(application_refuses_or_answers_at_opening),
		TEST(sessions_have_their_own_state),
		TEST(identity),
		TEST(values),
		TEST(temporary_references_of_all_sizes),
		TEST(several_temporary_references),
		TEST(short_buffer_tells_the_size),
		TEST(claimed_size_is_not_believed),
		TEST(regions_whole_and_partial),
		TEST(registered_memory),
		TEST(shared_memory_of_no_size),
		TEST(bad_references_are_refused),
		TEST(bad_blocks_are_refused),
		TEST(access_rights_of_references),
		TEST(lent_pages_are_out_of_reach),
		TEST(staging_is_wiped),
		TEST(cancelled_while_running),
		TEST(cancelled_while_queued),
		TEST(cancelled_but_hanging),
		TEST(cancelled_before_it_began),
		TEST(started_may_be_anything),
		TEST(interrupted_waits_execute_once),
		TEST(many_threads),
		TEST(application_ends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
