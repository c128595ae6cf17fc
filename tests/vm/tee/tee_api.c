// SPDX-License-Identifier: BSD-2-Clause
/*
 * libteec.so, the module and a trusted application in its sandbox, all of them real. The application is the program
 * tee_ta beside this one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <tee_client_api.h>

#include "tests/vm/kmod/tap.h"
#include "tests/vm/tee/process.h"
#include "tests/vm/tee/ta/tee_test_ta.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const TEEC_UUID uuid = TEE_TEST_TA_UUID;

/* --- the trusted application --- */

static void ta_start_with(struct ta *ta, const char *extra)
{
	ta_start_as(ta, "tee_ta", extra);
}

static void ta_start(struct ta *ta)
{
	ta_start_with(ta, NULL);
}

/* --- the client --- */

struct client {
	TEEC_Context ctx;
	TEEC_Session session;
};

static void client_start(struct client *client)
{
	uint32_t origin = 0;

	CHECK(TEEC_InitializeContext(NULL, &client->ctx) == TEEC_SUCCESS);
	CHECK(TEEC_OpenSession(&client->ctx, &client->session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin) ==
	      TEEC_SUCCESS);
	CHECK(origin == TEEC_ORIGIN_TRUSTED_APP);
}

static void client_stop(struct client *client)
{
	TEEC_CloseSession(&client->session);
	TEEC_FinalizeContext(&client->ctx);
}

static void both_start(struct ta *ta, struct client *client)
{
	ta_folders_make();
	ta_start(ta);
	client_start(client);
}

static void both_stop(struct ta *ta, struct client *client)
{
	client_stop(client);
	ta_stop(ta);
}

static TEEC_Result call(struct client *client, uint32_t command, TEEC_Operation *op)
{
	return TEEC_InvokeCommand(&client->session, command, op, NULL);
}

static uint32_t count(struct client *client)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0) };

	CHECK(call(client, CMD_COUNT, &op) == TEEC_SUCCESS);
	return op.params[0].value.a;
}

/* --- tests --- */

static void no_application_no_session(void)
{
	TEEC_Context ctx;
	TEEC_Session session;
	uint32_t origin = 0;

	CHECK(TEEC_InitializeContext("teepay", &ctx) == TEEC_SUCCESS);
	CHECK(TEEC_OpenSession(&ctx, &session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin) ==
	      TEEC_ERROR_ITEM_NOT_FOUND);
	CHECK(origin != TEEC_ORIGIN_TRUSTED_APP);
	TEEC_FinalizeContext(&ctx);
}

/* One line of /proc/PID/status as a number. */
static long status_number(pid_t pid, const char *name)
{
	char path[64];
	char line[256];
	long value = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	CHECK(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtol(line + strlen(name), NULL, 10);
	fclose(file);
	return value;
}

static void application_is_sandboxed(void)
{
	struct ta ta;
	struct client client;

	both_start(&ta, &client);
	CHECK(status_number(ta.pid, "Seccomp:") == 2);
	CHECK(status_number(ta.pid, "NoNewPrivs:") == 1);
	CHECK(status_number(ta.pid, "VmLck:") > 100);
	CHECK(status_number(ta.pid, "VmSwap:") == 0);
	CHECK(!ta_log_has("NO SANDBOX"));
	both_stop(&ta, &client);
}

static void no_sandbox_is_loud(void)
{
	struct ta ta;

	ta_folders_make();
	ta_start_with(&ta, "TEEPAY_TA_NO_SANDBOX=1");
	CHECK(status_number(ta.pid, "Seccomp:") == 0);
	CHECK(ta_log_has("NO SANDBOX"));
	ta_stop(&ta);
}

static void algorithms_run_in_the_sandbox(void)
{
	struct ta ta;
	struct client client;

	both_start(&ta, &client);
	CHECK(call(&client, CMD_ALGORITHMS, NULL) == TEEC_SUCCESS);
	CHECK(call(&client, 99, NULL) == TEEC_ERROR_NOT_SUPPORTED);
	both_stop(&ta, &client);
}

static void forbidden_calls_kill(void)
{
	uint32_t which;

	for (which = 0; which < FORBID_COUNT; which++) {
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INOUT, 0, 0, 0) };
		struct ta ta;
		struct client client;
		uint32_t origin = 0;
		int status;

		both_start(&ta, &client);
		op.params[0].value.a = which;
		CHECK(TEEC_InvokeCommand(&client.session, CMD_FORBIDDEN, &op, &origin) == TEEC_ERROR_TARGET_DEAD);
		CHECK(origin == TEEC_ORIGIN_TEE);
		status = ta_end(&ta);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fprintf(stderr, "forbidden call %u: status %#x\n", which, status);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
		client_stop(&client);
	}
}

