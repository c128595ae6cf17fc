// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/tee_client_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <tee_internal_api.h>
#include <user_ta_header.h>

#include "libtee/channel_inproc.h"
#include "libtee/internal/serve.h"
#include "libtee/internal/uuid.h"
#include "tests/unit/tee_fixture.h"

/* --- the trusted application --- */

struct ta_session {
	uint32_t count;
};

atomic_int sessions_open;
atomic_int executed;
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

static void gate_set_entered(bool entered)
{
	pthread_mutex_lock(&gate);
	gate_entered = entered;
	pthread_cond_broadcast(&gate_changed);
	pthread_mutex_unlock(&gate);
}

static TEE_Result wait_for_cancellation(void)
{
	TEE_Result result;

	TEE_UnmaskCancellation();
	gate_set_entered(true);
	result = TEE_Wait(TEE_TIMEOUT_INFINITE);
	gate_set_entered(false);
	return result;
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[TEE_NUM_PARAMS], void **context)
{
	/* A value input is the result that the opening should have. */
	if (TEE_PARAM_TYPE_GET(types, 0) == TEE_PARAM_TYPE_VALUE_INPUT)
		return params[0].value.a;
	if (TEE_PARAM_TYPE_GET(types, 0) == TEE_PARAM_TYPE_VALUE_OUTPUT)
		params[0].value.a = 42;
	/* Opens never, but can be cancelled. */
	if (TEE_PARAM_TYPE_GET(types, 0) == TEE_PARAM_TYPE_VALUE_INOUT)
		return wait_for_cancellation();
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

void gate_await_entered(void)
{
	pthread_mutex_lock(&gate);
	while (!gate_entered)
		pthread_cond_wait(&gate_changed, &gate);
	pthread_mutex_unlock(&gate);
}

void gate_release(void)
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
	struct ta_session *own = context;
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
		params[0].value.a = ++own->count;
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
TEEC_Context ctx;
TEEC_Session session;
TEEC_UUID uuid;

static void *serve(void *arg)
{
	(void)arg;
	return tee_serve(&serve_config) ? &serve_config : NULL;
}

void server_start(void)
{
	struct teechan_bind bind = { .flags = 0 };

	tee_uuid_bytes(&ta_head.uuid, bind.uuid);
	stop = 0;
	memset(&serve_config, 0, sizeof(serve_config));
	serve_config.stop = &stop;
	assert_int_equal(channel_ta_open(&serve_config.chan, &bind, &serve_config.window), 0);
	assert_int_equal(pthread_create(&server, NULL, serve, NULL), 0);
}

void server_stop(void)
{
	void *failed = NULL;

	stop = 1;
	channel_inproc_wake();
	assert_int_equal(pthread_join(server, &failed), 0);
	assert_null(failed);
	channel_ta_close(serve_config.chan);
}

int client_group_setup(void **state)
{
	(void)state;
	dir = fixture_dir();
	fixture_host(dir);
	memcpy(&uuid, &ta_head.uuid, sizeof(uuid));
	server_start();
	return 0;
}

int client_group_teardown(void **state)
{
	(void)state;
	server_stop();
	tee_host_stop();
	fixture_dir_remove(&dir);
	return 0;
}

int client_setup(void **state)
{
	uint32_t origin = 0;

	(void)state;
	assert_int_equal(TEEC_InitializeContext(NULL, &ctx), TEEC_SUCCESS);
	assert_int_equal(TEEC_OpenSession(&ctx, &session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin), TEEC_SUCCESS);
	assert_int_equal(origin, TEEC_ORIGIN_TRUSTED_APP);
	return 0;
}

int client_teardown(void **state)
{
	(void)state;
	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&ctx);
	return 0;
}

TEEC_Result invoke(uint32_t command, TEEC_Operation *op)
{
	uint32_t origin = 0;
	TEEC_Result result = TEEC_InvokeCommand(&session, command, op, &origin);

	assert_int_equal(origin, TEEC_ORIGIN_TRUSTED_APP);
	return result;
}

TEEC_SharedMemory allocated(size_t size, uint32_t flags)
{
	TEEC_SharedMemory memory = { .size = size, .flags = flags };

	assert_int_equal(TEEC_AllocateSharedMemory(&ctx, &memory), TEEC_SUCCESS);
	assert_non_null(memory.buffer);
	return memory;
}
