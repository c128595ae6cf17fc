// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sessions from one trusted application to another over the in-process channel: this thread is the one, another thread
 * the other, on the bare channel.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <user_ta_header.h>

#include "libtee/channel_inproc.h"
#include "libtee/internal/call.h"
#include "libtee/internal/ta_session.h"
#include "libtee/internal/uuid.h"
#include "tests/unit/tee_fixture.h"

/* --- the other application --- */

static const TEE_UUID other_uuid = { 0xaabbccdd, 0x1122, 0x3344, { 1, 2, 3, 4, 5, 6, 7, 8 } };

enum command {
	CMD_ADD,	/* each output gets its input plus one, or one */
	CMD_NEED,	/* says that each output needs twice as much and one more */
	CMD_HANG,	/* until cancelled */
	CMD_DIE,
};

static struct {
	struct channel *chan;
	struct channel_window window;
	pthread_t thread;
	atomic_bool stop;
	atomic_int sessions;
	struct teechan_identity last;	/* who opened last */
} other;

static void bytes_add(const struct teechan_param *p, bool input)
{
	uint8_t *bytes = (uint8_t *)other.window.rw + p->a;
	uint64_t i;

	for (i = 0; i < p->b; i++)
		bytes[i] = (uint8_t)(input ? bytes[i] + 1 : 1);
}

static void params_add(struct teechan_reply_recv *msg, bool need)
{
	unsigned int i;

	for (i = 0; i < TEECHAN_PARAMS; i++) {
		struct teechan_param *p = &msg->params[i];

		switch (p->type) {
		case TEECHAN_VALUE_OUT:
		case TEECHAN_VALUE_INOUT:
			p->a++;
			p->b++;
			break;
		case TEECHAN_MEM_OUT:
		case TEECHAN_MEM_INOUT:
			if (need)
				p->b = 2 * p->b + 1;
			else
				bytes_add(p, p->type == TEECHAN_MEM_INOUT);
			break;
		}
	}
}

static uint32_t hang(uint64_t id)
{
	struct teechan_cancelled arg = { .id = id };

	/* Who waits is interrupted now and then, as by the timer of a process: but only once the message is here. */
	while (!channel_cancelled(other.chan, &arg) && !arg.cancelled) {
		channel_inproc_interrupt(1);
		sched_yield();
	}
	channel_inproc_interrupt(0);
	return TEE_ERROR_CANCEL;
}

/* Returns false to die without an answer. */
static bool other_answer(struct teechan_reply_recv *msg)
{
	msg->reply_id = msg->id;
	msg->origin = 0;
	msg->ret = TEE_SUCCESS;
	if (msg->kind == TEECHAN_KIND_OPEN) {
		other.last = msg->client;
		if (msg->params[0].type == TEECHAN_VALUE_IN)
			msg->ret = (uint32_t)msg->params[0].a;
		if (!msg->ret)
			other.sessions++;
		if (msg->params[1].type == TEECHAN_VALUE_IN)
			msg->ret = hang(msg->id);
		return true;
	}
	if (msg->kind == TEECHAN_KIND_CLOSE) {
		other.sessions--;
		return true;
	}
	if (msg->cmd == CMD_HANG)
		msg->ret = hang(msg->id);
	else if (msg->cmd == CMD_NEED)
		msg->ret = TEE_ERROR_SHORT_BUFFER;
	params_add(msg, msg->cmd == CMD_NEED);
	return msg->cmd != CMD_DIE;
}

static void *other_serve(void *arg)
{
	struct teechan_reply_recv msg = { 0 };

	(void)arg;
	while (!other.stop) {
		if (channel_reply_recv(other.chan, &msg))
			continue;
		if (!other_answer(&msg))
			break;
	}
	channel_ta_close(other.chan);
	return NULL;
}

static int setup(void **state)
{
	struct teechan_identity me = { .uid = 77 };
	struct teechan_bind bind = { .flags = 0 };

	(void)state;
	tee_uuid_bytes(&ta_head.uuid, me.uuid);
	channel_inproc_client(&me);
	tee_uuid_bytes(&other_uuid, bind.uuid);
	other.stop = false;
	other.sessions = 0;
	assert_int_equal(channel_ta_open(&other.chan, &bind, &other.window), 0);
	assert_int_equal(pthread_create(&other.thread, NULL, other_serve, NULL), 0);
	tee_ta_session_init();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	channel_inproc_interrupt(0);
	tee_ta_session_fini();
	other.stop = true;
	channel_inproc_wake();
	assert_int_equal(pthread_join(other.thread, NULL), 0);
	return 0;
}