/* Temporary references up to the inbox and beyond it, registered and allocated memory. */
static void memory_of_all_kinds_and_sizes(void)
{
	static const size_t sizes[] = { 0, 1, 16, 4095, 4096, 4097, 60000, 65536, 65537, 1 << 20 };
	static uint8_t bytes[(1 << 20) + 1];
	struct ta ta;
	struct client client;
	size_t i;
	size_t n;
	int kind;

	both_start(&ta, &client);
	for (i = 0; i < ROWS(sizes); i++)
		for (kind = 0; kind < 3; kind++) {
			TEEC_SharedMemory memory = {
				.buffer = bytes, .size = sizes[i], .flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT,
			};
			TEEC_Operation op = {
				.paramTypes = TEEC_PARAM_TYPES(kind ? TEEC_MEMREF_WHOLE : TEEC_MEMREF_TEMP_INOUT,
							       TEEC_VALUE_OUTPUT, 0, 0),
			};
			uint8_t *at = bytes;

			if (!kind)
				op.params[0].tmpref = (TEEC_TempMemoryReference){ bytes, sizes[i] };
			else
				op.params[0].memref.parent = &memory;
			if (kind == 1)
				CHECK(TEEC_RegisterSharedMemory(&client.ctx, &memory) == TEEC_SUCCESS);
			if (kind == 2) {
				CHECK(TEEC_AllocateSharedMemory(&client.ctx, &memory) == TEEC_SUCCESS);
				at = memory.buffer;
			}
			memset(at, 'a', sizes[i]);
			bytes[sizes[i]] = 'e';
			CHECK(call(&client, CMD_UPPER, &op) == TEEC_SUCCESS);
			CHECK(op.params[1].value.a == sizes[i]);
			for (n = 0; n < sizes[i]; n++)
				CHECK(at[n] == 'A');
			CHECK(bytes[sizes[i]] == 'e');
			if (kind)
				TEEC_ReleaseSharedMemory(&memory);
		}
	both_stop(&ta, &client);
}

static void access_rights(void)
{
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_WHOLE, TEEC_VALUE_OUTPUT, 0),
	};
	TEEC_SharedMemory memory = { .size = 5000, .flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT };
	uint8_t bytes[100] = { 0 };
	struct ta ta;
	struct client client;

	both_start(&ta, &client);
	CHECK(TEEC_AllocateSharedMemory(&client.ctx, &memory) == TEEC_SUCCESS);
	op.params[0].tmpref = (TEEC_TempMemoryReference){ bytes, sizeof(bytes) };
	op.params[1].memref.parent = &memory;
	CHECK(call(&client, CMD_RIGHTS, &op) == TEEC_SUCCESS);
	CHECK(op.params[2].value.a == 0xff);
	TEEC_ReleaseSharedMemory(&memory);
	both_stop(&ta, &client);
}

/* Hazard: out-buffer in client memory. */
static void out_buffer_in_client_memory_panics(void)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INOUT, 0, 0, 0) };
	uint8_t bytes[100] = { 0 };
	struct ta ta;
	struct client client;
	int status;

	both_start(&ta, &client);
	op.params[0].tmpref = (TEEC_TempMemoryReference){ bytes, sizeof(bytes) };
	CHECK(call(&client, CMD_READ_INTO_CLIENT, &op) == TEEC_ERROR_TARGET_DEAD);
	status = ta_end(&ta);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EX_SOFTWARE);
	CHECK(ta_log_has("TEE_ReadObjectData"));
	client_stop(&client);
}

