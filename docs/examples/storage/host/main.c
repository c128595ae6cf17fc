// SPDX-License-Identifier: BSD-2-Clause
/* storage write NAME TEXT, read NAME, delete NAME. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include <storage_ta.h>

static TEEC_Context context;
static TEEC_Session session;

static void session_open(void)
{
	const TEEC_UUID uuid = TA_STORAGE_UUID;
	uint32_t origin;
	TEEC_Result result = TEEC_InitializeContext(NULL, &context);

	if (result)
		errx(1, "no TEE: 0x%x", result);
	result = TEEC_OpenSession(&context, &session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin);
	if (result)
		errx(1, "no session: 0x%x from %u", result, origin);
}

static void session_close(void)
{
	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&context);
}

/* The result of a command that may fail; anything else than that ends the program. */
static TEEC_Result try_command(uint32_t command, TEEC_Operation *operation)
{
	uint32_t origin;
	TEEC_Result result = TEEC_InvokeCommand(&session, command, operation, &origin);

	if (result && origin != TEEC_ORIGIN_TRUSTED_APP)
		errx(1, "command %u failed: 0x%x from %u", command, result, origin);
	return result;
}

static void do_command(uint32_t command, TEEC_Operation *operation)
{
	TEEC_Result result = try_command(command, operation);

	if (result)
		errx(1, "command %u was refused: 0x%x", command, result);
}

static void report(TEEC_Result result)
{
	if (result == TEEC_ERROR_ITEM_NOT_FOUND)
		errx(1, "there is none of that name");
	if (result)
		errx(1, "refused: 0x%x", result);
}

int main(int argc, char **argv)
{
	char text[4096];
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE),
	};

	if (argc < 3 || argc != 3 + !strcmp(argv[1], "write"))
		errx(2, "usage: storage write NAME TEXT | read NAME | delete NAME");
	session_open();
	operation.params[0].tmpref.buffer = argv[2];
	operation.params[0].tmpref.size = strlen(argv[2]);
	if (!strcmp(argv[1], "write")) {
		operation.paramTypes |= TEEC_PARAM_TYPES(0, TEEC_MEMREF_TEMP_INPUT, 0, 0);
		operation.params[1].tmpref.buffer = argv[3];
		operation.params[1].tmpref.size = strlen(argv[3]);
		do_command(TA_STORAGE_CMD_WRITE, &operation);
	} else if (!strcmp(argv[1], "read")) {
		operation.paramTypes |= TEEC_PARAM_TYPES(0, TEEC_MEMREF_TEMP_OUTPUT, 0, 0);
		operation.params[1].tmpref.buffer = text;
		operation.params[1].tmpref.size = sizeof(text);
		report(try_command(TA_STORAGE_CMD_READ, &operation));
		printf("%.*s\n", (int)operation.params[1].tmpref.size, text);
	} else {
		report(try_command(TA_STORAGE_CMD_DELETE, &operation));
	}
	session_close();
	return 0;
}