static TEE_TASessionHandle opened(void)
{
	TEE_TASessionHandle session;
	uint32_t origin = 0;

	assert_int_equal(TEE_OpenTASession(&other_uuid, TEE_TIMEOUT_INFINITE, 0, NULL, &session, &origin), TEE_SUCCESS);
	assert_int_equal(origin, TEE_ORIGIN_TRUSTED_APP);
	return session;
}

static TEE_Result invoke(TEE_TASessionHandle session, uint32_t command, uint32_t types, TEE_Param *params)
{
	return TEE_InvokeTACommand(session, TEE_TIMEOUT_INFINITE, command, types, params, NULL);
}

/* --- sessions --- */

static void opening(void **state)
{
	static const TEE_UUID none = { .timeLow = 1 };
	const uint32_t value = TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INPUT, 0, 0, 0);
	TEE_Param params[TEE_NUM_PARAMS] = { 0 };
	TEE_TASessionHandle session = opened();
	TEE_TASessionHandle refused;
	uint8_t uuid[TEE_UUID_BYTES];
	uint32_t origin = 0;

	(void)state;
	tee_uuid_bytes(&ta_head.uuid, uuid);
	assert_int_equal(other.last.login, TEE_LOGIN_TRUSTED_APP);
	assert_memory_equal(other.last.uuid, uuid, sizeof(uuid));
	assert_int_equal(other.sessions, 1);
	params[0].value.a = TEE_ERROR_ACCESS_DENIED;
	assert_int_equal(TEE_OpenTASession(&other_uuid, TEE_TIMEOUT_INFINITE, value, params, &refused, &origin),
			 TEE_ERROR_ACCESS_DENIED);
	assert_int_equal(origin, TEE_ORIGIN_TRUSTED_APP);
	assert_null(refused);
	assert_int_equal(TEE_OpenTASession(&none, TEE_TIMEOUT_INFINITE, 0, NULL, &refused, &origin), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(origin, TEE_ORIGIN_TEE);
	/* The one instance would wait for itself. */
	assert_int_equal(TEE_OpenTASession(&ta_head.uuid, TEE_TIMEOUT_INFINITE, 0, NULL, &refused, &origin), TEE_ERROR_BUSY);
	TEE_CloseTASession(session);
	TEE_CloseTASession(TEE_HANDLE_NULL);
	/* Closing does not wait; the next session comes after it. */
	TEE_CloseTASession(opened());
	session = opened();
	assert_int_equal(other.sessions, 1);
}

static void without_the_right_to_call(void **state)
{
	TEE_TASessionHandle session;
	uint32_t origin = 0;

	(void)state;
	tee_ta_session_fini();
	assert_int_equal(TEE_OpenTASession(&other_uuid, TEE_TIMEOUT_INFINITE, 0, NULL, &session, &origin),
			 TEE_ERROR_ACCESS_DENIED);
	assert_int_equal(origin, TEE_ORIGIN_TEE);
}

static void target_dies(void **state)
{
	TEE_TASessionHandle session = opened();
	uint32_t origin = 0;

	assert_int_equal(TEE_InvokeTACommand(session, TEE_TIMEOUT_INFINITE, CMD_DIE, 0, NULL, &origin),
			 TEE_ERROR_TARGET_DEAD);
	assert_int_equal(origin, TEE_ORIGIN_TEE);
	assert_int_equal(invoke(session, CMD_ADD, 0, NULL), TEE_ERROR_TARGET_DEAD);
	TEE_CloseTASession(session);
	/* Another one can come. */
	teardown(state);
	setup(state);
	TEE_CloseTASession(opened());
}

/* --- parameters --- */

static void values(void **state)
{
	const uint32_t types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INPUT, TEE_PARAM_TYPE_VALUE_OUTPUT,
					       TEE_PARAM_TYPE_VALUE_INOUT, 0);
	TEE_Param params[TEE_NUM_PARAMS] = { 0 };

	(void)state;
	params[0].value.a = 1;
	params[1].value.a = 10;
	params[2].value.a = 100;
	params[2].value.b = UINT32_MAX - 1;
	assert_int_equal(invoke(opened(), CMD_ADD, types, params), TEE_SUCCESS);
	assert_int_equal(params[0].value.a, 1);
	assert_int_equal(params[1].value.a, 1);
	assert_int_equal(params[2].value.a, 101);
	assert_int_equal(params[2].value.b, UINT32_MAX);
}

