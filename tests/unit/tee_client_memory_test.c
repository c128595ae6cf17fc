// SPDX-License-Identifier: BSD-2-Clause
/* The TEE Client API: memory references of all kinds, and the lending of their pages. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <tee_client_api.h>
#include <tee_internal_api.h>

#include "libtee/client/staging.h"
#include "tests/unit/tee_client_fixture.h"
#include "tests/unit/tee_fixture.h"

/* --- parameters --- */

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
	assert_int_equal(channel_client_open(&own.chan), 0);
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
	channel_client_close(own.chan);
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

/* GP Client 1.0 §4.5.4: any memory of the client's, also what it may only read, as long as that is only read. */
static void registered_memory_of_any_kind(void **state)
{
	static const size_t sizes[] = { 1, 4000, 300000 };
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(sizes); i++) {
		uint8_t *page = mmap(NULL, sizes[i], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		TEEC_SharedMemory memory = { .buffer = page, .size = sizes[i], .flags = TEEC_MEM_INPUT };
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, TEEC_VALUE_OUTPUT, 0, 0) };

		assert_ptr_not_equal(page, MAP_FAILED);
		memset(page, 2, sizes[i]);
		assert_int_equal(mprotect(page, sizes[i], PROT_READ), 0);
		assert_int_equal(TEEC_RegisterSharedMemory(&ctx, &memory), TEEC_SUCCESS);
		op.params[0].memref.parent = &memory;
		assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
		assert_int_equal(op.params[1].value.a, 2 * sizes[i]);
		op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INPUT, TEEC_VALUE_OUTPUT, 0, 0);
		op.params[0].memref.size = 1;
		op.params[0].memref.offset = sizes[i] - 1;
		assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
		assert_int_equal(op.params[1].value.a, 2);
		TEEC_ReleaseSharedMemory(&memory);
		assert_ptr_equal(memory.buffer, page);
		munmap(page, sizes[i]);
	}
}

/* The same block several times in one call, and a block that two registrations overlap in. */
static void one_block_in_several_parameters(void **state)
{
	TEEC_SharedMemory memory = allocated(8192, TEEC_MEM_INPUT | TEEC_MEM_OUTPUT);
	TEEC_SharedMemory one = { .buffer = &memory, .size = sizeof(memory), .flags = TEEC_MEM_INPUT };
	TEEC_SharedMemory two = one;
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_PARTIAL_INPUT, TEEC_VALUE_OUTPUT, TEEC_MEMREF_WHOLE,
					       TEEC_MEMREF_PARTIAL_OUTPUT),
	};

	(void)state;
	memset(memory.buffer, 1, 8192);
	op.params[0].memref = (TEEC_RegisteredMemoryReference){ &memory, 100, 4090 };
	op.params[2].memref = (TEEC_RegisteredMemoryReference){ &memory, 0, 0 };
	op.params[3].memref = (TEEC_RegisteredMemoryReference){ &memory, 1, 8191 };
	assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
	assert_int_equal(op.params[1].value.a, 100);
	assert_int_equal(TEEC_RegisterSharedMemory(&ctx, &one), TEEC_SUCCESS);
	assert_int_equal(TEEC_RegisterSharedMemory(&ctx, &two), TEEC_SUCCESS);
	op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, TEEC_VALUE_OUTPUT, TEEC_MEMREF_WHOLE, 0);
	op.params[0].memref.parent = &one;
	op.params[2].memref.parent = &two;
	assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
	TEEC_ReleaseSharedMemory(&two);
	TEEC_ReleaseSharedMemory(&one);
	TEEC_ReleaseSharedMemory(&memory);
}