static void panic_ends_the_application_only(void)
{
	struct ta ta;
	struct client client;
	uint32_t origin = 0;
	int status;

	both_start(&ta, &client);
	CHECK(TEEC_InvokeCommand(&client.session, CMD_PANIC, NULL, &origin) == TEEC_ERROR_TARGET_DEAD);
	CHECK(origin == TEEC_ORIGIN_TEE);
	CHECK(TEEC_InvokeCommand(&client.session, CMD_COUNT, NULL, &origin) == TEEC_ERROR_TARGET_DEAD);
	status = ta_end(&ta);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EX_SOFTWARE);
	CHECK(ta_log_has("0x0000dead"));
	client_stop(&client);
	ta_start(&ta);
	client_start(&client);
	CHECK(count(&client) == 1);
	both_stop(&ta, &client);
}

/* Kernel rule 1, through libteec: with SA_RESTART and without. */
static volatile sig_atomic_t alarms;

static void on_alarm(int signal)
{
	(void)signal;
	alarms++;
}

static void calls_under_signals_execute_once(void)
{
	static const int flags[] = { 0, SA_RESTART };
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct ta ta;
	struct client client;
	uint32_t calls = 0;
	size_t i;

	both_start(&ta, &client);
	for (i = 0; i < ROWS(flags); i++) {
		struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags[i] };
		int n;

		CHECK(!sigaction(SIGALRM, &action, NULL));
		alarms = 0;
		CHECK(!setitimer(ITIMER_REAL, &often, NULL));
		for (n = 0; n < 1000; n++)
			CHECK(count(&client) == ++calls);
		CHECK(!setitimer(ITIMER_REAL, &never, NULL));
		CHECK(alarms > 10);
	}
	both_stop(&ta, &client);
}

struct waiting {
	struct client *client;
	TEEC_Operation op;
	TEEC_Result result;
	atomic_bool begun;
};

static void *wait_thread(void *arg)
{
	struct waiting *waiting = arg;

	waiting->begun = true;
	waiting->result = call(waiting->client, CMD_WAIT, &waiting->op);
	return NULL;
}

static void cancellation(void)
{
	struct ta ta;
	struct client client;
	struct waiting waiting = { .client = &client };
	pthread_t thread;

	both_start(&ta, &client);
	CHECK(!pthread_create(&thread, NULL, wait_thread, &waiting));
	while (!waiting.begun)
		sched_yield();
	TEEC_RequestCancellation(&waiting.op);
	CHECK(!pthread_join(thread, NULL));
	CHECK(waiting.result == TEEC_ERROR_CANCEL);
	CHECK(count(&client) == 1);
	both_stop(&ta, &client);
}

/* --- instances --- */

static uint32_t count_in(TEEC_Session *session, uint32_t *created)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, 0, 0, 0) };

	CHECK(TEEC_InvokeCommand(session, CMD_COUNT, &op, NULL) == TEEC_SUCCESS);
	*created = op.params[0].value.b;
	return op.params[0].value.a;
}

/* GP Core 1.3 §2.1.3: all sessions have one instance, and the first session after the last has a fresh one. */
static void instance_ends_with_its_last_session(void)
{
	struct ta ta;
	struct client client;
	TEEC_Session second;
	uint32_t created;
	int i;

	both_start(&ta, &client);
	CHECK(count_in(&client.session, &created) == 1 && created == 1);
	CHECK(TEEC_OpenSession(&client.ctx, &second, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL) == TEEC_SUCCESS);
	CHECK(count_in(&second, &created) == 2 && created == 1);
	TEEC_CloseSession(&client.session);
	CHECK(count_in(&second, &created) == 3 && created == 1);
	TEEC_CloseSession(&second);
	for (i = 0; i < 20; i++) {
		CHECK(TEEC_OpenSession(&client.ctx, &second, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL) == TEEC_SUCCESS);
		CHECK(count_in(&second, &created) == 1 && created == 1);
		TEEC_CloseSession(&second);
	}
	both_stop(&ta, &client);
}