/* From nothing to far beyond the inbox, own memory. */
static void memory_of_all_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 4096, 16384, 40000, 300000 };
	const uint32_t types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INOUT, TEE_PARAM_TYPE_MEMREF_OUTPUT,
					       TEE_PARAM_TYPE_MEMREF_INPUT, TEE_PARAM_TYPE_VALUE_INOUT);
	static uint8_t inout[300001];
	static uint8_t out[300001];
	static uint8_t in[300001];
	TEE_TASessionHandle session = opened();
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(sizes); i++) {
		size_t size = sizes[i];
		TEE_Param params[TEE_NUM_PARAMS] = {
			{ .memref = { inout, size } }, { .memref = { out, size } }, { .memref = { in, size } },
		};

		memset(inout, 5, sizeof(inout));
		memset(out, 5, sizeof(out));
		memset(in, 5, sizeof(in));
		assert_int_equal(invoke(session, CMD_ADD, types, params), TEE_SUCCESS);
		if (size)
			assert_true(inout[0] == 6 && inout[size - 1] == 6 && out[0] == 1 && out[size - 1] == 1);
		assert_true(inout[size] == 5 && out[size] == 5 && in[0] == 5);
		assert_int_equal(params[0].memref.size, size);
		assert_int_equal(params[3].value.a, 1);
	}
}

static void needed_size_comes_back(void **state)
{
	static const size_t sizes[] = { 10, 100000 };
	const uint32_t types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_OUTPUT, TEE_PARAM_TYPE_MEMREF_INOUT, 0, 0);
	static uint8_t bytes[2][100001];
	TEE_TASessionHandle session = opened();
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(sizes); i++) {
		TEE_Param params[TEE_NUM_PARAMS] = {
			{ .memref = { bytes[0], sizes[i] } }, { .memref = { bytes[1], sizes[i] } },
		};

		memset(bytes, 7, sizeof(bytes));
		assert_int_equal(invoke(session, CMD_NEED, types, params), TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(params[0].memref.size, 2 * sizes[i] + 1);
		assert_int_equal(params[1].memref.size, 2 * sizes[i] + 1);
		assert_int_equal(bytes[0][sizes[i]], 7);
		assert_int_equal(bytes[1][sizes[i]], 7);
	}
	{
		TEE_Param params[TEE_NUM_PARAMS] = { { .memref = { NULL, 10 } }, { .memref = { NULL, 0 } } };

		assert_int_equal(invoke(session, CMD_NEED, types, params), TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(params[0].memref.size, 1);
	}
}

/* Two pages that stand for memory that clients lent, the first of which the running call refers to. */
static uint8_t *client_memory(struct tee_call *call)
{
	static struct channel_window window;
	uint8_t *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	window = (struct channel_window){ .rw = pages, .size = 8192 };
	tee_call_channel(NULL, &window);
	call->memory[0] = (struct tee_call_memory){ .base = pages, .size = 4096, .writable = true };
	call->memory_count = 1;
	tee_call_begin(call);
	return pages;
}

/* What a client lent for the running call can be passed on, and nothing else of clients. */
static void client_memory_is_passed_on(void **state)
{
	const uint32_t types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INOUT, 0, 0, 0);
	TEE_TASessionHandle session = opened();
	struct tee_call call = { 0 };
	uint8_t *bytes = client_memory(&call);
	TEE_Param params[TEE_NUM_PARAMS] = { { .memref = { bytes + 100, 200 } } };

	(void)state;
	memset(bytes, 3, 8192);
	assert_int_equal(invoke(session, CMD_ADD, types, params), TEE_SUCCESS);
	assert_true(bytes[99] == 3 && bytes[100] == 4 && bytes[299] == 4 && bytes[300] == 3);
	tee_call_end();
	tee_call_channel(NULL, NULL);
	munmap(bytes, 8192);
}

/* --- cancellation --- */

/* The other application hangs; the time is over; it is told, and answers. */
static void timeout_cancels(void **state)
{
	const uint32_t hang_types = TEE_PARAM_TYPES(0, TEE_PARAM_TYPE_VALUE_INPUT, 0, 0);
	TEE_Param params[TEE_NUM_PARAMS] = { 0 };
	TEE_TASessionHandle session = opened();
	TEE_TASessionHandle refused;
	uint32_t origin = 0;

	(void)state;
	assert_int_equal(TEE_InvokeTACommand(session, 5, CMD_HANG, 0, NULL, &origin), TEE_ERROR_CANCEL);
	assert_int_equal(origin, TEE_ORIGIN_TRUSTED_APP);
	assert_int_equal(TEE_OpenTASession(&other_uuid, 5, hang_types, params, &refused, &origin), TEE_ERROR_CANCEL);
	assert_null(refused);
	/* What ends in time is not cancelled. */
	channel_inproc_interrupt(20);
	assert_int_equal(TEE_InvokeTACommand(session, 100000, CMD_ADD, 0, NULL, &origin), TEE_SUCCESS);
}