/* Nothing to read and nowhere to write to: null references, and references of no size. */
static void references_of_no_size(void **state)
{
	static uint8_t byte = 0x77;
	static const struct {
		const char *name;
		uint32_t type;
		void *buffer;
		size_t size;
		TEEC_Result result;
	} rows[] = {
		{ "null input", TEEC_MEMREF_TEMP_INPUT, NULL, 0, TEEC_SUCCESS },
		{ "null inout", TEEC_MEMREF_TEMP_INOUT, NULL, 0, TEEC_SUCCESS },
		{ "null output", TEEC_MEMREF_TEMP_OUTPUT, NULL, 0, TEEC_SUCCESS },
		{ "input of no size", TEEC_MEMREF_TEMP_INPUT, &byte, 0, TEEC_SUCCESS },
		{ "inout of no size", TEEC_MEMREF_TEMP_INOUT, &byte, 0, TEEC_SUCCESS },
		{ "output of no size", TEEC_MEMREF_TEMP_OUTPUT, &byte, 0, TEEC_SUCCESS },
		{ "null output that asks for its size", TEEC_MEMREF_TEMP_OUTPUT, NULL, 10, TEEC_SUCCESS },
		{ "null input with a size", TEEC_MEMREF_TEMP_INPUT, NULL, 10, TEEC_ERROR_BAD_PARAMETERS },
		{ "null inout with a size", TEEC_MEMREF_TEMP_INOUT, NULL, 10, TEEC_ERROR_BAD_PARAMETERS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEEC_Operation op = {
			.paramTypes = TEEC_PARAM_TYPES(rows[i].type, TEEC_VALUE_OUTPUT, 0, 0),
			.params[0].tmpref = { rows[i].buffer, rows[i].size },
		};

		if (TEEC_InvokeCommand(&session, CMD_SUM, &op, NULL) != rows[i].result)
			fail_msg("%s", rows[i].name);
		/* The application saw no byte. */
		if (op.params[1].value.b || byte != 0x77)
			fail_msg("%s: %u bytes arrived", rows[i].name, op.params[1].value.b);
	}
}

/* A block belongs to its context: with a session of another it is refused, also when it is registered there. */
static void memory_of_another_context(void **state)
{
	TEEC_SharedMemory memory = allocated(100, TEEC_MEM_INPUT);
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, TEEC_VALUE_OUTPUT, 0, 0) };
	TEEC_Context other;
	TEEC_Session there;
	uint32_t origin = 0;

	(void)state;
	assert_int_equal(TEEC_InitializeContext(NULL, &other), TEEC_SUCCESS);
	assert_int_equal(TEEC_OpenSession(&other, &there, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL), TEEC_SUCCESS);
	op.params[0].memref.parent = &memory;
	assert_int_equal(TEEC_InvokeCommand(&there, CMD_SUM, &op, &origin), TEEC_ERROR_BAD_PARAMETERS);
	assert_int_equal(origin, TEEC_ORIGIN_API);
	assert_int_equal(invoke(CMD_SUM, &op), TEEC_SUCCESS);
	TEEC_CloseSession(&there);
	TEEC_FinalizeContext(&other);
	TEEC_ReleaseSharedMemory(&memory);
}

/* The directions of a whole reference are the block's. */
static void whole_references_have_the_directions_of_their_block(void **state)
{
	static const struct {
		const char *name;
		uint32_t flags;
		uint32_t rights;
	} rows[] = {
		{ "input", TEEC_MEM_INPUT, 2 },
		{ "output", TEEC_MEM_OUTPUT, 2 | 4 },
		{ "both", TEEC_MEM_INPUT | TEEC_MEM_OUTPUT, 2 | 4 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEEC_SharedMemory memory = allocated(64, rows[i].flags);
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_WHOLE, TEEC_VALUE_INOUT, 0, 0) };

		op.params[0].memref.parent = &memory;
		assert_int_equal(invoke(CMD_RIGHTS, &op), TEEC_SUCCESS);
		if (op.params[1].value.a != rows[i].rights)
			fail_msg("%s: %#x", rows[i].name, op.params[1].value.a);
		TEEC_ReleaseSharedMemory(&memory);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(temporary_references_of_all_sizes),
		CLIENT_TEST(several_temporary_references),
		CLIENT_TEST(short_buffer_tells_the_size),
		CLIENT_TEST(claimed_size_is_not_believed),
		CLIENT_TEST(references_of_no_size),
		CLIENT_TEST(regions_whole_and_partial),
		CLIENT_TEST(registered_memory),
		CLIENT_TEST(registered_memory_of_any_kind),
		CLIENT_TEST(one_block_in_several_parameters),
		CLIENT_TEST(shared_memory_of_no_size),
		CLIENT_TEST(bad_references_are_refused),
		CLIENT_TEST(bad_blocks_are_refused),
		CLIENT_TEST(memory_of_another_context),
		CLIENT_TEST(access_rights_of_references),
		CLIENT_TEST(whole_references_have_the_directions_of_their_block),
		CLIENT_TEST(lent_pages_are_out_of_reach),
		CLIENT_TEST(staging_is_wiped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, client_group_setup, client_group_teardown);
}
