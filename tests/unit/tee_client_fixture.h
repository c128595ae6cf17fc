/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both sides together over the in-process channel, for the tests of the TEE Client API: a trusted application in a
 * thread of its own under libtee's real serving loop, and a context with one session to it.
 */
#ifndef TEEPAY_TESTS_TEE_CLIENT_FIXTURE_H
#define TEEPAY_TESTS_TEE_CLIENT_FIXTURE_H

#include <stdatomic.h>
#include <stdint.h>

#include <tee_client_api.h>

enum command {
	CMD_SWAP,		/* value inout: swaps a and b */
	CMD_UPPER,		/* memref inout: upper case */
	CMD_FILL,		/* memref output: value a bytes, or TEE_ERROR_SHORT_BUFFER */
	CMD_SUM,		/* memref input, value output: sum of the bytes */
	CMD_FAIL,		/* value input: the result */
	CMD_RIGHTS,		/* memref any: what TEE_CheckMemoryAccessRights says, in value output of parameter 1 */
	CMD_TOUCH,		/* any: waits at the gate */
	CMD_WAIT_CANCEL,	/* waits until cancelled, unmasked */
	CMD_WAIT_MASKED,	/* waits until the flag is seen after unmasking */
	CMD_WHO,		/* identity as text */
	CMD_COUNT,		/* counts in the session, value output */
	CMD_OVERSIZE,		/* memref output: claims a large size and success */
};

/* The application's own counts. */
extern atomic_int sessions_open;
extern atomic_int executed;

/* Of the running test. */
extern TEEC_Context ctx;
extern TEEC_Session session;
extern TEEC_UUID uuid;

int client_group_setup(void **state);
int client_group_teardown(void **state);
int client_setup(void **state);
int client_teardown(void **state);
#define CLIENT_TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

void server_start(void);
void server_stop(void);

/* A command of the application waits at the gate: await that, and let it go on. */
void gate_await_entered(void);
void gate_release(void);

/* In the session; fails the test unless the application answered. */
TEEC_Result invoke(uint32_t command, TEEC_Operation *op);
TEEC_SharedMemory allocated(size_t size, uint32_t flags);

#endif
