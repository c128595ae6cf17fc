// SPDX-License-Identifier: BSD-2-Clause
/* ecdsa TEXT: signs and verifies a text with a new key pair; and a text that was altered. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include <ecdsa_ta.h>

static TEEC_Context context;
static TEEC_Session session;

static void session_open(void)
{
	const TEEC_UUID uuid = TA_ECDSA_UUID;
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

/* A command from memory to memory; how much came out. */
static size_t convert(uint32_t command, void *in, size_t in_size, void *out, size_t room)
{
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE),
	};

	operation.params[0].tmpref.buffer = in;
	operation.params[0].tmpref.size = in_size;
	operation.params[1].tmpref.buffer = out;
	operation.params[1].tmpref.size = room;
	do_command(command, &operation);
	return operation.params[1].tmpref.size;
}

static const char *verified(uint32_t command, char *text, void *signature, size_t size)
{
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_INPUT, TEEC_NONE, TEEC_NONE),
	};

	operation.params[0].tmpref.buffer = text;
	operation.params[0].tmpref.size = strlen(text);
	operation.params[1].tmpref.buffer = signature;
	operation.params[1].tmpref.size = size;
	return try_command(command, &operation) ? "refused" : "good";
}

int main(int argc, char **argv)
{
	uint8_t signature[64];
	TEEC_Operation operation = { .paramTypes = 0 };
	size_t size;

	if (argc != 2 || !*argv[1])
		errx(2, "usage: ecdsa TEXT");
	session_open();
	do_command(TA_ECDSA_CMD_GENERATE, &operation);
	size = convert(TA_ECDSA_CMD_SIGN, argv[1], strlen(argv[1]), signature, sizeof(signature));
	printf("signed: %zu bytes\n", size);
	printf("signature: %s\n", verified(TA_ECDSA_CMD_VERIFY, argv[1], signature, size));
	argv[1][0] ^= 1;
	printf("of another text: %s\n", verified(TA_ECDSA_CMD_VERIFY, argv[1], signature, size));
	session_close();
	return 0;
}