static const TEEC_UUID many_uuid = TEE_TEST_TA3_UUID;

/* Tries until one of the instances that are being made is ready. */
static TEEC_Result many_open(TEEC_Context *ctx, TEEC_Session *session)
{
	TEEC_Result result;
	int i;

	for (i = 0; i < 1000; i++) {
		result = TEEC_OpenSession(ctx, session, &many_uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, NULL);
		if (result != TEEC_ERROR_BUSY)
			break;
		usleep(10000);
	}
	return result;
}

/* Each session has an instance of its own, a panic ends one session, and the next session of a process is fresh too. */
static void multi_instance(void)
{
	static uint8_t bytes[100000];
	TEEC_Session sessions[5];
	struct ta ta;
	TEEC_Context ctx;
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, 0, 0, 0) };
	uint32_t created;
	size_t i;

	ta_folders_make();
	ta_start_as(&ta, "tee_ta3", NULL);
	CHECK(TEEC_InitializeContext(NULL, &ctx) == TEEC_SUCCESS);
	for (i = 0; i < ROWS(sessions); i++)
		CHECK(many_open(&ctx, &sessions[i]) == TEEC_SUCCESS);
	for (i = 0; i < ROWS(sessions); i++) {
		CHECK(count_in(&sessions[i], &created) == 1 && created == 1);
		CHECK(count_in(&sessions[i], &created) == 2);
	}
	/* The storage is that of all. */
	op.params[0].tmpref.buffer = bytes;
	op.params[0].tmpref.size = sizeof(bytes);
	for (i = 0; i < 20; i++) {
		bytes[0] = (uint8_t)i;
		op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, 0, 0, 0);
		CHECK(TEEC_InvokeCommand(&sessions[i % 3], CMD_STORE, &op, NULL) == TEEC_SUCCESS);
		bytes[0] = 77;
		op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, 0, 0, 0);
		CHECK(TEEC_InvokeCommand(&sessions[(i + 1) % 3], CMD_LOAD, &op, NULL) == TEEC_SUCCESS);
		CHECK(bytes[0] == i);
	}
	CHECK(ta_log_has("compacted"));
	CHECK(TEEC_InvokeCommand(&sessions[2], CMD_PANIC, NULL, NULL) == TEEC_ERROR_TARGET_DEAD);
	TEEC_CloseSession(&sessions[2]);
	CHECK(count_in(&sessions[1], &created) == 3);
	CHECK(many_open(&ctx, &sessions[2]) == TEEC_SUCCESS);
	CHECK(count_in(&sessions[2], &created) == 1);
	for (i = 0; i < ROWS(sessions); i++)
		TEEC_CloseSession(&sessions[i]);
	CHECK(many_open(&ctx, &sessions[0]) == TEEC_SUCCESS);
	CHECK(count_in(&sessions[0], &created) == 1 && created == 1);
	TEEC_CloseSession(&sessions[0]);
	TEEC_FinalizeContext(&ctx);
	ta_stop(&ta);
}

/* TA_STACK_SIZE and what libtee needs itself, not the 8 MiB that a process has otherwise. */
static void stack_is_bounded(void)
{
	struct ta ta;
	struct client client;
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INOUT, 0, 0, 0) };
	int status;

	both_start(&ta, &client);
	op.params[0].value.a = 16 << 10;
	CHECK(call(&client, CMD_STACK, &op) == TEEC_SUCCESS);
	op.params[0].value.a = 2 << 20;
	CHECK(call(&client, CMD_STACK, &op) == TEEC_ERROR_TARGET_DEAD);
	status = ta_end(&ta);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	client_stop(&client);
}

/* --- one application calls another --- */

#define RELAY TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, TEEC_MEMREF_PARTIAL_INOUT, TEEC_VALUE_OUTPUT, TEEC_VALUE_OUTPUT)

struct relay {
	struct ta ta, other;
	struct client client;
	TEEC_SharedMemory memory;
};

