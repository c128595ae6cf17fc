// SPDX-License-Identifier: BSD-2-Clause
/* sha 1|224|256|384|512 [TEXT...]: the digest of the texts, one after the other. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include <sha_ta.h>

static TEEC_Context context;
static TEEC_Session session;

static void session_open(void)
{
	const TEEC_UUID uuid = TA_SHA_UUID;
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

static void do_command(uint32_t command, TEEC_Operation *operation)
{
	uint32_t origin;
	TEEC_Result result = TEEC_InvokeCommand(&session, command, operation, &origin);

	if (result)
		errx(1, "command %u failed: 0x%x from %u", command, result, origin);
}

static void print_hex(const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	uint8_t digest[64];
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE),
	};
	int i;

	if (argc < 2)
		errx(2, "usage: sha 1|224|256|384|512 [TEXT...]");
	session_open();
	operation.params[0].value.a = (uint32_t)strtoul(argv[1], NULL, 10);
	do_command(TA_SHA_CMD_BEGIN, &operation);
	operation.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE);
	for (i = 2; i < argc; i++) {
		operation.params[0].tmpref.buffer = argv[i];
		operation.params[0].tmpref.size = strlen(argv[i]);
		do_command(TA_SHA_CMD_UPDATE, &operation);
	}
	operation.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE);
	operation.params[0].tmpref.buffer = NULL;
	operation.params[0].tmpref.size = 0;
	operation.params[1].tmpref.buffer = digest;
	operation.params[1].tmpref.size = sizeof(digest);
	do_command(TA_SHA_CMD_FINAL, &operation);
	print_hex(digest, operation.params[1].tmpref.size);
	session_close();
	return 0;
}