/* Whoever is cancelled already does not begin. A message that the channel does not know counts as cancelled. */
static void cancelled_before(void **state)
{
	struct tee_call call = { .message = 4711 };
	TEE_TASessionHandle session = opened();
	TEE_TASessionHandle refused;
	uint32_t origin = 0;

	(void)state;
	tee_call_channel(other.chan, &other.window);
	tee_call_begin(&call);
	/* Masked: nothing happens. */
	assert_int_equal(invoke(session, CMD_ADD, 0, NULL), TEE_SUCCESS);
	TEE_UnmaskCancellation();
	assert_int_equal(TEE_InvokeTACommand(session, TEE_TIMEOUT_INFINITE, CMD_HANG, 0, NULL, &origin), TEE_ERROR_CANCEL);
	assert_int_equal(origin, TEE_ORIGIN_API);
	assert_int_equal(TEE_OpenTASession(&other_uuid, TEE_TIMEOUT_INFINITE, 0, NULL, &refused, &origin), TEE_ERROR_CANCEL);
	tee_call_end();
	tee_call_channel(NULL, NULL);
}

/* --- misuse --- */

static void panic_closed(void *arg)
{
	(void)arg;
	TEE_CloseTASession((TEE_TASessionHandle)(uintptr_t)&other_uuid);
}

static void invoke_any(uint32_t types, TEE_Param *params)
{
	TEE_TASessionHandle session;

	(void)!TEE_OpenTASession(&other_uuid, TEE_TIMEOUT_INFINITE, types, params, &session, NULL);
}

static void panic_type(void *arg)
{
	TEE_Param params[TEE_NUM_PARAMS] = { 0 };

	(void)arg;
	invoke_any(TEE_PARAM_TYPES(4, 0, 0, 0), params);
}

static void panic_fifth(void *arg)
{
	TEE_Param params[TEE_NUM_PARAMS] = { 0 };

	(void)arg;
	invoke_any(1u << 16, params);
}

static void panic_no_params(void *arg)
{
	(void)arg;
	invoke_any(TEE_PARAM_TYPES(TEE_PARAM_TYPE_VALUE_INPUT, 0, 0, 0), NULL);
}

static void panic_read_only(void *arg)
{
	static const uint8_t constant[16] = { 1 };
	TEE_Param params[TEE_NUM_PARAMS] = { { .memref = { (void *)(uintptr_t)constant, 16 } } };

	(void)arg;
	invoke_any(TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_OUTPUT, 0, 0, 0), params);
}

static void panic_nowhere(void *arg)
{
	TEE_Param params[TEE_NUM_PARAMS] = { { .memref = { (void *)16, 16 } } };

	(void)arg;
	invoke_any(TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, 0, 0, 0), params);
}

static void panic_other_client(void *arg)
{
	struct tee_call call = { 0 };
	TEE_Param params[TEE_NUM_PARAMS] = { { .memref = { client_memory(&call) + 4000, 97 } } };

	(void)arg;
	invoke_any(TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT, 0, 0, 0), params);
}

static void panic_uuid_in_client(void *arg)
{
	struct tee_call call = { 0 };
	TEE_TASessionHandle session;

	(void)arg;
	(void)!TEE_OpenTASession((const TEE_UUID *)(const void *)client_memory(&call), 0, 0, NULL, &session, NULL);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} rows[] = {
		{ "closing what is no session", panic_closed },
		{ "unknown type", panic_type },
		{ "a fifth parameter", panic_fifth },
		{ "no parameters", panic_no_params },
		{ "output to what is read-only", panic_read_only },
		{ "memory that is not there", panic_nowhere },
		{ "memory of a client that did not lend it", panic_other_client },
		{ "UUID in client memory", panic_uuid_in_client },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		fixture_panics(rows[i].name, rows[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(opening, setup, teardown),
		cmocka_unit_test_setup_teardown(without_the_right_to_call, setup, teardown),
		cmocka_unit_test_setup_teardown(target_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(values, setup, teardown),
		cmocka_unit_test_setup_teardown(memory_of_all_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(needed_size_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(client_memory_is_passed_on, setup, teardown),
		cmocka_unit_test_setup_teardown(timeout_cancels, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelled_before, setup, teardown),
		cmocka_unit_test_setup_teardown(misuse_panics, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