static void relay_start(struct relay *relay, size_t size)
{
	both_start(&relay->ta, &relay->client);
	ta_start_as(&relay->other, "tee_ta2", NULL);
	relay->memory = (TEEC_SharedMemory){ .size = size, .flags = TEEC_MEM_INPUT | TEEC_MEM_OUTPUT };
	CHECK(TEEC_AllocateSharedMemory(&relay->client.ctx, &relay->memory) == TEEC_SUCCESS);
}

static TEEC_Operation relay_call(struct relay *relay, uint32_t command, uint32_t timeout, size_t size)
{
	TEEC_Operation op = { .paramTypes = RELAY };

	op.params[0].value.a = command;
	op.params[0].value.b = timeout;
	op.params[1].memref = (TEEC_RegisteredMemoryReference){ &relay->memory, size, 0 };
	CHECK(call(&relay->client, CMD_RELAY, &op) == TEEC_SUCCESS);
	return op;
}

static void relay_stop(struct relay *relay)
{
	TEEC_ReleaseSharedMemory(&relay->memory);
	both_stop(&relay->ta, &relay->client);
	ta_stop(&relay->other);
}

/* GP Core 1.3 §4.9: the other one is told who asks, and memory that the client lent reaches it and comes back. */
static void application_calls_another(void)
{
	static const size_t sizes[] = { 1, 4097, 16384, 300000 };
	struct relay relay;
	TEEC_Operation op;
	char *bytes;
	size_t i;

	relay_start(&relay, 300000);
	bytes = relay.memory.buffer;
	op = relay_call(&relay, CMD_WHO, UINT32_MAX, 100);
	CHECK(op.params[3].value.a == TEEC_SUCCESS && op.params[3].value.b == TEEC_ORIGIN_TRUSTED_APP);
	CHECK(!strcmp(bytes, "4026531840:7ee9a100-7e57-4000-8000-746573740001"));
	CHECK(op.params[2].value.b == (uint32_t)relay.ta.pid);
	for (i = 0; i < ROWS(sizes); i++) {
		memset(bytes, 'x', 300000);
		op = relay_call(&relay, CMD_UPPER, UINT32_MAX, sizes[i]);
		CHECK(op.params[3].value.a == TEEC_SUCCESS && op.params[2].value.a == sizes[i]);
		CHECK(bytes[0] == 'X' && bytes[sizes[i] - 1] == 'X');
		CHECK(sizes[i] == 300000 || bytes[sizes[i]] == 'x');
	}
	relay_stop(&relay);
}

static void *relay_thread(void *arg)
{
	struct waiting *waiting = arg;

	waiting->begun = true;
	waiting->result = call(waiting->client, CMD_RELAY, &waiting->op);
	return NULL;
}

/* Time that is over ends the other's work, and so does the client that cancels what the first one works on. */
static void cancellation_passes_on(void)
{
	struct relay relay;
	struct waiting waiting = { .client = &relay.client };
	TEEC_Operation op;
	pthread_t thread;

	relay_start(&relay, 4096);
	op = relay_call(&relay, CMD_WAIT, 100, 100);
	CHECK(op.params[3].value.a == TEEC_ERROR_CANCEL && op.params[3].value.b == TEEC_ORIGIN_TRUSTED_APP);
	waiting.op.paramTypes = RELAY;
	waiting.op.params[0].value.a = CMD_WAIT;
	waiting.op.params[0].value.b = UINT32_MAX;
	waiting.op.params[1].memref = (TEEC_RegisteredMemoryReference){ &relay.memory, 100, 0 };
	CHECK(!pthread_create(&thread, NULL, relay_thread, &waiting));
	while (!waiting.begun)
		sched_yield();
	TEEC_RequestCancellation(&waiting.op);
	CHECK(!pthread_join(thread, NULL));
	CHECK(waiting.result == TEEC_ERROR_CANCEL || waiting.op.params[3].value.a == TEEC_ERROR_CANCEL);
	relay_stop(&relay);
}

/* The panic of the other one is its own. */
static void other_application_panics(void)
{
	struct relay relay;
	TEEC_Operation op;
	int status;

	relay_start(&relay, 4096);
	op = relay_call(&relay, CMD_PANIC, UINT32_MAX, 100);
	CHECK(op.params[3].value.a == TEEC_ERROR_TARGET_DEAD && op.params[3].value.b == TEEC_ORIGIN_TEE);
	status = ta_end(&relay.other);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EX_SOFTWARE);
	op = relay_call(&relay, CMD_WHO, UINT32_MAX, 100);
	CHECK(op.params[3].value.a == TEEC_ERROR_ITEM_NOT_FOUND);
	CHECK(count(&relay.client) == 1);
	TEEC_ReleaseSharedMemory(&relay.memory);
	both_stop(&relay.ta, &relay.client);
}

static void identity(void)
{
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, TEEC_VALUE_OUTPUT, 0, 0) };
	TEEC_Session user;
	char public[64] = "";
	char text[64] = "";
	struct ta ta;
	struct client client;

	both_start(&ta, &client);
	op.params[0].tmpref = (TEEC_TempMemoryReference){ public, sizeof(public) };
	CHECK(call(&client, CMD_WHO, &op) == TEEC_SUCCESS);
	CHECK(!strcmp(public, "0:00000000-0000-0000-0000-000000000000"));
	CHECK(op.params[1].value.a == getuid() && op.params[1].value.b == (uint32_t)getpid());

	CHECK(TEEC_OpenSession(&client.ctx, &user, &uuid, TEEC_LOGIN_USER, NULL, NULL, NULL) == TEEC_SUCCESS);
	op.params[0].tmpref = (TEEC_TempMemoryReference){ text, sizeof(text) };
	CHECK(TEEC_InvokeCommand(&user, CMD_WHO, &op, NULL) == TEEC_SUCCESS);
	/* Version 5 of RFC 4122: "1:xxxxxxxx-xxxx-5xxx-…". */
	CHECK(text[0] == '1' && text[16] == '5');
	TEEC_CloseSession(&user);
	both_stop(&ta, &client);
}

/* Another program's word for the digest of a file. */
static void file_digest(const char *path, uint8_t digest[32])
{
	char command[128];
	FILE *f;

	snprintf(command, sizeof(command), "busybox sha256sum %s", path);
	f = popen(command, "r");
	CHECK(f);
	for (int i = 0; i < 32; i++) {
		unsigned int byte;

		CHECK(fscanf(f, "%2x", &byte) == 1);
		digest[i] = (uint8_t)byte;
	}
	CHECK(!pclose(f));
}

/* The TA sees the digest of its client's executable with the logins of applications, and no digest with others. */
static void identity_of_an_application(void)
{
	const uint32_t gid = getgid();
	const struct {
		uint32_t method;
		const void *data;
		char login;
	} rows[] = {
		{ TEEC_LOGIN_APPLICATION, NULL, '4' },
		{ TEEC_LOGIN_USER_APPLICATION, NULL, '5' },
		{ TEEC_LOGIN_GROUP_APPLICATION, &gid, '6' },
	};
	TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, TEEC_MEMREF_TEMP_OUTPUT, 0, 0) };
	TEEC_Operation who = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, TEEC_VALUE_OUTPUT, 0, 0) };
	uint8_t own[32], its[32], got[2][32];
	struct client client;
	struct ta ta;

	file_digest("/test/tee_api", own);
	file_digest("/test/tee_ta", its);
	both_start(&ta, &client);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TEEC_Session session;
		char text[64] = "";

		CHECK(!TEEC_OpenSession(&client.ctx, &session, &uuid, rows[i].method, rows[i].data, NULL, NULL));
		op.params[0].tmpref = (TEEC_TempMemoryReference){ got[0], sizeof(got[0]) };
		op.params[1].tmpref = (TEEC_TempMemoryReference){ got[1], sizeof(got[1]) };
		CHECK(TEEC_InvokeCommand(&session, CMD_DIGESTS, &op, NULL) == TEEC_SUCCESS);
		CHECK(!memcmp(got[0], own, sizeof(own)) && !memcmp(got[1], its, sizeof(its)));
		who.params[0].tmpref = (TEEC_TempMemoryReference){ text, sizeof(text) };
		CHECK(TEEC_InvokeCommand(&session, CMD_WHO, &who, NULL) == TEEC_SUCCESS);
		CHECK(text[0] == rows[i].login && text[16] == '5');
		TEEC_CloseSession(&session);
	}
	op.params[0].tmpref = (TEEC_TempMemoryReference){ got[0], sizeof(got[0]) };
	op.params[1].tmpref = (TEEC_TempMemoryReference){ got[1], sizeof(got[1]) };
	CHECK(call(&client, CMD_DIGESTS, &op) == TEEC_ERROR_ITEM_NOT_FOUND);
	both_stop(&ta, &client);
}

/* What was answered for is there after SIGKILL at any moment: each round kills right after an answer. */
static void log_file(char path[512])
{
	DIR *dir = opendir(TA_FOLDER "/state");
	const struct dirent *entry;

	CHECK(dir);
	while ((entry = readdir(dir)))
		if (strstr(entry->d_name, ".log") && !strstr(entry->d_name, ".log.new"))
			snprintf(path, 512, TA_FOLDER "/state/%s", entry->d_name);
	closedir(dir);
}

static void storage_survives_a_kill(void)
{
	uint8_t written[3000];
	uint8_t read[3000];
	struct ta ta;
	struct client client;
	int round;

	ta_folders_make();
	ta_start(&ta);
	for (round = 1; round <= 5; round++) {
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, 0, 0, 0) };

		client_start(&client);
		memset(written, round, sizeof(written));
		op.params[0].tmpref = (TEEC_TempMemoryReference){ written, sizeof(written) };
		CHECK(call(&client, CMD_STORE, &op) == TEEC_SUCCESS);
		CHECK(!kill(ta.pid, SIGKILL));
		CHECK(WIFSIGNALED(ta_end(&ta)));
		client_stop(&client);

		ta_start(&ta);
		client_start(&client);
		op.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, 0, 0, 0);
		op.params[0].tmpref = (TEEC_TempMemoryReference){ read, 10 };
		CHECK(call(&client, CMD_LOAD, &op) == TEEC_ERROR_SHORT_BUFFER);
		CHECK(op.params[0].tmpref.size == sizeof(read));
		op.params[0].tmpref = (TEEC_TempMemoryReference){ read, sizeof(read) };
		CHECK(call(&client, CMD_LOAD, &op) == TEEC_SUCCESS);
		CHECK(!memcmp(read, written, sizeof(read)));
		client_stop(&client);
	}
	ta_stop(&ta);
}

/* Runs the application until it ends by itself. */
static int exit_code(void)
{
	struct ta ta = { .notify = ta_notify_socket() };
	int status;

	ta.pid = fork();
	CHECK(ta.pid >= 0);
	if (!ta.pid)
		ta_exec("tee_ta", NULL);
	status = ta_end(&ta);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The log is replaced by a smaller one now and then, by a process that may open no file. */
static void storage_compacts_in_the_sandbox(void)
{
	static uint8_t data[200000];
	struct ta ta;
	struct client client;
	char path[512];
	struct stat st;
	int i;

	both_start(&ta, &client);
	for (i = 0; i < 30; i++) {
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, 0, 0, 0) };

		memset(data, i, sizeof(data));
		op.params[0].tmpref.buffer = data;
		op.params[0].tmpref.size = sizeof(data);
		CHECK(call(&client, CMD_STORE, &op) == TEEC_SUCCESS);
	}
	log_file(path);
	CHECK(!stat(path, &st) && st.st_size <= 2 << 20);
	CHECK(ta_log_has("compacted"));
	both_stop(&ta, &client);
	ta_start(&ta);
	client_start(&client);
	memset(data, 0, sizeof(data));
	{
		TEEC_Operation op = { .paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, 0, 0, 0) };

		op.params[0].tmpref.buffer = data;
		op.params[0].tmpref.size = sizeof(data);
		CHECK(call(&client, CMD_LOAD, &op) == TEEC_SUCCESS);
		CHECK(op.params[0].tmpref.size == sizeof(data) && data[0] == 29 && data[sizeof(data) - 1] == 29);
	}
	both_stop(&ta, &client);
}

static void what_a_restart_cannot_mend_has_its_exit_code(void)
{
	char path[512] = "";
	struct ta ta;
	int fd;

	ta_folders_make();
	ta_start(&ta);
	/* While one serves, a second one cannot: the log is locked. */
	CHECK(exit_code() == 1);
	CHECK(ta_log_has("another process has it"));
	ta_stop(&ta);

	ta_write_file(TA_FOLDER "/credentials/devicekey", "another key, as if disks had been swapped", 32);
	CHECK(exit_code() == EX_CONFIG);
	CHECK(ta_log_has("another device key"));
	unlink(TA_FOLDER "/credentials/devicekey");
	CHECK(exit_code() == EX_CONFIG);

	ta_write_file(TA_FOLDER "/credentials/devicekey", "a device key for tests, 32 bytes", 32);
	log_file(path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0 && pwrite(fd, "damage", 6, 100) == 6);
	close(fd);
	CHECK(exit_code() == EX_DATAERR);
	CHECK(ta_log_has("damaged"));
}

static void termination_within_a_second(void)
{
	struct timespec before;
	struct timespec after;
	struct ta ta;
	struct client client;
	char text[64] = "";
	int round;

	ta_folders_make();
	for (round = 0; round < 10; round++) {
		ta_start(&ta);
		client_start(&client);
		clock_gettime(CLOCK_MONOTONIC, &before);
		CHECK(!kill(ta.pid, SIGTERM));
		CHECK(recv(ta.notify, text, sizeof(text) - 1, 0) > 0);
		CHECK(!strcmp(text, "STOPPING=1"));
		CHECK(ta_end(&ta) == 0);
		clock_gettime(CLOCK_MONOTONIC, &after);
		CHECK((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 < 1000);
		client_stop(&client);
	}
}

static void watchdog_is_fed(void)
{
	char text[64];
	struct ta ta;
	int fed = 0;

	ta_folders_make();
	ta_start_with(&ta, "WATCHDOG_USEC=100000");
	while (fed < 5) {
		ssize_t n = recv(ta.notify, text, sizeof(text) - 1, 0);

		CHECK(n > 0);
		text[n] = '\0';
		CHECK(!strcmp(text, "WATCHDOG=1"));
		fed++;
	}
	CHECK(!kill(ta.pid, SIGTERM));
	CHECK(ta_end(&ta) == 0);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{ "no application, no session", no_application_no_session },
		{ "the application is sandboxed", application_is_sandboxed },
		{ "without the sandbox it says so loudly", no_sandbox_is_loud },
		{ "every algorithm runs in the sandbox", algorithms_run_in_the_sandbox },
		{ "a forbidden system call ends the application", forbidden_calls_kill },
		{ "memory of all kinds and sizes", memory_of_all_kinds_and_sizes },
		{ "memory access rights", access_rights },
		{ "an [out] buffer in client memory panics", out_buffer_in_client_memory_panics },
		{ "a panic ends the application and nothing else", panic_ends_the_application_only },
		{ "2,000 calls under SIGALRM execute 2,000 times", calls_under_signals_execute_once },
		{ "cancellation", cancellation },
		{ "an instance ends with its last session", instance_ends_with_its_last_session },
		{ "an instance for each session", multi_instance },
		{ "the stack is bounded", stack_is_bounded },
		{ "an application calls another", application_calls_another },
		{ "a timeout and a cancellation pass on to the other", cancellation_passes_on },
		{ "the other's panic is its own", other_application_panics },
		{ "identity", identity },
		{ "identity of an application", identity_of_an_application },
		{ "storage survives SIGKILL", storage_survives_a_kill },
		{ "storage compacts in the sandbox", storage_compacts_in_the_sandbox },
		{ "what a restart cannot mend has its exit code", what_a_restart_cannot_mend_has_its_exit_code },
		{ "SIGTERM ends it within a second", termination_within_a_second },
		{ "the watchdog is fed", watchdog_is_fed },
	};

	return tap_run(tests, ROWS(tests));
}
